//! Adds a user to the caller's tenant.

use super::draw_secret::draw_password;
use super::{Act, granter};
use crate::App;
use crate::domain::password;
use crate::domain::user::{Contact, Rights, User, check_contact, check_reach, check_rights};
use crate::error::Error;
use crate::events::published::Announcement;
use crate::store::Store;
use chassis::{Principal, TenantId, ids};

/// The user to be.
pub struct NewUser {
    pub contact: Contact,
    pub rights: Rights,
    /// None: one is made and shown once.
    pub password: Option<String>,
}

/// A new user, and the password where it was made here.
pub struct CreatedUser {
    pub user: User,
    pub generated_password: Option<String>,
}

/// Adds a user.
pub async fn create_user(app: &App, principal: &Principal, new: NewUser, act: &Act) -> Result<CreatedUser, Error> {
    check_reach(&granter(principal, None), &new.rights)?;
    let prepared = prepare_user(app, &principal.tenant, new, act).await?;
    let mut tx = app.database.begin().await?;
    add_user(&mut Store::on(&mut tx), &principal.tenant, &prepared, act).await?;
    tx.commit().await?;
    Ok(CreatedUser {
        user: prepared.user,
        generated_password: prepared.generated_password,
    })
}

/// A user whose password is hashed already: hashing is slow and must not hold the writer.
pub(super) struct PreparedUser {
    pub(super) user: User,
    pub(super) password_hash: String,
    pub(super) generated_password: Option<String>,
}

pub(super) async fn prepare_user(app: &App, tenant: &TenantId, new: NewUser, act: &Act) -> Result<PreparedUser, Error> {
    check_contact(&new.contact)?;
    check_rights(&new.rights)?;
    let username = &new.contact.username;
    if let Some(given) = &new.password {
        password::check(given, username)?;
    }
    let generated_password = if new.password.is_none() {
        Some(draw_password(username))
    } else {
        None
    };
    let chosen = new.password.or_else(|| generated_password.clone()).unwrap_or_default();
    let password_hash = app.hasher.hash(chosen).await?;
    let user = User {
        tenant_id: tenant.as_str().to_owned(),
        user_id: ids::new_id("usr"),
        contact: new.contact,
        rights: new.rights,
        created_at: act.now,
    };
    Ok(PreparedUser {
        user,
        password_hash,
        generated_password,
    })
}

pub(super) async fn add_user(
    store: &mut Store<'_>,
    tenant: &TenantId,
    prepared: &PreparedUser,
    act: &Act,
) -> Result<(), Error> {
    if !store.add_user(&prepared.user, &prepared.password_hash).await? {
        return Err(Error::UserExists);
    }
    Ok(store
        .announce(tenant, Announcement::UserChanged(&prepared.user), act)
        .await?)
}
