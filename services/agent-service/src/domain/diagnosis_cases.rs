//! Fault cases written from the names of the faults and public trouble-code lists, not from the knowledge base's numbers,
//! and the time that the rules take for a decision.

use chrono::DateTime;

use super::component::Component;
use super::decision::{Decision, Rules, Trigger};
use super::diagnosis::ConfidenceRules;
use super::graph::{Context, Stage, Step};
use super::knowledge::Direction;
use super::knowledge::KnowledgeBase;
use super::severity::{ForetoldRules, Severity, Urgency};
use super::symptoms::{Observations, RiskFactor};
use super::values::Quantiles;
use super::vehicle::Powertrain;
use crate::evaluation::written::{CASES, Written};
use crate::evaluation::{REPORTED_SEEDS, Report, Sample, Set, evaluate};

pub(super) const RULES: Rules = Rules {
    confidence: ConfidenceRules {
        coverage_weight: 0.0,
        source_weight: 0.05,
    },
    review_below: 0.7,
    repeat_after_hours: 24,
    alternatives_max: 3,
    plausible_min: 0.15,
    foretold: ForetoldRules {
        day_below_days: 2.0,
        service_from_days: 14.0,
    },
};

pub(super) fn trigger(component: Component) -> Trigger {
    Trigger {
        event_id: "evt_1".to_owned(),
        vehicle_id: "V1".to_owned(),
        component,
        asked: Severity::Warning,
        occurred_at: DateTime::UNIX_EPOCH,
        historical: false,
        manual: false,
        observations: Observations::default(),
        source_confidence: 0.9,
        rul_km: None,
        rul_days: None,
        odometer_km: None,
    }
}

fn decide(base: &KnowledgeBase, trigger: &Trigger, powertrain: Powertrain) -> Decision {
    let knowledge = base.component(trigger.component).unwrap();
    let context = Context {
        trigger,
        knowledge,
        powertrain,
        last_health_score: None,
        rules: &RULES,
        decision_id: "dec_1",
    };
    let mut stage = Stage::Triggered;
    loop {
        match stage {
            Stage::Decided { decision } => return *decision,
            other => stage = other.advance(&context).0,
        }
    }
}

#[test]
fn the_right_cause_comes_first_on_written_and_on_generated_cases() {
    let base = crate::knowledge::builtin().unwrap();
    let sample = Sample {
        first_seed: REPORTED_SEEDS,
        cases: 240,
    };
    let Report::Diagnosis(report) = evaluate(&base, &RULES, Set::Diagnosis, sample) else {
        panic!("another set");
    };
    let wrong = report.wrong.join("\n");
    assert!(report.first.share >= 0.85 && report.top_three.share >= 0.95, "{wrong}");
    assert!(
        report.answered.share >= 0.8 && report.answered_right.share >= 0.9,
        "{wrong}"
    );
    assert!(report.calibration_error <= 0.05, "{}", report.calibration_error);
    assert!(report.written.share >= 0.85, "{wrong}");
}

#[test]
fn without_evidence_it_abstains_and_danger_is_always_warned_of() {
    let base = crate::knowledge::builtin().unwrap();
    let sample = Sample {
        first_seed: REPORTED_SEEDS,
        cases: 60,
    };
    let Report::Abstain { abstained, .. } = evaluate(&base, &RULES, Set::Abstain, sample) else {
        panic!("another set");
    };
    assert!(abstained.share >= 0.9, "{abstained:?}");
    let Report::Safety { warned, failed, .. } = evaluate(&base, &RULES, Set::Safety, sample) else {
        panic!("another set");
    };
    assert_eq!(warned.right, warned.of, "{failed:?}");
    let Report::Injection { unchanged, failed, .. } = evaluate(&base, &RULES, Set::Injection, sample) else {
        panic!("another set");
    };
    assert_eq!(unchanged.right, unchanged.of, "{failed:?}");
}

/// A forecast tells when and not what: it is named, stands for no symptom, and an inspection is what it leads to.
#[test]
fn a_forecast_alone_has_the_part_inspected_and_claims_no_symptom() {
    let base = crate::knowledge::builtin().unwrap();
    for component in [Component::Lubrication, Component::Brakes, Component::Battery12v] {
        let forecast = RiskFactor {
            code: format!("{}.forecast.short", component.code()),
            text: "The forecast is about 2100 km; below 3000 km it is a warning.".to_owned(),
            signal: None,
            direction: Some(Direction::Down),
        };
        let observations = Observations {
            risk_factors: vec![forecast],
            ..Observations::default()
        };
        let trigger = Trigger {
            observations,
            ..trigger(component)
        };
        let decision = decide(&base, &trigger, Powertrain::Petrol);
        let codes: Vec<&str> = decision.reasoning.iter().map(|because| &*because.reason.code).collect();
        assert_eq!(
            codes[..2],
            ["reasoning.forecast", "reasoning.symptom.none"],
            "{codes:?}"
        );
        assert_eq!(decision.severity, Severity::Warning);
        assert!(decision.review_required, "{component:?}: {}", decision.confidence);
        // How soon follows the middle of the forecast, and a look comes before a repair.
        for (p50, urgency, code) in [
            (60.0, Urgency::NextService, "decision.inspect_at_next_service"),
            (9.0, Urgency::WithinWeek, "decision.inspect_within_week"),
            (1.0, Urgency::Within24h, "decision.inspect_within_24h"),
        ] {
            let rul_days = Some(Quantiles {
                p05: 0.2,
                p50,
                p95: 3.0 * p50,
            });
            let decision = decide(
                &base,
                &Trigger {
                    rul_days,
                    ..trigger.clone()
                },
                Powertrain::Petrol,
            );
            assert_eq!((decision.urgency, &*decision.decision.code), (urgency, code));
            let inspection = &base.component(component).unwrap().inspection.action;
            assert_eq!(&decision.recommended_actions[0], inspection);
        }
    }
}

/// What was seen says more than a forecast beside it, and what is critical is no matter of planning.
#[test]
fn a_forecast_beside_a_symptom_leaves_the_repair_as_it_was() {
    let base = crate::knowledge::builtin().unwrap();
    let case = CASES.iter().find(|case| case.component == Component::Cooling).unwrap();
    let mut observations = case.observations();
    let without = Trigger {
        observations: observations.clone(),
        ..trigger(case.component)
    };
    observations.risk_factors.push(RiskFactor {
        code: "cooling.forecast.short".to_owned(),
        text: "The forecast is about 2100 km; below 3000 km it is a warning.".to_owned(),
        signal: None,
        direction: Some(Direction::Down),
    });
    let with = Trigger {
        observations,
        ..without.clone()
    };
    let (without, with) = (
        decide(&base, &without, case.powertrain),
        decide(&base, &with, case.powertrain),
    );
    assert_eq!(with.decision, without.decision);
    assert_eq!(with.urgency, without.urgency);
    assert_eq!(&*with.reasoning[0].reason.code, "reasoning.forecast");
}

#[test]
fn severity_follows_the_trigger_and_rises_where_driving_on_is_dangerous() {
    let base = crate::knowledge::builtin().unwrap();
    let severity = |name: &str, asked: Severity| {
        let case = CASES.iter().find(|case| case.name == name).unwrap();
        let trigger = Trigger {
            asked,
            observations: case.observations(),
            ..trigger(case.component)
        };
        let decision = decide(&base, &trigger, case.powertrain);
        (decision.severity, decision.safety_warning.map(|warning| warning.code))
    };
    let stop = |code: &str| Some(code.to_owned());
    assert_eq!(
        severity("hot and the level is falling", Severity::Critical),
        (Severity::Emergency, stop("safety.stop.overheating"))
    );
    assert_eq!(
        severity("hot and the level is falling", Severity::Warning),
        (Severity::Warning, stop("safety.stop.overheating"))
    );
    assert_eq!(
        severity("fluid gone and soft pedal", Severity::Critical),
        (Severity::Emergency, stop("safety.stop.brake_failure"))
    );
    assert_eq!(
        severity("oil pressure gone, level right", Severity::Critical).0,
        Severity::Emergency
    );
    assert_eq!(
        severity("weak while cranking", Severity::Critical).0,
        Severity::Critical
    );
    assert_eq!(severity("never warms up", Severity::Critical).0, Severity::Critical);
}

#[test]
fn overheating_of_unknown_cause_is_an_emergency_although_no_mode_is_sure() {
    let base = crate::knowledge::builtin().unwrap();
    let case = Written {
        evidence: &[(
            "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature",
            117.0,
            91.0,
        )],
        codes: &["P0217"],
        factors: &[],
        ..*named("hot with a fan code")
    };
    let trigger = Trigger {
        asked: Severity::Critical,
        observations: case.observations(),
        ..trigger(Component::Cooling)
    };
    let decision = decide(&base, &trigger, Powertrain::Petrol);
    assert_eq!(decision.severity, Severity::Emergency);
    assert!(decision.review_required, "confidence {}", decision.confidence);
    assert!(decision.safety_warning.is_some());
    assert!(
        decision
            .reasoning
            .iter()
            .any(|reason| reason.reason.code == "reasoning.test_first")
    );
    assert!(
        decision.recommended_actions[0].code.starts_with("test."),
        "the test comes first while it is not sure"
    );
}

fn named(name: &str) -> &'static Written {
    CASES.iter().find(|case| case.name == name).unwrap()
}

#[test]
fn the_past_is_decided_but_asks_nobody_to_look() {
    let base = crate::knowledge::builtin().unwrap();
    let decision = decide(
        &base,
        &Trigger {
            historical: true,
            ..trigger(Component::Cooling)
        },
        Powertrain::Petrol,
    );
    assert!(decision.historical && !decision.review_required);
}

#[test]
fn a_run_takes_every_step_once_and_in_order() {
    let base = crate::knowledge::builtin().unwrap();
    let trigger = trigger(Component::Brakes);
    let knowledge = base.component(Component::Brakes).unwrap();
    let context = Context {
        trigger: &trigger,
        knowledge,
        powertrain: Powertrain::Bev,
        last_health_score: None,
        rules: &RULES,
        decision_id: "dec_1",
    };
    let mut stage = Stage::Triggered;
    let mut taken = vec![stage.next_step()];
    while stage.next_step() != Step::Publish {
        stage = stage.advance(&context).0;
        taken.push(stage.next_step());
    }
    assert_eq!(taken, Step::ALL);
}

/// How long the rules take; a real clock is read here.
#[cfg(test)]
mod speed {
    use super::*;

    /// Time that this thread was on a processor, in milliseconds: on a busy machine the wall clock measures the others. Where the
    /// system does not tell, the wall clock has to do.
    fn on_processor_ms(since: std::time::Instant) -> f64 {
        let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
        let nanoseconds = told.split_whitespace().next().and_then(|text| text.parse::<f64>().ok());
        nanoseconds.map_or(since.elapsed().as_secs_f64() * 1e3, |taken| taken / 1e6)
    }

    #[test]
    fn a_decision_by_rules_takes_less_than_50_ms_at_the_99th_percentile() {
        let base = crate::knowledge::builtin().unwrap();
        let start = std::time::Instant::now();
        let mut taken_ms: Vec<f64> = (0..600)
            .map(|round| {
                let case = &CASES[round % CASES.len()];
                let trigger = Trigger {
                    observations: case.observations(),
                    ..trigger(case.component)
                };
                let started = on_processor_ms(start);
                let decision = decide(&base, &trigger, case.powertrain);
                assert!(decision.confidence > 0.0);
                on_processor_ms(start) - started
            })
            .collect();
        taken_ms.sort_by(f64::total_cmp);
        let (p50, p99) = (taken_ms[300], taken_ms[594]);
        println!("rules decision: p50 {p50:.3} ms, p99 {p99:.3} ms on the processor");
        assert!(p99 < 50.0, "p99 {p99} ms");
    }
}
