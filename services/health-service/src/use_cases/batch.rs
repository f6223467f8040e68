//! The vehicles that one transaction works on: each is taken from memory or its row once, and written once at the end.

use std::collections::HashMap;

use chassis::TenantId;

use crate::domain::Micros;
use crate::domain::component::ComponentKind;
use crate::domain::report::{ComponentReport, Finding, What};
use crate::domain::rules::Rules;
use crate::domain::vehicle::Vehicle;
use crate::error::Error;
use crate::events::published::{self, Origin};
use crate::store::{HistoryRow, Memory, Store, timestamp};

/// A batch under way. Dropped without [`Batch::save`], nothing of it stays.
pub struct Batch<'a> {
    pub rules: &'a Rules,
    /// Records older than this disturb nobody.
    pub live_after: Micros,
    memory: &'a Memory,
    vehicles: HashMap<TenantId, HashMap<String, Box<Vehicle>>>,
}

impl<'a> Batch<'a> {
    /// An empty batch.
    #[must_use]
    pub fn new(rules: &'a Rules, memory: &'a Memory, live_after: Micros) -> Self {
        Self {
            rules,
            live_after,
            memory,
            vehicles: HashMap::new(),
        }
    }

    /// A vehicle's state, loaded at its first mention; a vehicle never heard of starts empty.
    pub async fn vehicle(
        &mut self,
        store: &mut Store<'_>,
        tenant: &TenantId,
        vehicle_id: &str,
    ) -> Result<&mut Vehicle, Error> {
        if !self.vehicles.contains_key(tenant) {
            self.vehicles.insert(tenant.clone(), HashMap::new());
        }
        let of_tenant = self.vehicles.entry(tenant.clone()).or_default();
        if !of_tenant.contains_key(vehicle_id) {
            let loaded = match self.memory.take(tenant, vehicle_id) {
                Some(vehicle) => vehicle,
                None => Box::new(store.load_state(tenant, vehicle_id).await?.unwrap_or_default()),
            };
            of_tenant.insert(vehicle_id.to_owned(), loaded);
        }
        Ok(of_tenant.entry(vehicle_id.to_owned()).or_default())
    }

    /// Writes every state and hands it to memory, where it waits for the commit.
    pub async fn save(self, store: &mut Store<'_>) -> Result<(), Error> {
        for (tenant, vehicles) in self.vehicles {
            for (vehicle_id, mut vehicle) in vehicles {
                store.save_state(&tenant, &vehicle_id, &mut vehicle).await?;
                self.memory.stage(&tenant, vehicle_id, vehicle);
            }
        }
        Ok(())
    }
}

/// Publishes a finding and keeps it in history and lists, in the transaction of the state that it comes from.
pub async fn tell(
    store: &mut Store<'_>,
    origin: &Origin<'_>,
    vehicle_id: &str,
    finding: &Finding,
) -> Result<(), Error> {
    let event = published::event(origin, vehicle_id, finding).map_err(|error| Error::Store(encode(error)))?;
    store.publish(&event).await?;
    let id = event.id.unwrap_or_default();
    match &finding.what {
        What::Computed(components) => {
            for report in components {
                keep(store, origin, vehicle_id, finding, report, &id, "COMPUTED").await?;
            }
        }
        What::Changed { component, reason, .. } => {
            keep(
                store,
                origin,
                vehicle_id,
                finding,
                component,
                &id,
                published::reason_name(*reason),
            )
            .await?;
        }
        What::Alarmed { .. } => {}
    }
    Ok(())
}

async fn keep(
    store: &mut Store<'_>,
    origin: &Origin<'_>,
    vehicle_id: &str,
    finding: &Finding,
    report: &ComponentReport,
    id: &str,
    reason: &str,
) -> Result<(), Error> {
    let (kind, status): (ComponentKind, &str) = (report.kind, published::status(report.band));
    store
        .keep_component(origin.tenant, vehicle_id, kind.as_str(), report.score, status)
        .await?;
    if report.score.is_none() && reason == "COMPUTED" {
        return Ok(());
    }
    let row = HistoryRow {
        id: id.to_owned(),
        component: kind.as_str().to_owned(),
        time: timestamp(finding.at),
        score: report.score,
        status: status.to_owned(),
        overall_score: finding.overall.score,
        rul_km_p05: report.remaining.map(|remaining| remaining.km.p05),
        rul_km_p50: report.remaining.map(|remaining| remaining.km.p50),
        rul_km_p95: report.remaining.map(|remaining| remaining.km.p95),
        odometer_km: finding.overall.odometer_km,
        reason: reason.to_owned(),
    };
    store.add_history(origin.tenant, vehicle_id, &row).await
}

fn encode(error: serde_json::Error) -> chassis::DbError {
    chassis::DbError::Encode(error.into())
}
