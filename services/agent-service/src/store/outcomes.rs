//! What the warranty says about a decision, and what was found in the end.

use std::collections::HashMap;

use chassis::clock::micros;
use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;

use super::{Store, list};
use crate::domain::outcome::Verdict;
use crate::domain::record::{Outcome, Warranty};
use crate::error::Error;
use crate::events::published;

#[derive(sqlx::FromRow)]
struct WarrantyRow {
    decision_id: String,
    covered: bool,
    reason: String,
    coverage_id: Option<String>,
}

#[derive(sqlx::FromRow)]
struct OutcomeRow {
    decision_id: String,
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
        Ok(self.warranties(tenant, &[decision_id]).await?.remove(decision_id))
    }

    /// What the warranty says about these decisions, by their ids.
    pub(super) async fn warranties(
        &mut self,
        tenant: &TenantId,
        decision_ids: &[&str],
    ) -> Result<HashMap<String, Warranty>, Error> {
        let sql = format!(
            "SELECT decision_id, covered, reason, coverage_id FROM decision_warranty WHERE tenant_id = $1 AND {}",
            self.listed("decision_id", 2)
        );
        let rows: Vec<WarrantyRow> = on!(self.tx, c => sqlx::query_as(AssertSqlSafe(sql))
            .bind(tenant.as_str()).bind(list(decision_ids)).fetch_all(c).await)?;
        let warranty = |row: WarrantyRow| {
            let reason: published::Reason = serde_json::from_str(&row.reason)?;
            let warranty = Warranty {
                covered: row.covered,
                reason: reason.into(),
                coverage_id: row.coverage_id,
            };
            Ok((row.decision_id, warranty))
        };
        rows.into_iter().map(warranty).collect()
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

    /// What was found about these decisions in the end, by their ids.
    pub(super) async fn outcomes(
        &mut self,
        tenant: &TenantId,
        decision_ids: &[&str],
    ) -> Result<HashMap<String, Outcome>, Error> {
        let sql = format!(
            "SELECT decision_id, verdict, failure_mode, appointment_id, told_by, note, found_at
             FROM decision_outcome WHERE tenant_id = $1 AND {}",
            self.listed("decision_id", 2)
        );
        let rows: Vec<OutcomeRow> = on!(self.tx, c => sqlx::query_as(AssertSqlSafe(sql))
            .bind(tenant.as_str()).bind(list(decision_ids)).fetch_all(c).await)?;
        let outcome = |row: OutcomeRow| {
            let verdict = Verdict::from_code(&row.verdict);
            let outcome = Outcome {
                verdict: verdict.ok_or(Error::StoredValueUnknown {
                    what: "verdict",
                    value: row.verdict,
                })?,
                failure_mode: row.failure_mode,
                appointment_id: row.appointment_id,
                told_by: row.told_by,
                note: row.note,
                found_at: row.found_at,
            };
            Ok((row.decision_id, outcome))
        };
        rows.into_iter().map(outcome).collect()
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
