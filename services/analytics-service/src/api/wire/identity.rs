//! Sign-in, tenants, users and keys on the wire.

use crate::domain::role::Role;
use crate::domain::scope::{ApiKey, KeyKind};
use crate::domain::session::Session;
use crate::domain::user::{Contact, Rights, Status, Tenant, User};
use crate::use_cases::change_user::UserChange;
use crate::use_cases::create_tenant::NewTenant;
use crate::use_cases::create_user::{CreatedUser, NewUser};
use crate::use_cases::issue_key::NewKey;
use crate::use_cases::sign_in::SignedIn;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;

/// A sign-in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignInBody {
    /// The tenant's id; `default` where it is left out.
    pub tenant: Option<String>,
    pub username: String,
    pub password: String,
}

/// A refresh token to exchange; a browser's is in its cookie instead.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefreshBody {
    pub refresh_token: Option<String>,
}

/// A pair of tokens.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokensBody {
    pub access_token: String,
    /// Always `Bearer`.
    pub token_type: &'static str,
    /// Seconds.
    pub expires_in: i64,
    pub expires_at: DateTime<Utc>,
    /// Good for one exchange. A browser's is in its cookie instead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    pub refresh_expires_at: DateTime<Utc>,
    pub session_id: String,
    pub user: UserBody,
}

impl From<SignedIn> for TokensBody {
    fn from(signed_in: SignedIn) -> TokensBody {
        TokensBody {
            access_token: signed_in.access_token,
            token_type: "Bearer",
            expires_in: signed_in.access_seconds,
            expires_at: signed_in.access_expires_at,
            refresh_token: signed_in.refresh_token,
            refresh_expires_at: signed_in.session.expires_at,
            session_id: signed_in.session.session_id,
            user: signed_in.user.into(),
        }
    }
}

/// A live session.
#[derive(Serialize, ToSchema)]
pub(crate) struct SessionBody {
    pub session_id: String,
    pub user_id: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    /// The session of this request.
    pub current: bool,
    /// What the browser or program called itself at sign-in.
    pub user_agent: Option<String>,
    /// Where the sign-in came from.
    pub address: Option<String>,
}

impl SessionBody {
    pub(crate) fn of(session: Session, current: Option<&str>) -> SessionBody {
        SessionBody {
            current: current == Some(session.session_id.as_str()),
            session_id: session.session_id,
            user_id: session.user_id,
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            expires_at: session.expires_at,
            user_agent: session.origin.user_agent,
            address: session.origin.address,
        }
    }
}

/// The roles of people.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum RoleName {
    Owner,
    FleetManager,
    Technician,
    Admin,
    Executive,
    Support,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Role {
        match name {
            RoleName::Owner => Role::Owner,
            RoleName::FleetManager => Role::FleetManager,
            RoleName::Technician => Role::Technician,
            RoleName::Admin => Role::Admin,
            RoleName::Executive => Role::Executive,
            RoleName::Support => Role::Support,
        }
    }
}

/// Whether a person may sign in.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum StatusName {
    Active,
    Disabled,
}

impl From<StatusName> for Status {
    fn from(name: StatusName) -> Status {
        match name {
            StatusName::Active => Status::Active,
            StatusName::Disabled => Status::Disabled,
        }
    }
}

/// A person.
#[derive(Serialize, ToSchema)]
pub(crate) struct UserBody {
    pub user_id: String,
    pub tenant_id: String,
    pub username: String,
    pub display_name: Option<String>,
    pub email: Option<String>,
    pub role: &'static str,
    pub status: &'static str,
    pub vehicle_ids: Vec<String>,
    pub fleet_ids: Vec<String>,
    pub depot_ids: Vec<String>,
    pub locale: String,
    pub created_at: DateTime<Utc>,
}

impl From<User> for UserBody {
    fn from(user: User) -> UserBody {
        UserBody {
            user_id: user.user_id,
            tenant_id: user.tenant_id,
            username: user.contact.username,
            display_name: user.contact.display_name,
            email: user.contact.email,
            role: user.rights.role.as_str(),
            status: user.rights.status.as_str(),
            vehicle_ids: user.rights.vehicle_ids,
            fleet_ids: user.rights.fleet_ids,
            depot_ids: user.rights.depot_ids,
            locale: user.contact.locale,
            created_at: user.created_at,
        }
    }
}

/// A user to add.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewUserBody {
    pub username: String,
    pub role: RoleName,
    /// At least 12 characters and at most 72 bytes; left out: one is made and shown once.
    pub password: Option<String>,
    pub display_name: Option<String>,
    pub email: Option<String>,
    /// What the person may see, with the vehicles of the fleets and depots; all empty: everything, but for an OWNER only what is theirs.
    #[serde(default)]
    pub vehicle_ids: Vec<String>,
    #[serde(default)]
    pub fleet_ids: Vec<String>,
    #[serde(default)]
    pub depot_ids: Vec<String>,
    /// BCP 47; `en` where it is left out.
    pub locale: Option<String>,
}

impl From<NewUserBody> for NewUser {
    fn from(body: NewUserBody) -> NewUser {
        NewUser {
            contact: Contact {
                username: body.username,
                display_name: body.display_name,
                email: body.email,
                locale: body.locale.unwrap_or_else(|| "en".to_owned()),
            },
            rights: Rights {
                role: body.role.into(),
                status: Status::Active,
                vehicle_ids: body.vehicle_ids,
                fleet_ids: body.fleet_ids,
                depot_ids: body.depot_ids,
            },
            password: body.password,
        }
    }
}

/// A user that was added.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedUserBody {
    pub user: UserBody,
    /// Present when no password was given; shown once.
    pub generated_password: Option<String>,
}

impl From<CreatedUser> for CreatedUserBody {
    fn from(created: CreatedUser) -> CreatedUserBody {
        CreatedUserBody {
            user: created.user.into(),
            generated_password: created.generated_password,
        }
    }
}

/// What shall be different; members that are left out stay.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UserChangeBody {
    pub role: Option<RoleName>,
    pub status: Option<StatusName>,
    pub display_name: Option<String>,
    pub email: Option<String>,
    pub vehicle_ids: Option<Vec<String>>,
    pub fleet_ids: Option<Vec<String>>,
    pub depot_ids: Option<Vec<String>>,
    pub locale: Option<String>,
    pub password: Option<String>,
}

impl From<UserChangeBody> for UserChange {
    fn from(body: UserChangeBody) -> UserChange {
        UserChange {
            role: body.role.map(Role::from),
            status: body.status.map(Status::from),
            vehicle_ids: body.vehicle_ids,
            fleet_ids: body.fleet_ids,
            depot_ids: body.depot_ids,
            display_name: body.display_name,
            email: body.email,
            locale: body.locale,
            password: body.password,
        }
    }
}

/// A tenant.
#[derive(Serialize, ToSchema)]
pub(crate) struct TenantBody {
    pub tenant_id: String,
    pub name: String,
    pub status: &'static str,
    pub created_at: DateTime<Utc>,
}

impl From<Tenant> for TenantBody {
    fn from(tenant: Tenant) -> TenantBody {
        let status = tenant.status();
        TenantBody {
            tenant_id: tenant.tenant_id,
            name: tenant.name,
            status,
            created_at: tenant.created_at,
        }
    }
}

/// A tenant to create.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewTenantBody {
    /// `ten_` and up to 60 lower-case letters, digits, dashes or underscores; left out: one is made.
    pub tenant_id: Option<String>,
    pub name: String,
    #[serde(default)]
    pub admin: FirstAdminBody,
}

/// The first ADMIN of a new tenant.
#[derive(Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct FirstAdminBody {
    /// `admin` where it is left out.
    pub username: Option<String>,
    pub password: Option<String>,
    pub display_name: Option<String>,
    pub email: Option<String>,
}

impl From<NewTenantBody> for NewTenant {
    fn from(body: NewTenantBody) -> NewTenant {
        let admin = NewUserBody {
            username: body.admin.username.unwrap_or_else(|| "admin".to_owned()),
            role: RoleName::Admin,
            password: body.admin.password,
            display_name: body.admin.display_name,
            email: body.admin.email,
            vehicle_ids: Vec::new(),
            fleet_ids: Vec::new(),
            depot_ids: Vec::new(),
            locale: None,
        };
        NewTenant {
            tenant_id: body.tenant_id,
            name: body.name,
            admin: admin.into(),
        }
    }
}

/// A tenant that was created.
#[derive(Serialize, ToSchema)]
pub(crate) struct CreatedTenantBody {
    pub tenant: TenantBody,
    pub admin: UserBody,
    /// Present when no password was given; shown once.
    pub generated_password: Option<String>,
}

impl From<(Tenant, CreatedUser)> for CreatedTenantBody {
    fn from((tenant, admin): (Tenant, CreatedUser)) -> CreatedTenantBody {
        CreatedTenantBody {
            tenant: tenant.into(),
            admin: admin.user.into(),
            generated_password: admin.generated_password,
        }
    }
}

/// Who holds a key.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum KeyKindName {
    Device,
    Service,
    User,
}

/// A key to issue.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewKeyBody {
    pub kind: KeyKindName,
    pub name: String,
    /// What the key may do; empty for a USER key.
    #[serde(default)]
    pub scopes: BTreeSet<String>,
    /// The role that a USER key acts in; EXECUTIVE, which only reads, where it is left out.
    pub role: Option<RoleName>,
    /// The vehicles it is bound to; left out: all of the tenant.
    pub vehicle_ids: Option<BTreeSet<String>>,
    /// 1 to 3650; left out: it does not expire.
    pub expires_in_days: Option<i64>,
}

impl From<NewKeyBody> for NewKey {
    fn from(body: NewKeyBody) -> NewKey {
        let kind = match body.kind {
            KeyKindName::Device => KeyKind::Device,
            KeyKindName::Service => KeyKind::Service,
            KeyKindName::User => KeyKind::User(body.role.map_or(Role::Executive, Role::from)),
        };
        let NewKeyBody {
            name,
            scopes,
            vehicle_ids,
            expires_in_days,
            ..
        } = body;
        NewKey {
            kind,
            name,
            scopes,
            vehicle_ids,
            expires_in_days,
        }
    }
}

/// A key, without its secret.
#[derive(Serialize, ToSchema)]
pub(crate) struct KeyBody {
    pub key_id: String,
    pub kind: &'static str,
    pub name: String,
    /// The first characters of the secret.
    pub prefix: String,
    pub scopes: BTreeSet<String>,
    pub role: Option<&'static str>,
    pub vehicle_ids: Option<BTreeSet<String>>,
    /// ACTIVE, REVOKED or EXPIRED.
    pub status: &'static str,
    pub created_by: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    /// To within some minutes.
    pub last_used_at: Option<DateTime<Utc>>,
    /// The key that takes its place.
    pub replaced_by: Option<String>,
}

impl KeyBody {
    /// As it stands at `now` (machine time).
    pub(crate) fn of(key: ApiKey, now: DateTime<Utc>) -> KeyBody {
        KeyBody {
            status: key.status(now),
            key_id: key.key_id,
            kind: key.grant.kind.as_str(),
            name: key.name,
            prefix: key.prefix,
            role: key.grant.kind.role().map(Role::as_str),
            scopes: key.grant.scopes,
            vehicle_ids: key.grant.vehicle_ids,
            created_by: key.created_by,
            created_at: key.created_at,
            expires_at: key.grant.expires_at,
            last_used_at: key.last_used_at,
            replaced_by: key.replaced_by,
        }
    }
}

/// A key that was issued.
#[derive(Serialize, ToSchema)]
pub(crate) struct IssuedKeyBody {
    pub key: KeyBody,
    /// Shown once; nobody can show it again.
    pub secret: String,
}
