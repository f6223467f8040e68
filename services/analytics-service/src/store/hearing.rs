//! Logs what was heard, and tells a client of the stream what it has missed.

use super::Store;
use super::audit::{params_from_json, params_to_json};
use super::entities::ROWS_MAX;
use super::stream::Recorded;
use crate::domain::audit::Entry;
use chassis::{DbError, TenantId, clock, on};
use chrono::{DateTime, Utc};

impl Store<'_> {
    /// Logs events; those that are already there change nothing. `heard_at` is machine time.
    pub async fn log_heard(&mut self, entries: &[(&str, &Entry)], heard_at: DateTime<Utc>) -> Result<(), DbError> {
        for some in entries.chunks(ROWS_MAX) {
            on!(self.tx, c => {
                let mut query = sqlx::QueryBuilder::new(
                    "INSERT INTO audit_entry (tenant_id, time, entry_id, recorded_time, source, kind, subject, vehicle_id, actor_id,
                         correlation_id, historical, params, partition, sequence, heard_at) ");
                query.push_values(some, |mut to, (tenant_id, entry)| {
                    to.push_bind(*tenant_id).push_bind(clock::micros(entry.time)).push_bind(&entry.entry_id)
                        .push_bind(clock::micros(entry.recorded_time)).push_bind(&entry.source).push_bind(&entry.kind)
                        .push_bind(&entry.subject).push_bind(&entry.vehicle_id).push_bind(&entry.actor_id)
                        .push_bind(&entry.correlation_id).push_bind(entry.historical).push_bind(params_to_json(&entry.params))
                        .push_bind(entry.place.map(|place| i64::from(place.partition)))
                        .push_bind(entry.place.map(|place| place.sequence)).push_bind(heard_at);
                });
                query.push(" ON CONFLICT DO NOTHING");
                query.build().run(c).await
            })?;
        }
        Ok(())
    }

    /// A tenant's events that were heard from an instant on, earliest first.
    pub async fn heard_since(
        &mut self,
        tenant: &TenantId,
        since: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<Recorded>, DbError> {
        /// Entry, kind, vehicle, time, parameters, when it was heard.
        type Row = (String, String, Option<String>, DateTime<Utc>, String, DateTime<Utc>);
        let rows: Vec<Row> = on!(self.tx, c => sqlx::query_as(
            "SELECT entry_id, kind, vehicle_id, time, params, heard_at FROM audit_entry
             WHERE tenant_id = $1 AND heard_at >= $2 ORDER BY heard_at, entry_id LIMIT $3")
            .bind(tenant.as_str()).bind(since).bind(limit as i64).fetch_all(c).await)?;
        let recorded = |(entry_id, kind, vehicle_id, time, params, heard_at): (String, _, _, _, String, _)| Recorded {
            tenant_id: tenant.as_str().to_owned(),
            entry_id,
            kind,
            vehicle_id,
            time,
            params: params_from_json(&params),
            heard_at: Some(heard_at),
        };
        Ok(rows.into_iter().map(recorded).collect())
    }

    /// The ids of events about vehicles, by vehicle, type and time. What was not logged is left out.
    pub async fn event_ids(
        &mut self,
        tenant: &TenantId,
        wanted: &[(&str, &str, DateTime<Utc>)],
    ) -> Result<Vec<EventId>, DbError> {
        let mut found = Vec::new();
        for some in wanted.chunks(ROWS_MAX) {
            let rows: Vec<EventId> = on!(self.tx, c => {
                // SQLite joins in this order: by each wanted vehicle and time, not through the whole log.
                let mut query = sqlx::QueryBuilder::new("WITH wanted (vehicle_id, kind, time) AS (");
                query.push_values(some, |mut to, (vehicle_id, kind, time)| {
                    to.push_bind(*vehicle_id).push_bind(*kind).push_bind(*time);
                });
                query.push(
                    ") SELECT a.vehicle_id, a.kind, a.time, a.entry_id, a.params FROM wanted CROSS JOIN audit_entry a
                     WHERE a.vehicle_id = wanted.vehicle_id AND a.time = wanted.time AND a.kind = wanted.kind AND a.tenant_id = ");
                query.push_bind(tenant.as_str());
                query.push(" ORDER BY a.entry_id");
                query.build_query_as().fetch_all(c).await
            })?;
            found.extend(rows);
        }
        Ok(found)
    }
}

/// An event about a vehicle.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct EventId {
    pub vehicle_id: String,
    pub kind: String,
    pub time: DateTime<Utc>,
    pub entry_id: String,
    /// What the log repeats of it, JSON.
    pub params: String,
}
