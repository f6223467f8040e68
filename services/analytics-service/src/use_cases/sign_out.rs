//! Ends sessions, and tells every service, so that access tokens still in use are refused too.

use super::Act;
use crate::App;
use crate::domain::session::{ACCESS_SECONDS_MAX, Session};
use crate::error::Error;
use crate::events::published::Announcement;
use crate::store::Store;
use chassis::{DbError, Principal, TenantId};
use chrono::Duration;

/// Sessions ended in one go; a person with more keeps none, since each round takes the next.
const ROUND: usize = 500;

/// Ends the caller's own session. Signing out twice, or with a key, changes nothing.
pub async fn sign_out(app: &App, principal: &Principal, act: &Act) -> Result<(), Error> {
    let Some(session_id) = &principal.session_id else {
        return Ok(());
    };
    let mut tx = app.database.begin().await?;
    let mut store = Store::on(&mut tx);
    if let Some(session) = store.session(&principal.tenant, session_id).await? {
        end_session(&mut store, &principal.tenant, &session, act).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Ends one session inside a transaction.
pub(super) async fn end_session(
    store: &mut Store<'_>,
    tenant: &TenantId,
    session: &Session,
    act: &Act,
) -> Result<(), DbError> {
    if !store
        .revoke_session(tenant, &session.session_id, act.machine_now)
        .await?
    {
        return Ok(());
    }
    // No access token of this session is older than this moment, so none outlives it by more than its longest life.
    let expires_at = act.machine_now + Duration::seconds(ACCESS_SECONDS_MAX);
    let revoked = Announcement::SessionRevoked {
        session_id: &session.session_id,
        user_id: &session.user_id,
        expires_at,
    };
    store.announce(tenant, revoked, act).await
}

/// Ends a person's sessions inside a transaction: all, or all but one.
pub(super) async fn end_sessions_of(
    store: &mut Store<'_>,
    tenant: &TenantId,
    user_id: &str,
    kept: Option<&str>,
    act: &Act,
) -> Result<(), DbError> {
    let mut after = String::new();
    loop {
        let sessions = store
            .live_sessions(tenant, user_id, act.machine_now, &after, ROUND)
            .await?;
        if let Some(last) = sessions.last() {
            after.clone_from(&last.session_id);
        }
        for session in sessions
            .iter()
            .filter(|session| kept != Some(session.session_id.as_str()))
        {
            end_session(store, tenant, session, act).await?;
        }
        if sessions.len() < ROUND {
            return Ok(());
        }
    }
}
