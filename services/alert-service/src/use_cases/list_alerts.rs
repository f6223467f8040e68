//! Lists alerts, newest first.

use chassis::ids::TenantId;

use super::Viewer;
use crate::domain::alert::Alert;
use crate::error::Error;
use crate::store::{AlertFilter, AlertPosition, Store};

/// A page of the alerts that the viewer may see, and where the next page starts, if there is one.
pub async fn list_alerts(
    store: &mut Store<'_>,
    tenant: &TenantId,
    viewer: &Viewer,
    mut filter: AlertFilter,
    after: Option<&AlertPosition>,
    limit: usize,
) -> Result<(Vec<Alert>, Option<AlertPosition>), Error> {
    filter.visible_vehicle_ids.clone_from(&viewer.vehicle_ids);
    // One more than asked for tells whether there is a next page.
    let mut alerts = store.alerts(tenant, &filter, after, limit as i64 + 1).await?;
    let more = alerts.len() > limit;
    alerts.truncate(limit);
    let last = alerts.last().filter(|_| more);
    let next = last.map(|alert| AlertPosition {
        raised_at: alert.raised_at,
        alert_id: alert.id.clone(),
    });
    Ok((alerts, next))
}
