//! Contracts: our own examples keep our schemas, and every example of every producer is understood here.

use analytics_service::DEFINITION;
use analytics_service::domain::fleet::news::News;
use analytics_service::events::consumed::understand;
use chassis::Subscription;
use chassis::testing::contracts::{example, kinds, validate_event};

#[test]
fn own_examples_keep_own_schemas_and_none_is_missing() {
    let mut published: Vec<String> = DEFINITION.publishes.iter().map(|kind| (*kind).to_owned()).collect();
    published.sort();
    assert_eq!(kinds(DEFINITION.name), published);
    for kind in published {
        validate_event(&example(DEFINITION.name, &kind));
    }
}

#[test]
fn every_example_of_every_other_service_is_subscribed_and_understood() {
    let mut seen = 0;
    let others = |subscription: &&Subscription| subscription.producer != DEFINITION.name;
    for subscription in DEFINITION.subscribes.iter().filter(others) {
        for kind in kinds(subscription.producer) {
            assert!(
                subscription.kinds.contains(&kind.as_str()),
                "{kind} of {} is not heard",
                subscription.producer
            );
            let event = example(subscription.producer, &kind);
            let heard = understand(&event).unwrap_or_else(|error| panic!("{kind}: {error}"));
            let telemetry = kind == "vehicle.telemetry.received";
            assert_eq!(heard.entry.is_none(), telemetry, "{kind}");
            if let Some(entry) = heard.entry {
                assert!(!entry.entry_id.is_empty() && !entry.correlation_id.is_empty());
            }
            seen += 1;
        }
    }
    assert!(seen >= 20, "only {seen} examples were found");
}

#[test]
fn the_examples_that_matter_change_the_picture() {
    for (producer, kind) in [
        ("ingestion-service", "vehicle.registered"),
        ("ingestion-service", "vehicle.retired"),
        ("ingestion-service", "vehicle.telemetry.received"),
        ("ingestion-service", "vehicle.repair.recorded"),
        ("health-service", "vehicle.health.computed"),
        ("health-service", "vehicle.health.changed"),
        ("health-service", "component.degraded"),
        ("health-service", "component.critical"),
        ("agent-service", "agent.decision.made"),
        ("alert-service", "alert.created"),
        ("alert-service", "alert.delivered"),
        ("alert-service", "alert.acknowledged"),
        ("alert-service", "alert.resolved"),
        ("scheduling-service", "appointment.scheduled"),
        ("scheduling-service", "appointment.rescheduled"),
        ("scheduling-service", "appointment.cancelled"),
        ("scheduling-service", "appointment.started"),
        ("scheduling-service", "appointment.completed"),
        ("scheduling-service", "technician.assigned"),
        ("warranty-service", "warranty.coverage.checked"),
        ("warranty-service", "warranty.claim.submitted"),
    ] {
        let heard = understand(&example(producer, kind)).unwrap_or_else(|error| panic!("{kind}: {error}"));
        let empty = matches!(&heard.news, News::Vehicle { changes, .. } if changes.is_empty());
        assert!(heard.news != News::Nothing && !empty, "{kind}: {:?}", heard.news);
    }
}
