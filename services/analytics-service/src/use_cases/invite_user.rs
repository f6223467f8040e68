//! Invites a person: an ADMIN, or a key within its own, chooses the rights, the person chooses name and password. The token is shown once.

use super::draw_secret::{draw_secret, hash_secret};
use super::{Act, granter};
use crate::App;
use crate::domain::invitation::{HOURS_MAX, Invitation};
use crate::domain::user::{Contact, Rights, check_contact, check_reach, check_rights};
use crate::error::Error;
use crate::store::Store;
use chassis::{Principal, ids};
use chrono::Duration;

/// The invitation to be.
pub struct NewInvitation {
    pub rights: Rights,
    pub display_name: Option<String>,
    pub email: Option<String>,
    pub locale: String,
    pub hours: i64,
}

/// Invites, and returns the invitation with its token.
pub async fn invite_user(
    app: &App,
    principal: &Principal,
    new: NewInvitation,
    act: &Act,
) -> Result<(Invitation, String), Error> {
    check_reach(&granter(principal, None), &new.rights)?;
    check_rights(&new.rights)?;
    check_contact(&Contact {
        // Chosen by whoever accepts; checked then.
        username: "invited".to_owned(),
        display_name: new.display_name.clone(),
        email: new.email.clone(),
        locale: new.locale.clone(),
    })?;
    if !(1..=HOURS_MAX).contains(&new.hours) {
        return Err(Error::InvitationLifetime);
    }
    let invitation_id = ids::new_id("inv");
    let token = draw_secret(&format!("cvi.{}.{invitation_id}.", principal.tenant));
    let invitation = Invitation {
        invitation_id,
        token_hash: hash_secret(&token),
        rights: new.rights,
        display_name: new.display_name,
        email: new.email,
        locale: new.locale,
        created_by: principal.subject.clone(),
        created_at: act.machine_now,
        expires_at: act.machine_now + Duration::hours(new.hours),
        revoked_at: None,
        user_id: None,
    };
    let mut tx = app.database.begin().await?;
    let mut store = Store::on(&mut tx);
    store.add_invitation(&principal.tenant, &invitation).await?;
    store
        .log_own(
            &principal.tenant,
            "identity.invitation.made",
            &invitation.invitation_id,
            act,
        )
        .await?;
    tx.commit().await?;
    Ok((invitation, token))
}
