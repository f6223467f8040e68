//! Takes a person's verdict on a decision that was not sure enough. The warning went out long before.

use chassis::{Cause, TenantId};

use super::{App, count_adoption};
use crate::domain::outcome::ActedBy;
use crate::domain::record::{Review, ReviewAnswer};
use crate::domain::review::{REASON_CHARS_MAX, ReviewVerdict};
use crate::domain::revision::Revision;
use crate::error::Error;
use crate::store::Store;

/// What a person answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub verdict: ReviewVerdict,
    /// Free text; it stays in this service.
    pub reason: String,
    pub by: String,
}

/// Closes the review and tells the verdict. A review is answered once.
pub async fn answer_review(
    app: &App,
    tenant: &TenantId,
    review_id: &str,
    answer: Answer,
    cause: &Cause,
) -> Result<Review, Error> {
    if answer.reason.chars().count() > REASON_CHARS_MAX {
        return Err(Error::TooMuch {
            path: "/reason",
            max: REASON_CHARS_MAX,
        });
    }
    let unknown = || Error::ReviewUnknown {
        review_id: review_id.to_owned(),
    };
    let mut tx = app.database.begin().await?;
    let mut store = Store::new(&mut tx);
    let review = store.review(tenant, review_id).await?.ok_or_else(unknown)?;
    let decision_id = review.decision_id.clone();
    let record = store
        .decision(tenant, &decision_id)
        .await?
        .ok_or(Error::DecisionUnknown { decision_id })?;
    let component = record.decision.component;
    let code = component.code().to_owned();
    answer.verdict.check(
        app.knowledge
            .component(component)
            .ok_or(Error::ComponentUnknown { code })?,
    )?;
    let now = app.clock.now();
    let kept = ReviewAnswer {
        verdict: answer.verdict,
        reason: answer.reason,
        by: answer.by,
        at: now,
    };
    if !store.answer_review(tenant, review_id, &kept).await? {
        return Err(Error::ReviewAnswered {
            review_id: review_id.to_owned(),
        });
    }
    store
        .revise(
            tenant,
            &record.decision,
            &Revision::Review(kept.verdict.clone()),
            now,
            cause,
        )
        .await?;
    tx.commit().await?;
    let agent = record.decision.agent_used.clone();
    metrics::counter!("agent_reviews_total", "agent" => agent, "verdict" => kept.verdict.code()).increment(1);
    if kept.verdict == ReviewVerdict::Approve {
        count_adoption(&record.decision, ActedBy::Review, kept.verdict.code());
    }
    Ok(Review {
        answer: Some(kept),
        ..review
    })
}
