//! A simulated fleet against a platform that behaves.

use std::sync::Arc;

use chrono::{TimeDelta, Utc};
use fleetsim::drive::{AtPresent, DriveEvent, DriveOptions, FaultKind, control, drive};
use fleetsim::vin;
use parking_lot::Mutex;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::platform::{Mistake, Platform};

fn lines(path: &std::path::Path) -> Vec<Value> {
    std::fs::read_to_string(path)
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fleet_catches_up_and_its_truth_is_kept_aside() {
    let platform = Platform::start(Mistake::None).await;
    let folder = tempfile::tempdir().unwrap();
    let events = Arc::new(Mutex::new(Vec::new()));
    let heard = events.clone();
    let options = DriveOptions {
        vehicles: 4,
        failures: vec![
            (FaultKind::CoolantLeak, 1),
            (FaultKind::Battery, 1),
            (FaultKind::Brakes, 1),
        ],
        at_present: AtPresent::Stop,
        sample_s: 20,
        truth: Some(folder.path().to_owned()),
        dress: Some(Arc::new(|number, vehicle| {
            vehicle.owner_id = Some(format!("usr_{number}"))
        })),
        listener: Some(Arc::new(move |event| heard.lock().push(event.clone()))),
        ..DriveOptions::new(&platform.url, "secret", Utc::now() - TimeDelta::hours(20))
    };
    let (_handle, control) = control(CancellationToken::new());
    let report = drive(options, control).await.unwrap();
    assert_eq!((report.vehicles, report.failures, report.quarantined), (4, 3, 0));
    assert_eq!(report.posted, report.accepted);
    assert!(report.posted > 1_000, "{report:?}");
    let stored = platform.stored.lock();
    assert_eq!(stored.records.len() as u64, report.posted);
    assert_eq!(stored.vehicles["sim-002"]["owner_id"], "usr_1");
    assert!(
        stored
            .vehicles
            .values()
            .all(|vehicle| vin::is_valid(vehicle["vin"].as_str().unwrap()))
    );
    let failed: Vec<Value> = lines(&folder.path().join("events.jsonl"))
        .into_iter()
        .filter(|line| line["event"] == "failed")
        .collect();
    assert_eq!(failed.len(), 3);
    assert!(lines(&folder.path().join("wear.jsonl")).len() > 100);
    let events = events.lock();
    assert!(matches!(events.last(), Some(DriveEvent::CaughtUp { records, .. }) if *records == report.posted));
}

#[tokio::test(flavor = "multi_thread")]
async fn it_goes_on_live_and_takes_repairs() {
    let platform = Platform::start(Mistake::None).await;
    let events = Arc::new(Mutex::new(Vec::new()));
    let heard = events.clone();
    let options = DriveOptions {
        vehicles: 2,
        failures: vec![(FaultKind::Brakes, 2)],
        sample_s: 60,
        listener: Some(Arc::new(move |event| heard.lock().push(event.clone()))),
        ..DriveOptions::new(&platform.url, "secret", Utc::now() - TimeDelta::hours(3))
    };
    let (handle, control) = control(CancellationToken::new());
    let running = tokio::spawn(drive(options, control));
    let caught_up = || {
        events
            .lock()
            .iter()
            .any(|event| matches!(event, DriveEvent::CaughtUp { .. }))
    };
    while !caught_up() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    assert!(handle.repair("sim-001", "brakes"));
    assert!(handle.repair("nobody", "brakes"));
    let repaired = || {
        events
            .lock()
            .iter()
            .any(|event| matches!(event, DriveEvent::Repaired { .. }))
    };
    while !repaired() {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    handle.stop();
    let report = running.await.unwrap().unwrap();
    assert_eq!(report.repairs, 1);
    assert!(
        (report.until.unwrap() - Utc::now()).num_seconds().abs() <= 2,
        "live means the present: {report:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn too_few_vehicles_and_a_refusing_platform_are_said() {
    let platform = Platform::start(Mistake::Refuses).await;
    let options = DriveOptions {
        vehicles: 1,
        failures: vec![(FaultKind::CoolantLeak, 2)],
        ..DriveOptions::new(&platform.url, "secret", Utc::now() - TimeDelta::hours(1))
    };
    let stop = CancellationToken::new();
    let too_few = drive(options.clone(), control(stop.clone()).1).await.unwrap_err();
    assert!(too_few.to_string().contains("too few"), "{too_few}");
    let options = DriveOptions {
        failures: Vec::new(),
        ..options
    };
    let refused = drive(options, control(stop).1).await.unwrap_err();
    assert!(format!("{refused:#}").contains("413"), "{refused:#}");
}
