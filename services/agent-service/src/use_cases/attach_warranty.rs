//! Attaches to a decision what the warranty says about its repair.

use chassis::{Cause, TenantId};
use chrono::{DateTime, Utc};

use crate::domain::record::Warranty;
use crate::domain::revision::Revision;
use crate::error::Error;
use crate::store::Store;

/// Attaches it and tells so once; the same answer again, or an older one, changes nothing.
pub async fn attach_warranty(
    store: &mut Store<'_>,
    tenant: &TenantId,
    decision_id: &str,
    warranty: Warranty,
    checked_at: DateTime<Utc>,
    cause: &Cause,
) -> Result<(), Error> {
    let unknown = || Error::DecisionUnknown {
        decision_id: decision_id.to_owned(),
    };
    let record = store.decision(tenant, decision_id).await?.ok_or_else(unknown)?;
    if record.warranty.as_ref() == Some(&warranty) {
        return Ok(());
    }
    if store.put_warranty(tenant, decision_id, &warranty, checked_at).await? {
        store
            .revise(
                tenant,
                &record.decision,
                &Revision::Warranty(warranty),
                checked_at,
                cause,
            )
            .await?;
    }
    Ok(())
}
