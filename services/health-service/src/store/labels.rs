//! What workshops found: the truth that scores and models are judged by.

use chassis::{TenantId, on};
use chrono::{DateTime, Utc};

use super::Store;
use crate::error::Error;

/// One finding of one visit.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct Label {
    pub label_id: String,
    pub vehicle_id: String,
    pub component: String,
    pub appointment_id: String,
    pub failure_mode: Option<String>,
    pub verdict: String,
    pub action: String,
    pub completed_at: DateTime<Utc>,
    pub odometer_km: Option<f64>,
    /// The component's score just before the visit, if it had one.
    pub score_before: Option<f64>,
    /// APPOINTMENT, or RECORDED for a repair done elsewhere.
    pub source: String,
}

impl Store<'_> {
    /// Keeps a label; false when it was there already.
    pub async fn keep_label(&mut self, tenant: &TenantId, label: &Label) -> Result<bool, Error> {
        let done = on!(self.tx, c => sqlx::query(
            "INSERT INTO label (tenant_id, label_id, vehicle_id, component, appointment_id, failure_mode, verdict, action,
                                completed_at, odometer_km, score_before, source)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (tenant_id, label_id) DO NOTHING")
            .bind(tenant.as_str()).bind(&label.label_id).bind(&label.vehicle_id).bind(&label.component)
            .bind(&label.appointment_id).bind(label.failure_mode.as_deref()).bind(&label.verdict).bind(&label.action)
            .bind(label.completed_at).bind(label.odometer_km).bind(label.score_before).bind(&label.source)
            .run(c).await)?;
        Ok(done.rows_affected() == 1)
    }

    /// The labels of a vehicle, oldest first.
    pub async fn labels_of(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<Vec<Label>, Error> {
        Ok(on!(self.tx, c => sqlx::query_as(
            "SELECT label_id, vehicle_id, component, appointment_id, failure_mode, verdict, action, completed_at,
                    odometer_km, score_before, source
             FROM label WHERE tenant_id = $1 AND vehicle_id = $2 ORDER BY completed_at, label_id")
            .bind(tenant.as_str()).bind(vehicle_id).fetch_all(c).await)?)
    }
}
