//! Scores decisions by what a workshop visit found: the loop closes here.

use chassis::{Cause, TenantId};
use chrono::{DateTime, Utc};

use super::count_adoption;
use crate::domain::component::Component;
use crate::domain::outcome::{self, ActedBy, Finding};
use crate::domain::record::{DecisionRecord, Outcome, Status};
use crate::domain::revision::Revision;
use crate::error::Error;
use crate::store::Store;

/// A finished visit.
#[derive(Clone, Debug, PartialEq)]
pub struct Visit {
    pub appointment_id: String,
    pub vehicle_id: String,
    /// The decision that it was booked for, where there was one.
    pub decision_id: Option<String>,
    pub findings: Vec<Finding>,
    /// Event time.
    pub completed_at: DateTime<Utc>,
}

/// Scores the decision that the visit was booked for, and every open one on a component that was looked at.
pub async fn score_visit(store: &mut Store<'_>, tenant: &TenantId, visit: &Visit, cause: &Cause) -> Result<(), Error> {
    for record in concerned(store, tenant, visit).await? {
        score(store, tenant, visit, &record, cause).await?;
    }
    Ok(())
}

async fn concerned(store: &mut Store<'_>, tenant: &TenantId, visit: &Visit) -> Result<Vec<DecisionRecord>, Error> {
    let mut ids: Vec<String> = visit.decision_id.iter().cloned().collect();
    let mut components: Vec<Component> = visit.findings.iter().filter_map(|finding| finding.component).collect();
    components.sort();
    components.dedup();
    for component in components {
        let open = store.open_decisions(tenant, &visit.vehicle_id, component).await?;
        // What was decided after the visit is about another fault.
        let before = open.into_iter().filter(|open| open.decided_for <= visit.completed_at);
        ids.extend(
            before
                .map(|open| open.decision_id)
                .filter(|id| visit.decision_id.as_ref() != Some(id)),
        );
    }
    let mut records = Vec::with_capacity(ids.len());
    for decision_id in ids {
        let record = store
            .decision(tenant, &decision_id)
            .await?
            .ok_or(Error::DecisionUnknown { decision_id })?;
        records.push(record);
    }
    Ok(records)
}

async fn score(
    store: &mut Store<'_>,
    tenant: &TenantId,
    visit: &Visit,
    record: &DecisionRecord,
    cause: &Cause,
) -> Result<(), Error> {
    let decision = &record.decision;
    let scored_before = record
        .outcome
        .as_ref()
        .is_some_and(|outcome| outcome.appointment_id.as_deref() == Some(&visit.appointment_id));
    // A decision id of another vehicle would be a mix-up; its score must not move.
    let verdict = outcome::score(decision.component, &decision.failure_mode.code, &visit.findings)
        .filter(|_| !scored_before && decision.vehicle_id == visit.vehicle_id);
    let Some(verdict) = verdict else { return Ok(()) };
    let found = visit
        .findings
        .iter()
        .find(|finding| finding.component == Some(decision.component));
    let failure_mode = found.and_then(|finding| finding.failure_mode.clone());
    let outcome = Outcome {
        verdict,
        failure_mode: failure_mode.clone(),
        appointment_id: Some(visit.appointment_id.clone()),
        told_by: None,
        note: None,
        found_at: visit.completed_at,
    };
    store.put_outcome(tenant, &decision.decision_id, &outcome).await?;
    store.set_status(tenant, &decision.decision_id, Status::Closed).await?;
    let revision = Revision::Outcome {
        verdict,
        failure_mode,
        appointment_id: Some(visit.appointment_id.clone()),
    };
    store
        .revise(tenant, decision, &revision, visit.completed_at, cause)
        .await?;
    metrics::counter!("agent_outcomes_total", "agent" => decision.agent_used.clone(), "verdict" => verdict.code())
        .increment(1);
    let seen_before = record
        .outcome
        .as_ref()
        .is_some_and(|outcome| outcome.appointment_id.is_some());
    if !seen_before {
        count_adoption(decision, ActedBy::Visit, verdict.code());
    }
    Ok(())
}
