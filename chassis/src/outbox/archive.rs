//! The archive: a producer's events by (partition, sequence), for the embedded broker and for consumers that fell behind a broker's window.

use chrono::{DateTime, Utc};

use crate::database::{Database, DbError};
use crate::event::Event;
use crate::ids::TenantId;
use crate::on;

/// Reads one producer's log.
#[derive(Clone)]
pub struct Archive {
    producer: &'static str,
    database: Database,
}

#[derive(sqlx::FromRow)]
struct Row {
    event_id: String,
    sequence: i64,
    kind: String,
    schema_version: String,
    tenant_id: String,
    subject: Option<String>,
    time: DateTime<Utc>,
    recorded_time: DateTime<Utc>,
    historical: bool,
    correlation_id: String,
    encoding: String,
    data: Vec<u8>,
}

impl Archive {
    pub(crate) fn new(producer: &'static str, database: Database) -> Self {
        Self { producer, database }
    }

    /// Events of a partition after a sequence, in order, at most `limit`.
    pub async fn read(&self, partition: u8, after: i64, limit: usize) -> Result<Vec<Event>, DbError> {
        let mut tx = self.database.read().await?;
        let rows: Vec<Row> = on!(tx, c => sqlx::query_as(
            "SELECT event_id, sequence, kind, schema_version, tenant_id, subject, time, recorded_time, historical, correlation_id, encoding, data
             FROM outbox WHERE partition = $1 AND sequence > $2 ORDER BY sequence LIMIT $3")
            .bind(i64::from(partition)).bind(after).bind(limit as i64).fetch_all(c).await)?;
        rows.into_iter().map(|row| self.event(partition, row)).collect()
    }

    /// The last sequence of each partition that has one.
    pub async fn heads(&self) -> Result<Vec<(u8, i64)>, DbError> {
        let mut tx = self.database.read().await?;
        let rows: Vec<(i64, i64)> =
            on!(tx, c => sqlx::query_as("SELECT partition, sequence FROM stream_head").fetch_all(c).await)?;
        Ok(rows
            .into_iter()
            .filter_map(|(partition, head)| Some((u8::try_from(partition).ok()?, head)))
            .collect())
    }

    fn event(&self, partition: u8, row: Row) -> Result<Event, DbError> {
        Ok(Event {
            id: row.event_id,
            source: self.producer.to_owned(),
            kind: row.kind,
            tenant: TenantId::new(&row.tenant_id),
            subject: row.subject,
            time: row.time,
            recorded_time: row.recorded_time,
            historical: row.historical,
            correlation_id: row.correlation_id,
            partition,
            sequence: row.sequence,
            schema_version: row.schema_version,
            data: super::decode(&row.encoding, row.data)?,
        })
    }
}
