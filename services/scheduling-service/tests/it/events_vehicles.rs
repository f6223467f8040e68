//! What ingestion says of vehicles: class decides the bay, retirement ends visits.

use chassis::testing::contracts;
use serde_json::json;

use crate::app::{TENANT, TestApp, alert, center, manager, monday, part};

#[tokio::test]
async fn a_retired_vehicle_loses_its_visits_and_gets_no_new_ones() {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    app.vehicle(TENANT, "V1").await;
    app.alert(TENANT, alert("alert_1", "V1", "CRITICAL"), false).await;
    app.appointments(TENANT, "SCHEDULED", 1).await;
    let retired = json!({"vehicle_id": "V1", "powertrain": "PETROL", "vehicle_class": "CAR", "status": "RETIRED"});
    app.ingestion
        .deliver("vehicle.retired", TENANT, "V1", monday(), retired)
        .await;
    let cancelled = app.appointments(TENANT, "CANCELLED", 1).await;
    assert_eq!(cancelled[0]["cancel_reason"]["code"], "appointment.vehicle_retired");
    let events = app
        .runtime
        .published("scheduling-service", "appointment.cancelled", 1)
        .await;
    contracts::validate_event(&events[0]);
    app.alert(TENANT, alert("alert_2", "V1", "CRITICAL"), false).await;
    app.alert(TENANT, alert("alert_3", "V2", "CRITICAL"), false).await;
    let visits = app.appointments(TENANT, "SCHEDULED", 1).await;
    assert_eq!(visits[0]["vehicle_id"], "V2");
    let wanted = json!({"vehicle_id": "V1", "required_skill": "cooling", "labour_hours": 1.0});
    let (status, problem) = app.post("/api/v1/slots/available", &manager(TENANT), wanted).await;
    assert_eq!((status, &problem["code"]), (409, &json!("vehicle.retired")));
    app.stop().await;
}

#[tokio::test]
async fn a_truck_needs_a_heavy_bay() {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    let mut light = center("ctr_north");
    light["bays"][0]["kinds"] = json!(["GENERAL"]);
    app.must_post("/api/v1/centers", &manager(TENANT), light).await;
    app.vehicle(TENANT, "T1").await;
    let truck = json!({"vehicle_id": "T1", "powertrain": "DIESEL", "vehicle_class": "TRUCK", "status": "ACTIVE"});
    app.ingestion
        .deliver("vehicle.updated", TENANT, "T1", monday(), truck)
        .await;
    app.alert(TENANT, alert("alert_0", "V0", "CRITICAL"), false).await;
    app.appointments(TENANT, "SCHEDULED", 1).await;
    let asked = json!({"vehicle_id": "T1", "required_skill": "cooling", "labour_hours": 1.0});
    let offer = chassis::testing::eventually("the class is known", || async {
        let offer = app
            .must_post("/api/v1/slots/available", &manager(TENANT), asked.clone())
            .await;
        offer["why_not"].is_object().then_some(offer)
    })
    .await;
    assert_eq!(offer["why_not"]["code"], "why_not.no_bay");
    app.stop().await;
}

/// A centre whose first bay takes no truck; the second one does if there is one.
async fn with_bays(app: &TestApp, heavy: bool) {
    let mut center = center("ctr_north");
    center["bays"][0]["kinds"] = json!(["GENERAL"]);
    if heavy {
        let second = json!({"bay_id": "bay_2", "name": "Bay 2", "kinds": ["GENERAL", "HEAVY"], "has_lift": true});
        center["bays"].as_array_mut().unwrap().push(second);
    }
    app.must_post("/api/v1/centers", &manager(TENANT), center).await;
}

async fn say_truck(app: &TestApp, vehicle_id: &str) {
    let truck = json!({"vehicle_id": vehicle_id, "powertrain": "DIESEL", "vehicle_class": "TRUCK", "status": "ACTIVE"});
    app.ingestion
        .deliver("vehicle.registered", TENANT, vehicle_id, monday(), truck)
        .await;
}

#[tokio::test]
async fn an_alert_that_is_heard_before_its_truck_gets_a_heavy_bay_when_it_is_placed() {
    let app = TestApp::start().await;
    app.alert(TENANT, alert("alert_1", "T1", "CRITICAL"), false).await;
    app.appointments(TENANT, "UNPLACED", 1).await;
    say_truck(&app, "T1").await;
    chassis::testing::eventually("the truck is known", || async {
        let asked = json!({"vehicle_id": "T1", "required_skill": "cooling", "labour_hours": 1.0, "hold": false});
        let (status, _) = app.post("/api/v1/slots/available", &manager(TENANT), asked).await;
        (status == 200).then_some(())
    })
    .await;
    app.seed(TENANT).await;
    app.appointments(TENANT, "SCHEDULED", 1).await;
    with_bays(&app, false).await;
    let offer = json!({"alert_id": "alert_1", "hold": false});
    let offer = app.must_post("/api/v1/slots/available", &manager(TENANT), offer).await;
    assert_eq!(offer["why_not"]["code"], "why_not.no_bay", "{offer:#}");
    app.stop().await;
}

#[tokio::test]
async fn a_visit_in_a_bay_that_its_truck_does_not_fit_into_moves_when_the_truck_is_known() {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    with_bays(&app, true).await;
    last_hose(&app).await;
    app.alert(TENANT, alert("alert_1", "T1", "CRITICAL"), false).await;
    let before = app.appointments(TENANT, "SCHEDULED", 1).await;
    assert_eq!(before[0]["bay_id"], "bay_1");
    say_truck(&app, "T1").await;
    let events = app
        .runtime
        .published("scheduling-service", "appointment.rescheduled", 1)
        .await;
    contracts::validate_event(&events[0]);
    let after = app.appointments(TENANT, "SCHEDULED", 1).await;
    assert_eq!(
        (&after[0]["bay_id"], &after[0]["version"]),
        (&json!("bay_2"), &json!(2))
    );
    assert_eq!(
        (&after[0]["starts_at"], hoses(&app).await),
        (&before[0]["starts_at"], (1, 1)),
        "its own technician and its own part were not in its way"
    );
    app.stop().await;
}

/// One hose is left on the shelf.
async fn last_hose(app: &TestApp) {
    app.must_post("/api/v1/parts", &manager(TENANT), part("ctr_north", "COOLANT-HOSE", 1))
        .await;
}

/// How many hoses lie on the shelf, and how many of them are promised.
async fn hoses(app: &TestApp) -> (i64, i64) {
    let (_, parts) = app.get("/api/v1/parts", &manager(TENANT)).await;
    let number = |name: &str| parts["items"][0][name].as_i64().unwrap();
    (number("stock"), number("reserved"))
}

#[tokio::test]
async fn a_visit_whose_truck_fits_into_no_bay_keeps_what_it_has() {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    with_bays(&app, false).await;
    last_hose(&app).await;
    app.alert(TENANT, alert("alert_1", "T1", "CRITICAL"), false).await;
    let before = app.appointments(TENANT, "SCHEDULED", 1).await;
    say_truck(&app, "T1").await;
    chassis::testing::eventually("the truck is known", || async {
        let asked = json!({"vehicle_id": "T1", "required_skill": "cooling", "labour_hours": 1.0, "hold": false});
        let (_, offer) = app.post("/api/v1/slots/available", &manager(TENANT), asked).await;
        (offer["why_not"]["code"] == "why_not.no_bay").then_some(())
    })
    .await;
    assert_eq!(app.appointments(TENANT, "SCHEDULED", 1).await, before);
    assert_eq!(hoses(&app).await, (1, 1));
    app.vehicle(TENANT, "V2").await;
    let taken = json!({"vehicle_id": "V2", "required_skill": "cooling", "labour_hours": 1.0,
        "slot": {"starts_at": before[0]["starts_at"]}});
    let (status, problem) = app.post("/api/v1/appointments", &manager(TENANT), taken).await;
    assert_eq!((status, &problem["code"]), (409, &json!("slot.taken")));
    app.stop().await;
}

#[tokio::test]
async fn what_waited_for_want_of_a_bay_is_tried_at_once_when_the_class_is_corrected() {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    with_bays(&app, false).await;
    say_truck(&app, "T1").await;
    chassis::testing::eventually("the truck is known", || async {
        let asked = json!({"vehicle_id": "T1", "required_skill": "cooling", "labour_hours": 1.0, "hold": false});
        let (status, _) = app.post("/api/v1/slots/available", &manager(TENANT), asked).await;
        (status == 200).then_some(())
    })
    .await;
    app.alert(TENANT, alert("alert_1", "T1", "CRITICAL"), false).await;
    let waiting = app.appointments(TENANT, "UNPLACED", 1).await;
    assert_eq!(waiting[0]["why_not"]["code"], "why_not.no_bay");
    app.vehicle(TENANT, "T1").await;
    app.appointments(TENANT, "SCHEDULED", 1).await;
    app.stop().await;
}
