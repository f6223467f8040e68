//! Receipts, and the batches that wait for the telemetry store.

use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};

use super::{Store, stored_count};
use crate::domain::verdict::Counts;

/// What is kept of a request.
pub struct NewReceipt<'a> {
    pub receipt_id: &'a str,
    pub subject: &'a str,
    pub format: &'a str,
    pub body_bytes: usize,
    /// The body as received, compressed.
    pub body_zstd: &'a [u8],
    pub counts: Counts,
    /// The named errors as JSON.
    pub verdicts: &'a str,
}

/// Records of one event that wait for the telemetry store.
pub struct NewBatch<'a> {
    pub batch_id: &'a str,
    pub event_id: &'a str,
    /// Hour of receipt, in which its records are accounted for.
    pub account_hour: DateTime<Utc>,
    /// Place in the order of commits.
    pub ordinal: i64,
    pub records: usize,
}

/// A batch that waits for the telemetry store, with the data of its event.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct WaitingBatch {
    pub tenant_id: String,
    pub batch_id: String,
    pub account_hour: DateTime<Utc>,
    /// How `data` is packed: `json` or `zstd`.
    pub encoding: String,
    pub data: Vec<u8>,
}

impl Store<'_> {
    /// Writes the receipt of a request.
    pub async fn insert_receipt(
        &mut self,
        tenant: &TenantId,
        receipt: &NewReceipt<'_>,
        now: DateTime<Utc>,
    ) -> Result<(), DbError> {
        let counts = receipt.counts;
        on!(self.tx, c => sqlx::query(
            "INSERT INTO receipt (tenant_id, receipt_id, received_at, subject, format, body_bytes, body, received, accepted, duplicate,
                                  quarantined, rejected, readings_quarantined, verdicts)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)")
            .bind(tenant.as_str()).bind(receipt.receipt_id).bind(chassis::clock::micros(now)).bind(receipt.subject).bind(receipt.format)
            .bind(i64::try_from(receipt.body_bytes).unwrap_or(i64::MAX)).bind(receipt.body_zstd).bind(stored_count(counts.received))
            .bind(stored_count(counts.accepted)).bind(stored_count(counts.duplicates)).bind(stored_count(counts.quarantined))
            .bind(stored_count(counts.rejected)).bind(stored_count(counts.readings_quarantined)).bind(receipt.verdicts)
            .execute(c).await)?;
        Ok(())
    }

    /// Lets a batch wait for the telemetry store.
    pub async fn insert_batch(&mut self, tenant: &TenantId, batch: &NewBatch<'_>) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query(
            "INSERT INTO telemetry_batch (tenant_id, batch_id, event_id, account_hour, ordinal, records) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(tenant.as_str()).bind(batch.batch_id).bind(batch.event_id).bind(batch.account_hour).bind(batch.ordinal)
            .bind(i64::try_from(batch.records).unwrap_or(i64::MAX)).execute(c).await)?;
        Ok(())
    }

    /// The batches that wait longest, of all tenants: this is the one worker's own queue. The event's data is read from the outbox,
    /// which is this service's archive, so that a record's text is kept once.
    pub async fn waiting_batches(&mut self, limit: usize) -> Result<Vec<WaitingBatch>, DbError> {
        on!(self.tx, c => sqlx::query_as(
            "SELECT b.tenant_id, b.batch_id, b.account_hour, o.encoding, o.data
             FROM telemetry_batch b JOIN outbox o ON o.event_id = b.event_id
             WHERE b.stored_at IS NULL ORDER BY b.ordinal LIMIT $1")
            .bind(i64::try_from(limit).unwrap_or(i64::MAX)).fetch_all(c).await)
    }

    /// Marks a batch as stored; false if it was already, and then its records must not be counted again.
    pub async fn mark_stored(
        &mut self,
        tenant: &TenantId,
        batch_id: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, DbError> {
        let done = on!(self.tx, c => sqlx::query(
            "UPDATE telemetry_batch SET stored_at = $3 WHERE tenant_id = $1 AND batch_id = $2 AND stored_at IS NULL")
            .bind(tenant.as_str()).bind(batch_id).bind(chassis::clock::micros(now)).execute(c).await)?;
        Ok(done.rows_affected() == 1)
    }
}
