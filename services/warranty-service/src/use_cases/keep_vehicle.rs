//! Keep a vehicle: copy what the registry says, and answer again what could not be answered without it.

use chassis::ids::TenantId;
use chrono::{DateTime, Utc};

use super::draft_claim::draft_claim;
use crate::domain::eligibility::judge;
use crate::domain::wear_parts::WearParts;
use crate::error::Error;
use crate::store::{KnownVehicle, Store};

/// Writes the vehicle unless something later is known, then revises waiting checks and drafts waiting claims.
pub async fn keep_vehicle(
    store: &mut Store<'_>,
    tenant: &TenantId,
    wear_parts: &WearParts,
    known: &KnownVehicle,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if !store.put_vehicle(tenant, known).await? {
        return Ok(());
    }
    let vehicle_id = &known.vehicle.vehicle_id;
    let waiting = store.waiting_checks(tenant, vehicle_id).await?;
    if !waiting.is_empty() {
        let vehicle = store.vehicle(tenant, vehicle_id).await?;
        let coverages = store.coverages(tenant).await?;
        for check in waiting {
            let answer = judge(vehicle.as_ref(), &coverages, wear_parts, &check.decision.question());
            if let Some(next) = check.revised(&answer) {
                store.revise_check(tenant, &next).await?;
                store.announce_check(tenant, &next).await?;
            }
        }
    }
    for visit in store.waiting_visits(tenant, vehicle_id).await? {
        draft_claim(store, tenant, wear_parts, &visit, now).await?;
    }
    Ok(())
}
