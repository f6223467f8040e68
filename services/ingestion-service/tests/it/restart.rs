//! What was acknowledged survives: stored once, published once, counted once.

use serde_json::{Value, json};

use crate::app::{Account, PAUSE, TestApp, record};

fn batch(from: i64, records: i64) -> Value {
    Value::from(
        (from..from + records)
            .map(|second| record("V1", second, json!({"Vehicle.Speed": 50})))
            .collect::<Vec<_>>(),
    )
}

#[tokio::test]
async fn everything_acknowledged_is_stored_once_over_restarts() {
    let mut app = TestApp::start().await;
    app.register("V1").await;
    for round in 0..4 {
        // The service stops right behind the acknowledgement, mostly before the store has seen the batch.
        let answer = app.post("/api/v1/ingest/batch", &batch(round * 70, 70)).await;
        assert_eq!(answer.body["accepted"], 70, "{}", answer.body);
        app = app.restart().await;
    }
    let account = app.settled_account().await;
    assert_eq!(
        account,
        Account {
            received: 280,
            stored: 280,
            ..Account::default()
        }
    );
    let records = app.records("V1").await;
    assert_eq!(records.len(), 280);
    let received = app
        .runtime
        .published("ingestion-service", "vehicle.telemetry.received", 4)
        .await;
    assert_eq!(received.len(), 4);
}

#[tokio::test]
async fn a_repetition_after_a_restart_is_found_by_the_store() {
    let app = TestApp::start().await;
    app.register("V1").await;
    app.post("/api/v1/ingest/batch", &batch(0, 100)).await;
    let app = app.restart().await;
    let again = app.post("/api/v1/ingest/batch", &batch(50, 100)).await;
    assert_eq!(
        again.status, 202,
        "the door has forgotten, the store has not: {}",
        again.body
    );
    let account = app.settled_account().await;
    assert_eq!(
        account,
        Account {
            received: 200,
            stored: 150,
            duplicate: 50,
            ..Account::default()
        }
    );
    assert_eq!(app.records("V1").await.len(), 150);
}

#[tokio::test]
async fn the_odometer_is_remembered_over_a_restart() {
    let app = TestApp::start().await;
    app.register("V1").await;
    app.post(
        "/api/v1/ingest",
        &record("V1", 0, json!({"Vehicle.TraveledDistance": 5.0e7})),
    )
    .await;
    app.settled_account().await;
    let app = app.restart().await;
    app.post(
        "/api/v1/ingest",
        &record("V1", 10, json!({"Vehicle.TraveledDistance": 4.0e7})),
    )
    .await;
    app.settled_account().await;
    let records = app.records("V1").await;
    assert_eq!(
        records[1]["flags"],
        json!({"Vehicle.TraveledDistance": ["odometer_backwards"]})
    );
}

#[tokio::test]
async fn nothing_is_stored_twice_by_an_idle_worker() {
    let app = TestApp::start_with(&[("store.poll_interval_ms", json!(5))]).await;
    app.register("V1").await;
    app.post("/api/v1/ingest/batch", &batch(0, 10)).await;
    let settled = app.settled_account().await;
    tokio::time::sleep(PAUSE).await;
    assert_eq!(app.account().await, settled);
}

#[tokio::test]
async fn requests_at_the_moment_of_shutdown_are_answered_or_not_kept() {
    let app = TestApp::start().await;
    app.register("V1").await;
    let (url, http) = (app.service.url("/api/v1/ingest"), app.http.clone());
    let posting = tokio::spawn(async move {
        let mut acknowledged = 0;
        for second in 0..5000 {
            let body = record("V1", second, json!({"Vehicle.Speed": 50}));
            match http
                .post(&url)
                .header("x-api-key", chassis::testing::BOOTSTRAP_KEY)
                .json(&body)
                .send()
                .await
            {
                Ok(response) if response.status() == 202 => acknowledged += 1,
                _ => break,
            }
        }
        acknowledged
    });
    tokio::time::sleep(PAUSE).await;
    let app = app.restart().await;
    let acknowledged: u64 = posting.await.unwrap();
    let account = app.settled_account().await;
    assert!(acknowledged > 0);
    assert!(
        account.stored >= acknowledged,
        "{} stored, {acknowledged} acknowledged",
        account.stored
    );
    assert!(
        account.stored <= acknowledged + 1,
        "at most the one in flight is kept without an answer"
    );
}

#[tokio::test]
async fn a_glitch_before_a_restart_casts_no_doubt_on_what_comes_after() {
    let app = TestApp::start().await;
    app.register("V1").await;
    for (second, metres) in [(0, 5.0e7), (10, 2.0e9)] {
        let body = record("V1", second, json!({"Vehicle.TraveledDistance": metres}));
        app.post("/api/v1/ingest", &body).await;
    }
    app.settled_account().await;
    let app = app.restart().await;
    let body = record("V1", 20, json!({"Vehicle.TraveledDistance": 5.0001e7}));
    app.post("/api/v1/ingest", &body).await;
    app.settled_account().await;
    let flags: Vec<_> = app
        .records("V1")
        .await
        .iter()
        .map(|record| record["flags"].clone())
        .collect();
    let jump = json!({"Vehicle.TraveledDistance": ["rate_jump"]});
    assert_eq!(flags, [json!(null), jump, json!(null)]);
}
