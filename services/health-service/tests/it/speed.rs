//! How quickly readings are judged. The figures are printed; only a collapse fails.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Instant;

use chassis::testing::contracts::example;
use health_service::artefact;
use health_service::domain::SECOND;
use health_service::domain::class::{Powertrain, VehicleClass};
use health_service::domain::component::ComponentKind;
use health_service::domain::models::{Model, Panel, Panels};
use health_service::domain::rules::Rules;
use health_service::domain::signal::{Readings, Signal};
use health_service::domain::trained::{Quantity, shipped};
use health_service::domain::vehicle::{Record, Vehicle};
use health_service::events::consumed::Telemetry;

use crate::app::{NOW, TestApp, time};
use crate::real_cars::default_rules;

/// The whole way: from the log into rows, history and events, with a commit for each batch.
#[tokio::test(flavor = "multi_thread")]
async fn records_are_taken_from_the_log_quickly() {
    let app = TestApp::start().await;
    // Few events with many records: the stand-in commits each event alone, and that is not what is measured.
    let (vehicles, rounds, batch) = (100, 1, 100);
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

/// A van that sends nearly everything, for some hours, so that most components have a score and a state.
fn talkative() -> Vehicle {
    driven(&default_rules())
}

fn driven(rules: &Rules) -> Vehicle {
    let mut vehicle = Vehicle::default();
    vehicle.describe(VehicleClass::Van, Powertrain::Diesel);
    let mut findings = Vec::new();
    for second in 0..20_000i64 {
        let mut readings = Readings::default();
        let wave = (second as f64 / 97.0).sin();
        for signal in Signal::ALL {
            let value = match signal {
                Signal::Speed => 60.0 + 20.0 * wave,
                Signal::TraveledDistance => 84_000_000.0 + 16.0 * second as f64,
                Signal::EngineSpeed => 1_900.0 + 600.0 * wave,
                Signal::EngineLoad => 45.0 + 30.0 * wave,
                Signal::CoolantTemperature => 88.0,
                Signal::BatteryVoltage | Signal::ChargingVoltage => 14.1,
                Signal::OilPressure => 300.0,
                Signal::PadWearFrontLeft => 60.0 + second as f64 / 2_000.0,
                Signal::AbsError => 0.0,
                _ => 50.0 + wave,
            };
            readings.set(signal, value);
            if let Some(quantity) = Quantity::from_path(signal.path()) {
                readings.sample.set(quantity, value);
            }
        }
        let record = Record {
            at: 1_714_550_400 * SECOND + 3 * second * SECOND,
            readings,
            codes: Vec::new(),
            codes_read: false,
        };
        vehicle.observe(&record, false, rules, &mut findings);
    }
    vehicle
}

/// Seconds of processor time of this thread, so that other work on the machine does not enter. Linux only; elsewhere the wall clock.
fn core_seconds(started: Instant) -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    let nanos = stat.split_whitespace().next().and_then(|text| text.parse::<f64>().ok());
    nanos.map_or_else(|| started.elapsed().as_secs_f64(), |nanos| nanos / 1e9)
}

#[test]
fn components_are_inferred_quickly_and_their_state_is_small() {
    let rules = default_rules();
    let mut vehicle = talkative();
    let bytes = health_service::domain::codec::encode(&mut vehicle).len();
    let judged = vehicle
        .reports(&rules)
        .iter()
        .filter(|report| report.score.is_some())
        .count();
    println!(
        "{bytes} bytes of state, {judged} components judged: {} bytes a component",
        bytes / judged
    );
    assert!(judged >= 8, "{judged}");
    assert!(bytes <= 1_024 * judged, "{bytes} bytes for {judged} components");
    let kinds = [
        ComponentKind::Brakes,
        ComponentKind::TractionBattery,
        ComponentKind::Cooling,
        ComponentKind::Engine,
    ];
    let (started, rounds) = (Instant::now(), 500);
    let before = core_seconds(started);
    let mut said = 0;
    for _ in 0..rounds {
        said += kinds
            .iter()
            .filter(|kind| vehicle.report(**kind, &rules).remaining.is_some())
            .count();
    }
    let rate = f64::from(rounds) * kinds.len() as f64 / (core_seconds(started) - before);
    println!(
        "{rate:.0} component inferences a second on one core, {said} of {} with a remaining life",
        rounds * 4
    );
    assert!(said > 0 && rate > 2_000.0, "{rate:.0} a second");
}

/// The rules with the models that come with the service for vans, each speaking for its component.
fn trained_rules() -> Rules {
    let (_, bytes) = shipped().iter().find(|(class, _)| *class == "diesel_van").unwrap();
    let panel = |model: Model| {
        let panel = Panel {
            champion: Some(Arc::new(model.clone())),
            shadows: Vec::new(),
        };
        (model.card.key.unwrap(), panel)
    };
    let models = artefact::open(bytes).unwrap().into_iter().map(|(model, _)| model);
    Rules {
        panels: Panels::new(models.map(panel).collect()),
        ..default_rules()
    }
}

#[test]
fn trained_models_infer_quickly_too_and_their_trails_are_small() {
    let rules = trained_rules();
    let mut vehicle = driven(&rules);
    let kinds: Vec<ComponentKind> = ComponentKind::ALL
        .into_iter()
        .filter(|kind| vehicle.report(*kind, &rules).model_id.starts_with("fleet-diesel_van-"))
        .collect();
    assert!(kinds.len() >= 6, "{kinds:?}");
    let bytes = health_service::domain::codec::encode(&mut vehicle).len();
    let reports = vehicle.reports(&rules);
    let judged = reports.iter().filter(|report| report.score.is_some()).count();
    println!(
        "{bytes} bytes of state with trails, {judged} components judged: {} a component",
        bytes / judged
    );
    assert!(bytes <= 1_024 * judged, "{bytes} bytes for {judged} components");
    let (started, rounds) = (Instant::now(), 200);
    let before = core_seconds(started);
    let said = (0..rounds)
        .flat_map(|_| &kinds)
        .filter(|kind| vehicle.report(**kind, &rules).remaining.is_some());
    let said = said.count();
    let rate = said as f64 / (core_seconds(started) - before);
    println!("{rate:.0} component inferences a second on one core by trained models");
    assert!(said == rounds * kinds.len() && rate > 2_000.0, "{rate:.0} a second");
}
