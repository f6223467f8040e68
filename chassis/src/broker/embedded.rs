//! The embedded broker: in one process no second log is needed, it reads on from the producers' outboxes.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use async_trait::async_trait;
use parking_lot::RwLock;
use tokio::sync::watch;

use super::Broker;
use crate::event::Event;
use crate::outbox::Archive;
use crate::partition;

/// The broker of a single process.
pub struct EmbeddedBroker {
    producers: RwLock<HashMap<String, Arc<Producer>>>,
    bell: watch::Sender<u64>,
}

struct Producer {
    archive: Archive,
    heads: Vec<AtomicI64>,
}

impl EmbeddedBroker {
    /// An empty broker; producers attach themselves.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            producers: RwLock::default(),
            bell: watch::channel(0).0,
        })
    }

    fn producer(&self, name: &str) -> Option<Arc<Producer>> {
        self.producers.read().get(name).cloned()
    }

    fn ring(&self) {
        self.bell.send_modify(|count| *count = count.wrapping_add(1));
    }
}

#[async_trait]
impl Broker for EmbeddedBroker {
    async fn attach(&self, producer: &'static str, archive: Archive) -> anyhow::Result<()> {
        let heads: Vec<AtomicI64> = (0..partition::COUNT).map(|_| AtomicI64::new(0)).collect();
        for (partition, head) in archive.heads().await? {
            heads[usize::from(partition)].store(head, Ordering::Release);
        }
        self.producers
            .write()
            .insert(producer.to_owned(), Arc::new(Producer { archive, heads }));
        self.ring();
        Ok(())
    }

    async fn publish(&self, producer: &str, placed: &[(u8, i64)], _archive: &Archive) -> anyhow::Result<()> {
        if let Some(known) = self.producer(producer) {
            for (partition, sequence) in placed {
                known.heads[usize::from(*partition)].fetch_max(*sequence, Ordering::AcqRel);
            }
            self.ring();
        }
        Ok(())
    }

    async fn read(&self, producer: &str, partition: u8, after: i64, limit: usize) -> anyhow::Result<Vec<Event>> {
        match self.producer(producer) {
            Some(known) => Ok(known.archive.read(partition, after, limit).await?),
            None => Ok(Vec::new()),
        }
    }

    fn head(&self, producer: &str, partition: u8) -> i64 {
        self.producer(producer)
            .map_or(0, |known| known.heads[usize::from(partition)].load(Ordering::Acquire))
    }

    fn bell(&self) -> watch::Receiver<u64> {
        self.bell.subscribe()
    }

    fn reads_outboxes(&self) -> bool {
        true
    }
}
