//! A person takes notice of an alert, so that it goes no further.

use chassis::ids::TenantId;

use super::{Moment, Viewer, visible_alert};
use crate::domain::alert::{Alert, LifecycleError, Step};
use crate::error::Error;
use crate::events::published;
use crate::store::Store;

/// Acknowledges the alert; when it was acknowledged before, it says who did and changes nothing.
pub async fn acknowledge_alert(
    store: &mut Store<'_>,
    tenant: &TenantId,
    viewer: &Viewer,
    alert_id: &str,
    moment: Moment,
) -> Result<Alert, Error> {
    let mut alert = visible_alert(store, tenant, viewer, alert_id).await?;
    let step = alert.acknowledge(&viewer.id, moment.now).map_err(|error| match error {
        LifecycleError::AlreadyResolved => Error::AlreadyResolved {
            alert_id: alert_id.to_owned(),
        },
    })?;
    if step == Step::Taken {
        store.update_alert(tenant, &alert).await?;
        store.end_escalation(tenant, alert_id).await?;
        store
            .publish(&published::acknowledged(tenant, &alert, &viewer.id, moment.now))
            .await?;
    }
    Ok(alert)
}
