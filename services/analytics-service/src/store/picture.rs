//! Loads one vehicle's picture as far as a change needs it, and writes back what changed.

use super::Store;
use super::mirror::{
    StoredAlert, StoredComponent, StoredDecision, StoredLatest, StoredOverall, StoredRegistration, StoredVehicle,
    StoredVisit, To, read, write,
};
use crate::domain::fleet::change::Change;
use crate::domain::fleet::vehicle::Vehicle;
use chassis::{DbError, TenantId, on};
use std::collections::BTreeMap;

impl Store<'_> {
    /// A vehicle with everything that is still open; what was never heard of is an empty one.
    pub async fn load_vehicle(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<Vehicle, DbError> {
        let state: Option<String> = on!(self.tx, c => sqlx::query_scalar(
            "SELECT state FROM vehicle_view WHERE tenant_id = $1 AND vehicle_id = $2")
            .bind(tenant.as_str()).bind(vehicle_id).fetch_optional(c).await)?;
        let Some(state) = state else {
            return Ok(Vehicle::default());
        };
        let stored: StoredVehicle = read(&state)?;
        let decisions: Vec<(String, String)> = on!(self.tx, c => sqlx::query_as(
            "SELECT decision_id, detail FROM decision_view WHERE tenant_id = $1 AND vehicle_id = $2 AND is_open = TRUE")
            .bind(tenant.as_str()).bind(vehicle_id).fetch_all(c).await)?;
        let alerts: Vec<(String, String)> = on!(self.tx, c => sqlx::query_as(
            "SELECT alert_id, detail FROM alert_view WHERE tenant_id = $1 AND vehicle_id = $2 AND is_open = TRUE")
            .bind(tenant.as_str()).bind(vehicle_id).fetch_all(c).await)?;
        let visits: Vec<(String, String)> = on!(self.tx, c => sqlx::query_as(
            "SELECT visit_id, detail FROM visit_view WHERE tenant_id = $1 AND vehicle_id = $2 AND is_open = TRUE")
            .bind(tenant.as_str()).bind(vehicle_id).fetch_all(c).await)?;
        Ok(Vehicle {
            registration: stored.registration.to(),
            overall: stored.overall.to(),
            components: stored.components.to(),
            decisions: read_all::<StoredDecision, _>(decisions)?,
            alerts: read_all::<StoredAlert, _>(alerts)?,
            visits: read_all::<StoredVisit, _>(visits)?,
        })
    }

    /// Adds to a loaded vehicle the settled entities that a change names, so that joining sees them.
    pub async fn load_named(
        &mut self,
        tenant: &TenantId,
        vehicle_id: &str,
        change: &Change,
        vehicle: &mut Vehicle,
    ) -> Result<(), DbError> {
        let decision_id = change.decision_id().unwrap_or_default();
        let (alert_id, visit_id) = (
            change.alert_id().unwrap_or_default(),
            change.visit_id().unwrap_or_default(),
        );
        if !decision_id.is_empty() && !vehicle.decisions.contains_key(decision_id) {
            let found: Vec<(String, String)> = on!(self.tx, c => sqlx::query_as(
                "SELECT decision_id, detail FROM decision_view WHERE tenant_id = $1 AND vehicle_id = $2 AND decision_id = $3")
                .bind(tenant.as_str()).bind(vehicle_id).bind(decision_id).fetch_all(c).await)?;
            vehicle.decisions.extend(read_all::<StoredDecision, _>(found)?);
        }
        if !alert_id.is_empty() || !decision_id.is_empty() {
            let found: Vec<(String, String)> = on!(self.tx, c => sqlx::query_as(
                "SELECT alert_id, detail FROM alert_view
                 WHERE tenant_id = $1 AND vehicle_id = $2 AND is_open = FALSE AND (alert_id = $3 OR decision_id = $4)")
                .bind(tenant.as_str()).bind(vehicle_id).bind(alert_id).bind(decision_id).fetch_all(c).await)?;
            add_missing(&mut vehicle.alerts, read_all::<StoredAlert, _>(found)?);
        }
        if !visit_id.is_empty() || !decision_id.is_empty() {
            let found: Vec<(String, String)> = on!(self.tx, c => sqlx::query_as(
                "SELECT visit_id, detail FROM visit_view
                 WHERE tenant_id = $1 AND vehicle_id = $2 AND is_open = FALSE AND (visit_id = $3 OR settles = $4)")
                .bind(tenant.as_str()).bind(vehicle_id).bind(visit_id).bind(decision_id).fetch_all(c).await)?;
            add_missing(&mut vehicle.visits, read_all::<StoredVisit, _>(found)?);
        }
        Ok(())
    }

    /// Writes what differs between the picture as it was loaded and as it is now.
    pub async fn save_vehicle(
        &mut self,
        tenant: &TenantId,
        vehicle_id: &str,
        before: &Vehicle,
        after: &Vehicle,
    ) -> Result<(), DbError> {
        for (decision_id, decision) in after
            .decisions
            .iter()
            .filter(|(id, now)| before.decisions.get(*id) != Some(now))
        {
            self.save_decision(tenant, vehicle_id, decision_id, decision).await?;
        }
        for (alert_id, alert) in after
            .alerts
            .iter()
            .filter(|(id, now)| before.alerts.get(*id) != Some(now))
        {
            self.save_alert(tenant, vehicle_id, alert_id, alert).await?;
        }
        for (visit_id, visit) in after
            .visits
            .iter()
            .filter(|(id, now)| before.visits.get(*id) != Some(now))
        {
            self.save_visit(tenant, vehicle_id, visit_id, visit).await?;
        }
        self.save_overview(tenant, vehicle_id, after).await
    }

    async fn save_overview(&mut self, tenant: &TenantId, vehicle_id: &str, vehicle: &Vehicle) -> Result<(), DbError> {
        let registration: Option<StoredLatest<StoredRegistration>> = vehicle.registration.clone().to();
        let overall: Option<StoredLatest<StoredOverall>> = vehicle.overall.clone().to();
        let components: BTreeMap<String, StoredComponent> = vehicle.components.clone().to();
        let state = write(&StoredVehicle {
            registration,
            overall,
            components,
        })?;
        let overview = vehicle.overview();
        let registered = vehicle.registration.as_ref().map(|registration| &registration.value);
        let next = overview.next_visit.as_ref();
        on!(self.tx, c => sqlx::query(
            "INSERT INTO vehicle_view (tenant_id, vehicle_id, retired, band, score, worst_component, worst_score, rul_p05_km,
                 rul_p50_km, rul_p95_km, open_alerts, worst_severity_rank, next_visit_id, next_visit_at, owner_id, fleet_id, state)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)
             ON CONFLICT (tenant_id, vehicle_id) DO UPDATE SET retired = excluded.retired, band = excluded.band,
                 score = excluded.score, worst_component = excluded.worst_component, worst_score = excluded.worst_score,
                 rul_p05_km = excluded.rul_p05_km, rul_p50_km = excluded.rul_p50_km, rul_p95_km = excluded.rul_p95_km,
                 open_alerts = excluded.open_alerts, worst_severity_rank = excluded.worst_severity_rank,
                 next_visit_id = excluded.next_visit_id, next_visit_at = excluded.next_visit_at,
                 owner_id = excluded.owner_id, fleet_id = excluded.fleet_id, state = excluded.state")
            .bind(tenant.as_str()).bind(vehicle_id).bind(overview.retired).bind(overview.band.as_str()).bind(overview.score)
            .bind(overview.worst_component).bind(overview.worst_score).bind(overview.rul_km.map(|rul| rul.p05))
            .bind(overview.rul_km.map(|rul| rul.p50)).bind(overview.rul_km.map(|rul| rul.p95))
            .bind(overview.open_alerts as i64).bind(overview.worst_severity.map_or(0, |worst| worst.rank()))
            .bind(next.map(|(_, id)| id)).bind(next.map(|(at, _)| at))
            .bind(registered.and_then(|registered| registered.owner_id.as_ref()))
            .bind(registered.and_then(|registered| registered.fleet_id.as_ref())).bind(state)
            .execute(c).await)?;
        Ok(())
    }
}

fn add_missing<T>(held: &mut BTreeMap<String, T>, found: BTreeMap<String, T>) {
    for (id, value) in found {
        held.entry(id).or_insert(value);
    }
}

pub(super) fn read_all<M, T>(rows: Vec<(String, String)>) -> Result<BTreeMap<String, T>, DbError>
where
    M: for<'t> serde::Deserialize<'t> + To<T>,
{
    rows.into_iter()
        .map(|(id, detail)| Ok((id, read::<M>(&detail)?.to())))
        .collect()
}
