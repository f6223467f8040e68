//! Telemetry in, scores and events out.

use chassis::NewEvent;
use chassis::TenantId;
use chrono::Duration;
use serde_json::{Value, json};

use crate::app::{HEALTH, NOW, TestApp, component, data, time, worn_pads};

#[tokio::test(flavor = "multi_thread")]
async fn worn_pads_become_critical_and_every_event_keeps_its_contract() {
    let app = TestApp::start().await;
    app.register("ten_a", "V1").await;
    app.telemetry("ten_a", "V1", worn_pads("V1", 95.0, 60, 10)).await;
    let critical = data(&app.told("component.critical", 1).await[0]);
    assert_eq!(critical["component"], "brakes");
    assert_eq!(critical["status"], "CRITICAL");
    assert_eq!(critical["risk_factors"][0]["code"], "brakes.pad_wear.high");
    assert_eq!(critical["evidence"][0]["observed"], 95.0);
    assert_eq!(critical["recommended_actions"][0]["code"], "brakes.stop.driving");
    assert!(critical["rul_km"]["p05"].as_f64().unwrap() <= critical["rul_km"]["p95"].as_f64().unwrap());
    let changed = app.told("vehicle.health.changed", 1).await;
    assert_eq!(data(&changed[0])["reason"], "TELEMETRY");
    assert!(!changed[0].historical);
    let computed = data(&app.told("vehicle.health.computed", 1).await[0]);
    assert_eq!(component(&computed, "tyres")["status"], "NOT_ENOUGH_DATA");
    assert!(component(&computed, "tyres")["health_score"].is_null());
    let health = app.taken("ten_a", "V1", 10).await;
    assert_eq!(health["odometer_km"], 84_018.0);
}

/// An empty list that was read is evidence, silence is not; and a code counts for whoever reads a meaning into it.
#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_says_whether_trouble_codes_were_read_and_which_ones() {
    let app = TestApp::start().await;
    let codes = json!([{"code": "P0562", "status": "confirmed"}, {"code": "U0100", "status": "pending"}]);
    for (vehicle, first) in [("V1", None), ("V2", Some(json!([]))), ("V3", Some(codes))] {
        app.register("ten_a", vehicle).await;
        let mut records = worn_pads(vehicle, 95.0, 60, 10);
        if let Some(dtcs) = first {
            records[0]["dtcs"] = dtcs;
        }
        app.telemetry("ten_a", vehicle, records).await;
    }
    let told = app.told("component.critical", 3).await;
    let of = |vehicle: &str| {
        let event = told.iter().find(|event| event.subject.as_deref() == Some(vehicle));
        let event = event.unwrap_or_else(|| panic!("{vehicle}"));
        assert_eq!(event.schema_version, "1.2");
        let body = data(event);
        (
            body["dtcs_read"].clone(),
            body["dtcs"].clone(),
            body.get("other_dtcs").cloned(),
        )
    };
    assert_eq!(of("V1"), (json!(false), json!([]), None));
    assert_eq!(of("V2"), (json!(true), json!([]), None));
    assert_eq!(of("V3"), (json!(true), json!([]), Some(json!(["P0562", "U0100"]))));
}

#[tokio::test(flavor = "multi_thread")]
async fn old_readings_update_scores_but_what_they_cause_is_historical() {
    let app = TestApp::start().await;
    app.register("ten_a", "V1").await;
    let three_days = 3 * 24 * 60;
    app.telemetry("ten_a", "V1", worn_pads("V1", 95.0, three_days, 10))
        .await;
    let critical = app.told("component.critical", 1).await;
    assert!(critical[0].historical);
    app.telemetry("ten_a", "V1", worn_pads("V1", 95.0, 60, 5)).await;
    let critical = app.told("component.critical", 2).await;
    assert_eq!(
        critical.iter().filter(|event| !event.historical).count(),
        1,
        "the present state is judged once"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_goes_on_where_it_stopped_and_tells_nothing_twice() {
    let app = TestApp::start().await;
    app.register("ten_a", "V1").await;
    app.telemetry("ten_a", "V1", worn_pads("V1", 20.0, 600, 6)).await;
    let before = app.taken("ten_a", "V1", 6).await;
    let app = app.restart().await;
    assert_eq!(app.taken("ten_a", "V1", 6).await, before);
    // The same records again, as after a repeated upload, and then the pads are worn.
    app.telemetry("ten_a", "V1", worn_pads("V1", 20.0, 600, 6)).await;
    app.telemetry("ten_a", "V1", worn_pads("V1", 95.0, 60, 6)).await;
    let after = app.taken("ten_a", "V1", 12).await;
    assert_eq!(after["late_records"], 6);
    assert_eq!(app.told("component.critical", 1).await.len(), 1);
    let ids: Vec<String> = app
        .runtime
        .all_published(HEALTH)
        .await
        .into_iter()
        .map(|event| event.id)
        .collect();
    let mut unique = ids.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), ids.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poison_event_stands_aside_and_the_others_go_on() {
    let app = TestApp::start().await;
    app.register("ten_a", "V1").await;
    let broken =
        json!({"receipt_ids": ["rcp_1"], "records": [{"vehicle_id": "V1", "time": "yesterday", "signals": {}}]});
    app.ingestion
        .deliver("vehicle.telemetry.received", "ten_a", "V1", time(NOW), broken)
        .await;
    app.telemetry("ten_a", "V1", worn_pads("V1", 30.0, 60, 5)).await;
    assert_eq!(
        component(&app.taken("ten_a", "V1", 5).await, "brakes")["status"],
        "EXCELLENT"
    );
    let admin = crate::app::person("ten_a", chassis::Role::Admin);
    let letters = app.get("/api/v1/dead-letters", &admin).await.body;
    assert_eq!(letters["items"][0]["code"], "event.data.invalid", "{letters}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jumping_intake_air_sensor_is_reported_as_a_sensor_fault() {
    let app = TestApp::start().await;
    app.register("ten_a", "V1").await;
    let record = |number: i64| -> Value {
        let celsius = if number % 2 == 0 { 24.0 } else { 110.0 };
        json!({"vehicle_id": "V1", "time": time(NOW) - Duration::seconds(600 - number), "protocol": "OBD2",
               "signals": {"Vehicle.OBD.IntakeTemp": celsius, "Vehicle.Powertrain.CombustionEngine.Speed": 1800.0}})
    };
    app.telemetry("ten_a", "V1", (0..30).map(record).collect()).await;
    let changed = data(&app.told("vehicle.health.changed", 1).await[0]);
    assert_eq!(changed["reason"], "SENSOR_FAULT");
    assert_eq!(changed["component"], "engine");
    assert_eq!(changed["risk_factors"][0]["params"]["signal"], "Vehicle.OBD.IntakeTemp");
    assert!(changed["health_score"].is_null(), "nothing else speaks of the engine");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_historical_event_causes_is_historical() {
    let app = TestApp::start().await;
    app.register("ten_a", "V1").await;
    let mut cause = chassis::Cause::new();
    cause.historical = true;
    let event = NewEvent {
        kind: "vehicle.telemetry.received",
        schema_version: "1.0",
        tenant: TenantId::new("ten_a"),
        key: "V1".to_owned(),
        subject: None,
        time: time(NOW),
        cause: cause.clone(),
        id: None,
        data: json!({"receipt_ids": ["rcp_1"], "records": worn_pads("V1", 95.0, 60, 10)}),
    };
    app.ingestion.deliver_event(event).await;
    let critical = app.told("component.critical", 1).await;
    assert!(critical[0].historical);
    assert_eq!(critical[0].correlation_id, cause.correlation_id);
}
