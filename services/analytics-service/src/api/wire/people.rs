//! Invitations, consents, names and passwords on the wire.

use super::identity::RoleName;
use crate::domain::consent::Consent;
use crate::domain::invitation::{HOURS, Invitation};
use crate::domain::user::{Rights, Status, User};
use crate::use_cases::accept_invitation::Acceptance;
use crate::use_cases::invite_user::NewInvitation;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// A person to invite.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewInvitationBody {
    pub role: RoleName,
    pub display_name: Option<String>,
    pub email: Option<String>,
    #[serde(default)]
    pub vehicle_ids: Vec<String>,
    #[serde(default)]
    pub fleet_ids: Vec<String>,
    #[serde(default)]
    pub depot_ids: Vec<String>,
    /// BCP 47; `en` where it is left out.
    pub locale: Option<String>,
    /// 1 to 720; 72 where it is left out.
    pub expires_in_hours: Option<i64>,
}

impl From<NewInvitationBody> for NewInvitation {
    fn from(body: NewInvitationBody) -> NewInvitation {
        NewInvitation {
            rights: Rights {
                role: body.role.into(),
                status: Status::Active,
                vehicle_ids: body.vehicle_ids,
                fleet_ids: body.fleet_ids,
                depot_ids: body.depot_ids,
            },
            display_name: body.display_name,
            email: body.email,
            locale: body.locale.unwrap_or_else(|| "en".to_owned()),
            hours: body.expires_in_hours.unwrap_or(HOURS),
        }
    }
}

/// An invitation, without its token.
#[derive(Serialize, ToSchema)]
pub(crate) struct InvitationBody {
    pub invitation_id: String,
    pub role: &'static str,
    /// Forgotten once it was accepted.
    pub display_name: Option<String>,
    pub email: Option<String>,
    pub vehicle_ids: Vec<String>,
    pub fleet_ids: Vec<String>,
    pub depot_ids: Vec<String>,
    /// OPEN, ACCEPTED, REVOKED or EXPIRED.
    pub status: &'static str,
    pub created_by: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// Who accepted it.
    pub user_id: Option<String>,
}

impl InvitationBody {
    /// As it stands at `now` (machine time).
    pub(crate) fn of(invitation: Invitation, now: DateTime<Utc>) -> InvitationBody {
        InvitationBody {
            status: invitation.status(now),
            invitation_id: invitation.invitation_id,
            role: invitation.rights.role.as_str(),
            display_name: invitation.display_name,
            email: invitation.email,
            vehicle_ids: invitation.rights.vehicle_ids,
            fleet_ids: invitation.rights.fleet_ids,
            depot_ids: invitation.rights.depot_ids,
            created_by: invitation.created_by,
            created_at: invitation.created_at,
            expires_at: invitation.expires_at,
            user_id: invitation.user_id,
        }
    }
}

/// An invitation that was made.
#[derive(Serialize, ToSchema)]
pub(crate) struct MadeInvitationBody {
    pub invitation: InvitationBody,
    /// Shown once.
    pub token: String,
    /// The web app's page that accepts it; put the app's own address before it.
    pub path: String,
}

impl MadeInvitationBody {
    pub(crate) fn of(invitation: Invitation, token: String, now: DateTime<Utc>) -> MadeInvitationBody {
        MadeInvitationBody {
            invitation: InvitationBody::of(invitation, now),
            path: format!("/invitation?token={token}"),
            token,
        }
    }
}

/// The acceptance of an invitation.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AcceptanceBody {
    pub token: String,
    pub username: String,
    /// At least 12 characters and at most 72 bytes.
    pub password: String,
    /// The invitation's where it is left out.
    pub display_name: Option<String>,
}

impl From<AcceptanceBody> for Acceptance {
    fn from(body: AcceptanceBody) -> Acceptance {
        Acceptance {
            token: body.token,
            username: body.username,
            password: body.password,
            display_name: body.display_name,
        }
    }
}

/// Who somebody has become.
#[derive(Serialize, ToSchema)]
pub(crate) struct AcceptedBody {
    pub user_id: String,
    pub tenant_id: String,
    pub username: String,
}

impl From<User> for AcceptedBody {
    fn from(user: User) -> AcceptedBody {
        AcceptedBody {
            user_id: user.user_id,
            tenant_id: user.tenant_id,
            username: user.contact.username,
        }
    }
}

/// A consent to grant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewConsentBody {
    /// 1 to 168.
    pub hours: i64,
    pub reason: Option<String>,
}

/// A consent.
#[derive(Serialize, ToSchema)]
pub(crate) struct ConsentBody {
    pub consent_id: String,
    /// RUNNING, OVER or REVOKED.
    pub status: &'static str,
    pub reason: Option<String>,
    pub granted_by: String,
    pub granted_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
}

impl ConsentBody {
    /// As it stands at `now` (machine time).
    pub(crate) fn of(consent: Consent, now: DateTime<Utc>) -> ConsentBody {
        ConsentBody {
            status: consent.status(now),
            consent_id: consent.consent_id,
            reason: consent.reason,
            granted_by: consent.granted_by,
            granted_at: consent.granted_at,
            expires_at: consent.expires_at,
            revoked_at: consent.revoked_at,
        }
    }
}

/// A change of the caller's own password.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PasswordChangeBody {
    pub current_password: String,
    /// At least 12 characters and at most 72 bytes.
    pub new_password: String,
}

/// Whose names are asked for.
#[derive(Deserialize, IntoParams)]
pub(crate) struct NamesQuery {
    /// User ids, separated by commas, at most 100; left out: the first 500 people of the tenant for FLEET_MANAGER, ADMIN and SUPPORT, one's own name for others.
    pub ids: Option<String>,
}

/// A person's name on screen.
#[derive(Serialize, ToSchema)]
pub(crate) struct NameBody {
    pub user_id: String,
    pub display_name: String,
}

/// Names of people.
#[derive(Serialize, ToSchema)]
pub(crate) struct NamesBody {
    pub items: Vec<NameBody>,
}

/// A key to replace.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RotationBody {
    /// How long the old key stays good: 0 to 720; 24 where it is left out.
    pub overlap_hours: Option<i64>,
}
