//! How healthy the fleet is, and how that went.

use super::{Figure, HealthFact, KpiId, Method, Period, Point, Row, Slice, Source, Step, TrendFact, Unit, share};
use crate::domain::fleet::Band;
use chrono::NaiveDate;
use std::collections::BTreeMap;

pub(super) const METHOD: Method = Method {
    code: "fleet_health.v1",
    name: "Healthy vehicles",
    text: "Vehicles whose newest overall health of the period is GOOD or EXCELLENT, over vehicles whose newest health is in a known band; \
           retired vehicles are left out. The course takes each vehicle's newest health of each UTC day, retired ones included.",
    numbers: &[
        (
            "mean_score",
            "Mean of the same newest scores, of vehicles that have one; 0 to 1.",
        ),
        ("vehicles", "Vehicles that any health was reported of in the period."),
    ],
    amounts: &[],
    breakdown: "Vehicles by the band of their newest health of the period; UNKNOWN is any that is not one of the five.",
};

/// From each vehicle's newest health of the period, and the fleet's sums of each day.
pub fn fleet_health(newest: Vec<HealthFact>, trend: &[TrendFact], period: &Period, step: Step) -> Figure {
    let mut figure = Figure::empty(KpiId::FleetHealth, Unit::Share);
    let count = |band: Band| newest.iter().filter(|fact| fact.band == band).count();
    let known = newest.len() - count(Band::Unknown);
    let scores: Vec<i64> = newest.iter().filter_map(|fact| fact.score_micro).collect();
    figure.value = share(count(Band::Good) + count(Band::Excellent), known);
    figure.n = known as u64;
    figure.count("vehicles", newest.len());
    let mean = (!scores.is_empty()).then(|| scores.iter().sum::<i64>() as f64 / 1e6 / scores.len() as f64);
    figure.numbers.insert("mean_score", mean);
    figure.breakdown = Band::ALL
        .into_iter()
        .map(|band| Slice {
            of: band.as_str().to_owned(),
            value: share(count(band), newest.len()),
            n: count(band) as u64,
        })
        .collect();
    figure.series = series(trend, period, step);
    figure.rows = newest.into_iter().map(row).collect();
    figure.sorted()
}

/// In a week each vehicle counts once for each day that it reported.
fn series(trend: &[TrendFact], period: &Period, step: Step) -> Vec<Point> {
    let mut parts: BTreeMap<NaiveDate, (u64, u64)> = period.parts(step).into_iter().map(|day| (day, (0, 0))).collect();
    for fact in trend.iter().filter(|fact| fact.band != Band::Unknown) {
        let noon = fact.day.and_hms_opt(12, 0, 0).map(|noon| noon.and_utc());
        let part = noon
            .and_then(|noon| period.part_of(step, noon))
            .and_then(|day| parts.get_mut(&day));
        if let Some((good, known)) = part {
            *known += fact.vehicles;
            *good += if fact.band >= Band::Good { fact.vehicles } else { 0 };
        }
    }
    let point = |(from, (good, known)): (NaiveDate, (u64, u64))| Point {
        from,
        value: share(good as usize, known as usize),
        n: known,
    };
    parts.into_iter().map(point).collect()
}

fn row(fact: HealthFact) -> Row {
    Row {
        time: fact.time,
        id: fact.vehicle_id.clone(),
        vehicle_id: fact.vehicle_id,
        kind: fact.band.as_str(),
        component: None,
        numbers: fact
            .score_micro
            .map(|score| ("score", score as f64 / 1e6))
            .into_iter()
            .collect(),
        amounts: BTreeMap::new(),
        sources: [
            "vehicle.health.computed",
            "vehicle.health.changed",
            "component.degraded",
            "component.critical",
        ]
        .map(|kind| Source { kind, time: fact.time })
        .to_vec(),
    }
}
