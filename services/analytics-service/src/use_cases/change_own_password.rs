//! Changes the caller's own password: who knows the old one may; every other session of theirs ends.

use super::Act;
use super::sign_out::end_sessions_of;
use super::throttle_sign_in::{Subjects, admit, forgive};
use crate::App;
use crate::domain::password;
use crate::error::Error;
use crate::store::Store;
use chassis::Principal;

/// Changes it. A key has no password, so it is refused like a wrong one; tries are counted as sign-ins are.
pub async fn change_own_password(
    app: &App,
    principal: &Principal,
    current: String,
    new: String,
    act: &Act,
) -> Result<(), Error> {
    let session_id = principal.session_id.as_deref().ok_or(Error::SignInRefused)?;
    let (tenant, user_id) = (&principal.tenant, principal.subject.as_str());
    let mut tx = app.database.read().await?;
    let mut store = Store::on(&mut tx);
    let user = store.user(tenant, user_id).await?.ok_or(Error::UserNotFound)?;
    let username = &user.contact.username;
    let hash = store
        .credentials(tenant, username)
        .await?
        .map(|found| found.password_hash);
    drop(tx);
    let subjects = Subjects::of(tenant, username, None);
    admit(app, &subjects).await?;
    if !app.hasher.verify(current, hash).await? {
        return Err(Error::SignInRefused);
    }
    forgive(app, &subjects).await?;
    password::check(&new, username)?;
    let hash = app.hasher.hash(new).await?;
    let mut tx = app.database.begin().await?;
    let mut store = Store::on(&mut tx);
    store.set_password(tenant, user_id, &hash).await?;
    store.log_own(tenant, "identity.password.changed", user_id, act).await?;
    end_sessions_of(&mut store, tenant, user_id, Some(session_id), act).await?;
    tx.commit().await?;
    Ok(())
}
