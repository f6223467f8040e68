//! Who is told: known early, known late, in scope, and when nobody answers.

use std::time::Duration;

use chassis::Role;
use serde_json::json;

use crate::app::{TENANT, TestApp, data_of};

#[tokio::test]
async fn an_owner_who_becomes_known_late_is_told_once() {
    let app = TestApp::start().await;
    app.decide("dec_1", "V9", "cooling", "WARNING").await;
    let alert_id = app.alert_of("dec_1").await;
    app.ledger_when(&alert_id, "nobody yet", |items| items.is_empty()).await;
    app.register_vehicle(TENANT, "V9", Some("usr_late")).await;
    app.ledger_when(&alert_id, "the owner", |items| items.len() == 1).await;
    app.register_vehicle(TENANT, "V9", Some("usr_late")).await;
    app.change_user(TENANT, "usr_late", "OWNER", json!({"vehicle_ids": ["V9"]}))
        .await;
    app.change_user(TENANT, "usr_manager", "FLEET_MANAGER", json!({})).await;
    let ledger = app
        .ledger_when(&alert_id, "owner and manager", |items| items.len() == 2)
        .await;
    let mut recipients: Vec<_> = ledger.iter().map(|row| row["recipient_id"].as_str().unwrap()).collect();
    recipients.sort_unstable();
    assert_eq!(recipients, ["usr_late", "usr_manager"]);
    app.stop().await;
}

#[tokio::test]
async fn the_latest_registration_counts() {
    let app = TestApp::start().await;
    app.register_vehicle(TENANT, "V1", Some("usr_first")).await;
    app.register_vehicle(TENANT, "V1", Some("usr_second")).await;
    app.settle().await;
    app.decide("dec_1", "V1", "cooling", "WARNING").await;
    let alert_id = app.alert_of("dec_1").await;
    let ledger = app
        .ledger_when(&alert_id, "the present owner", |items| items.len() == 1)
        .await;
    assert_eq!(ledger[0]["recipient_id"], "usr_second");
    app.stop().await;
}

#[tokio::test]
async fn only_managers_whose_scope_covers_the_vehicle_are_told() {
    let app = TestApp::start().await.with_people().await;
    app.change_user(TENANT, "usr_other_fleet", "FLEET_MANAGER", json!({"fleet_ids": ["F2"]}))
        .await;
    app.change_user(TENANT, "usr_gone", "FLEET_MANAGER", json!({"status": "DISABLED"}))
        .await;
    app.change_user("ten_b", "usr_stranger", "FLEET_MANAGER", json!({}))
        .await;
    app.settle().await;
    app.decide("dec_1", "V1", "cooling", "WARNING").await;
    let alert_id = app.alert_of("dec_1").await;
    let ledger = app.ledger_when(&alert_id, "told", |items| items.len() >= 2).await;
    let recipients: Vec<_> = ledger.iter().map(|row| row["recipient_id"].as_str().unwrap()).collect();
    assert_eq!(recipients, ["usr_manager", "usr_owner"]);
    app.stop().await;
}

#[tokio::test]
async fn an_unanswered_alert_climbs_the_chain_by_business_time_and_stops_at_its_end() {
    let app = TestApp::start().await.with_people().await;
    app.settle().await;
    app.decide("dec_1", "V1", "cooling", "CRITICAL").await;
    let alert_id = app.alert_of("dec_1").await;
    app.runtime.clock().advance(Duration::from_secs(14 * 60));
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(
        app.runtime
            .all_published("alert-service")
            .await
            .iter()
            .all(|event| event.kind != "alert.escalated")
    );
    app.runtime.clock().advance(Duration::from_secs(60));
    let first = data_of(&app.published("alert.escalated", 1).await[0]);
    assert_eq!(
        (&first["from_role"], &first["to_role"]),
        (&json!("OWNER"), &json!("FLEET_MANAGER"))
    );
    app.runtime.clock().advance(Duration::from_secs(15 * 60));
    let second = data_of(&app.published("alert.escalated", 2).await[1]);
    assert_eq!(
        (&second["from_role"], &second["to_role"]),
        (&json!("FLEET_MANAGER"), &json!("ADMIN"))
    );
    assert_eq!(second["recipient_ids"], json!(["usr_admin"]));
    app.runtime.clock().advance(Duration::from_secs(15 * 60));
    chassis::testing::eventually("the end of the chain", || async {
        let (_, alert) = app.get(&format!("/api/v1/alerts/{alert_id}"), Role::Admin).await;
        alert["escalates_at"].is_null().then_some(())
    })
    .await;
    assert_eq!(app.published("alert.escalated", 2).await.len(), 2);
    app.stop().await;
}

#[tokio::test]
async fn an_acknowledged_alert_goes_no_further() {
    let app = TestApp::start().await.with_people().await;
    app.settle().await;
    app.decide("dec_1", "V1", "cooling", "CRITICAL").await;
    let alert_id = app.alert_of("dec_1").await;
    let path = format!("/api/v1/alerts/{alert_id}/acknowledge");
    assert_eq!(
        app.post(&path, Role::FleetManager, "usr_manager", json!({})).await.0,
        200
    );
    app.runtime.clock().advance(Duration::from_secs(3600));
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert!(
        app.runtime
            .all_published("alert-service")
            .await
            .iter()
            .all(|event| event.kind != "alert.escalated")
    );
    app.stop().await;
}

#[tokio::test]
async fn an_escalation_over_the_limit_waits_and_is_not_lost() {
    let app = TestApp::start_with(&[("alerts.notifications_per_hour_max", json!(1))])
        .await
        .with_people()
        .await;
    app.settle().await;
    app.decide("dec_1", "V1", "cooling", "CRITICAL").await;
    let alert_id = app.alert_of("dec_1").await;
    app.runtime.clock().advance(Duration::from_secs(15 * 60));
    chassis::testing::eventually("the escalation put off", || async {
        let (_, alert) = app.get(&format!("/api/v1/alerts/{alert_id}"), Role::Admin).await;
        (alert["escalates_at"] == "2026-05-04T11:15:00Z").then_some(())
    })
    .await;
    app.runtime.clock().advance(Duration::from_secs(45 * 60));
    app.published("alert.escalated", 1).await;
    app.stop().await;
}
