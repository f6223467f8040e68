//! Shows the delivery ledger of one alert, or of one report.

use chassis::ids::TenantId;

use super::{Viewer, visible_alert};
use crate::error::Error;
use crate::store::{Delivery, Store};

/// The ledger of an alert that the viewer may see. Who may see only some vehicles sees only what was meant for them.
pub async fn show_deliveries(
    store: &mut Store<'_>,
    tenant: &TenantId,
    viewer: &Viewer,
    alert_id: &str,
) -> Result<Vec<Delivery>, Error> {
    visible_alert(store, tenant, viewer, alert_id).await?;
    let only = viewer.vehicle_ids.as_ref().map(|_| viewer.id.as_str());
    store.deliveries(tenant, alert_id, only).await
}

/// Who was mailed about a weekly report; a report of which nobody was to be told has no rows. Who may see only some vehicles sees only what
/// was meant for them.
pub async fn show_report_deliveries(
    store: &mut Store<'_>,
    tenant: &TenantId,
    viewer: &Viewer,
    report_id: &str,
) -> Result<Vec<Delivery>, Error> {
    if store.report(tenant, report_id).await?.is_none() {
        return Ok(Vec::new());
    }
    let only = viewer.vehicle_ids.as_ref().map(|_| viewer.id.as_str());
    store.deliveries(tenant, report_id, only).await
}
