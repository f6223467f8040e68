//! What the warranty says about a decision, and what was found in the end.

use chassis::clock::micros;
use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};

use super::Store;
use crate::domain::outcome::Verdict;
use crate::domain::record::{Outcome, Warranty};
use crate::error::Error;
use crate::events::published;

#[derive(sqlx::FromRow)]
struct WarrantyRow {
    covered: bool,
    reason: String,
    coverage_id: Option<String>,
}

#[derive(sqlx::FromRow)]
struct OutcomeRow {
    verdict: String,
    failure_mode: Option<String>,
    appointment_id: Option<String>,
    told_by: Option<String>,
    note: Option<String>,
    found_at: DateTime<Utc>,
}

impl Store<'_> {
    /// What the warranty says about a decision.
    pub async fn warranty(&mut self, tenant: &TenantId, decision_id: &str) -> Result<Option<Warranty>, Error> {
        let row: Option<WarrantyRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT covered, reason, coverage_id FROM decision_warranty WHERE tenant_id = $1 AND decision_id = $2")
            .bind(tenant.as_str()).bind(decision_id).fetch_optional(c).await)?;
        let warranty = |row: WarrantyRow| {
            let reason: published::Reason = serde_json::from_str(&row.reason)?;
            Ok(Warranty {
                covered: row.covered,
                reason: reason.into(),
                coverage_id: row.coverage_id,
            })
        };
        row.map(warranty).transpose()
    }

    /// Keeps what the warranty says, unless something newer is known; tells whether it was kept.
    pub async fn put_warranty(
        &mut self,
        tenant: &TenantId,
        decision_id: &str,
        warranty: &Warranty,
        checked_at: DateTime<Utc>,
    ) -> Result<bool, Error> {
        let reason = serde_json::to_string(&published::Reason::from(&warranty.reason))?;
        let kept = on!(self.tx, c => sqlx::query(
            "INSERT INTO decision_warranty (tenant_id, decision_id, covered, reason, coverage_id, checked_at)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (tenant_id, decision_id) DO UPDATE SET covered = excluded.covered, reason = excluded.reason,
                 coverage_id = excluded.coverage_id, checked_at = excluded.checked_at
             WHERE decision_warranty.checked_at <= excluded.checked_at")
            .bind(tenant.as_str()).bind(decision_id).bind(warranty.covered).bind(reason)
            .bind(warranty.coverage_id.as_deref()).bind(micros(checked_at))
            .run(c).await.map(|done| done.rows_affected()))?;
        Ok(kept > 0)
    }

    /// What was found about a decision in the end.
    pub async fn outcome(&mut self, tenant: &TenantId, decision_id: &str) -> Result<Option<Outcome>, Error> {
        let row: Option<OutcomeRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT verdict, failure_mode, appointment_id, told_by, note, found_at
             FROM decision_outcome WHERE tenant_id = $1 AND decision_id = $2")
            .bind(tenant.as_str()).bind(decision_id).fetch_optional(c).await)?;
        let outcome = |row: OutcomeRow| {
            let verdict = Verdict::from_code(&row.verdict);
            Ok(Outcome {
                verdict: verdict.ok_or(Error::StoredValueUnknown {
                    what: "verdict",
                    value: row.verdict,
                })?,
                failure_mode: row.failure_mode,
                appointment_id: row.appointment_id,
                told_by: row.told_by,
                note: row.note,
                found_at: row.found_at,
            })
        };
        row.map(outcome).transpose()
    }

    /// Keeps what was found; a later word replaces an earlier one.
    pub async fn put_outcome(
        &mut self,
        tenant: &TenantId,
        decision_id: &str,
        outcome: &Outcome,
    ) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query(
            "INSERT INTO decision_outcome (tenant_id, decision_id, verdict, failure_mode, appointment_id, told_by, note, found_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
             ON CONFLICT (tenant_id, decision_id) DO UPDATE SET verdict = excluded.verdict,
                 failure_mode = excluded.failure_mode, appointment_id = excluded.appointment_id,
                 told_by = excluded.told_by, note = excluded.note, found_at = excluded.found_at")
            .bind(tenant.as_str()).bind(decision_id).bind(outcome.verdict.code()).bind(outcome.failure_mode.as_deref())
            .bind(outcome.appointment_id.as_deref()).bind(outcome.told_by.as_deref()).bind(outcome.note.as_deref())
            .bind(micros(outcome.found_at)).run(c).await)?;
        Ok(())
    }
}
