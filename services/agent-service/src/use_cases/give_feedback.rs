//! Takes a person's word on how right a decision was.

use chassis::{Cause, TenantId};

use super::{App, count_adoption};
use crate::domain::outcome::{self, ActedBy, Finding, Verdict};
use crate::domain::record::{DecisionRecord, Outcome, Status};
use crate::domain::review::REASON_CHARS_MAX;
use crate::domain::revision::Revision;
use crate::error::Error;
use crate::store::Store;

/// A person's word.
#[derive(Clone, Debug, PartialEq)]
pub struct Feedback {
    pub verdict: Verdict,
    /// The failure mode that was found, where it is named.
    pub failure_mode: Option<String>,
    /// Free text; it stays in this service.
    pub note: Option<String>,
    pub by: String,
}

/// Scores a decision by it and closes it. A later word replaces an earlier one; the same word again changes nothing.
pub async fn give_feedback(
    app: &App,
    tenant: &TenantId,
    decision_id: &str,
    feedback: Feedback,
    cause: &Cause,
) -> Result<DecisionRecord, Error> {
    if feedback
        .note
        .as_ref()
        .is_some_and(|note| note.chars().count() > REASON_CHARS_MAX)
    {
        return Err(Error::TooMuch {
            path: "/note",
            max: REASON_CHARS_MAX,
        });
    }
    let unknown = || Error::DecisionUnknown {
        decision_id: decision_id.to_owned(),
    };
    let mut tx = app.database.begin().await?;
    let mut store = Store::new(&mut tx);
    let record = store.decision(tenant, decision_id).await?.ok_or_else(unknown)?;
    let outcome = outcome_of(app, &record, feedback)?;
    let told = |known: &Outcome| {
        (
            known.verdict,
            known.failure_mode.clone(),
            known.note.clone(),
            known.told_by.clone(),
        )
    };
    if record.outcome.as_ref().map(told) == Some(told(&outcome)) {
        return Ok(record);
    }
    let revision = Revision::Outcome {
        verdict: outcome.verdict,
        failure_mode: outcome.failure_mode.clone(),
        appointment_id: None,
    };
    store.put_outcome(tenant, decision_id, &outcome).await?;
    store.set_status(tenant, decision_id, Status::Closed).await?;
    store
        .revise(tenant, &record.decision, &revision, outcome.found_at, cause)
        .await?;
    let scored_before = record.outcome.is_some();
    let record = store.decision(tenant, decision_id).await?.ok_or_else(unknown)?;
    tx.commit().await?;
    if !scored_before {
        count_adoption(&record.decision, ActedBy::Feedback, outcome.verdict.code());
    }
    Ok(record)
}

fn outcome_of(app: &App, record: &DecisionRecord, feedback: Feedback) -> Result<Outcome, Error> {
    let component = record.decision.component;
    if let Some(code) = &feedback.failure_mode {
        let known = app
            .knowledge
            .component(component)
            .is_some_and(|knowledge| knowledge.mode(code).is_some());
        if !known {
            return Err(Error::FailureModeUnknown {
                component,
                code: code.clone(),
            });
        }
    }
    let finding = Finding {
        component: Some(component),
        failure_mode: feedback.failure_mode.clone(),
        verdict: Some(feedback.verdict),
    };
    let scored = outcome::score(component, &record.decision.failure_mode.code, &[finding]);
    Ok(Outcome {
        verdict: scored.unwrap_or(feedback.verdict),
        failure_mode: feedback.failure_mode,
        appointment_id: None,
        told_by: Some(feedback.by),
        note: feedback.note,
        found_at: app.clock.now(),
    })
}
