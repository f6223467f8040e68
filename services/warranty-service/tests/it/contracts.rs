//! The agreements in `contracts/events`: what we publish validates there, and we can read the examples of what we hear.

use chassis::testing::contracts::{example, kinds, validate};
use warranty_service::DEFINITION;
use warranty_service::events::consumed::{AppointmentCompleted, DecisionMade, VehicleDescribed};

#[test]
fn our_examples_satisfy_our_schemas_and_there_is_one_of_each_event_we_publish() {
    let mut published = DEFINITION.publishes.to_vec();
    published.sort_unstable();
    assert_eq!(kinds(DEFINITION.name), published);
    for kind in published {
        let example = example(DEFINITION.name, kind);
        assert_eq!(
            (example.kind.as_str(), example.source.as_str()),
            (kind, DEFINITION.name)
        );
        validate(DEFINITION.name, kind, &serde_json::from_slice(&example.data).unwrap());
    }
}

#[test]
fn the_examples_of_decisions_are_read() {
    let event = example("agent-service", "agent.decision.made");
    let decision = event.parse::<DecisionMade>().unwrap().into_decision(&event);
    assert!(!decision.decision_id.is_empty() && decision.failure_mode.contains('.'));
    assert_eq!(decision.decided_at, event.time);
}

#[test]
fn the_examples_of_vehicle_events_are_read() {
    for kind in ["vehicle.registered", "vehicle.updated", "vehicle.retired"] {
        let event = example("ingestion-service", kind);
        let known = event.parse::<VehicleDescribed>().unwrap().into_vehicle(&event);
        assert!(!known.vehicle.vehicle_id.is_empty(), "{kind}");
        assert_eq!(known.sequence, event.sequence);
    }
}

#[test]
fn the_examples_of_completed_visits_are_read() {
    let event = example("scheduling-service", "appointment.completed");
    let visit = event
        .parse::<AppointmentCompleted>()
        .unwrap()
        .into_visit(&event)
        .unwrap();
    assert!(!visit.findings.is_empty());
    assert_eq!(visit.cost.currency.len(), 3);
}

#[test]
fn every_event_that_we_hear_has_a_contract() {
    for subscription in DEFINITION.subscribes {
        let known = kinds(subscription.producer);
        for kind in subscription.kinds {
            assert!(
                known.iter().any(|name| name == kind),
                "{kind} of {}",
                subscription.producer
            );
        }
    }
}
