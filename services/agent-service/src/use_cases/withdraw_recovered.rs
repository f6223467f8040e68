//! A component is well again: what was decided about it before is withdrawn.

use chassis::{Cause, TenantId};
use chrono::{DateTime, Utc};

use crate::domain::component::Component;
use crate::domain::record::Status;
use crate::domain::revision::{Recovery, Revision};
use crate::error::Error;
use crate::store::Store;

/// A component that is well again.
#[derive(Clone, Debug, PartialEq)]
pub struct Recovered {
    pub vehicle_id: String,
    pub component: Component,
    pub recovery: Recovery,
}

/// Withdraws the open decisions that were made before the component was well, and tells of it. Of a fault that a workshop confirmed and
/// left, the decision is closed already: it is told too, because its alert still stands.
pub async fn withdraw_recovered(
    store: &mut Store<'_>,
    tenant: &TenantId,
    recovered: &Recovered,
    time: DateTime<Utc>,
    cause: &Cause,
) -> Result<(), Error> {
    let (vehicle_id, component) = (&recovered.vehicle_id, recovered.component);
    for decision_id in store
        .standing_decisions(tenant, vehicle_id, component, recovered.recovery.since)
        .await?
    {
        let unknown = || Error::DecisionUnknown {
            decision_id: decision_id.clone(),
        };
        let record = store.decision(tenant, &decision_id).await?.ok_or_else(unknown)?;
        if record.status == Status::Open {
            store.set_status(tenant, &decision_id, Status::Recovered).await?;
        }
        let revision = Revision::Recovery(recovered.recovery.clone());
        store.revise(tenant, &record.decision, &revision, time, cause).await?;
        metrics::counter!("agent_withdrawn_total", "agent" => record.decision.agent_used.clone()).increment(1);
    }
    Ok(())
}
