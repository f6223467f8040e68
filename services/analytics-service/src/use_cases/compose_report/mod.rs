//! Composes what a report says from dashboards and key figures, in the words of a language.

mod executive;
mod fleet;
#[cfg(test)]
mod tests;

pub use executive::executive_report;
pub use fleet::fleet_report;

use super::measure_kpis::Measured;
use crate::domain::kpi::{Figure, Period, Step, Unit};
use crate::domain::money::main_units;
use crate::domain::wording::Words;
use crate::paper::{Block, Cell, Chart, Column, Document, Measure, On, Phrases, Point};
use chrono::{DateTime, NaiveDate, Utc};

/// Whose report it is, of which period, when it was made, and in what words.
pub struct About<'a> {
    pub tenant_id: &'a str,
    /// How many vehicles it is about; none where it is about all of the tenant's.
    pub bound_to: Option<usize>,
    pub period: Period,
    pub now: DateTime<Utc>,
    pub words: &'a Words,
}

impl About<'_> {
    fn document(&self, title: &str, blocks: Vec<Block>) -> Document {
        let words = self.words;
        let last = self.period.to.pred_opt().unwrap_or(self.period.to);
        let subtitle = match self.bound_to {
            None => "report.subtitle",
            Some(1) => "report.subtitle_of_one",
            Some(_) => "report.subtitle_of_some",
        };
        let count = self.bound_to.map(|count| words.numerals.plain(count as f64));
        let values = [
            ("tenant", self.tenant_id),
            ("count", count.as_deref().unwrap_or_default()),
            ("from", &words.day(self.period.from)),
            ("to", &words.day(last)),
        ];
        Document {
            title: words.text(title),
            subtitle: words.fill(subtitle, &values),
            foot: words.fill("report.foot", &[("moment", &words.moment(self.now))]),
            blocks,
            phrases: Phrases {
                language: words.language().to_owned(),
                page: words.text("report.page"),
                summary: words.text("report.summary"),
                no_course: words.text("report.no_course"),
                no_rows: words.text("report.no_rows"),
                day_of_sheet: words.text("format.day_of_sheet"),
            },
        }
    }
}

/// A figure over time.
fn course(words: &Words, measured: &Measured) -> Block {
    let figure = &measured.figure;
    let (id, unit) = (figure.id.as_str(), figure.unit);
    let title = match measured.step {
        Step::Day => "executive.by_day",
        Step::Week => "executive.by_week",
    };
    let numerals = words.numerals.clone();
    let currency = figure.currency.clone().unwrap_or_default();
    let points = figure.series.iter().map(|point| Point {
        day: point.from,
        label: words.day_short(point.from),
        value: point.value.map(|value| in_main_units(value, figure)),
    });
    Block::Chart(Chart {
        key: format!("course.{id}"),
        title: words.fill(title, &[("kpi", &words.name("kpi", id))]),
        points: points.collect(),
        measure: measure(unit, figure.currency.as_deref()),
        show: Box::new(move |value| match unit {
            Unit::Minor => numerals.amount(value, &currency),
            Unit::Share | Unit::Seconds => numerals.shown(value, unit, None),
        }),
    })
}

/// A value of a figure, money in main units.
fn in_main_units(value: f64, figure: &Figure) -> f64 {
    match figure.unit {
        Unit::Minor => main_units(value, figure.currency.as_deref().unwrap_or_default()),
        Unit::Share | Unit::Seconds => value,
    }
}

fn measure(unit: Unit, currency: Option<&str>) -> Measure {
    match unit {
        Unit::Share => Measure::Share,
        Unit::Seconds => Measure::Seconds,
        Unit::Minor => Measure::Money(currency.unwrap_or_default().to_owned()),
    }
}

/// A bare number with so many digits behind the sign.
fn number(words: &Words, value: f64, digits: usize) -> Cell {
    Cell::Number {
        value,
        text: words.numerals.number(value, digits),
        measure: Measure::Plain,
    }
}

/// A value that there is none of: a dash for people.
fn nothing() -> Cell {
    Cell::Coded {
        code: String::new(),
        text: "–".to_owned(),
    }
}

fn day(words: &Words, day: NaiveDate) -> Cell {
    Cell::Day {
        day,
        text: words.day(day),
    }
}

/// Something that has a code, by its name in a group.
fn coded(words: &Words, group: &str, code: &str) -> Cell {
    Cell::Coded {
        code: code.to_owned(),
        text: words.name(group, code),
    }
}

/// A column of words, on every file.
fn column(words: &Words, key: &'static str, name: &str, width: f32) -> Column {
    Column {
        key,
        name: words.text(name),
        width,
        right: false,
        on: On::All,
    }
}

impl Column {
    /// Of numbers.
    fn right(self) -> Column {
        Column { right: true, ..self }
    }

    /// On some files alone.
    fn on(self, on: On) -> Column {
        Column { on, ..self }
    }
}
