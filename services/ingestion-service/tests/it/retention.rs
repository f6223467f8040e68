//! What is older than it shall be kept goes, wherever it is kept.

use chassis::testing::eventually;
use chassis::{Database, on};
use chrono::{TimeDelta, Utc};
use serde_json::json;

use crate::app::{TestApp, record};

/// Lets two of three items, and everything in the log, be ten days older than they are.
async fn age(database: &Database) {
    let (then, day_us) = (Utc::now() - TimeDelta::days(10), 86_400_000_000_i64);
    let mut tx = database.begin_bulk().await.unwrap();
    on!(tx, c => sqlx::query("UPDATE quarantine SET quarantined_us = quarantined_us - $1 WHERE vehicle_id <> 'V9'")
        .bind(10 * day_us).run(c).await)
    .unwrap();
    on!(tx, c => sqlx::query("UPDATE outbox SET recorded_time = $1").bind(chassis::clock::micros(then)).run(c).await)
        .unwrap();
    tx.commit().await.unwrap();
}

async fn failures_kept(database: &Database) -> i64 {
    let mut tx = database.read().await.unwrap();
    let sql = "SELECT COUNT(*) FROM outbox WHERE kind = 'vehicle.telemetry.validation_failed'";
    on!(tx, c => sqlx::query_scalar(sql).fetch_one(c).await).unwrap()
}

#[tokio::test]
async fn quarantined_telemetry_goes_with_its_retention_and_the_account_still_closes() {
    let app = TestApp::start().await;
    app.register("V1").await;
    // V7 is unknown, V1 has a faulty reading, V9 stays young.
    for (vehicle_id, data) in [
        ("V7", json!({"Vehicle.Speed": 50})),
        ("V1", json!({"Vehicle.Speed": 50, "ENGINE_RPM": -1})),
        ("V9", json!({"Vehicle.Speed": 50})),
    ] {
        app.post("/api/v1/ingest", &record(vehicle_id, 0, data)).await;
    }
    let before = app.settled_account().await;
    app.runtime
        .published("ingestion-service", "vehicle.telemetry.validation_failed", 3)
        .await;
    let runtime = app.runtime.restart();
    app.service.stop().await;
    let database = runtime.database_of(&ingestion_service::DEFINITION).await;
    age(&database).await;
    assert_eq!(failures_kept(&database).await, 3);

    let app = TestApp::on(runtime, &[("store.retention_days", json!(5))]).await;
    eventually("what is old is gone", || async {
        let kept = app.get("/api/v1/quarantine?open=false").await.body;
        let items = kept["items"].as_array().unwrap();
        let gone = items.len() == 1 && failures_kept(&database).await == 0;
        gone.then(|| assert_eq!(items[0]["vehicle_id"], "V9"))
    })
    .await;
    assert_eq!(
        app.account().await,
        before,
        "it was received and quarantined all the same"
    );
    assert_eq!(app.records("V1").await.len(), 1, "by its own time the record is young");
}
