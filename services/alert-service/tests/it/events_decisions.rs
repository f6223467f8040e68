//! Decisions become alerts: once, worse ones again, INFO and historical ones told to nobody.

use std::collections::BTreeSet;
use std::time::Duration;

use chassis::Role;
use chassis::testing;
use chrono::TimeDelta;
use serde_json::json;

use crate::app::{TENANT, TestApp, data_of, decision, event, start_of_test};

#[tokio::test]
async fn a_decision_becomes_an_alert_that_tells_owner_and_manager() {
    let app = TestApp::start().await.with_people().await;
    app.settle().await;
    app.decide("dec_1", "V1", "cooling", "CRITICAL").await;
    let alert_id = app.alert_of("dec_1").await;
    let created = app.published("alert.created", 2).await;
    let created = created
        .iter()
        .find(|event| data_of(event)["alert_id"] == alert_id.as_str())
        .unwrap();
    assert_eq!(created.time, start_of_test(), "an alert is true when its cause was");
    assert_eq!(data_of(created)["recipient_ids"], json!(["usr_owner", "usr_manager"]));
    let (status, alert) = app.get(&format!("/api/v1/alerts/{alert_id}"), Role::FleetManager).await;
    assert_eq!((status, &alert["status"]), (200, &json!("OPEN")));
    assert_eq!(alert["failure_mode"]["code"], "cooling.leak");
    assert_eq!(alert["escalates_at"], "2026-05-04T10:30:00Z");
    let ledger = app.ledger_when(&alert_id, "both told", |items| items.len() == 2).await;
    assert!(
        ledger
            .iter()
            .all(|row| row["channel"] == "IN_APP" && row["status"] == "SENT"),
        "{ledger:?}"
    );
    app.stop().await;
}

#[tokio::test]
async fn the_same_component_and_hour_is_said_once_unless_worse() {
    let app = TestApp::start().await.with_people().await;
    let time = start_of_test();
    app.decide("dec_1", "V1", "cooling", "WARNING").await;
    app.decide("dec_1", "V1", "cooling", "WARNING").await;
    app.decide("dec_2", "V1", "cooling", "WARNING").await;
    app.decide("dec_worse", "V1", "cooling", "CRITICAL").await;
    app.decide("dec_milder", "V1", "cooling", "WARNING").await;
    app.decide("dec_other", "V1", "brakes", "WARNING").await;
    let next_hour = decision("dec_next_hour", "V1", "cooling", "WARNING");
    app.deliver_decision(TENANT, next_hour, time + TimeDelta::hours(1), false)
        .await;
    app.settle().await;
    let created = app.published("alert.created", 4).await;
    let of_vehicle = created.iter().map(data_of).filter(|data| data["vehicle_id"] == "V1");
    let mut decisions: Vec<_> = of_vehicle
        .map(|data| data["decision_id"].as_str().unwrap().to_owned())
        .collect();
    decisions.sort();
    assert_eq!(decisions, ["dec_1", "dec_next_hour", "dec_other", "dec_worse"]);
    app.stop().await;
}

#[tokio::test]
async fn info_is_kept_silently_and_history_is_told_to_nobody() {
    let app = TestApp::start().await.with_people().await;
    app.decide("dec_info", "V1", "brakes", "INFO").await;
    let past = start_of_test() - TimeDelta::days(3);
    app.deliver_decision(TENANT, decision("dec_past", "V1", "cooling", "EMERGENCY"), past, true)
        .await;
    let alert_id = app.alert_of("dec_past").await;
    app.settle().await;
    let created = app.published("alert.created", 2).await;
    assert!(created.iter().all(|event| data_of(event)["decision_id"] != "dec_info"));
    let past = created
        .iter()
        .find(|event| data_of(event)["decision_id"] == "dec_past")
        .unwrap();
    assert!(past.historical, "the mark goes on, so that nothing is booked");
    assert_eq!(data_of(past)["recipient_ids"], json!([]));
    let (_, alert) = app.get(&format!("/api/v1/alerts/{alert_id}"), Role::Admin).await;
    assert_eq!(
        (&alert["historical"], &alert["escalates_at"]),
        (&json!(true), &json!(null))
    );
    assert!(
        app.ledger_when(&alert_id, "an empty ledger", |items| items.is_empty())
            .await
            .is_empty()
    );
    app.stop().await;
}

#[tokio::test]
async fn a_revision_amends_the_same_alert_whichever_comes_first() {
    let app = TestApp::start().await.with_people().await;
    let revised = json!({"decision_id": "dec_1", "vehicle_id": "V1", "component": "cooling", "revision": 1,
        "what": {"code": "decision.revised.warranty", "params": {"covered": true}, "text": "Covered."},
        "warranty": {"covered": true, "reason": {"code": "warranty.covered", "params": {}, "text": "Covered."}}});
    for _ in 0..2 {
        app.agents
            .deliver_event(event(
                "agent.decision.revised",
                TENANT,
                revised.clone(),
                start_of_test(),
                false,
            ))
            .await;
    }
    app.decide("dec_1", "V1", "cooling", "WARNING").await;
    let alert_id = app.alert_of("dec_1").await;
    app.settle().await;
    let (_, alert) = app.get(&format!("/api/v1/alerts/{alert_id}"), Role::FleetManager).await;
    assert_eq!(
        (&alert["revision"], &alert["warranty"]["covered"]),
        (&json!(1), &json!(true))
    );
    assert_eq!(alert["amendments"].as_array().unwrap().len(), 1);
    app.ledger_when(&alert_id, "nobody told twice", |items| items.len() == 2)
        .await;
    app.stop().await;
}

#[tokio::test]
async fn poison_is_put_aside_and_what_follows_is_handled() {
    let app = TestApp::start().await.with_people().await;
    let broken = json!({"decision_id": "dec_broken", "vehicle_id": "V1"});
    app.deliver_decision(TENANT, broken, start_of_test(), false).await;
    app.decide("dec_after", "V1", "cooling", "SOMETHING_NEW").await;
    let alert_id = app.alert_of("dec_after").await;
    let (_, alert) = app.get(&format!("/api/v1/alerts/{alert_id}"), Role::Admin).await;
    assert_eq!(
        alert["severity"], "WARNING",
        "a severity of a later version is seen, but books nothing"
    );
    let (status, letters) = app.get("/api/v1/dead-letters", Role::Admin).await;
    assert_eq!(status, 200);
    assert_eq!(letters["items"].as_array().unwrap().len(), 1, "{letters}");
    app.stop().await;
}

#[tokio::test]
async fn at_most_three_notifications_an_hour_but_every_emergency() {
    let app = TestApp::start().await.with_people().await;
    app.settle().await;
    for (index, component) in ["engine", "cooling", "brakes", "tyres", "charging"].iter().enumerate() {
        app.decide(&format!("dec_{index}"), "V1", component, "WARNING").await;
    }
    app.decide("dec_emergency", "V1", "transmission", "EMERGENCY").await;
    app.alert_of("dec_emergency").await;
    let mut told = Vec::new();
    for id in ["dec_0", "dec_1", "dec_2", "dec_3", "dec_4", "dec_emergency"] {
        let alert_id = app.alert_of(id).await;
        let ledger = app.ledger_when(&alert_id, "journaled", |items| items.len() == 2).await;
        told.push(ledger[0]["status"].as_str().unwrap().to_owned());
        if ledger[0]["status"] == "SUPPRESSED" {
            assert!(ledger.iter().all(|row| row["reason"] == "rate_limited"), "{ledger:?}");
        }
    }
    assert_eq!(told, ["SENT", "SENT", "SENT", "SUPPRESSED", "SUPPRESSED", "SENT"]);
    app.stop().await;
}

#[tokio::test]
async fn what_must_reach_someone_is_told_as_soon_as_there_is_room() {
    let app = TestApp::start().await.with_people().await;
    app.settle().await;
    for component in ["engine", "brakes", "tyres"] {
        app.decide(&format!("dec_{component}"), "V1", component, "WARNING")
            .await;
        app.alert_of(&format!("dec_{component}")).await;
    }
    app.decide("dec_grave", "V1", "cooling", "CRITICAL").await;
    let alert_id = app.alert_of("dec_grave").await;
    let (_, alert) = app.get(&format!("/api/v1/alerts/{alert_id}"), Role::FleetManager).await;
    assert_eq!(alert["escalates_at"], "2026-05-04T11:15:00Z");
    app.runtime.clock().advance(Duration::from_secs(59 * 60));
    app.settle().await;
    let ledger = app.ledger_when(&alert_id, "still empty", <[_]>::is_empty).await;
    assert!(ledger.is_empty());
    app.runtime.clock().advance(Duration::from_secs(60));
    let ledger = app.ledger_when(&alert_id, "told", |items| items.len() == 2).await;
    let recipients: BTreeSet<_> = ledger.iter().map(|row| row["recipient_id"].as_str().unwrap()).collect();
    assert_eq!(recipients, BTreeSet::from(["usr_owner", "usr_manager"]));
    assert!(ledger.iter().all(|row| row["status"] == "SENT"), "{ledger:?}");
    let (_, alert) = app.get(&format!("/api/v1/alerts/{alert_id}"), Role::FleetManager).await;
    assert_eq!(alert["escalates_at"], "2026-05-04T11:30:00Z", "and goes on from there");
    let said = app.runtime.all_published("alert-service").await;
    assert!(
        said.iter().all(|event| event.kind != "alert.escalated"),
        "nobody was passed over"
    );
    app.stop().await;
}

#[tokio::test]
async fn after_a_resolved_alert_the_same_is_news_within_the_hour() {
    let app = TestApp::start().await.with_people().await;
    app.settle().await;
    app.decide("dec_1", "V1", "cooling", "CRITICAL").await;
    let alert_id = app.alert_of("dec_1").await;
    let token = testing::token(TENANT, Role::FleetManager, "usr_manager", None);
    let body = json!({"reason": "FALSE_ALARM"});
    let (status, body) = app
        .ask(
            "POST",
            &format!("/api/v1/alerts/{alert_id}/resolve"),
            &token,
            Some(body),
        )
        .await;
    assert_eq!(status, 200, "{body}");
    app.decide("dec_2", "V1", "cooling", "CRITICAL").await;
    let again = app.alert_of("dec_2").await;
    assert_ne!(again, alert_id);
    let ledger = app.ledger_when(&again, "both told", |items| items.len() == 2).await;
    assert!(ledger.iter().all(|row| row["status"] == "SENT"), "{ledger:?}");
    app.stop().await;
}
