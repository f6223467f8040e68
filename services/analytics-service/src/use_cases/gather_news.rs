//! Joins news in memory and writes what they changed: a batch of the consumer's, or everything when read models are rebuilt.

use crate::domain::fleet::Stamp;
use crate::domain::fleet::change::Change;
use crate::domain::fleet::lifecycle::{Alert, Decision, Visit};
use crate::domain::fleet::news::{Claim, Coverage, Delivery, News};
use crate::domain::fleet::vehicle::Vehicle;
use crate::store::{Named, Store, TrendDelta, contribute};
use chassis::DbError;
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// A vehicle: as it was kept, and as it is now.
#[derive(Default)]
pub struct Loaded {
    pub before: Vehicle,
    pub now: Vehicle,
}

/// Something of each tenant, by its id.
type ByTenant<T> = BTreeMap<String, BTreeMap<String, T>>;
/// Something outside the vehicle's own picture: its vehicle, and the newest word about it.
type Word<T> = (String, (Stamp, T));

/// What was touched and not written yet.
#[derive(Default)]
pub struct Gathered {
    vehicles: ByTenant<Loaded>,
    deliveries: ByTenant<Word<Delivery>>,
    coverages: ByTenant<Word<Coverage>>,
    claims: ByTenant<Word<Claim>>,
    telemetry: BTreeMap<(String, DateTime<Utc>, u8), i64>,
}

impl Gathered {
    /// The vehicle and the changes that an event speaks of.
    pub fn changes(news: &News) -> Option<(&str, Vec<Change>)> {
        match news {
            News::Vehicle { vehicle_id, changes } => Some((vehicle_id, changes.clone())),
            News::Coverage {
                vehicle_id, coverage, ..
            } => Some((vehicle_id, judged(coverage).into_iter().collect())),
            _ => None,
        }
    }

    /// Whether a vehicle was loaded.
    pub fn knows(&self, tenant_id: &str, vehicle_id: &str) -> bool {
        let of_tenant = self.vehicles.get(tenant_id);
        of_tenant.is_some_and(|vehicles| vehicles.contains_key(vehicle_id))
    }

    /// Takes a vehicle as it was kept.
    pub fn put(&mut self, tenant_id: &str, vehicle_id: &str, vehicle: Vehicle) {
        *self.vehicle(tenant_id, vehicle_id) = Loaded {
            before: vehicle.clone(),
            now: vehicle,
        };
    }

    /// A vehicle; one that was never put is an empty one.
    pub fn vehicle(&mut self, tenant_id: &str, vehicle_id: &str) -> &mut Loaded {
        slot(slot(&mut self.vehicles, tenant_id), vehicle_id)
    }

    /// Joins what an event of a partition says.
    pub fn join(&mut self, tenant_id: &str, (stamp, partition): (Stamp, u8), news: News) {
        match news {
            News::Nothing => {}
            News::Vehicle { vehicle_id, changes } => self.join_changes(tenant_id, &vehicle_id, stamp, changes),
            News::Telemetry { records } => {
                for (hour, count) in records {
                    let key = (tenant_id.to_owned(), hour, partition);
                    *self.telemetry.entry(key).or_insert(0) += count;
                }
            }
            News::Delivery { delivery_id, delivery } => {
                let deliveries = slot(&mut self.deliveries, tenant_id);
                newest(deliveries, delivery_id, (String::new(), (stamp, delivery)));
            }
            News::Coverage {
                check_id,
                vehicle_id,
                coverage,
            } => {
                self.join_changes(tenant_id, &vehicle_id, stamp, judged(&coverage));
                newest(
                    slot(&mut self.coverages, tenant_id),
                    check_id,
                    (vehicle_id, (stamp, coverage)),
                );
            }
            News::Claim {
                claim_id,
                vehicle_id,
                claim,
            } => newest(
                slot(&mut self.claims, tenant_id),
                claim_id,
                (vehicle_id, (stamp, claim)),
            ),
        }
    }

    fn join_changes(
        &mut self,
        tenant_id: &str,
        vehicle_id: &str,
        stamp: Stamp,
        changes: impl IntoIterator<Item = Change>,
    ) {
        let mut changes = changes.into_iter().peekable();
        if changes.peek().is_some() {
            let vehicle = &mut self.vehicle(tenant_id, vehicle_id).now;
            changes.for_each(|change| vehicle.join(stamp, change));
        }
    }

    /// Takes over what others have gathered. Nobody else may have gathered the same vehicle; of other things the newest word counts.
    pub fn absorb(&mut self, other: Gathered) {
        for (tenant_id, vehicles) in other.vehicles {
            slot(&mut self.vehicles, &tenant_id).extend(vehicles);
        }
        absorb(&mut self.deliveries, other.deliveries);
        absorb(&mut self.coverages, other.coverages);
        absorb(&mut self.claims, other.claims);
        for (key, count) in other.telemetry {
            *self.telemetry.entry(key).or_insert(0) += count;
        }
    }

    /// Judges what is settled, once all is joined.
    pub fn settle(&mut self) {
        let vehicles = self.vehicles.values_mut().flat_map(BTreeMap::values_mut);
        vehicles.for_each(|loaded| loaded.now.settle());
    }

    /// Writes what differs from what was kept.
    pub async fn save(&self, store: &mut Store<'_>) -> Result<(), DbError> {
        store
            .save_decisions(&self.differing::<Decision>(|vehicle| &vehicle.decisions))
            .await?;
        store
            .save_alerts(&self.differing::<Alert>(|vehicle| &vehicle.alerts))
            .await?;
        store
            .save_visits(&self.differing::<Visit>(|vehicle| &vehicle.visits))
            .await?;
        let vehicles: Vec<Named<Vehicle>> = self.loaded().filter_map(named_vehicle).collect();
        store.save_overviews(&vehicles).await?;
        store.save_repairs(&vehicles).await?;
        store.save_days(&vehicles).await?;
        store.move_trend(&self.trend()).await?;
        store.save_deliveries(&named(&self.deliveries)).await?;
        store.save_coverages(&named(&self.coverages)).await?;
        store.save_claims(&named(&self.claims)).await?;
        store.count_telemetry(&self.telemetry).await
    }

    /// Tenant, vehicle and what was loaded, in the order of their keys.
    fn loaded(&self) -> impl Iterator<Item = (&str, &str, &Loaded)> {
        self.vehicles.iter().flat_map(|(tenant_id, vehicles)| {
            let of_tenant = vehicles.iter();
            of_tenant.map(move |(vehicle_id, loaded)| (tenant_id.as_str(), vehicle_id.as_str(), loaded))
        })
    }

    /// In the order of their keys, so that tables and indexes grow at their end.
    fn differing<'a, T: PartialEq>(&'a self, of: impl Fn(&'a Vehicle) -> &'a BTreeMap<String, T>) -> Vec<Named<'a, T>> {
        let mut differing = Vec::new();
        for (tenant_id, vehicle_id, loaded) in self.loaded() {
            let before = of(&loaded.before);
            for (id, value) in of(&loaded.now) {
                if before.get(id) != Some(value) {
                    differing.push(Named {
                        tenant_id,
                        vehicle_id,
                        id,
                        value,
                    });
                }
            }
        }
        differing.sort_unstable_by_key(|named| (named.tenant_id, named.id));
        differing
    }

    fn trend(&self) -> TrendDelta {
        let mut deltas = TrendDelta::default();
        for (tenant_id, vehicle_id, loaded) in self.loaded() {
            for (day, health) in &loaded.now.days {
                let before = loaded.before.days.get(day);
                contribute(&mut deltas, (tenant_id, vehicle_id), *day, before, health);
            }
        }
        deltas
    }
}

/// What a check says about the decision that it was made for.
fn judged(coverage: &Coverage) -> Option<Change> {
    let decision_id = coverage.decision_id.clone()?;
    Some(Change::WarrantyJudged {
        decision_id,
        covered: coverage.covered,
    })
}

/// The value of a key; a key is copied only when it is new.
fn slot<'m, T: Default>(map: &'m mut BTreeMap<String, T>, key: &str) -> &'m mut T {
    if !map.contains_key(key) {
        map.insert(key.to_owned(), T::default());
    }
    map.get_mut(key).expect("put there if it was missing")
}

/// A vehicle of which nothing was heard but what is empty has no row.
fn named_vehicle<'a>((tenant_id, vehicle_id, loaded): (&'a str, &'a str, &'a Loaded)) -> Option<Named<'a, Vehicle>> {
    (loaded.now != loaded.before).then_some(Named {
        tenant_id,
        vehicle_id,
        id: vehicle_id,
        value: &loaded.now,
    })
}

fn named<T>(words: &ByTenant<Word<T>>) -> Vec<Named<'_, (Stamp, T)>> {
    let mut list = Vec::new();
    for (tenant_id, words) in words {
        for (id, (vehicle_id, value)) in words {
            list.push(Named {
                tenant_id,
                vehicle_id,
                id,
                value,
            });
        }
    }
    list
}

fn newest<T>(words: &mut BTreeMap<String, Word<T>>, id: String, word: Word<T>) {
    let (_, (stamp, _)) = &word;
    let known = words.get(&id).is_some_and(|(_, (known, _))| known >= stamp);
    if !known {
        words.insert(id, word);
    }
}

fn absorb<T>(own: &mut ByTenant<Word<T>>, others: ByTenant<Word<T>>) {
    for (tenant_id, words) in others {
        let own = slot(own, &tenant_id);
        words.into_iter().for_each(|(id, word)| newest(own, id, word));
    }
}
