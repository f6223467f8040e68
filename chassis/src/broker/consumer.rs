//! The consumer's side of the log: the position lives in the consumer's own database and moves in the transaction of the effect.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::archives::ArchiveAway;
use super::dead_letters::DeadLetters;
use super::positions::{Move, begin_positions, move_positions, stream_positions};
use super::{Broker, Reading, Subscription};
use crate::bell::Bell;
use crate::clock::Clock;
use crate::database::{ATTEMPTS, Database, DbError, Tx, is_retryable, pause};
use crate::event::{Event, HandleError};
use crate::identity::IdentityCopy;

/// Events of one stream that are read at once.
const READ_MAX: usize = 64;
/// Streams that are read at the same time: a transport over the network is asked once, not in turn.
const STREAMS_AT_ONCE: usize = 16;
/// How long a producer is left alone whose archive could not be read.
const PUT_OFF: Duration = Duration::from_secs(1);
/// The first pause after a failure.
const BACKOFF_MIN: Duration = Duration::from_millis(50);
/// Data of one batch, so that a backlog of large events does not fill the memory.
const BATCH_BYTES_MAX: usize = 4 << 20;

/// What a service does with the events that it subscribed to.
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    /// Applies one event inside the transaction that also moves the position.
    async fn handle(&self, event: &Event, tx: &mut Tx) -> Result<(), HandleError>;

    /// Applies several events in one transaction, in order; override it where bulk is quicker.
    async fn handle_batch(&self, events: &[Event], tx: &mut Tx) -> Result<(), HandleError> {
        for event in events {
            self.handle(event, tx).await?;
        }
        Ok(())
    }

    /// True when nobody else writes the rows that this handler reads and then writes, so that its transactions need not be SERIALIZABLE:
    /// the lease of the partition already keeps other instances away.
    fn writes_alone(&self) -> bool {
        false
    }

    /// The transaction was committed: memory that shadows rows may now be trusted.
    async fn committed(&self) {}

    /// The transaction was dropped: memory that shadows rows must be dropped too.
    async fn rolled_back(&self) {}
}

pub(crate) struct Consumer {
    pub service: &'static str,
    pub owner: String,
    pub subscriptions: Vec<Subscription>,
    pub handler: Option<Arc<dyn Handler>>,
    pub identity: IdentityCopy,
    pub database: Database,
    pub broker: Arc<dyn Broker>,
    pub clock: Clock,
    pub batch_max: usize,
    pub lease: Duration,
    pub backoff_max: Duration,
}

/// Why a batch did not go through.
enum Failed {
    Handling(HandleError),
    /// Another instance has taken the partition, or the position is not where we left it (a commit whose answer was lost did happen):
    /// what we did is void, and what we know is read anew.
    Outdated,
}

impl From<DbError> for Failed {
    fn from(error: DbError) -> Self {
        Self::Handling(error.into())
    }
}

/// What one turn came to.
enum Turn {
    Done,
    Idle,
}

/// A stream that has moved on.
struct Due {
    producer: &'static str,
    partition: u8,
    position: i64,
    /// Events after our position.
    behind: i64,
    turn: usize,
    kinds: &'static [&'static str],
}

impl Due {
    fn reading(&self) -> Reading {
        Reading {
            producer: self.producer,
            partition: self.partition,
            after: self.position,
            kinds: self.kinds,
        }
    }
}

/// The streams of one partition owner: which partitions, at which epoch, and how far each stream was read.
#[derive(Default)]
struct Owned {
    epochs: BTreeMap<u8, i64>,
    positions: HashMap<(&'static str, u8), i64>,
    /// Where the next round of reading starts, so that a busy partition does not starve those after it.
    turn: usize,
    /// Producers whose archive could not be read a moment ago: the others go on meanwhile.
    put_off: HashMap<&'static str, Instant>,
}

impl Consumer {
    pub(crate) async fn run(self, shutdown: CancellationToken) -> anyhow::Result<()> {
        let mut bell = self.broker.bell();
        let at_work = Bell::following(bell.clone());
        self.clock.waits_for(&at_work);
        let mut owned = Owned::default();
        let mut renewed: Option<Instant> = None;
        let mut backoff = BACKOFF_MIN;
        while !shutdown.is_cancelled() {
            let calls = *bell.borrow_and_update();
            let wait = match self.turn(&mut owned, &mut renewed).await {
                Ok(Turn::Done) => {
                    backoff = BACKOFF_MIN;
                    continue;
                }
                Ok(Turn::Idle) if owned.put_off.is_empty() => {
                    at_work.answer(calls);
                    self.lease / 3
                }
                Ok(Turn::Idle) => PUT_OFF.min(self.lease / 3),
                Err(Failed::Outdated) => {
                    (owned, renewed) = (Owned::default(), None);
                    continue;
                }
                Err(Failed::Handling(error)) => {
                    tracing::warn!(
                        service = self.service,
                        error = format!("{error:#}"),
                        "events will be tried again"
                    );
                    // Never so long that the partitions are lost over it.
                    let pause = backoff.min(self.lease / 3);
                    backoff = (backoff * 2).min(self.backoff_max);
                    tokio::select! {
                        () = shutdown.cancelled() => break,
                        () = tokio::time::sleep(pause) => continue,
                    }
                }
            };
            tokio::select! {
                () = shutdown.cancelled() => break,
                changed = bell.changed() => changed?,
                () = tokio::time::sleep(wait) => {}
            }
        }
        self.give_up().await;
        Ok(())
    }

    /// Renews the leases when it is time, and handles one batch.
    async fn turn(&self, owned: &mut Owned, renewed: &mut Option<Instant>) -> Result<Turn, Failed> {
        if renewed.is_none_or(|at| self.clock.instant().duration_since(at) > self.lease / 3) {
            self.claim(owned).await?;
            *renewed = Some(self.clock.instant());
            self.measure(owned);
        }
        let batch = self
            .gather(owned)
            .await
            .map_err(|error| Failed::Handling(error.into()))?;
        if batch.is_empty() {
            self.measure(owned);
            return Ok(Turn::Idle);
        }
        self.process(owned, &batch).await?;
        Ok(Turn::Done)
    }

    /// Takes or renews partitions; reads the positions anew when they are not the ones we had.
    async fn claim(&self, owned: &mut Owned) -> Result<(), DbError> {
        let mut tx = self.database.begin_bulk().await?;
        let held = crate::lease::hold_partitions(&mut tx, &self.owner, self.clock.machine_now(), self.lease).await?;
        tx.commit().await?;
        let held: BTreeMap<u8, i64> = held.into_iter().collect();
        if held == owned.epochs {
            return Ok(());
        }
        *owned = Owned {
            epochs: held,
            ..Owned::default()
        };
        if let Some(handler) = &self.handler {
            // Partitions came or went: what memory says of their rows may be another instance's past.
            handler.rolled_back().await;
        }
        let mut tx = self.database.read().await?;
        for position in stream_positions(&mut tx).await? {
            let known = self
                .subscriptions
                .iter()
                .find(|subscription| subscription.producer == position.producer);
            if let Some(subscription) = known {
                owned
                    .positions
                    .insert((subscription.producer, position.partition), position.sequence);
            }
        }
        Ok(())
    }

    /// How far behind this instance is, and how many partitions it has: the sum over all instances must be all of them.
    fn measure(&self, owned: &Owned) {
        metrics::gauge!("consumer_partitions", "service" => self.service).set(owned.epochs.len() as f64);
        for subscription in &self.subscriptions {
            let behind = |partition: &u8| {
                let stream = (subscription.producer, *partition);
                let position = owned.positions.get(&stream).copied().unwrap_or(0);
                (self.broker.head(stream.0, stream.1) - position).max(0)
            };
            let lag: i64 = owned.epochs.keys().map(behind).sum();
            metrics::gauge!("consumer_lag_events", "service" => self.service, "producer" => subscription.producer)
                .set(lag as f64);
        }
    }

    /// At a clean end others need not wait for the leases to run out.
    async fn give_up(&self) {
        let given = async {
            let mut tx = self.database.begin_bulk().await?;
            crate::lease::release_partitions(&mut tx, &self.owner).await?;
            tx.commit().await
        };
        if let Err(error) = given.await {
            tracing::info!(service = self.service, %error, "leases were not given up, they will run out");
        }
    }

    /// Reads the next events of streams that moved on, at most `batch_max` and about [`BATCH_BYTES_MAX`] in all. A producer whose archive
    /// is away is passed over for [`PUT_OFF`]: its absence stops nobody else's events.
    async fn gather(&self, owned: &mut Owned) -> anyhow::Result<Vec<Event>> {
        let now = self.clock.instant();
        owned.put_off.retain(|_, until| *until > now);
        let (due, partitions) = (self.due(owned), owned.epochs.len().max(1));
        let lag: i64 = due.iter().map(|stream| stream.behind).sum();
        metrics::gauge!("consumer_lag_events", "service" => self.service).set(lag as f64);
        let mut batch: Vec<Event> = Vec::new();
        let mut bytes = 0;
        for streams in due.chunks(STREAMS_AT_ONCE) {
            let streams: Vec<&Due> = streams
                .iter()
                .filter(|stream| !owned.put_off.contains_key(stream.producer))
                .collect();
            let room = (self.batch_max - batch.len()).min(READ_MAX);
            let readings: Vec<Reading> = streams.iter().map(|stream| stream.reading()).collect();
            let read = self.broker.read_streams(&readings, room).await;
            for (stream, events) in streams.iter().zip(read) {
                let events = match events {
                    Ok(events) => events,
                    Err(error) if error.is::<ArchiveAway>() => {
                        self.put_off(owned, stream, &error);
                        owned.turn = (stream.turn + 1) % partitions;
                        continue;
                    }
                    Err(error) => return Err(error),
                };
                if batch.len() + events.len() > self.batch_max || bytes >= BATCH_BYTES_MAX {
                    // Read again next time, and first.
                    owned.turn = stream.turn;
                    return Ok(batch);
                }
                bytes += events.iter().map(|event| event.data.len()).sum::<usize>();
                batch.extend(events);
                owned.turn = (stream.turn + 1) % partitions;
            }
        }
        Ok(batch)
    }

    fn put_off(&self, owned: &mut Owned, stream: &Due, error: &anyhow::Error) {
        let until = self.clock.instant() + PUT_OFF;
        if owned.put_off.insert(stream.producer, until).is_none() {
            tracing::warn!(
                service = self.service,
                producer = stream.producer,
                error = format!("{error:#}"),
                "an archive could not be read, its events will be tried again"
            );
        }
    }

    /// Streams with something after our position, in the order of turns.
    fn due(&self, owned: &Owned) -> Vec<Due> {
        let partitions: Vec<u8> = owned.epochs.keys().copied().collect();
        let mut due = Vec::new();
        for offset in 0..partitions.len() {
            let turn = (owned.turn + offset) % partitions.len();
            for subscription in &self.subscriptions {
                let stream = (subscription.producer, partitions[turn]);
                let position = owned.positions.get(&stream).copied().unwrap_or(0);
                let behind = self.broker.head(stream.0, stream.1) - position;
                if behind > 0 {
                    due.push(Due {
                        behind,
                        producer: stream.0,
                        partition: stream.1,
                        position,
                        turn,
                        kinds: subscription.kinds,
                    });
                }
            }
        }
        due
    }

    /// The whole batch in one transaction; if that fails, one by one, so that a poison event stands alone. What the database refused
    /// because others wrote at the same time is simply tried again.
    async fn process(&self, owned: &mut Owned, batch: &[Event]) -> Result<(), Failed> {
        match self.persist(owned, batch).await {
            Ok(()) => return Ok(()),
            Err(Failed::Outdated) => return Err(Failed::Outdated),
            Err(Failed::Handling(error)) => {
                tracing::debug!(service = self.service, %error, "batch failed, trying one by one")
            }
        }
        for event in batch {
            match self.persist(owned, std::slice::from_ref(event)).await {
                Err(Failed::Handling(HandleError::Poison { code, detail })) => {
                    self.bury(owned, event, code, &detail).await?
                }
                other => other?,
            }
        }
        Ok(())
    }

    async fn persist(&self, owned: &mut Owned, batch: &[Event]) -> Result<(), Failed> {
        let mut attempt = 0;
        loop {
            match self.commit(owned, batch).await {
                Err(Failed::Handling(HandleError::Transient(error)))
                    if attempt < ATTEMPTS && is_retryable(error.as_ref()) =>
                {
                    metrics::counter!("transactions_retried_total", "service" => self.service).increment(1);
                    attempt += 1;
                    tokio::time::sleep(pause(attempt)).await;
                }
                other => return other,
            }
        }
    }

    async fn commit(&self, owned: &mut Owned, batch: &[Event]) -> Result<(), Failed> {
        let started = self.clock.instant();
        let mut tx = match &self.handler {
            Some(handler) if handler.writes_alone() => self.database.begin_bulk().await?,
            _ => self.database.begin().await?,
        };
        let outcome = match self.apply(batch, &mut tx).await {
            Ok(()) => self.advance(owned, batch, &mut tx).await,
            Err(error) => Err(Failed::Handling(error)),
        };
        let committed = match outcome {
            Ok(()) => tx.commit().await.map_err(Failed::from),
            Err(failed) => {
                // The failure is what counts; a rollback that fails as well ends with the connection.
                let _ = tx.rollback().await;
                Err(failed)
            }
        };
        match committed {
            Ok(()) => {
                self.identity.remember(batch);
                self.moved(owned, batch);
                if let Some(handler) = &self.handler {
                    handler.committed().await;
                }
                let seconds = started.elapsed().as_secs_f64() / batch.len() as f64;
                for event in batch {
                    metrics::histogram!("event_processing_duration_seconds", "service" => self.service, "event" => event.kind.clone()).record(seconds);
                }
                Ok(())
            }
            Err(failed) => {
                if let Some(handler) = &self.handler {
                    handler.rolled_back().await;
                }
                Err(failed)
            }
        }
    }

    async fn apply(&self, batch: &[Event], tx: &mut Tx) -> Result<(), HandleError> {
        for event in batch {
            self.identity.apply(event, tx).await?;
        }
        let Some(handler) = &self.handler else { return Ok(()) };
        if batch.iter().all(|event| self.wants(event)) {
            return handler.handle_batch(batch, tx).await;
        }
        let wanted: Vec<Event> = batch.iter().filter(|event| self.wants(event)).cloned().collect();
        if wanted.is_empty() {
            Ok(())
        } else {
            handler.handle_batch(&wanted, tx).await
        }
    }

    fn wants(&self, event: &Event) -> bool {
        self.subscriptions.iter().any(|subscription| {
            subscription.producer == event.source && subscription.kinds.contains(&event.kind.as_str())
        })
    }

    /// Moves the positions of the batch's streams, if the partitions are still ours at our epoch and the positions stand where we know them.
    async fn advance(&self, owned: &Owned, batch: &[Event], tx: &mut Tx) -> Result<(), Failed> {
        let last = last_of_each(batch);
        let partitions: BTreeSet<u8> = last.keys().map(|(_, partition)| *partition).collect();
        let epoch = |partition: u8| (partition, owned.epochs.get(&partition).copied().unwrap_or(-1));
        let epochs: Vec<(u8, i64)> = partitions.into_iter().map(epoch).collect();
        if !crate::lease::are_still_mine(tx, &epochs, &self.owner).await? {
            return Err(Failed::Outdated);
        }
        let mut moves = Vec::with_capacity(last.len());
        for ((producer, partition), sequence) in last {
            let known = owned.positions.get(&(producer, partition)).copied().unwrap_or(0);
            moves.push(Move {
                producer,
                partition,
                known,
                sequence,
            });
        }
        let (first, further): (Vec<Move<'_>>, Vec<Move<'_>>) = moves.into_iter().partition(|one| one.known == 0);
        match begin_positions(tx, &first).await? && move_positions(tx, &further).await? {
            true => Ok(()),
            false => Err(Failed::Outdated),
        }
    }

    fn moved(&self, owned: &mut Owned, batch: &[Event]) {
        for ((producer, partition), sequence) in last_of_each(batch) {
            if let Some(subscription) = self
                .subscriptions
                .iter()
                .find(|subscription| subscription.producer == producer)
            {
                owned.positions.insert((subscription.producer, partition), sequence);
            }
        }
    }

    /// Puts a poison event aside in the transaction that passes it.
    async fn bury(&self, owned: &mut Owned, event: &Event, code: &str, detail: &str) -> Result<(), Failed> {
        tracing::error!(
            service = self.service,
            code,
            detail,
            event_id = event.id,
            "event moved to the dead letters"
        );
        metrics::counter!("events_dead_lettered_total", "service" => self.service).increment(1);
        let mut tx = self.database.begin().await?;
        DeadLetters::insert(&mut tx, event, code, detail, self.clock.machine_now()).await?;
        self.advance(owned, std::slice::from_ref(event), &mut tx).await?;
        tx.commit().await?;
        self.moved(owned, std::slice::from_ref(event));
        Ok(())
    }
}

fn last_of_each(batch: &[Event]) -> BTreeMap<(&str, u8), i64> {
    let mut last = BTreeMap::new();
    for event in batch {
        let sequence = last.entry((event.source.as_str(), event.partition)).or_insert(0);
        *sequence = event.sequence.max(*sequence);
    }
    last
}
