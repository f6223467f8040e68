//! Revokes an API key; every service refuses it once the event arrives.

use super::Act;
use crate::App;
use crate::error::Error;
use crate::events::published::Announcement;
use crate::store::Store;
use chassis::TenantId;

/// Revokes a key. Revoking twice is no error and says nothing anew.
pub async fn revoke_key(app: &App, tenant: &TenantId, key_id: &str, act: &Act) -> Result<(), Error> {
    let mut tx = app.database.begin().await?;
    let mut store = Store::on(&mut tx);
    store.key(tenant, key_id).await?.ok_or(Error::KeyNotFound)?;
    if store.revoke_key(tenant, key_id, act.machine_now).await? {
        store.announce(tenant, Announcement::KeyRevoked { key_id }, act).await?;
    }
    tx.commit().await?;
    Ok(())
}
