//! The relay: gives appended events their gapless place, unless they were given it as they were appended, and hands them to the broker. One
//! per service at a time, by lease.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::archive::COLUMNS;
use super::placing::write_heads;
use super::{Archive, Packed};
use crate::broker::{Broker, Placed};
use crate::clock::Clock;
use crate::database::{Database, DbError, Tx};
use crate::failpoint::Failpoints;
use crate::on;

/// The lease's name.
const LEASE: &str = "relay";
/// Events placed in one transaction.
const BATCH_MAX: i64 = 1024;
/// How long to sleep when nobody rings: also the longest wait after a crash between commit and ring.
const IDLE: Duration = Duration::from_secs(1);
/// The same where other instances append too, whose ring is not heard here.
const IDLE_SHARED: Duration = Duration::from_millis(100);
/// The longest pause after failures.
const PAUSE_MAX: Duration = Duration::from_secs(5);
/// Events read from the archive at once when the transport is behind.
const CATCH_UP_MAX: usize = 256;

pub(crate) struct Relay {
    pub producer: &'static str,
    pub owner: String,
    pub database: Database,
    pub broker: Arc<dyn Broker>,
    pub clock: Clock,
    pub failpoints: Failpoints,
    pub lease: Duration,
    /// The least time from the begin of one round to that of the next: what is appended meanwhile goes together. The first after a pause
    /// does not wait.
    pub linger: Duration,
    pub published: Published,
}

/// How far each partition was handed to the transport, as far as this relay knows.
#[derive(Default)]
pub(crate) struct Published {
    /// The lease's epoch that all this was learned in: in between another instance may have placed and not published.
    epoch: i64,
    /// False after a start and after any failure: then the rows say what is missing.
    caught_up: bool,
    /// Not yet written to the rows.
    unwritten: BTreeMap<i64, i64>,
    /// The heads that a broker was told of that reads outboxes; none before it was told any.
    told: Option<BTreeMap<u8, i64>>,
}

/// Whether the relay's lease is ours.
enum Held {
    Still,
    TakenOver,
    NotMine,
}

/// What a turn at the outbox came to.
enum Placing {
    Placed(Vec<Placed>),
    /// The lease has just become ours.
    TakenOver,
    NotMine,
}

/// What one round came to.
#[derive(Debug, PartialEq)]
pub(crate) enum Round {
    /// There may be more.
    Full,
    /// Nothing waits.
    Done,
    /// Another instance is the relay.
    NotMine,
}

impl Relay {
    pub(crate) async fn run(mut self, shutdown: CancellationToken) -> anyhow::Result<()> {
        let appended = self.database.appended();
        let idle = if self.database.is_shared() { IDLE_SHARED } else { IDLE };
        let mut failures = 0u32;
        while !shutdown.is_cancelled() {
            let calls = appended.calls();
            let begun = Instant::now();
            // Only an owner that is well is rung: others are not asked at every commit, and neither is a transport that is down.
            let (pause, rung) = match self.round().await {
                Ok(Round::Full) => continue,
                Ok(Round::Done) => {
                    failures = 0;
                    appended.answer(calls);
                    (idle, true)
                }
                Ok(Round::NotMine) => (IDLE.min(self.lease / 3), false),
                Err(error) => {
                    self.published.caught_up = false;
                    failures = (failures + 1).min(8);
                    tracing::warn!(
                        service = self.producer,
                        error = format!("{error:#}"),
                        "relay round failed, it will run again"
                    );
                    ((IDLE_SHARED * 2u32.pow(failures)).min(PAUSE_MAX), false)
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => break,
                () = appended.rung(), if rung => {}
                () = tokio::time::sleep(pause) => {}
            }
            // Simulated time waits for each event's consequences, and has no load to gather.
            if !self.clock.is_simulated() {
                let gathered = tokio::time::sleep_until(begun + self.linger);
                let _ = shutdown.run_until_cancelled(gathered).await;
            }
        }
        self.give_up().await;
        Ok(())
    }

    /// At a clean end another instance need not wait for the lease to run out.
    async fn give_up(&self) {
        let given = async {
            let mut tx = self.database.begin_bulk().await?;
            if self.only_tells() {
                // A transport that comes later begins here; what is older, its readers find in the archive.
                on!(tx, c => sqlx::query("UPDATE stream_head SET published = sequence").run(c).await)?;
            }
            crate::lease::release(&mut tx, LEASE, &self.owner).await?;
            tx.commit().await
        };
        if let Err(error) = given.await {
            tracing::info!(service = self.producer, %error, "the relay's lease was not given up, it will run out");
        }
    }

    /// One batch.
    pub(crate) async fn round(&mut self) -> anyhow::Result<Round> {
        if self.only_tells() {
            return self.tell().await;
        }
        // What was placed as it was appended is found as that is which a crash left unpublished.
        self.published.caught_up &= self.database.is_shared();
        if self.broker.reads_outboxes() && !self.published.caught_up {
            // A commit in doubt, or another instance, may have placed what nobody was told of.
            self.published.told = None;
            self.tell().await?;
            self.published.caught_up = true;
        }
        // What was placed before goes first: a stream that goes on after a gap would send its readers to the archive for good.
        if !self.broker.reads_outboxes() && !self.mend().await? {
            return Ok(Round::NotMine);
        }
        let placed = match self.place().await? {
            Placing::Placed(placed) => placed,
            Placing::TakenOver => return Ok(Round::Full),
            Placing::NotMine => return Ok(Round::NotMine),
        };
        if placed.is_empty() {
            return Ok(Round::Done);
        }
        self.failpoints.hit_at(self.producer, "publish.before");
        self.broker.publish(self.producer, &placed).await?;
        self.failpoints.hit_at(self.producer, "publish.after");
        for one in &placed {
            self.published.unwritten.insert(i64::from(one.partition), one.sequence);
        }
        metrics::counter!("events_published_total", "service" => self.producer).increment(placed.len() as u64);
        Ok(match placed.len() as i64 == BATCH_MAX {
            true => Round::Full,
            false => Round::Done,
        })
    }

    /// Whether all that is left to do is to say how far the streams go.
    fn only_tells(&self) -> bool {
        !self.database.is_shared() && self.broker.reads_outboxes()
    }

    /// Tells the broker of heads that have moved. They are read, not handed over by the transactions that moved them: after a commit in doubt
    /// the rows alone know.
    async fn tell(&mut self) -> anyhow::Result<Round> {
        let heads = Archive::new(self.producer, self.database.clone()).heads().await?;
        let is_first = self.published.told.is_none();
        let told = self.published.told.get_or_insert_default();
        let behind = heads
            .iter()
            .filter(|(partition, head)| told.get(partition).is_none_or(|known| known < head));
        let moved: Vec<Placed> = behind
            .map(|(partition, head)| Placed::head(*partition, *head))
            .collect();
        if moved.is_empty() {
            return Ok(Round::Done);
        }
        self.failpoints.hit_at(self.producer, "publish.before");
        self.broker.publish(self.producer, &moved).await?;
        self.failpoints.hit_at(self.producer, "publish.after");
        for (partition, head) in heads {
            let known = told.insert(partition, head).unwrap_or(0);
            if !is_first {
                let events = metrics::counter!("events_published_total", "service" => self.producer);
                events.increment(head.abs_diff(known));
            }
        }
        Ok(Round::Done)
    }

    /// Gives unmarked rows their sequence. Rows are found by having none, never by `id > last`: a late commit would be skipped.
    async fn place(&mut self) -> Result<Placing, DbError> {
        let mut reading = self.database.read().await?;
        let waiting: Option<i64> = on!(reading, c => sqlx::query_scalar("SELECT id FROM outbox WHERE sequence IS NULL LIMIT 1").fetch_optional(c).await)?;
        drop(reading);
        if waiting.is_none() && self.published.unwritten.is_empty() {
            return Ok(Placing::Placed(Vec::new()));
        }
        let mut tx = self.database.begin_bulk().await?;
        match self.hold(&mut tx).await? {
            Held::Still => {}
            Held::TakenOver if self.broker.reads_outboxes() => {}
            Held::TakenOver => return tx.commit().await.map(|()| Placing::TakenOver),
            Held::NotMine => return Ok(Placing::NotMine),
        }
        let rows: Vec<(i64, i64)> = on!(tx, c => sqlx::query_as(
            "SELECT id, partition FROM outbox WHERE sequence IS NULL ORDER BY id LIMIT $1").bind(BATCH_MAX).fetch_all(c).await)?;
        let mut heads = heads(&mut tx).await?;
        let mut places = Vec::with_capacity(rows.len());
        for (id, partition) in rows {
            let (head, touched) = heads.entry(partition).or_insert((0, false));
            *head += 1;
            *touched = true;
            places.push((id, partition, *head));
        }
        let packed = self.mark(&mut tx, &places).await?;
        let moved = heads.into_iter().filter(|(_, (_, touched))| *touched);
        write_heads(
            &mut tx,
            &moved
                .map(|(partition, (head, _))| (partition, head))
                .collect::<Vec<_>>(),
        )
        .await?;
        write_published(&mut tx, &self.published.unwritten).await?;
        tx.commit().await?;
        self.published.unwritten.clear();
        let mut packed = packed.into_iter();
        let placed = places.into_iter().map(|(_, partition, sequence)| Placed {
            partition: partition as u8,
            sequence,
            event: packed.next(),
        });
        Ok(Placing::Placed(placed.collect()))
    }

    /// Takes or renews the lease; what was learned under another one is forgotten.
    async fn hold(&mut self, tx: &mut Tx) -> Result<Held, DbError> {
        let epoch = crate::lease::hold(tx, LEASE, &self.owner, self.clock.machine_now(), self.lease).await?;
        if epoch == Some(self.published.epoch) {
            return Ok(Held::Still);
        }
        self.published = Published {
            epoch: epoch.unwrap_or_default(),
            ..Published::default()
        };
        Ok(epoch.map_or(Held::NotMine, |_| Held::TakenOver))
    }

    /// Writes the sequences; returns the events, in the same order, where the transport needs them.
    async fn mark(&self, tx: &mut Tx, places: &[(i64, i64, i64)]) -> Result<Vec<Packed>, DbError> {
        if places.is_empty() {
            return Ok(Vec::new());
        }
        on!(tx, c => {
            let mut query = sqlx::QueryBuilder::new("WITH place (id, sequence) AS (");
            query.push_values(places, |mut row, (id, _, sequence)| {
                row.push_bind(*id).push_bind(*sequence);
            });
            query.push(") UPDATE outbox SET sequence = place.sequence FROM place WHERE outbox.id = place.id");
            query.build().run(c).await
        })?;
        if self.broker.reads_outboxes() {
            return Ok(Vec::new());
        }
        on!(tx, c => {
            let mut query = sqlx::QueryBuilder::new(format!("SELECT sequence, {COLUMNS} FROM outbox WHERE id IN ("));
            let mut ids = query.separated(", ");
            for (id, ..) in places {
                ids.push_bind(*id);
            }
            query.push(") ORDER BY id");
            query.build_query_as().fetch_all(c).await
        })
    }

    /// Publishes what was placed but, after a crash or a failure, may never have reached the transport, or was lost by it. False when
    /// another instance is the relay.
    async fn mend(&mut self) -> anyhow::Result<bool> {
        let archive = Archive::new(self.producer, self.database.clone());
        let lost = self
            .broker
            .lost(self.producer, &archive, &self.published.unwritten)
            .await?;
        if self.published.caught_up && lost.is_empty() {
            return Ok(true);
        }
        let mut tx = self.database.begin_bulk().await?;
        if matches!(self.hold(&mut tx).await?, Held::NotMine) {
            return Ok(false);
        }
        let mut behind: BTreeMap<i64, i64> = on!(tx, c => sqlx::query_as::<_, (i64, i64)>(
            "SELECT partition, published FROM stream_head WHERE published < sequence").fetch_all(c).await)?
        .into_iter()
        .collect();
        tx.commit().await?;
        let refills = !lost.is_empty();
        for (partition, from) in lost {
            self.broker.clear(self.producer, partition).await?;
            let known = behind.entry(i64::from(partition)).or_insert(from);
            *known = from.min(*known);
        }
        for (partition, mut from) in behind {
            loop {
                let packed = archive.read_packed(partition as u8, from, CATCH_UP_MAX, None).await?;
                let Some(last) = packed.last().map(|event| event.sequence) else {
                    break;
                };
                let placed: Vec<Placed> = packed.into_iter().map(Placed::from).collect();
                self.broker.publish(self.producer, &placed).await?;
                self.published.unwritten.insert(partition, last);
                from = last;
            }
        }
        if refills {
            self.broker.refilled(self.producer).await?;
        }
        self.published.caught_up = true;
        Ok(true)
    }
}

async fn write_published(tx: &mut Tx, published: &BTreeMap<i64, i64>) -> Result<(), DbError> {
    if published.is_empty() {
        return Ok(());
    }
    on!(tx, c => {
        let mut query = sqlx::QueryBuilder::new("WITH place (partition, published) AS (");
        query.push_values(published, |mut row, (partition, sequence)| {
            row.push_bind(*partition).push_bind(*sequence);
        });
        query.push(") UPDATE stream_head SET published = place.published FROM place WHERE stream_head.partition = place.partition");
        query.build().run(c).await
    })?;
    Ok(())
}

/// The last sequence of each partition; the flag says whether it was moved.
async fn heads(tx: &mut Tx) -> Result<BTreeMap<i64, (i64, bool)>, DbError> {
    let rows: Vec<(i64, i64)> =
        on!(tx, c => sqlx::query_as("SELECT partition, sequence FROM stream_head").fetch_all(c).await)?;
    Ok(rows
        .into_iter()
        .map(|(partition, sequence)| (partition, (sequence, false)))
        .collect())
}
