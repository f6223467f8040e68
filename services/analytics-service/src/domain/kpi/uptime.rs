//! The share of their service that vehicles could be used.

use super::{AlertFact, Figure, KpiId, Method, Period, Point, Row, ServiceFact, Source, Step, Unit, VisitFact};
use crate::domain::fleet::Severity;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

pub(super) const METHOD: Method = Method {
    code: "uptime.v1",
    name: "Uptime",
    text: "One minus the time that vehicles stood over the time that they were in service, by the second. A vehicle is in service from its first \
           event until it is retired. It stands from the start of a visit until its end (planned), and from an EMERGENCY alert until that \
           is resolved (unplanned). Time that is both counts once, as planned; what is not over counts until now.",
    numbers: &[
        ("service_h", "Hours in service of all vehicles within the period."),
        ("planned_h", "Hours in the workshop."),
        ("unplanned_h", "Hours under an EMERGENCY alert and not in the workshop."),
        ("vehicles", "Vehicles that were in service at any time of the period."),
    ],
    amounts: &[],
    breakdown: "Hours that vehicles stood, by reason, over the hours in service.",
};

/// From one second to before another, since 1970. Whole seconds, so that parts add up to the whole.
type Span = (i64, i64);

/// What the figure is computed from.
#[derive(Debug, Clone, Default)]
pub struct Standing {
    pub services: Vec<ServiceFact>,
    pub visits: Vec<VisitFact>,
    pub emergencies: Vec<AlertFact>,
}

/// When each vehicle was in service and stood, in seconds.
#[derive(Default)]
struct Sums {
    service_s: i64,
    planned_s: i64,
    unplanned_s: i64,
    vehicles: u64,
}

impl Sums {
    fn value(&self) -> Option<f64> {
        (self.service_s > 0).then(|| 1.0 - (self.planned_s + self.unplanned_s) as f64 / self.service_s as f64)
    }
}

/// Spans of one vehicle.
#[derive(Default)]
struct Spans {
    planned: Vec<Span>,
    unplanned: Vec<Span>,
}

/// The figure at an instant `now` of business time.
pub fn uptime(standing: &Standing, period: &Period, step: Step, now: DateTime<Utc>) -> Figure {
    let mut spans: BTreeMap<&str, Spans> = BTreeMap::new();
    let mut figure = Figure::empty(KpiId::Uptime, Unit::Share);
    let whole = span(period.start(), period.end().min(now));
    for visit in &standing.visits {
        let Some(from) = visit.started_at else { continue };
        let to = visit.completed_at.or(visit.cancelled_at).unwrap_or(now);
        if let Some(span) = clip(span(from, to), whole) {
            spans.entry(&visit.vehicle_id).or_default().planned.push(span);
            figure.rows.push(row(
                visit_source(visit),
                &visit.vehicle_id,
                &visit.visit_id,
                "PLANNED",
                span,
            ));
        }
    }
    for alert in standing
        .emergencies
        .iter()
        .filter(|alert| alert.severity == Severity::Emergency)
    {
        let to = alert.resolved_at.unwrap_or(now);
        if let Some(span) = clip(span(alert.raised_at, to), whole) {
            spans.entry(&alert.vehicle_id).or_default().unplanned.push(span);
            figure.rows.push(row(
                alert_source(alert),
                &alert.vehicle_id,
                &alert.alert_id,
                "UNPLANNED",
                span,
            ));
        }
    }
    for known in spans.values_mut() {
        known.planned = union(std::mem::take(&mut known.planned));
        known.unplanned = union(std::mem::take(&mut known.unplanned));
    }
    let lives = lives(&standing.services, &spans);
    let sums = sum(&lives, whole);
    figure.value = sums.value();
    figure.n = sums.vehicles;
    let hours = |seconds: i64| Some(seconds as f64 / 3600.0);
    figure.numbers = BTreeMap::from([
        ("service_h", hours(sums.service_s)),
        ("planned_h", hours(sums.planned_s)),
        ("unplanned_h", hours(sums.unplanned_s)),
        ("vehicles", Some(sums.vehicles as f64)),
    ]);
    let slice = |of: &str, kind: &str, seconds: i64| super::Slice {
        of: of.to_owned(),
        value: (sums.service_s > 0).then(|| seconds as f64 / sums.service_s as f64),
        n: figure.rows.iter().filter(|row| row.kind == kind).count() as u64,
    };
    figure.breakdown = vec![
        slice("PLANNED", "PLANNED", sums.planned_s),
        slice("UNPLANNED", "UNPLANNED", sums.unplanned_s),
    ];
    figure.series = series(&lives, period, step, now);
    figure.sorted()
}

/// A vehicle's service, and when it stood.
type Life<'a> = (Span, Option<&'a Spans>);

/// Put together once: a period of many parts looks at each of them again.
fn lives<'a>(services: &[ServiceFact], spans: &'a BTreeMap<&str, Spans>) -> Vec<Life<'a>> {
    let life = |service: &ServiceFact| {
        let to = service.retired_at.map_or(i64::MAX, |retired_at| retired_at.timestamp());
        (
            (service.first_seen_at.timestamp(), to),
            spans.get(service.vehicle_id.as_str()),
        )
    };
    services.iter().map(life).collect()
}

fn series(lives: &[Life<'_>], period: &Period, step: Step, now: DateTime<Utc>) -> Vec<Point> {
    let point = |from| {
        let part = Period {
            from,
            to: period.next_part(step, from),
        };
        let sums = sum(lives, span(part.start(), part.end().min(now)));
        Point {
            from,
            value: sums.value(),
            n: sums.vehicles,
        }
    };
    period.parts(step).into_iter().map(point).collect()
}

fn sum(lives: &[Life<'_>], whole: Span) -> Sums {
    let mut sums = Sums::default();
    for (life, known) in lives {
        let Some(life) = clip(*life, whole) else { continue };
        sums.vehicles += 1;
        sums.service_s += seconds(life);
        let Some(known) = known else { continue };
        let planned = clipped(&known.planned, life);
        let unplanned = clipped(&known.unplanned, life);
        let both: i64 = unplanned
            .iter()
            .flat_map(|span| clipped(&known.planned, *span))
            .map(seconds)
            .sum();
        sums.planned_s += planned.into_iter().map(seconds).sum::<i64>();
        sums.unplanned_s += unplanned.into_iter().map(seconds).sum::<i64>() - both;
    }
    sums
}

fn span(from: DateTime<Utc>, to: DateTime<Utc>) -> Span {
    (from.timestamp(), to.timestamp())
}

fn seconds((from, to): Span) -> i64 {
    to - from
}

/// The part of a span that lies in another, if any does.
fn clip((from, to): Span, within: Span) -> Option<Span> {
    let clipped = (from.max(within.0), to.min(within.1));
    (clipped.0 < clipped.1).then_some(clipped)
}

fn clipped(spans: &[Span], within: Span) -> Vec<Span> {
    spans.iter().filter_map(|span| clip(*span, within)).collect()
}

/// Spans without overlap.
fn union(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort();
    let mut apart: Vec<Span> = Vec::with_capacity(spans.len());
    for span in spans {
        match apart.last_mut() {
            Some(last) if span.0 <= last.1 => last.1 = last.1.max(span.1),
            _ => apart.push(span),
        }
    }
    apart
}

fn visit_source(visit: &VisitFact) -> Vec<Source> {
    let started = visit.started_at.map(|time| Source {
        kind: "appointment.started",
        time,
    });
    let completed = visit.reported_at.map(|time| Source {
        kind: "appointment.completed",
        time,
    });
    started.into_iter().chain(completed).collect()
}

fn alert_source(alert: &AlertFact) -> Vec<Source> {
    let raised = Source {
        kind: "alert.created",
        time: alert.raised_at,
    };
    let resolved = alert.resolved_at.map(|time| Source {
        kind: "alert.resolved",
        time,
    });
    std::iter::once(raised).chain(resolved).collect()
}

fn row(sources: Vec<Source>, vehicle_id: &str, id: &str, kind: &'static str, span: Span) -> Row {
    Row {
        time: DateTime::from_timestamp(span.0, 0).unwrap_or_default(),
        id: id.to_owned(),
        vehicle_id: vehicle_id.to_owned(),
        kind,
        component: None,
        numbers: BTreeMap::from([("hours", seconds(span) as f64 / 3600.0)]),
        amounts: BTreeMap::new(),
        sources,
    }
}
