//! Receipts, and the batches that wait for the telemetry store.

use chassis::outbox::EncodedEvent;
use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;

use super::{ROWS_MAX, Store, stored_count};
use crate::domain::verdict::Counts;

/// Receipts in one statement: their bodies may be large.
const RECEIPTS_MAX: usize = 100;

/// What is kept of a request.
pub struct NewReceipt<'a> {
    pub tenant: &'a TenantId,
    pub receipt_id: &'a str,
    pub subject: &'a str,
    pub format: &'a str,
    pub body_bytes: usize,
    /// The body as received, compressed.
    pub body_zstd: &'a [u8],
    pub counts: Counts,
    /// The named errors as JSON.
    pub verdicts: String,
}

/// Records of one event that wait for the telemetry store.
pub struct NewBatch {
    pub tenant: TenantId,
    pub event_id: String,
    pub partition: u8,
    /// Hour of receipt, in which its records are accounted for.
    pub account_hour: DateTime<Utc>,
    /// Place in the order of commits.
    pub ordinal: i64,
    pub records: usize,
    /// Where each record stands in the event's data; see [`super::places`].
    pub places: Vec<u8>,
}

/// How much is stored at once: no more batches than so many, and no more when so many records are reached.
#[derive(Debug, Clone, Copy)]
pub struct Most {
    pub batches: usize,
    pub records: usize,
}

/// A batch that waits for the telemetry store, with the data of its event.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct WaitingBatch {
    pub tenant_id: String,
    pub event_id: String,
    pub account_hour: DateTime<Utc>,
    pub records: i64,
    /// Absent in batches of older versions.
    pub places: Option<Vec<u8>>,
    /// How `data` is packed: `json` or `zstd`.
    pub encoding: String,
    pub data: Vec<u8>,
}

impl WaitingBatch {
    /// The batch as its row will be read, with its event.
    #[must_use]
    pub fn new(batch: NewBatch, event: EncodedEvent) -> Self {
        let (encoding, data) = event.into_data();
        Self {
            tenant_id: batch.tenant.as_str().to_owned(),
            event_id: batch.event_id,
            account_hour: batch.account_hour,
            records: i64::try_from(batch.records).unwrap_or(i64::MAX),
            places: Some(batch.places),
            encoding: encoding.to_owned(),
            data,
        }
    }

    /// How many records it holds.
    #[must_use]
    pub fn records_count(&self) -> usize {
        usize::try_from(self.records).unwrap_or(0)
    }
}

impl Store<'_> {
    /// Writes the receipts of requests.
    pub async fn insert_receipts(&mut self, receipts: &[NewReceipt<'_>], now: DateTime<Utc>) -> Result<(), DbError> {
        let now = chassis::clock::micros(now);
        for chunk in receipts.chunks(RECEIPTS_MAX) {
            on!(self.tx, c => {
                let mut query = QueryBuilder::new(
                    "INSERT INTO receipt (tenant_id, receipt_id, received_at, subject, format, body_bytes, body, received, accepted,
                                          duplicate, quarantined, rejected, readings_quarantined, verdicts) ");
                query.push_values(chunk, |mut row, receipt| {
                    let counts = receipt.counts;
                    row.push_bind(receipt.tenant.as_str()).push_bind(receipt.receipt_id).push_bind(now).push_bind(receipt.subject);
                    row.push_bind(receipt.format).push_bind(i64::try_from(receipt.body_bytes).unwrap_or(i64::MAX));
                    row.push_bind(receipt.body_zstd).push_bind(stored_count(counts.received)).push_bind(stored_count(counts.accepted));
                    row.push_bind(stored_count(counts.duplicates)).push_bind(stored_count(counts.quarantined));
                    row.push_bind(stored_count(counts.rejected)).push_bind(stored_count(counts.readings_quarantined));
                    row.push_bind(&receipt.verdicts);
                });
                query.build().run(c).await
            })?;
        }
        Ok(())
    }

    /// Lets batches wait for the telemetry store.
    pub async fn insert_batches(&mut self, batches: &[NewBatch]) -> Result<(), DbError> {
        for chunk in batches.chunks(ROWS_MAX) {
            on!(self.tx, c => {
                let mut query = QueryBuilder::new(
                    "INSERT INTO waiting_batch (tenant_id, event_id, partition, account_hour, ordinal, records, places) ");
                query.push_values(chunk, |mut row, batch| {
                    row.push_bind(batch.tenant.as_str()).push_bind(&batch.event_id).push_bind(i64::from(batch.partition));
                    row.push_bind(batch.account_hour).push_bind(batch.ordinal);
                    row.push_bind(i64::try_from(batch.records).unwrap_or(i64::MAX)).push_bind(&batch.places);
                });
                query.build().run(c).await
            })?;
        }
        Ok(())
    }

    /// Claims partitions that have waiting batches until the transaction ends, at most `limit`; those that another instance has claimed are
    /// passed over. Only where instances share the database: an embedded store has one worker.
    pub async fn claim_partitions(&mut self, limit: usize) -> Result<Vec<i64>, DbError> {
        let sql = "SELECT partition FROM store_partition WHERE partition IN (SELECT partition FROM waiting_batch) ORDER BY random() LIMIT $1";
        let sql = format!("{sql}{}", self.tx.dialect("", " FOR UPDATE SKIP LOCKED"));
        on!(self.tx, c => sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).bind(i64::try_from(limit).unwrap_or(i64::MAX)).fetch_all(c).await)
    }

    /// The batches of partitions (all without a list) that wait longest, of all tenants: this is the workers' own queue. The event's data is
    /// read from the outbox, which is this service's archive, so that it is kept once.
    pub async fn waiting_batches(&mut self, claimed: Option<&[i64]>, most: Most) -> Result<Vec<WaitingBatch>, DbError> {
        let stored = |limit: usize| i64::try_from(limit).unwrap_or(i64::MAX);
        on!(self.tx, c => {
            let mut query = QueryBuilder::new(
                "SELECT b.tenant_id, b.event_id, b.account_hour, b.records, b.places, o.encoding, o.data FROM (
                    SELECT w.*, CAST(SUM(records) OVER (ORDER BY ordinal, event_id) AS BIGINT) - records AS before FROM (
                        SELECT * FROM waiting_batch ");
            if let Some(partitions) = claimed {
                query.push("WHERE partition IN (-1");
                for partition in partitions {
                    query.push(", ").push(partition);
                }
                query.push(") ");
            }
            query.push("ORDER BY ordinal LIMIT ").push_bind(stored(most.batches));
            query.push(") w) b JOIN outbox o ON o.event_id = b.event_id WHERE b.before < ").push_bind(stored(most.records.max(1)));
            query.push(" ORDER BY b.ordinal");
            query.build_query_as().fetch_all(c).await
        })
    }

    /// Ends the waiting of batches; returns how many were still there. Fewer than asked means that somebody else has stored some.
    pub async fn end_waiting(&mut self, batches: &[(TenantId, String)]) -> Result<u64, DbError> {
        let mut ended = 0;
        for chunk in batches.chunks(ROWS_MAX) {
            let done = on!(self.tx, c => {
                let mut query = QueryBuilder::new("DELETE FROM waiting_batch WHERE (tenant_id, event_id) IN (");
                query.push_values(chunk, |mut row, (tenant, event_id)| {
                    row.push_bind(tenant.as_str()).push_bind(event_id);
                });
                query.push(")").build().run(c).await
            })?;
            ended += done.rows_affected();
        }
        Ok(ended)
    }

    /// The place in the order of commits of the batch that waits longest.
    pub async fn oldest_waiting(&mut self) -> Result<Option<i64>, DbError> {
        on!(self.tx, c => sqlx::query_scalar("SELECT MIN(ordinal) FROM waiting_batch").fetch_one(c).await)
    }
}
