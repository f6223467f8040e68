//! What ingestion says of vehicles: class decides the bay, retirement ends visits.

use chassis::testing::contracts;
use serde_json::json;

use crate::app::{TENANT, TestApp, alert, center, manager, monday};

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
