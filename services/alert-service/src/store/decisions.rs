//! Decisions that were heard, what became of them, and what was found out about them later.

use chassis::ids::TenantId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{Store, from_json, to_json};
use crate::domain::severity::Severity;
use crate::error::Error;
use crate::shapes::Reason;

/// What became of a decision.
#[derive(Clone, Debug, PartialEq)]
pub enum DecisionOutcome {
    /// INFO is only kept.
    Stored,
    /// It said again what this alert says.
    Duplicate { alert_id: String },
    /// It raised this alert.
    Raised { alert_id: String },
}

impl DecisionOutcome {
    fn parts(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::Stored => ("STORED", None),
            Self::Duplicate { alert_id } => ("DUPLICATE", Some(alert_id)),
            Self::Raised { alert_id } => ("RAISED", Some(alert_id)),
        }
    }
}

/// What the warranty check of a decision found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WarrantyFinding {
    pub covered: bool,
    pub reason: Reason,
    pub coverage_id: Option<String>,
}

/// A later finding about a decision.
#[derive(Clone, Debug, PartialEq)]
pub struct Revision {
    pub revision: i64,
    pub what: Reason,
    pub warranty: Option<WarrantyFinding>,
    pub time: DateTime<Utc>,
}

impl Store<'_> {
    /// Keeps a decision and what became of it; false when it was kept before.
    #[expect(
        clippy::too_many_arguments,
        reason = "one argument per column; a struct would have this one caller"
    )]
    pub async fn insert_decision(
        &mut self,
        tenant: &TenantId,
        decision_id: &str,
        vehicle_id: &str,
        component: &str,
        severity: Severity,
        historical: bool,
        event_time: DateTime<Utc>,
        outcome: &DecisionOutcome,
    ) -> Result<bool, Error> {
        let (word, alert_id) = outcome.parts();
        let done = chassis::on!(self.tx, c => sqlx::query(
            "INSERT INTO decision (tenant_id, decision_id, vehicle_id, component, severity, historical, event_time,
                 outcome, alert_id)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT (tenant_id, decision_id) DO NOTHING")
            .bind(tenant.as_str()).bind(decision_id).bind(vehicle_id).bind(component).bind(severity.as_str())
            .bind(historical).bind(event_time).bind(word).bind(alert_id)
            .run(c).await)?;
        Ok(done.rows_affected() == 1)
    }

    /// True when this decision was kept before.
    pub async fn knows_decision(&mut self, tenant: &TenantId, decision_id: &str) -> Result<bool, Error> {
        let row: Option<String> = chassis::on!(self.tx, c => sqlx::query_scalar(
            "SELECT decision_id FROM decision WHERE tenant_id = $1 AND decision_id = $2")
            .bind(tenant.as_str()).bind(decision_id).fetch_optional(c).await)?;
        Ok(row.is_some())
    }

    /// The alert that a decision raised or repeated.
    pub async fn alert_id_of_decision(
        &mut self,
        tenant: &TenantId,
        decision_id: &str,
    ) -> Result<Option<String>, Error> {
        let row: Option<Option<String>> = chassis::on!(self.tx, c => sqlx::query_scalar(
            "SELECT alert_id FROM decision WHERE tenant_id = $1 AND decision_id = $2")
            .bind(tenant.as_str()).bind(decision_id).fetch_optional(c).await)?;
        Ok(row.flatten())
    }

    /// Keeps a later finding; one with the same number is kept once.
    pub async fn insert_revision(
        &mut self,
        tenant: &TenantId,
        decision_id: &str,
        revision: &Revision,
    ) -> Result<(), Error> {
        chassis::on!(self.tx, c => sqlx::query(
            "INSERT INTO decision_revision (tenant_id, decision_id, revision, what, warranty, time)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, decision_id, revision) DO NOTHING")
            .bind(tenant.as_str()).bind(decision_id).bind(revision.revision).bind(to_json(&revision.what))
            .bind(revision.warranty.as_ref().map(to_json)).bind(revision.time)
            .run(c).await)?;
        Ok(())
    }

    /// What was found out later about the decision that raised an alert, oldest first.
    pub async fn revisions(&mut self, tenant: &TenantId, decision_id: &str) -> Result<Vec<Revision>, Error> {
        let rows: Vec<(i64, String, Option<String>, DateTime<Utc>)> = chassis::on!(self.tx, c => sqlx::query_as(
            "SELECT revision, what, warranty, time FROM decision_revision
             WHERE tenant_id = $1 AND decision_id = $2 ORDER BY revision LIMIT 200")
            .bind(tenant.as_str()).bind(decision_id).fetch_all(c).await)?;
        rows.into_iter()
            .map(|(revision, what, warranty, time)| {
                let warranty = warranty
                    .map(|text| from_json(&text, "decision_revision.warranty"))
                    .transpose()?;
                Ok(Revision {
                    revision,
                    what: from_json(&what, "decision_revision.what")?,
                    warranty,
                    time,
                })
            })
            .collect()
    }
}
