//! Checks of decisions: one row a decision.

use chassis::ids::TenantId;
use chassis::on;
use chrono::{DateTime, Utc};

use super::Store;
use super::stored::StoredReason;
use crate::domain::check::{Check, Decision};
use crate::domain::claim::Standing;
use crate::error::Error;

#[derive(sqlx::FromRow)]
struct CheckRow {
    decision_id: String,
    check_id: String,
    vehicle_id: String,
    component: String,
    failure_mode: String,
    decided_at: DateTime<Utc>,
    odometer_km: Option<f64>,
    covered: bool,
    reason: String,
    coverage_id: Option<String>,
    expires_on: Option<String>,
    expires_km: Option<f64>,
    checked_at_km: Option<f64>,
    waits_for_vehicle: bool,
    revision: i64,
    historical: bool,
    correlation_id: String,
}

/// How many waiting checks or visits of one vehicle are taken up at once: bounds one transaction.
pub(super) const WAITING_MAX: i64 = 1_000;

impl Store<'_> {
    /// Writes the first answer to a decision; says `false` where there is one already.
    pub async fn insert_check(&mut self, tenant: &TenantId, check: &Check) -> Result<bool, Error> {
        let decision = &check.decision;
        let reason = serde_json::to_string(&StoredReason::from(&check.standing.reason))?;
        let done = on!(self.tx, c => sqlx::query(
            "INSERT INTO coverage_check (tenant_id, decision_id, check_id, vehicle_id, component, failure_mode, decided_at,
                 odometer_km, covered, reason, coverage_id, expires_on, expires_km, checked_at_km, waits_for_vehicle,
                 revision, historical, correlation_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)
             ON CONFLICT (tenant_id, decision_id) DO NOTHING")
            .bind(tenant.as_str()).bind(&decision.decision_id).bind(&check.check_id).bind(&decision.vehicle_id)
            .bind(&decision.component).bind(&decision.failure_mode).bind(decision.decided_at).bind(decision.odometer_km)
            .bind(check.standing.covered).bind(&reason).bind(&check.standing.coverage_id)
            .bind(check.expires_on.map(|day| day.to_string())).bind(check.expires_km).bind(check.checked_at_km)
            .bind(check.waits_for_vehicle).bind(check.revision).bind(decision.historical).bind(&decision.correlation_id)
            .run(c).await.map(|done| done.rows_affected()))?;
        Ok(done == 1)
    }

    /// Writes the next answer over the one before it.
    pub async fn revise_check(&mut self, tenant: &TenantId, check: &Check) -> Result<(), Error> {
        let reason = serde_json::to_string(&StoredReason::from(&check.standing.reason))?;
        on!(self.tx, c => sqlx::query(
            "UPDATE coverage_check SET covered = $3, reason = $4, coverage_id = $5, waits_for_vehicle = $6, revision = $7,
                 expires_on = $8, expires_km = $9, checked_at_km = $10
             WHERE tenant_id = $1 AND decision_id = $2 AND revision = $7 - 1")
            .bind(tenant.as_str()).bind(&check.decision.decision_id).bind(check.standing.covered).bind(&reason)
            .bind(&check.standing.coverage_id).bind(check.waits_for_vehicle).bind(check.revision)
            .bind(check.expires_on.map(|day| day.to_string())).bind(check.expires_km).bind(check.checked_at_km)
            .run(c).await)?;
        Ok(())
    }

    /// Notes that the answer stays as it is, whatever becomes known of the vehicle.
    pub async fn end_waiting(&mut self, tenant: &TenantId, decision_id: &str) -> Result<(), Error> {
        on!(self.tx, c => sqlx::query(
            "UPDATE coverage_check SET waits_for_vehicle = $3 WHERE tenant_id = $1 AND decision_id = $2")
            .bind(tenant.as_str()).bind(decision_id).bind(false).run(c).await)?;
        Ok(())
    }

    /// The check of a decision.
    pub async fn check(&mut self, tenant: &TenantId, decision_id: &str) -> Result<Option<Check>, Error> {
        let row: Option<CheckRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT decision_id, check_id, vehicle_id, component, failure_mode, decided_at, odometer_km, covered, reason,
                    coverage_id, expires_on, expires_km, checked_at_km, waits_for_vehicle, revision, historical,
                    correlation_id
             FROM coverage_check WHERE tenant_id = $1 AND decision_id = $2")
            .bind(tenant.as_str()).bind(decision_id).fetch_optional(c).await)?;
        row.map(check).transpose()
    }

    /// The checks of a vehicle whose answer may change when the registry says more about it.
    pub async fn waiting_checks(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<Vec<Check>, Error> {
        let rows: Vec<CheckRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT decision_id, check_id, vehicle_id, component, failure_mode, decided_at, odometer_km, covered, reason,
                    coverage_id, expires_on, expires_km, checked_at_km, waits_for_vehicle, revision, historical,
                    correlation_id
             FROM coverage_check WHERE tenant_id = $1 AND vehicle_id = $2 AND waits_for_vehicle = $3
             ORDER BY decision_id LIMIT $4")
            .bind(tenant.as_str()).bind(vehicle_id).bind(true).bind(WAITING_MAX).fetch_all(c).await)?;
        rows.into_iter().map(check).collect()
    }
}

fn check(row: CheckRow) -> Result<Check, Error> {
    let reason: StoredReason = serde_json::from_str(&row.reason)?;
    Ok(Check {
        check_id: row.check_id,
        decision: Decision {
            decision_id: row.decision_id,
            vehicle_id: row.vehicle_id,
            component: row.component,
            failure_mode: row.failure_mode,
            decided_at: row.decided_at,
            odometer_km: row.odometer_km,
            historical: row.historical,
            correlation_id: row.correlation_id,
        },
        standing: Standing {
            covered: row.covered,
            reason: reason.into(),
            coverage_id: row.coverage_id,
        },
        // The column was written from a date, so it always reads back as one.
        expires_on: row.expires_on.and_then(|day| day.parse().ok()),
        expires_km: row.expires_km,
        checked_at_km: row.checked_at_km,
        waits_for_vehicle: row.waits_for_vehicle,
        revision: row.revision,
    })
}
