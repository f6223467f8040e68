//! What the warranty covers, what was claimed, and what could have been.

use super::{
    CheckFact, ClaimFact, Figure, KpiId, Method, Period, Row, SettledFact, Slice, Source, Step, Unit, course, share,
};
use std::collections::BTreeMap;

pub(super) const METHOD: Method = Method {
    code: "warranty.v1",
    name: "Covered repairs",
    text: "Of warranty checks of the period, by their newest word, the share that found the repair covered.",
    numbers: &[
        ("checks", "Warranty checks."),
        ("covered", "Those that found the repair covered."),
        ("claims", "Claims submitted in the period, by their newest word."),
        (
            "unclaimed",
            "Visits completed in the period that confirmed a decision which the warranty had found covered, and whose vehicle and component \
             no claim names at any time.",
        ),
    ],
    amounts: &[
        ("claimed", "The amounts of the claims."),
        ("unclaimed", "The reported cost of those visits."),
    ],
    breakdown: "Share of covered checks by component.",
};

/// Of checks, claims and completed visits of the period.
pub fn warranty(
    checks: &[CheckFact],
    claims: &[ClaimFact],
    settled: &[SettledFact],
    period: &Period,
    step: Step,
) -> Figure {
    let all: Vec<&CheckFact> = checks.iter().collect();
    let mut figure = Figure::empty(KpiId::WarrantyStats, Unit::Share);
    let unclaimed: Vec<&SettledFact> = settled.iter().filter(|settled| is_unclaimed(settled)).collect();
    figure.value = covered(&all);
    figure.n = checks.len() as u64;
    figure.count("checks", checks.len());
    figure.count("covered", checks.iter().filter(|check| check.covered).count());
    figure.count("claims", claims.len());
    figure.count("unclaimed", unclaimed.len());
    let (claimed_sum, unclaimed_sum) = Default::default();
    figure.amounts = BTreeMap::from([("claimed", claimed_sum), ("unclaimed", unclaimed_sum)]);
    for claim in claims {
        let sum = figure.amounts.entry("claimed").or_default();
        sum.add(&claim.amount.currency, claim.amount.amount_minor);
    }
    for cost in unclaimed.iter().filter_map(|settled| settled.visit.cost.as_ref()) {
        let sum = figure.amounts.entry("unclaimed").or_default();
        sum.add(&cost.currency, cost.amount_minor);
    }
    let mut components: BTreeMap<&str, Vec<&CheckFact>> = BTreeMap::new();
    for check in checks {
        components.entry(&check.component).or_default().push(check);
    }
    figure.breakdown = components
        .into_iter()
        .map(|(component, some)| Slice {
            of: component.to_owned(),
            value: covered(&some),
            n: some.len() as u64,
        })
        .collect();
    figure.series = course(period, step, checks, |check| Some(check.checked_at), covered);
    let claims = claims.iter().map(claim_row);
    let missed = unclaimed.into_iter().filter_map(unclaimed_row);
    figure.rows = checks.iter().map(check_row).chain(claims).chain(missed).collect();
    figure.sorted()
}

fn covered(checks: &[&CheckFact]) -> Option<f64> {
    share(checks.iter().filter(|check| check.covered).count(), checks.len())
}

fn is_unclaimed(settled: &SettledFact) -> bool {
    let covered = settled.decision.as_ref().and_then(|decision| decision.covered);
    settled.visit.confirmed && covered == Some(true) && !settled.claimed
}

fn check_row(check: &CheckFact) -> Row {
    Row {
        time: check.checked_at,
        id: check.check_id.clone(),
        vehicle_id: check.vehicle_id.clone(),
        kind: if check.covered { "COVERED" } else { "NOT_COVERED" },
        component: Some(check.component.clone()),
        numbers: BTreeMap::new(),
        amounts: BTreeMap::new(),
        sources: vec![Source {
            kind: "warranty.coverage.checked",
            time: check.checked_at,
        }],
    }
}

fn claim_row(claim: &ClaimFact) -> Row {
    Row {
        time: claim.claimed_at,
        id: claim.claim_id.clone(),
        vehicle_id: claim.vehicle_id.clone(),
        kind: "CLAIM",
        component: Some(claim.component.clone()),
        numbers: BTreeMap::new(),
        amounts: BTreeMap::from([("claimed", claim.amount.clone())]),
        sources: vec![Source {
            kind: "warranty.claim.submitted",
            time: claim.claimed_at,
        }],
    }
}

fn unclaimed_row(settled: &SettledFact) -> Option<Row> {
    let visit = &settled.visit;
    let reported = visit.reported_at.map(|time| Source {
        kind: "appointment.completed",
        time,
    });
    Some(Row {
        time: visit.completed_at?,
        id: visit.visit_id.clone(),
        vehicle_id: visit.vehicle_id.clone(),
        kind: "UNCLAIMED",
        component: visit.component.clone(),
        numbers: BTreeMap::new(),
        amounts: visit.cost.clone().map(|cost| ("unclaimed", cost)).into_iter().collect(),
        sources: reported.into_iter().collect(),
    })
}
