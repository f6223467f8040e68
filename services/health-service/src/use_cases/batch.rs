//! The vehicles that one transaction works on: each is taken from memory or its row once, and written once at the end, with all that was
//! found in them.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use chassis::{NewEvent, TenantId};

use crate::domain::Micros;
use crate::domain::component::ComponentKind;
use crate::domain::freeze::Frozen;
use crate::domain::report::{ComponentReport, Finding, What};
use crate::domain::rules::Rules;
use crate::domain::vehicle::Vehicle;
use crate::error::Error;
use crate::events::published::{self, Origin};
use crate::models::Models;
use crate::store::{ComponentRows, HistoryRow, Memory, PredictionRow, Store, Versioned, timestamp};

/// A batch under way. Dropped without [`Batch::save`], nothing of it stays.
pub struct Batch<'a> {
    models: &'a Models,
    /// Records older than this disturb nobody.
    pub live_after: Micros,
    /// On how many processors vehicles may be judged.
    pub threads: usize,
    memory: &'a Memory,
    vehicles: HashMap<TenantId, HashMap<String, Versioned>>,
    /// In the order in which it was found.
    events: Vec<NewEvent>,
    told: BTreeMap<TenantId, Told>,
}

/// What was found in a tenant's vehicles, as it will be kept. Gathered, since a statement for each component of each vehicle would cost more
/// than judging it.
#[derive(Default)]
struct Told {
    components: ComponentRows,
    history: Vec<(String, HistoryRow)>,
    predictions: Vec<PredictionRow>,
}

impl<'a> Batch<'a> {
    /// An empty batch.
    #[must_use]
    pub fn new(models: &'a Models, memory: &'a Memory, live_after: Micros, threads: usize) -> Self {
        Self {
            models,
            live_after,
            threads,
            memory,
            vehicles: HashMap::new(),
            events: Vec::new(),
            told: BTreeMap::new(),
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
        let state = self.take(store, tenant, vehicle_id).await?;
        Ok(&mut self.put(tenant, vehicle_id, state).vehicle)
    }

    /// The same, taken out of the batch to be worked on beside others; it must be [put](Self::put) back.
    pub async fn take(
        &mut self,
        store: &mut Store<'_>,
        tenant: &TenantId,
        vehicle_id: &str,
    ) -> Result<Versioned, Error> {
        let of_tenant = self.vehicles.get_mut(tenant);
        if let Some(state) = of_tenant.and_then(|vehicles| vehicles.remove(vehicle_id)) {
            return Ok(state);
        }
        match self.memory.take(tenant, vehicle_id) {
            Some(state) => Ok(state),
            None => Ok(store.load_state(tenant, vehicle_id).await?.unwrap_or_default()),
        }
    }

    /// Puts a vehicle's state into the batch, which will save it.
    pub fn put(&mut self, tenant: &TenantId, vehicle_id: &str, state: Versioned) -> &mut Versioned {
        let of_tenant = self.vehicles.entry(tenant.clone()).or_default();
        of_tenant.entry(vehicle_id.to_owned()).insert_entry(state).into_mut()
    }

    /// Publishes a finding and keeps it in history and lists, in the transaction of the state that it comes from.
    ///
    /// # Errors
    /// When the finding cannot be said as an event.
    pub fn tell(&mut self, origin: &Origin<'_>, vehicle_id: &str, finding: &Finding) -> Result<(), Error> {
        let event = published::event(origin, vehicle_id, finding).map_err(|error| Error::Store(encode(error)))?;
        let id = event.id.clone().unwrap_or_default();
        self.events.push(event);
        let told = self.told.entry(origin.tenant.clone()).or_default();
        match &finding.what {
            What::Computed { reports, frozen } => {
                let said = frozen.iter().map(|said| prediction(vehicle_id, finding, said));
                told.predictions.extend(said);
                for report in reports {
                    told.keep(vehicle_id, finding, report, &id, COMPUTED);
                }
            }
            What::Changed { component, reason, .. } => {
                told.keep(vehicle_id, finding, component, &id, published::reason_name(*reason));
            }
            What::Alarmed { .. } | What::Recovered { .. } => {}
        }
        Ok(())
    }

    /// Writes what was told so far: before anything that reads it, or that must be published after it.
    pub async fn write_told(&mut self, store: &mut Store<'_>) -> Result<(), Error> {
        store.publish_all(std::mem::take(&mut self.events)).await?;
        for (tenant, told) in std::mem::take(&mut self.told) {
            store.freeze(&tenant, &told.predictions).await?;
            store.keep_components(&tenant, &told.components).await?;
            store.add_history(&tenant, &told.history).await?;
        }
        Ok(())
    }

    /// Writes what was told and every state, and hands the states to memory, where they wait for the commit.
    pub async fn save(mut self, store: &mut Store<'_>) -> Result<(), Error> {
        self.write_told(store).await?;
        let mut states = Vec::new();
        for (tenant, vehicles) in self.vehicles {
            states.extend(vehicles.into_iter().map(|(id, state)| ((tenant.clone(), id), state)));
        }
        // In one order, so that two transactions never wait for each other.
        states.sort_by(|one, other| one.0.cmp(&other.0));
        store.save_states(&mut states, self.threads).await?;
        self.memory.stage(states);
        Ok(())
    }
}

/// Why a point of history is there: its window was over.
const COMPUTED: &str = "COMPUTED";

impl Told {
    fn keep(&mut self, vehicle_id: &str, finding: &Finding, report: &ComponentReport, id: &str, reason: &str) {
        let (kind, status): (ComponentKind, &str) = (report.kind, published::status(report.band));
        let component = (vehicle_id.to_owned(), kind.as_str());
        self.components.insert(component, (report.score, status));
        if report.score.is_none() && reason == COMPUTED {
            return;
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
        self.history.push((vehicle_id.to_owned(), row));
    }
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
