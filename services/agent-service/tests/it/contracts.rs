//! What this service promises and relies on, checked against the examples and schemas of each producer.

use agent_service::domain::severity::Severity;
use agent_service::events::{consumed, published};
use chassis::testing::contracts::{example, kinds, validate};

use crate::app::AGENT;

#[test]
fn the_own_examples_keep_the_own_promises_and_can_be_read_back() {
    let mut promised: Vec<&str> = agent_service::DEFINITION.publishes.to_vec();
    promised.sort_unstable();
    assert_eq!(kinds(AGENT), promised);
    for kind in promised {
        let event = example(AGENT, kind);
        let data: serde_json::Value = serde_json::from_slice(&event.data).unwrap();
        validate(AGENT, kind, &data);
        assert_eq!((event.source.as_str(), event.kind.as_str()), (AGENT, kind));
    }
    let made = example(AGENT, published::DECISION_MADE);
    let body: published::DecisionMade = made.parse().unwrap();
    let decision = body.into_domain(made.time, made.historical).unwrap();
    let again = serde_json::to_value(published::DecisionMade::from(&decision)).unwrap();
    validate(AGENT, published::DECISION_MADE, &again);
    assert_eq!(
        again,
        serde_json::from_slice::<serde_json::Value>(&made.data).unwrap(),
        "nothing is lost on the way"
    );
}

/// Every event type that is subscribed to has an example, and this service understands it.
#[test]
fn the_examples_of_others_are_understood() {
    for subscription in agent_service::DEFINITION.subscribes {
        for kind in subscription.kinds {
            let event = example(subscription.producer, kind);
            match *kind {
                "component.degraded" | "component.critical" => {
                    let finding: consumed::ComponentFinding = event.parse().unwrap();
                    let trigger = finding.into_trigger(&event, Severity::Warning).unwrap();
                    assert_eq!(Some(&trigger.vehicle_id), event.subject.as_ref());
                    assert!(!trigger.observations.evidence.is_empty() && trigger.rul_km.is_some());
                    let codes = &trigger.observations.trouble_codes;
                    assert!(
                        trigger.observations.trouble_codes_read == Some(true) && codes.contains(&"U0100".to_owned())
                    );
                }
                "component.recovered" => {
                    let recovered = event
                        .parse::<consumed::ComponentRecovered>()
                        .unwrap()
                        .into_domain()
                        .unwrap();
                    assert_eq!(Some(&recovered.vehicle_id), event.subject.as_ref());
                    assert!(!recovered.recovery.repaired && recovered.recovery.since < event.time);
                }
                "vehicle.health.changed" => {
                    let health: consumed::HealthChanged = event.parse().unwrap();
                    assert!(health.into_domain(event.time).health_score.is_some());
                }
                "vehicle.registered" | "vehicle.updated" => {
                    let vehicle: consumed::VehicleChanged = event.parse().unwrap();
                    assert_eq!(
                        Some(&vehicle.into_domain(event.time).vehicle_id),
                        event.subject.as_ref()
                    );
                }
                "warranty.coverage.checked" => {
                    let (decision_id, _) = event.parse::<consumed::CoverageChecked>().unwrap().into_domain();
                    assert!(decision_id.starts_with("dec_"));
                }
                "appointment.completed" => {
                    let visit = event
                        .parse::<consumed::AppointmentCompleted>()
                        .unwrap()
                        .into_domain(event.time);
                    assert!(
                        visit
                            .findings
                            .iter()
                            .any(|finding| finding.verdict.is_some() && finding.component.is_some())
                    );
                }
                other => panic!("{other} is subscribed to and not tested"),
            }
        }
    }
}

/// What health finds must mean something here: its example leads to symptoms, not to a guess by priors.
#[test]
fn the_finding_of_health_shows_symptoms_of_the_knowledge_base() {
    let base = agent_service::knowledge::builtin().unwrap();
    for kind in ["component.degraded", "component.critical"] {
        let event = example("health-service", kind);
        let trigger = event
            .parse::<consumed::ComponentFinding>()
            .unwrap()
            .into_trigger(&event, Severity::Warning)
            .unwrap();
        let knowledge = base.component(trigger.component).unwrap();
        let states = agent_service::domain::symptoms::SymptomStates::read(knowledge, &trigger.observations);
        assert!(
            states.present().next().is_some(),
            "{kind}: no symptom is recognised in {trigger:?}"
        );
    }
}

/// Health's risk-factor codes as its examples and rules name them: each is known to the component that it is about, so
/// that none falls back to guessing by signal.
#[test]
fn the_risk_factors_of_health_are_known() {
    let base = agent_service::knowledge::builtin().unwrap();
    for (component, codes) in [
        (
            "cooling",
            [
                "coolant_temperature.high",
                "coolant_temperature.overheating",
                "coolant_temperature.low",
                "coolant_level.low",
            ]
            .as_slice(),
        ),
        (
            "battery_12v",
            &[
                "rest_voltage.low",
                "cranking_voltage.low",
                "recovery.slow",
                "charge.low",
            ],
        ),
        ("charging", &["voltage.low", "voltage.high"]),
        ("engine", &["fuel_trim.lean", "fuel_trim.rich"]),
        (
            "lubrication",
            &["oil_pressure.low", "oil_temperature.high", "oil_level.low"],
        ),
        (
            "transmission",
            &["oil_temperature.high", "slip.high", "clutch_wear.high"],
        ),
        (
            "brakes",
            &["pad_wear.high", "fluid_level.low", "air_pressure.low", "abs.fault"],
        ),
        ("tyres", &["pressure.low"]),
        ("aftertreatment", &["soot_load.high", "exhaust_fluid.low"]),
        ("traction_battery", &["state_of_health.low", "cell_spread.high"]),
    ] {
        let knowledge = base
            .component(agent_service::domain::component::Component::from_code(component).unwrap())
            .unwrap();
        for code in codes {
            let code = format!("{component}.{code}");
            assert!(knowledge.symptom(&code).is_some(), "{code}");
        }
    }
}
