//! Telemetry out: newest readings, history, records, trouble codes.

use serde_json::{Value, json};

use crate::app::{TestApp, record};

const SPEED: &str = "Vehicle.Speed";

async fn app_with_an_hour_of_speed() -> TestApp {
    let app = TestApp::start().await;
    app.register("V1").await;
    let batch: Vec<Value> = (0..3600)
        .map(|second| record("V1", second - 3600, json!({SPEED: second % 100, "ENGINE_LOAD": 20.5})))
        .collect();
    // The sequence of a record before the start is 0 for all; the times tell them apart.
    assert_eq!(
        app.post("/api/v1/ingest/batch", &json!(batch)).await.body["accepted"],
        3600
    );
    app.settled_account().await;
    app
}

#[tokio::test]
async fn the_newest_reading_of_each_signal_is_shown() {
    let app = app_with_an_hour_of_speed().await;
    let late = record("V1", -5000, json!({SPEED: 7, "ENGINE_RPM": 900}));
    assert_eq!(app.post("/api/v1/ingest", &late).await.status, 202);
    app.settled_account().await;
    let latest = app.get("/api/v1/vehicles/V1/latest").await.body;
    assert_eq!(
        latest["signals"][SPEED],
        json!({"value": 99.0, "unit": "km/h", "time": "2026-05-01T09:59:59Z"})
    );
    assert_eq!(
        latest["signals"]["Vehicle.Powertrain.CombustionEngine.Speed"]["value"],
        900.0
    );
    assert_eq!(latest["time"], "2026-05-01T09:59:59Z");
    app.register("V2").await;
    assert_eq!(app.get("/api/v1/vehicles/V2/latest").await.body["signals"], json!({}));
}

#[tokio::test]
async fn a_history_is_downsampled_to_minimum_maximum_and_mean() {
    let app = app_with_an_hour_of_speed().await;
    let path =
        "/api/v1/vehicles/V1/history?signal=Vehicle.Speed&from=2026-05-01T09:00:00Z&to=2026-05-01T10:00:00Z&points=36";
    let history = app.get(path).await.body;
    let buckets = history["buckets"].as_array().unwrap();
    assert_eq!(
        (buckets.len(), &history["unit"], &history["bucket_seconds"]),
        (36, &json!("km/h"), &json!(100.0))
    );
    for bucket in buckets {
        assert_eq!(
            (&bucket["min"], &bucket["max"], &bucket["mean"], &bucket["count"]),
            (&json!(0.0), &json!(99.0), &json!(49.5), &json!(100))
        );
    }
    assert_eq!(buckets[1]["time"], "2026-05-01T09:01:40Z");
    assert_eq!(
        app.get("/api/v1/vehicles/V1/history?signal=VEHICLE_SPEED&points=1")
            .await
            .body["buckets"][0]["count"],
        3600
    );
    assert_eq!(
        app.get("/api/v1/vehicles/V1/history?signal=warp").await.problem(),
        "signal.unknown"
    );
    assert_eq!(app.get("/api/v1/vehicles/V1/history").await.problem(), "request.query");
    let empty = app
        .get("/api/v1/vehicles/V1/history?signal=Vehicle.Speed&from=2026-05-01T10:00:00Z&to=2026-05-01T09:00:00Z")
        .await;
    assert_eq!(empty.problem(), "range.empty");
}

#[tokio::test]
async fn records_are_paged_in_order_with_their_content_hash() {
    let app = app_with_an_hour_of_speed().await;
    let records = app.records("V1").await;
    assert_eq!(records.len(), 3600);
    let times: Vec<&str> = records.iter().map(|record| record["time"].as_str().unwrap()).collect();
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]));
    assert_eq!(records[0]["time"], "2026-05-01T09:00:00.000000Z");
    assert!(
        records
            .iter()
            .all(|record| record["content_hash"].as_str().unwrap().len() == 64)
    );
    let part = app
        .get("/api/v1/vehicles/V1/records?from=2026-05-01T09:30:00Z&to=2026-05-01T09:30:02Z")
        .await;
    assert_eq!(part.body["items"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn the_hash_of_a_value_with_many_digits_is_that_of_what_was_sent() {
    use sha2::Digest;
    let app = TestApp::start().await;
    app.register("V1").await;
    let value = 13.370_000_000_000_001_f64;
    let body = format!(
        r#"{{"vehicle_id":"V1","timestamp":"2026-05-01T10:00:00Z","protocol":"GENERIC","data":{{"Vehicle.LowVoltageBattery.CurrentVoltage":{value:?}}}}}"#
    );
    assert_eq!(
        app.post_text("/api/v1/ingest", "application/json", body).await.status,
        202
    );
    app.settled_account().await;
    let text = format!("V1\n2026-05-01T10:00:00.000000Z\n\nVehicle.LowVoltageBattery.CurrentVoltage={value:?}\n");
    let expected = chassis::ids::hex(&sha2::Sha256::digest(text.as_bytes()));
    let records = app.records("V1").await;
    assert_eq!(records[0]["content_hash"], expected);
    assert!(records[0]["sequence"].is_null());
}

#[tokio::test]
async fn trouble_codes_remember_when_they_were_seen_and_how_often() {
    let app = TestApp::start().await;
    app.register("V1").await;
    for (second, status) in [(10, "confirmed"), (0, "pending"), (20, "permanent")] {
        let mut body = record("V1", second, json!({SPEED: 1}));
        body["dtcs"] = json!([{"code": "p0301", "status": status, "ecu": "7E8"}, "no code"]);
        let answer = app.post("/api/v1/ingest", &body).await;
        assert_eq!(
            answer.body["warnings"][0]["code"], "trouble_code.malformed",
            "{}",
            answer.body
        );
    }
    app.settled_account().await;
    let codes = app.get("/api/v1/vehicles/V1/dtcs").await.body;
    let expected = json!([{"code": "P0301", "ecu": "7E8", "status": "permanent", "first_seen": "2026-05-01T10:00:00Z",
        "last_seen": "2026-05-01T10:00:20Z", "reports": 3}]);
    assert_eq!(codes["items"], expected);
}

#[tokio::test]
async fn an_account_that_does_not_close_says_so() {
    let app = TestApp::start().await;
    app.register("V1").await;
    app.post("/api/v1/ingest", &record("V1", 0, json!({"Vehicle.Speed": 50})))
        .await;
    app.settled_account().await;
    let whole = app.get("/api/v1/conservation").await.body;
    assert_eq!(
        (&whole["closes"], &whole["hours"][0]["gap_records"]),
        (&json!(true), &json!(0))
    );
    let database = app.runtime.database_of(&ingestion_service::DEFINITION).await;
    let mut tx = database.begin_bulk().await.unwrap();
    chassis::on!(tx, c => sqlx::query("UPDATE conservation SET stored = stored - 1").run(c).await).unwrap();
    tx.commit().await.unwrap();
    let damaged = app.get("/api/v1/conservation").await.body;
    assert_eq!(
        (&damaged["closes"], &damaged["hours"][0]["gap_records"]),
        (&json!(false), &json!(1))
    );
}
