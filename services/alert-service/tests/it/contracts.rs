//! What we say is what our schemas promise; what others promise, we can read.

use std::time::Duration;

use chassis::testing::contracts;
use chassis::{Cause, NewEvent, Role};
use serde_json::json;

use crate::app::{TENANT, TestApp, data_of, decision, event, start_of_test};

#[test]
fn our_examples_keep_our_schemas_and_cover_what_we_publish() {
    let mut published: Vec<String> = alert_service::DEFINITION
        .publishes
        .iter()
        .map(|kind| (*kind).to_owned())
        .collect();
    published.sort();
    assert_eq!(contracts::kinds("alert-service"), published);
    for kind in published {
        contracts::validate_event(&contracts::example("alert-service", &kind));
    }
}

#[tokio::test]
async fn everything_we_publish_keeps_its_schema() {
    let app = TestApp::start().await.with_people().await;
    app.settle().await;
    let mut held = decision("dec_1", "V1", "cooling", "EMERGENCY");
    held["review"] = json!({"holds": ["booking", "claim", "parts"], "because": ["review.safety"]});
    app.deliver_decision(TENANT, held.clone(), start_of_test(), false).await;
    let mut bare = decision("dec_bare", "V1", "tyres", "WARNING");
    for optional in ["safety_warning", "rul_km", "odometer_km"] {
        bare.as_object_mut().unwrap().remove(optional);
    }
    app.deliver_decision(TENANT, bare, start_of_test(), true).await;
    let alert_id = app.alert_of("dec_1").await;
    app.runtime.clock().advance(Duration::from_secs(15 * 60));
    app.published("alert.escalated", 1).await;
    let path = format!("/api/v1/alerts/{alert_id}");
    app.post(&format!("{path}/acknowledge"), Role::Admin, "usr_admin", json!({}))
        .await;
    app.post(
        &format!("{path}/resolve"),
        Role::Admin,
        "usr_admin",
        json!({"reason": "MANUAL"}),
    )
    .await;
    app.alert_of("dec_bare").await;
    app.published("alert.resolved", 1).await;
    let events = app.runtime.all_published("alert-service").await;
    let created = |decision_id: &str| {
        let of =
            |event: &&chassis::Event| event.kind == "alert.created" && data_of(event)["decision_id"] == decision_id;
        data_of(events.iter().find(of).expect("created"))
    };
    assert_eq!(
        created("dec_1")["review"],
        held["review"],
        "what the decision holds goes on with the alert"
    );
    assert!(created("dec_bare").get("review").is_none());
    for event in &events {
        contracts::validate_event(event);
        assert_eq!(event.subject.as_deref(), data_of(event)["alert_id"].as_str());
    }
    let access = app.runtime.access_recorded("alert-service").await;
    access.iter().for_each(contracts::validate_event);
    for kind in alert_service::DEFINITION.publishes {
        assert!(
            events.iter().chain(&access).any(|event| event.kind == *kind),
            "{kind} was not seen"
        );
    }
    app.stop().await;
}

#[tokio::test]
async fn we_read_the_examples_of_everything_we_subscribe_to() {
    let app = TestApp::start().await;
    let mut decision_id = String::new();
    for subscription in alert_service::DEFINITION.subscribes {
        let producer = match subscription.producer {
            "agent-service" => &app.agents,
            "ingestion-service" => &app.ingestion,
            "analytics-service" => &app.analytics,
            "scheduling-service" => &app.scheduling,
            other => panic!("no stand-in for {other}"),
        };
        for kind in subscription.kinds {
            let example = contracts::example(subscription.producer, kind);
            contracts::validate_event(&example);
            let data = data_of(&example);
            if *kind == "agent.decision.made" {
                decision_id = data["decision_id"].as_str().unwrap().to_owned();
            }
            let new = NewEvent {
                cause: Cause::of(&example),
                ..event(kind, TENANT, data, example.time, false)
            };
            producer.deliver_event(new).await;
        }
    }
    app.alert_of(&decision_id).await;
    app.settle().await;
    let (_, letters) = app.get("/api/v1/dead-letters", Role::Admin).await;
    assert_eq!(letters["items"], json!([]), "every example was read");
    app.stop().await;
}
