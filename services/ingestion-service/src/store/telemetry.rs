//! The telemetry store's writing side: records in bulk, each kept once.

use std::collections::BTreeMap;

use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;

use super::{ROWS_MAX, Store};

/// A record as it is kept.
#[derive(Debug, Clone)]
pub struct StoredRecord {
    pub vehicle_id: String,
    pub time_us: i64,
    /// −1 where the device has none.
    pub sequence: i64,
    pub protocol: String,
    /// `{path: value}` as JSON.
    pub signals: String,
    /// `{path: [flag]}` as JSON.
    pub flags: Option<String>,
    pub content_hash: String,
}

/// The newest readings of a vehicle.
#[derive(Debug, Clone, PartialEq)]
pub struct Latest {
    pub time: DateTime<Utc>,
    /// Path, value, time.
    pub signals: Vec<(String, f64, DateTime<Utc>)>,
}

/// A report of a trouble code.
#[derive(Debug, Clone)]
pub struct CodeReport {
    pub vehicle_id: String,
    pub code: String,
    pub ecu: String,
    pub status: String,
    pub time_us: i64,
}

impl Store<'_> {
    /// Keeps records that differ in their keys; returns how many were new and how many were there before. Both are counted by the row
    /// itself: a record that is there notes the repetition, and says so.
    pub async fn insert_records(&mut self, tenant: &TenantId, records: &[StoredRecord]) -> Result<(u64, u64), DbError> {
        let (mut new, mut repeated) = (0, 0);
        for chunk in records.chunks(ROWS_MAX) {
            let repetitions: Vec<i64> = on!(self.tx, c => {
                let mut query = QueryBuilder::new(
                    "INSERT INTO telemetry_record (tenant_id, vehicle_id, time_us, sequence, protocol, signals, flags, content_hash, repetitions) ");
                query.push_values(chunk, |mut row, record| {
                    row.push_bind(tenant.as_str()).push_bind(&record.vehicle_id).push_bind(record.time_us).push_bind(record.sequence)
                        .push_bind(&record.protocol).push_bind(&record.signals).push_bind(record.flags.as_deref())
                        .push_bind(&record.content_hash).push_bind(0_i64);
                });
                query.push(
                    " ON CONFLICT (tenant_id, vehicle_id, time_us, sequence)
                      DO UPDATE SET repetitions = telemetry_record.repetitions + 1 RETURNING repetitions");
                query.build_query_scalar().fetch_all(c).await
            })?;
            for count in repetitions {
                if count == 0 { new += 1 } else { repeated += 1 }
            }
        }
        Ok((new, repeated))
    }

    /// The newest readings of a vehicle.
    pub async fn latest(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<Option<Latest>, DbError> {
        let row: Option<(i64, String)> = on!(self.tx, c => sqlx::query_as(
            "SELECT time_us, signals FROM vehicle_latest WHERE tenant_id = $1 AND vehicle_id = $2")
            .bind(tenant.as_str()).bind(vehicle_id).fetch_optional(c).await)?;
        let Some((time_us, signals)) = row else { return Ok(None) };
        let signals: BTreeMap<String, (f64, i64)> =
            serde_json::from_str(&signals).map_err(|error| DbError::Decode(error.into()))?;
        let signals = signals
            .into_iter()
            .map(|(path, (value, at_us))| (path, value, from_micros(at_us)))
            .collect();
        Ok(Some(Latest {
            time: from_micros(time_us),
            signals,
        }))
    }

    /// Lays newer readings over the newest known ones; an older reading changes nothing.
    pub async fn merge_latest(
        &mut self,
        tenant: &TenantId,
        vehicle_id: &str,
        readings: &BTreeMap<String, (f64, i64)>,
        time_us: i64,
    ) -> Result<(), DbError> {
        let known = self.latest(tenant, vehicle_id).await?;
        let mut time_us = time_us;
        let mut merged: BTreeMap<String, (f64, i64)> = BTreeMap::new();
        if let Some(known) = known {
            time_us = time_us.max(known.time.timestamp_micros());
            merged.extend(
                known
                    .signals
                    .into_iter()
                    .map(|(path, value, at)| (path, (value, at.timestamp_micros()))),
            );
        }
        for (path, reading) in readings {
            if merged.get(path).is_none_or(|known| known.1 <= reading.1) {
                merged.insert(path.clone(), *reading);
            }
        }
        let signals = serde_json::to_string(&merged).map_err(|error| DbError::Encode(error.into()))?;
        on!(self.tx, c => sqlx::query(
            "INSERT INTO vehicle_latest (tenant_id, vehicle_id, time_us, signals) VALUES ($1, $2, $3, $4)
             ON CONFLICT (tenant_id, vehicle_id) DO UPDATE SET time_us = excluded.time_us, signals = excluded.signals")
            .bind(tenant.as_str()).bind(vehicle_id).bind(time_us).bind(signals).execute(c).await)?;
        Ok(())
    }

    /// Notes that a record reported a trouble code.
    pub async fn report_code(&mut self, tenant: &TenantId, report: &CodeReport) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query(
            "INSERT INTO trouble_code (tenant_id, vehicle_id, code, ecu, status, first_seen_us, last_seen_us, reports)
             VALUES ($1, $2, $3, $4, $5, $6, $6, 1)
             ON CONFLICT (tenant_id, vehicle_id, code, ecu) DO UPDATE SET
                 status = CASE WHEN excluded.last_seen_us >= trouble_code.last_seen_us THEN excluded.status ELSE trouble_code.status END,
                 first_seen_us = CASE WHEN excluded.first_seen_us < trouble_code.first_seen_us THEN excluded.first_seen_us ELSE trouble_code.first_seen_us END,
                 last_seen_us = CASE WHEN excluded.last_seen_us > trouble_code.last_seen_us THEN excluded.last_seen_us ELSE trouble_code.last_seen_us END,
                 reports = trouble_code.reports + 1")
            .bind(tenant.as_str()).bind(&report.vehicle_id).bind(&report.code).bind(&report.ecu).bind(&report.status).bind(report.time_us)
            .execute(c).await)?;
        Ok(())
    }
}

/// A time from microseconds since 1970 UTC.
#[must_use]
pub fn from_micros(time_us: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(time_us).unwrap_or(DateTime::UNIX_EPOCH)
}
