//! Keys of records that were committed lately, so that a repeated request is answered at the door. Bounded, in memory, and no more than
//! a shortcut: the store itself keeps each record once.

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash, Hasher};
use std::num::NonZeroUsize;

use chassis::TenantId;
use lru::LruCache;
use parking_lot::Mutex;

use crate::domain::record::Record;

/// The recent keys of this process.
pub struct RecentKeys {
    /// Two hashes of 64 bits, keyed at random: nobody can make two records collide, and chance will not.
    hashers: [RandomState; 2],
    keys: Mutex<LruCache<u128, ()>>,
}

impl RecentKeys {
    /// Remembers at most so many.
    #[must_use]
    pub fn new(keys_max: usize) -> Self {
        let capacity = NonZeroUsize::new(keys_max).unwrap_or(NonZeroUsize::MIN);
        Self {
            hashers: [RandomState::new(), RandomState::new()],
            keys: Mutex::new(LruCache::new(capacity)),
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

    /// Whether a record with this key was committed lately.
    #[must_use]
    pub fn contains(&self, key: u128) -> bool {
        self.keys.lock().get(&key).is_some()
    }

    /// Remembers committed keys. Never call it before the commit: a repetition would be answered, and the record lost.
    pub fn insert(&self, committed: impl Iterator<Item = u128>) {
        let mut keys = self.keys.lock();
        for key in committed {
            keys.put(key, ());
        }
    }
}
