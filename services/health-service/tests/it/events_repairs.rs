//! A visit is over: health starts the repaired component anew.

use serde_json::json;

use crate::app::{NOW, TestApp, component, data, time, worn_pads};

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmed_repair_resets_the_component_and_says_so() {
    let app = TestApp::start().await;
    app.register("ten_a", "V1").await;
    app.telemetry("ten_a", "V1", worn_pads("V1", 95.0, 60, 10)).await;
    app.told("component.critical", 1).await;
    // After the first readings, before those that follow.
    let completed_at = chassis::rfc3339(time(NOW) - chrono::Duration::minutes(40));
    let visit = json!({
        "appointment_id": "apt_1", "vehicle_id": "V1", "technician_id": "usr_t", "completed_at": completed_at,
        "odometer_km": 84_020.0, "cost": {"amount_minor": 20_000, "currency": "EUR"},
        "findings": [
            {"component": "brakes", "failure_mode": "brakes.pads", "verdict": "CONFIRMED", "action": "REPLACED", "parts": []},
            {"component": "tyres", "verdict": "NOT_FOUND", "action": "NONE", "parts": []},
            {"component": "wipers", "verdict": "CONFIRMED", "action": "REPLACED", "parts": []},
        ],
    });
    app.scheduling
        .deliver("appointment.completed", "ten_a", "V1", time(NOW), visit.clone())
        .await;
    let changed = app.told("vehicle.health.changed", 2).await;
    let repair = changed
        .iter()
        .map(data)
        .find(|data| data["reason"] == "REPAIR")
        .expect("a repair");
    assert_eq!(
        (&repair["component"], &repair["status"]),
        (&json!("brakes"), &json!("EXCELLENT"))
    );
    assert_eq!(repair["health_score"], 0.95);
    assert_eq!(repair["previous_status"], "CRITICAL");
    let health = app.taken("ten_a", "V1", 10).await;
    assert_eq!(component(&health, "brakes")["health_score"], 0.95);
    assert!(component(&health, "brakes")["confidence"].as_f64().unwrap() < 0.2);
    // The new pads wear from their own first reading on.
    app.telemetry("ten_a", "V1", worn_pads("V1", 2.0, 30, 10)).await;
    let health = app.taken("ten_a", "V1", 20).await;
    let brakes = component(&health, "brakes");
    assert_eq!(brakes["status"], "EXCELLENT");
    assert!(brakes["rul_km_quantiles"]["p95"].as_f64() > brakes["rul_km_quantiles"]["p05"].as_f64().map(|km| 2.0 * km));
}

/// A visit of ours in which the first vehicle got new brakes.
async fn new_brakes(app: &TestApp, appointment_id: &str, completed_at: &str) {
    let visit = json!({
        "appointment_id": appointment_id, "vehicle_id": "V1", "technician_id": "usr_t", "completed_at": completed_at,
        "cost": {"amount_minor": 20_000, "currency": "EUR"},
        "findings": [{"component": "brakes", "verdict": "CONFIRMED", "action": "REPLACED", "parts": []}],
    });
    app.scheduling
        .deliver("appointment.completed", "ten_a", "V1", time(NOW), visit)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_measured_before_a_repair_says_nothing_of_the_new_part() {
    let app = TestApp::start().await;
    app.register("ten_a", "V1").await;
    app.telemetry("ten_a", "V1", worn_pads("V1", 95.0, 60, 10)).await;
    app.told("component.critical", 1).await;
    new_brakes(&app, "apt_1", NOW).await;
    app.told("vehicle.health.changed", 2).await;
    // The old pads' last readings come after the report of their replacement.
    app.telemetry("ten_a", "V1", worn_pads("V1", 98.0, 30, 10)).await;
    let health = app.taken("ten_a", "V1", 20).await;
    assert_eq!(component(&health, "brakes")["health_score"], 0.95);
}

/// A workshop tells of a repair that lies before one that is known: it is history, and the present part keeps its evidence.
#[tokio::test(flavor = "multi_thread")]
async fn a_repair_that_is_told_late_leaves_the_present_part_alone() {
    let app = TestApp::start().await;
    app.register("ten_a", "V1").await;
    app.telemetry("ten_a", "V1", worn_pads("V1", 95.0, 60, 10)).await;
    app.told("component.critical", 1).await;
    let completed_at = chassis::rfc3339(time(NOW) - chrono::Duration::days(30));
    new_brakes(&app, "apt_old", &completed_at).await;
    app.telemetry("ten_a", "V1", worn_pads("V1", 95.0, 30, 10)).await;
    let health = app.taken("ten_a", "V1", 20).await;
    assert_eq!(component(&health, "brakes")["status"], "CRITICAL");
}

/// Of a repair elsewhere nobody else tells those who wait for one; a visit of ours speaks for itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_repair_made_elsewhere_ends_the_alarm_and_a_visit_of_ours_does_so_itself() {
    let app = TestApp::start().await;
    for vehicle_id in ["V1", "V2"] {
        app.register("ten_a", vehicle_id).await;
        app.telemetry("ten_a", vehicle_id, worn_pads(vehicle_id, 95.0, 60, 10))
            .await;
    }
    app.told("component.critical", 2).await;
    new_brakes(&app, "apt_1", NOW).await;
    let repair = json!({"repair_id": "rep_1", "vehicle_id": "V2", "component": "brakes", "action": "REPLACED",
        "repaired_at": NOW, "recorded_by": "usr_o"});
    app.ingestion
        .deliver("vehicle.repair.recorded", "ten_a", "V2", time(NOW), repair)
        .await;
    let recovered = app.told("component.recovered", 1).await;
    chassis::testing::contracts::validate_event(&recovered[0]);
    let told = data(&recovered[0]);
    assert_eq!(
        (&told["vehicle_id"], &told["reason"], &told["since"]),
        (&json!("V2"), &json!("REPAIR"), &json!(NOW))
    );
    app.told("vehicle.health.changed", 4).await;
    assert_eq!(app.told("component.recovered", 1).await.len(), 1);
}
