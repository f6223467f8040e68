//! What health says of a part after its alert: the risk of a slot follows its newest word.

use chassis::testing::eventually;
use chrono::Duration;
use serde_json::{Value, json};

use crate::app::{TENANT, TestApp, alert, manager, monday};

/// Says as health-service would when half of a vehicle's cooling systems will have failed; `None`: it cannot tell.
async fn computed(app: &TestApp, tenant: &str, hours_later: i64, days: Option<f64>) {
    let days = days.map(|days| json!({"p05": days / 2.0, "p50": days, "p95": days * 2.0}));
    let cooling = json!({"type": "cooling", "health_score": 0.3, "status": "POOR", "rul_km": null, "rul_days": days, "confidence": 0.8});
    let unknown = json!({"type": "flux_capacitor", "health_score": 0.1, "status": "CRITICAL", "rul_km": null,
        "rul_days": {"p05": 0.0, "p50": 0.0, "p95": 0.0}, "confidence": 1.0});
    let data = json!({"vehicle_id": "V1", "overall_health_score": 0.3, "status": "POOR", "odometer_km": 36_500.0,
        "components": [unknown, cooling]});
    let time = monday() + Duration::hours(hours_later);
    app.health
        .deliver("vehicle.health.computed", tenant, "V1", time, data)
        .await;
}

/// The probability of failing before a slot on Friday.
async fn risk(app: &TestApp) -> f64 {
    let body = json!({"alert_id": "alert_1", "not_before": "2026-05-08T08:00:00Z", "hold": false});
    let answer = app.must_post("/api/v1/slots/available", &manager(TENANT), body).await;
    answer["slots"][0]["failure_probability"].as_f64().expect("a risk")
}

async fn risk_becomes(app: &TestApp, what: &str, holds: impl Fn(f64) -> bool) {
    eventually(what, || async { holds(risk(app).await).then_some(()) }).await;
}

/// An app with an alert that books nothing by itself, and whose remaining life is given or not.
async fn alarmed(rul_km: Value) -> TestApp {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    app.vehicle(TENANT, "V1").await;
    let mut warning = alert("alert_1", "V1", "WARNING");
    warning["rul_km"] = rul_km;
    app.alert(TENANT, warning, false).await;
    eventually("the alert is known", || async {
        let body = json!({"alert_id": "alert_1", "hold": false});
        (app.post("/api/v1/slots/available", &manager(TENANT), body).await.0 == 200).then_some(())
    })
    .await;
    app
}

#[tokio::test]
async fn a_slots_risk_follows_what_health_says_after_the_alert() {
    let app = alarmed(Value::Null).await;
    let assumed = risk(&app).await;
    assert!(assumed > 0.4, "within a day was asked for: {assumed}");
    computed(&app, TENANT, 2, Some(80.0)).await;
    risk_becomes(&app, "a long life", |risk| risk > 0.0 && risk < 0.02).await;
    computed(&app, TENANT, 3, Some(4.0)).await;
    risk_becomes(&app, "a short life", |risk| risk > 0.4).await;
    app.stop().await;
}

#[tokio::test]
async fn what_is_older_foreign_or_empty_changes_no_risk() {
    let app = alarmed(json!({"p05": 240.0, "p50": 600.0, "p95": 1200.0})).await;
    let told = risk(&app).await;
    // Before the alert, whose own word is newer; another tenant's vehicle of the same name.
    computed(&app, TENANT, -1, Some(1_000.0)).await;
    computed(&app, "ten_two", 2, Some(1_000.0)).await;
    computed(&app, TENANT, 3, Some(20.0)).await;
    risk_becomes(&app, "the newer word", |risk| risk > 0.0 && risk < told / 1.2).await;
    let newest = risk(&app).await;
    // Late to arrive: what is known is newer.
    computed(&app, TENANT, 1, Some(1_000.0)).await;
    // Health can no longer tell: the alert's own word is what is left.
    computed(&app, TENANT, 4, None).await;
    risk_becomes(&app, "the alert's word", |risk| (risk - told).abs() < 0.01).await;
    assert!((newest - told).abs() > 0.01, "{newest} {told}");
    app.stop().await;
}

#[tokio::test]
async fn a_visit_without_an_alert_keeps_the_urgency_that_a_person_gave() {
    let app = alarmed(Value::Null).await;
    computed(&app, TENANT, 1, Some(1_000.0)).await;
    risk_becomes(&app, "a long life", |risk| risk < 0.02).await;
    let body = json!({"vehicle_id": "V1", "component": "cooling", "required_skill": "cooling", "labour_hours": 1.0,
        "urgency": "WITHIN_24H", "not_before": "2026-05-08T08:00:00Z", "hold": false});
    let answer = app.must_post("/api/v1/slots/available", &manager(TENANT), body).await;
    let risk = answer["slots"][0]["failure_probability"].as_f64().expect("a risk");
    assert!(risk > 0.4, "{risk}");
    app.stop().await;
}
