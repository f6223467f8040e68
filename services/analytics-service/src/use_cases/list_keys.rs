//! Lists a tenant's API keys, without their secrets, which nobody has.

use crate::App;
use crate::domain::scope::ApiKey;
use crate::error::Error;
use crate::store::Store;
use chassis::TenantId;

/// The keys after an id, in order of ids.
pub async fn list_keys(app: &App, tenant: &TenantId, after: &str, limit: usize) -> Result<Vec<ApiKey>, Error> {
    let mut tx = app.database.read().await?;
    Ok(Store::on(&mut tx).keys(tenant, after, limit).await?)
}
