//! Keep a vehicle: copy what the registry says, and answer again what could not be answered without it.

use chassis::ids::TenantId;
use chrono::{DateTime, Utc};

use super::draft_claim::draft_claim;
use crate::domain::eligibility::judge;
use crate::domain::rules::Rules;
use crate::error::Error;
use crate::store::{KnownVehicle, Store};

/// Writes the vehicle unless something later is known, then revises waiting checks and drafts waiting claims.
pub async fn keep_vehicle(
    store: &mut Store<'_>,
    tenant: &TenantId,
    rules: &Rules,
    known: &KnownVehicle,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    if !store.put_vehicle(tenant, known, &rules.odometer).await? {
        return Ok(());
    }
    let vehicle_id = &known.vehicle.vehicle_id;
    let waiting = store.waiting_checks(tenant, vehicle_id).await?;
    if !waiting.is_empty() {
        let vehicle = store.vehicle(tenant, vehicle_id).await?;
        let coverages = store.coverages(tenant).await?;
        for check in waiting {
            let answer = judge(
                vehicle.as_ref(),
                &coverages,
                &rules.wear_parts,
                &check.decision.question(),
            );
            match check.revised(&answer) {
                Some(next) => {
                    store.revise_check(tenant, &next).await?;
                    store.announce_check(tenant, &next).await?;
                }
                None if !answer.may_change => store.end_waiting(tenant, &check.decision.decision_id).await?,
                None => {}
            }
        }
    }
    for visit in store.waiting_visits(tenant, vehicle_id).await? {
        draft_claim(store, tenant, rules, &visit, now).await?;
    }
    Ok(())
}
