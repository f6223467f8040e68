//! Record a finished visit, and draft the claim that it founds.

use chassis::ids::TenantId;
use chrono::{DateTime, Utc};

use super::draft_claim::draft_claim;
use crate::domain::visit::Visit;
use crate::domain::wear_parts::WearParts;
use crate::error::Error;
use crate::store::Store;

/// Writes the visit once; a visit that is known changes nothing.
pub async fn record_visit(
    store: &mut Store<'_>,
    tenant: &TenantId,
    wear_parts: &WearParts,
    visit: &Visit,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if !store.insert_visit(tenant, visit).await? {
        return Ok(());
    }
    draft_claim(store, tenant, wear_parts, visit, now).await?;
    if let Some(km) = visit.odometer_km {
        store.raise_odometer(tenant, &visit.vehicle_id, km).await?;
    }
    Ok(())
}
