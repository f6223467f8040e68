//! Lists a tenant's users.

use crate::App;
use crate::domain::role::Role;
use crate::domain::user::User;
use crate::error::Error;
use crate::store::Store;
use chassis::TenantId;

/// The users after an id, in order of ids, of one role or of all.
pub async fn list_users(
    app: &App,
    tenant: &TenantId,
    role: Option<Role>,
    after: &str,
    limit: usize,
) -> Result<Vec<User>, Error> {
    let mut tx = app.database.read().await?;
    Ok(Store::on(&mut tx).users(tenant, role, after, limit).await?)
}
