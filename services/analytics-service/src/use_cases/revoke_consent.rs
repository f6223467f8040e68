//! Takes a consent back: the SUPPORT people's sessions end in every service.

use super::Act;
use super::sign_out::end_sessions_of;
use crate::App;
use crate::domain::role::Role;
use crate::error::Error;
use crate::store::Store;
use chassis::TenantId;

/// Revokes a consent. Sessions end also where another consent runs, since they may have been opened under this one.
pub async fn revoke_consent(app: &App, tenant: &TenantId, consent_id: &str, act: &Act) -> Result<(), Error> {
    let mut tx = app.database.begin().await?;
    let mut store = Store::on(&mut tx);
    store.consent(tenant, consent_id).await?.ok_or(Error::ConsentNotFound)?;
    if store.revoke_consent(tenant, consent_id, act.machine_now).await? {
        store
            .log_own(tenant, "identity.consent.revoked", consent_id, act)
            .await?;
        for user_id in store.active_in_role(tenant, Role::Support).await? {
            end_sessions_of(&mut store, tenant, &user_id, None, act).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}
