//! Shows one decision, and the steps that led to it.

use chassis::TenantId;

use super::App;
use crate::domain::opinion::Explanation;
use crate::domain::record::{DecisionRecord, JournalEntry};
use crate::domain::run::RunStage;
use crate::error::Error;
use crate::store::Store;

/// One decision with what became of it.
pub async fn show_decision(app: &App, tenant: &TenantId, decision_id: &str) -> Result<DecisionRecord, Error> {
    let mut tx = app.database.read().await?;
    let record = Store::new(&mut tx).decision(tenant, decision_id).await?;
    record.ok_or_else(|| Error::DecisionUnknown {
        decision_id: decision_id.to_owned(),
    })
}

/// The journal of one decision, and the vehicle that it is about.
pub async fn show_steps(app: &App, tenant: &TenantId, decision_id: &str) -> Result<(String, Vec<JournalEntry>), Error> {
    let mut tx = app.database.read().await?;
    let mut store = Store::new(&mut tx);
    let record = store.decision(tenant, decision_id).await?;
    let record = record.ok_or_else(|| Error::DecisionUnknown {
        decision_id: decision_id.to_owned(),
    })?;
    Ok((record.decision.vehicle_id, store.steps(tenant, decision_id).await?))
}

/// What the models added to a decision; none while nobody was asked.
pub async fn show_explanation(app: &App, tenant: &TenantId, decision_id: &str) -> Result<Option<Explanation>, Error> {
    let mut tx = app.database.read().await?;
    Store::new(&mut tx).explanation(tenant, decision_id).await
}

/// How far a run has come.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// Steps that the follower has not seen.
    pub steps: Vec<JournalEntry>,
    pub stage: RunStage,
}

/// The steps after `seen`, and where the run stands.
pub async fn follow_steps(app: &App, tenant: &TenantId, decision_id: &str, seen: i64) -> Result<Progress, Error> {
    let mut tx = app.database.read().await?;
    let mut store = Store::new(&mut tx);
    let stage = store
        .run(tenant, decision_id)
        .await?
        .map_or(RunStage::Done, |run| run.stage);
    let mut steps = store.steps(tenant, decision_id).await?;
    steps.retain(|step| step.position > seen);
    Ok(Progress { steps, stage })
}
