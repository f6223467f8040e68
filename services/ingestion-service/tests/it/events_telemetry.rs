//! `vehicle.telemetry.received`: how records are gathered into events, and what the events say of doubtful readings.

use chassis::testing::contracts;
use serde_json::{Value, json};

use crate::app::{TestApp, record, start_of_test};

#[tokio::test]
async fn a_batch_of_many_vehicles_gives_one_event_a_partition() {
    let app = TestApp::start().await;
    let batch: Vec<Value> = (0..200)
        .map(|number| {
            let mut record = record(&format!("V{number}"), number, json!({"Vehicle.Speed": 50}));
            record["vin"] = json!(format!("WVWZZZ1JZXW{number:06}"));
            record
        })
        .collect();
    let answer = app.post("/api/v1/ingest/batch", &json!(batch)).await;
    assert_eq!(answer.body["accepted"], 200, "{}", answer.body);
    app.runtime
        .published("ingestion-service", "vehicle.registered", 200)
        .await;
    let partitions: std::collections::BTreeSet<u8> = (0..200)
        .map(|number| chassis::partition::of("default", &format!("V{number}")))
        .collect();
    let received = app
        .runtime
        .published("ingestion-service", "vehicle.telemetry.received", partitions.len())
        .await;
    assert_eq!(received.len(), partitions.len());
    for event in &received {
        contracts::validate_event(event);
        let data: Value = serde_json::from_slice(&event.data).unwrap();
        for record in data["records"].as_array().unwrap() {
            assert_eq!(
                chassis::partition::of("default", record["vehicle_id"].as_str().unwrap()),
                event.partition
            );
        }
    }
    assert_eq!(app.settled_account().await.stored, 200);
}

#[tokio::test]
async fn old_records_are_published_as_historical_apart_from_live_ones() {
    let app = TestApp::start().await;
    app.register("V1").await;
    let batch = json!([
        record("V1", -90_000, json!({"Vehicle.Speed": 50})),
        record("V1", -10, json!({"Vehicle.Speed": 51}))
    ]);
    assert_eq!(app.post("/api/v1/ingest/batch", &batch).await.body["accepted"], 2);
    let received = app
        .runtime
        .published("ingestion-service", "vehicle.telemetry.received", 2)
        .await;
    let historical: Vec<bool> = received.iter().map(|event| event.historical).collect();
    assert!(historical.contains(&true) && historical.contains(&false));
    assert!(
        received
            .iter()
            .all(|event| event.historical == (event.time < start_of_test() - chrono::TimeDelta::hours(24)))
    );
}

#[tokio::test]
async fn doubtful_readings_are_kept_with_a_flag_and_less_trust() {
    let app = TestApp::start().await;
    app.register("V1").await;
    let coolant = "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature";
    let readings = [(0, 90.0, 5.0e7), (1, 20.0, 4.0e7), (2, 21.0, 5.0e7)];
    let batch: Vec<Value> = readings
        .iter()
        .map(|(second, celsius, metres)| {
            record(
                "V1",
                *second,
                json!({coolant: celsius, "Vehicle.TraveledDistance": metres}),
            )
        })
        .collect();
    assert_eq!(
        app.post("/api/v1/ingest/batch", &json!(batch)).await.body["accepted"],
        3
    );
    let received = app
        .runtime
        .published("ingestion-service", "vehicle.telemetry.received", 1)
        .await;
    let data: Value = serde_json::from_slice(&received[0].data).unwrap();
    let doubted = &data["records"][1];
    assert_eq!(
        doubted["flags"],
        json!({coolant: ["rate_jump"], "Vehicle.TraveledDistance": ["odometer_backwards"]})
    );
    assert_eq!(doubted["trust"][coolant], 0.3);
    assert!(
        data["records"][0]["flags"].is_null() && data["records"][2]["flags"].is_null(),
        "{data}"
    );
    app.settled_account().await;
    let vehicle = app.get("/api/v1/vehicles/V1").await;
    assert_eq!(vehicle.body["odometer_km"], 50_000.0);
}

/// Attack: a small request that names another made-up vehicle in each record, so that the one writer inserts an event for each.
#[tokio::test]
async fn failures_name_a_bounded_number_of_vehicles_and_count_the_rest() {
    let app = TestApp::start_with(&[("receipt.failed_vehicles_named_max", json!(2))]).await;
    app.register("V1").await;
    let speed = json!({"Vehicle.Speed": 50});
    let made_up = (0..5).map(|number| record(&format!("A{number}"), 0, speed.clone()));
    let ancient =
        json!({"vehicle_id": "A9", "timestamp": "1990-01-01T00:00:00Z", "protocol": "GENERIC", "data": speed});
    let known = record("V1", 0, json!({"Vehicle.Speed": 50, "ENGINE_RPM": -1}));
    let batch: Vec<Value> = made_up.chain([ancient, known, json!({"vehicle_id": 7})]).collect();
    let answer = app.post("/api/v1/ingest/batch", &json!(batch)).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    let published = app
        .runtime
        .published("ingestion-service", "vehicle.telemetry.validation_failed", 3)
        .await;
    let mut told: Vec<(Value, Vec<(String, u64)>)> = Vec::new();
    for event in &published {
        let data: Value = serde_json::from_slice(&event.data).unwrap();
        let failures = data["failures"].as_array().unwrap().iter();
        let counts = failures.map(|failure| {
            (
                failure["code"].as_str().unwrap().to_owned(),
                failure["count"].as_u64().unwrap(),
            )
        });
        told.push((data["vehicle_id"].clone(), counts.collect()));
    }
    told.sort_by_key(|(vehicle_id, _)| vehicle_id.to_string());
    let one = |code: &str, count: u64| (code.to_owned(), count);
    assert_eq!(
        told,
        [
            (json!("A0"), vec![one("vehicle.unknown", 1)]),
            (json!("V1"), vec![one("reading.out_of_range", 1)]),
            (
                Value::Null,
                vec![
                    one("record.wrong_shape", 1),
                    one("vehicle.unknown", 4),
                    one("timestamp.ancient", 1)
                ]
            ),
        ],
        "the known vehicle is named before the made-up ones"
    );
}
