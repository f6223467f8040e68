//! Whether visits that were booked automatically come in time.

use super::{Figure, KpiId, Method, Period, Row, Slice, Source, Step, Unit, VisitFact, course, share};
use std::collections::BTreeMap;

pub(super) const METHOD: Method = Method {
    code: "booking.v1",
    name: "Booked in time",
    text: "Of visits that were first booked in the period, automatically, and not cancelled: the share that starts before the 5 % quantile of the \
           remaining life, over those of which that is known. A booking reserves part, skill and bay, else it is none.",
    numbers: &[
        ("booked", "Visits first booked in the period."),
        ("automatic", "Those that were booked automatically."),
        ("before_p05", "Automatic, not cancelled, and before the 5 % quantile."),
        ("after_p05", "Automatic, not cancelled, and not before it."),
        ("unknown", "Automatic, not cancelled, and without a known quantile."),
        ("cancelled", "Automatic and cancelled."),
        ("completed", "Visits of the period that are completed."),
    ],
    amounts: &[],
    breakdown: "Visits by how far they have come, as a share of all.",
};

/// Of visits that were first booked in the period.
pub fn booking(visits: &[VisitFact], period: &Period, step: Step) -> Figure {
    let mut figure = Figure::empty(KpiId::Booking, Unit::Share);
    let count = |what: &dyn Fn(&&VisitFact) -> bool| visits.iter().filter(what).count();
    let automatic = |visit: &VisitFact| visit.automatic == Some(true);
    let stands = |visit: &VisitFact| automatic(visit) && visit.state != "CANCELLED";
    let all: Vec<&VisitFact> = visits.iter().collect();
    figure.value = in_time(&all);
    figure.count("booked", visits.len());
    figure.count("automatic", count(&|visit| automatic(visit)));
    let (before, after) = (
        count(&|visit| stands(visit) && visit.starts_before_p05 == Some(true)),
        count(&|visit| stands(visit) && visit.starts_before_p05 == Some(false)),
    );
    figure.count("before_p05", before);
    figure.count("after_p05", after);
    figure.count(
        "unknown",
        count(&|visit| stands(visit) && visit.starts_before_p05.is_none()),
    );
    figure.count(
        "cancelled",
        count(&|visit| automatic(visit) && visit.state == "CANCELLED"),
    );
    figure.count("completed", count(&|visit| visit.state == "COMPLETED"));
    figure.n = (before + after) as u64;
    let mut states: BTreeMap<&str, usize> = BTreeMap::new();
    for visit in visits {
        *states.entry(&visit.state).or_default() += 1;
    }
    figure.breakdown = states
        .into_iter()
        .map(|(state, count)| Slice {
            of: state.to_owned(),
            value: share(count, visits.len()),
            n: count as u64,
        })
        .collect();
    figure.series = course(period, step, visits, |visit| visit.planned_at, in_time);
    figure.rows = visits.iter().filter_map(row).collect();
    figure.sorted()
}

fn in_time(visits: &[&VisitFact]) -> Option<f64> {
    let stands = visits
        .iter()
        .filter(|visit| visit.automatic == Some(true) && visit.state != "CANCELLED");
    let known: Vec<bool> = stands.filter_map(|visit| visit.starts_before_p05).collect();
    share(known.iter().filter(|before| **before).count(), known.len())
}

fn row(visit: &VisitFact) -> Option<Row> {
    let planned = visit.planned_at?;
    let kind = match (visit.automatic, visit.state.as_str(), visit.starts_before_p05) {
        (Some(true), "CANCELLED", _) => "CANCELLED",
        (Some(true), _, Some(true)) => "IN_TIME",
        (Some(true), _, Some(false)) => "LATE",
        (Some(true), _, None) => "UNKNOWN",
        _ => "BY_HAND",
    };
    let reported = visit.reported_at.map(|time| Source {
        kind: "appointment.completed",
        time,
    });
    let scheduled = Source {
        kind: "appointment.scheduled",
        time: planned,
    };
    Some(Row {
        time: planned,
        id: visit.visit_id.clone(),
        vehicle_id: visit.vehicle_id.clone(),
        kind,
        component: visit.component.clone(),
        numbers: BTreeMap::new(),
        amounts: visit.cost.clone().map(|cost| ("cost", cost)).into_iter().collect(),
        sources: std::iter::once(scheduled).chain(reported).collect(),
    })
}
