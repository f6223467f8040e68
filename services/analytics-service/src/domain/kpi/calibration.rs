//! Whether remaining lives come true: how often parts fail before the quantiles that were promised.

use super::{
    DecisionFact, Figure, KpiId, Method, Period, PredictionFact, ReportFact, Row, Slice, Source, Step, Unit, course,
};
use crate::domain::fleet::lifecycle::{Judgement, judgement};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

pub(super) const METHOD: Method = Method {
    code: "rul_calibration.v2",
    name: "Life within 90 % band",
    text: "The estimated share of parts that fail between the 5 % and the 95 % quantile of the remaining life that a decision of the period \
           gave; a calibrated model has 0.9. A failure is a visit that confirmed it, at the distance driven since the decision: the \
           visit for the decision, else the first after it that confirmed a failure of its component before that was worked on otherwise, so \
           a decision that was superseded has the failure of the one that took its place. Parts that \
           were repaired elsewhere, found sound or still run are censored where they stood last. The share before each quantile is one \
           minus the Kaplan-Meier survival at 1 of the distance divided by that quantile (Kaplan and Meier, 1958), so parts that are \
           still running count for what is known of them. Decisions without a remaining life or an odometer are left out.",
    numbers: &[
        (
            "predictions",
            "Decisions with a remaining life and an odometer reading.",
        ),
        ("failures", "Those whose failure a visit confirmed."),
        ("censored", "Those of which only a distance without failure is known."),
        (
            "before_p05",
            "Estimated share that fails before the 5 % quantile; 0.05 would be right.",
        ),
        (
            "before_p50",
            "Estimated share that fails before the median; 0.5 would be right.",
        ),
        (
            "before_p95",
            "Estimated share that fails before the 95 % quantile; 0.95 would be right.",
        ),
    ],
    amounts: &[],
    breakdown: "The same share by component.",
};

impl PredictionFact {
    /// What became of a decision, by the reports about its vehicle in their order, by when its component was first worked on after it, and by
    /// where the vehicle stood then, or stands now.
    pub fn of(
        decision: DecisionFact,
        reports: &[ReportFact],
        repaired_at: Option<DateTime<Utc>>,
        last_km: Option<f64>,
    ) -> PredictionFact {
        let found = found(&decision, reports, repaired_at);
        let of = |wanted: Judgement| found.filter(|(_, judged)| *judged == wanted).map(|(report, _)| report);
        PredictionFact {
            confirmed: of(Judgement::Confirmed).map(|report| (report.odometer_km, report.reported_at)),
            survived_km: of(Judgement::NothingFound).map(|report| report.odometer_km).or(last_km),
            decision,
        }
    }
}

/// The report that says what became of a decision. One for another decision, or for none, counts only where it confirms a failure: a part that
/// somebody else found sound runs on. After other work on the component it is another part's failure.
fn found<'r>(
    decision: &DecisionFact,
    reports: &'r [ReportFact],
    repaired_at: Option<DateTime<Utc>>,
) -> Option<(&'r ReportFact, Judgement)> {
    let judged = |report: &'r ReportFact| {
        let own = report.findings.iter();
        let own = own.filter(|finding| Some(&finding.component) == decision.component.as_ref());
        Some((report, judgement(own)?))
    };
    let settles = |report: &&ReportFact| report.settles.as_ref() == Some(&decision.decision_id);
    let is_same_part = |report: &&ReportFact| {
        report.completed_at >= decision.made_at && repaired_at.is_none_or(|at| at >= report.completed_at)
    };
    reports.iter().filter(settles).find_map(judged).or_else(|| {
        let mut others = reports.iter().filter(is_same_part).filter_map(judged);
        others.find(|(_, judged)| *judged == Judgement::Confirmed)
    })
}

/// A prediction, the distance to what is known of it, and whether that is the failure.
type Outcome<'a> = (&'a PredictionFact, f64, bool);

/// Of decisions that were made in the period.
pub fn calibration(predictions: &[PredictionFact], period: &Period, step: Step) -> Figure {
    let outcomes: Vec<Outcome> = predictions.iter().filter_map(outcome).collect();
    let all: Vec<&Outcome> = outcomes.iter().collect();
    let mut figure = Figure::empty(KpiId::Calibration, Unit::Share);
    let failures = outcomes.iter().filter(|(_, _, failed)| *failed).count();
    figure.value = within_band(&all);
    figure.n = failures as u64;
    figure.count("predictions", outcomes.len());
    figure.count("failures", failures);
    figure.count("censored", outcomes.len() - failures);
    figure.numbers.insert("before_p05", before(&all, |life| life.p05));
    figure.numbers.insert("before_p50", before(&all, |life| life.p50));
    figure.numbers.insert("before_p95", before(&all, |life| life.p95));
    let mut components: BTreeMap<&str, Vec<&Outcome>> = BTreeMap::new();
    for one in &outcomes {
        let component = one.0.decision.component.as_deref().unwrap_or("UNKNOWN");
        components.entry(component).or_default().push(one);
    }
    figure.breakdown = components
        .into_iter()
        .map(|(component, some)| Slice {
            of: component.to_owned(),
            value: within_band(&some),
            n: some.iter().filter(|(_, _, failed)| *failed).count() as u64,
        })
        .collect();
    figure.series = course(period, step, &outcomes, |one| Some(one.0.decision.made_at), within_band);
    figure.rows = outcomes.iter().map(row).collect();
    figure.sorted()
}

fn outcome(prediction: &PredictionFact) -> Option<Outcome<'_>> {
    let decided = prediction.decision.odometer_km?;
    prediction.decision.rul_km?;
    let (stood, failed) = match (prediction.confirmed, prediction.survived_km) {
        (Some((stood, _)), _) => (stood, true),
        (None, Some(stood)) => (stood, false),
        (None, None) => (decided, false),
    };
    Some((prediction, (stood - decided).max(0.0), failed))
}

fn within_band(outcomes: &[&Outcome]) -> Option<f64> {
    Some(before(outcomes, |life| life.p95)? - before(outcomes, |life| life.p05)?)
}

/// The estimated share that fails before a quantile; none while no failure is known, for then nothing speaks against any claim.
fn before(outcomes: &[&Outcome], quantile: impl Fn(&crate::domain::fleet::change::RemainingKm) -> f64) -> Option<f64> {
    let mut ratios: Vec<(f64, bool)> = Vec::with_capacity(outcomes.len());
    for (prediction, driven, failed) in outcomes {
        let quantile = prediction.decision.rul_km.as_ref().map_or(0.0, &quantile);
        let ratio = if quantile > 0.0 {
            driven / quantile
        } else {
            f64::INFINITY
        };
        ratios.push((ratio, *failed));
    }
    ratios
        .iter()
        .any(|(_, failed)| *failed)
        .then(|| 1.0 - survival(ratios, 1.0))
}

/// The Kaplan-Meier estimate of surviving up to `time`. At one instant failures come before censorings.
fn survival(mut lives: Vec<(f64, bool)>, time: f64) -> f64 {
    lives.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    let mut at_risk = lives.len();
    let mut survival = 1.0;
    for (life, failed) in lives {
        if life > time {
            break;
        }
        if failed {
            survival *= 1.0 - 1.0 / at_risk as f64;
        }
        at_risk -= 1;
    }
    survival
}

fn row((prediction, driven, failed): &Outcome) -> Row {
    let decision = &prediction.decision;
    let made = Source {
        kind: "agent.decision.made",
        time: decision.made_at,
    };
    let confirmed = prediction.confirmed.map(|(_, time)| Source {
        kind: "appointment.completed",
        time,
    });
    let mut numbers = BTreeMap::from([("driven_km", *driven)]);
    if let Some(life) = decision.rul_km {
        numbers.extend([("p05_km", life.p05), ("p50_km", life.p50), ("p95_km", life.p95)]);
    }
    Row {
        time: decision.made_at,
        id: decision.decision_id.clone(),
        vehicle_id: decision.vehicle_id.clone(),
        kind: if *failed { "FAILED" } else { "CENSORED" },
        component: decision.component.clone(),
        numbers,
        amounts: BTreeMap::new(),
        sources: std::iter::once(made).chain(confirmed).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fleet::Severity;
    use crate::domain::fleet::change::{Finding, RemainingKm, Verdict};

    fn decision(id: &str, made_at: i64, odometer_km: f64) -> DecisionFact {
        DecisionFact {
            decision_id: id.to_owned(),
            vehicle_id: "V1".to_owned(),
            component: Some("brakes".to_owned()),
            failure_code: None,
            severity: Severity::Warning,
            made_at: DateTime::from_timestamp(made_at, 0).unwrap(),
            rul_km: Some(RemainingKm {
                p05: 1_000.0,
                p50: 4_000.0,
                p95: 9_000.0,
            }),
            odometer_km: Some(odometer_km),
            covered: None,
            llm_model: None,
            llm_calls: 0,
            llm_tokens: 0,
            llm_cost: None,
            explained_at: None,
        }
    }

    fn report(settles: Option<&str>, at: i64, odometer_km: f64, findings: &[(&str, Verdict)]) -> ReportFact {
        let time = DateTime::from_timestamp(at, 0).unwrap();
        let finding = |(component, verdict): &(&str, Verdict)| Finding {
            component: (*component).to_owned(),
            verdict: *verdict,
            acted: *verdict == Verdict::Confirmed,
        };
        ReportFact {
            settles: settles.map(str::to_owned),
            completed_at: time,
            reported_at: time,
            odometer_km,
            findings: findings.iter().map(finding).collect(),
        }
    }

    /// Where the part failed, or stood last.
    fn became(reports: &[ReportFact], repaired_at: Option<i64>) -> (Option<f64>, Option<f64>) {
        let repaired_at = repaired_at.map(|at| DateTime::from_timestamp(at, 0).unwrap());
        let fact = PredictionFact::of(decision("a", 100, 10_000.0), reports, repaired_at, Some(15_000.0));
        (fact.confirmed.map(|(km, _)| km), fact.survived_km)
    }

    #[test]
    fn a_superseded_decision_has_the_failure_of_its_successor() {
        // "b" took the place of "a"; the part was replaced at 15,000 km by the visit that settles "b" alone.
        let replaced = [report(Some("b"), 300, 15_000.0, &[("brakes", Verdict::Confirmed)])];
        assert_eq!(became(&replaced, Some(300)), (Some(15_000.0), Some(15_000.0)));
        let by_chance = [report(
            Some("of the tyres"),
            300,
            15_000.0,
            &[("tyres", Verdict::NotFound), ("brakes", Verdict::Confirmed)],
        )];
        assert_eq!(became(&by_chance, Some(300)), (Some(15_000.0), Some(15_000.0)));
    }

    #[test]
    fn what_is_not_this_parts_failure_is_none() {
        let failed = |at: i64| report(None, at, 14_000.0, &[("brakes", Verdict::Confirmed)]);
        assert_eq!(
            became(&[failed(99)], None),
            (None, Some(15_000.0)),
            "before it was decided"
        );
        assert_eq!(
            became(&[failed(300)], Some(200)),
            (None, Some(15_000.0)),
            "another part by then"
        );
        let tyres = report(Some("a"), 300, 14_000.0, &[("tyres", Verdict::Confirmed)]);
        assert_eq!(became(&[tyres], None), (None, Some(15_000.0)), "another component");
        let sound = |settles: &str, at| report(Some(settles), at, 12_000.0, &[("brakes", Verdict::NotFound)]);
        assert_eq!(
            became(&[sound("b", 200), failed(300)], None).0,
            Some(14_000.0),
            "it ran on"
        );
        assert_eq!(
            became(&[sound("a", 200), failed(300)], None),
            (None, Some(12_000.0)),
            "its own visit judges"
        );
    }

    #[test]
    fn survival_is_kaplan_and_meiers() {
        // Worked by hand: at 1 of 5 one fails (4/5), at 2 one is censored, at 3 of 3 one fails (2/3).
        let lives = vec![(3.0, true), (1.0, true), (2.0, false), (4.0, true), (5.0, false)];
        assert!((survival(lives.clone(), 3.0) - 0.8 * 2.0 / 3.0).abs() < 1e-12);
        assert!((survival(lives, 0.5) - 1.0).abs() < 1e-12);
    }
}
