//! The relay: gives appended events their gapless place and hands them to the broker. One per service at a time, by lease.

use std::sync::Arc;
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Archive;
use crate::broker::Broker;
use crate::clock::Clock;
use crate::database::{Database, DbError};
use crate::failpoint::Failpoints;
use crate::on;

/// Events placed in one transaction.
const BATCH_MAX: i64 = 1024;
/// How long to sleep when nobody rings: also the longest wait after a crash between commit and ring.
const IDLE: Duration = Duration::from_secs(1);

pub(crate) struct Relay {
    pub producer: &'static str,
    pub owner: String,
    pub database: Database,
    pub broker: Arc<dyn Broker>,
    pub clock: Clock,
    pub failpoints: Failpoints,
    pub lease: Duration,
}

impl Relay {
    pub(crate) async fn run(self, shutdown: CancellationToken) -> anyhow::Result<()> {
        let appended = self.database.appended();
        loop {
            match self.round().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(
                    service = self.producer,
                    error = format!("{error:#}"),
                    "relay round failed"
                ),
            }
            tokio::select! {
                () = shutdown.cancelled() => return Ok(()),
                () = appended.notified() => {}
                () = tokio::time::sleep(IDLE) => {}
            }
        }
    }

    /// One batch. Returns true when there may be more.
    pub(crate) async fn round(&self) -> anyhow::Result<bool> {
        let placed = self.place().await?;
        if placed.is_empty() {
            return Ok(false);
        }
        self.failpoints.hit_at(self.producer, "publish.before");
        self.publish(&placed).await?;
        self.failpoints.hit_at(self.producer, "publish.after");
        metrics::counter!("events_published_total", "service" => self.producer).increment(placed.len() as u64);
        Ok(placed.len() as i64 == BATCH_MAX)
    }

    /// Gives unmarked rows their sequence. Rows are found by having none, never by `id > last`: a late commit would be skipped.
    async fn place(&self) -> Result<Vec<(u8, i64)>, DbError> {
        let mut reading = self.database.read().await?;
        let waiting: Option<i64> = on!(reading, c => sqlx::query_scalar("SELECT id FROM outbox WHERE sequence IS NULL LIMIT 1").fetch_optional(c).await)?;
        drop(reading);
        if waiting.is_none() {
            return Ok(Vec::new());
        }
        let mut tx = self.database.begin().await?;
        if !crate::lease::hold(&mut tx, "relay", &self.owner, self.clock.machine_now(), self.lease).await? {
            return Ok(Vec::new());
        }
        let rows: Vec<(i64, i64)> = on!(tx, c => sqlx::query_as(
            "SELECT id, partition FROM outbox WHERE sequence IS NULL ORDER BY id LIMIT $1").bind(BATCH_MAX).fetch_all(c).await)?;
        let mut heads: std::collections::HashMap<i64, i64> =
            on!(tx, c => sqlx::query_as("SELECT partition, sequence FROM stream_head").fetch_all(c).await)?
                .into_iter()
                .collect();
        let mut placed = Vec::with_capacity(rows.len());
        let mut touched = std::collections::BTreeSet::new();
        for (id, partition) in rows {
            let head = heads.entry(partition).or_insert(0);
            *head += 1;
            touched.insert(partition);
            on!(tx, c => sqlx::query("UPDATE outbox SET sequence = $1, published = $2 WHERE id = $3")
                .bind(*head).bind(self.broker.reads_outboxes()).bind(id).execute(c).await)?;
            placed.push((partition as u8, *head));
        }
        for partition in touched {
            on!(tx, c => sqlx::query("INSERT INTO stream_head (partition, sequence) VALUES ($1, $2)
                ON CONFLICT (partition) DO UPDATE SET sequence = excluded.sequence")
                .bind(partition).bind(heads[&partition]).execute(c).await)?;
        }
        tx.commit().await?;
        Ok(placed)
    }

    async fn publish(&self, placed: &[(u8, i64)]) -> anyhow::Result<()> {
        self.broker
            .publish(
                self.producer,
                placed,
                &Archive::new(self.producer, self.database.clone()),
            )
            .await
    }
}
