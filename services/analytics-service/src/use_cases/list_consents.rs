//! Lists a tenant's consents to SUPPORT.

use crate::App;
use crate::domain::consent::Consent;
use crate::error::Error;
use crate::store::Store;
use chassis::TenantId;

/// The consents after an id, in order of ids.
pub async fn list_consents(app: &App, tenant: &TenantId, after: &str, limit: usize) -> Result<Vec<Consent>, Error> {
    let mut tx = app.database.read().await?;
    Ok(Store::on(&mut tx).consents(tenant, after, limit).await?)
}
