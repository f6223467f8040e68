//! Finished workshop visits, kept so that one that came before its vehicle can still found a claim.

use chassis::ids::TenantId;
use chassis::on;
use chrono::{DateTime, Utc};

use super::Store;
use super::checks::WAITING_MAX;
use super::stored::StoredFinding;
use crate::domain::money::Money;
use crate::domain::visit::{Finding, Visit};
use crate::error::Error;

#[derive(sqlx::FromRow)]
struct VisitRow {
    appointment_id: String,
    vehicle_id: String,
    decision_id: Option<String>,
    completed_at: DateTime<Utc>,
    odometer_km: Option<f64>,
    cost_minor: i64,
    currency: String,
    findings: String,
}

impl Store<'_> {
    /// Writes a finished visit; says `false` where it is known already.
    pub async fn insert_visit(&mut self, tenant: &TenantId, visit: &Visit) -> Result<bool, Error> {
        let findings: Vec<StoredFinding> = visit.findings.iter().map(StoredFinding::from).collect();
        let findings = serde_json::to_string(&findings)?;
        let done = on!(self.tx, c => sqlx::query(
            "INSERT INTO visit (tenant_id, appointment_id, vehicle_id, decision_id, completed_at, odometer_km, cost_minor,
                                currency, findings, waits)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (tenant_id, appointment_id) DO NOTHING")
            .bind(tenant.as_str()).bind(&visit.appointment_id).bind(&visit.vehicle_id).bind(&visit.decision_id)
            .bind(visit.completed_at).bind(visit.odometer_km).bind(visit.cost.amount_minor).bind(&visit.cost.currency)
            .bind(&findings).bind(false).run(c).await.map(|done| done.rows_affected()))?;
        Ok(done == 1)
    }

    /// Notes whether a visit cannot be judged yet.
    pub async fn set_visit_waiting(
        &mut self,
        tenant: &TenantId,
        appointment_id: &str,
        waits: bool,
    ) -> Result<(), Error> {
        on!(self.tx, c => sqlx::query(
            "UPDATE visit SET waits = $3 WHERE tenant_id = $1 AND appointment_id = $2")
            .bind(tenant.as_str()).bind(appointment_id).bind(waits).run(c).await)?;
        Ok(())
    }

    /// The visit of an appointment.
    pub async fn visit(&mut self, tenant: &TenantId, appointment_id: &str) -> Result<Option<Visit>, Error> {
        let row: Option<VisitRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT appointment_id, vehicle_id, decision_id, completed_at, odometer_km, cost_minor, currency, findings
             FROM visit WHERE tenant_id = $1 AND appointment_id = $2")
            .bind(tenant.as_str()).bind(appointment_id).fetch_optional(c).await)?;
        row.map(visit).transpose()
    }

    /// The visits of a vehicle that cannot be judged yet.
    pub async fn waiting_visits(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<Vec<Visit>, Error> {
        let rows: Vec<VisitRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT appointment_id, vehicle_id, decision_id, completed_at, odometer_km, cost_minor, currency, findings
             FROM visit WHERE tenant_id = $1 AND vehicle_id = $2 AND waits = $3
             ORDER BY appointment_id LIMIT $4")
            .bind(tenant.as_str()).bind(vehicle_id).bind(true).bind(WAITING_MAX).fetch_all(c).await)?;
        rows.into_iter().map(visit).collect()
    }
}

fn visit(row: VisitRow) -> Result<Visit, Error> {
    let findings: Vec<StoredFinding> = serde_json::from_str(&row.findings)?;
    Ok(Visit {
        appointment_id: row.appointment_id,
        vehicle_id: row.vehicle_id,
        decision_id: row.decision_id,
        completed_at: row.completed_at,
        odometer_km: row.odometer_km,
        findings: findings.into_iter().map(Finding::from).collect(),
        cost: Money {
            amount_minor: row.cost_minor,
            currency: row.currency,
        },
    })
}
