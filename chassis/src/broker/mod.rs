//! Transport: one stream per producer and partition, read on from any position. The broker keeps no consumer's position.

mod consumer;
mod dead_letters;
mod embedded;

use async_trait::async_trait;
use tokio::sync::watch;

pub(crate) use consumer::Consumer;
pub use consumer::Handler;
pub(crate) use dead_letters::DeadLetters;
pub use embedded::EmbeddedBroker;

use crate::event::Event;
use crate::outbox::Archive;

/// What a consumer reads: some kinds of one producer's events.
#[derive(Clone, Copy, Debug)]
pub struct Subscription {
    /// The producing service's name.
    pub producer: &'static str,
    /// Event types; those not named are passed over.
    pub kinds: &'static [&'static str],
}

/// Moves events from producers to consumers. Order holds within (producer, partition); a repeated publish changes nothing.
#[async_trait]
pub trait Broker: Send + Sync {
    /// Makes a producer known, with the archive that refills the transport after loss.
    async fn attach(&self, producer: &'static str, archive: Archive) -> anyhow::Result<()>;

    /// Publishes events that have just been given their (partition, sequence).
    async fn publish(&self, producer: &str, placed: &[(u8, i64)], archive: &Archive) -> anyhow::Result<()>;

    /// Events of a partition after a position, in order, at most `limit`.
    async fn read(&self, producer: &str, partition: u8, after: i64, limit: usize) -> anyhow::Result<Vec<Event>>;

    /// The last sequence published in a partition; 0 when there is none.
    fn head(&self, producer: &str, partition: u8) -> i64;

    /// Changes whenever anything was published.
    fn bell(&self) -> watch::Receiver<u64>;

    /// True when reading goes straight to the producers' outboxes, so that placing an event publishes it.
    fn reads_outboxes(&self) -> bool;
}
