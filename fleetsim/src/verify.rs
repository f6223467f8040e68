//! Compares what was acknowledged with what is stored, record by record, by content hash.
//!
//! The acknowledged records are made again from the ledger's plans and hashed here ([`content_hash`]), independently
//! of the platform. Acknowledged but not stored is a loss. Stored twice is a doubling. Stored with another content than
//! was sent, or than its own hash says, is an alteration: the hash of each stored record is computed again from its
//! stored values, because a platform that lost a value could still hand back the old hash. Stored but not acknowledged
//! is in doubt, which a killed server may leave behind.
//!
//! Memory is bounded by one vehicle's records for each vehicle compared at once.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use chrono::DateTime;
use serde::Serialize;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::Instant;

use crate::client::{Client, StoredRecord};
use crate::content_hash;
use crate::ledger::{self, Entries};
use crate::load::plan::SIGNALS;

/// Wait between two looks at vehicles whose records are not all there yet.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(500);
/// How many differences the report names.
const NAMED_DIFFERENCES: usize = 20;
/// Vehicles compared at once.
const VEHICLES_AT_ONCE: usize = 4;

/// What is compared.
#[derive(Debug, Clone)]
pub struct VerifyOptions {
    /// Ingestion's scheme, host and port.
    pub url: String,
    /// API key.
    pub key: String,
    /// The ledger of `load`.
    pub ack_log: PathBuf,
    /// How long the store may lag behind the acknowledgements, in seconds.
    pub wait_s: u64,
    /// Shows a progress bar on a terminal.
    pub progress: bool,
}

/// The outcome.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct VerifyReport {
    /// Vehicles looked at.
    pub vehicles: u64,
    /// Different records that were acknowledged.
    pub acknowledged: u64,
    /// Records that are stored.
    pub stored: u64,
    /// Acknowledged, not stored.
    pub lost: u64,
    /// Stored more than once; each copy too many counts.
    pub doubled: u64,
    /// Stored with another content than was sent, or than their hash says.
    pub altered: u64,
    /// Stored, not acknowledged.
    pub unacknowledged: u64,
    /// Lines of the ledger that broke off.
    pub unreadable_lines: u64,
    /// How long the comparison took.
    pub seconds: f64,
    /// The first differences: kind, vehicle, time and sequence.
    pub differences: Vec<String>,
}

impl VerifyReport {
    /// Whether nothing was lost, doubled or altered.
    #[must_use]
    pub fn holds(&self) -> bool {
        self.lost == 0 && self.doubled == 0 && self.altered == 0
    }

    fn add(&mut self, other: Self) {
        self.vehicles += other.vehicles;
        self.acknowledged += other.acknowledged;
        self.stored += other.stored;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.altered += other.altered;
        self.unacknowledged += other.unacknowledged;
        let room = NAMED_DIFFERENCES.saturating_sub(self.differences.len());
        self.differences.extend(other.differences.into_iter().take(room));
    }

    fn name(&mut self, kind: &str, vehicle_id: &str, key: Key) {
        if self.differences.len() < NAMED_DIFFERENCES {
            let time = DateTime::from_timestamp_micros(key.0).unwrap_or_default();
            self.differences
                .push(format!("{kind} {vehicle_id} {} #{}", time.to_rfc3339(), key.1));
        }
    }
}

/// Reads the ledger and the stored records of its vehicles, and compares them.
///
/// # Errors
/// When the ledger cannot be read or the platform does not answer.
pub async fn verify(options: &VerifyOptions) -> anyhow::Result<VerifyReport> {
    let began = Instant::now();
    let entries = Arc::new(ledger::read(&options.ack_log)?);
    let client = Client::new(&options.url, &options.key)?;
    let deadline = began + Duration::from_secs(options.wait_s);
    let vehicles = entries.vehicles();
    let bar = crate::progress::bar(vehicles.len() as u64, "comparing", options.progress);
    let mut report = VerifyReport {
        unreadable_lines: entries.unreadable_lines,
        ..VerifyReport::default()
    };
    let permits = Arc::new(Semaphore::new(VEHICLES_AT_ONCE));
    let mut tasks: JoinSet<anyhow::Result<VerifyReport>> = JoinSet::new();
    for (vehicle_id, places) in vehicles {
        let permit = permits.clone().acquire_owned().await?;
        let (client, entries, bar) = (client.clone(), entries.clone(), bar.clone());
        tasks.spawn(async move {
            let expected = acknowledged(&entries, &vehicle_id, &places);
            let mut compared = compare(&client, &vehicle_id, &expected).await?;
            // Telemetry may be stored a little after its receipt is durable: only a lack that stays is a loss.
            while compared.lost > 0 && Instant::now() < deadline {
                tokio::time::sleep(LOOK_AGAIN_AFTER).await;
                compared = compare(&client, &vehicle_id, &expected).await?;
            }
            bar.inc(1);
            drop(permit);
            Ok(compared)
        });
        while let Some(done) = tasks.try_join_next() {
            report.add(done.context("a comparison broke down")??);
        }
    }
    while let Some(done) = tasks.join_next().await {
        report.add(done.context("a comparison broke down")??);
    }
    bar.finish_and_clear();
    report.seconds = began.elapsed().as_secs_f64();
    Ok(report)
}

/// The platform knows a record of a vehicle by its time in microseconds and its sequence.
type Key = (i64, i64);

/// The acknowledged records of a vehicle with their content hashes.
fn acknowledged(entries: &Entries, vehicle_id: &str, places: &[(usize, u64)]) -> HashMap<Key, String> {
    let mut expected = HashMap::new();
    for (run, vehicle) in places {
        let run = &entries.runs[*run];
        for place in run.records_of(*vehicle) {
            let sequence = i64::try_from(place.sequence).unwrap_or(i64::MAX);
            let time = DateTime::from_timestamp_millis(place.time_ms).unwrap_or_default();
            let signals: Vec<(&str, f64)> = SIGNALS
                .iter()
                .enumerate()
                .take(run.plan.readings)
                .map(|(index, signal)| (signal.path, signal.number(run.plan.ticks(index, place))))
                .collect();
            let hash = content_hash::of(vehicle_id, time, Some(sequence), &signals);
            expected.insert((place.time_ms * 1_000, sequence), hash);
        }
    }
    expected
}

/// The hash of what is stored, computed from it.
fn hash_of(vehicle_id: &str, record: &StoredRecord) -> String {
    let signals: Vec<(&str, f64)> = record
        .signals
        .iter()
        .map(|(path, value)| (path.as_str(), *value))
        .collect();
    content_hash::of(vehicle_id, record.time, record.sequence, &signals)
}

async fn compare(client: &Client, vehicle_id: &str, expected: &HashMap<Key, String>) -> anyhow::Result<VerifyReport> {
    let mut report = VerifyReport {
        vehicles: 1,
        acknowledged: expected.len() as u64,
        ..VerifyReport::default()
    };
    let mut stored: HashMap<Key, u64> = HashMap::with_capacity(expected.len());
    let mut cursor: Option<String> = None;
    loop {
        let page = client.records(vehicle_id, cursor.as_deref()).await?;
        for record in page.items {
            report.stored += 1;
            let key = (record.time.timestamp_micros(), record.sequence.unwrap_or(-1));
            let sent = expected.get(&key);
            let own = hash_of(vehicle_id, &record);
            if own != record.content_hash || sent.is_some_and(|sent| *sent != record.content_hash) {
                report.altered += 1;
                report.name("altered", vehicle_id, key);
            }
            let copies = stored.entry(key).or_default();
            *copies += 1;
            if *copies > 1 {
                report.doubled += 1;
                report.name("doubled", vehicle_id, key);
            } else if sent.is_none() {
                report.unacknowledged += 1;
            }
        }
        match page.next_cursor {
            // A cursor that does not move would be read for ever.
            Some(next) if cursor.as_ref() != Some(&next) => cursor = Some(next),
            _ => break,
        }
    }
    for key in expected.keys().filter(|key| !stored.contains_key(*key)) {
        report.lost += 1;
        report.name("lost", vehicle_id, *key);
    }
    Ok(report)
}
