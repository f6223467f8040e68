//! A visit that several alerts ask for goes with the last of them, and until then it is the newest's.

use chassis::testing::{contracts, eventually};
use serde_json::{Value, json};

use crate::app::{TENANT, TestApp, alert, manager, monday};

/// A critical alert on V1's cooling, by a decision of its own.
fn critical(alert_id: &str, decision_id: &str, held: bool) -> Value {
    let mut alert = alert(alert_id, "V1", "CRITICAL");
    alert["decision_id"] = json!(decision_id);
    if held {
        alert["review"] = json!({"holds": ["booking"], "because": ["review.confidence"]});
    }
    alert
}

/// Raises an alert, and waits until the service knows it.
async fn raise(app: &TestApp, alert: Value) {
    let asked = json!({"alert_id": alert["alert_id"], "hold": false});
    app.alert(TENANT, alert, false).await;
    eventually("the alert is known", || async {
        let (status, _) = app
            .post("/api/v1/slots/available", &manager(TENANT), asked.clone())
            .await;
        (status == 200).then_some(())
    })
    .await;
}

async fn resolve(app: &TestApp, alert_id: &str) {
    let resolved = json!({"alert_id": alert_id, "vehicle_id": "V1", "component": "cooling", "reason": "MANUAL"});
    app.alerts
        .deliver("alert.resolved", TENANT, "V1", monday(), resolved)
        .await;
}

/// The one visit, once it is this alert's.
async fn visit_of(app: &TestApp, status: &str, alert_id: &str, decision_id: &str) -> Value {
    eventually(&format!("{status} for {alert_id}"), || async {
        let visit = app.appointments(TENANT, status, 1).await.remove(0);
        ((&visit["alert_id"], &visit["decision_id"]) == (&json!(alert_id), &json!(decision_id))).then_some(visit)
    })
    .await
}

async fn ready() -> TestApp {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    app.vehicle(TENANT, "V1").await;
    app
}

#[tokio::test]
async fn a_shared_visit_ends_with_the_last_alert_that_is_closed_by_hand() {
    let app = ready().await;
    for number in 1..=3 {
        let (alert_id, decision_id) = (format!("alert_{number}"), format!("dec_{number}"));
        raise(&app, critical(&alert_id, &decision_id, false)).await;
    }
    let before = visit_of(&app, "SCHEDULED", "alert_1", "dec_1").await;
    resolve(&app, "alert_1").await;
    let handed = visit_of(&app, "SCHEDULED", "alert_3", "dec_3").await;
    assert_eq!(
        (&handed["appointment_id"], &handed["starts_at"], &handed["provisional"]),
        (&before["appointment_id"], &before["starts_at"], &json!(false))
    );
    let told = app
        .runtime
        .published("scheduling-service", "appointment.rescheduled", 1)
        .await;
    contracts::validate_event(&told[0]);
    let told = told[0].parse::<Value>().unwrap();
    assert_eq!(
        (&told["alert_id"], &told["decision_id"], &told["starts_at"]),
        (&json!("alert_3"), &json!("dec_3"), &told["previous_starts_at"])
    );
    resolve(&app, "alert_2").await;
    resolve(&app, "alert_3").await;
    let cancelled = visit_of(&app, "CANCELLED", "alert_3", "dec_3").await;
    assert_eq!(cancelled["cancel_reason"]["params"]["alert_id"], "alert_3");
    let events = app
        .runtime
        .published("scheduling-service", "appointment.cancelled", 1)
        .await;
    contracts::validate_event(&events[0]);
    assert_eq!(events[0].parse::<Value>().unwrap()["alert_id"], "alert_3");
    app.stop().await;
}

#[tokio::test]
async fn a_shared_visit_ends_with_the_last_decision_that_is_rejected() {
    let app = ready().await;
    raise(&app, critical("alert_1", "dec_1", false)).await;
    raise(&app, critical("alert_2", "dec_2", true)).await;
    app.reviewed(TENANT, "dec_1", "V1", "REJECT").await;
    let handed = visit_of(&app, "SCHEDULED", "alert_2", "dec_2").await;
    assert_eq!(handed["provisional"], true, "the one that is left waits for its word");
    app.reviewed(TENANT, "dec_2", "V1", "REJECT").await;
    visit_of(&app, "CANCELLED", "alert_2", "dec_2").await;
    app.stop().await;
}

#[tokio::test]
async fn a_visit_that_a_later_decision_took_over_outlives_the_alert_before() {
    let app = ready().await;
    raise(&app, critical("alert_1", "dec_1", true)).await;
    raise(&app, critical("alert_2", "dec_2", true)).await;
    visit_of(&app, "SCHEDULED", "alert_2", "dec_2").await;
    resolve(&app, "alert_1").await;
    raise(&app, critical("alert_3", "dec_3", true)).await;
    visit_of(&app, "SCHEDULED", "alert_3", "dec_3").await;
    app.reviewed(TENANT, "dec_3", "V1", "REJECT").await;
    let handed = visit_of(&app, "SCHEDULED", "alert_2", "dec_2").await;
    assert_eq!(handed["provisional"], true);
    app.stop().await;
}
