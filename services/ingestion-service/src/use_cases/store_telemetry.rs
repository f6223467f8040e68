//! Moves committed batches into the telemetry store: records, newest readings, trouble codes, odometers and the account, in one
//! transaction with the mark that the batch is stored.

use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use chassis::TenantId;
use chrono::{DateTime, SecondsFormat, Utc};
use sha2::{Digest, Sha256};

use crate::Shared;
use crate::domain::verdict::Account;
use crate::error::Error;
use crate::events::consumed::{Batch, BatchRecord};
use crate::store::Store;
use crate::store::receipts::WaitingBatch;
use crate::store::telemetry::{CodeReport, StoredRecord};

/// VSS path of the odometer, in metres.
const ODOMETER: &str = "Vehicle.TraveledDistance";

/// Runs until shutdown. What is left then waits for the next start.
pub async fn run(shared: Arc<Shared>, shutdown: tokio_util::sync::CancellationToken) -> anyhow::Result<()> {
    let interval = Duration::from_millis(shared.config.store.poll_interval_ms.max(1));
    loop {
        match store_once(&shared).await {
            Ok(0) => {}
            Ok(_) if !shutdown.is_cancelled() => continue,
            Ok(_) => return Ok(()),
            Err(error) => {
                tracing::warn!(error = %error, cause = ?std::error::Error::source(&error), "batches could not be stored, they will be tried again");
            }
        }
        tokio::select! {
            () = shutdown.cancelled() => return Ok(()),
            () = shared.committed.notified() => {}
            () = tokio::time::sleep(interval) => {}
        }
    }
}

/// Stores the batches that wait longest; returns how many.
pub async fn store_once(shared: &Arc<Shared>) -> Result<usize, Error> {
    let mut tx = shared.database.read().await?;
    let waiting = Store::new(&mut tx)
        .waiting_batches(shared.config.store.batches_max.max(1))
        .await?;
    drop(tx);
    if waiting.is_empty() {
        return Ok(0);
    }
    let count = waiting.len();
    let unpacked = tokio::task::spawn_blocking(move || unpack(&waiting))
        .await
        .map_err(|_| Error::ShuttingDown)??;
    write(shared, unpacked).await?;
    Ok(count)
}

/// A batch, ready to be written.
struct Unpacked {
    tenant: TenantId,
    batch_id: String,
    account_hour: DateTime<Utc>,
    /// Each key once.
    records: Vec<StoredRecord>,
    /// Records whose key stands in the batch already.
    repeated: u64,
    codes: Vec<CodeReport>,
    latest: BTreeMap<String, LatestOf>,
}

/// The newest readings of one vehicle in a batch.
#[derive(Default)]
struct LatestOf {
    time_us: i64,
    readings: BTreeMap<String, (f64, i64)>,
    odometer_m: Option<f64>,
}

fn unpack(waiting: &[WaitingBatch]) -> Result<Vec<Unpacked>, Error> {
    waiting.iter().map(unpack_one).collect()
}

fn unpack_one(waiting: &WaitingBatch) -> Result<Unpacked, Error> {
    let json = match waiting.encoding.as_str() {
        "zstd" => zstd::stream::decode_all(waiting.data.as_slice()).map_err(chassis::DbError::Io)?,
        _ => waiting.data.clone(),
    };
    let batch: Batch<'_> = serde_json::from_slice(&json).map_err(Error::StoredData)?;
    let mut unpacked = Unpacked {
        tenant: TenantId::new(&waiting.tenant_id),
        batch_id: waiting.batch_id.clone(),
        account_hour: waiting.account_hour,
        records: Vec::with_capacity(batch.records.len()),
        repeated: 0,
        codes: Vec::new(),
        latest: BTreeMap::new(),
    };
    let mut keys = HashSet::new();
    for record in &batch.records {
        let (time_us, sequence) = (record.time.timestamp_micros(), record.sequence.unwrap_or(-1));
        if !keys.insert((record.vehicle_id.as_ref(), time_us, sequence)) {
            unpacked.repeated += 1;
            continue;
        }
        note_latest(
            unpacked
                .latest
                .entry(record.vehicle_id.clone().into_owned())
                .or_default(),
            record,
            time_us,
        );
        unpacked.codes.extend(record.dtcs.iter().map(|code| CodeReport {
            vehicle_id: record.vehicle_id.clone().into_owned(),
            code: code.code.clone(),
            ecu: code.ecu.clone().unwrap_or_default(),
            status: code.status.clone(),
            time_us,
        }));
        unpacked.records.push(stored(record, time_us, sequence));
    }
    Ok(unpacked)
}

fn stored(record: &BatchRecord<'_>, time_us: i64, sequence: i64) -> StoredRecord {
    StoredRecord {
        vehicle_id: record.vehicle_id.clone().into_owned(),
        time_us,
        sequence,
        protocol: record.protocol.clone().into_owned(),
        signals: record.signals.json.to_owned(),
        flags: record.flags.map(|flags| flags.get().to_owned()),
        content_hash: content_hash(&record.vehicle_id, record.time, record.sequence, &record.signals.pairs),
    }
}

fn note_latest(latest: &mut LatestOf, record: &BatchRecord<'_>, time_us: i64) {
    latest.time_us = latest.time_us.max(time_us);
    // A doubted odometer must not raise the registry's.
    let doubted = record.flags.is_some_and(|flags| flags.get().contains(ODOMETER));
    for (path, value) in &record.signals.pairs {
        match latest.readings.get_mut(*path) {
            Some(known) if known.1 > time_us => {}
            Some(known) => *known = (*value, time_us),
            None => {
                latest.readings.insert((*path).to_owned(), (*value, time_us));
            }
        }
        if *path == ODOMETER && !doubted {
            latest.odometer_m = Some(latest.odometer_m.map_or(*value, |known| known.max(*value)));
        }
    }
}

/// SHA-256 over vehicle, time, sequence and each signal with its value, one a line: what a verifier compares with what it sent.
#[must_use]
pub fn content_hash(vehicle_id: &str, time: DateTime<Utc>, sequence: Option<i64>, signals: &[(&str, f64)]) -> String {
    let mut text = String::with_capacity(64 + signals.len() * 64);
    let time = time.to_rfc3339_opts(SecondsFormat::Micros, true);
    let sequence = sequence.map(|sequence| sequence.to_string()).unwrap_or_default();
    let mut sorted: Vec<&(&str, f64)> = signals.iter().collect();
    sorted.sort_by_key(|(path, _)| *path);
    // Writing to a String cannot fail.
    let _ = write!(text, "{vehicle_id}\n{time}\n{sequence}\n");
    for (path, value) in sorted {
        let _ = writeln!(text, "{path}={value:?}");
    }
    chassis::ids::hex(&Sha256::digest(text.as_bytes()))
}

async fn write(shared: &Shared, unpacked: Vec<Unpacked>) -> Result<(), Error> {
    let now = shared.clock.machine_now();
    let mut tx = shared.database.begin().await?;
    let mut store = Store::new(&mut tx);
    let mut latest: BTreeMap<(TenantId, String), LatestOf> = BTreeMap::new();
    let mut accounts: BTreeMap<(TenantId, DateTime<Utc>), Account> = BTreeMap::new();
    for batch in unpacked {
        if !store.mark_stored(&batch.tenant, &batch.batch_id, now).await? {
            continue;
        }
        let (new, repeated) = store.insert_records(&batch.tenant, &batch.records).await?;
        let account = accounts.entry((batch.tenant.clone(), batch.account_hour)).or_default();
        account.stored += new;
        account.duplicate += repeated + batch.repeated;
        for report in &batch.codes {
            store.report_code(&batch.tenant, report).await?;
        }
        for (vehicle_id, of_batch) in batch.latest {
            merge(latest.entry((batch.tenant.clone(), vehicle_id)).or_default(), of_batch);
        }
    }
    for ((tenant, vehicle_id), newest) in &latest {
        store
            .merge_latest(tenant, vehicle_id, &newest.readings, newest.time_us)
            .await?;
        if let Some(odometer_m) = newest.odometer_m {
            store.raise_odometer(tenant, vehicle_id, odometer_m / 1_000.0).await?;
        }
    }
    for ((tenant, hour), account) in &accounts {
        store.add_to_account(tenant, *hour, account).await?;
    }
    shared.failpoints.hit("ingestion.store.before_commit");
    tx.commit().await?;
    shared.failpoints.hit("ingestion.store.after_commit");
    for account in accounts.values() {
        metrics::counter!("telemetry_records_total", "outcome" => "stored").increment(account.stored);
        metrics::counter!("telemetry_records_total", "outcome" => "duplicate").increment(account.duplicate);
    }
    Ok(())
}

/// Later batches come later, so an equal time takes the later value.
fn merge(known: &mut LatestOf, newer: LatestOf) {
    known.time_us = known.time_us.max(newer.time_us);
    for (path, reading) in newer.readings {
        if known.readings.get(&path).is_none_or(|present| present.1 <= reading.1) {
            known.readings.insert(path, reading);
        }
    }
    known.odometer_m = match (known.odometer_m, newer.odometer_m) {
        (Some(a), Some(b)) => Some(a.max(b)),
        (a, b) => a.or(b),
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_hash_is_the_documented_one() {
        let time = "2026-05-01T12:00:00.5+02:00"
            .parse::<DateTime<chrono::FixedOffset>>()
            .unwrap()
            .to_utc();
        let text = "V1\n2026-05-01T10:00:00.500000Z\n7\nVehicle.A=1.0\nVehicle.B=0.30000000000000004\n";
        let expected = chassis::ids::hex(&Sha256::digest(text.as_bytes()));
        assert_eq!(
            content_hash("V1", time, Some(7), &[("Vehicle.B", 0.1 + 0.2), ("Vehicle.A", 1.0)]),
            expected
        );
        let text = "V1\n2026-05-01T10:00:00.500000Z\n\n";
        assert_eq!(
            content_hash("V1", time, None, &[]),
            chassis::ids::hex(&Sha256::digest(text.as_bytes()))
        );
    }
}
