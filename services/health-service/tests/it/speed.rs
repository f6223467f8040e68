//! How quickly readings are judged. The figures are printed; only a collapse fails.

use std::fmt::Write;
use std::time::Instant;

use chassis::testing::contracts::example;
use health_service::domain::vehicle::Vehicle;
use health_service::events::consumed::Telemetry;

use crate::app::{NOW, TestApp, time};
use crate::real_cars::default_rules;

/// The whole way: from the log into rows, history and events, with a commit for each batch.
#[tokio::test(flavor = "multi_thread")]
async fn records_are_taken_from_the_log_quickly() {
    let app = TestApp::start().await;
    let (vehicles, rounds, batch) = (100, 5, 20);
    let started = Instant::now();
    for round in 0..rounds {
        for vehicle in 0..vehicles {
            let vehicle_id = format!("V{vehicle}");
            let record = |number: i64| {
                let at = time(NOW) - chrono::Duration::seconds(3_600 - 30 * (round * batch + number));
                serde_json::json!({"vehicle_id": vehicle_id, "time": at, "protocol": "OBD2", "signals": {
                    "Vehicle.Speed": 53.0, "Vehicle.Powertrain.CombustionEngine.Speed": 1840.0, "Vehicle.OBD.EngineLoad": 41.5,
                    "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature": 89.0,
                    "Vehicle.LowVoltageBattery.CurrentVoltage": 14.1, "Vehicle.OBD.LongTermFuelTrim1": -1.6,
                }})
            };
            app.telemetry("ten_a", &vehicle_id, (0..batch).map(record).collect())
                .await;
        }
    }
    for vehicle in 0..vehicles {
        app.taken("ten_a", &format!("V{vehicle}"), (rounds * batch) as u64)
            .await;
    }
    let rate = (vehicles * rounds * batch) as f64 / started.elapsed().as_secs_f64();
    println!("{rate:.0} records a second from the log into rows, the stand-in's own commits included");
    assert!(rate > 500.0, "{rate:.0} records a second");
}

#[test]
fn readings_are_parsed_and_judged_quickly() {
    let rules = default_rules();
    let mut event = example("ingestion-service", "vehicle.telemetry.received");
    let mut records = String::new();
    let count = 20_000;
    for second in 0..count {
        let separator = if second == 0 { "" } else { "," };
        let (hour, minute, rest) = (second / 3_600, second / 60 % 60, second % 60);
        write!(
            records,
            r#"{separator}{{"vehicle_id":"V1","time":"2026-05-01T{hour:02}:{minute:02}:{rest:02}Z","protocol":"OBD2","signals":{{"Vehicle.Speed":53.0,"Vehicle.TraveledDistance":{},"Vehicle.Powertrain.CombustionEngine.Speed":1840.0,"Vehicle.OBD.EngineLoad":41.5,"Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature":89.0,"Vehicle.LowVoltageBattery.CurrentVoltage":14.1,"Vehicle.OBD.ShortTermFuelTrim1":0.8,"Vehicle.OBD.LongTermFuelTrim1":-1.6,"Vehicle.OBD.IntakeTemp":31.0,"Vehicle.Powertrain.CombustionEngine.TPS":17.2}}}}"#,
            84_000_000 + 15 * second
        )
        .unwrap();
    }
    event.data = format!(r#"{{"receipt_ids":["rcp_1"],"records":[{records}]}}"#).into();
    let mut vehicle = Vehicle::default();
    let mut findings = Vec::new();
    let started = Instant::now();
    for (_, record) in Telemetry::parse(&event).unwrap().into_records() {
        vehicle.observe(&record, false, &rules, &mut findings);
    }
    let seconds = started.elapsed().as_secs_f64();
    assert_eq!(vehicle.records, count);
    let rate = 10.0 * count as f64 / seconds;
    println!("{rate:.0} readings a second parsed and judged on one core");
    assert!(rate > 100_000.0, "{rate:.0} readings a second");
}
