//! Which alerts rest on which visit.

use chassis::{TenantId, on};

use super::Store;
use crate::domain::appointment::Appointment;
use crate::error::Result;

/// How many alerts of one visit are looked at: far more than one component ever raises before its visit.
const RESTING_MAX: i64 = 100;

/// An alert that asks for a visit, perhaps together with others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestingAlert {
    pub alert_id: String,
    pub decision_id: Option<String>,
    /// Its decision asks that a person look before anything is booked.
    pub held: bool,
}

impl Store<'_> {
    /// Notes that an alert rests on a visit, as the newest of its alerts.
    pub async fn rest_alert(&mut self, tenant: &TenantId, visit_id: &str, alert: &RestingAlert) -> Result<()> {
        let newest: Option<i64> = on!(self.tx, c => sqlx::query_scalar(
            "SELECT ordinal FROM visit_alerts WHERE tenant_id = $1 AND appointment_id = $2 ORDER BY ordinal DESC LIMIT 1")
            .bind(tenant.as_str()).bind(visit_id).fetch_optional(c).await)?;
        on!(self.tx, c => sqlx::query(
            "INSERT INTO visit_alerts (tenant_id, alert_id, appointment_id, decision_id, held, ordinal)
             VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(tenant.as_str()).bind(&alert.alert_id).bind(visit_id).bind(&alert.decision_id).bind(alert.held)
            .bind(newest.map_or(0, |ordinal| ordinal + 1)).run(c).await)?;
        Ok(())
    }

    /// The visit that an alert rests on.
    pub async fn visit_of_alert(&mut self, tenant: &TenantId, alert_id: &str) -> Result<Option<Appointment>> {
        let id: Option<String> = on!(self.tx, c => sqlx::query_scalar(
            "SELECT appointment_id FROM visit_alerts WHERE tenant_id = $1 AND alert_id = $2")
            .bind(tenant.as_str()).bind(alert_id).fetch_optional(c).await)?;
        match id {
            Some(id) => self.visit(tenant, &id).await,
            None => Ok(None),
        }
    }

    /// The alerts that rest on a visit, the newest first.
    pub async fn alerts_of_visit(&mut self, tenant: &TenantId, visit_id: &str) -> Result<Vec<RestingAlert>> {
        let rows: Vec<(String, Option<String>, bool)> = on!(self.tx, c => sqlx::query_as(
            "SELECT alert_id, decision_id, held FROM visit_alerts WHERE tenant_id = $1 AND appointment_id = $2
             ORDER BY ordinal DESC, alert_id LIMIT $3")
            .bind(tenant.as_str()).bind(visit_id).bind(RESTING_MAX).fetch_all(c).await)?;
        let alert = |(alert_id, decision_id, held)| RestingAlert {
            alert_id,
            decision_id,
            held,
        };
        Ok(rows.into_iter().map(alert).collect())
    }

    /// The alerts of a visit rest on another one from now on.
    pub async fn pass_on_alerts(&mut self, tenant: &TenantId, from_visit: &str, to_visit: &str) -> Result<()> {
        on!(self.tx, c => sqlx::query(
            "UPDATE visit_alerts SET appointment_id = $1 WHERE tenant_id = $2 AND appointment_id = $3")
            .bind(to_visit).bind(tenant.as_str()).bind(from_visit).run(c).await)?;
        Ok(())
    }

    /// An alert no longer asks for a visit.
    pub async fn drop_resting_alert(&mut self, tenant: &TenantId, alert_id: &str) -> Result<()> {
        on!(self.tx, c => sqlx::query("DELETE FROM visit_alerts WHERE tenant_id = $1 AND alert_id = $2")
            .bind(tenant.as_str()).bind(alert_id).run(c).await)?;
        Ok(())
    }
}
