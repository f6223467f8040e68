//! Keys of records that were committed lately, so that a repeated request is answered at the door. Bounded, in memory, and no more than
//! a shortcut: the store itself keeps each record once.

use std::collections::HashSet;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher};

use chassis::TenantId;
use parking_lot::Mutex;

use crate::domain::record::Record;

/// The recent keys of this process, in two generations: when the younger is full, the older is forgotten.
pub struct RecentKeys {
    /// Two hashes of 64 bits, keyed at random: nobody can make two records collide, and chance will not.
    hashers: [RandomState; 2],
    generations: Mutex<[HashSet<u128, BuildHasherDefault<Folded>>; 2]>,
    generation_max: usize,
}

/// A key is a hash already: its lower half will do.
#[derive(Default)]
struct Folded(u64);

impl Hasher for Folded {
    fn write(&mut self, _: &[u8]) {}

    fn write_u128(&mut self, key: u128) {
        self.0 = key as u64;
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl RecentKeys {
    /// Remembers at most so many.
    #[must_use]
    pub fn new(keys_max: usize) -> Self {
        Self {
            hashers: [RandomState::new(), RandomState::new()],
            generations: Mutex::default(),
            generation_max: (keys_max / 2).max(1),
        }
    }

    /// The key of a record: tenant, vehicle, time, sequence.
    #[must_use]
    pub fn key(&self, tenant: &TenantId, record: &Record) -> u128 {
        let half = |state: &RandomState| {
            let mut hasher = state.build_hasher();
            tenant.as_str().hash(&mut hasher);
            record.vehicle_id.hash(&mut hasher);
            record.time.timestamp_micros().hash(&mut hasher);
            record.sequence.hash(&mut hasher);
            u128::from(hasher.finish())
        };
        half(&self.hashers[0]) << 64 | half(&self.hashers[1])
    }

    /// Whether records with these keys were committed lately.
    pub fn contain<'k>(&self, keys: impl Iterator<Item = u128> + 'k) -> Vec<bool> {
        let generations = self.generations.lock();
        keys.map(|key| generations.iter().any(|generation| generation.contains(&key)))
            .collect()
    }

    /// Remembers committed keys. Never call it before the commit: a repetition would be answered, and the record lost.
    pub fn insert(&self, committed: impl Iterator<Item = u128>) {
        let [younger, older] = &mut *self.generations.lock();
        for key in committed {
            if younger.len() >= self.generation_max {
                std::mem::swap(younger, older);
                younger.clear();
            }
            younger.insert(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_committed_lately_is_known_and_the_memory_is_bounded() {
        let recent = RecentKeys::new(10);
        for key in 0..100_u128 {
            assert_eq!(recent.contain(std::iter::once(key)), [false]);
            recent.insert(std::iter::once(key));
            assert_eq!(recent.contain([key, key.saturating_sub(4)].into_iter()), [true, true]);
        }
        let known = recent.contain(0..100).into_iter().filter(|known| *known).count();
        assert!((5..=10).contains(&known), "{known}");
    }
}
