//! Record a finished visit, and draft the claim that it founds.

use chassis::ids::TenantId;
use chrono::{DateTime, Utc};

use super::draft_claim::draft_claim;
use crate::domain::rules::Rules;
use crate::domain::visit::Visit;
use crate::error::Error;
use crate::store::Store;

/// Writes the visit once; a visit that is known changes nothing.
pub async fn record_visit(
    store: &mut Store<'_>,
    tenant: &TenantId,
    rules: &Rules,
    visit: &Visit,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if !store.insert_visit(tenant, visit).await? {
        return Ok(());
    }
    draft_claim(store, tenant, rules, visit, now).await?;
    if let Some(reading) = visit.reading() {
        store
            .read_odometer(tenant, &visit.vehicle_id, reading, &rules.odometer)
            .await?;
    }
    Ok(())
}
