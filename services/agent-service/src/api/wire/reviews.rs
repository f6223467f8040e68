//! A request for a person's look, and what the person answered.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::record;
use crate::domain::review::ReviewVerdict;

/// A request for a person's look, and the answer.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Review {
    pub review_id: String,
    pub decision_id: String,
    pub vehicle_id: String,
    pub component: String,
    pub severity: &'static str,
    pub failure_mode: String,
    pub confidence: f64,
    pub opened_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<ReviewAnswer>,
}

/// What a person answered.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct ReviewAnswer {
    /// APPROVE, CHANGE or REJECT.
    pub verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_mode: Option<String>,
    pub reason: String,
    pub by: String,
    pub at: DateTime<Utc>,
}

impl From<record::Review> for Review {
    fn from(review: record::Review) -> Self {
        let answer = review.answer.map(|answer| ReviewAnswer {
            verdict: answer.verdict.code(),
            failure_mode: match answer.verdict {
                ReviewVerdict::Change { failure_mode } => Some(failure_mode),
                ReviewVerdict::Approve | ReviewVerdict::Reject => None,
            },
            reason: answer.reason,
            by: answer.by,
            at: answer.at,
        });
        Self {
            review_id: review.review_id,
            decision_id: review.decision_id,
            vehicle_id: review.vehicle_id,
            component: review.component,
            severity: review.severity.code(),
            failure_mode: review.failure_mode,
            confidence: review.confidence,
            opened_at: review.opened_at,
            answer,
        }
    }
}
