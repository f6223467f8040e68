//! Shows the tenant's centres, technicians and parts.

use chassis::TenantId;

use super::App;
use crate::domain::network::{Center, Part, Technician};
use crate::error::Result;
use crate::store::Store;

/// Centres after an id.
pub async fn list_centers(app: &App, tenant: &TenantId, after: &str, limit: i64) -> Result<Vec<Center>> {
    let mut tx = app.database.read().await?;
    Store::new(&mut tx).centers(tenant, after, limit).await
}

/// Technicians after an id, of one centre if asked.
pub async fn list_technicians(
    app: &App,
    tenant: &TenantId,
    center_id: Option<&str>,
    after: &str,
    limit: i64,
) -> Result<Vec<Technician>> {
    let mut tx = app.database.read().await?;
    Store::new(&mut tx).technicians(tenant, center_id, after, limit).await
}

/// Parts after (centre, code), of one centre if asked.
pub async fn list_parts(
    app: &App,
    tenant: &TenantId,
    center_id: Option<&str>,
    after: (&str, &str),
    limit: i64,
) -> Result<Vec<Part>> {
    let mut tx = app.database.read().await?;
    Store::new(&mut tx).parts(tenant, center_id, after, limit).await
}
