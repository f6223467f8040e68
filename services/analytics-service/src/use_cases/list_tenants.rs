//! Lists tenants: all of them for the default tenant's administration, their own for others.

use crate::App;
use crate::domain::user::Tenant;
use crate::error::Error;
use crate::store::Store;
use chassis::Principal;
use chassis::identity::DEFAULT_TENANT;

/// The tenants after an id, in order of ids.
pub async fn list_tenants(app: &App, principal: &Principal, after: &str, limit: usize) -> Result<Vec<Tenant>, Error> {
    let mut tx = app.database.read().await?;
    let mut store = Store::on(&mut tx);
    if principal.tenant.as_str() == DEFAULT_TENANT {
        return Ok(store.tenants(after, limit).await?);
    }
    let own = store.tenant(&principal.tenant).await?;
    Ok(own
        .into_iter()
        .filter(|tenant| tenant.tenant_id.as_str() > after)
        .collect())
}
