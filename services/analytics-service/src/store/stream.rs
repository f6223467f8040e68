//! What any instance has recorded, in the order of its streams.

use super::Store;
use super::audit::params_from_json;
use crate::domain::audit::Value;
use chassis::{DbError, StreamPosition, on};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// A part of a stream: the events after one place up to another.
#[derive(Debug, Clone)]
pub struct Stretch {
    pub source: String,
    pub partition: u8,
    pub after: i64,
    pub up_to: i64,
}

/// An audited event, as much of it as followers see.
#[derive(Debug, Clone)]
pub struct Recorded {
    pub tenant_id: String,
    pub entry_id: String,
    pub kind: String,
    pub vehicle_id: Option<String>,
    pub time: DateTime<Utc>,
    pub params: BTreeMap<String, Value>,
    /// When this service heard it (machine time).
    pub heard_at: Option<DateTime<Utc>>,
}

type Row = (
    String,
    String,
    String,
    Option<String>,
    DateTime<Utc>,
    String,
    Option<DateTime<Utc>>,
);

impl Store<'_> {
    /// How far this service has read each stream: what stands before a position was recorded for good, by whichever instance.
    pub async fn positions(&mut self) -> Result<Vec<StreamPosition>, DbError> {
        chassis::stream_positions(self.tx).await
    }

    /// The audited events of these stretches, in the order in which they were learned; at most `limit`.
    pub async fn recorded(&mut self, stretches: &[Stretch], limit: usize) -> Result<Vec<Recorded>, DbError> {
        if stretches.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<Row> = on!(self.tx, c => {
            let mut query = sqlx::QueryBuilder::new("WITH stretch (source, partition, start, finish) AS (");
            query.push_values(stretches, |mut row, stretch| {
                row.push_bind(stretch.source.clone()).push_bind(i64::from(stretch.partition));
                row.push_bind(stretch.after).push_bind(stretch.up_to);
            });
            query.push(
                ") SELECT a.tenant_id, a.entry_id, a.kind, a.vehicle_id, a.time, a.params, a.heard_at FROM stretch JOIN audit_entry a
                   ON a.source = stretch.source AND a.partition = stretch.partition
                      AND a.sequence > stretch.start AND a.sequence <= stretch.finish
                 ORDER BY a.heard_at, a.recorded_time, a.source, a.partition, a.sequence LIMIT ");
            query.push_bind(i64::try_from(limit).unwrap_or(i64::MAX));
            query.build_query_as().fetch_all(c).await
        })?;
        let recorded = |(tenant_id, entry_id, kind, vehicle_id, time, params, heard_at): Row| Recorded {
            tenant_id,
            entry_id,
            kind,
            vehicle_id,
            time,
            params: params_from_json(&params),
            heard_at,
        };
        Ok(rows.into_iter().map(recorded).collect())
    }
}
