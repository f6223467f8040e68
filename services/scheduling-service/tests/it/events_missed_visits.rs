//! A visit whose time passed and that nobody began stands in nobody's way.

use chassis::testing::{contracts, eventually};
use serde_json::{Value, json};

use crate::app::{TECHNICIAN, TENANT, TestApp, alert, as_technician, manager, monday};

/// V1's cooling is booked from 08:00 to 10:30 on Monday.
async fn booked() -> TestApp {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    app.vehicle(TENANT, "V1").await;
    app.alert(TENANT, alert("alert_1", "V1", "CRITICAL"), false).await;
    app.appointments(TENANT, "SCHEDULED", 1).await;
    app
}

/// How many hoses are promised to visits.
async fn promised(app: &TestApp) -> Value {
    let (_, parts) = app.get("/api/v1/parts", &manager(TENANT)).await;
    parts["items"][0]["reserved"].clone()
}

async fn assert_missed(app: &TestApp) -> Value {
    let mut missed = app.appointments(TENANT, "CANCELLED", 1).await;
    assert_eq!(missed[0]["cancel_reason"]["code"], "appointment.missed");
    let events = app
        .runtime
        .published("scheduling-service", "appointment.cancelled", 1)
        .await;
    contracts::validate_event(&events[0]);
    let data: Value = events[0].parse().unwrap();
    assert_eq!(data["reason"]["code"], "appointment.missed");
    missed.remove(0)
}

#[tokio::test]
async fn a_missed_visit_is_booked_anew_for_the_alerts_that_rest_on_it() {
    let app = booked().await;
    // Noon of the same day: somebody may still come.
    app.advance(7 * 60);
    app.alert(TENANT, alert("alert_2", "V1", "CRITICAL"), false).await;
    eventually("the alert is known", || async {
        let asked = json!({"alert_id": "alert_2", "hold": false});
        let (status, _) = app.post("/api/v1/slots/available", &manager(TENANT), asked).await;
        (status == 200).then_some(())
    })
    .await;
    // It was to end at 10:30, and twelve hours more are given.
    app.advance(10 * 60 + 29);
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert_eq!(app.appointments(TENANT, "SCHEDULED", 1).await[0]["alert_id"], "alert_1");
    app.advance(1);
    let missed = assert_missed(&app).await;
    let anew = app.appointments(TENANT, "SCHEDULED", 1).await.remove(0);
    assert_eq!(
        (&missed["alert_id"], &anew["alert_id"], &anew["starts_at"]),
        (&json!("alert_1"), &json!("alert_2"), &json!("2026-05-05T08:00:00Z"))
    );
    assert_eq!(promised(&app).await, 1, "its own, and no longer the missed one's");
    app.runtime
        .published("scheduling-service", "appointment.scheduled", 2)
        .await;
    // Both alerts rest on the new visit: it goes with the last of them.
    for (alert_id, left) in [("alert_2", "SCHEDULED"), ("alert_1", "CANCELLED")] {
        let resolved = json!({"alert_id": alert_id, "vehicle_id": "V1", "component": "cooling", "reason": "MANUAL"});
        app.alerts
            .deliver("alert.resolved", TENANT, "V1", monday(), resolved)
            .await;
        let count = if left == "SCHEDULED" { 1 } else { 2 };
        eventually(left, || async {
            let visits = app.appointments(TENANT, left, count).await;
            visits.iter().any(|visit| visit["alert_id"] == "alert_1").then_some(())
        })
        .await;
    }
    app.appointments(TENANT, "SCHEDULED", 0).await;
    app.stop().await;
}

#[tokio::test]
async fn a_visit_that_is_missed_again_and_again_is_booked_again_and_again() {
    let app = booked().await;
    for day in 1..=3 {
        app.advance(24 * 60);
        app.appointments(TENANT, "CANCELLED", day).await;
        let anew = app.appointments(TENANT, "SCHEDULED", 1).await.remove(0);
        assert_eq!(anew["starts_at"], format!("2026-05-0{}T08:00:00Z", 4 + day));
        assert_eq!(
            (&anew["alert_id"], &anew["booked_by"]),
            (&json!("alert_1"), &json!("AUTO"))
        );
    }
    app.stop().await;
}

#[tokio::test]
async fn what_a_person_booked_and_nobody_began_ends_and_may_be_booked_anew() {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    app.vehicle(TENANT, "V1").await;
    let wanted = |day: u32| {
        json!({"vehicle_id": "V1", "component": "cooling", "required_skill": "cooling", "labour_hours": 1.0,
            "parts": [{"part_code": "COOLANT-HOSE", "quantity": 1}],
            "slot": {"starts_at": format!("2026-05-0{day}T09:00:00Z")}})
    };
    app.must_post("/api/v1/appointments", &manager(TENANT), wanted(4)).await;
    let (status, problem) = app.post("/api/v1/appointments", &manager(TENANT), wanted(5)).await;
    assert_eq!((status, &problem["code"]), (409, &json!("appointment.already_open")));
    app.advance(24 * 60);
    assert_missed(&app).await;
    assert_eq!(promised(&app).await, 0);
    app.appointments(TENANT, "SCHEDULED", 0).await;
    let visit = app.must_post("/api/v1/appointments", &manager(TENANT), wanted(5)).await;
    assert_eq!(visit["booked_by"], "USER");
    app.stop().await;
}

#[tokio::test]
async fn a_visit_that_was_begun_is_never_missed() {
    let app = booked().await;
    let visit = app.appointments(TENANT, "SCHEDULED", 1).await.remove(0);
    let start = format!(
        "/api/v1/appointments/{}/start",
        visit["appointment_id"].as_str().unwrap()
    );
    app.must_post(&start, &as_technician(TENANT, TECHNICIAN), json!({}))
        .await;
    app.advance(24 * 60);
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    app.appointments(TENANT, "STARTED", 1).await;
    let wanted = json!({"vehicle_id": "V1", "component": "cooling", "required_skill": "cooling", "labour_hours": 1.0,
        "slot": {"starts_at": "2026-05-05T09:00:00Z"}});
    let (status, problem) = app.post("/api/v1/appointments", &manager(TENANT), wanted).await;
    assert_eq!((status, &problem["code"]), (409, &json!("appointment.already_open")));
    app.stop().await;
}
