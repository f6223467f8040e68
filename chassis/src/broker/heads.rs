//! The last sequence of every stream that is known here, and the bell that rings when one moved.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use parking_lot::RwLock;
use tokio::sync::watch;

use crate::partition;

pub(super) struct Heads {
    producers: RwLock<HashMap<String, Arc<Vec<AtomicI64>>>>,
    bell: watch::Sender<u64>,
}

impl Heads {
    pub(super) fn new() -> Self {
        Self {
            producers: RwLock::default(),
            bell: watch::channel(0).0,
        }
    }

    /// A producer's heads; one never heard of starts at 0 everywhere.
    fn of(&self, producer: &str) -> Arc<Vec<AtomicI64>> {
        if let Some(known) = self.producers.read().get(producer) {
            return known.clone();
        }
        let fresh = || Arc::new((0..partition::COUNT).map(|_| AtomicI64::new(0)).collect());
        self.producers
            .write()
            .entry(producer.to_owned())
            .or_insert_with(fresh)
            .clone()
    }

    /// All producers that were asked for or told of.
    pub(super) fn producers(&self) -> Vec<String> {
        self.producers.read().keys().cloned().collect()
    }

    pub(super) fn get(&self, producer: &str, partition: u8) -> i64 {
        self.of(producer)
            .get(usize::from(partition))
            .map_or(0, |head| head.load(Ordering::Acquire))
    }

    pub(super) fn all(&self, producer: &str) -> partition::Each {
        let heads = self.of(producer);
        std::array::from_fn(|partition| heads[partition].load(Ordering::Acquire))
    }

    /// Moves heads forward, never back, and rings if one moved.
    pub(super) fn advance(&self, producer: &str, moved: impl IntoIterator<Item = (u8, i64)>) {
        let heads = self.of(producer);
        let mut rings = false;
        for (partition, sequence) in moved {
            if let Some(head) = heads.get(usize::from(partition)) {
                rings |= head.fetch_max(sequence, Ordering::AcqRel) < sequence;
            }
        }
        if rings {
            self.bell.send_modify(|count| *count = count.wrapping_add(1));
        }
    }

    pub(super) fn bell(&self) -> watch::Receiver<u64> {
        self.bell.subscribe()
    }
}
