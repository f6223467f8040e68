//! Writes what was heard into audit log and read models, in the transaction that moves the position.

use crate::domain::fleet::Stamp;
use crate::domain::fleet::change::Change;
use crate::domain::fleet::news::{Heard, News};
use crate::domain::fleet::vehicle::Vehicle;
use crate::store::Store;
use chassis::{DbError, TenantId, Tx};
use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// A vehicle of a batch: as it was loaded, and as it is now.
struct Loaded {
    before: Vehicle,
    now: Vehicle,
}

/// What a batch has touched and not written yet. Many events about one vehicle cost one load and one save.
#[derive(Default)]
struct Batch {
    vehicles: BTreeMap<(String, String), Loaded>,
    telemetry: BTreeMap<(String, String, DateTime<Utc>), i64>,
}

/// Records a batch of events, in the order in which they were heard.
pub async fn record_events(tx: &mut Tx, heard: &[Heard]) -> Result<(), DbError> {
    let mut store = Store::on(tx);
    let mut batch = Batch::default();
    for event in heard {
        let tenant = TenantId::new(&event.tenant_id);
        if let Some(entry) = &event.entry {
            store.log(&tenant, entry).await?;
        }
        batch.apply(&mut store, &tenant, event).await?;
    }
    batch.save(&mut store).await
}

impl Batch {
    async fn apply(&mut self, store: &mut Store<'_>, tenant: &TenantId, event: &Heard) -> Result<(), DbError> {
        match &event.news {
            News::Nothing => {}
            News::Vehicle { vehicle_id, changes } => {
                for change in changes {
                    self.change(store, tenant, vehicle_id, event.stamp, change).await?;
                }
            }
            News::Telemetry { records } => {
                for ((vehicle_id, hour), count) in records {
                    let key = (event.tenant_id.clone(), vehicle_id.clone(), *hour);
                    *self.telemetry.entry(key).or_insert(0) += count;
                }
            }
            News::Delivery {
                delivery_id,
                alert_id,
                channel,
                status,
            } => {
                store
                    .save_delivery(tenant, (delivery_id, alert_id), (channel, status), event.stamp)
                    .await?;
            }
            News::Coverage {
                check_id,
                vehicle_id,
                component,
                decision_id,
                covered,
            } => {
                store
                    .save_coverage(tenant, check_id, (vehicle_id, component), *covered)
                    .await?;
                if let Some(decision_id) = decision_id.clone() {
                    let judged = Change::WarrantyJudged {
                        decision_id,
                        covered: *covered,
                    };
                    self.change(store, tenant, vehicle_id, event.stamp, &judged).await?;
                }
            }
            News::Claim {
                claim_id,
                vehicle_id,
                component,
                amount,
            } => {
                store
                    .save_claim(tenant, claim_id, (vehicle_id, component), amount)
                    .await?;
            }
        }
        Ok(())
    }

    async fn change(
        &mut self,
        store: &mut Store<'_>,
        tenant: &TenantId,
        vehicle_id: &str,
        stamp: Stamp,
        change: &Change,
    ) -> Result<(), DbError> {
        let key = (tenant.as_str().to_owned(), vehicle_id.to_owned());
        let loaded = match self.vehicles.entry(key) {
            std::collections::btree_map::Entry::Occupied(held) => held.into_mut(),
            std::collections::btree_map::Entry::Vacant(free) => {
                let vehicle = store.load_vehicle(tenant, vehicle_id).await?;
                free.insert(Loaded {
                    before: vehicle.clone(),
                    now: vehicle,
                })
            }
        };
        store.load_named(tenant, vehicle_id, change, &mut loaded.now).await?;
        loaded.now.apply(stamp, change.clone());
        Ok(())
    }

    async fn save(self, store: &mut Store<'_>) -> Result<(), DbError> {
        for ((tenant, vehicle_id), loaded) in &self.vehicles {
            store
                .save_vehicle(&TenantId::new(tenant), vehicle_id, &loaded.before, &loaded.now)
                .await?;
        }
        for ((tenant, vehicle_id, hour), records) in &self.telemetry {
            store
                .count_telemetry(&TenantId::new(tenant), vehicle_id, *hour, *records)
                .await?;
        }
        Ok(())
    }
}
