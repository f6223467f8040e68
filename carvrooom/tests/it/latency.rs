//! Telemetry to alert while 5,000 records a second are posted.

use std::collections::HashMap;
use std::time::Duration;

use chrono::{DateTime, Utc};
use fleetsim::load::{LoadOptions, load};
use serde_json::{Value, json};

use crate::platform::{KEY, Place, eventually, full_size, report};

/// A vehicle whose brake pads are worn through, a minute of it: enough for the rules to be sure.
fn worn_out(vehicle: &str, end: DateTime<Utc>) -> Vec<Value> {
    (0..180)
        .map(|second| {
            let time = end - chrono::Duration::seconds(5 * (180 - second));
            json!({"vehicle_id": vehicle, "timestamp": time, "protocol": "GENERIC", "data": {
                "Vehicle.Speed": 50, "Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.PadWear": 99, "Vehicle.Chassis.Axle.Row1.Wheel.Right.Brake.PadWear": 99}})
        })
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_vehicle_alerts_within_a_second_under_load() {
    let samples: u64 = if full_size() { 1000 } else { 50 };
    let per_second = 20.0;
    let place = Place::new();
    let running = place.start();
    for number in 0..samples {
        let vehicle = json!({"vehicle_id": format!("W{number:04}"), "make": "Test", "model": "One", "powertrain": "PETROL", "vehicle_class": "CAR"});
        place.make("ingestion", "/api/v1/vehicles", &vehicle).await;
    }
    let background = tokio::spawn(load(LoadOptions {
        url: place.url("ingestion"),
        key: KEY.to_owned(),
        rate: 5000.0,
        seconds: samples as f64 / per_second + 4.0,
        batch: 500,
        vehicles: 200,
        workers: 8,
        ack_log: None,
        prefix: "load".to_owned(),
        patience_s: 30.0,
        progress: false,
    }));
    tokio::time::sleep(Duration::from_secs(2)).await;
    let mut posted: HashMap<String, DateTime<Utc>> = HashMap::new();
    let mut pace = tokio::time::interval(Duration::from_secs_f64(1.0 / per_second));
    for number in 0..samples {
        pace.tick().await;
        let vehicle = format!("W{number:04}");
        let batch = json!(worn_out(&vehicle, Utc::now()));
        posted.insert(vehicle, Utc::now());
        place.make("ingestion", "/api/v1/ingest/batch", &batch).await;
    }
    let load = background.await.expect("no panic").expect("the load ran");
    let alerts = eventually("an alert for each vehicle", async || {
        let alerts = place.events("alert", "alert.created").await;
        let vehicles: std::collections::HashSet<&str> = alerts
            .iter()
            .filter_map(|alert| alert["data"]["vehicle_id"].as_str())
            .collect();
        (vehicles.len() as u64 >= samples).then_some(alerts.clone())
    })
    .await;
    let mut latencies_ms: HashMap<&str, f64> = HashMap::new();
    for alert in &alerts {
        let (Some(vehicle), Some(recorded)) = (alert["data"]["vehicle_id"].as_str(), alert["recordedtime"].as_str())
        else {
            continue;
        };
        let Some(sent) = posted.get(vehicle) else { continue };
        let recorded: DateTime<Utc> = recorded.parse().expect("a time");
        let latency = (recorded - sent).num_microseconds().expect("short") as f64 / 1e3;
        // The first alert of a vehicle counts; a worse one may follow.
        latencies_ms
            .entry(vehicle)
            .and_modify(|first| *first = first.min(latency))
            .or_insert(latency);
    }
    let mut sorted: Vec<f64> = latencies_ms.into_values().collect();
    sorted.sort_by(f64::total_cmp);
    let at = |share: f64| sorted[((sorted.len() - 1) as f64 * share).round() as usize];
    report(
        "telemetry_to_alert",
        json!({"samples": sorted.len(), "p50_ms": at(0.5), "p99_ms": at(0.99), "max_ms": at(1.0), "load": load}),
    );
    assert!(at(0.99) < 1000.0, "p99 {} ms", at(0.99));
    running.kill();
}
