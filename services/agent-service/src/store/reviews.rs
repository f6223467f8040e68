//! Requests for a person's look at a decision.

use chassis::clock::micros;
use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};

use super::{Position, Store};
use crate::domain::record::{Review, ReviewAnswer};
use crate::domain::review::ReviewVerdict;
use crate::domain::severity::Severity;
use crate::error::Error;

#[derive(sqlx::FromRow)]
struct ReviewRow {
    review_id: String,
    decision_id: String,
    vehicle_id: String,
    component: String,
    severity: String,
    failure_mode: String,
    confidence: f64,
    opened_at: DateTime<Utc>,
    verdict: Option<String>,
    changed_failure_mode: Option<String>,
    reason: Option<String>,
    answered_by: Option<String>,
    answered_at: Option<DateTime<Utc>>,
}

impl Store<'_> {
    /// Asks for a look at a decision.
    pub async fn open_review(
        &mut self,
        tenant: &TenantId,
        review_id: &str,
        decision_id: &str,
        opened_at: DateTime<Utc>,
    ) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query(
            "INSERT INTO review (tenant_id, review_id, decision_id, opened_at) VALUES ($1, $2, $3, $4)")
            .bind(tenant.as_str()).bind(review_id).bind(decision_id).bind(micros(opened_at)).execute(c).await)?;
        Ok(())
    }

    /// One review.
    pub async fn review(&mut self, tenant: &TenantId, review_id: &str) -> Result<Option<Review>, Error> {
        let row: Option<ReviewRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT review_id, r.decision_id, vehicle_id, component, severity, failure_mode, confidence, opened_at,
                 verdict, changed_failure_mode, reason, answered_by, answered_at
             FROM review r JOIN decision d ON d.tenant_id = r.tenant_id AND d.decision_id = r.decision_id
             WHERE r.tenant_id = $1 AND review_id = $2")
            .bind(tenant.as_str()).bind(review_id).fetch_optional(c).await)?;
        row.map(ReviewRow::into_domain).transpose()
    }

    /// Reviews, open or answered ones, latest first, from a position on.
    pub async fn reviews(
        &mut self,
        tenant: &TenantId,
        answered: bool,
        after: &Position,
        limit: usize,
    ) -> Result<Vec<Review>, Error> {
        let rows: Vec<ReviewRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT review_id, r.decision_id, vehicle_id, component, severity, failure_mode, confidence, opened_at,
                 verdict, changed_failure_mode, reason, answered_by, answered_at
             FROM review r JOIN decision d ON d.tenant_id = r.tenant_id AND d.decision_id = r.decision_id
             WHERE r.tenant_id = $1 AND (verdict IS NOT NULL) = $2
                 AND (opened_at < $3 OR (opened_at = $3 AND review_id < $4))
             ORDER BY opened_at DESC, review_id DESC LIMIT $5")
            .bind(tenant.as_str()).bind(answered).bind(after.time).bind(&after.id)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX)).fetch_all(c).await)?;
        rows.into_iter().map(ReviewRow::into_domain).collect()
    }

    /// Keeps the answer to an open review; false when it was answered before.
    pub async fn answer_review(
        &mut self,
        tenant: &TenantId,
        review_id: &str,
        answer: &ReviewAnswer,
    ) -> Result<bool, DbError> {
        let changed = match &answer.verdict {
            ReviewVerdict::Change { failure_mode } => Some(failure_mode.as_str()),
            ReviewVerdict::Approve | ReviewVerdict::Reject => None,
        };
        let answered = on!(self.tx, c => sqlx::query(
            "UPDATE review SET verdict = $3, changed_failure_mode = $4, reason = $5, answered_by = $6, answered_at = $7
             WHERE tenant_id = $1 AND review_id = $2 AND verdict IS NULL")
            .bind(tenant.as_str()).bind(review_id).bind(answer.verdict.code()).bind(changed).bind(&answer.reason)
            .bind(&answer.by).bind(micros(answer.at)).execute(c).await.map(|done| done.rows_affected()))?;
        Ok(answered > 0)
    }
}

impl ReviewRow {
    fn into_domain(self) -> Result<Review, Error> {
        let unknown = |what, value: &str| Error::StoredValueUnknown {
            what,
            value: value.to_owned(),
        };
        let answer = match self.verdict.as_deref() {
            None => None,
            Some(code) => Some(ReviewAnswer {
                verdict: match (code, self.changed_failure_mode) {
                    ("APPROVE", _) => ReviewVerdict::Approve,
                    ("REJECT", _) => ReviewVerdict::Reject,
                    ("CHANGE", Some(failure_mode)) => ReviewVerdict::Change { failure_mode },
                    _ => return Err(unknown("verdict", code)),
                },
                reason: self.reason.unwrap_or_default(),
                by: self.answered_by.unwrap_or_default(),
                at: self.answered_at.unwrap_or(self.opened_at),
            }),
        };
        Ok(Review {
            severity: Severity::from_code(&self.severity).ok_or_else(|| unknown("severity", &self.severity))?,
            review_id: self.review_id,
            decision_id: self.decision_id,
            vehicle_id: self.vehicle_id,
            component: self.component,
            failure_mode: self.failure_mode,
            confidence: self.confidence,
            opened_at: self.opened_at,
            answer,
        })
    }
}
