//! Visits are noted on their alert; a repair ends it.

use chassis::Role;
use serde_json::{Value, json};

use crate::app::{TENANT, TestApp, data_of, event, start_of_test};

async fn schedule(app: &TestApp, kind: &'static str, appointment_id: &str, alert_id: &str, starts_at: &str) {
    let data =
        json!({"appointment_id": appointment_id, "vehicle_id": "V1", "alert_id": alert_id, "starts_at": starts_at});
    app.scheduling
        .deliver_event(event(kind, TENANT, data, start_of_test(), false))
        .await;
}

async fn alert_when(app: &TestApp, alert_id: &str, what: &str, condition: impl Fn(&Value) -> bool) -> Value {
    chassis::testing::eventually(what, || async {
        let (_, alert) = app.get(&format!("/api/v1/alerts/{alert_id}"), Role::Admin).await;
        condition(&alert).then_some(alert)
    })
    .await
}

#[tokio::test]
async fn booking_moving_and_cancelling_are_noted() {
    let app = TestApp::start().await.with_people().await;
    app.decide("dec_1", "V1", "cooling", "CRITICAL").await;
    let alert_id = app.alert_of("dec_1").await;
    schedule(
        &app,
        "appointment.scheduled",
        "apt_1",
        &alert_id,
        "2026-05-05T07:00:00Z",
    )
    .await;
    alert_when(&app, &alert_id, "booked", |alert| {
        alert["booked_appointment_id"] == "apt_1"
    })
    .await;
    schedule(
        &app,
        "appointment.rescheduled",
        "apt_1",
        &alert_id,
        "2026-05-06T07:00:00Z",
    )
    .await;
    alert_when(&app, &alert_id, "moved", |alert| {
        alert["booked_starts_at"] == "2026-05-06T07:00:00Z"
    })
    .await;
    let cancelled = json!({"appointment_id": "apt_1", "vehicle_id": "V1"});
    app.scheduling
        .deliver_event(event(
            "appointment.cancelled",
            TENANT,
            cancelled,
            start_of_test(),
            false,
        ))
        .await;
    alert_when(&app, &alert_id, "cancelled", |alert| {
        alert["booked_appointment_id"].is_null()
    })
    .await;
    app.stop().await;
}

#[tokio::test]
async fn a_visit_ends_alerts_of_what_it_repaired_or_did_not_find_and_no_others() {
    let app = TestApp::start().await.with_people().await;
    app.decide("dec_1", "V1", "cooling", "CRITICAL").await;
    app.decide("dec_2", "V1", "brakes", "WARNING").await;
    app.decide("dec_3", "V1", "tyres", "WARNING").await;
    let (cooling, brakes) = (app.alert_of("dec_1").await, app.alert_of("dec_2").await);
    let tyres = app.alert_of("dec_3").await;
    let finding = |component: &str, verdict: &str, action: &str| json!({"component": component, "verdict": verdict, "action": action, "parts": []});
    let completed = json!({"appointment_id": "apt_1", "vehicle_id": "V1", "alert_id": cooling,
        "technician_id": "usr_t", "completed_at": start_of_test() + chrono::TimeDelta::hours(2),
        "findings": [finding("cooling", "OTHER_CAUSE", "REPLACED"), finding("brakes", "NOT_FOUND", "NONE"),
            finding("tyres", "CONFIRMED", "NONE")],
        "cost": {"amount_minor": 1000, "currency": "EUR"}});
    for _ in 0..2 {
        let completed = completed.clone();
        app.scheduling
            .deliver_event(event(
                "appointment.completed",
                TENANT,
                completed,
                start_of_test(),
                false,
            ))
            .await;
    }
    let alert = alert_when(&app, &cooling, "resolved", |alert| alert["status"] == "RESOLVED").await;
    assert_eq!(
        (&alert["resolved_reason"], &alert["resolved_by"]),
        (&json!("REPAIRED"), &json!(null))
    );
    let alert = alert_when(&app, &brakes, "resolved", |alert| alert["status"] == "RESOLVED").await;
    assert_eq!(alert["resolved_reason"], "NOT_FOUND");
    app.settle().await;
    alert_when(&app, &tyres, "still open", |alert| alert["status"] == "OPEN").await;
    let resolved = app.published("alert.resolved", 2).await;
    assert_eq!(resolved.len(), 2, "each said once");
    for event in &resolved {
        chassis::testing::contracts::validate_event(event);
        assert_eq!(data_of(event)["appointment_id"], "apt_1");
    }
    app.stop().await;
}

#[tokio::test]
async fn a_component_that_is_well_again_ends_what_was_raised_before() {
    let app = TestApp::start().await.with_people().await;
    app.decide("dec_1", "V1", "cooling", "CRITICAL").await;
    app.decide("dec_2", "V1", "brakes", "WARNING").await;
    let (cooling, brakes) = (app.alert_of("dec_1").await, app.alert_of("dec_2").await);
    let revised = |component: &str, since: chrono::DateTime<chrono::Utc>, repaired: bool| {
        json!({"decision_id": "dec_1", "vehicle_id": "V1", "component": component, "revision": 1,
            "what": {"code": "decision.revised.recovered", "params": {}, "text": "The component is well again."},
            "recovery": {"since": since, "repaired": repaired}})
    };
    let hours = |hours| start_of_test() + chrono::TimeDelta::hours(hours);
    for data in [
        revised("cooling", hours(-1), false),
        revised("cooling", hours(90), false),
        revised("brakes", hours(90), true),
    ] {
        let told = event("agent.decision.revised", TENANT, data, hours(96), false);
        app.agents.deliver_event(told).await;
    }
    for (alert_id, reason) in [(&cooling, "RECOVERED"), (&brakes, "REPAIRED")] {
        let alert = alert_when(&app, alert_id, "resolved", |alert| alert["status"] == "RESOLVED").await;
        assert_eq!(
            (&alert["resolved_reason"], &alert["resolved_by"]),
            (&json!(reason), &json!(null))
        );
    }
    let resolved = app.published("alert.resolved", 2).await;
    for event in &resolved {
        chassis::testing::contracts::validate_event(event);
        assert!(data_of(event)["appointment_id"].is_null());
    }
    app.stop().await;
}
