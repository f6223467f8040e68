//! Compares what was acknowledged with what is stored, record by record, by content hash.
//!
//! Acknowledged but not stored is a loss. Stored twice is a doubling. Stored with another content than its own hash
//! says is an alteration: the hash is computed again here from the stored values, because a platform that lost a value
//! could still hand back the old hash. Stored but not acknowledged is in doubt, which a killed server may leave behind.

use std::collections::HashMap;
use std::path::PathBuf;
use std::time::Duration;

use serde::Serialize;
use tokio::time::Instant;

use crate::client::Client;
use crate::{ack_log, content_hash};

/// Wait between two looks at vehicles whose records are not all there yet.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(500);
/// How many differences the report names.
const NAMED_DIFFERENCES: usize = 20;

/// What is compared.
#[derive(Debug, Clone)]
pub struct VerifyOptions {
    /// Ingestion's scheme, host and port.
    pub url: String,
    /// API key.
    pub key: String,
    /// The acknowledgement log of `load`.
    pub ack_log: PathBuf,
    /// How long the store may lag behind the acknowledgements, in seconds.
    pub wait_s: u64,
    /// Shows a progress bar on a terminal.
    pub progress: bool,
}

/// The outcome.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
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
    /// Stored with another content than their hash says.
    pub altered: u64,
    /// Stored, not acknowledged.
    pub in_doubt: u64,
    /// Lines of the log that broke off.
    pub unreadable_lines: u64,
    /// The first differences: kind, vehicle and hash.
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
        self.in_doubt += other.in_doubt;
        let room = NAMED_DIFFERENCES.saturating_sub(self.differences.len());
        self.differences.extend(other.differences.into_iter().take(room));
    }
}

/// Reads the log and the stored records of its vehicles, and compares them.
///
/// # Errors
/// When the log cannot be read or the platform does not answer.
pub async fn verify(options: &VerifyOptions) -> anyhow::Result<VerifyReport> {
    let acknowledged = ack_log::read(&options.ack_log)?;
    let client = Client::new(&options.url, &options.key)?;
    let deadline = Instant::now() + Duration::from_secs(options.wait_s);
    let bar = crate::progress::bar(acknowledged.by_vehicle.len() as u64, "comparing", options.progress);
    let mut report = VerifyReport {
        unreadable_lines: acknowledged.unreadable_lines,
        ..VerifyReport::default()
    };
    for (vehicle_id, hashes) in &acknowledged.by_vehicle {
        let mut compared = compare(&client, vehicle_id, hashes).await?;
        // Telemetry may be stored a little after its receipt is durable: only a lack that stays is a loss.
        while compared.lost > 0 && Instant::now() < deadline {
            tokio::time::sleep(LOOK_AGAIN_AFTER).await;
            compared = compare(&client, vehicle_id, hashes).await?;
        }
        report.add(compared);
        bar.inc(1);
    }
    bar.finish_and_clear();
    Ok(report)
}

async fn compare(client: &Client, vehicle_id: &str, hashes: &HashMap<String, u32>) -> anyhow::Result<VerifyReport> {
    let mut report = VerifyReport {
        vehicles: 1,
        acknowledged: hashes.len() as u64,
        ..VerifyReport::default()
    };
    let mut stored: HashMap<String, u64> = HashMap::with_capacity(hashes.len());
    let mut cursor: Option<String> = None;
    let name = |differences: &mut Vec<String>, kind: &str, hash: &str| {
        if differences.len() < NAMED_DIFFERENCES {
            differences.push(format!("{kind} {vehicle_id} {hash}"));
        }
    };
    loop {
        let page = client.records(vehicle_id, cursor.as_deref()).await?;
        for record in page.items {
            report.stored += 1;
            let signals: Vec<(&str, f64)> = record
                .signals
                .iter()
                .map(|(path, value)| (path.as_str(), *value))
                .collect();
            if content_hash::of(vehicle_id, record.time, record.sequence, &signals) != record.content_hash {
                report.altered += 1;
                name(&mut report.differences, "altered", &record.content_hash);
            }
            *stored.entry(record.content_hash).or_default() += 1;
        }
        match page.next_cursor {
            // A cursor that does not move would be read for ever.
            Some(next) if cursor.as_ref() != Some(&next) => cursor = Some(next),
            _ => break,
        }
    }
    for (hash, count) in &stored {
        if *count > 1 {
            report.doubled += count - 1;
            name(&mut report.differences, "doubled", hash);
        }
        report.in_doubt += u64::from(!hashes.contains_key(hash));
    }
    for hash in hashes.keys().filter(|hash| !stored.contains_key(*hash)) {
        report.lost += 1;
        name(&mut report.differences, "lost", hash);
    }
    Ok(report)
}
