//! Both sides of the contracts: our examples are valid, and we read what our neighbours promise.

use chassis::testing::contracts;
use scheduling_service::events::{AlertCreated, AlertResolved, DecisionRevised, VehicleChanged};

#[test]
fn every_event_that_we_publish_has_a_schema_and_a_valid_example() {
    let mut published: Vec<&str> = scheduling_service::DEFINITION.publishes.to_vec();
    published.sort_unstable();
    assert_eq!(contracts::kinds("scheduling-service"), published);
    for kind in published {
        let example = contracts::example("scheduling-service", kind);
        assert_eq!(
            (example.kind.as_str(), example.source.as_str()),
            (kind, "scheduling-service")
        );
        contracts::validate_event(&example);
    }
}

#[test]
fn we_read_the_examples_of_what_we_consume() {
    let alert: AlertCreated = contracts::example("alert-service", "alert.created").parse().unwrap();
    assert!(!alert.required_skill.is_empty() && alert.labour_hours > 0.0);
    assert!(
        alert
            .rul_km
            .is_some_and(|life| life.p05 <= life.p50 && life.p50 <= life.p95)
    );
    assert!(alert.holds_booking(), "the example is one that a person looks at first");
    let revised: DecisionRevised = contracts::example("agent-service", "agent.decision.revised")
        .parse()
        .unwrap();
    assert!(revised.decision_id.starts_with("dec_"));
    let resolved: AlertResolved = contracts::example("alert-service", "alert.resolved").parse().unwrap();
    assert!(resolved.alert_id.starts_with("alert_"));
    for kind in ["vehicle.registered", "vehicle.updated", "vehicle.retired"] {
        let changed: VehicleChanged = contracts::example("ingestion-service", kind).parse().unwrap();
        assert!(!changed.vehicle_id.is_empty(), "{kind}");
    }
}

#[test]
fn unknown_fields_and_values_are_no_obstacle() {
    let text =
        r#"{"alert_id": "a", "vehicle_id": "v", "component": "flux", "reason": "TIME_TRAVEL", "new": {"field": 1}}"#;
    let resolved: AlertResolved = serde_json::from_str(text).unwrap();
    assert_eq!(format!("{:?}", resolved.reason), "Unknown");
}

#[test]
fn what_we_subscribe_to_is_promised_by_its_producer() {
    for subscription in scheduling_service::DEFINITION.subscribes {
        let promised = contracts::kinds(subscription.producer);
        for kind in subscription.kinds {
            assert!(
                promised.iter().any(|known| known == kind),
                "{} of {}",
                kind,
                subscription.producer
            );
        }
    }
}
