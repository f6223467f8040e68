//! Vehicles' states in memory, as a bounded shadow of their rows: never newer than what was committed.

use std::num::NonZeroUsize;
use std::sync::{Mutex, MutexGuard, PoisonError};

use chassis::TenantId;
use lru::LruCache;

use super::states::{VehicleKey, Versioned};

/// The shadow. A state is taken out to be worked on, staged when its row was written, and comes back with the commit.
pub struct Memory {
    inner: Mutex<Inner>,
}

struct Inner {
    committed: LruCache<VehicleKey, Versioned>,
    staged: Vec<(VehicleKey, Versioned)>,
}

impl Memory {
    /// Room for so many vehicles; the least recently heard ones leave first.
    #[must_use]
    pub fn new(vehicles_max: usize) -> Self {
        let room = NonZeroUsize::new(vehicles_max).unwrap_or(NonZeroUsize::MIN);
        Self {
            inner: Mutex::new(Inner {
                committed: LruCache::new(room),
                staged: Vec::new(),
            }),
        }
    }

    /// Takes a vehicle out. Should somebody else work on it too, the version of its row decides who may commit.
    pub fn take(&self, tenant: &TenantId, vehicle_id: &str) -> Option<Versioned> {
        self.lock().committed.pop(&(tenant.clone(), vehicle_id.to_owned()))
    }

    /// Keeps states until their transaction's fate is known.
    pub fn stage(&self, states: Vec<(VehicleKey, Versioned)>) {
        self.lock().staged.extend(states);
    }

    /// The transaction was committed: what it wrote may be used.
    pub fn committed(&self) {
        let mut inner = self.lock();
        for (key, state) in std::mem::take(&mut inner.staged) {
            inner.committed.put(key, state);
        }
    }

    /// The transaction came to nothing: rows are the truth.
    pub fn rolled_back(&self) {
        let mut inner = self.lock();
        inner.staged.clear();
        inner.committed.clear();
    }

    /// A panic while it was held cannot have left it half changed in a way that matters: rows are the truth.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many vehicles are held.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().committed.len()
    }

    /// Whether none is held.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}
