//! Submit a claim: a person says that it is right. Its next version is written and announced.

use chassis::Cause;
use chassis::ids::TenantId;
use chrono::{DateTime, Utc};

use super::show_claim::visible_claim;
use crate::domain::claim::{Amendment, Claim, ClaimFault, Standing, Version};
use crate::domain::claim_check::amendment_faults;
use crate::domain::eligibility::{Question, judge};
use crate::domain::wear_parts::WearParts;
use crate::error::Error;
use crate::store::Store;

/// Who submits, what this person may see, and in which chain of causes.
#[derive(Clone, Debug)]
pub struct Submitter {
    pub person_id: String,
    /// `None` sees all vehicles of the tenant.
    pub only_vehicles: Option<Vec<String>>,
    pub cause: Cause,
}

/// Writes the submitted version, judged by what is known now about the day of the failure.
pub async fn submit_claim(
    store: &mut Store<'_>,
    tenant: &TenantId,
    wear_parts: &WearParts,
    claim_id: &str,
    amendment: Amendment,
    by: Submitter,
    now: DateTime<Utc>,
) -> Result<(Claim, Version), Error> {
    let refused = |fault| Error::NotSubmittable {
        claim_id: claim_id.to_owned(),
        fault,
    };
    let faults = amendment_faults(&amendment);
    if !faults.is_empty() {
        return Err(Error::Invalid {
            what: "claim.invalid",
            faults,
        });
    }
    let (claim, draft) = visible_claim(store, tenant, claim_id, by.only_vehicles.as_deref()).await?;
    let vehicle = store.vehicle(tenant, &claim.vehicle_id).await?;
    let coverages = store.coverages(tenant).await?;
    let question = Question {
        component: draft.content.component.clone(),
        failure_mode: draft.content.failure_mode.clone(),
        on: draft.content.occurred_on,
        odometer_km: draft.content.odometer_km,
    };
    let answer = judge(vehicle.as_ref(), &coverages, wear_parts, &question);
    let submitted = draft
        .submit(amendment, Standing::from(&answer), &by.person_id, now)
        .map_err(refused)?;
    if !store.add_version(tenant, claim_id, &submitted).await? {
        return Err(refused(ClaimFault::AlreadySubmitted));
    }
    metrics::counter!("warranty_claims_submitted_total").increment(1);
    store.announce_submission(tenant, &claim, &submitted, by.cause).await?;
    Ok((claim, submitted))
}
