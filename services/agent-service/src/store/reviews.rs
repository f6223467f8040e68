//! Requests for a person's look at a decision.

use chassis::clock::micros;
use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;

use super::{Position, Store, list};
use crate::domain::record::{Example, Review, ReviewAnswer};
use crate::domain::review::ReviewVerdict;
use crate::domain::severity::Severity;
use crate::error::Error;

/// Which reviews a list holds.
#[derive(Clone, Debug, Default)]
pub struct ReviewFilter {
    /// Answered ones, or else open ones.
    pub answered: bool,
    /// `Some`: only these vehicles may be seen.
    pub visible_vehicle_ids: Option<Vec<String>>,
}

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

#[derive(sqlx::FromRow)]
struct ExampleRow {
    decision_id: String,
    decided_for: DateTime<Utc>,
    agent: String,
    prompt: String,
    /// What the workshop found.
    found: Option<String>,
    /// What a person judged.
    reviewed: Option<String>,
}

impl ExampleRow {
    /// What was found goes before what a reviewer thought.
    fn into_domain(self) -> Option<Example> {
        let found = self.found.map(|mode| (mode, "outcome"));
        let (failure_mode, from) = found.or_else(|| self.reviewed.map(|mode| (mode, "review")))?;
        Some(Example {
            decision_id: self.decision_id,
            decided_for: self.decided_for,
            agent: self.agent,
            prompt: self.prompt,
            failure_mode,
            from,
        })
    }
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

    /// Recorded prompts with what people found to be the right answer, latest first, after the one where the page before ended.
    pub async fn examples(
        &mut self,
        tenant: &TenantId,
        after: Option<&Example>,
        limit: usize,
    ) -> Result<Vec<Example>, Error> {
        let start = Position::start();
        let (time, id, agent) = after.map_or((start.time, "", ""), |last| {
            (last.decided_for, last.decision_id.as_str(), last.agent.as_str())
        });
        let rows: Vec<ExampleRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT decision_id, decided_for, agent, prompt, found, reviewed FROM (
                 SELECT d.decision_id, d.decided_for, k.agent, k.prompt,
                     CASE WHEN o.verdict = 'CONFIRMED' THEN d.failure_mode ELSE o.failure_mode END AS found,
                     CASE WHEN r.verdict = 'APPROVE' THEN d.failure_mode ELSE r.changed_failure_mode END AS reviewed
                 FROM decision d
                 JOIN agent_call k ON k.tenant_id = d.tenant_id AND k.decision_id = d.decision_id AND k.number = 1
                 LEFT JOIN decision_outcome o ON o.tenant_id = d.tenant_id AND o.decision_id = d.decision_id
                 LEFT JOIN review r ON r.tenant_id = d.tenant_id AND r.decision_id = d.decision_id AND r.verdict <> 'REJECT'
                 WHERE d.tenant_id = $1 AND (d.decided_for < $2 OR (d.decided_for = $2
                     AND (d.decision_id < $3 OR (d.decision_id = $3 AND k.agent > $4))))) example
             WHERE found IS NOT NULL OR reviewed IS NOT NULL
             ORDER BY decided_for DESC, decision_id DESC, agent LIMIT $5")
            .bind(tenant.as_str()).bind(micros(time)).bind(id).bind(agent)
            .bind(i64::try_from(limit).unwrap_or(i64::MAX)).fetch_all(c).await)?;
        Ok(rows.into_iter().filter_map(ExampleRow::into_domain).collect())
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

    /// Reviews that pass the filter, latest first, from a position on. On a decision that is over, or that a later one took the
    /// place of, nobody's word is waited for.
    pub async fn reviews(
        &mut self,
        tenant: &TenantId,
        filter: &ReviewFilter,
        after: &Position,
        limit: usize,
    ) -> Result<Vec<Review>, Error> {
        let visible = filter.visible_vehicle_ids.as_deref().map(list);
        let sql = format!(
            "SELECT review_id, r.decision_id, vehicle_id, component, severity, failure_mode, confidence, opened_at,
                 verdict, changed_failure_mode, reason, answered_by, answered_at
             FROM review r JOIN decision d ON d.tenant_id = r.tenant_id AND d.decision_id = r.decision_id
             WHERE r.tenant_id = $1 AND (verdict IS NOT NULL) = $2 AND ($2 OR d.status = 'OPEN')
                 AND (opened_at < $3 OR (opened_at = $3 AND review_id < $4)){}
             ORDER BY opened_at DESC, review_id DESC LIMIT $5",
            self.also_listed(visible.is_some(), "vehicle_id", 6)
        );
        let rows: Vec<ReviewRow> = on!(self.tx, c => {
            let query = sqlx::query_as(AssertSqlSafe(sql)).bind(tenant.as_str()).bind(filter.answered).bind(after.time)
                .bind(&after.id).bind(i64::try_from(limit).unwrap_or(i64::MAX));
            match &visible {
                Some(ids) => query.bind(ids),
                None => query,
            }
            .fetch_all(c).await
        })?;
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
