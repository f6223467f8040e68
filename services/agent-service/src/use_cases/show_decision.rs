//! Shows one decision, and the steps that led to it.

use chassis::TenantId;

use super::App;
use crate::domain::record::{DecisionRecord, JournalEntry};
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
