//! List a tenant's coverages, by name.

use chassis::ids::TenantId;

use crate::domain::coverage::Coverage;
use crate::error::Error;
use crate::store::Store;

/// One page after a name (empty: the first), and whether there are more.
pub async fn list_coverages(
    store: &mut Store<'_>,
    tenant: &TenantId,
    after: &str,
    limit: usize,
) -> Result<(Vec<Coverage>, bool), Error> {
    let mut coverages = store.coverage_page(tenant, after, limit as i64 + 1).await?;
    let more = coverages.len() > limit;
    coverages.truncate(limit);
    Ok((coverages, more))
}
