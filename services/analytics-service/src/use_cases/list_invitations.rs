//! Lists invitations of a tenant.

use crate::App;
use crate::domain::invitation::Invitation;
use crate::error::Error;
use crate::store::Store;
use chassis::TenantId;

/// The invitations after an id, in order of ids.
pub async fn list_invitations(
    app: &App,
    tenant: &TenantId,
    after: &str,
    limit: usize,
) -> Result<Vec<Invitation>, Error> {
    let mut tx = app.database.read().await?;
    Ok(Store::on(&mut tx).invitations(tenant, after, limit).await?)
}
