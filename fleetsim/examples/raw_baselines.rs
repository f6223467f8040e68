//! What this machine can do at best with the same records: parse their JSON, and insert a row a record into SQLite.
//! `cargo xtask bench` runs it beside the platform; both stand in one run, so their ratio means something.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection};

/// How long each baseline is measured.
const LONG_ENOUGH: Duration = Duration::from_secs(2);
const BATCH: usize = 500;

/// One post's body as `fleetsim load` makes it: ten readings a record.
fn body() -> String {
    let mut body = String::new();
    for number in 0..BATCH {
        let record = json!({
            "vehicle_id": format!("load-{number:05}"), "timestamp": "2026-05-01T10:00:00.250Z", "protocol": "GENERIC",
            "sequence": number, "data": {
                "Vehicle.Speed": 53.0, "Vehicle.Powertrain.CombustionEngine.Speed": 2115.25, "Vehicle.OBD.EngineLoad": 41.37,
                "Vehicle.Powertrain.CombustionEngine.TPS": 22.75, "Vehicle.Powertrain.CombustionEngine.MAP": 61.0,
                "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature": 89.0, "Vehicle.OBD.IntakeTemp": 31.0,
                "Vehicle.LowVoltageBattery.CurrentVoltage": 14.12, "Vehicle.Powertrain.FuelSystem.RelativeLevel": 56.0,
                "Vehicle.Exterior.AirTemperature": 19.0
            }
        });
        body.push_str(&record.to_string());
        body.push('\n');
    }
    body
}

/// Records a second through `serde_json`, each line as a value.
fn parse(body: &str) -> f64 {
    let began = Instant::now();
    let mut records = 0;
    while began.elapsed() < LONG_ENOUGH {
        for line in body.lines() {
            let value: Value = serde_json::from_str(line).expect("our own JSON");
            records += usize::from(value["vehicle_id"].is_string());
        }
    }
    records as f64 / began.elapsed().as_secs_f64()
}

/// Records a second into one table, a durable transaction a batch.
async fn insert(folder: &std::path::Path, body: &str) -> sqlx::Result<f64> {
    let mut connection: SqliteConnection = SqliteConnectOptions::new()
        .filename(folder.join("baseline.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .connect()
        .await?;
    sqlx::query(
        "CREATE TABLE record (vehicle_id TEXT, sequence BIGINT, body TEXT, PRIMARY KEY (vehicle_id, sequence))",
    )
    .execute(&mut connection)
    .await?;
    let lines: Vec<&str> = body.lines().collect();
    let began = Instant::now();
    let mut sequence = 0_i64;
    while began.elapsed() < LONG_ENOUGH {
        let mut tx = connection.begin().await?;
        for line in &lines {
            sequence += 1;
            sqlx::query("INSERT INTO record (vehicle_id, sequence, body) VALUES ($1, $2, $3)")
                .bind("load-00001")
                .bind(sequence)
                .bind(*line)
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
    }
    Ok(sequence as f64 / began.elapsed().as_secs_f64())
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let body = body();
    let parsed = parse(&body);
    let folder = tempfile::tempdir()?;
    let inserted = insert(folder.path(), &body).await?;
    println!(
        "{}",
        json!({"json_parse_records_per_second": parsed, "sqlite_insert_records_per_second": inserted})
    );
    Ok(())
}
