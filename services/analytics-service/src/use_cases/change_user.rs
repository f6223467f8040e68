//! Changes a user's rights, contact or password. Whoever's rights change signs in again, and makes their own keys again.

use super::sign_out::end_sessions_of;
use super::{Act, granter};
use crate::App;
use crate::domain::password;
use crate::domain::role::Role;
use crate::domain::scope::Granter;
use crate::domain::user::{
    Status, User, check_admin_remains, check_contact, check_password_by_person, check_reach, check_rights,
    check_vehicles_held, ends_sessions,
};
use crate::error::Error;
use crate::events::published::Announcement;
use crate::store::Store;
use chassis::{Principal, TenantId};

/// What shall be different; members that are none stay as they are.
#[derive(Debug, Clone, Default)]
pub struct UserChange {
    pub role: Option<Role>,
    pub status: Option<Status>,
    pub vehicle_ids: Option<Vec<String>>,
    pub fleet_ids: Option<Vec<String>>,
    pub depot_ids: Option<Vec<String>>,
    pub display_name: Option<String>,
    pub email: Option<String>,
    pub locale: Option<String>,
    pub password: Option<String>,
}

impl UserChange {
    fn applied_to(&self, user: &User) -> User {
        let mut user = user.clone();
        let (rights, contact) = (&mut user.rights, &mut user.contact);
        rights.role = self.role.unwrap_or(rights.role);
        rights.status = self.status.unwrap_or(rights.status);
        replace(&mut rights.vehicle_ids, &self.vehicle_ids);
        replace(&mut rights.fleet_ids, &self.fleet_ids);
        replace(&mut rights.depot_ids, &self.depot_ids);
        replace(&mut contact.locale, &self.locale);
        contact.display_name = self.display_name.clone().or(contact.display_name.take());
        contact.email = self.email.clone().or(contact.email.take());
        user
    }
}

fn replace<T: Clone>(slot: &mut T, new: &Option<T>) {
    if let Some(new) = new {
        slot.clone_from(new);
    }
}

/// Changes a user of the caller's tenant.
pub async fn change_user(
    app: &App,
    principal: &Principal,
    user_id: &str,
    change: UserChange,
    act: &Act,
) -> Result<User, Error> {
    let (tenant, granter) = (&principal.tenant, granter(principal, None));
    if change.password.is_some() {
        check_password_by_person(&granter)?;
    }
    let new_hash = match &change.password {
        Some(new) => Some(hash_new_password(app, tenant, user_id, new).await?),
        None => None,
    };
    let mut tx = app.database.begin().await?;
    let mut store = Store::on(&mut tx);
    let before = store.user(tenant, user_id).await?.ok_or(Error::UserNotFound)?;
    let after = change.applied_to(&before);
    check_contact(&after.contact)?;
    check_rights(&after.rights)?;
    check_touch(&mut store, tenant, &granter, &before).await?;
    check_reach(&granter, &after.rights)?;
    let other_admins = store.other_active_admins(tenant, user_id).await?;
    check_admin_remains(&before.rights, &after.rights, other_admins)?;
    store.save_user(&after).await?;
    if let Some(hash) = &new_hash {
        store.set_password(tenant, user_id, hash).await?;
        store.log_own(tenant, "identity.password.changed", user_id, act).await?;
    }
    store.announce(tenant, Announcement::UserChanged(&after), act).await?;
    let has_moved = ends_sessions(&before.rights, &after.rights);
    if new_hash.is_some() || has_moved {
        end_sessions_of(&mut store, tenant, user_id, None, act).await?;
    }
    if has_moved || after.rights.status == Status::Disabled {
        revoke_own_keys(&mut store, tenant, user_id, act).await?;
    }
    tx.commit().await?;
    Ok(after)
}

/// Whether a caller may change this person at all: they see what their rights name, and what the registry names as theirs.
async fn check_touch(store: &mut Store<'_>, tenant: &TenantId, granter: &Granter, user: &User) -> Result<(), Error> {
    check_reach(granter, &user.rights)?;
    if granter.holds_vehicles().is_some() {
        let own = [format!("person:{}", user.user_id)];
        check_vehicles_held(granter, &store.vehicles_in(tenant, &own).await?)?;
    }
    Ok(())
}

async fn hash_new_password(app: &App, tenant: &TenantId, user_id: &str, new: &str) -> Result<String, Error> {
    let mut tx = app.database.read().await?;
    let user = Store::on(&mut tx)
        .user(tenant, user_id)
        .await?
        .ok_or(Error::UserNotFound)?;
    drop(tx);
    password::check(new, &user.contact.username)?;
    app.hasher.hash(new.to_owned()).await
}

/// A person's own keys end with the rights that they were made by, since each acts in a role of its own; keys of devices and services that they issued go on.
async fn revoke_own_keys(store: &mut Store<'_>, tenant: &TenantId, user_id: &str, act: &Act) -> Result<(), Error> {
    for key_id in store.user_keys_of(tenant, user_id).await? {
        store.revoke_key(tenant, &key_id, act.machine_now).await?;
        store
            .announce(tenant, Announcement::KeyRevoked { key_id: &key_id }, act)
            .await?;
    }
    Ok(())
}
