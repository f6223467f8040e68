//! The audit log.

use super::sight::only;
use super::{Sight, Store};
use crate::domain::audit::{Access, Entry, StreamPlace, Value};
use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;
use std::collections::BTreeMap;

/// What a list of audit entries is narrowed to; empty members do not narrow.
#[derive(Debug, Clone, Default)]
pub struct AuditFilter {
    pub kind: Option<String>,
    pub vehicle_id: Option<String>,
    pub actor_id: Option<String>,
    pub correlation_id: Option<String>,
    /// DONE, DENIED or FAILED.
    pub outcome: Option<String>,
    pub source: Option<String>,
    /// A part of type, subject, actor, vehicle or route, in any case of letters.
    pub part: Option<String>,
    /// From this instant on.
    pub from: Option<DateTime<Utc>>,
    /// Before this instant.
    pub to: Option<DateTime<Utc>>,
}

/// Where a page of the log, newest first, ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditPosition {
    pub time: DateTime<Utc>,
    pub entry_id: String,
}

/// Later than any time that is logged, and still a four-digit year in text.
pub const FAR_FUTURE: DateTime<Utc> = match DateTime::from_timestamp(253_402_300_799, 0) {
    Some(time) => time,
    None => DateTime::UNIX_EPOCH,
};

/// The query of a list: the leading condition chooses the index, the rest narrows.
macro_rules! entries {
    ($leading:literal) => {
        concat!(
            "SELECT entry_id, kind, source, subject, vehicle_id, actor_id, correlation_id, time, recorded_time, historical, params, partition, sequence, ",
            "outcome, role, method, route, status, times FROM audit_entry WHERE tenant_id = $1 AND ",
            $leading,
            " AND ($3 = '' OR kind = $3) AND ($4 = '' OR vehicle_id = $4) AND ($5 = '' OR actor_id = $5) ",
            "AND ($11 = '' OR outcome = $11) AND ($12 = '' OR source = $12) ",
            "AND ($13 = '' OR LOWER(kind) LIKE $13 ESCAPE '!' OR LOWER(subject) LIKE $13 ESCAPE '!' OR LOWER(actor_id) LIKE $13 ESCAPE '!' ",
            "OR LOWER(vehicle_id) LIKE $13 ESCAPE '!' OR LOWER(route) LIKE $13 ESCAPE '!') ",
            "AND time >= $6 AND time < $7 AND (time < $8 OR (time = $8 AND entry_id < $9)){} ",
            "ORDER BY time DESC, entry_id DESC LIMIT $10"
        )
    };
}

#[derive(sqlx::FromRow)]
struct EntryRow {
    entry_id: String,
    kind: String,
    source: String,
    subject: Option<String>,
    vehicle_id: Option<String>,
    actor_id: Option<String>,
    correlation_id: String,
    time: DateTime<Utc>,
    recorded_time: DateTime<Utc>,
    historical: bool,
    params: String,
    partition: Option<i64>,
    sequence: Option<i64>,
    outcome: Option<String>,
    role: Option<String>,
    method: Option<String>,
    route: Option<String>,
    status: Option<i64>,
    times: i64,
}

impl From<EntryRow> for Entry {
    fn from(row: EntryRow) -> Entry {
        Entry {
            entry_id: row.entry_id,
            kind: row.kind,
            source: row.source,
            subject: row.subject,
            vehicle_id: row.vehicle_id,
            actor_id: row.actor_id,
            correlation_id: row.correlation_id,
            time: row.time,
            recorded_time: row.recorded_time,
            historical: row.historical,
            params: params_from_json(&row.params),
            place: row.partition.zip(row.sequence).and_then(|(partition, sequence)| {
                let partition = u8::try_from(partition).ok()?;
                Some(StreamPlace { partition, sequence })
            }),
            access: row.outcome.map(|outcome| Access {
                outcome,
                role: row.role,
                method: row.method,
                route: row.route,
                status: row.status.and_then(|status| u16::try_from(status).ok()),
                times: row.times.unsigned_abs(),
            }),
        }
    }
}

pub(super) fn params_to_json(params: &BTreeMap<String, Value>) -> String {
    let member = |(name, value): (&String, &Value)| {
        let value = match value {
            Value::Text(text) => serde_json::Value::from(text.as_str()),
            Value::Number(number) => serde_json::Value::from(*number),
            Value::Flag(flag) => serde_json::Value::from(*flag),
        };
        (name.clone(), value)
    };
    serde_json::Value::Object(params.iter().map(member).collect()).to_string()
}

pub(super) fn params_from_json(text: &str) -> BTreeMap<String, Value> {
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).unwrap_or_default();
    let member = |(name, value)| {
        let value = match value {
            serde_json::Value::String(text) => Value::Text(text),
            serde_json::Value::Bool(flag) => Value::Flag(flag),
            other => Value::Number(other.as_f64()?),
        };
        Some((name, value))
    };
    object.into_iter().filter_map(member).collect()
}

impl Store<'_> {
    /// Logs an entry; one that is already there changes nothing.
    pub async fn log(&mut self, tenant: &TenantId, entry: &Entry) -> Result<(), DbError> {
        let access = entry.access.as_ref();
        on!(self.tx, c => sqlx::query(
            "INSERT INTO audit_entry (tenant_id, time, entry_id, recorded_time, source, kind, subject, vehicle_id, actor_id,
                 correlation_id, historical, params, partition, sequence, outcome, role, method, route, status, times)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20) ON CONFLICT DO NOTHING")
            .bind(tenant.as_str()).bind(chassis::clock::micros(entry.time)).bind(&entry.entry_id)
            .bind(chassis::clock::micros(entry.recorded_time)).bind(&entry.source).bind(&entry.kind)
            .bind(&entry.subject).bind(&entry.vehicle_id).bind(&entry.actor_id).bind(&entry.correlation_id)
            .bind(entry.historical).bind(params_to_json(&entry.params))
            .bind(entry.place.map(|place| i64::from(place.partition))).bind(entry.place.map(|place| place.sequence))
            .bind(access.map(|access| access.outcome.as_str())).bind(access.and_then(|access| access.role.as_deref()))
            .bind(access.and_then(|access| access.method.as_deref())).bind(access.and_then(|access| access.route.as_deref()))
            .bind(access.and_then(|access| access.status).map(i64::from))
            .bind(access.map_or(1, |access| i64::try_from(access.times).unwrap_or(i64::MAX)))
            .run(c).await)?;
        Ok(())
    }

    /// The log as far as it is seen, newest first, from a position on: who sees some vehicles sees the entries about these alone. One index serves each way of asking.
    pub async fn audit_entries(
        &mut self,
        sight: &Sight,
        filter: &AuditFilter,
        before: Option<&AuditPosition>,
        limit: usize,
    ) -> Result<Vec<Entry>, DbError> {
        let (statement, value) = match filter {
            AuditFilter {
                correlation_id: Some(id),
                ..
            } => (entries!("correlation_id = $2"), id.as_str()),
            AuditFilter {
                vehicle_id: Some(id), ..
            } => (entries!("vehicle_id = $2"), id.as_str()),
            AuditFilter { actor_id: Some(id), .. } => (entries!("actor_id = $2"), id.as_str()),
            AuditFilter { kind: Some(kind), .. } => (entries!("kind = $2"), kind.as_str()),
            _ => (entries!("$2 = ''"), ""),
        };
        let last = filter.to.unwrap_or(DateTime::<Utc>::MAX_UTC).min(FAR_FUTURE);
        let part = filter
            .part
            .as_deref()
            .map(|part| self.tx.containing(part))
            .unwrap_or_default();
        let position = before.map_or((FAR_FUTURE, ""), |before| (before.time, before.entry_id.as_str()));
        let sql = sight.sql(self.tx, statement, "vehicle_id", 14);
        let rows: Vec<EntryRow> = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str()).bind(value)
            .bind(filter.kind.as_deref().unwrap_or_default()).bind(filter.vehicle_id.as_deref().unwrap_or_default())
            .bind(filter.actor_id.as_deref().unwrap_or_default())
            .bind(filter.from.unwrap_or(DateTime::UNIX_EPOCH)).bind(last).bind(position.0).bind(position.1)
            .bind(limit as i64)
            .bind(filter.outcome.as_deref().unwrap_or_default()).bind(filter.source.as_deref().unwrap_or_default())
            .bind(&part))
            .fetch_all(c).await)?;
        Ok(rows.into_iter().map(Entry::from).collect())
    }
}
