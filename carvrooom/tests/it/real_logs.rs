//! Real logs of a healthy car: no warning; the same rows with an injected fault: an alarm.

use std::path::{Path, PathBuf};

use fleetsim::replay::{Begin, Fault, ReplayOptions, Speed, files_of, replay};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::platform::{KEY, Place, report};

/// The folder of real logs; where it is not set the test says so, and in CI that is a failure.
fn data() -> Option<PathBuf> {
    match std::env::var("CARVROOOM_DATA") {
        Ok(folder) => Some(PathBuf::from(folder)),
        Err(_) => {
            assert!(std::env::var("CI").is_err(), "CARVROOOM_DATA must be set in CI");
            println!("not run: CARVROOOM_DATA is not set");
            None
        }
    }
}

async fn run(place: &Place, folder: &Path, vehicle: &str, inject: Option<Fault>, files_max: usize) -> Value {
    let files = files_of(&[folder.to_owned()]).expect("log files");
    let files: Vec<PathBuf> = files.into_iter().take(files_max).collect();
    let options = ReplayOptions {
        url: place.url("ingestion"),
        key: KEY.to_owned(),
        files,
        vehicle_id: vehicle.to_owned(),
        vin: None,
        register: true,
        begin: Begin::EndNow,
        gap_s: 300,
        speed: Speed::Max,
        batch: 500,
        inject,
        patience_s: 60,
        progress: false,
    };
    let replayed = replay(&options, CancellationToken::new()).await.expect("replayed");
    serde_json::to_value(replayed).expect("a report")
}

/// Events about one vehicle's components.
async fn alarms(place: &Place, vehicle: &str) -> Vec<Value> {
    let mut found = place.events("health", "component.degraded").await;
    found.extend(place.events("health", "component.critical").await);
    found.retain(|event| event["data"]["vehicle_id"] == vehicle);
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_car_stays_quiet_and_the_same_car_with_a_fault_alarms() {
    let Some(data) = data() else { return };
    let place = Place::new();
    let running = place.start();
    let (etios, leon) = (data.join("obd-carobd-etios"), data.join("obd-kit-seat-leon"));
    let leon_files = if crate::platform::full_size() { usize::MAX } else { 6 };
    let (healthy, leak, battery, leon) = tokio::join!(
        run(&place, &etios, "etios", None, usize::MAX),
        run(&place, &etios, "etios-leak", Some(Fault::CoolantLeak), usize::MAX),
        run(&place, &etios, "etios-battery", Some(Fault::BatteryFailing), usize::MAX),
        run(&place, &leon, "leon", None, leon_files),
    );
    place.drained().await;

    for vehicle in ["etios", "leon"] {
        let raised = alarms(&place, vehicle).await;
        assert!(raised.is_empty(), "a healthy car was alarmed about: {raised:#?}");
    }
    let leak_alarms = alarms(&place, "etios-leak").await;
    let battery_alarms = alarms(&place, "etios-battery").await;
    assert!(
        leak_alarms.iter().all(|event| event["data"]["component"] == "cooling"),
        "{leak_alarms:#?}"
    );
    assert!(!leak_alarms.is_empty(), "the injected leak was not seen");
    assert!(
        battery_alarms
            .iter()
            .all(|event| event["data"]["component"] == "battery_12v"),
        "{battery_alarms:#?}"
    );
    assert!(!battery_alarms.is_empty(), "the injected battery failure was not seen");
    let quarantined = place.list("ingestion", "/api/v1/quarantine").await;
    assert!(
        quarantined.iter().all(|item| item.to_string().contains("code")),
        "each quarantined reading has its reason"
    );
    report(
        "real_logs",
        json!({
            "etios": healthy, "etios_leak": leak, "etios_battery": battery, "leon": leon, "alarms": {"etios": 0, "leon": 0,
            "etios_leak": leak_alarms.len(), "etios_battery": battery_alarms.len()}, "quarantined_entries": quarantined.len(),
        }),
    );
    running.kill();
}
