//! A decision that a person is to look at first: its visit is provisional until the verdict, whichever of the two is heard first.

use chassis::testing::{contracts, eventually};
use serde_json::{Value, json};

use crate::app::{TECHNICIAN, TENANT, TestApp, alert, as_technician, center, manager, technician};

/// A critical alert of a decision whose bookings are held.
fn held(alert_id: &str, decision_id: &str, vehicle_id: &str) -> Value {
    let mut alert = alert(alert_id, vehicle_id, "CRITICAL");
    alert["decision_id"] = json!(decision_id);
    alert["review"] = json!({"holds": ["booking", "claim", "parts"], "because": ["review.confidence"]});
    alert
}

fn free(alert_id: &str, decision_id: &str, vehicle_id: &str) -> Value {
    let mut alert = held(alert_id, decision_id, vehicle_id);
    alert.as_object_mut().unwrap().remove("review");
    alert
}

/// The visits of a status with their vehicle and whether they are provisional, once they are as expected.
async fn visits(app: &TestApp, status: &str, expected: &[(&str, bool)]) -> Vec<Value> {
    let expected: Vec<(Value, Value)> = expected
        .iter()
        .map(|(vehicle, held)| (json!(vehicle), json!(held)))
        .collect();
    eventually(&format!("{status}: {expected:?}"), || async {
        let visits = app.appointments(TENANT, status, expected.len()).await;
        let seen = |(visit, expected): (&Value, &(Value, Value))| {
            (&visit["vehicle_id"], &visit["provisional"]) == (&expected.0, &expected.1)
        };
        visits.iter().zip(&expected).all(seen).then_some(visits)
    })
    .await
}

async fn start(app: &TestApp, visit: &Value) -> (u16, Value) {
    let path = format!(
        "/api/v1/appointments/{}/start",
        visit["appointment_id"].as_str().unwrap()
    );
    app.post(&path, &as_technician(TENANT, TECHNICIAN), json!({})).await
}

#[tokio::test]
async fn a_held_visit_keeps_its_slot_and_nobody_begins_before_it_is_approved() {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    app.alert(TENANT, held("alert_1", "dec_1", "V1"), false).await;
    let visit = visits(&app, "SCHEDULED", &[("V1", true)]).await.remove(0);
    let (status, problem) = start(&app, &visit).await;
    assert_eq!(
        (status, &problem["code"]),
        (409, &json!("appointment.awaits_review")),
        "{problem:#}"
    );
    assert_eq!(problem["params"]["decision_id"], "dec_1");
    app.reviewed(TENANT, "dec_1", "V1", "APPROVE").await;
    app.reviewed(TENANT, "dec_1", "V1", "REJECT").await;
    let confirmed = visits(&app, "SCHEDULED", &[("V1", false)]).await.remove(0);
    assert_eq!(confirmed["starts_at"], visit["starts_at"]);
    assert_eq!(start(&app, &visit).await.0, 200);
    let events = app
        .runtime
        .published("scheduling-service", "appointment.scheduled", 1)
        .await;
    contracts::validate_event(&events[0]);
    assert_eq!(events[0].parse::<Value>().unwrap()["provisional"], true);
    app.stop().await;
}

#[tokio::test]
async fn a_held_visit_without_a_slot_is_placed_and_stays_provisional() {
    let app = TestApp::start().await;
    app.alert(TENANT, held("alert_1", "dec_1", "V1"), false).await;
    visits(&app, "UNPLACED", &[("V1", true)]).await;
    app.seed(TENANT).await;
    visits(&app, "SCHEDULED", &[("V1", true)]).await;
    app.stop().await;
}

#[tokio::test]
async fn a_rejected_decision_has_no_visit_held_or_not() {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    app.alert(TENANT, held("alert_1", "dec_1", "V1"), false).await;
    visits(&app, "SCHEDULED", &[("V1", true)]).await;
    app.alert(TENANT, free("alert_2", "dec_2", "V2"), false).await;
    visits(&app, "SCHEDULED", &[("V1", true), ("V2", false)]).await;
    app.reviewed(TENANT, "dec_1", "V1", "REJECT").await;
    // A model disagreed later, and the reviewer with the decision: its visit was booked meanwhile.
    app.reviewed(TENANT, "dec_2", "V2", "REJECT").await;
    for visit in &app.appointments(TENANT, "CANCELLED", 2).await {
        assert_eq!(visit["cancel_reason"]["code"], "appointment.decision_rejected");
    }
    let events = app
        .runtime
        .published("scheduling-service", "appointment.cancelled", 2)
        .await;
    events.iter().for_each(contracts::validate_event);
    // What they held is free again.
    app.alert(TENANT, free("alert_3", "dec_3", "V3"), false).await;
    let placed = visits(&app, "SCHEDULED", &[("V3", false)]).await;
    assert_eq!(placed[0]["starts_at"], "2026-05-04T08:00:00Z");
    app.stop().await;
}

#[tokio::test]
async fn a_verdict_that_is_heard_before_its_alert_counts() {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    app.reviewed(TENANT, "dec_no", "V1", "REJECT").await;
    app.reviewed(TENANT, "dec_yes", "V2", "CHANGE").await;
    // The same decision id of another tenant is another decision.
    app.reviewed("ten_two", "dec_3", "V3", "APPROVE").await;
    // A producer's log is read in its order: that this last verdict has acted says that all before it were read. Vehicles spread over
    // partitions, so each has its own.
    for vehicle in ["V1", "V2"] {
        let (alert, decision) = (format!("alert_0_{vehicle}"), format!("dec_0_{vehicle}"));
        let mut brakes = free(&alert, &decision, vehicle);
        brakes["component"] = json!("brakes");
        app.alert(TENANT, brakes, false).await;
    }
    app.appointments(TENANT, "SCHEDULED", 2).await;
    for vehicle in ["V1", "V2"] {
        app.reviewed(TENANT, &format!("dec_0_{vehicle}"), vehicle, "REJECT")
            .await;
    }
    app.appointments(TENANT, "CANCELLED", 2).await;
    app.alert(TENANT, held("alert_1", "dec_no", "V1"), false).await;
    app.alert(TENANT, held("alert_2", "dec_yes", "V2"), false).await;
    visits(&app, "SCHEDULED", &[("V2", false)]).await;
    app.alert(TENANT, held("alert_3", "dec_3", "V3"), false).await;
    visits(&app, "SCHEDULED", &[("V2", false), ("V3", true)]).await;
    app.stop().await;
}

#[tokio::test]
async fn a_surer_decision_or_a_person_ends_the_wait() {
    let app = TestApp::start().await;
    app.vehicle(TENANT, "V2").await;
    app.alert(TENANT, held("alert_2", "dec_2", "V2"), false).await;
    visits(&app, "UNPLACED", &[("V2", true)]).await;
    // A person books what had no slot, without waiting for the reviewer.
    let mut away = technician(TECHNICIAN, "ctr_north");
    away["absences"] = json!([{"from": "2026-05-01T00:00:00Z", "to": "2026-06-01T00:00:00Z"}]);
    app.must_post("/api/v1/centers", &manager(TENANT), center("ctr_north"))
        .await;
    app.must_post("/api/v1/technicians", &manager(TENANT), away).await;
    let slot = json!({"starts_at": "2026-06-01T08:00:00Z", "center_id": "ctr_north"});
    let wanted = json!({"vehicle_id": "V2", "component": "cooling", "required_skill": "cooling", "labour_hours": 1.0, "slot": slot});
    let booked = app.must_post("/api/v1/appointments", &manager(TENANT), wanted).await;
    assert_eq!(
        (&booked["booked_by"], &booked["provisional"]),
        (&json!("USER"), &json!(false))
    );
    app.reviewed(TENANT, "dec_2", "V2", "REJECT").await;
    app.seed(TENANT).await;
    // The next finding needs no second look.
    app.alert(TENANT, held("alert_1", "dec_1", "V1"), false).await;
    visits(&app, "SCHEDULED", &[("V1", true), ("V2", false)]).await;
    app.alert(TENANT, free("alert_sure", "dec_sure", "V1"), false).await;
    visits(&app, "SCHEDULED", &[("V1", false), ("V2", false)]).await;
    // A visit is its newest decision's: what is said of the one before rejects nothing.
    app.alert(TENANT, held("alert_3", "dec_3", "V3"), false).await;
    app.alert(TENANT, held("alert_next", "dec_next", "V3"), false).await;
    app.reviewed(TENANT, "dec_next", "V3", "APPROVE").await;
    visits(&app, "SCHEDULED", &[("V1", false), ("V3", false), ("V2", false)]).await;
    app.reviewed(TENANT, "dec_3", "V3", "REJECT").await;
    app.reviewed(TENANT, "dec_1", "V1", "REJECT").await;
    app.alert(TENANT, free("alert_4", "dec_4", "V4"), false).await;
    app.appointments(TENANT, "SCHEDULED", 4).await;
    app.stop().await;
}
