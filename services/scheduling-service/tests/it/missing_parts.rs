//! What is used beyond what was promised is missing elsewhere: whoever loses a part hears of it, and gets a time when it will have come.

use chassis::testing::contracts;
use serde_json::{Value, json};

use crate::app::{TECHNICIAN, TENANT, TestApp, alert, as_technician, manager, report, technician};

async fn ready() -> TestApp {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    for vehicle_id in ["V1", "V2", "V3"] {
        app.vehicle(TENANT, vehicle_id).await;
    }
    app
}

/// Books an hour with one of the two hoses.
async fn book(app: &TestApp, vehicle_id: &str, starts_at: &str) -> Value {
    let wanted = json!({"vehicle_id": vehicle_id, "component": "cooling", "required_skill": "cooling", "labour_hours": 1.0,
        "parts": [{"part_code": "COOLANT-HOSE", "quantity": 1}], "slot": {"starts_at": starts_at}});
    app.must_post("/api/v1/appointments", &manager(TENANT), wanted).await
}

fn path(visit: &Value) -> String {
    format!("/api/v1/appointments/{}", visit["appointment_id"].as_str().unwrap())
}

/// Begins and ends a visit on which so many hoses are used.
async fn use_hoses(app: &TestApp, visit: &Value, quantity: i64) {
    let technician = as_technician(TENANT, TECHNICIAN);
    app.must_post(&format!("{}/start", path(visit)), &technician, json!({}))
        .await;
    let mut report = report();
    report["findings"][0]["parts"][0]["quantity"] = json!(quantity);
    app.must_post(&format!("{}/complete", path(visit)), &technician, report)
        .await;
}

async fn shown(app: &TestApp, visit: &Value) -> Value {
    app.get(&path(visit), &manager(TENANT)).await.1
}

#[tokio::test]
async fn a_visit_whose_part_was_used_elsewhere_waits_until_it_has_come() {
    let app = ready().await;
    let first = book(&app, "V1", "2026-05-04T09:00:00Z").await;
    let second = book(&app, "V2", "2026-05-05T09:00:00Z").await;
    use_hoses(&app, &first, 2).await;
    // Ordered on Monday at five, it comes on Wednesday at five.
    let moved = shown(&app, &second).await;
    assert_eq!(
        (
            &moved["status"],
            &moved["version"],
            &moved["starts_at"],
            &moved["why"]["code"]
        ),
        (
            &json!("SCHEDULED"),
            &json!(2),
            &json!("2026-05-06T08:00:00Z"),
            &json!("slot.part_ordered")
        ),
        "{moved:#}"
    );
    let events = app
        .runtime
        .published("scheduling-service", "appointment.rescheduled", 1)
        .await;
    contracts::validate_event(&events[0]);
    let told: Value = events[0].parse().unwrap();
    assert_eq!(
        (&told["vehicle_id"], &told["starts_at"], &told["previous_starts_at"]),
        (
            &json!("V2"),
            &json!("2026-05-06T08:00:00Z"),
            &json!("2026-05-05T09:00:00Z")
        )
    );
    // Its time is its own, and what it left is free.
    let third = json!({"vehicle_id": "V3", "required_skill": "cooling", "labour_hours": 1.0,
        "slot": {"starts_at": "2026-05-06T08:00:00Z"}});
    let (status, _) = app.post("/api/v1/appointments", &manager(TENANT), third.clone()).await;
    assert_eq!(status, 409);
    let mut third = third;
    third["slot"]["starts_at"] = json!("2026-05-05T09:00:00Z");
    app.must_post("/api/v1/appointments", &manager(TENANT), third).await;
    // The order is known: moving it to a later time orders nothing anew.
    let later = json!({"version": 2, "starts_at": "2026-05-06T10:00:00Z"});
    let (status, answer) = app.call("PUT", &path(&moved), &manager(TENANT), Some(later)).await;
    assert_eq!(status, 200, "{answer:#}");
    app.stop().await;
}

#[tokio::test]
async fn a_visit_that_starts_after_its_part_has_come_stays_and_remembers_the_order() {
    let app = ready().await;
    let first = book(&app, "V1", "2026-05-04T09:00:00Z").await;
    let second = book(&app, "V2", "2026-05-07T09:00:00Z").await;
    use_hoses(&app, &first, 2).await;
    let kept = shown(&app, &second).await;
    assert_eq!(
        (&kept["starts_at"], &kept["version"]),
        (&second["starts_at"], &json!(2)),
        "{kept:#}"
    );
    assert_eq!(app.count("appointment.rescheduled").await, 0);
    // A day later an order made anew would come on Thursday at five; the one that was made comes on Wednesday.
    app.advance(24 * 60);
    let earlier = json!({"version": 2, "starts_at": "2026-05-06T08:00:00Z"});
    let (status, answer) = app.call("PUT", &path(&kept), &manager(TENANT), Some(earlier)).await;
    assert_eq!(status, 200, "{answer:#}");
    app.stop().await;
}

#[tokio::test]
async fn a_visit_that_finds_no_later_time_is_wanted_anew_for_its_alerts() {
    let app = ready().await;
    let first = book(&app, "V1", "2026-05-04T08:00:00Z").await;
    app.alert(TENANT, alert("alert_1", "V2", "CRITICAL"), false).await;
    let second = app.appointments(TENANT, "SCHEDULED", 2).await.remove(1);
    assert_eq!(second["starts_at"], "2026-05-04T09:15:00Z");
    let mut away = technician(TECHNICIAN, "ctr_north");
    away["absences"] = json!([{"from": "2026-05-05T00:00:00Z", "to": "2026-07-01T00:00:00Z"}]);
    app.must_post("/api/v1/technicians", &manager(TENANT), away).await;
    use_hoses(&app, &first, 2).await;
    let cancelled = shown(&app, &second).await;
    assert_eq!(
        (&cancelled["status"], &cancelled["cancel_reason"]["code"]),
        (&json!("CANCELLED"), &json!("appointment.part_missing")),
        "{cancelled:#}"
    );
    let events = app
        .runtime
        .published("scheduling-service", "appointment.cancelled", 1)
        .await;
    contracts::validate_event(&events[0]);
    let waiting = app.appointments(TENANT, "UNPLACED", 1).await.remove(0);
    assert_eq!(
        (&waiting["alert_id"], &waiting["vehicle_id"], &waiting["booked_by"]),
        (&json!("alert_1"), &json!("V2"), &json!("AUTO"))
    );
    // As soon as there is somebody, it is placed.
    app.must_post(
        "/api/v1/technicians",
        &manager(TENANT),
        technician(TECHNICIAN, "ctr_north"),
    )
    .await;
    let placed = app.appointments(TENANT, "SCHEDULED", 1).await.remove(0);
    assert_eq!(
        (&placed["appointment_id"], &placed["starts_at"]),
        (&waiting["appointment_id"], &json!("2026-05-06T08:00:00Z"))
    );
    app.stop().await;
}
