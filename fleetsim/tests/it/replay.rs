//! Replays of made-up logs that have each quirk of the real ones.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use fleetsim::replay::{Begin, Fault, ReplayOptions, ReplayReport, Speed, replay};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::platform::{Mistake, Platform};

const ETIOS_HEADER: &str =
    "ENGINE_RUN_TINE (),ENGINE_RPM (),ENGINE_LOAD (),COOLANT_TEMPERATURE (),CONTROL_MODULE_VOLTAGE ()\n";

fn start() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-05-01T10:00:00Z").unwrap().to_utc()
}

fn options(platform: &Platform, files: Vec<PathBuf>) -> ReplayOptions {
    ReplayOptions {
        url: platform.url.clone(),
        key: "secret".into(),
        files,
        vehicle_id: "V1".into(),
        vin: None,
        register: true,
        begin: Begin::At(start()),
        gap_s: 600,
        speed: Speed::Max,
        batch: 3,
        inject: None,
        patience_s: 5,
        progress: false,
    }
}

async fn play(files: &[(&str, &str)], change: impl FnOnce(&mut ReplayOptions)) -> (ReplayReport, Vec<Value>) {
    let platform = Platform::start(Mistake::None).await;
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let mut options = options(&platform, vec![folder.path().to_owned()]);
    change(&mut options);
    let report = replay(&options, CancellationToken::new()).await.unwrap();
    assert!(platform.stored.lock().vehicles.contains_key("V1"));
    let records = std::mem::take(&mut platform.stored.lock().records);
    (report, records)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_without_times_or_units_takes_a_second_a_row() {
    let first = format!(
        "{ETIOS_HEADER}0.000000, 0.000000, 0.000000, 28.000000, 12.382000,\n1.000000, 658.500000, 23.921568, 28.000000, 13.710000,\n"
    );
    let second = format!("{ETIOS_HEADER}0,0,0,29,12.4\n");
    let (report, records) = play(&[("drive2.csv", &first), ("drive10.csv", &second)], |_| {}).await;
    assert_eq!(
        (report.files, report.rows, report.posted, report.accepted),
        (2, 3, 3, 3)
    );
    assert_eq!(
        records[1],
        json!({
            "vehicle_id": "V1", "timestamp": "2026-05-01T10:00:01.000Z", "protocol": "GENERIC", "sequence": 2,
            "data": {"ENGINE_RUN_TINE": 1.0, "ENGINE_RPM": 658.5, "ENGINE_LOAD": 23.921568, "COOLANT_TEMPERATURE": 28.0,
                     "CONTROL_MODULE_VOLTAGE": 13.71},
            "synthetic_time": true
        })
    );
    assert_eq!(
        records[2]["timestamp"], "2026-05-01T10:10:01.000Z",
        "the second file comes after the gap"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_with_a_clock_and_units_keeps_both() {
    let text = "Time,Engine Coolant Temperature [\u{c2}\u{b0}C],Engine RPM [RPM],Vehicle Speed Sensor [km/h]\r\n\
                07:16:30.444,31,,\r\n07:16:30.535,31,96.0,\r\n07:16:30.400,31,97.0,5\r\n07:25:14.000,31,98.0,5\r\n";
    let (report, records) = play(&[("kit.csv", text)], |_| {}).await;
    assert_eq!((report.posted, report.broken), (4, Default::default()));
    let times: Vec<&str> = records
        .iter()
        .map(|record| record["timestamp"].as_str().unwrap())
        .collect();
    assert_eq!(
        times,
        [
            "2026-05-01T10:00:00.000Z",
            "2026-05-01T10:00:00.091Z",
            "2026-05-01T09:59:59.956Z",
            "2026-05-01T10:08:43.556Z"
        ]
    );
    assert_eq!(
        records[0]["data"],
        json!({"Engine Coolant Temperature": {"value": 31.0, "unit": "degC"}})
    );
    assert_eq!(
        records[3]["data"]["Vehicle Speed Sensor"],
        json!({"value": 5.0, "unit": "km/h"})
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_rows_are_posted_as_they_are_and_counted() {
    let cut = format!("{ETIOS_HEADER}0,700,20,80,14.1\n1,701,bad,80,14.1\n2,702, ");
    let clock = "Time,A [%]\n07:00:00,1\nnonsense,2\n07:00:02,3\n07:00:03,\n";
    let (report, records) = play(&[("a.csv", &cut), ("b.csv", clock)], |_| {}).await;
    assert_eq!(
        (report.rows, report.posted, report.accepted, report.quarantined),
        (7, 6, 5, 1)
    );
    let broken = report.broken;
    assert_eq!(
        (
            broken.cut_rows,
            broken.unreadable_cells,
            broken.unreadable_times,
            broken.empty_rows
        ),
        (1, 1, 1, 1)
    );
    assert_eq!(records[1]["data"]["ENGINE_LOAD"], "bad");
    assert_eq!(records[2]["data"]["ENGINE_LOAD"], Value::Null);
    assert_eq!(records[4]["timestamp"], "nonsense");
    assert_eq!(report.errors[0].code, "record.timestamp.unreadable");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_life_can_end_now() {
    let text = format!("{ETIOS_HEADER}{}", "0,700,20,80,14.1\n".repeat(50));
    let before = Utc::now();
    let (report, _) = play(&[("a.csv", &text)], |options| options.begin = Begin::EndNow).await;
    let end = report.to.unwrap();
    assert!(
        end >= before - chrono::TimeDelta::seconds(1) && end <= Utc::now(),
        "{end}"
    );
    assert_eq!((end - report.from.unwrap()).num_seconds(), 49);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_speed_is_kept() {
    let text = format!("{ETIOS_HEADER}{}", "0,700,20,80,14.1\n".repeat(40));
    let (report, _) = play(&[("a.csv", &text)], |options| options.speed = Speed::Times(100.0)).await;
    assert!((0.35..2.0).contains(&report.seconds), "{}", report.seconds);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_injected_leak_changes_only_the_end() {
    let text = format!("{ETIOS_HEADER}{}", "0,2500,70,88,14.1\n".repeat(1_000));
    let (report, records) = play(&[("a.csv", &text)], |options| options.inject = Some(Fault::CoolantLeak)).await;
    assert_eq!(report.injected_values, 299);
    assert_eq!(records[600]["data"]["COOLANT_TEMPERATURE"], 88.0);
    assert!(records[999]["data"]["COOLANT_TEMPERATURE"].as_f64().unwrap() > 110.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_done_is_said() {
    let platform = Platform::start(Mistake::None).await;
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.csv");
    std::fs::write(&empty, "").unwrap();
    let refused = replay(&options(&platform, vec![empty]), CancellationToken::new()).await;
    assert!(format!("{:#}", refused.unwrap_err()).contains("has no line"));
    let missing = replay(
        &options(&platform, vec!["nowhere.csv".into()]),
        CancellationToken::new(),
    )
    .await;
    assert!(missing.unwrap_err().to_string().contains("does not exist"));

    let log = folder.path().join("a.csv");
    std::fs::write(&log, format!("{ETIOS_HEADER}0,0,0,0,0\n")).unwrap();
    let wrong_key = ReplayOptions {
        key: "wrong".into(),
        ..options(&platform, vec![log.clone()])
    };
    assert!(
        replay(&wrong_key, CancellationToken::new())
            .await
            .unwrap_err()
            .to_string()
            .contains("401")
    );
    let refusing = Platform::start(Mistake::Refuses).await;
    let refused = replay(&options(&refusing, vec![log]), CancellationToken::new()).await;
    assert!(refused.unwrap_err().to_string().contains("413"));
}
