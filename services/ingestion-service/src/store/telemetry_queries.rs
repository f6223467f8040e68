//! The telemetry store's reading side.

use std::collections::{BTreeMap, VecDeque};

use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};
use tokio::task::JoinHandle;

use super::Store;
use super::blocks::Block;
use super::lines::{Line, LineKey, time_of, value_of};
use super::telemetry::from_micros;
use crate::domain::content_hash::content_hash;

/// Blocks that are read at once.
const BLOCKS_MAX: usize = 64;
/// Stretches of blocks of one history that are looked through at the same time, while the next is read.
const AT_ONCE: usize = 2;

/// A stored record as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordRow {
    pub time_us: i64,
    /// −1 where the device has none.
    pub sequence: i64,
    pub protocol: String,
    pub signals: String,
    pub flags: Option<String>,
    pub content_hash: String,
}

/// A stretch of a history.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bucket {
    pub bucket: i64,
    pub min: f64,
    pub max: f64,
    pub mean: f64,
    pub count: i64,
}

/// A trouble code of a vehicle.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CodeRow {
    pub code: String,
    pub ecu: String,
    pub status: String,
    pub first_seen_us: i64,
    pub last_seen_us: i64,
    pub reports: i64,
}

/// A stretch of time, `from` included and `to` not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
}

/// Lowest, highest, sum and number of the readings of a bucket.
type Sum = (f64, f64, f64, i64);
/// The sums of a stretch by bucket.
type Sums = BTreeMap<i64, Sum>;

impl Store<'_> {
    /// Records of a vehicle by time and sequence, after the key `after` (microseconds, sequence), at most `limit`.
    pub async fn records(
        &mut self,
        tenant: &TenantId,
        vehicle_id: &str,
        span: Span,
        after: (i64, i64),
        limit: usize,
    ) -> Result<Vec<RecordRow>, DbError> {
        let to_us = span.to.timestamp_micros();
        let from_us = span.from.timestamp_micros();
        let mut next_us = from_us.max(after.0);
        let mut found = Vec::new();
        while next_us < to_us {
            let blocks = self.blocks_of(tenant, vehicle_id, next_us, to_us, BLOCKS_MAX).await?;
            for block in &blocks {
                for line in block.text()?.lines() {
                    let key = key_of(line)?;
                    if key <= after || key.0 < from_us || key.0 >= to_us {
                        continue;
                    }
                    if found.len() == limit {
                        return Ok(found);
                    }
                    found.push(row_of(line)?);
                }
            }
            match blocks.last() {
                Some(last) if blocks.len() == BLOCKS_MAX => next_us = last.to_us + 1,
                _ => break,
            }
        }
        Ok(found)
    }

    /// Minimum, maximum and mean of a signal in stretches of `width_us`.
    pub async fn history(
        &mut self,
        tenant: &TenantId,
        vehicle_id: &str,
        path: &str,
        span: Span,
        width_us: i64,
    ) -> Result<Vec<Bucket>, DbError> {
        let (from_us, to_us) = (span.from.timestamp_micros(), span.to.timestamp_micros());
        let (mut sums, mut looking) = (Sums::new(), VecDeque::new());
        let mut next_us = from_us;
        while next_us < to_us {
            let blocks = self.blocks_of(tenant, vehicle_id, next_us, to_us, BLOCKS_MAX).await?;
            let (read, last) = (blocks.len(), blocks.last().map(|block| block.to_us));
            let path = format!("\"{path}\":");
            // Many records: not on a thread that serves requests.
            looking.push_back(tokio::task::spawn_blocking(move || {
                gather(&blocks, &path, (from_us, to_us), width_us)
            }));
            if looking.len() > AT_ONCE {
                add_next(&mut sums, &mut looking).await?;
            }
            match last {
                Some(last) if read == BLOCKS_MAX => next_us = last + 1,
                _ => break,
            }
        }
        while !looking.is_empty() {
            add_next(&mut sums, &mut looking).await?;
        }
        Ok(sums
            .into_iter()
            .map(|(bucket, (min, max, sum, count))| Bucket {
                bucket,
                min,
                max,
                mean: sum / count as f64,
                count,
            })
            .collect())
    }

    /// The trouble codes of a vehicle, the last seen first.
    pub async fn trouble_codes(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<Vec<CodeRow>, DbError> {
        on!(self.tx, c => sqlx::query_as(
            "SELECT code, ecu, status, first_seen_us, last_seen_us, reports FROM trouble_code
             WHERE tenant_id = $1 AND vehicle_id = $2 ORDER BY last_seen_us DESC, code LIMIT 1000")
            .bind(tenant.as_str()).bind(vehicle_id).fetch_all(c).await)
    }
}

/// Adds what the oldest of those who are looking has found, so that sums come in the order of time, however they are shared out.
async fn add_next(sums: &mut Sums, looking: &mut VecDeque<JoinHandle<Result<Sums, DbError>>>) -> Result<(), DbError> {
    let Some(oldest) = looking.pop_front() else {
        return Ok(());
    };
    for (bucket, found) in oldest.await.map_err(|_| DbError::WorkerCrashed)?? {
        let sum = sums.entry(bucket).or_insert((found.0, found.1, 0.0, 0));
        *sum = (sum.0.min(found.0), sum.1.max(found.1), sum.2 + found.2, sum.3 + found.3);
    }
    Ok(())
}

fn gather(blocks: &[Block], path: &str, (from_us, to_us): (i64, i64), width_us: i64) -> Result<Sums, DbError> {
    let mut sums = Sums::new();
    for block in blocks {
        for line in block.text()?.lines() {
            let Some(value) = value_of(line, path) else { continue };
            let time = time_of(line).ok_or_else(|| DbError::Decode("a stored record has no time".into()))?;
            let time_us = time.timestamp_micros();
            if time_us < from_us || time_us >= to_us {
                continue;
            }
            let sum = sums
                .entry((time_us - from_us) / width_us.max(1))
                .or_insert((value, value, 0.0, 0));
            *sum = (sum.0.min(value), sum.1.max(value), sum.2 + value, sum.3 + 1);
        }
    }
    Ok(sums)
}

/// Time in microseconds and sequence (−1 where there is none) of a stored line.
pub fn key_of(line: &str) -> Result<(i64, i64), DbError> {
    let key: LineKey<'_> = serde_json::from_str(line).map_err(|error| DbError::Decode(error.into()))?;
    Ok((key.time.timestamp_micros(), key.sequence.unwrap_or(-1)))
}

fn row_of(line: &str) -> Result<RecordRow, DbError> {
    let line: Line<'_> = serde_json::from_str(line).map_err(|error| DbError::Decode(error.into()))?;
    let time_us = line.time.timestamp_micros();
    Ok(RecordRow {
        time_us,
        sequence: line.sequence.unwrap_or(-1),
        content_hash: content_hash(
            &line.vehicle_id,
            from_micros(time_us),
            line.sequence,
            &line.signals.pairs,
        ),
        protocol: line.protocol.into_owned(),
        signals: line.signals.json.to_owned(),
        flags: line.flags.map(|flags| flags.get().to_owned()),
    })
}
