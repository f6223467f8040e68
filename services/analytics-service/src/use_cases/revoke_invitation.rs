//! Takes an invitation back.

use super::Act;
use crate::App;
use crate::error::Error;
use crate::store::Store;
use chassis::TenantId;

/// Revokes an invitation. One that was accepted stays as it is: the user is disabled instead.
pub async fn revoke_invitation(app: &App, tenant: &TenantId, invitation_id: &str, act: &Act) -> Result<(), Error> {
    let mut tx = app.database.begin().await?;
    let mut store = Store::on(&mut tx);
    store
        .invitation(tenant, invitation_id)
        .await?
        .ok_or(Error::InvitationNotFound)?;
    if store.revoke_invitation(tenant, invitation_id, act.machine_now).await? {
        store
            .log_own(tenant, "identity.invitation.revoked", invitation_id, act)
            .await?;
    }
    tx.commit().await?;
    Ok(())
}
