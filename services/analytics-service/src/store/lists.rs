//! The lists that dashboards show: vehicles, things to do, issues, a technician's jobs.

use super::facts::{remaining, severity};
use super::mirror::{StoredDecision, StoredVehicle, StoredVisit, To, read};
use super::picture::read_all;
use super::sight::only;
use super::{Sight, Store};
use crate::domain::fleet::change::{DecisionDetail, Registration, RemainingKm};
use crate::domain::fleet::lifecycle::{Decision, Visit};
use crate::domain::fleet::{Band, Latest};
use crate::domain::waiting::Pending;
use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;

/// A vehicle's line.
#[derive(Debug, Clone)]
pub struct VehicleRow {
    pub vehicle_id: String,
    pub registration: Registration,
    pub band: Band,
    pub score: Option<f64>,
    pub worst_component: Option<String>,
    pub worst_score: Option<f64>,
    pub rul_km: Option<RemainingKm>,
    pub open_alerts: u64,
    pub next_visit: Option<(String, DateTime<Utc>)>,
}

/// An open decision, as far as its place in a list is concerned, and what lists are filtered by.
#[derive(Debug, Clone)]
pub struct OpenDecision {
    pub decision_id: String,
    pub vehicle_id: String,
    pub component: Option<String>,
    pub depot_id: Option<String>,
    pub pending: Pending,
}

/// Something to do: an open decision.
#[derive(Debug, Clone)]
pub struct ActionRow {
    pub decision_id: String,
    pub vehicle_id: String,
    pub made_at: DateTime<Utc>,
    pub detail: DecisionDetail,
    pub covered: Option<bool>,
    pub next_visit: Option<(String, DateTime<Utc>)>,
    /// What is known of the vehicle.
    pub registration: Registration,
    pub odometer_km: Option<f64>,
    /// What waiting is judged by.
    pub pending: Pending,
}

/// A failure that several vehicles may share.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Issue {
    pub failure_code: String,
    pub failure_name: Option<String>,
    pub component: String,
    pub vehicles: i64,
    pub worst_severity_rank: i64,
}

/// A visit of a technician, with the decision behind it.
#[derive(Debug, Clone)]
pub struct JobRow {
    pub visit_id: String,
    pub vehicle_id: String,
    pub visit: Visit,
    pub decision: Option<DecisionDetail>,
}

#[derive(sqlx::FromRow)]
struct OverviewRow {
    vehicle_id: String,
    band: String,
    score: Option<f64>,
    worst_component: Option<String>,
    worst_score: Option<f64>,
    rul_p05_km: Option<f64>,
    rul_p50_km: Option<f64>,
    rul_p95_km: Option<f64>,
    open_alerts: i64,
    next_visit_id: Option<String>,
    next_visit_at: Option<DateTime<Utc>>,
    state: String,
}

impl TryFrom<OverviewRow> for VehicleRow {
    type Error = DbError;

    fn try_from(row: OverviewRow) -> Result<VehicleRow, DbError> {
        let registration: Option<Latest<Registration>> = read::<StoredVehicle>(&row.state)?.registration.to();
        let quantiles = (row.rul_p05_km, row.rul_p50_km, row.rul_p95_km);
        Ok(VehicleRow {
            vehicle_id: row.vehicle_id,
            registration: registration.map(|known| known.value).unwrap_or_default(),
            band: Band::parse(&row.band),
            score: row.score,
            worst_component: row.worst_component,
            worst_score: row.worst_score,
            rul_km: if let (Some(p05), Some(p50), Some(p95)) = quantiles {
                Some(RemainingKm { p05, p50, p95 })
            } else {
                None
            },
            open_alerts: row.open_alerts.unsigned_abs(),
            next_visit: row.next_visit_id.zip(row.next_visit_at),
        })
    }
}

#[derive(sqlx::FromRow)]
struct ActionDbRow {
    decision_id: String,
    vehicle_id: String,
    detail: String,
    next_visit_id: Option<String>,
    next_visit_at: Option<DateTime<Utc>>,
    odometer_km: Option<f64>,
    km_per_day: Option<f64>,
    state: String,
}

/// An open decision as far as its place in the list is concerned.
#[derive(sqlx::FromRow)]
struct PendingRow {
    decision_id: String,
    vehicle_id: String,
    component: Option<String>,
    depot_id: Option<String>,
    severity_rank: i64,
    rul_p05_km: Option<f64>,
    rul_p50_km: Option<f64>,
    rul_p95_km: Option<f64>,
    decided_km: Option<f64>,
    odometer_km: Option<f64>,
    km_per_day: Option<f64>,
}

impl From<PendingRow> for OpenDecision {
    fn from(row: PendingRow) -> OpenDecision {
        let pending = Pending {
            severity: severity(row.severity_rank),
            rul_km: remaining(row.rul_p05_km, row.rul_p50_km, row.rul_p95_km),
            driven_km: driven(row.decided_km, row.odometer_km),
            km_per_day: row.km_per_day,
        };
        OpenDecision {
            decision_id: row.decision_id,
            vehicle_id: row.vehicle_id,
            component: row.component,
            depot_id: row.depot_id,
            pending,
        }
    }
}

/// Kilometres since a decision; 0 where either reading is missing.
fn driven(decided_km: Option<f64>, odometer_km: Option<f64>) -> f64 {
    let both = decided_km.zip(odometer_km);
    both.map_or(0.0, |(from, to)| (to - from).max(0.0))
}

impl ActionDbRow {
    fn into_action(self) -> Result<Option<ActionRow>, DbError> {
        let decision: Decision = read::<StoredDecision>(&self.detail)?.to();
        let state: StoredVehicle = read(&self.state)?;
        let registration: Option<Latest<Registration>> = state.registration.to();
        Ok(decision.made.map(|made| ActionRow {
            pending: Pending {
                severity: made.value.severity,
                rul_km: made.value.rul_km,
                driven_km: driven(made.value.odometer_km, self.odometer_km),
                km_per_day: self.km_per_day,
            },
            registration: registration.map(|held| held.value).unwrap_or_default(),
            odometer_km: self.odometer_km,
            decision_id: self.decision_id,
            vehicle_id: self.vehicle_id,
            made_at: made.stamp.time,
            detail: made.value,
            covered: decision.covered.map(|covered| covered.value),
            next_visit: self.next_visit_id.zip(self.next_visit_at),
        }))
    }
}

/// The columns of a vehicle's line.
macro_rules! overviews {
    ($rest:literal) => {
        concat!(
            "SELECT vehicle_id, band, score, worst_component, worst_score, rul_p05_km, rul_p50_km, rul_p95_km, open_alerts, ",
            "next_visit_id, next_visit_at, state FROM vehicle_view WHERE tenant_id = $1 AND retired = FALSE ",
            $rest
        )
    };
}

/// The columns of something to do; what follows begins with the tenant.
const ACTIONS: &str =
    "SELECT d.decision_id, d.vehicle_id, d.detail, v.next_visit_id, v.next_visit_at, v.odometer_km, v.km_per_day, v.state
     FROM decision_view d JOIN vehicle_view v ON v.tenant_id = d.tenant_id AND v.vehicle_id = d.vehicle_id
     WHERE d.is_open = TRUE AND v.retired = FALSE AND d.tenant_id = ";

impl Store<'_> {
    /// The worst vehicles of the fleet.
    pub async fn worst_vehicles(&mut self, sight: &Sight, limit: usize) -> Result<Vec<VehicleRow>, DbError> {
        let sql = sight.sql(
            self.tx,
            overviews!("AND score IS NOT NULL{} ORDER BY score, vehicle_id LIMIT $2"),
            "vehicle_id",
            3,
        );
        let rows: Vec<OverviewRow> = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str()).bind(limit as i64)).fetch_all(c).await)?;
        rows.into_iter().map(VehicleRow::try_from).collect()
    }

    /// The vehicles whose registry names this owner.
    pub async fn vehicles_of_owner(
        &mut self,
        tenant: &TenantId,
        owner_id: &str,
        limit: usize,
    ) -> Result<Vec<VehicleRow>, DbError> {
        let rows: Vec<OverviewRow> = on!(self.tx, c => sqlx::query_as(
            overviews!("AND owner_id = $2 ORDER BY vehicle_id LIMIT $3"))
            .bind(tenant.as_str()).bind(owner_id).bind(limit as i64).fetch_all(c).await)?;
        rows.into_iter().map(VehicleRow::try_from).collect()
    }

    /// The ids of the vehicles whose registry names this owner.
    pub async fn vehicle_ids_of_owner(
        &mut self,
        tenant: &TenantId,
        owner_id: &str,
        limit: usize,
    ) -> Result<Vec<String>, DbError> {
        on!(self.tx, c => sqlx::query_scalar(
            "SELECT vehicle_id FROM vehicle_view WHERE tenant_id = $1 AND owner_id = $2 AND retired = FALSE
             ORDER BY vehicle_id LIMIT $3")
            .bind(tenant.as_str()).bind(owner_id).bind(limit as i64).fetch_all(c).await)
    }

    /// One vehicle's line.
    pub async fn vehicle_row(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<Option<VehicleRow>, DbError> {
        let row: Option<OverviewRow> = on!(self.tx, c => sqlx::query_as(overviews!("AND vehicle_id = $2"))
            .bind(tenant.as_str()).bind(vehicle_id).fetch_optional(c).await)?;
        row.map(VehicleRow::try_from).transpose()
    }

    /// Open decisions of WARNING and above.
    pub async fn open_decisions(&mut self, sight: &Sight) -> Result<Vec<OpenDecision>, DbError> {
        let sql = sight.sql(self.tx, "SELECT d.decision_id, d.vehicle_id, d.component, v.depot_id, d.severity_rank, d.rul_p05_km, d.rul_p50_km, d.rul_p95_km, d.odometer_km AS decided_km, v.odometer_km,
                 v.km_per_day
             FROM decision_view d JOIN vehicle_view v ON v.tenant_id = d.tenant_id AND v.vehicle_id = d.vehicle_id
             WHERE d.tenant_id = $1 AND d.is_open = TRUE AND d.severity_rank >= 2 AND v.retired = FALSE{}", "d.vehicle_id", 2);
        let rows: Vec<PendingRow> = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str())).fetch_all(c).await)?;
        Ok(rows.into_iter().map(OpenDecision::from).collect())
    }

    /// How many vehicles have an open decision that is due before the day is over, and no visit.
    pub async fn due_today(&mut self, sight: &Sight) -> Result<i64, DbError> {
        let sql = sight.sql(self.tx, "SELECT COUNT(DISTINCT d.vehicle_id)
             FROM decision_view d JOIN vehicle_view v ON v.tenant_id = d.tenant_id AND v.vehicle_id = d.vehicle_id
             WHERE d.tenant_id = $1 AND d.is_open = TRUE AND d.severity_rank >= 2 AND d.urgency IN ('IMMEDIATE', 'WITHIN_24H')
                 AND v.retired = FALSE AND v.next_visit_id IS NULL{}", "d.vehicle_id", 2);
        on!(self.tx, c => only!(sight, sqlx::query_scalar(AssertSqlSafe(sql)).bind(sight.tenant.as_str())).fetch_one(c).await)
    }

    /// Open decisions by id, in any order.
    pub async fn actions(&mut self, tenant: &TenantId, decision_ids: &[String]) -> Result<Vec<ActionRow>, DbError> {
        if decision_ids.is_empty() {
            return Ok(Vec::new());
        }
        let rows: Vec<ActionDbRow> = on!(self.tx, c => {
            let mut query = sqlx::QueryBuilder::new(ACTIONS);
            query.push_bind(tenant.as_str());
            query.push(" AND d.decision_id IN (");
            let mut ids = query.separated(", ");
            for id in decision_ids {
                ids.push_bind(id);
            }
            query.push(")");
            query.build_query_as().fetch_all(c).await
        })?;
        rows.into_iter()
            .filter_map(|row| row.into_action().transpose())
            .collect()
    }

    /// What one vehicle has to have done.
    pub async fn actions_of_vehicle(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<Vec<ActionRow>, DbError> {
        let rows: Vec<ActionDbRow> = on!(self.tx, c => {
            let mut query = sqlx::QueryBuilder::new(ACTIONS);
            query.push_bind(tenant.as_str());
            query.push(" AND d.vehicle_id = ");
            query.push_bind(vehicle_id);
            query.push(" ORDER BY d.severity_rank DESC, d.decision_id");
            query.build_query_as().fetch_all(c).await
        })?;
        rows.into_iter()
            .filter_map(|row| row.into_action().transpose())
            .collect()
    }

    /// The failures that most vehicles share.
    pub async fn issues(&mut self, sight: &Sight, limit: usize) -> Result<Vec<Issue>, DbError> {
        let sql = sight.sql(
            self.tx,
            "SELECT failure_code, MAX(failure_name) AS failure_name, component, COUNT(DISTINCT vehicle_id) AS vehicles,
                 MAX(severity_rank) AS worst_severity_rank
             FROM decision_view WHERE tenant_id = $1 AND is_open = TRUE AND failure_code IS NOT NULL{}
             GROUP BY failure_code, component
             ORDER BY COUNT(DISTINCT vehicle_id) DESC, MAX(severity_rank) DESC, failure_code LIMIT $2",
            "vehicle_id",
            3,
        );
        let issues = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str()).bind(limit as i64)).fetch_all(c).await)?;
        Ok(issues)
    }

    /// A technician's visits that start from an instant on, earliest first.
    pub async fn jobs(
        &mut self,
        sight: &Sight,
        technician_id: &str,
        from: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<JobRow>, DbError> {
        let sql = sight.sql(
            self.tx,
            "SELECT visit_id, vehicle_id, detail FROM visit_view
             WHERE tenant_id = $1 AND technician_id = $2 AND starts_at >= $3 AND state <> 'CANCELLED'{}
             ORDER BY starts_at, visit_id LIMIT $4",
            "vehicle_id",
            5,
        );
        let rows: Vec<(String, String, String)> = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str()).bind(technician_id).bind(from).bind(limit as i64)).fetch_all(c).await)?;
        let mut jobs = Vec::with_capacity(rows.len());
        for (visit_id, vehicle_id, detail) in rows {
            let visit: Visit = read::<StoredVisit>(&detail)?.to();
            let planned_for = visit.plan.as_ref().and_then(|plan| plan.value.decision_id.clone());
            let decision = match planned_for.as_deref().or(visit.settles()) {
                Some(decision_id) => self.decision(&sight.tenant, decision_id).await?,
                None => None,
            };
            let decision = decision.and_then(|decision| decision.made).map(|made| made.value);
            jobs.push(JobRow {
                visit_id,
                vehicle_id,
                visit,
                decision,
            });
        }
        Ok(jobs)
    }

    async fn decision(&mut self, tenant: &TenantId, decision_id: &str) -> Result<Option<Decision>, DbError> {
        let rows: Vec<(String, String)> = on!(self.tx, c => sqlx::query_as(
            "SELECT decision_id, detail FROM decision_view WHERE tenant_id = $1 AND decision_id = $2")
            .bind(tenant.as_str()).bind(decision_id).fetch_all(c).await)?;
        Ok(read_all::<StoredDecision, _>(rows)?.into_values().next())
    }
}
