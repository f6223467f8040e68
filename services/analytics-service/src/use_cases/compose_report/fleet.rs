//! The fleet report: health, the action list, the worst vehicles.

use super::executive::money;
use super::{About, coded, column, course, day, nothing, number};
use crate::domain::fleet::Band;
use crate::domain::fleet::change::DecisionDetail;
use crate::domain::money::{Money, MoneySum};
use crate::domain::wording::Words;
use crate::paper::{Bars, Block, Cell, Document, On, Table, Tile};
use crate::store::VehicleRow;
use crate::use_cases::list_actions::Action;
use crate::use_cases::measure_kpis::Measured;
use crate::use_cases::show_fleet_dashboard::FleetDashboard;

/// What the fleet needs: health, the action list, the worst vehicles.
pub fn fleet_report(about: &About<'_>, fleet: &FleetDashboard, kpis: &[Measured]) -> Document {
    let words = about.words;
    let numbers = &fleet.numbers;
    let bar = |band: Band| {
        let count = numbers.by_band.get(&band).copied().unwrap_or(0) as f64;
        (words.name("band", band.as_str()), count, words.numerals.plain(count))
    };
    let mut blocks = vec![
        Block::Tiles(tiles(words, fleet)),
        Block::Bars(Bars {
            title: words.text("fleet.health"),
            bars: Band::ALL.into_iter().rev().map(bar).collect(),
        }),
    ];
    blocks.extend(kpis.iter().take(1).map(|measured| course(words, measured)));
    blocks.push(Block::Heading(words.text("fleet.to_do")));
    blocks.push(Block::Text(words.text("fleet.order")));
    blocks.push(Block::Table(actions(words, &fleet.actions.actions)));
    blocks.push(Block::Table(worst(words, &fleet.worst)));
    about.document("report.fleet", blocks)
}

fn tiles(words: &Words, fleet: &FleetDashboard) -> Vec<Tile> {
    let tile = |key: &str, label: &str, value: Cell, note: &str| Tile {
        key: key.to_owned(),
        label: words.text(label),
        value,
        before: Cell::Empty,
        note: words.text(note),
    };
    let count = |count: u64| number(words, count as f64, 0);
    let (numbers, costs) = (&fleet.numbers, &fleet.costs);
    let score = numbers.mean_score();
    let score = score.map_or_else(nothing, |score| number(words, score, 2));
    vec![
        tile(
            "vehicles",
            "fleet.vehicles",
            count(numbers.vehicles),
            "fleet.vehicles_note",
        ),
        tile("mean_score", "fleet.mean_score", score, "fleet.mean_score_note"),
        tile(
            "with_open_alerts",
            "fleet.open_alerts",
            count(numbers.with_open_alerts),
            "fleet.of_vehicles",
        ),
        tile(
            "with_serious_alerts",
            "fleet.serious_alerts",
            count(numbers.with_serious_alerts),
            "fleet.of_vehicles",
        ),
        tile(
            "with_visit",
            "fleet.visits",
            count(numbers.with_visit),
            "fleet.of_vehicles",
        ),
        tile(
            "open_decisions",
            "fleet.open_decisions",
            count(costs.open_decisions),
            "fleet.open_decisions_note",
        ),
        tile(
            "open_estimate_high",
            "fleet.open_estimate",
            sum(words, &costs.open_high),
            "fleet.open_estimate_note",
        ),
        tile("spent", "fleet.spent", sum(words, &costs.spent), "fleet.spent_note"),
    ]
}

/// A sum of one currency is a number; one of several is a text of them.
fn sum(words: &Words, sum: &MoneySum) -> Cell {
    match sum.amounts().as_slice() {
        [] => number(words, 0.0, 0),
        [one] => money(words, one),
        some => {
            let bare = |one: &Money| format!("{} {}", one.main_units(), one.currency);
            Cell::Coded {
                code: some.iter().map(bare).collect::<Vec<_>>().join(" + "),
                text: words.numerals.amounts(sum),
            }
        }
    }
}

fn actions(words: &Words, actions: &[Action]) -> Table {
    Table {
        key: "action_list".to_owned(),
        title: words.text("fleet.actions"),
        sheet: words.text("fleet.actions"),
        columns: vec![
            column(words, "vehicle_id", "column.vehicle", 2.3),
            column(words, "failure", "column.failure", 2.2),
            column(words, "severity", "column.severity", 1.3),
            column(words, "life", "column.life", 1.8).right().on(On::Pdf),
            column(words, "life_p05_km", "column.life_from", 1.5)
                .right()
                .on(On::Sheets),
            column(words, "life_p95_km", "column.life_to", 1.5)
                .right()
                .on(On::Sheets),
            column(words, "week_wait", "column.week_wait", 1.5).right(),
            column(words, "currency", "column.currency", 1.0).on(On::Csv),
            column(words, "action", "column.proposed", 3.0),
            column(words, "fleet_id", "column.fleet", 1.2),
            column(words, "booked_on", "column.booked", 1.5),
        ],
        rows: actions.iter().map(|action| action_row(words, action)).collect(),
    }
}

fn action_row(words: &Words, action: &Action) -> Vec<Cell> {
    let (row, detail) = (&action.row, &action.row.detail);
    let km = |km: f64| number(words, km.round(), 0);
    let [life, from, to] = match detail.rul_km {
        None => [Cell::Empty, Cell::Empty, Cell::Empty],
        Some(life) => {
            let (from, to) = (km(life.p05), km(life.p95));
            let values = [("from", from.text()), ("to", to.text())];
            [Cell::Text(words.fill("fleet.life", &values)), from, to]
        }
    };
    let cost = &action.waiting.cost;
    let booked = row.next_visit.as_ref().map(|(_, at)| at.date_naive());
    vec![
        Cell::Text(row.vehicle_id.clone()),
        failure(words, detail),
        coded(words, "severity", detail.severity.as_str()),
        life,
        from,
        to,
        money(words, cost),
        Cell::Text(cost.currency.clone()),
        proposed(words, detail),
        Cell::Text(row.registration.fleet_id.clone().unwrap_or_default()),
        booked.map_or(Cell::Empty, |booked| day(words, booked)),
    ]
}

/// A failure by its name; the decision brings one in English.
fn failure(words: &Words, detail: &DecisionDetail) -> Cell {
    let (code, name) = (&detail.failure_code, &detail.failure_name);
    let told = if name.is_empty() { code } else { name };
    let known = words.known(&format!("failure.{code}"));
    Cell::Coded {
        code: code.clone(),
        text: known.unwrap_or(told).to_owned(),
    }
}

/// What to do first; the decision brings it in English.
fn proposed(words: &Words, detail: &DecisionDetail) -> Cell {
    detail.action.as_ref().map_or(Cell::Empty, |action| Cell::Coded {
        code: action.code.clone(),
        text: words.known(&action.code).unwrap_or(&action.text).to_owned(),
    })
}

fn worst(words: &Words, vehicles: &[VehicleRow]) -> Table {
    Table {
        key: "worst_vehicles".to_owned(),
        title: words.text("fleet.worst"),
        sheet: words.text("fleet.worst_sheet"),
        columns: vec![
            column(words, "vehicle_id", "column.vehicle", 2.0),
            column(words, "model", "column.model", 2.4),
            column(words, "band", "column.band", 1.4),
            column(words, "score", "column.score", 1.0).right(),
            column(words, "worst_component", "column.worst", 2.2),
            column(words, "worst_score", "column.worst_score", 1.3).right(),
            column(words, "open_alerts", "column.open_alerts", 1.4).right(),
        ],
        rows: vehicles.iter().map(|vehicle| worst_row(words, vehicle)).collect(),
    }
}

fn worst_row(words: &Words, vehicle: &VehicleRow) -> Vec<Cell> {
    let known = &vehicle.registration;
    let model = [known.make.as_deref(), known.model.as_deref()];
    let score = |score: Option<f64>| score.map_or(Cell::Empty, |score| number(words, score, 2));
    let component = vehicle.worst_component.as_deref();
    vec![
        Cell::Text(vehicle.vehicle_id.clone()),
        Cell::Text(model.into_iter().flatten().collect::<Vec<_>>().join(" ")),
        coded(words, "band", vehicle.band.as_str()),
        score(vehicle.score),
        component.map_or(Cell::Empty, |component| coded(words, "component", component)),
        score(vehicle.worst_score),
        number(words, vehicle.open_alerts as f64, 0),
    ]
}
