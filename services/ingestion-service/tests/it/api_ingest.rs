//! Telemetry in: what is taken, in which forms, and what it causes.

use std::io::Write;

use chassis::testing::contracts;
use serde_json::{Value, json};

use crate::app::{Account, TestApp, record};

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

/// Whoever judges must be able to tell "no trouble code is stored" from "nobody has looked".
#[tokio::test]
async fn a_read_out_that_found_no_trouble_code_is_told_and_silence_is_not() {
    let app = TestApp::start().await;
    app.register("V1").await;
    let bodies = [(0, Some(json!([]))), (1, Some(Value::Null)), (2, None)].map(|(second, dtcs)| {
        let mut body = record("V1", second, json!({"Vehicle.Speed": 50}));
        if let Some(dtcs) = dtcs {
            body["dtcs"] = dtcs;
        }
        body
    });
    let answer = app.post("/api/v1/ingest/batch", &json!(bodies)).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    let received = app
        .runtime
        .published("ingestion-service", "vehicle.telemetry.received", 1)
        .await;
    contracts::validate_event(&received[0]);
    let data: Value = serde_json::from_slice(&received[0].data).unwrap();
    let said = data["records"].as_array().unwrap().iter();
    assert_eq!(
        said.map(|record| record.get("dtcs").cloned()).collect::<Vec<_>>(),
        [Some(json!([])), None, None]
    );
    app.settled_account().await;
    assert_eq!(app.records("V1").await.len(), 3);
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
