//! Lists live sessions: the caller's, or those of a user.

use crate::App;
use crate::domain::session::Session;
use crate::error::Error;
use crate::store::Store;
use chassis::{Principal, TenantId};

/// The caller's sessions after an id, in order of ids.
pub async fn list_sessions(app: &App, principal: &Principal, after: &str, limit: usize) -> Result<Vec<Session>, Error> {
    let mut tx = app.database.read().await?;
    let now = app.clock.machine_now();
    Ok(Store::on(&mut tx)
        .live_sessions(&principal.tenant, &principal.subject, now, after, limit)
        .await?)
}

/// A user's sessions after an id, in order of ids.
pub async fn list_sessions_of(
    app: &App,
    tenant: &TenantId,
    user_id: &str,
    after: &str,
    limit: usize,
) -> Result<Vec<Session>, Error> {
    let mut tx = app.database.read().await?;
    let mut store = Store::on(&mut tx);
    store.user(tenant, user_id).await?.ok_or(Error::UserNotFound)?;
    let now = app.clock.machine_now();
    Ok(store.live_sessions(tenant, user_id, now, after, limit).await?)
}
