//! Ends sessions of a person: one of the caller's own, all others of theirs, or all of a user.

use super::Act;
use super::sign_out::{end_session, end_sessions_of};
use crate::App;
use crate::error::Error;
use crate::store::Store;
use chassis::{Principal, TenantId};

/// Ends one session of the caller's; another's is as unknown as one that never was.
pub async fn end_own_session(app: &App, principal: &Principal, session_id: &str, act: &Act) -> Result<(), Error> {
    let mut tx = app.database.begin().await?;
    let mut store = Store::on(&mut tx);
    let found = store.session(&principal.tenant, session_id).await?;
    let session = found
        .filter(|session| session.user_id == principal.subject)
        .ok_or(Error::SessionNotFound)?;
    end_session(&mut store, &principal.tenant, &session, act).await?;
    tx.commit().await?;
    Ok(())
}

/// Ends the caller's sessions but the one of this request.
pub async fn end_other_sessions(app: &App, principal: &Principal, act: &Act) -> Result<(), Error> {
    let mut tx = app.database.begin().await?;
    let kept = principal.session_id.as_deref();
    end_sessions_of(
        &mut Store::on(&mut tx),
        &principal.tenant,
        &principal.subject,
        kept,
        act,
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Ends every session of a user of the tenant.
pub async fn end_sessions_of_user(app: &App, tenant: &TenantId, user_id: &str, act: &Act) -> Result<(), Error> {
    let mut tx = app.database.begin().await?;
    let mut store = Store::on(&mut tx);
    store.user(tenant, user_id).await?.ok_or(Error::UserNotFound)?;
    end_sessions_of(&mut store, tenant, user_id, None, act).await?;
    tx.commit().await?;
    Ok(())
}
