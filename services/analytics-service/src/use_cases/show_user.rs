//! Shows one user.

use crate::App;
use crate::domain::user::User;
use crate::error::Error;
use crate::store::Store;
use chassis::TenantId;

/// A user by id.
pub async fn show_user(app: &App, tenant: &TenantId, user_id: &str) -> Result<User, Error> {
    let mut tx = app.database.read().await?;
    Store::on(&mut tx)
        .user(tenant, user_id)
        .await?
        .ok_or(Error::UserNotFound)
}
