//! Composes what a report says from dashboards and key figures.

use super::list_actions::Action;
use super::measure_kpis::Measured;
use super::show_fleet_dashboard::FleetDashboard;
use crate::domain::fleet::Band;
use crate::domain::kpi::{Period, Step, Unit};
use crate::domain::money::{Money, MoneySum};
use crate::paper::{Bars, Block, Cell, Chart, Column, Document, Table, Tile};
use crate::store::VehicleRow;
use chrono::{DateTime, NaiveDate, Utc};

/// Whose report it is, of which period, and when it was made.
pub struct About<'a> {
    pub tenant_id: &'a str,
    /// How many vehicles it is about; none where it is about all of the tenant's.
    pub bound_to: Option<usize>,
    pub period: Period,
    pub now: DateTime<Utc>,
}

impl About<'_> {
    fn vehicles(&self) -> String {
        match self.bound_to {
            None => String::new(),
            Some(1) => ", one vehicle alone".to_owned(),
            Some(count) => format!(", {count} of its vehicles alone"),
        }
    }

    fn document(&self, title: &str, blocks: Vec<Block>) -> Document {
        let last = self.period.to.pred_opt().unwrap_or(self.period.to);
        Document {
            title: title.to_owned(),
            subtitle: format!(
                "{}{} · {} to {} (UTC)",
                self.tenant_id,
                self.vehicles(),
                self.period.from,
                last
            ),
            foot: format!("Made {} UTC from events alone", self.now.format("%Y-%m-%d %H:%M")),
            blocks,
        }
    }
}

/// Key figures, each with its method, its course and its losses.
pub fn executive_report(about: &About<'_>, kpis: &[Measured]) -> Document {
    let mut blocks = vec![Block::Tiles(kpis.iter().map(tile).collect())];
    for measured in kpis {
        blocks.extend(section(measured));
    }
    about.document("Executive report", blocks)
}

/// What the fleet needs: health, the action list, the worst vehicles.
pub fn fleet_report(about: &About<'_>, fleet: &FleetDashboard, kpis: &[Measured]) -> Document {
    let numbers = &fleet.numbers;
    let tile = |label: &str, value: String, note: &str| Tile {
        label: label.to_owned(),
        value,
        note: note.to_owned(),
    };
    let score = numbers
        .mean_score()
        .map_or("–".to_owned(), |score| format!("{score:.2}"));
    let tiles = vec![
        tile("Vehicles", numbers.vehicles.to_string(), "not retired"),
        tile("Mean health score", score, "0 to 1, newest of each vehicle"),
        tile("With open alerts", numbers.with_open_alerts.to_string(), "vehicles"),
        tile(
            "With CRITICAL or above",
            numbers.with_serious_alerts.to_string(),
            "vehicles",
        ),
        tile("Visits planned", numbers.with_visit.to_string(), "vehicles"),
        tile("Open decisions", fleet.costs.open_decisions.to_string(), "not settled"),
        tile(
            "Open estimate, upper",
            amounts(&fleet.costs.open_high),
            "all open decisions",
        ),
        tile("Spent on visits", amounts(&fleet.costs.spent), "all completed visits"),
    ];
    let bar = |band: Band| {
        let count = numbers.by_band.get(&band).copied().unwrap_or(0);
        (band.as_str().to_owned(), count as f64, count.to_string())
    };
    let mut blocks = vec![
        Block::Tiles(tiles),
        Block::Bars(Bars {
            title: "Health distribution, vehicles".to_owned(),
            bars: Band::ALL.into_iter().rev().map(bar).collect(),
        }),
    ];
    blocks.extend(kpis.iter().take(1).map(course));
    blocks.push(Block::Heading("What to do".to_owned()));
    blocks.push(Block::Text(
        "By what waiting a week is expected to cost: the probability of a breakdown within it times its extra cost."
            .to_owned(),
    ));
    blocks.push(Block::Table(actions(&fleet.actions.actions)));
    blocks.push(Block::Table(worst(&fleet.worst)));
    about.document("Fleet report", blocks)
}

fn tile(measured: &Measured) -> Tile {
    let figure = &measured.figure;
    let show = |value: f64| shown(value, figure.unit, figure.currency.as_deref());
    let note = match measured.before {
        Some(before) => format!("before: {}", show(before)),
        None => "nothing to compare with".to_owned(),
    };
    Tile {
        label: figure.method().name.to_owned(),
        value: figure.value.map_or("–".to_owned(), show),
        note,
    }
}

fn section(measured: &Measured) -> Vec<Block> {
    let figure = &measured.figure;
    let method = figure.method();
    let show = |value: f64| shown(value, figure.unit, figure.currency.as_deref());
    let slices = figure.breakdown.iter().map(|slice| {
        let written = slice.value.map_or("–".to_owned(), show);
        (
            slice.of.clone(),
            slice.value.unwrap_or(0.0),
            format!("{written}  (n {})", slice.n),
        )
    });
    let numbers = method.numbers.iter().map(|(name, text)| {
        let value = figure.numbers.get(name).copied().flatten();
        vec![
            Cell::Text(named(name)),
            value.map_or(Cell::Empty, |value| Cell::Number(value, plain(value))),
            Cell::Text((*text).to_owned()),
        ]
    });
    let sums = method.amounts.iter().map(|(name, text)| {
        let sum = figure.amounts.get(name).map(amounts).unwrap_or_default();
        vec![Cell::Text(named(name)), Cell::Text(sum), Cell::Text((*text).to_owned())]
    });
    vec![
        Block::Heading(method.name.to_owned()),
        Block::Text(method.text.to_owned()),
        course(measured),
        Block::Bars(Bars {
            title: method.breakdown.to_owned(),
            bars: slices.collect(),
        }),
        Block::Table(Table {
            title: format!("{}: what it is made of", method.name),
            columns: vec![
                column("Number", 1.3, false),
                column("Value", 1.2, true),
                column("What it is", 5.0, false),
            ],
            rows: numbers.chain(sums).collect(),
        }),
    ]
}

fn course(measured: &Measured) -> Block {
    let figure = &measured.figure;
    let by = match measured.step {
        Step::Day => "by day",
        Step::Week => "by week",
    };
    let label = |day: NaiveDate| day.format("%d %b").to_string();
    Block::Chart(Chart {
        title: format!("{}, {by}", figure.method().name),
        points: figure
            .series
            .iter()
            .map(|point| (label(point.from), point.value))
            .collect(),
        show: match figure.unit {
            Unit::Share => |value| shown(value, Unit::Share, None),
            Unit::Seconds => |value| shown(value, Unit::Seconds, None),
            Unit::Minor => |value| format!("{:.0}", value / 100.0),
        },
    })
}

fn actions(actions: &[Action]) -> Table {
    let row = |action: &Action| {
        let (row, detail) = (&action.row, &action.row.detail);
        let life = detail.rul_km.map_or(Cell::Empty, |life| {
            Cell::Text(format!("{:.0} to {:.0}", life.p05, life.p95))
        });
        let name = if detail.failure_name.is_empty() {
            &detail.failure_code
        } else {
            &detail.failure_name
        };
        let act = detail
            .action
            .as_ref()
            .map(|action| action.text.clone())
            .unwrap_or_default();
        let cost = &action.waiting.cost;
        vec![
            Cell::Text(row.vehicle_id.clone()),
            Cell::Text(name.clone()),
            Cell::Text(detail.severity.as_str().to_owned()),
            life,
            Cell::Number(cost.amount_minor as f64 / 100.0, money(cost)),
            Cell::Text(act),
            Cell::Text(row.registration.fleet_id.clone().unwrap_or_default()),
            row.next_visit
                .as_ref()
                .map_or(Cell::Empty, |(_, at)| Cell::Text(at.format("%Y-%m-%d").to_string())),
        ]
    };
    Table {
        title: "Action list".to_owned(),
        columns: vec![
            column("Vehicle", 1.7, false),
            column("Failure", 2.2, false),
            column("Severity", 1.4, false),
            column("Life left, km", 1.7, true),
            column("Week's wait", 1.5, true),
            column("Proposed", 3.0, false),
            column("Fleet", 1.4, false),
            column("Booked", 1.7, false),
        ],
        rows: actions.iter().map(row).collect(),
    }
}

fn worst(vehicles: &[VehicleRow]) -> Table {
    let row = |vehicle: &VehicleRow| {
        let known = &vehicle.registration;
        let model = [known.make.as_deref(), known.model.as_deref()];
        let score = |score: Option<f64>| score.map_or(Cell::Empty, |score| Cell::Number(score, format!("{score:.2}")));
        vec![
            Cell::Text(vehicle.vehicle_id.clone()),
            Cell::Text(model.into_iter().flatten().collect::<Vec<_>>().join(" ")),
            Cell::Text(vehicle.band.as_str().to_owned()),
            score(vehicle.score),
            Cell::Text(vehicle.worst_component.clone().unwrap_or_default()),
            score(vehicle.worst_score),
            Cell::Number(vehicle.open_alerts as f64, vehicle.open_alerts.to_string()),
        ]
    };
    Table {
        title: "Vehicles with the lowest scores".to_owned(),
        columns: vec![
            column("Vehicle", 2.0, false),
            column("Model", 2.4, false),
            column("Band", 1.4, false),
            column("Score", 1.0, true),
            column("Worst component", 2.0, false),
            column("Its score", 1.2, true),
            column("Open alerts", 1.3, true),
        ],
        rows: vehicles.iter().map(row).collect(),
    }
}

fn column(name: &'static str, width: f32, right: bool) -> Column {
    Column { name, width, right }
}

/// A name of a number as people write it.
fn named(name: &str) -> String {
    name.replace('_', " ")
}

fn plain(value: f64) -> String {
    if value.fract() == 0.0 && value.abs() < 1e15 {
        format!("{value:.0}")
    } else {
        format!("{value:.3}")
    }
}

fn shown(value: f64, unit: Unit, currency: Option<&str>) -> String {
    match unit {
        Unit::Share => format!("{:.1} %", value * 100.0),
        Unit::Seconds if value >= 7200.0 => format!("{:.1} h", value / 3600.0),
        Unit::Seconds if value >= 120.0 => format!("{:.1} min", value / 60.0),
        Unit::Seconds => format!("{value:.0} s"),
        Unit::Minor => format!("{} {}", grouped(value / 100.0), currency.unwrap_or_default()),
    }
}

/// Currencies of two decimals; those of none or three are shown as if they had two, and say their code.
fn money(money: &Money) -> String {
    format!("{} {}", grouped(money.amount_minor as f64 / 100.0), money.currency)
}

fn amounts(sum: &MoneySum) -> String {
    let all: Vec<String> = sum.amounts().iter().map(money).collect();
    if all.is_empty() { "0".to_owned() } else { all.join(", ") }
}

/// Whole units with thin groups of three.
fn grouped(value: f64) -> String {
    let digits = format!("{:.0}", value.abs());
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(' ');
        }
        text.push(digit);
    }
    if value < 0.0 && digits != "0" {
        format!("-{text}")
    } else {
        text
    }
}
