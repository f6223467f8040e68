//! Transport: one stream per producer and partition, read on from any position. The broker keeps no consumer's position.

mod archives;
mod consumer;
mod dead_letters;
mod embedded;
mod gathering;
mod heads;
mod positions;
mod redis;
mod window;

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

pub(crate) use consumer::Consumer;
pub use consumer::Handler;
pub(crate) use dead_letters::DeadLetters;
pub use embedded::EmbeddedBroker;
pub use positions::{StreamPosition, stream_positions};
pub use redis::RedisBroker;

use crate::config::Base;
use crate::event::Event;
use crate::outbox::{Archive, Packed};
use crate::partition;

/// What a consumer reads: some kinds of one producer's events.
#[derive(Clone, Copy, Debug)]
pub struct Subscription {
    /// The producing service's name.
    pub producer: &'static str,
    /// Event types; those not named are passed over.
    pub kinds: &'static [&'static str],
}

impl Subscription {
    /// Whether the event is one of those.
    pub(crate) fn wants(&self, event: &Event) -> bool {
        self.producer == event.source && self.kinds.contains(&event.kind.as_str())
    }
}

/// An event that has just been given its place.
#[derive(Clone, Debug)]
pub struct Placed {
    pub partition: u8,
    pub sequence: i64,
    /// The event itself; none where the broker reads outboxes.
    pub event: Option<Packed>,
}

impl Placed {
    /// The last place of a stream, for a broker that reads outboxes.
    pub(crate) fn head(partition: u8, sequence: i64) -> Self {
        Self {
            partition,
            sequence,
            event: None,
        }
    }
}

impl From<Packed> for Placed {
    fn from(event: Packed) -> Self {
        Self {
            partition: event.partition as u8,
            sequence: event.sequence,
            event: Some(event),
        }
    }
}

/// Where one stream is read on.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    pub producer: &'static str,
    pub partition: u8,
    /// The last sequence that was read.
    pub after: i64,
    /// Event types whose data is wanted, beside those of identity.
    pub kinds: &'static [&'static str],
}

/// Moves events from producers to consumers. Order holds within (producer, partition); a repeated publish changes nothing.
#[async_trait]
pub trait Broker: Send + Sync {
    /// Makes a producer of this process known, with its archive.
    async fn attach(&self, producer: &'static str, archive: Archive) -> anyhow::Result<()>;

    /// Publishes events, in order within each partition.
    async fn publish(&self, producer: &str, placed: &[Placed]) -> anyhow::Result<()>;

    /// Partitions of which the transport has lost something, with the sequence after which it shall be told again. Cheap: asked at every
    /// turn of the relay. `unwritten` is what was published beyond what the archive's rows know.
    async fn lost(
        &self,
        _producer: &str,
        _archive: &Archive,
        _unwritten: &BTreeMap<i64, i64>,
    ) -> anyhow::Result<Vec<(u8, i64)>> {
        Ok(Vec::new())
    }

    /// Empties a partition of which something was lost: what was published after the loss would keep the transport from taking what lies
    /// before it.
    async fn clear(&self, _producer: &str, _partition: u8) -> anyhow::Result<()> {
        Ok(())
    }

    /// What [`Broker::lost`] has named was published again.
    async fn refilled(&self, _producer: &str) -> anyhow::Result<()> {
        Ok(())
    }

    /// Events of a partition after a position, in order and without a gap, at most `limit`.
    async fn read(&self, producer: &str, partition: u8, after: i64, limit: usize) -> anyhow::Result<Vec<Event>>;

    /// The same of several streams, answered in their order. Of kinds that nobody wants the data may be left out, and the events as well but
    /// for the last one, which says how far was read.
    async fn read_streams(&self, streams: &[Reading], limit: usize) -> Vec<anyhow::Result<Vec<Event>>> {
        let reads = streams
            .iter()
            .map(|stream| self.read(stream.producer, stream.partition, stream.after, limit));
        futures::future::join_all(reads).await
    }

    /// The last sequence published in each partition; 0 where there is none.
    fn heads(&self, producer: &str) -> partition::Each;

    /// The same of one partition.
    fn head(&self, producer: &str, partition: u8) -> i64 {
        self.heads(producer).get(usize::from(partition)).copied().unwrap_or(0)
    }

    /// Changes whenever anything was published.
    fn bell(&self) -> watch::Receiver<u64>;

    /// True when reading goes straight to the producers' outboxes, so that placing an event publishes it.
    fn reads_outboxes(&self) -> bool;
}

/// The broker that a configuration names: Redis, or the one of a single process. Archives are read with the bootstrap key unless another
/// key is configured.
pub fn connect_broker(config: &Base, shutdown: CancellationToken) -> anyhow::Result<Arc<dyn Broker>> {
    if config.broker.redis_url.is_empty() {
        return Ok(EmbeddedBroker::new());
    }
    let mut broker = config.broker.clone();
    if broker.archive_key.is_empty() {
        broker.archive_key = config.auth.bootstrap_key.clone();
    }
    Ok(RedisBroker::new(&broker, shutdown)?)
}
