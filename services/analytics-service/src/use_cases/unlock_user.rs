//! Lifts the lock that failed sign-ins have put on a user name.

use super::Act;
use super::throttle_sign_in::unlock;
use crate::App;
use crate::error::Error;
use crate::store::Store;
use chassis::TenantId;

/// Forgets the failed sign-ins of a user of the tenant.
pub async fn unlock_user(app: &App, tenant: &TenantId, user_id: &str, act: &Act) -> Result<(), Error> {
    let mut tx = app.database.begin().await?;
    let mut store = Store::on(&mut tx);
    let user = store.user(tenant, user_id).await?.ok_or(Error::UserNotFound)?;
    unlock(&mut store, tenant, &user.contact.username).await?;
    store.log_own(tenant, "identity.signin.unlocked", user_id, act).await?;
    tx.commit().await?;
    Ok(())
}
