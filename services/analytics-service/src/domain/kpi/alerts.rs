//! How fast people answer alerts, and how many were right.

use super::{AlertFact, Figure, KpiId, Method, Period, Row, Slice, Source, Step, Unit, course, quantile, share};
use crate::domain::fleet::Severity;
use std::collections::BTreeMap;

pub(super) const METHOD: Method = Method {
    code: "alert_response.v1",
    name: "Alert response",
    text: "Median seconds from an alert's creation to its first acknowledgement (nearest rank), of alerts raised in the period and \
           acknowledged at any time. Alerts that nobody acknowledged are no part of it and stand beside it.",
    numbers: &[
        ("raised", "Alerts raised in the period."),
        ("acknowledged", "Those that a person acknowledged."),
        ("share_acknowledged", "The same as a share of those raised."),
        ("mean_s", "Mean seconds to the first acknowledgement."),
        (
            "p95_s",
            "Seconds within which 95 % of the acknowledged were answered (nearest rank).",
        ),
        ("resolved", "Alerts of the period that are resolved."),
        (
            "judged",
            "Alerts whose decision a completed visit confirmed or found nothing of.",
        ),
        ("share_false", "Of those, the share in which nothing was found."),
    ],
    amounts: &[],
    breakdown: "Median seconds by severity, and the alerts that were raised.",
};

/// Of alerts that were raised in the period.
pub fn alert_response(alerts: &[AlertFact], period: &Period, step: Step) -> Figure {
    let all: Vec<&AlertFact> = alerts.iter().collect();
    let waits = waits(&all);
    let mut figure = Figure::empty(KpiId::AlertStats, Unit::Seconds);
    figure.value = quantile(&waits, 0.5);
    figure.n = waits.len() as u64;
    figure.count("raised", alerts.len());
    figure.count("acknowledged", waits.len());
    figure.count(
        "resolved",
        alerts.iter().filter(|alert| alert.resolved_at.is_some()).count(),
    );
    let judged = alerts.iter().filter(|alert| alert.confirmed.is_some()).count();
    let wrong = alerts.iter().filter(|alert| alert.confirmed == Some(false)).count();
    figure.count("judged", judged);
    figure.numbers.insert("share_false", share(wrong, judged));
    figure
        .numbers
        .insert("share_acknowledged", share(waits.len(), alerts.len()));
    let mean = (!waits.is_empty()).then(|| waits.iter().sum::<i64>() as f64 / waits.len() as f64);
    figure.numbers.insert("mean_s", mean);
    figure.numbers.insert("p95_s", quantile(&waits, 0.95));
    figure.breakdown = Severity::ALL
        .into_iter()
        .rev()
        .map(|severity| slice(alerts, severity))
        .collect();
    figure.series = course(
        period,
        step,
        alerts,
        |alert| Some(alert.raised_at),
        |some| quantile(&self::waits(some), 0.5),
    );
    figure.rows = alerts.iter().map(row).collect();
    figure.sorted()
}

/// Sorted seconds to the first acknowledgement.
fn waits(alerts: &[&AlertFact]) -> Vec<i64> {
    let mut waits: Vec<i64> = alerts.iter().filter_map(|alert| wait(alert)).collect();
    waits.sort_unstable();
    waits
}

fn wait(alert: &AlertFact) -> Option<i64> {
    Some((alert.acknowledged_at? - alert.raised_at).num_seconds().max(0))
}

fn slice(alerts: &[AlertFact], severity: Severity) -> Slice {
    let some: Vec<&AlertFact> = alerts.iter().filter(|alert| alert.severity == severity).collect();
    Slice {
        of: severity.as_str().to_owned(),
        value: quantile(&waits(&some), 0.5),
        n: some.len() as u64,
    }
}

fn row(alert: &AlertFact) -> Row {
    let source = |kind, time| Source { kind, time };
    let steps = [
        Some(source("alert.created", alert.raised_at)),
        alert.acknowledged_at.map(|time| source("alert.acknowledged", time)),
        alert.resolved_at.map(|time| source("alert.resolved", time)),
    ];
    Row {
        time: alert.raised_at,
        id: alert.alert_id.clone(),
        vehicle_id: alert.vehicle_id.clone(),
        kind: alert.severity.as_str(),
        component: alert.component.clone(),
        numbers: wait(alert)
            .map(|seconds| ("acknowledged_s", seconds as f64))
            .into_iter()
            .collect(),
        amounts: BTreeMap::new(),
        sources: steps.into_iter().flatten().collect(),
    }
}
