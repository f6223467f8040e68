//! Key figures: each is a pure function of facts, and brings its method, its course and the rows it was made of.

pub mod alerts;
pub mod avoidance;
pub mod booking;
pub mod calibration;
pub mod facts;
pub mod health;
pub mod period;
pub mod spend;
pub mod uptime;
pub mod warranty;

pub use facts::*;
pub use period::{Period, PeriodRefused, Step};

use crate::domain::money::{Money, MoneySum};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::BTreeMap;

/// Every key figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum KpiId {
    FleetHealth,
    Uptime,
    CostAvoidance,
    AlertStats,
    Calibration,
    Booking,
    WarrantyStats,
    LlmSpend,
}

impl KpiId {
    /// All of them, in the order of lists.
    pub const ALL: [KpiId; 8] = [
        KpiId::FleetHealth,
        KpiId::Uptime,
        KpiId::CostAvoidance,
        KpiId::AlertStats,
        KpiId::Calibration,
        KpiId::Booking,
        KpiId::WarrantyStats,
        KpiId::LlmSpend,
    ];

    /// The name in paths.
    pub fn as_str(self) -> &'static str {
        match self {
            KpiId::FleetHealth => "fleet-health",
            KpiId::Uptime => "uptime",
            KpiId::CostAvoidance => "cost-avoidance",
            KpiId::AlertStats => "alert-stats",
            KpiId::Calibration => "calibration",
            KpiId::Booking => "booking",
            KpiId::WarrantyStats => "warranty-stats",
            KpiId::LlmSpend => "llm-spend",
        }
    }

    /// The figure of this name.
    pub fn parse(name: &str) -> Option<KpiId> {
        KpiId::ALL.into_iter().find(|id| id.as_str() == name)
    }
}

/// What a value counts in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// 0 to 1.
    Share,
    Seconds,
    /// Minor units of the figure's currency.
    Minor,
}

impl Unit {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Unit::Share => "share",
            Unit::Seconds => "s",
            Unit::Minor => "minor",
        }
    }
}

/// How a figure is computed: a code that changes with the method, a sentence, and a sentence for each of its numbers.
#[derive(Debug, Clone, Copy)]
pub struct Method {
    pub code: &'static str,
    /// English.
    pub name: &'static str,
    pub text: &'static str,
    pub numbers: &'static [(&'static str, &'static str)],
    pub amounts: &'static [(&'static str, &'static str)],
    /// What a slice of the breakdown is.
    pub breakdown: &'static str,
}

/// A part of a figure's course.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// The first day of the part.
    pub from: NaiveDate,
    pub value: Option<f64>,
    /// What the value rests on.
    pub n: u64,
}

/// A figure of one group.
#[derive(Debug, Clone, PartialEq)]
pub struct Slice {
    pub of: String,
    pub value: Option<f64>,
    pub n: u64,
}

/// One of the things that a figure was made of.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    pub time: DateTime<Utc>,
    /// What it is, by its id.
    pub id: String,
    pub vehicle_id: String,
    /// What it counted as.
    pub kind: &'static str,
    pub component: Option<String>,
    pub numbers: BTreeMap<&'static str, f64>,
    pub amounts: BTreeMap<&'static str, Money>,
    /// The events that it was told by.
    pub sources: Vec<Source>,
}

/// An event about a vehicle, found again by its type and time.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    pub kind: &'static str,
    pub time: DateTime<Utc>,
}

/// A key figure over a period.
#[derive(Debug, Clone, PartialEq)]
pub struct Figure {
    pub id: KpiId,
    pub unit: Unit,
    /// None where there is nothing to compute it from.
    pub value: Option<f64>,
    /// Of a value in minor units.
    pub currency: Option<String>,
    /// What the value rests on.
    pub n: u64,
    pub numbers: BTreeMap<&'static str, Option<f64>>,
    pub amounts: BTreeMap<&'static str, MoneySum>,
    pub breakdown: Vec<Slice>,
    pub series: Vec<Point>,
    /// Newest first.
    pub rows: Vec<Row>,
}

impl Figure {
    /// A figure that knows nothing yet.
    fn empty(id: KpiId, unit: Unit) -> Figure {
        Figure {
            id,
            unit,
            value: None,
            currency: None,
            n: 0,
            numbers: BTreeMap::new(),
            amounts: BTreeMap::new(),
            breakdown: Vec::new(),
            series: Vec::new(),
            rows: Vec::new(),
        }
    }

    /// How it was computed.
    pub fn method(&self) -> &'static Method {
        method_of(self.id)
    }

    fn count(&mut self, name: &'static str, count: usize) {
        self.numbers.insert(name, Some(count as f64));
    }

    fn sorted(mut self) -> Figure {
        self.rows.sort_by(|a, b| (b.time, &b.id).cmp(&(a.time, &a.id)));
        self
    }
}

/// The method of a figure.
pub fn method_of(id: KpiId) -> &'static Method {
    match id {
        KpiId::FleetHealth => &health::METHOD,
        KpiId::Uptime => &uptime::METHOD,
        KpiId::CostAvoidance => &avoidance::METHOD,
        KpiId::AlertStats => &alerts::METHOD,
        KpiId::Calibration => &calibration::METHOD,
        KpiId::Booking => &booking::METHOD,
        KpiId::WarrantyStats => &warranty::METHOD,
        KpiId::LlmSpend => &spend::METHOD,
    }
}

/// A part of a whole, 0 to 1; none of nothing.
fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// The value below which a share `q` of sorted values lies (nearest rank); none of nothing.
fn quantile(sorted: &[i64], q: f64) -> Option<f64> {
    let rank = (q * sorted.len() as f64).ceil().max(1.0) as usize;
    sorted
        .get(rank.min(sorted.len()).checked_sub(1)?)
        .map(|value| *value as f64)
}

/// A value for each part of the period, of what lies in it.
fn course<T>(
    period: &Period,
    step: Step,
    what: &[T],
    at: impl Fn(&T) -> Option<DateTime<Utc>>,
    value: impl Fn(&[&T]) -> Option<f64>,
) -> Vec<Point> {
    let mut parts: BTreeMap<NaiveDate, Vec<&T>> = period.parts(step).into_iter().map(|day| (day, Vec::new())).collect();
    for one in what {
        let part = at(one)
            .and_then(|time| period.part_of(step, time))
            .and_then(|day| parts.get_mut(&day));
        if let Some(part) = part {
            part.push(one);
        }
    }
    let point = |(from, some): (NaiveDate, Vec<&T>)| Point {
        from,
        value: value(&some),
        n: some.len() as u64,
    };
    parts.into_iter().map(point).collect()
}
