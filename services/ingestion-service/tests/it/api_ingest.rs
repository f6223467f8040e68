//! Telemetry in: what is taken, in which forms, and what it causes.

use std::io::Write;

use chassis::testing::contracts;
use serde_json::{Value, json};

use crate::app::{Account, TestApp, record, start_of_test};

const VIN: &str = "WVWZZZ1JZXW000010";

#[tokio::test]
async fn a_record_of_the_source_is_taken_published_and_stored() {
    let app = TestApp::start().await;
    let body = json!({"vehicle_id": "V1", "vin": VIN, "timestamp": "2026-05-01T10:00:00Z", "protocol": "OBD2",
        "data": {"PID_0C": "3200", "PID_05": {"hex": "7B"}, "PID_42": 12.38}, "dtcs": ["P0301", {"code": "p0420", "status": "pending", "ecu": "7E8"}]});
    let answer = app.post("/api/v1/ingest", &body).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    assert_eq!(
        (&answer.body["accepted"], &answer.body["duplicates"]),
        (&json!(1), &json!(0))
    );
    assert_eq!(answer.body["warnings"][0]["code"], "vin.check_digit");

    let registered = app
        .runtime
        .published("ingestion-service", "vehicle.registered", 1)
        .await;
    contracts::validate_event(&registered[0]);
    let received = app
        .runtime
        .published("ingestion-service", "vehicle.telemetry.received", 1)
        .await;
    contracts::validate_event(&received[0]);
    assert!(!received[0].historical);
    assert_eq!(received[0].partition, chassis::partition::of("default", "V1"));
    let data: Value = serde_json::from_slice(&received[0].data).unwrap();
    assert_eq!(data["receipt_ids"], json!([answer.body["receipt_id"]]));
    let signals = &data["records"][0]["signals"];
    assert_eq!(signals["Vehicle.Powertrain.CombustionEngine.Speed"], 3200.0);
    assert_eq!(
        signals["Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature"],
        83.0
    );
    assert_eq!(signals["Vehicle.LowVoltageBattery.CurrentVoltage"], 12.38);
    assert_eq!(
        data["records"][0]["dtcs"][1],
        json!({"code": "P0420", "status": "pending", "ecu": "7E8"})
    );

    let account = app.settled_account().await;
    assert_eq!(
        account,
        Account {
            received: 1,
            stored: 1,
            ..Account::default()
        }
    );
    assert_eq!(app.records("V1").await.len(), 1);
}

#[tokio::test]
async fn arrays_and_lines_plain_gzip_and_zstd_are_taken_alike() {
    let app = TestApp::start().await;
    app.register("V1").await;
    let speed = |second: i64| record("V1", second, json!({"VEHICLE_SPEED ()": "50.5"}));
    let lines = |from: i64| format!("{}\n\n{}\r\n", speed(from), speed(from + 1));
    let plain = app.post("/api/v1/ingest/batch", &json!([speed(0), speed(1)])).await;
    assert_eq!(
        (plain.status, &plain.body["accepted"]),
        (202, &json!(2)),
        "{}",
        plain.body
    );
    let answer = app
        .post_text("/api/v1/ingest/batch", "application/x-ndjson", lines(2))
        .await;
    assert_eq!(
        (answer.status, &answer.body["accepted"]),
        (202, &json!(2)),
        "{}",
        answer.body
    );
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(lines(4).as_bytes()).unwrap();
    for (encoding, body) in [
        ("gzip", gzip.finish().unwrap()),
        ("zstd", zstd::stream::encode_all(lines(6).as_bytes(), 1).unwrap()),
    ] {
        let request = app
            .http
            .post(app.service.url("/api/v1/ingest/batch"))
            .header("x-api-key", chassis::testing::BOOTSTRAP_KEY);
        let request = request
            .header("content-type", "application/x-ndjson")
            .header("content-encoding", encoding);
        let answer = app.send(request.body(body)).await;
        assert_eq!(
            (answer.status, &answer.body["accepted"]),
            (202, &json!(2)),
            "{encoding}: {}",
            answer.body
        );
    }
    assert_eq!(app.settled_account().await.stored, 8);
    let records = app.records("V1").await;
    assert!(
        records
            .iter()
            .all(|record| record["signals"] == json!({"Vehicle.Speed": 50.5})),
        "{records:?}"
    );
}

#[tokio::test]
async fn a_repeated_batch_is_neither_stored_nor_published_again() {
    let app = TestApp::start().await;
    app.register("V1").await;
    let batch: Vec<Value> = (0..50)
        .map(|second| record("V1", second, json!({"Vehicle.Speed": 50})))
        .collect();
    let first = app.post("/api/v1/ingest/batch", &json!(batch)).await;
    let second = app.post("/api/v1/ingest/batch", &json!(batch)).await;
    assert_eq!(
        (&first.body["accepted"], &first.body["duplicates"]),
        (&json!(50), &json!(0))
    );
    assert_eq!(
        (&second.body["accepted"], &second.body["duplicates"]),
        (&json!(0), &json!(50))
    );
    let account = app.settled_account().await;
    assert_eq!(
        account,
        Account {
            received: 100,
            stored: 50,
            duplicate: 50,
            ..Account::default()
        }
    );
    assert_eq!(
        app.runtime
            .published("ingestion-service", "vehicle.telemetry.received", 1)
            .await
            .len(),
        1
    );
}

#[tokio::test]
async fn the_store_finds_repetitions_that_the_door_has_forgotten() {
    let app = TestApp::start_with(&[("receipt.recent_keys_max", json!(1))]).await;
    app.register("V1").await;
    let batch: Vec<Value> = (0..50)
        .map(|second| record("V1", second, json!({"Vehicle.Speed": 50})))
        .collect();
    for _ in 0..3 {
        assert_eq!(app.post("/api/v1/ingest/batch", &json!(batch)).await.status, 202);
    }
    let account = app.settled_account().await;
    assert_eq!((account.received, account.stored, account.duplicate), (150, 50, 100));
    assert_eq!(app.records("V1").await.len(), 50);
}

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

#[tokio::test]
async fn a_full_queue_answers_429_and_loses_nothing() {
    let app = TestApp::start_with(&[
        ("receipt.queue_requests_max", json!(1)),
        ("receipt.queue_bytes_max", json!(1)),
    ])
    .await;
    app.register("V1").await;
    let posts = (0..200).map(|second| {
        let app = &app;
        async move {
            app.post("/api/v1/ingest", &record("V1", second, json!({"Vehicle.Speed": 50})))
                .await
        }
    });
    let answers = futures(posts).await;
    let (mut accepted, mut refused) = (0, 0);
    for answer in answers {
        match answer.status {
            202 => accepted += 1,
            429 => {
                assert_eq!(answer.problem(), "ingest.overloaded");
                assert_eq!(answer.headers["retry-after"], "1");
                refused += 1;
            }
            other => panic!("{other}: {}", answer.body),
        }
    }
    assert_eq!(accepted + refused, 200);
    let account = app.settled_account().await;
    assert_eq!((account.received, account.stored), (accepted, accepted));
}

/// Runs futures at the same time on this task.
async fn futures<T>(all: impl Iterator<Item = impl Future<Output = T>>) -> Vec<T> {
    let mut waiting: Vec<_> = all.map(Box::pin).collect();
    let mut done = Vec::new();
    std::future::poll_fn(|context| {
        waiting.retain_mut(|future| match future.as_mut().poll(context) {
            std::task::Poll::Ready(value) => {
                done.push(value);
                false
            }
            std::task::Poll::Pending => true,
        });
        if waiting.is_empty() {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
    done
}
