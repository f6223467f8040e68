//! A visit whose time passed and that nobody began stands in nobody's way.

use chassis::testing::{contracts, eventually};
use serde_json::{Value, json};

use crate::app::{TECHNICIAN, TENANT, TestApp, alert, as_technician, manager};

/// V1's cooling is booked from 08:00 to 10:30 on Monday.
async fn booked() -> TestApp {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    app.vehicle(TENANT, "V1").await;
    app.alert(TENANT, alert("alert_1", "V1", "CRITICAL"), false).await;
    app.appointments(TENANT, "SCHEDULED", 1).await;
    app
}

async fn assert_missed(app: &TestApp) {
    let missed = app.appointments(TENANT, "CANCELLED", 1).await;
    assert_eq!(
        (&missed[0]["alert_id"], &missed[0]["cancel_reason"]["code"]),
        (&json!("alert_1"), &json!("appointment.missed"))
    );
    let events = app
        .runtime
        .published("scheduling-service", "appointment.cancelled", 1)
        .await;
    contracts::validate_event(&events[0]);
    let data: Value = events[0].parse().unwrap();
    assert_eq!(data["reason"]["code"], "appointment.missed");
}

#[tokio::test]
async fn the_next_alert_books_anew_once_the_visit_counts_as_missed() {
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
    assert_eq!(app.appointments(TENANT, "SCHEDULED", 1).await[0]["alert_id"], "alert_1");
    app.advance(17 * 60);
    app.alert(TENANT, alert("alert_3", "V1", "CRITICAL"), false).await;
    assert_missed(&app).await;
    let anew = app.appointments(TENANT, "SCHEDULED", 1).await;
    assert_eq!(
        (&anew[0]["alert_id"], &anew[0]["starts_at"]),
        (&json!("alert_3"), &json!("2026-05-05T08:00:00Z"))
    );
    app.stop().await;
}

#[tokio::test]
async fn a_person_books_anew_once_the_visit_counts_as_missed() {
    let app = booked().await;
    let wanted = json!({"vehicle_id": "V1", "component": "cooling", "required_skill": "cooling", "labour_hours": 1.0,
        "slot": {"starts_at": "2026-05-05T09:00:00Z"}});
    let (status, problem) = app.post("/api/v1/appointments", &manager(TENANT), wanted.clone()).await;
    assert_eq!((status, &problem["code"]), (409, &json!("appointment.already_open")));
    app.advance(24 * 60);
    let visit = app.must_post("/api/v1/appointments", &manager(TENANT), wanted).await;
    assert_eq!(visit["booked_by"], "USER");
    assert_missed(&app).await;
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
    let wanted = json!({"vehicle_id": "V1", "component": "cooling", "required_skill": "cooling", "labour_hours": 1.0,
        "slot": {"starts_at": "2026-05-05T09:00:00Z"}});
    let (status, problem) = app.post("/api/v1/appointments", &manager(TENANT), wanted).await;
    assert_eq!((status, &problem["code"]), (409, &json!("appointment.already_open")));
    app.stop().await;
}
