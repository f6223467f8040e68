//! How fast a year of one vehicle is shown: a part of the size in CI, all of it by `cargo xtask bars numbers`.

use std::time::Instant;

use serde_json::{Value, json};

use crate::app::{TestApp, record};

/// Records of one request.
const BATCH: i64 = 2_000;
/// Asked so often.
const ASKED: usize = 40;

fn full() -> bool {
    std::env::var("CARVROOOM_BARS").is_ok_and(|bars| bars == "full")
}

/// Prints a measurement for `cargo xtask bars`.
fn bar(name: &str, value: f64, unit: &str, limit: &str) {
    let line = json!({"name": name, "value": (value * 100.0).round() / 100.0, "unit": unit, "limit": limit});
    println!("bar {line}");
}

/// Eight readings every `every_s` seconds, of so many days before the test.
async fn drive(app: &TestApp, vehicle_id: &str, days: i64, every_s: i64) -> i64 {
    app.register(vehicle_id).await;
    let count = days * 86_400 / every_s;
    for from in (0..count).step_by(BATCH as usize) {
        let reading = |number: i64| {
            let wave = |period: f64| (number as f64 / period).sin();
            let data = json!({"Vehicle.Speed": 50.0 + (30.0 * wave(40.0)).round(), "ENGINE_RPM": 1500.0 + (600.0 * wave(40.0)).round(),
                "Vehicle.OBD.CoolantTemperature": 86.0 + (4.0 * wave(900.0)).round(), "ENGINE_LOAD": 35.0 + (15.0 * wave(25.0)).round(),
                "Vehicle.LowVoltageBattery.CurrentVoltage": 13.8, "Vehicle.OBD.IntakeTemp": 24.0 + (5.0 * wave(300.0)).round(),
                "Vehicle.OBD.ThrottlePosition": 18.0 + (9.0 * wave(30.0)).round(), "Vehicle.OBD.MAP": 41.0});
            record(vehicle_id, (number - count) * every_s, data)
        };
        let batch: Vec<Value> = (from..count.min(from + BATCH)).map(reading).collect();
        let answer = app.post("/api/v1/ingest/batch", &json!(batch)).await;
        assert_eq!(answer.body["accepted"], batch.len(), "{}", answer.body);
    }
    count
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_year_of_one_vehicle_is_shown_at_once() {
    let days = if full() { 365 } else { 20 };
    let app = TestApp::start().await;
    for (vehicle_id, every_s, limit_ms) in [("V1", 3600, 250.0), ("V2", 300, 250.0)] {
        let count = drive(&app, vehicle_id, days, every_s).await;
        app.settled_account().await;
        let path = format!(
            "/api/v1/vehicles/{vehicle_id}/history?signal=Vehicle.Speed&from=2025-05-01T10:00:00Z&to=2026-05-01T10:00:00Z"
        );
        let mut took = Vec::new();
        for _ in 0..if full() { ASKED } else { 3 } {
            let started = Instant::now();
            let history = app.get(&path).await.body;
            took.push(started.elapsed().as_secs_f64() * 1e3);
            let shown: i64 = history["buckets"]
                .as_array()
                .unwrap()
                .iter()
                .map(|bucket| bucket["count"].as_i64().unwrap())
                .sum();
            assert_eq!(shown, count, "every record counts");
        }
        took.sort_by(f64::total_cmp);
        let (median, worst) = (took[took.len() / 2], took[took.len() - 1]);
        let name = format!("a signal of one vehicle over a year, {count} records of eight readings");
        bar(&format!("{name}, median"), median, "ms", &format!("< {limit_ms}"));
        bar(&format!("{name}, slowest of {}", took.len()), worst, "ms", "none");
        assert!(!full() || median < limit_ms, "{median} ms");
    }
}
