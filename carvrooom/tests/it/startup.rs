//! First start with an empty folder: ready at once, small in memory, and the gateway in front.

use std::time::Duration;

use chrono::Utc;
use serde_json::json;

use crate::platform::{Place, report};

#[tokio::test(flavor = "multi_thread")]
async fn all_seven_are_ready_within_two_seconds_and_stay_small() {
    let place = Place::new();
    let running = place.start();
    let started_in = running.started_in;
    for number in 0..1000 {
        let vehicle = json!({"vehicle_id": format!("V{number:04}"), "make": "Test", "model": "One", "powertrain": "PETROL", "vehicle_class": "CAR"});
        place.make("ingestion", "/api/v1/vehicles", &vehicle).await;
    }
    let now = Utc::now();
    for step in 0..10 {
        let time = now - chrono::Duration::seconds(100 - step * 10);
        let records: Vec<_> = (0..1000)
            .map(|number| json!({"vehicle_id": format!("V{number:04}"), "timestamp": time, "protocol": "GENERIC",
                "data": {"Vehicle.Speed": 50, "Vehicle.Powertrain.CombustionEngine.Speed": 2000, "COOLANT_TEMPERATURE": 90, "CONTROL_MODULE_VOLTAGE": 14.1}}))
            .collect();
        place.make("ingestion", "/api/v1/ingest/batch", &json!(records)).await;
    }
    place.drained().await;
    let resident_mb = running.resident_bytes() as f64 / 1e6;
    report(
        "startup",
        json!({"ready_s": started_in.as_secs_f64(), "resident_mb_with_1000_vehicles": resident_mb}),
    );
    assert!(started_in < Duration::from_secs(2), "ready after {started_in:?}");
    assert!(resident_mb < 200.0, "{resident_mb} MB resident");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_forwards_and_a_second_process_is_refused() {
    let place = Place::new();
    let running = place.start();
    let addresses: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(place.data_dir().join("addresses.json")).expect("addresses"))
            .expect("JSON");
    let gateway = addresses["gateway"].as_str().expect("the gateway's address");
    let page = reqwest::get(gateway)
        .await
        .expect("answered")
        .text()
        .await
        .expect("a page");
    assert!(page.contains("CarVrooom"));
    let status: serde_json::Value = reqwest::get(format!("{gateway}/status.json"))
        .await
        .expect("answered")
        .json()
        .await
        .expect("JSON");
    let services = status.as_array().expect("a list");
    assert_eq!(services.len(), 7);
    assert!(services.iter().all(|service| service["ready"] == true), "{status}");
    let refused = reqwest::get(format!("{gateway}/api/v1/vehicles"))
        .await
        .expect("answered");
    assert_eq!(refused.status(), 401);
    assert_eq!(refused.headers()["content-type"], "application/problem+json");
    let listed = reqwest::Client::new()
        .get(format!("{gateway}/api/v1/vehicles"))
        .header("x-api-key", crate::platform::KEY);
    assert_eq!(listed.send().await.expect("answered").status(), 200);
    assert!(
        place.try_start("").is_none(),
        "a second process on the same folder must not start"
    );
    running.kill();
}
