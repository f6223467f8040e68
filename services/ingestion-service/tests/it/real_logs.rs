//! Real logs through the real API: what is good in them is stored, what is bad is quarantined with a reason.
//!
//! The data is found by `CARVROOOM_DATA`; without it these tests say that they were not run.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

use serde_json::{Map, Value, json};

use crate::app::{TestApp, start_of_test};

/// The folder of real data, if it is given.
pub(crate) fn data_folder() -> Option<PathBuf> {
    let folder = std::env::var_os("CARVROOOM_DATA").map(PathBuf::from);
    if folder.is_none() {
        assert!(std::env::var_os("CI").is_none(), "CARVROOOM_DATA must be set in CI");
        eprintln!("not run: CARVROOOM_DATA is not set");
    }
    folder
}

/// Header and rows of a compressed log.
fn rows(file: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let mut text = String::new();
    flate2::read::GzDecoder::new(std::fs::File::open(file).unwrap())
        .read_to_string(&mut text)
        .unwrap();
    let split = |line: &str| line.split(',').map(|field| field.trim().to_owned()).collect::<Vec<_>>();
    let mut lines = text.lines();
    (split(lines.next().unwrap()), lines.map(split).collect())
}

/// Posts the rows of a log, one a second, and returns the stored records and the quarantine's reasons with their counts.
async fn replay(app: &TestApp, file: &Path, vehicle_id: &str, step_ms: i64) -> (u64, BTreeMap<String, u64>) {
    let (header, rows) = rows(file);
    let start = start_of_test() - chrono::TimeDelta::hours(20);
    let mut reasons = BTreeMap::new();
    for (part, chunk) in rows.chunks(2000).enumerate() {
        let records = chunk.iter().enumerate().map(|(row, fields)| {
            let index = i64::try_from(part * 2000 + row).unwrap();
            let data: Map<String, Value> = header.iter().cloned().zip(fields.iter().cloned().map(Value::from)).filter(|(name, _)| name != "Time").collect();
            json!({"vehicle_id": vehicle_id, "timestamp": chassis::rfc3339(start + chrono::TimeDelta::milliseconds(index * step_ms)),
                "protocol": "GENERIC", "sequence": index, "data": data, "synthetic_time": true})
        });
        let answer = app
            .post("/api/v1/ingest/batch", &Value::from(records.collect::<Vec<_>>()))
            .await;
        assert_eq!(answer.status, 202, "{}", answer.body);
        for kind in ["errors", "warnings"] {
            for remark in answer.body[kind].as_array().unwrap() {
                *reasons
                    .entry(format!(
                        "{} {}",
                        remark["code"].as_str().unwrap(),
                        remark["path"].as_str().unwrap()
                    ))
                    .or_default() += 1;
            }
        }
    }
    (u64::try_from(rows.len()).unwrap(), reasons)
}

#[tokio::test]
async fn every_column_of_the_etios_logs_is_understood() {
    let Some(folder) = data_folder() else { return };
    let app = TestApp::start().await;
    app.register("etios").await;
    let (rows, reasons) = replay(&app, &folder.join("obd-carobd-etios/drive1.csv.gz"), "etios", 1000).await;
    let account = app.settled_account().await;
    assert_eq!((account.received, account.stored), (rows, rows), "{reasons:?}");
    assert!(reasons.is_empty(), "a healthy car's log has nothing bad: {reasons:?}");
    let records = app.records("etios").await;
    assert_eq!(records[0]["signals"].as_object().unwrap().len(), 27);
    let flagged = records.iter().filter(|record| !record["flags"].is_null()).count();
    assert!(
        flagged * 100 < records.len(),
        "{flagged} of {} records are doubted",
        records.len()
    );
}

#[tokio::test]
async fn the_leons_faulty_intake_sensor_is_quarantined_and_the_rest_kept() {
    let Some(folder) = data_folder() else { return };
    let app = TestApp::start().await;
    app.register("leon").await;
    let file = folder.join("obd-kit-seat-leon/2017-07-13_Seat_Leon_RT_KA_Stau_Messfehler.csv.gz");
    let (rows, reasons) = replay(&app, &file, "leon", 90).await;
    let account = app.settled_account().await;
    assert_eq!(account.received, rows);
    assert!(account.stored * 100 > rows * 99, "{account:?}");
    assert!(account.readings_quarantined > 0, "{account:?} {reasons:?}");
    assert!(
        reasons.keys().all(|reason| reason.starts_with("reading.out_of_range")),
        "{reasons:?}"
    );
}
