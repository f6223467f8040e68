//! The models that come with the service speak of a car that neither they nor this test ever saw.
//!
//! `data/petrol_car.csv.gz` is vehicle 00000 of `fleetsim generate --class petrol-car --climate temperate --vehicles 3 --days 21
//! --seed 77 --sample-seconds 120 --start 2026-04-18 --format csv --gzip`.

use chassis::Role;
use flate2::read::GzDecoder;
use serde_json::{Map, Value, json};

use crate::app::{TestApp, person};

/// Its records, as ingestion would tell them.
fn records(vehicle_id: &str) -> Vec<Value> {
    let mut table = csv::Reader::from_reader(GzDecoder::new(&include_bytes!("data/petrol_car.csv.gz")[..]));
    let header = table.headers().unwrap().clone();
    let record = |row: csv::StringRecord| -> Value {
        let cells = header.iter().zip(&row).filter(|(name, _)| name.starts_with("Vehicle."));
        let signals: Map<String, Value> = cells
            .filter_map(|(name, cell)| Some((name.to_owned(), json!(cell.parse::<f64>().ok()?))))
            .collect();
        json!({"vehicle_id": vehicle_id, "time": row[0], "protocol": "GENERIC", "signals": signals})
    };
    table.into_records().map(|row| record(row.unwrap())).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn shipped_models_speak_for_a_car_of_the_simulators_making() {
    let app = TestApp::start().await;
    app.register("ten_a", "V1").await;
    let records = records("V1");
    for some in records.chunks(200) {
        app.telemetry("ten_a", "V1", some.to_vec()).await;
    }
    let health = app.taken("ten_a", "V1", records.len() as u64).await;
    let models = app.get("/api/v1/models", &person("ten_a", Role::Admin)).await.body;
    let mut spoke = Vec::new();
    for component in health["components"].as_array().unwrap() {
        let model_id = component["rul_model_id"].as_str().unwrap_or_default();
        if !model_id.starts_with("fleet-petrol_car-") {
            continue;
        }
        let quantiles = ["p05", "p50", "p95"].map(|name| component["rul_km_quantiles"][name].as_f64().unwrap());
        assert!(quantiles.is_sorted() && quantiles[0] < quantiles[2], "{component:#}");
        assert_eq!(component["rul_km"].as_f64().unwrap().round(), quantiles[1].round());
        let known = models["items"].as_array().unwrap().iter();
        assert!(
            known
                .clone()
                .any(|model| model["model_id"] == model_id && model["status"] == "CHAMPION"),
            "{model_id}"
        );
        spoke.push(component["type"].as_str().unwrap());
    }
    for component in ["battery_12v", "brakes", "engine", "lubrication", "tyres"] {
        assert!(
            spoke.contains(&component),
            "{component} is not among {spoke:?} of {health:#}"
        );
    }
}
