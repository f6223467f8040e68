//! The quarantine: seen, corrected, replayed.

use serde_json::json;

use crate::app::{Account, TestApp, record};

#[tokio::test]
async fn a_quarantined_record_is_corrected_and_replayed_once() {
    let app = TestApp::start().await;
    let lost = record("V1", 0, json!({"Vehicle.Speed": 50}));
    let refused = app.post("/api/v1/ingest", &lost).await;
    assert_eq!(refused.problem(), "vehicle.unknown");
    let item = app
        .get("/api/v1/quarantine?code=vehicle.unknown&vehicle_id=V1")
        .await
        .body["items"][0]
        .clone();
    assert_eq!(
        (&item["scope"], &item["reason"]["code"]),
        (&json!("RECORD"), &json!("vehicle.unknown"))
    );
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(item["body"].as_str().unwrap()).unwrap(),
        lost
    );
    let replay = format!("/api/v1/quarantine/{}/replay", item["quarantine_id"].as_str().unwrap());
    assert_eq!(refused.body["params"]["quarantine_id"], item["quarantine_id"]);

    let mut corrected = lost;
    corrected["vin"] = json!("WVWZZZ1JZXW000010");
    let answer = app.post(&replay, &corrected).await;
    assert_eq!(
        (answer.status, &answer.body["accepted"]),
        (202, &json!(1)),
        "{}",
        answer.body
    );
    let again = app.post(&replay, &corrected).await;
    assert_eq!((again.status, again.problem()), (409, "quarantine.replayed"));
    let account = app.settled_account().await;
    assert_eq!(
        account,
        Account {
            received: 2,
            stored: 1,
            quarantined: 1,
            ..Account::default()
        }
    );
    assert!(
        app.get("/api/v1/quarantine").await.body["items"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        app.get("/api/v1/quarantine?open=false").await.body["items"][0]["replay_receipt"],
        answer.body["receipt_id"]
    );
}

#[tokio::test]
async fn a_record_is_replayed_as_it_was_when_the_cause_is_gone() {
    let app = TestApp::start().await;
    let refused = app
        .post("/api/v1/ingest", &record("V1", 0, json!({"Vehicle.Speed": 50})))
        .await;
    let replay = format!(
        "/api/v1/quarantine/{}/replay",
        refused.body["params"]["quarantine_id"].as_str().unwrap()
    );
    app.register("V1").await;
    let answer = app.post_text(&replay, "application/json", "").await;
    assert_eq!(
        (answer.status, &answer.body["accepted"]),
        (202, &json!(1)),
        "{}",
        answer.body
    );
    app.settled_account().await;
    assert_eq!(app.records("V1").await.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_replayed_says_so() {
    let app = TestApp::start().await;
    app.register("V1").await;
    app.post(
        "/api/v1/ingest",
        &record("V1", 0, json!({"Vehicle.Speed": 50, "ENGINE_RPM": -1})),
    )
    .await;
    let item = app.get("/api/v1/quarantine").await.body["items"][0].clone();
    assert_eq!(
        (&item["scope"], &item["code"]),
        (&json!("READING"), &json!("reading.out_of_range"))
    );
    assert_eq!(item["signal"], "Vehicle.Powertrain.CombustionEngine.Speed");
    let replay = format!("/api/v1/quarantine/{}/replay", item["quarantine_id"].as_str().unwrap());
    assert_eq!(
        app.post_text(&replay, "application/json", "").await.problem(),
        "quarantine.not_replayable"
    );
    assert_eq!(
        app.post("/api/v1/quarantine/qua_none/replay", &json!({}))
            .await
            .problem(),
        "quarantine.not_found"
    );
}

#[tokio::test]
async fn the_quarantine_is_paged_the_newest_first() {
    let app = TestApp::start().await;
    for second in 0..5 {
        app.post("/api/v1/ingest", &record("V1", second, json!({"Vehicle.Speed": 50})))
            .await;
    }
    let first = app.get("/api/v1/quarantine?limit=3").await.body;
    assert_eq!(first["items"][0]["record_time"], "2026-05-01T10:00:04Z");
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = app
        .get(&format!("/api/v1/quarantine?limit=3&cursor={cursor}"))
        .await
        .body;
    assert_eq!(second["items"].as_array().unwrap().len(), 2);
    assert!(second["next_cursor"].is_null());
}
