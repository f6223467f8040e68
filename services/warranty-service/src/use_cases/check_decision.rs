//! Check a decision: is what it predicts covered. One answer a decision, however often the event comes.

use chassis::ids::{TenantId, derived_id};
use chrono::{DateTime, Utc};

use super::draft_claim::draft_claim;
use crate::domain::check::{Check, Decision};
use crate::domain::eligibility::judge;
use crate::domain::rules::Rules;
use crate::error::Error;
use crate::store::Store;

/// Writes the check and announces it; a decision that was checked before changes nothing.
pub async fn check_decision(
    store: &mut Store<'_>,
    tenant: &TenantId,
    rules: &Rules,
    decision: Decision,
    now: DateTime<Utc>,
) -> Result<(), Error> {
    let vehicle = store.vehicle(tenant, &decision.vehicle_id).await?;
    let coverages = store.coverages(tenant).await?;
    let answer = judge(vehicle.as_ref(), &coverages, &rules.wear_parts, &decision.question());
    if let Some(reading) = decision.reading() {
        store
            .read_odometer(tenant, &decision.vehicle_id, reading, &rules.odometer)
            .await?;
    }
    let check_id = derived_id("chk", &[tenant.as_str(), &decision.decision_id]);
    let check = Check::first(check_id, decision, &answer);
    if store.insert_check(tenant, &check).await? {
        metrics::counter!("warranty_checks_total", "covered" => check.standing.covered.to_string()).increment(1);
        store.announce_check(tenant, &check).await?;
        // A visit can be heard of before the decision that led to it: two producers' logs keep no common order.
        for visit in store.waiting_visits(tenant, &check.decision.vehicle_id).await? {
            draft_claim(store, tenant, rules, &visit, now).await?;
        }
    }
    Ok(())
}
