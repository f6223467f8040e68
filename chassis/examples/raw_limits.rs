//! What this machine can do at best with the records that `cargo xtask bench` posts: parse their JSON, insert a row a record into SQLite,
//! COPY them into PostgreSQL, add them to a Redis Stream; and the kit's own transport beside the last. Prints one JSON object.
//! Runs under the example `with_servers`, which names the servers by the environment.

use std::time::{Duration, Instant};

use anyhow::Context;
use chassis::config::{Base, Sources};
use chassis::{Broker, Packed, Placed, RedisBroker};
use chrono::Utc;
use serde_json::{Value, json};
use sqlx::{ConnectOptions, Connection, Executor};
use sqlx_postgres::{PgConnectOptions, PgConnection};
use sqlx_sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use tokio_util::sync::CancellationToken;

/// How long each limit is measured.
const LONG_ENOUGH: Duration = Duration::from_secs(3);
/// Events of each partition that are read back: fewer than the transport's window holds.
const READ_BACK: i64 = 1_000;
/// Records in a batch.
const BATCH: usize = 500;

/// One batch as `fleetsim load` posts it: ten readings a record.
fn records() -> Vec<String> {
    let record = |number: usize| {
        json!({
            "vehicle_id": format!("load-{:05}", number % 50), "timestamp": "2026-05-01T10:00:00.250Z", "protocol": "GENERIC",
            "sequence": number, "data": {
                "Vehicle.Speed": 53.0, "Vehicle.Powertrain.CombustionEngine.Speed": 2115.25, "Vehicle.OBD.EngineLoad": 41.37,
                "Vehicle.Powertrain.CombustionEngine.TPS": 22.75, "Vehicle.Powertrain.CombustionEngine.MAP": 61.0,
                "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature": 89.0, "Vehicle.OBD.IntakeTemp": 31.0,
                "Vehicle.LowVoltageBattery.CurrentVoltage": 14.12, "Vehicle.Powertrain.FuelSystem.RelativeLevel": 56.0,
                "Vehicle.Exterior.AirTemperature": 19.0
            }
        })
        .to_string()
    };
    (0..BATCH).map(record).collect()
}

/// How many a second, of work that says how many it has done.
async fn rate(mut work: impl AsyncFnMut() -> anyhow::Result<usize>) -> anyhow::Result<f64> {
    let began = Instant::now();
    let mut done = 0;
    while began.elapsed() < LONG_ENOUGH {
        done += work().await?;
    }
    Ok((done as f64 / began.elapsed().as_secs_f64()).round())
}

async fn parse(records: &[String]) -> anyhow::Result<f64> {
    rate(async || {
        for record in records {
            let value: Value = serde_json::from_str(record)?;
            anyhow::ensure!(value["vehicle_id"].is_string());
        }
        Ok(records.len())
    })
    .await
}

/// One table with a primary key, a durable transaction a batch.
async fn sqlite_insert(records: &[String]) -> anyhow::Result<f64> {
    let folder = tempfile::tempdir()?;
    let mut connection = SqliteConnectOptions::new()
        .filename(folder.path().join("limit.db"))
        .create_if_missing(true)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Full)
        .connect()
        .await?;
    connection
        .execute(
            "CREATE TABLE record (vehicle_id TEXT, sequence BIGINT, body TEXT, PRIMARY KEY (vehicle_id, sequence))",
        )
        .await?;
    let mut sequence = 0_i64;
    rate(async || {
        let mut tx = connection.begin().await?;
        for record in records {
            sequence += 1;
            sqlx::query("INSERT INTO record (vehicle_id, sequence, body) VALUES ($1, $2, $3)")
                .bind("load-00001")
                .bind(sequence)
                .bind(record.as_str())
                .execute(&mut *tx)
                .await?;
        }
        tx.commit().await?;
        Ok(records.len())
    })
    .await
}

/// The same table by COPY, a commit every twenty batches.
async fn postgres_copy(records: &[String]) -> anyhow::Result<f64> {
    let url = std::env::var("CARVROOOM_TEST_POSTGRES").context("run it under the example with_servers")?;
    let options: PgConnectOptions = url.parse()?;
    let mut connection = PgConnection::connect_with(&options).await?;
    connection
        .execute(
            "CREATE TABLE record (vehicle_id TEXT, sequence BIGINT, body TEXT, PRIMARY KEY (vehicle_id, sequence))",
        )
        .await?;
    let mut sequence = 0_i64;
    let measured = rate(async || {
        let mut text = String::new();
        for record in std::iter::repeat_n(records, 20).flatten() {
            sequence += 1;
            text.push_str(&format!("load-00001\t{sequence}\t{}\n", record.replace('\\', "\\\\")));
        }
        let mut copy = connection.copy_in_raw("COPY record FROM STDIN").await?;
        copy.send(text.as_bytes()).await?;
        copy.finish().await?;
        Ok(20 * records.len())
    })
    .await;
    connection.execute("DROP TABLE record").await?;
    measured
}

/// Entries of 300 bytes, pipelined by a hundred.
async fn redis_xadd(url: &str) -> anyhow::Result<f64> {
    let mut connection = redis::Client::open(url)?.get_multiplexed_async_connection().await?;
    let payload = vec![b'x'; 300];
    rate(async || {
        let mut pipeline = redis::Pipeline::with_capacity(100);
        for _ in 0..100 {
            pipeline
                .cmd("XADD")
                .arg("limit")
                .arg("MAXLEN")
                .arg("~")
                .arg(10_000)
                .arg("*")
                .arg("d")
                .arg(&payload);
        }
        let _: Value = pipeline
            .query_async::<redis::Value>(&mut connection)
            .await
            .map(|_| Value::Null)?;
        Ok(100)
    })
    .await
}

/// The kit's transport: events of 300 bytes published in batches of 512 over all partitions, then read back.
async fn transport(url: &str) -> anyhow::Result<(f64, f64)> {
    let mut base: Base = chassis::config::shared(&Sources::default())?;
    base.broker.redis_url = url.to_owned();
    base.broker.prefix = "limit".to_owned();
    let broker = RedisBroker::new(&base.broker, CancellationToken::new())?;
    let mut heads = [0_i64; chassis::partition::COUNT as usize];
    let published = rate(async || {
        let mut placed = Vec::with_capacity(512);
        for number in 0..512 {
            let partition = number % heads.len();
            heads[partition] += 1;
            placed.push(Placed::from(event(partition, heads[partition])));
        }
        broker.publish("bench-service", &placed).await?;
        Ok(512)
    })
    .await?;
    let mut positions = heads.map(|head| (head - READ_BACK).max(0));
    let (began, mut count) = (Instant::now(), 0);
    for (partition, position) in positions.iter_mut().enumerate() {
        while *position < heads[partition] {
            let events = broker.read("bench-service", partition as u8, *position, 64).await?;
            let Some(last) = events.last() else { break };
            *position = last.sequence;
            count += events.len();
        }
    }
    Ok((published, (count as f64 / began.elapsed().as_secs_f64()).round()))
}

fn event(partition: usize, sequence: i64) -> Packed {
    Packed {
        event_id: format!("evt_{partition}_{sequence}"),
        partition: partition as i64,
        sequence,
        kind: "thing.happened".to_owned(),
        schema_version: "1.0".to_owned(),
        tenant_id: "default".to_owned(),
        subject: None,
        time: Utc::now(),
        recorded_time: Utc::now(),
        historical: false,
        correlation_id: "cor_bench".to_owned(),
        encoding: "json".to_owned(),
        data: vec![b'7'; 300],
    }
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let records = records();
    let redis = std::env::var("CARVROOOM_TEST_REDIS").context("run it under the example with_servers")?;
    let (published, read) = transport(&redis).await?;
    let limits = json!({
        "json_parse_records_per_second": parse(&records).await?,
        "sqlite_insert_records_per_second": sqlite_insert(&records).await?,
        "postgres_copy_records_per_second": postgres_copy(&records).await?,
        "redis_xadd_entries_per_second": redis_xadd(&redis).await?,
        "transport_published_events_per_second": published,
        "transport_read_events_per_second": read,
    });
    println!("{limits}");
    Ok(())
}
