//! The consumer's side of the log: the position lives in the consumer's own database and moves in the transaction of the effect.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use tokio_util::sync::CancellationToken;

use super::dead_letters::DeadLetters;
use super::{Broker, Subscription};
use crate::clock::Clock;
use crate::database::{Database, DbError, Tx};
use crate::event::{Event, HandleError};
use crate::identity::IdentityCopy;
use crate::on;

/// Events of one stream that are read at once.
const READ_MAX: usize = 64;
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
    /// Another instance has taken the partition: what we did is void.
    LeaseLost,
}

impl From<DbError> for Failed {
    fn from(error: DbError) -> Self {
        Self::Handling(error.into())
    }
}

/// The streams of one partition owner: which partitions, at which epoch, and how far each stream was read.
#[derive(Default)]
struct Owned {
    epochs: BTreeMap<u8, i64>,
    positions: HashMap<(&'static str, u8), i64>,
    /// Where the next round of reading starts, so that a busy partition does not starve those after it.
    turn: usize,
}

impl Consumer {
    pub(crate) async fn run(self, shutdown: CancellationToken) -> anyhow::Result<()> {
        let mut bell = self.broker.bell();
        let mut owned = self.claim(Owned::default()).await?;
        let mut renewed = self.clock.instant();
        let mut backoff = Duration::from_millis(50);
        loop {
            if renewed.elapsed() > self.lease / 3 {
                owned = self.claim(owned).await?;
                renewed = self.clock.instant();
            }
            bell.mark_unchanged();
            let batch = self.gather(&mut owned).await?;
            if batch.is_empty() {
                tokio::select! {
                    () = shutdown.cancelled() => return Ok(()),
                    changed = bell.changed() => changed?,
                    () = tokio::time::sleep(self.lease / 3) => {}
                }
                continue;
            }
            match self.process(&mut owned, &batch).await {
                Ok(()) => backoff = Duration::from_millis(50),
                Err(Failed::LeaseLost) => owned = self.claim(Owned::default()).await?,
                Err(Failed::Handling(error)) => {
                    tracing::warn!(
                        service = self.service,
                        error = format!("{error:#}"),
                        "events will be tried again"
                    );
                    tokio::select! {
                        () = shutdown.cancelled() => return Ok(()),
                        () = tokio::time::sleep(backoff) => {}
                    }
                    backoff = (backoff * 2).min(self.backoff_max);
                }
            }
            if shutdown.is_cancelled() {
                return Ok(());
            }
        }
    }

    /// Takes or renews partitions; reads the positions of those that are new.
    async fn claim(&self, mut owned: Owned) -> Result<Owned, DbError> {
        let mut tx = self.database.begin().await?;
        let held = crate::lease::hold_partitions(&mut tx, &self.owner, self.clock.machine_now(), self.lease).await?;
        tx.commit().await?;
        let unchanged = held.len() == owned.epochs.len()
            && held
                .iter()
                .all(|(partition, epoch)| owned.epochs.get(partition) == Some(epoch));
        if unchanged {
            return Ok(owned);
        }
        owned = Owned {
            epochs: held.into_iter().collect(),
            ..Owned::default()
        };
        let mut tx = self.database.read().await?;
        let rows: Vec<(String, i64, i64)> = on!(tx, c => sqlx::query_as("SELECT producer, partition, sequence FROM consumer_position").fetch_all(c).await)?;
        for (producer, partition, sequence) in rows {
            let known = self
                .subscriptions
                .iter()
                .find(|subscription| subscription.producer == producer);
            if let (Some(subscription), Ok(partition)) = (known, u8::try_from(partition)) {
                owned.positions.insert((subscription.producer, partition), sequence);
            }
        }
        Ok(owned)
    }

    /// Reads the next events of streams that moved on, at most `batch_max` and about [`BATCH_BYTES_MAX`] in all.
    async fn gather(&self, owned: &mut Owned) -> anyhow::Result<Vec<Event>> {
        let mut batch: Vec<Event> = Vec::new();
        let mut bytes = 0;
        let partitions: Vec<u8> = owned.epochs.keys().copied().collect();
        for turn in 0..partitions.len() {
            let partition = partitions[(owned.turn + turn) % partitions.len()];
            for subscription in &self.subscriptions {
                let position = owned
                    .positions
                    .get(&(subscription.producer, partition))
                    .copied()
                    .unwrap_or(0);
                if self.broker.head(subscription.producer, partition) <= position {
                    continue;
                }
                let room = (self.batch_max - batch.len()).min(READ_MAX);
                let events = self
                    .broker
                    .read(subscription.producer, partition, position, room)
                    .await?;
                bytes += events.iter().map(|event| event.data.len()).sum::<usize>();
                batch.extend(events);
                if batch.len() >= self.batch_max || bytes >= BATCH_BYTES_MAX {
                    owned.turn = (owned.turn + turn + 1) % partitions.len();
                    return Ok(batch);
                }
            }
        }
        Ok(batch)
    }

    /// The whole batch in one transaction; if that fails, one by one, so that a poison event stands alone.
    async fn process(&self, owned: &mut Owned, batch: &[Event]) -> Result<(), Failed> {
        match self.commit(owned, batch).await {
            Ok(()) => return Ok(()),
            Err(Failed::LeaseLost) => return Err(Failed::LeaseLost),
            Err(Failed::Handling(error)) => {
                tracing::debug!(service = self.service, %error, "batch failed, trying one by one")
            }
        }
        for event in batch {
            match self.commit(owned, std::slice::from_ref(event)).await {
                Err(Failed::Handling(HandleError::Poison { code, detail })) => {
                    self.bury(owned, event, code, &detail).await?
                }
                other => other?,
            }
        }
        Ok(())
    }

    async fn commit(&self, owned: &mut Owned, batch: &[Event]) -> Result<(), Failed> {
        let started = self.clock.instant();
        let mut tx = self.database.begin().await?;
        let outcome = match self.apply(batch, &mut tx).await {
            Ok(()) => self.advance(owned, batch, &mut tx).await,
            Err(error) => Err(Failed::Handling(error)),
        };
        let committed = match outcome {
            Ok(()) => tx.commit().await.map_err(Failed::from),
            Err(failed) => {
                tx.rollback().await?;
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

    /// Moves the positions of the batch's streams, if the partitions are still ours at our epoch.
    async fn advance(&self, owned: &Owned, batch: &[Event], tx: &mut Tx) -> Result<(), Failed> {
        for ((producer, partition), sequence) in last_of_each(batch) {
            let epoch = owned.epochs.get(&partition).copied().unwrap_or(-1);
            let done = on!(tx, c => sqlx::query(
                "INSERT INTO consumer_position (producer, partition, sequence)
                 SELECT $1, $2, $3 WHERE EXISTS (SELECT 1 FROM partition_lease WHERE partition = $2 AND owner = $4 AND epoch = $5)
                 ON CONFLICT (producer, partition) DO UPDATE SET sequence = excluded.sequence")
                .bind(producer).bind(i64::from(partition)).bind(sequence).bind(&self.owner).bind(epoch)
                .execute(c).await)?;
            if done.rows_affected() != 1 {
                return Err(Failed::LeaseLost);
            }
        }
        Ok(())
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

fn last_of_each(batch: &[Event]) -> HashMap<(&str, u8), i64> {
    let mut last = HashMap::new();
    for event in batch {
        let sequence = last.entry((event.source.as_str(), event.partition)).or_insert(0);
        *sequence = event.sequence.max(*sequence);
    }
    last
}
