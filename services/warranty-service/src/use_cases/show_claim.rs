//! Show a claim with all its versions.

use chassis::ids::TenantId;

use crate::domain::claim::{Claim, Version};
use crate::error::Error;
use crate::store::Store;

/// The claim, its present version, and every version from the first. A claim of a vehicle that the caller may not see
/// does not exist for the caller; `None` sees all vehicles of the tenant.
pub async fn show_claim(
    store: &mut Store<'_>,
    tenant: &TenantId,
    claim_id: &str,
    only_vehicles: Option<&[String]>,
) -> Result<(Claim, Version, Vec<Version>), Error> {
    let (claim, present) = visible_claim(store, tenant, claim_id, only_vehicles).await?;
    let versions = store.versions(tenant, claim_id).await?;
    Ok((claim, present, versions))
}

/// The claim and its present version, if the caller may see its vehicle.
pub(super) async fn visible_claim(
    store: &mut Store<'_>,
    tenant: &TenantId,
    claim_id: &str,
    only_vehicles: Option<&[String]>,
) -> Result<(Claim, Version), Error> {
    let found = store.claim(tenant, claim_id).await?;
    let visible = |claim: &Claim| only_vehicles.is_none_or(|ids| ids.contains(&claim.vehicle_id));
    found
        .filter(|(claim, _)| visible(claim))
        .ok_or_else(|| Error::ClaimUnknown {
            claim_id: claim_id.to_owned(),
        })
}
