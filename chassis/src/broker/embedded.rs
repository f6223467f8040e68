//! The embedded broker: in one process no second log is needed, it reads on from the producers' outboxes.

use std::collections::HashMap;
use std::sync::Arc;

use async_trait::async_trait;
use parking_lot::RwLock;
use tokio::sync::watch;

use super::heads::Heads;
use super::{Broker, Placed, Reading};
use crate::event::Event;
use crate::outbox::{Archive, Stretch};
use crate::partition;

/// The broker of a single process.
pub struct EmbeddedBroker {
    producers: RwLock<HashMap<String, Archive>>,
    heads: Heads,
}

impl EmbeddedBroker {
    /// An empty broker; producers attach themselves.
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            producers: RwLock::default(),
            heads: Heads::new(),
        })
    }

    /// What there is to read of a stream, at most `limit` events.
    fn stretch(&self, stream: &Reading, limit: usize) -> Stretch {
        let head = self.heads.get(stream.producer, stream.partition);
        Stretch {
            partition: stream.partition,
            after: stream.after,
            up_to: head.min(stream.after + limit as i64),
        }
    }
}

#[async_trait]
impl Broker for EmbeddedBroker {
    async fn attach(&self, producer: &'static str, archive: Archive) -> anyhow::Result<()> {
        let heads = archive.heads().await?;
        self.producers.write().insert(producer.to_owned(), archive);
        self.heads.advance(producer, heads);
        Ok(())
    }

    async fn publish(&self, producer: &str, placed: &[Placed]) -> anyhow::Result<()> {
        self.heads
            .advance(producer, placed.iter().map(|one| (one.partition, one.sequence)));
        Ok(())
    }

    async fn read(&self, producer: &str, partition: u8, after: i64, limit: usize) -> anyhow::Result<Vec<Event>> {
        let archive = self.producers.read().get(producer).cloned();
        match archive {
            Some(archive) => Ok(archive.read(partition, after, limit, None).await?),
            None => Ok(Vec::new()),
        }
    }

    /// One transaction and one statement for each producer: a statement for each stream would cost more than what it reads.
    async fn read_streams(&self, streams: &[Reading], limit: usize) -> Vec<anyhow::Result<Vec<Event>>> {
        let mut read: Vec<anyhow::Result<Vec<Event>>> = streams.iter().map(|_| Ok(Vec::new())).collect();
        let mut places: HashMap<&'static str, Vec<usize>> = HashMap::new();
        for (place, stream) in streams.iter().enumerate() {
            places.entry(stream.producer).or_default().push(place);
        }
        for (producer, places) in places {
            let Some(archive) = self.producers.read().get(producer).cloned() else {
                continue;
            };
            let stretches: Vec<Stretch> = places
                .iter()
                .map(|place| self.stretch(&streams[*place], limit))
                .collect();
            match archive.read_streams(&stretches, streams[places[0]].kinds).await {
                Ok(events) => {
                    for (place, events) in places.into_iter().zip(events) {
                        read[place] = Ok(events);
                    }
                }
                Err(error) => read[places[0]] = Err(error.into()),
            }
        }
        read
    }

    fn heads(&self, producer: &str) -> partition::Each {
        self.heads.all(producer)
    }

    fn bell(&self) -> watch::Receiver<u64> {
        self.heads.bell()
    }

    fn reads_outboxes(&self) -> bool {
        true
    }
}
