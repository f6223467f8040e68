//! Turns an invitation into a user. The token is all that the person has: unknown, used, revoked and over are answered alike.

use super::create_user::{NewUser, add_user, prepare_user};
use super::draw_secret::hash_secret;
use crate::App;
use crate::domain::invitation::Invitation;
use crate::domain::password;
use crate::domain::user::{Contact, User};
use crate::error::Error;
use crate::events::published::Act;
use crate::store::Store;
use chassis::{Cause, TenantId};

/// What the invited person says.
pub struct Acceptance {
    pub token: String,
    pub username: String,
    pub password: String,
    pub display_name: Option<String>,
}

/// Accepts. The password is hashed only for a token that is good, so that nobody makes us work for nothing.
pub async fn accept_invitation(app: &App, given: Acceptance, cause: Cause) -> Result<User, Error> {
    let (tenant, invitation_id) = parts(&given.token).ok_or(Error::InvitationNotFound)?;
    let act = Act {
        actor_id: None,
        cause,
        now: app.clock.now(),
        machine_now: app.clock.machine_now(),
    };
    let mut tx = app.database.read().await?;
    let invitation = open_invitation(&mut Store::on(&mut tx), &tenant, invitation_id, &given.token, &act).await?;
    drop(tx);
    password::check(&given.password, &given.username)?;
    let new = NewUser {
        contact: Contact {
            username: given.username,
            display_name: given.display_name.or(invitation.display_name),
            email: invitation.email,
            locale: invitation.locale,
        },
        rights: invitation.rights,
        password: Some(given.password),
    };
    let prepared = prepare_user(app, &tenant, new, &act).await?;
    let act = Act {
        actor_id: Some(prepared.user.user_id.clone()),
        ..act
    };
    let mut tx = app.database.begin().await?;
    let mut store = Store::on(&mut tx);
    if !store
        .accept_invitation(&tenant, invitation_id, &prepared.user.user_id)
        .await?
    {
        return Err(Error::InvitationNotFound);
    }
    add_user(&mut store, &tenant, &prepared, &act).await?;
    store
        .log_own(&tenant, "identity.invitation.accepted", invitation_id, &act)
        .await?;
    tx.commit().await?;
    Ok(prepared.user)
}

async fn open_invitation(
    store: &mut Store<'_>,
    tenant: &TenantId,
    invitation_id: &str,
    token: &str,
    act: &Act,
) -> Result<Invitation, Error> {
    let active = store.tenant(tenant).await?.is_some_and(|tenant| tenant.active);
    let found = store.invitation(tenant, invitation_id).await?;
    found
        .filter(|found| active && found.token_hash == hash_secret(token) && found.is_open(act.machine_now))
        .ok_or(Error::InvitationNotFound)
}

/// Tenant and id of a token, `cvi.<tenant>.<invitation>.<random>`.
fn parts(token: &str) -> Option<(TenantId, &str)> {
    let mut parts = token.split('.');
    let (scheme, tenant, invitation, random) = (parts.next()?, parts.next()?, parts.next()?, parts.next()?);
    (scheme == "cvi" && random.len() == 64 && parts.next().is_none()).then(|| (TenantId::new(tenant), invitation))
}
