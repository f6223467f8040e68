//! Counts alerts and their deliveries.

use chassis::ids::TenantId;

use super::Viewer;
use crate::error::Error;
use crate::store::{AlertFilter, Counts, Store};

/// Counts over the alerts that the viewer may see.
pub async fn count_alerts(store: &mut Store<'_>, tenant: &TenantId, viewer: &Viewer) -> Result<Counts, Error> {
    let filter = AlertFilter {
        visible_vehicle_ids: viewer.vehicle_ids.clone(),
        ..AlertFilter::default()
    };
    store.count_alerts(tenant, &filter).await
}
