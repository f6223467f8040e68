//! Write a coverage.

use chassis::ids::{TenantId, new_id};
use chrono::{DateTime, Utc};

use crate::domain::coverage::{Coverage, Terms};
use crate::domain::terms_check::faults;
use crate::error::Error;
use crate::store::Store;

/// Writes it if its terms make sense, its name is free and the tenant has room for one more.
pub async fn write_coverage(
    store: &mut Store<'_>,
    tenant: &TenantId,
    name: &str,
    terms: Terms,
    per_tenant_max: usize,
    by: &str,
    now: DateTime<Utc>,
) -> Result<Coverage, Error> {
    let faults = faults(name, &terms);
    if !faults.is_empty() {
        return Err(Error::Invalid {
            what: "coverage.invalid",
            faults,
        });
    }
    if store.count_coverages(tenant).await? >= per_tenant_max as i64 {
        return Err(Error::CoverageLimit { max: per_tenant_max });
    }
    let coverage = Coverage {
        coverage_id: new_id("cov"),
        name: name.trim().to_owned(),
        terms,
    };
    if !store.insert_coverage(tenant, &coverage, now, by).await? {
        return Err(Error::CoverageNameTaken { name: coverage.name });
    }
    Ok(coverage)
}
