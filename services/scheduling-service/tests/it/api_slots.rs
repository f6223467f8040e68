//! A slot serves the work that it was offered for, and no other.

use serde_json::{Value, json};

use crate::app::{TECHNICIAN, TENANT, TestApp, alert, manager, technician};

/// The last week of the calendar that dates are kept in.
const END_OF_TIME: &str = "+262142-12-25T00:00:00Z";

/// A wash takes a quarter of an hour of somebody who can do nothing else.
fn wash() -> Value {
    json!({"vehicle_id": "V1", "component": "cooling", "required_skill": "washing", "labour_hours": 0.25})
}

async fn with_a_washer() -> TestApp {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    let mut washer = technician("usr_wash", "ctr_north");
    washer["skills"] = json!(["washing"]);
    app.must_post("/api/v1/technicians", &manager(TENANT), washer).await;
    app.vehicle(TENANT, "V1").await;
    app
}

/// Until June there is nobody for the alert's work.
async fn nobody_until_june(app: &TestApp) {
    let mut away = technician(TECHNICIAN, "ctr_north");
    away["absences"] = json!([{"from": "2026-05-01T00:00:00Z", "to": "2026-06-01T00:00:00Z"}]);
    app.must_post("/api/v1/technicians", &manager(TENANT), away).await;
}

async fn offered(app: &TestApp, work: Value) -> Value {
    let offer = app.must_post("/api/v1/slots/available", &manager(TENANT), work).await;
    offer["slots"][0]["slot_id"].clone()
}

fn path(visit: &Value) -> String {
    format!("/api/v1/appointments/{}", visit["appointment_id"].as_str().unwrap())
}

#[tokio::test]
async fn a_visit_is_moved_only_to_a_slot_for_its_own_work() {
    let app = with_a_washer().await;
    app.alert(TENANT, alert("alert_1", "V1", "CRITICAL"), false).await;
    let visit = app.appointments(TENANT, "SCHEDULED", 1).await.remove(0);
    let moved = json!({"version": 1, "slot_id": offered(&app, wash()).await});
    let (status, problem) = app.call("PUT", &path(&visit), &manager(TENANT), Some(moved)).await;
    assert_eq!((status, &problem["code"]), (410, &json!("slot.expired")), "{problem:#}");
    assert_eq!(app.appointments(TENANT, "SCHEDULED", 1).await[0], visit);
    // An offer for its alert, or for another alert on the component, is one for its work.
    let mut longer = alert("alert_2", "V1", "WARNING");
    longer["labour_hours"] = json!(4.0);
    app.alert(TENANT, longer, false).await;
    app.alert(TENANT, alert("alert_3", "V2", "CRITICAL"), false).await;
    app.appointments(TENANT, "SCHEDULED", 2).await;
    let moved = json!({"version": 1, "slot_id": offered(&app, json!({"alert_id": "alert_2"})).await});
    let (status, answer) = app.call("PUT", &path(&visit), &manager(TENANT), Some(moved)).await;
    assert_eq!((status, &answer["labour_hours"]), (200, &json!(2.5)), "{answer:#}");
    app.stop().await;
}

#[tokio::test]
async fn what_waits_is_placed_with_its_own_work() {
    let app = with_a_washer().await;
    nobody_until_june(&app).await;
    app.alert(TENANT, alert("alert_1", "V1", "CRITICAL"), false).await;
    let waiting = app.appointments(TENANT, "UNPLACED", 1).await.remove(0);
    let booking = json!({"slot_id": offered(&app, wash()).await});
    let (status, problem) = app.post("/api/v1/appointments", &manager(TENANT), booking).await;
    assert_eq!((status, &problem["code"]), (410, &json!("slot.expired")), "{problem:#}");
    let mut named = wash();
    named["slot"] = json!({"starts_at": "2026-05-04T09:00:00Z"});
    let (status, problem) = app.post("/api/v1/appointments", &manager(TENANT), named.clone()).await;
    assert_eq!((status, &problem["code"]), (409, &json!("slot.taken")), "{problem:#}");
    named["slot"] = json!({"starts_at": "2026-06-01T09:00:00Z"});
    let visit = app.must_post("/api/v1/appointments", &manager(TENANT), named).await;
    assert_eq!(visit["appointment_id"], waiting["appointment_id"]);
    assert_eq!(
        (&visit["technician_id"], &visit["ends_at"]),
        (&json!(TECHNICIAN), &json!("2026-06-01T11:30:00Z")),
        "two and a half hours of somebody who can do it"
    );
    app.stop().await;
}

#[tokio::test]
async fn a_time_at_the_end_of_the_calendar_is_refused_wherever_one_is_named() {
    let app = with_a_washer().await;
    app.alert(TENANT, alert("alert_1", "V1", "CRITICAL"), false).await;
    let visit = app.appointments(TENANT, "SCHEDULED", 1).await.remove(0);
    let far = END_OF_TIME.replace('+', "%2B");
    for query in [
        format!("technicians/{TECHNICIAN}/schedule?from={far}"),
        format!("technicians/{TECHNICIAN}/schedule?to={far}"),
        format!("technicians/{TECHNICIAN}/schedule?from=-262143-01-01T00:00:00Z&to={far}"),
        format!("appointments?from={far}"),
        format!("appointments?to={far}"),
        format!("appointments/vehicle/V1?from={far}"),
    ] {
        let (status, problem) = app.get(&format!("/api/v1/{query}"), &manager(TENANT)).await;
        assert_eq!(
            (status, &problem["errors"][0]["code"]),
            (422, &json!("range")),
            "{query}"
        );
    }
    let mut not_before = wash();
    not_before["not_before"] = json!(END_OF_TIME);
    let mut named = wash();
    named["slot"] = json!({"starts_at": END_OF_TIME});
    let mut absent = technician(TECHNICIAN, "ctr_north");
    absent["absences"] = json!([{"from": "2026-05-01T00:00:00Z", "to": END_OF_TIME}]);
    let moved = json!({"version": 1, "starts_at": END_OF_TIME});
    for (method, path, body, at) in [
        ("POST", "/api/v1/slots/available", not_before, "/not_before"),
        ("POST", "/api/v1/appointments", named, "/slot/starts_at"),
        ("POST", "/api/v1/technicians", absent, "/absences/0/to"),
        ("PUT", &path(&visit), moved, "/starts_at"),
    ] {
        let (status, problem) = app.call(method, path, &manager(TENANT), Some(body)).await;
        assert_eq!((status, &problem["errors"][0]["path"]), (422, &json!(at)), "{path}");
    }
    app.stop().await;
}

#[tokio::test]
async fn moving_a_visit_orders_its_parts_only_once() {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    app.vehicle(TENANT, "V1").await;
    // Three hoses are wanted and two are there: the order of Monday 05:00 comes on Wednesday.
    let mut wanted = alert("alert_1", "V1", "CRITICAL");
    wanted["parts"] = json!([{"part_code": "COOLANT-HOSE", "quantity": 3}]);
    app.alert(TENANT, wanted, false).await;
    let visit = app.appointments(TENANT, "SCHEDULED", 1).await.remove(0);
    assert_eq!(visit["starts_at"], "2026-05-06T08:00:00Z");
    app.advance(24 * 60);
    let moved = json!({"version": 1, "starts_at": "2026-05-06T09:00:00Z"});
    let (status, visit) = app.call("PUT", &path(&visit), &manager(TENANT), Some(moved)).await;
    assert_eq!(
        (status, &visit["starts_at"]),
        (200, &json!("2026-05-06T09:00:00Z")),
        "{visit:#}"
    );
    // An offer for its alert would move it, and knows of the order too.
    let offer = json!({"alert_id": "alert_1"});
    let offer = app.must_post("/api/v1/slots/available", &manager(TENANT), offer).await;
    assert_eq!(offer["slots"][0]["starts_at"], "2026-05-06T11:45:00Z", "{offer:#}");
    let moved = json!({"version": 2, "slot_id": offer["slots"][0]["slot_id"]});
    let (status, answer) = app.call("PUT", &path(&visit), &manager(TENANT), Some(moved)).await;
    assert_eq!(status, 200, "{answer:#}");
    app.advance(60);
    let moved = json!({"version": 3, "starts_at": "2026-05-06T08:00:00Z"});
    let (status, answer) = app.call("PUT", &path(&answer), &manager(TENANT), Some(moved)).await;
    assert_eq!(status, 200, "{answer:#}");
    app.stop().await;
}
