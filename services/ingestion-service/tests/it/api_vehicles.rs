//! The vehicle registry.

use chassis::Role;
use chassis::testing::contracts;
use serde_json::json;

use crate::app::TestApp;

#[tokio::test]
async fn a_vehicle_is_registered_changed_and_retired_and_each_is_told() {
    let app = TestApp::start().await;
    let body = json!({"vehicle_id": "V1", "vin": "WVWZZZ1JZXW000010", "make": "Toyota", "model": "Etios", "model_year": 2014,
        "powertrain": "PETROL", "vehicle_class": "CAR", "owner_id": "usr_owner", "in_service_date": "2014-06-01", "odometer_km": 84210.5});
    let registered = app.post("/api/v1/vehicles", &body).await;
    assert_eq!(
        (registered.status, &registered.body["status"]),
        (201, &json!("ACTIVE")),
        "{}",
        registered.body
    );
    let again = app.post("/api/v1/vehicles", &body).await;
    assert_eq!((again.status, again.problem()), (409, "vehicle.exists"));

    let mut changed = body.clone();
    changed["fleet_id"] = json!("fleet_north");
    assert_eq!(
        app.put("/api/v1/vehicles/V1", &changed).await.body["fleet_id"],
        "fleet_north"
    );
    assert_eq!(
        app.put("/api/v1/vehicles/V1", &changed).await.status,
        200,
        "no change, no event"
    );
    changed["status"] = json!("RETIRED");
    assert_eq!(app.put("/api/v1/vehicles/V1", &changed).await.body["status"], "RETIRED");
    for kind in ["vehicle.registered", "vehicle.updated", "vehicle.retired"] {
        let events = app.runtime.published("ingestion-service", kind, 1).await;
        assert_eq!(events.len(), 1, "{kind}");
        contracts::validate_event(&events[0]);
    }
    let mut other = body;
    other["vehicle_id"] = json!("V2");
    assert_eq!(
        app.post("/api/v1/vehicles", &other).await.status,
        201,
        "the retired vehicle's VIN is free"
    );
    let back = app
        .put(
            "/api/v1/vehicles/V1",
            &json!({"vin": "WVWZZZ1JZXW000010", "status": "ACTIVE"}),
        )
        .await;
    assert_eq!((back.status, back.problem()), (409, "vin.taken"));
}

#[tokio::test]
async fn bad_registry_data_is_refused_by_member() {
    let app = TestApp::start().await;
    for (member, value, path) in [
        ("vehicle_id", json!(""), "/vehicle_id"),
        ("vin", json!("SHORT"), "/vin"),
        ("powertrain", json!("STEAM"), "/powertrain"),
        ("vehicle_class", json!("TANK"), "/vehicle_class"),
        ("model_year", json!(1600), "/model_year"),
        ("odometer_km", json!(-1), "/odometer_km"),
        ("in_service_date", json!("soon"), "/in_service_date"),
    ] {
        let mut body = json!({"vehicle_id": "V1"});
        body[member] = value;
        let answer = app.post("/api/v1/vehicles", &body).await;
        assert_eq!(answer.status, 422, "{}", answer.body);
        answer.problem();
        assert_eq!(answer.body["errors"][0]["path"], path, "{}", answer.body);
    }
    assert_eq!(
        app.put("/api/v1/vehicles/V9", &json!({})).await.problem(),
        "vehicle.not_found"
    );
}

#[tokio::test]
async fn lists_are_paged_and_an_owner_sees_only_their_own() {
    let app = TestApp::start().await;
    for number in 0..5 {
        app.register(&format!("V{number}")).await;
    }
    let first = app.get("/api/v1/vehicles?limit=2").await;
    assert_eq!(first.body["items"].as_array().unwrap().len(), 2);
    let cursor = first.body["next_cursor"].as_str().unwrap();
    let second = app.get(&format!("/api/v1/vehicles?limit=3&cursor={cursor}")).await;
    assert_eq!(second.body["items"][0]["vehicle_id"], "V2");
    assert!(second.body["next_cursor"].is_null());
    assert_eq!(app.get("/api/v1/vehicles?cursor=zz").await.problem(), "request.cursor");

    let found = app.get("/api/v1/vehicles?q=v4").await;
    assert_eq!(found.body["items"][0]["vehicle_id"], "V4");
    assert_eq!(found.body["items"].as_array().unwrap().len(), 1);
    let long = format!("/api/v1/vehicles?q={}", "x".repeat(65));
    assert_eq!(app.get(&long).await.problem(), "request.invalid");

    let owner = app.token("default", Role::Owner, Some(&["V3"])).await;
    let others = app.get_as(&owner, "/api/v1/vehicles?q=v4").await;
    assert!(others.body["items"].as_array().unwrap().is_empty());
    let own = app.get_as(&owner, "/api/v1/vehicles").await;
    assert_eq!(own.body["items"].as_array().unwrap().len(), 1);
    assert_eq!(app.get_as(&owner, "/api/v1/vehicles/V3").await.status, 200);
    assert_eq!(app.get_as(&owner, "/api/v1/vehicles/V2").await.status, 404);
    assert_eq!(app.get_as(&owner, "/api/v1/quarantine").await.status, 403);
}

#[tokio::test]
async fn a_repair_done_elsewhere_is_noted_and_told() {
    let app = TestApp::start().await;
    app.register("V1").await;
    let repair = json!({"component": "battery_12v", "action": "REPLACED", "repaired_at": "2026-04-30T09:00:00Z", "odometer_km": 84390.0});
    assert_eq!(app.post("/api/v1/vehicles/V1/repairs", &repair).await.status, 201);
    contracts::validate_event(
        &app.runtime
            .published("ingestion-service", "vehicle.repair.recorded", 1)
            .await[0],
    );
    assert_eq!(
        app.post("/api/v1/vehicles/V9/repairs", &repair).await.problem(),
        "vehicle.not_found"
    );
    for (member, value) in [
        ("component", json!("flux")),
        ("action", json!("BLESSED")),
        ("repaired_at", json!("2026-06-01T00:00:00Z")),
        ("odometer_km", json!(-5.0)),
        ("odometer_km", json!(1e300)),
    ] {
        let mut bad = repair.clone();
        bad[member] = value;
        let answer = app.post("/api/v1/vehicles/V1/repairs", &bad).await;
        assert_eq!((answer.status, answer.problem()), (422, "request.invalid"));
    }
}
