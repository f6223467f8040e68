//! The business report: key figures, each with its method, its course and its losses.

use super::{About, coded, column, course, in_main_units, measure, nothing, number};
use crate::domain::kpi::{Figure, KpiId};
use crate::domain::money::{Money, MoneySum};
use crate::domain::wording::Words;
use crate::paper::{Bars, Block, Cell, Document, Measure, On, Table, Tile};
use crate::use_cases::measure_kpis::Measured;

/// Key figures, each with its method, its course and its losses.
pub fn executive_report(about: &About<'_>, kpis: &[Measured]) -> Document {
    let words = about.words;
    let mut blocks = vec![Block::Tiles(
        kpis.iter().map(|measured| tile(words, measured)).collect(),
    )];
    for measured in kpis {
        blocks.extend(section(words, measured));
    }
    about.document("report.executive", blocks)
}

fn tile(words: &Words, measured: &Measured) -> Tile {
    let figure = &measured.figure;
    let before = value(words, figure, measured.before);
    let note = match before.text() {
        "" => words.text("executive.before_none"),
        text => words.fill("executive.before", &[("value", text)]),
    };
    Tile {
        key: figure.id.as_str().to_owned(),
        label: words.name("kpi", figure.id.as_str()),
        value: match value(words, figure, figure.value) {
            Cell::Empty => nothing(),
            cell => cell,
        },
        before,
        note,
    }
}

/// A value of a figure in its unit.
fn value(words: &Words, figure: &Figure, value: Option<f64>) -> Cell {
    let currency = figure.currency.as_deref();
    value.map_or(Cell::Empty, |value| Cell::Number {
        value: in_main_units(value, figure),
        text: words
            .numerals
            .shown(value, figure.unit, Some(currency.unwrap_or_default())),
        measure: measure(figure.unit, currency),
    })
}

fn section(words: &Words, measured: &Measured) -> Vec<Block> {
    let figure = &measured.figure;
    let id = figure.id.as_str();
    let title = words.name("kpi", id);
    vec![
        Block::Heading(title.clone()),
        Block::Text(words.text(&format!("method.{}", figure.method().code))),
        course(words, measured),
        Block::Bars(Bars {
            title: words.text(&format!("breakdown.{id}")),
            bars: groups(words, figure),
        }),
        Block::Table(Table {
            key: format!("numbers.{id}"),
            title: words.text("executive.parts"),
            sheet: title,
            columns: vec![
                column(words, "number", "column.what", 6.0),
                column(words, "value", "column.value", 1.5).right(),
                column(words, "unit", "column.currency", 1.0).on(On::Csv),
            ],
            rows: parts(words, figure),
        }),
    ]
}

/// The figure of each group, with what it rests on.
fn groups(words: &Words, figure: &Figure) -> Vec<(String, f64, String)> {
    let bars = figure.breakdown.iter().map(|slice| {
        let shown = value(words, figure, slice.value);
        let written = if shown == Cell::Empty { "–" } else { shown.text() };
        let n = words.numerals.plain(slice.n as f64);
        (
            group_name(words, figure.id, &slice.of),
            slice.value.unwrap_or(0.0),
            words.fill("executive.group", &[("value", written), ("n", &n)]),
        )
    });
    bars.collect()
}

/// What a figure's groups are called.
fn group_name(words: &Words, id: KpiId, code: &str) -> String {
    let group = match id {
        KpiId::FleetHealth => "band",
        KpiId::Uptime => "standstill",
        KpiId::AlertStats => "severity",
        KpiId::Booking => "state",
        KpiId::CostAvoidance | KpiId::Calibration | KpiId::WarrantyStats => "component",
        // The name of a language model is a name.
        KpiId::LlmSpend => return words.known(&format!("model.{code}")).unwrap_or(code).to_owned(),
    };
    words.name(group, code)
}

/// Each number and amount of a figure, called by the sentence that says what it is.
fn parts(words: &Words, figure: &Figure) -> Vec<Vec<Cell>> {
    let method = figure.method();
    let what = |group: &str, name: &str| match coded(words, group, &format!("{}.{name}", method.code)) {
        Cell::Coded { text, .. } => Cell::Coded {
            code: name.to_owned(),
            text,
        },
        cell => cell,
    };
    let numbers = method.numbers.iter().map(|(name, _)| {
        let value = figure.numbers.get(name).copied().flatten();
        let digits = |value: f64| if value.fract() == 0.0 { 0 } else { 3 };
        let cell = value.map_or(Cell::Empty, |value| number(words, value, digits(value)));
        vec![what("number", name), cell, Cell::Empty]
    });
    let amounts = method.amounts.iter().flat_map(|(name, _)| {
        let sums = figure.amounts.get(name).map(MoneySum::amounts).unwrap_or_default();
        let none = sums
            .is_empty()
            .then(|| vec![what("amount", name), number(words, 0.0, 0), Cell::Empty]);
        let row = |sum: &Money| {
            vec![
                what("amount", name),
                money(words, sum),
                Cell::Text(sum.currency.clone()),
            ]
        };
        sums.iter().map(row).chain(none).collect::<Vec<_>>()
    });
    numbers.chain(amounts).collect()
}

/// An amount of money.
pub(super) fn money(words: &Words, money: &Money) -> Cell {
    Cell::Number {
        value: money.main_units(),
        text: words.numerals.money(money),
        measure: Measure::Money(money.currency.clone()),
    }
}
