//! A vehicle is in one workshop at a time, whoever books and wherever there is room.

use serde_json::{Value, json};

use crate::app::{TENANT, TestApp, alert, center, manager, technician};

/// Two bays and two technicians who can do the same: room for two visits at once.
async fn with_room_for_two() -> TestApp {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    let mut wide = center("ctr_north");
    let second = json!({"bay_id": "bay_2", "name": "Bay 2", "kinds": ["GENERAL", "HEAVY"], "has_lift": true});
    wide["bays"].as_array_mut().unwrap().push(second);
    app.must_post("/api/v1/centers", &manager(TENANT), wide).await;
    app.must_post(
        "/api/v1/technicians",
        &manager(TENANT),
        technician("usr_second", "ctr_north"),
    )
    .await;
    for vehicle_id in ["V1", "V2"] {
        app.vehicle(TENANT, vehicle_id).await;
    }
    app
}

fn brakes(alert_id: &str, vehicle_id: &str) -> Value {
    let mut alert = alert(alert_id, vehicle_id, "CRITICAL");
    alert["component"] = json!("brakes");
    alert["required_skill"] = json!("brakes");
    alert["parts"] = json!([]);
    alert
}

fn starts(visits: &[Value]) -> Vec<&str> {
    visits
        .iter()
        .map(|visit| visit["starts_at"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn two_alerts_of_one_vehicle_are_booked_one_after_the_other() {
    let app = with_room_for_two().await;
    app.alert(TENANT, alert("alert_1", "V1", "CRITICAL"), false).await;
    app.alert(TENANT, brakes("alert_2", "V1"), false).await;
    let visits = app.appointments(TENANT, "SCHEDULED", 2).await;
    assert_eq!(starts(&visits), ["2026-05-04T08:00:00Z", "2026-05-04T10:45:00Z"]);
    // The second half of the workshop stood empty all the time.
    app.alert(TENANT, brakes("alert_3", "V2"), false).await;
    let visits = app.appointments(TENANT, "SCHEDULED", 3).await;
    let of_the_other = visits.iter().find(|visit| visit["vehicle_id"] == "V2").unwrap();
    assert_eq!(of_the_other["starts_at"], "2026-05-04T08:00:00Z");
    app.stop().await;
}

#[tokio::test]
async fn a_person_cannot_book_one_vehicle_twice_at_once() {
    let app = with_room_for_two().await;
    let wanted = |vehicle_id: &str, starts_at: &str| json!({"vehicle_id": vehicle_id, "required_skill": "brakes", "labour_hours": 1.0, "slot": {"starts_at": starts_at}});
    let manager = manager(TENANT);
    let first = wanted("V1", "2026-05-04T09:00:00Z");
    let first = app.must_post("/api/v1/appointments", &manager, first).await;
    for starts_at in ["2026-05-04T08:00:00Z", "2026-05-04T09:00:00Z", "2026-05-04T10:00:00Z"] {
        let again = wanted("V1", starts_at);
        let (status, problem) = app.post("/api/v1/appointments", &manager, again).await;
        assert_eq!((status, &problem["code"]), (409, &json!("slot.taken")), "{starts_at}");
        assert_eq!(
            problem["params"]["alternatives"].as_array().unwrap().len(),
            3,
            "{problem:#}"
        );
    }
    let other = wanted("V2", "2026-05-04T09:00:00Z");
    app.must_post("/api/v1/appointments", &manager, other).await;
    let later = wanted("V1", "2026-05-04T10:15:00Z");
    let later = app.must_post("/api/v1/appointments", &manager, later).await;
    // Nor is a visit moved over another of its vehicle; over its own time it is.
    let path = |visit: &Value| format!("/api/v1/appointments/{}", visit["appointment_id"].as_str().unwrap());
    let over = json!({"version": 1, "starts_at": "2026-05-04T09:30:00Z"});
    let (status, problem) = app.call("PUT", &path(&later), &manager, Some(over)).await;
    assert_eq!((status, &problem["code"]), (409, &json!("slot.taken")), "{problem:#}");
    let over = json!({"version": 1, "starts_at": "2026-05-04T08:45:00Z"});
    let (status, moved) = app.call("PUT", &path(&first), &manager, Some(over)).await;
    assert_eq!(status, 200, "{moved:#}");
    app.stop().await;
}

#[tokio::test]
async fn an_offer_that_would_move_a_visit_may_be_for_its_own_time() {
    let app = with_room_for_two().await;
    app.alert(TENANT, alert("alert_1", "V1", "CRITICAL"), false).await;
    let visit = app.appointments(TENANT, "SCHEDULED", 1).await.remove(0);
    let offer = json!({"alert_id": "alert_1"});
    let offer = app.must_post("/api/v1/slots/available", &manager(TENANT), offer).await;
    assert_eq!(
        offer["slots"][0]["starts_at"], visit["starts_at"],
        "with the other technician"
    );
    let moved = json!({"version": 1, "slot_id": offer["slots"][0]["slot_id"]});
    let path = format!("/api/v1/appointments/{}", visit["appointment_id"].as_str().unwrap());
    let (status, moved) = app.call("PUT", &path, &manager(TENANT), Some(moved)).await;
    assert_eq!(status, 200, "{moved:#}");
    assert_ne!(moved["technician_id"], visit["technician_id"]);
    app.stop().await;
}
