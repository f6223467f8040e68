//! The vehicles that one transaction works on: each is taken from memory or its row once, and written once at the end.

use std::collections::HashMap;
use std::sync::Arc;

use chassis::TenantId;

use crate::domain::Micros;
use crate::domain::component::ComponentKind;
use crate::domain::freeze::Frozen;
use crate::domain::report::{ComponentReport, Finding, What};
use crate::domain::rules::Rules;
use crate::domain::vehicle::Vehicle;
use crate::error::Error;
use crate::events::published::{self, Origin};
use crate::models::Models;
use crate::store::{HistoryRow, Memory, PredictionRow, Store, Versioned, timestamp};

/// A batch under way. Dropped without [`Batch::save`], nothing of it stays.
pub struct Batch<'a> {
    models: &'a Models,
    /// Records older than this disturb nobody.
    pub live_after: Micros,
    memory: &'a Memory,
    vehicles: HashMap<TenantId, HashMap<String, Versioned>>,
}

impl<'a> Batch<'a> {
    /// An empty batch.
    #[must_use]
    pub fn new(models: &'a Models, memory: &'a Memory, live_after: Micros) -> Self {
        Self {
            models,
            live_after,
            memory,
            vehicles: HashMap::new(),
        }
    }

    /// The rules, with the models that speak for a tenant.
    #[must_use]
    pub fn rules_of(&self, tenant: &TenantId) -> Arc<Rules> {
        self.models.rules_of(tenant)
    }

    /// The registry of models.
    #[must_use]
    pub fn models(&self) -> &'a Models {
        self.models
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
                Some(state) => state,
                None => store.load_state(tenant, vehicle_id).await?.unwrap_or_default(),
            };
            of_tenant.insert(vehicle_id.to_owned(), loaded);
        }
        Ok(&mut of_tenant.entry(vehicle_id.to_owned()).or_default().vehicle)
    }

    /// Writes every state and hands it to memory, where it waits for the commit.
    pub async fn save(self, store: &mut Store<'_>) -> Result<(), Error> {
        let mut states = Vec::new();
        for (tenant, vehicles) in self.vehicles {
            states.extend(vehicles.into_iter().map(|(id, state)| ((tenant.clone(), id), state)));
        }
        // In one order, so that two transactions never wait for each other.
        states.sort_by(|one, other| one.0.cmp(&other.0));
        store.save_states(&mut states).await?;
        self.memory.stage(states);
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
        What::Computed { reports, frozen } => {
            let rows: Vec<_> = frozen
                .iter()
                .map(|said| prediction(vehicle_id, finding, said))
                .collect();
            store.freeze(origin.tenant, &rows).await?;
            for report in reports {
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

fn prediction(vehicle_id: &str, finding: &Finding, said: &Frozen) -> PredictionRow {
    PredictionRow {
        vehicle_id: vehicle_id.to_owned(),
        component: said.component.as_str().to_owned(),
        model_id: said.model_id.clone(),
        day: said.day,
        life: said.life,
        vehicle_class: said.group.as_str().to_owned(),
        shadow: said.shadow,
        made_at: timestamp(finding.at),
        distance_km: said.distance_km,
        odometer_km: finding.overall.odometer_km,
        km_per_day: said.km_per_day,
        score: said.score,
        rul_km_p05: said.km.p05,
        rul_km_p50: said.km.p50,
        rul_km_p95: said.km.p95,
    }
}

fn encode(error: serde_json::Error) -> chassis::DbError {
    chassis::DbError::Encode(error.into())
}
