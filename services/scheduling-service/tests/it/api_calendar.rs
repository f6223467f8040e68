//! The caller's visits as a calendar: what is to come is in it, however much was.

use chassis::testing::TestRuntime;
use serde_json::{Value, json};

use crate::app::{TECHNICIAN, TENANT, TestApp, alert, as_technician, manager, monday, technician};

/// A workshop whose calendars hold so many visits.
async fn with_room_for(visits: i64) -> TestApp {
    let app = TestApp::on_with(TestRuntime::start(monday()), &[("calendar.visits_max", visits)]).await;
    app.seed(TENANT).await;
    for vehicle_id in ["V1", "V2", "V3"] {
        app.vehicle(TENANT, vehicle_id).await;
    }
    app
}

async fn book(app: &TestApp, vehicle_id: &str, starts_at: &str) -> Value {
    let wanted = json!({"vehicle_id": vehicle_id, "component": "cooling", "required_skill": "cooling", "labour_hours": 2.0,
        "slot": {"starts_at": starts_at}});
    app.must_post("/api/v1/appointments", &manager(TENANT), wanted).await
}

async fn cancel(app: &TestApp, visit: &Value) {
    let path = format!("/api/v1/appointments/{}", visit["appointment_id"].as_str().unwrap());
    let (status, answer) = app.call("DELETE", &path, &manager(TENANT), None).await;
    assert_eq!(status, 200, "{answer:#}");
}

/// When the calendar's entries begin, in their order.
async fn starts(app: &TestApp) -> Vec<String> {
    let (_, text) = app.get("/api/v1/calendar.ics", &manager(TENANT)).await;
    let lines = text.as_str().unwrap().lines();
    lines
        .filter_map(|line| line.strip_prefix("DTSTART:"))
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn a_full_calendar_holds_what_is_to_come_and_then_the_latest_that_was() {
    let app = with_room_for(3).await;
    for hour in ["08", "11", "14"] {
        let visit = book(&app, "V1", &format!("2026-05-04T{hour}:00:00Z")).await;
        cancel(&app, &visit).await;
    }
    let gone = book(&app, "V2", "2026-05-06T08:00:00Z").await;
    cancel(&app, &gone).await;
    book(&app, "V2", "2026-05-07T08:00:00Z").await;
    assert_eq!(
        starts(&app).await,
        ["20260507T080000Z", "20260504T080000Z", "20260504T110000Z"]
    );
    // On Tuesday Monday is over.
    app.advance(24 * 60);
    assert_eq!(
        starts(&app).await,
        ["20260507T080000Z", "20260506T080000Z", "20260504T140000Z"]
    );
    app.stop().await;
}

#[tokio::test]
async fn what_waits_for_a_slot_takes_no_place_in_the_calendar() {
    let app = with_room_for(1).await;
    book(&app, "V1", "2026-05-04T09:00:00Z").await;
    let mut away = technician(TECHNICIAN, "ctr_north");
    away["absences"] = json!([{"from": "2026-05-01T00:00:00Z", "to": "2026-06-01T00:00:00Z"}]);
    app.must_post("/api/v1/technicians", &manager(TENANT), away).await;
    app.alert(TENANT, alert("alert_1", "V2", "CRITICAL"), false).await;
    app.appointments(TENANT, "UNPLACED", 1).await;
    assert_eq!(starts(&app).await, ["20260504T090000Z"]);
    app.stop().await;
}

#[tokio::test]
async fn visits_come_as_a_calendar() {
    let app = with_room_for(1_000).await;
    book(&app, "V1", "2026-05-04T09:00:00Z").await;
    let (status, text) = app
        .get("/api/v1/calendar.ics", &as_technician(TENANT, TECHNICIAN))
        .await;
    let text = text.as_str().unwrap();
    assert_eq!(status, 200);
    assert!(
        text.contains("DTSTART:20260504T090000Z\r\n") && text.contains("SUMMARY:V1: cooling\r\n"),
        "{text}"
    );
    let (_, empty) = app
        .get("/api/v1/calendar.ics", &as_technician(TENANT, "usr_other"))
        .await;
    assert!(!empty.as_str().unwrap().contains("VEVENT"));
    app.stop().await;
}
