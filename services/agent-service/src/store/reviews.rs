//! Requests for a person's look at a decision.

use chassis::clock::micros;
use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};

use super::{Position, Store};
use crate::domain::record::{Example, Review, ReviewAnswer};
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
            .bind(tenant.as_str()).bind(review_id).bind(decision_id).bind(micros(opened_at)).run(c).await)?;
        Ok(())
    }

    /// Recorded prompts with what people found to be the right answer, latest first.
    pub async fn examples(&mut self, tenant: &TenantId, limit: usize) -> Result<Vec<Example>, Error> {
        /// Decision, prompt, what the workshop found, what a person judged, agent.
        type Row = (String, String, Option<String>, Option<String>, String);
        let rows: Vec<Row> = on!(self.tx, c => sqlx::query_as(
            "SELECT d.decision_id, k.prompt, CASE WHEN o.verdict = 'CONFIRMED' THEN d.failure_mode ELSE o.failure_mode END,
                 CASE WHEN r.verdict = 'APPROVE' THEN d.failure_mode ELSE r.changed_failure_mode END, k.agent
             FROM decision d
             JOIN agent_call k ON k.tenant_id = d.tenant_id AND k.decision_id = d.decision_id AND k.number = 1
             LEFT JOIN decision_outcome o ON o.tenant_id = d.tenant_id AND o.decision_id = d.decision_id
             LEFT JOIN review r ON r.tenant_id = d.tenant_id AND r.decision_id = d.decision_id AND r.verdict <> 'REJECT'
             WHERE d.tenant_id = $1 AND (o.verdict IS NOT NULL OR r.verdict IS NOT NULL)
             ORDER BY d.decided_for DESC, d.decision_id, k.agent LIMIT $2")
            .bind(tenant.as_str()).bind(i64::try_from(limit).unwrap_or(i64::MAX)).fetch_all(c).await)?;
        let example = |(decision_id, prompt, found, reviewed, _)| {
            let (failure_mode, from) = match (found, reviewed) {
                (Some(found), _) => (found, "outcome"),
                (None, Some(reviewed)) => (reviewed, "review"),
                (None, None) => return None,
            };
            Some(Example {
                decision_id,
                prompt,
                failure_mode,
                from,
            })
        };
        Ok(rows.into_iter().filter_map(example).collect())
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

    /// Reviews, open or answered ones, latest first, from a position on. On a decision that is over, or that a later one
    /// took the place of, nobody's word is waited for.
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
             WHERE r.tenant_id = $1 AND (verdict IS NOT NULL) = $2 AND ($2 OR d.status = 'OPEN')
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
            .bind(&answer.by).bind(micros(answer.at)).run(c).await.map(|done| done.rows_affected()))?;
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
