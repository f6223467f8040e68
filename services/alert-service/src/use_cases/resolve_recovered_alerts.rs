//! A component that is well again ends the alerts about it.

use chassis::ids::TenantId;
use chrono::{DateTime, Utc};

use super::Moment;
use super::resolve_alert::end;
use crate::domain::alert::{Resolution, ResolvedReason};
use crate::error::Error;
use crate::store::Store;

/// A component that is well again.
#[derive(Clone, Debug)]
pub struct Recovered {
    pub vehicle_id: String,
    pub component: String,
    /// Event time since which it is.
    pub since: DateTime<Utc>,
    /// A repair made elsewhere was recorded; otherwise its signals say so.
    pub repaired: bool,
}

/// Resolves what was raised before; a younger cause stays open.
pub async fn resolve_recovered_alerts(
    store: &mut Store<'_>,
    tenant: &TenantId,
    recovered: &Recovered,
    moment: Moment,
) -> Result<(), Error> {
    let reason = if recovered.repaired {
        ResolvedReason::Repaired
    } else {
        ResolvedReason::Recovered
    };
    for alert in store
        .unresolved_alerts(tenant, Some(&recovered.vehicle_id), None)
        .await?
    {
        if alert.component == recovered.component && alert.event_time <= recovered.since {
            let resolution = Resolution {
                reason,
                note: None,
                by: None,
                appointment_id: None,
                at: moment.now,
            };
            end(store, tenant, alert, resolution).await?;
        }
    }
    Ok(())
}
