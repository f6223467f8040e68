//! The consumer's side of the log: the position lives in the consumer's own database and moves in the transaction of the effect.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::dead_letters::DeadLetters;
use super::gathering::{Owned, Stream};
use super::positions::{Move, begin_positions, move_positions, stream_positions};
use super::{Broker, Subscription};
use crate::bell::Bell;
use crate::clock::Clock;
use crate::database::{ATTEMPTS, Database, DbError, Tx, is_retryable, is_unstorable, pause};
use crate::event::{Event, HandleError};
use crate::identity::IdentityCopy;

/// How long the database may not know of events that were read and passed over. Their position is no effect: it waits for the next event
/// that has one, or for this long, so that a service does not write for every event that concerns others.
const KEEP_WITHIN: Duration = Duration::from_millis(250);
/// The first pause after a failure.
const BACKOFF_MIN: Duration = Duration::from_millis(50);
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
    /// How long a producer's events are gathered after it was caught up with.
    pub linger: Duration,
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
                Ok(Turn::Idle) => match self.next_look(&owned) {
                    Some(pause) => pause.min(self.lease / 3),
                    None => {
                        at_work.answer(calls);
                        self.lease / 3
                    }
                },
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
            let wait = owned.behind_since.map_or(wait, |_| wait.min(KEEP_WITHIN));
            tokio::select! {
                () = shutdown.cancelled() => break,
                changed = bell.changed() => changed?,
                () = tokio::time::sleep(wait) => {}
            }
        }
        // What cannot be kept now is read once more and passed over again.
        let _ = self.keep(&mut owned).await;
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
        let now = self.clock.instant();
        if owned
            .behind_since
            .is_some_and(|since| now.duration_since(since) >= KEEP_WITHIN)
        {
            self.keep(owned).await?;
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
        owned.kept = owned.positions.clone();
        Ok(())
    }

    /// How far behind this instance is, and how many partitions it has: the sum over all instances must be all of them.
    fn measure(&self, owned: &Owned) {
        metrics::gauge!("consumer_partitions", "service" => self.service).set(owned.epochs.len() as f64);
        for subscription in &self.subscriptions {
            let heads = self.broker.heads(subscription.producer);
            let behind = |partition: &u8| {
                let stream = (subscription.producer, *partition);
                let position = owned.positions.get(&stream).copied().unwrap_or(0);
                (heads[usize::from(*partition)] - position).max(0)
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

    /// The whole batch in one transaction; if that fails, one by one, so that a poison event stands alone. What the database refused
    /// because others wrote at the same time is simply tried again. A batch without effect needs no transaction.
    async fn process(&self, owned: &mut Owned, batch: &[Event]) -> Result<(), Failed> {
        if !batch.iter().any(|event| self.concerns_us(event)) {
            self.moved(&mut owned.positions, batch);
            owned.behind_since.get_or_insert(self.clock.instant());
            return Ok(());
        }
        match self.persist(owned, batch).await {
            Ok(()) => return Ok(()),
            Err(Failed::Outdated) => return Err(Failed::Outdated),
            Err(Failed::Handling(error)) => {
                tracing::debug!(service = self.service, %error, "batch failed, trying one by one")
            }
        }
        let mut stuck: HashMap<Stream, HandleError> = HashMap::new();
        for event in batch {
            let stream = self
                .subscribed(&event.source)
                .map(|producer| (producer, event.partition));
            if stream.is_some_and(|stream| stuck.contains_key(&stream)) {
                continue;
            }
            match self.persist(owned, std::slice::from_ref(event)).await {
                Err(Failed::Handling(HandleError::Poison { code, detail })) => {
                    self.bury(owned, event, code, &detail).await?
                }
                Err(Failed::Handling(HandleError::Transient(error))) if is_unstorable(error.as_ref()) => {
                    self.bury(owned, event, "event.not_storable", &format!("{error:#}"))
                        .await?
                }
                // Something else than the database's mood: this stream waits, the others need not.
                Err(Failed::Handling(HandleError::Transient(error)))
                    if !is_retryable(error.as_ref()) && stream.is_some() =>
                {
                    stuck.extend(stream.map(|stream| (stream, error.into())));
                }
                other => other?,
            }
        }
        match stuck.into_values().next() {
            Some(error) => Err(Failed::Handling(error)),
            None => Ok(()),
        }
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
            Ok(()) => self.advance(owned, &last_of_each(batch), &mut tx).await,
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
                self.moved(&mut owned.positions, batch);
                self.moved(&mut owned.kept, batch);
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
        self.subscriptions.iter().any(|subscription| subscription.wants(event))
    }

    pub(super) fn concerns_us(&self, event: &Event) -> bool {
        event.kind.starts_with("identity.") || self.handler.is_some() && self.wants(event)
    }

    /// Lets the database know of what was passed over.
    async fn keep(&self, owned: &mut Owned) -> Result<(), Failed> {
        let behind = |(stream, position): &(&Stream, &i64)| owned.kept.get(*stream) != Some(position);
        let moves = owned.positions.iter().filter(behind);
        let moves: BTreeMap<(&str, u8), i64> = moves.map(|(stream, position)| (*stream, *position)).collect();
        if !moves.is_empty() {
            let mut tx = self.database.begin_bulk().await?;
            self.advance(owned, &moves, &mut tx).await?;
            tx.commit().await?;
            owned.kept = owned.positions.clone();
        }
        owned.behind_since = None;
        Ok(())
    }

    /// Moves the positions of streams, if the partitions are still ours at our epoch and the positions stand where we know them.
    async fn advance(&self, owned: &Owned, last: &BTreeMap<(&str, u8), i64>, tx: &mut Tx) -> Result<(), Failed> {
        let partitions: BTreeSet<u8> = last.keys().map(|(_, partition)| *partition).collect();
        let epoch = |partition: u8| (partition, owned.epochs.get(&partition).copied().unwrap_or(-1));
        let epochs: Vec<(u8, i64)> = partitions.into_iter().map(epoch).collect();
        if !crate::lease::are_still_mine(tx, &epochs, &self.owner).await? {
            return Err(Failed::Outdated);
        }
        let mut moves = Vec::with_capacity(last.len());
        for (&(producer, partition), &sequence) in last {
            let known = self
                .subscribed(producer)
                .and_then(|producer| owned.kept.get(&(producer, partition)));
            let known = known.copied().unwrap_or(0);
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

    fn moved(&self, positions: &mut HashMap<Stream, i64>, batch: &[Event]) {
        for ((producer, partition), sequence) in last_of_each(batch) {
            if let Some(producer) = self.subscribed(producer) {
                positions.insert((producer, partition), sequence);
            }
        }
    }

    /// The producer's name, if we subscribe to it.
    fn subscribed(&self, producer: &str) -> Option<&'static str> {
        let mut producers = self.subscriptions.iter().map(|subscription| subscription.producer);
        producers.find(|known| *known == producer)
    }

    /// Puts a poison event aside in the transaction that passes it.
    async fn bury(&self, owned: &mut Owned, event: &Event, code: &str, detail: &str) -> Result<(), Failed> {
        let mut tx = self.database.begin().await?;
        DeadLetters::insert(&mut tx, event, code, detail, self.clock.machine_now()).await?;
        let passed = std::slice::from_ref(event);
        self.advance(owned, &last_of_each(passed), &mut tx).await?;
        tx.commit().await?;
        self.moved(&mut owned.positions, passed);
        self.moved(&mut owned.kept, passed);
        tracing::error!(
            service = self.service,
            code,
            detail,
            event_id = event.id,
            "event moved to the dead letters"
        );
        metrics::counter!("events_dead_lettered_total", "service" => self.service).increment(1);
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
