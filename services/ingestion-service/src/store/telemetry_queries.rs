//! The telemetry store's reading side.

use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};

use super::Store;

/// A stored record as it is shown.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct RecordRow {
    pub time_us: i64,
    pub sequence: i64,
    pub protocol: String,
    pub signals: String,
    pub flags: Option<String>,
    pub content_hash: String,
}

/// A stretch of a history.
#[derive(Debug, Clone, Copy, PartialEq, sqlx::FromRow)]
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
        on!(self.tx, c => sqlx::query_as(
            "SELECT time_us, sequence, protocol, signals, flags, content_hash FROM telemetry_record
             WHERE tenant_id = $1 AND vehicle_id = $2 AND time_us >= $3 AND time_us < $4 AND (time_us, sequence) > ($5, $6)
             ORDER BY time_us, sequence LIMIT $7")
            .bind(tenant.as_str()).bind(vehicle_id).bind(span.from.timestamp_micros()).bind(span.to.timestamp_micros())
            .bind(after.0).bind(after.1).bind(i64::try_from(limit).unwrap_or(i64::MAX)).fetch_all(c).await)
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
        let from_us = span.from.timestamp_micros();
        on!(self.tx, c => sqlx::query_as(
            "SELECT bucket, MIN(value) AS min, MAX(value) AS max, AVG(value) AS mean, COUNT(value) AS count
             FROM (SELECT (time_us - $3) / $5 AS bucket, CAST(json_extract(signals, $6) AS DOUBLE PRECISION) AS value
                   FROM telemetry_record WHERE tenant_id = $1 AND vehicle_id = $2 AND time_us >= $3 AND time_us < $4) readings
             WHERE value IS NOT NULL GROUP BY bucket ORDER BY bucket")
            .bind(tenant.as_str()).bind(vehicle_id).bind(from_us).bind(span.to.timestamp_micros()).bind(width_us.max(1))
            .bind(format!("$.\"{path}\"")).fetch_all(c).await)
    }

    /// The trouble codes of a vehicle, the last seen first.
    pub async fn trouble_codes(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<Vec<CodeRow>, DbError> {
        on!(self.tx, c => sqlx::query_as(
            "SELECT code, ecu, status, first_seen_us, last_seen_us, reports FROM trouble_code
             WHERE tenant_id = $1 AND vehicle_id = $2 ORDER BY last_seen_us DESC, code LIMIT 1000")
            .bind(tenant.as_str()).bind(vehicle_id).fetch_all(c).await)
    }
}
