//! The vehicles that telemetry meets, in memory: the hot path asks the database only about vehicles that it has not met lately.

use std::collections::HashMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use chassis::{Database, DbError, TenantId};
use lru::LruCache;
use parking_lot::Mutex;

use super::Store;
use super::telemetry::from_micros;
use crate::domain::quality::{Memory, OdometerRule};
use crate::domain::signals::Catalog;
use crate::domain::vehicle::{Status, Vehicle};
use crate::domain::vin::Vin;

/// What telemetry needs of a vehicle.
pub struct KnownVehicle {
    pub vin: Option<Vin>,
    pub status: Status,
    /// Version of the registry row that this was read from.
    version: i64,
    /// Its last readings, for the quality rules.
    pub memory: Mutex<Memory>,
}

impl KnownVehicle {
    /// A vehicle that its first record is about to register.
    #[must_use]
    pub fn newcomer(vin: Vin) -> Self {
        Self {
            vin: Some(vin),
            status: Status::Active,
            version: 1,
            memory: Mutex::default(),
        }
    }

    /// A vehicle of the registry.
    #[must_use]
    pub fn of(vehicle: &Vehicle, version: i64, memory: Memory) -> Self {
        Self {
            vin: vehicle.vin.clone(),
            status: vehicle.status,
            version,
            memory: Mutex::new(memory),
        }
    }
}

/// A bounded cache over the registry.
pub struct KnownVehicles {
    database: Database,
    catalog: Arc<Catalog>,
    odometer: OdometerRule,
    cache: Mutex<LruCache<(TenantId, String), Arc<KnownVehicle>>>,
    /// The last change of the registry that was followed.
    followed: AtomicI64,
}

impl KnownVehicles {
    /// Remembers at most so many vehicles.
    #[must_use]
    pub fn new(database: Database, catalog: Arc<Catalog>, odometer: OdometerRule, vehicles_max: usize) -> Self {
        let capacity = NonZeroUsize::new(vehicles_max).unwrap_or(NonZeroUsize::MIN);
        Self {
            database,
            catalog,
            odometer,
            cache: Mutex::new(LruCache::new(capacity)),
            followed: AtomicI64::new(0),
        }
    }

    /// Forgets vehicles that other instances have changed; asked every second where instances share the database. What another instance
    /// says of a vehicle holds here within that time.
    pub async fn follow(&self) -> Result<(), DbError> {
        let mut tx = self.database.read().await?;
        let followed = self.followed.load(Ordering::Acquire);
        let (number, changed) = Store::new(&mut tx).changes_after(followed).await?;
        let mut cache = self.cache.lock();
        for (tenant, vehicle_id) in changed {
            cache.pop(&(TenantId::new(&tenant), vehicle_id));
        }
        self.followed.store(number, Ordering::Release);
        Ok(())
    }

    /// The vehicles of these ids, if all of them are in memory.
    pub fn recall<'a>(
        &self,
        tenant: &TenantId,
        ids: impl Iterator<Item = &'a str>,
    ) -> Option<HashMap<String, Option<Arc<KnownVehicle>>>> {
        let mut cache = self.cache.lock();
        ids.map(|id| {
            let known = cache.get(&(tenant.clone(), id.to_owned())).cloned();
            known.map(|known| (id.to_owned(), Some(known)))
        })
        .collect()
    }

    /// Finds the vehicles of these ids; `None` for one that is not registered. Blocks on the database for those not in memory, so it
    /// must be called on a blocking thread.
    pub fn find<'a>(
        &self,
        tenant: &TenantId,
        ids: impl Iterator<Item = &'a str>,
    ) -> Result<HashMap<String, Option<Arc<KnownVehicle>>>, DbError> {
        let mut found: HashMap<String, Option<Arc<KnownVehicle>>> = HashMap::new();
        let mut missing = Vec::new();
        for id in ids {
            if found.contains_key(id) {
                continue;
            }
            let known = self.cache.lock().get(&(tenant.clone(), id.to_owned())).cloned();
            if known.is_none() {
                missing.push(id.to_owned());
            }
            found.insert(id.to_owned(), known);
        }
        if !missing.is_empty() {
            let followed = self.followed.load(Ordering::Acquire);
            let loaded = tokio::runtime::Handle::current().block_on(self.load(tenant, &missing))?;
            for (id, known) in loaded {
                // What was read before a change that has been followed since is good for this request only.
                if self.followed.load(Ordering::Acquire) == followed {
                    self.put(tenant, &id, known.clone());
                }
                found.insert(id, Some(known));
            }
        }
        Ok(found)
    }

    async fn load(&self, tenant: &TenantId, ids: &[String]) -> Result<Vec<(String, Arc<KnownVehicle>)>, DbError> {
        let mut tx = self.database.read().await?;
        let mut store = Store::new(&mut tx);
        let vehicles = store.vehicles_of(tenant, ids).await?;
        let key = |vehicle: &Vehicle| (tenant.clone(), vehicle.vehicle_id.clone());
        let keys: Vec<_> = vehicles.iter().map(|(vehicle, _)| key(vehicle)).collect();
        let mut newest = store.newest_of(&keys).await?;
        let known = vehicles.into_iter().map(|(vehicle, version)| {
            let mut memory = Memory::default();
            let readings = newest.remove(&key(&vehicle)).unwrap_or_default().readings;
            for (path, (value, at_us)) in readings {
                if let Some(signal) = self.catalog.by_path(&path)
                    && self
                        .odometer
                        .vouches(self.catalog.get(signal), value, vehicle.odometer_km)
                {
                    memory.recall(&self.catalog, signal, value, from_micros(at_us));
                }
            }
            let known = Arc::new(KnownVehicle::of(&vehicle, version, memory));
            (vehicle.vehicle_id, known)
        });
        Ok(known.collect())
    }

    /// Remembers a vehicle that its first record has registered. Where other instances may have changed it since, its row is read instead.
    pub fn registered(&self, tenant: &TenantId, vehicle_id: &str, known: Arc<KnownVehicle>) {
        if !self.database.is_shared() {
            self.put(tenant, vehicle_id, known);
        }
    }

    /// Remembers a vehicle, unless a newer version of it is there.
    fn put(&self, tenant: &TenantId, vehicle_id: &str, known: Arc<KnownVehicle>) {
        let key = (tenant.clone(), vehicle_id.to_owned());
        let mut cache = self.cache.lock();
        if cache.get(&key).is_none_or(|present| present.version < known.version) {
            cache.put(key, known);
        }
    }

    /// Takes over a change of the registry, and keeps what is remembered of the readings.
    pub fn changed(&self, tenant: &TenantId, vehicle: &Vehicle, version: i64) {
        let key = (tenant.clone(), vehicle.vehicle_id.clone());
        let memory = self
            .cache
            .lock()
            .get(&key)
            .map(|known| known.memory.lock().clone())
            .unwrap_or_default();
        self.put(
            tenant,
            &vehicle.vehicle_id,
            Arc::new(KnownVehicle::of(vehicle, version, memory)),
        );
    }
}
