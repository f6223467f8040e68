//! Loads one vehicle's picture as far as a change needs it, and writes back what changed.

use super::entities::{Named, ROWS_MAX};
use super::mirror::{StoredAlert, StoredDecision, StoredVehicle, StoredVisit, To, read, write};
use super::{Store, day_number};
use crate::domain::fleet::change::{Change, Registration};
use crate::domain::fleet::vehicle::{DayHealth, Overview, Vehicle};
use crate::domain::fleet::{Band, Latest, Stamp};
use chassis::{DbError, TenantId, on};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::BTreeMap;

impl Store<'_> {
    /// A vehicle with everything that is still open, locked for this transaction; what was never heard of is an empty one.
    pub async fn load_vehicle(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<Vehicle, DbError> {
        let sql = self.tx.dialect(
            "SELECT state FROM vehicle_view WHERE tenant_id = $1 AND vehicle_id = $2",
            "SELECT state FROM vehicle_view WHERE tenant_id = $1 AND vehicle_id = $2 FOR UPDATE",
        );
        let state: Option<String> = on!(self.tx, c => sqlx::query_scalar(sql)
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
            travelled: stored.travelled.to(),
            decisions: read_all::<StoredDecision, _>(decisions)?,
            alerts: read_all::<StoredAlert, _>(alerts)?,
            visits: read_all::<StoredVisit, _>(visits)?,
            ..Vehicle::default()
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

    /// A vehicle's health of a day, as it was kept.
    pub async fn health_of_day(
        &mut self,
        tenant: &TenantId,
        vehicle_id: &str,
        day: NaiveDate,
    ) -> Result<Option<Latest<DayHealth>>, DbError> {
        let row: Option<(DateTime<Utc>, i64, String, Option<i64>)> = on!(self.tx, c => sqlx::query_as(
            "SELECT time, sequence, band, score_micro FROM health_day WHERE tenant_id = $1 AND vehicle_id = $2 AND day = $3")
            .bind(tenant.as_str()).bind(vehicle_id).bind(day_number(day)).fetch_optional(c).await)?;
        Ok(row.map(|(time, sequence, band, score_micro)| Latest {
            stamp: Stamp { time, sequence },
            value: DayHealth {
                band: Band::parse(&band),
                score_micro,
            },
        }))
    }

    /// Writes the lines of vehicles.
    pub async fn save_overviews(&mut self, vehicles: &[Named<'_, Vehicle>]) -> Result<(), DbError> {
        for some in vehicles.chunks(ROWS_MAX) {
            let rows: Vec<OverviewToSave> = some.iter().map(OverviewToSave::of).collect::<Result<_, _>>()?;
            on!(self.tx, c => {
                let mut query = sqlx::QueryBuilder::new(
                    "INSERT INTO vehicle_view (tenant_id, vehicle_id, retired, band, score, worst_component, worst_score, rul_p05_km,
                         rul_p50_km, rul_p95_km, open_alerts, worst_severity_rank, next_visit_id, next_visit_at, owner_id, fleet_id,
                         depot_id, first_seen_at, retired_at, odometer_km, km_per_day, state) ");
                query.push_values(&rows, |mut to, row| {
                    let (overview, registered, travelled) = (&row.overview, row.registered, &row.vehicle.travelled);
                    let next = overview.next_visit.as_ref();
                    to.push_bind(row.tenant_id).push_bind(row.vehicle_id).push_bind(overview.retired)
                        .push_bind(overview.band.as_str()).push_bind(overview.score).push_bind(&overview.worst_component)
                        .push_bind(overview.worst_score).push_bind(overview.rul_km.map(|rul| rul.p05))
                        .push_bind(overview.rul_km.map(|rul| rul.p50)).push_bind(overview.rul_km.map(|rul| rul.p95))
                        .push_bind(overview.open_alerts as i64)
                        .push_bind(overview.worst_severity.map_or(0, |worst| worst.rank()))
                        .push_bind(next.map(|(_, id)| id)).push_bind(next.map(|(at, _)| *at))
                        .push_bind(registered.and_then(|registered| registered.owner_id.as_ref()))
                        .push_bind(registered.and_then(|registered| registered.fleet_id.as_ref()))
                        .push_bind(registered.and_then(|registered| registered.depot_id.as_ref()))
                        .push_bind(travelled.first_seen).push_bind(travelled.retired_at())
                        .push_bind(travelled.last.map(|(_, km)| km)).push_bind(travelled.km_per_day())
                        .push_bind(&row.state);
                });
                query.push(
                    " ON CONFLICT (tenant_id, vehicle_id) DO UPDATE SET retired = excluded.retired, band = excluded.band,
                         score = excluded.score, worst_component = excluded.worst_component, worst_score = excluded.worst_score,
                         rul_p05_km = excluded.rul_p05_km, rul_p50_km = excluded.rul_p50_km, rul_p95_km = excluded.rul_p95_km,
                         open_alerts = excluded.open_alerts, worst_severity_rank = excluded.worst_severity_rank,
                         next_visit_id = excluded.next_visit_id, next_visit_at = excluded.next_visit_at,
                         owner_id = excluded.owner_id, fleet_id = excluded.fleet_id, depot_id = excluded.depot_id,
                         first_seen_at = excluded.first_seen_at, retired_at = excluded.retired_at,
                         odometer_km = excluded.odometer_km, km_per_day = excluded.km_per_day, state = excluded.state");
                query.build().run(c).await
            })?;
        }
        Ok(())
    }
}

/// The line of a vehicle, ready to be written.
struct OverviewToSave<'a> {
    tenant_id: &'a str,
    vehicle_id: &'a str,
    vehicle: &'a Vehicle,
    overview: Overview,
    registered: Option<&'a Registration>,
    state: String,
}

impl<'a> OverviewToSave<'a> {
    fn of(named: &Named<'a, Vehicle>) -> Result<OverviewToSave<'a>, DbError> {
        let vehicle = named.value;
        let state = write(&StoredVehicle {
            registration: vehicle.registration.clone().to(),
            overall: vehicle.overall.clone().to(),
            components: vehicle.components.clone().to(),
            travelled: vehicle.travelled.clone().to(),
        })?;
        Ok(OverviewToSave {
            tenant_id: named.tenant_id,
            vehicle_id: named.vehicle_id,
            vehicle,
            overview: vehicle.overview(),
            registered: vehicle.registration.as_ref().map(|registration| &registration.value),
            state,
        })
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
