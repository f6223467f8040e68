//! Lists the caller's live sessions.

use crate::App;
use crate::domain::session::Session;
use crate::error::Error;
use crate::store::Store;
use chassis::Principal;

/// The sessions after an id, in order of ids.
pub async fn list_sessions(app: &App, principal: &Principal, after: &str, limit: usize) -> Result<Vec<Session>, Error> {
    let mut tx = app.database.read().await?;
    let now = app.clock.machine_now();
    Ok(Store::on(&mut tx)
        .live_sessions(&principal.tenant, &principal.subject, now, after, limit)
        .await?)
}
