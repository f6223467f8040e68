//! List claims, newest first.

use chassis::ids::TenantId;

use crate::domain::claim::{Claim, Version};
use crate::error::Error;
use crate::store::{ClaimFilter, Store};

/// One page of claims with their present versions, and whether there are more.
pub async fn list_claims(
    store: &mut Store<'_>,
    tenant: &TenantId,
    filter: &ClaimFilter,
) -> Result<(Vec<(Claim, Version)>, bool), Error> {
    let one_more = ClaimFilter {
        limit: filter.limit + 1,
        ..filter.clone()
    };
    let mut claims = store.claims(tenant, &one_more).await?;
    let more = claims.len() as i64 > filter.limit;
    claims.truncate(filter.limit as usize);
    Ok((claims, more))
}

/// The same of one vehicle, which has to be known and visible to the caller; `None` sees all vehicles of the tenant.
pub async fn list_claims_of_vehicle(
    store: &mut Store<'_>,
    tenant: &TenantId,
    filter: ClaimFilter,
    vehicle_id: &str,
    only_vehicles: Option<Vec<String>>,
) -> Result<(Vec<(Claim, Version)>, bool), Error> {
    store
        .visible_vehicle(tenant, vehicle_id, only_vehicles.as_deref())
        .await?;
    let filter = ClaimFilter {
        vehicle_ids: Some(vec![vehicle_id.to_owned()]),
        ..filter
    };
    list_claims(store, tenant, &filter).await
}
