//! Who is asking, in every service: tokens and keys are judged by a local copy of identity, kept by `identity.*` events.

mod copy;
mod guard;
mod policy;
mod token;

pub use copy::{IdentityCopy, key_hash};
pub(crate) use guard::{Guard, guard};
pub use policy::{Policy, PolicyError, Route};
pub use token::{Claims, TokenError, Tokens};

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::{Deserialize, Serialize};

use crate::ids::TenantId;
use crate::problem::{Kind, Problem};

/// The tenant that exists from the first start on.
pub const DEFAULT_TENANT: &str = "default";

/// What a person is to the house.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum Role {
    Owner,
    FleetManager,
    Technician,
    Admin,
    Executive,
    Support,
}

impl Role {
    /// Its name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "OWNER",
            Self::FleetManager => "FLEET_MANAGER",
            Self::Technician => "TECHNICIAN",
            Self::Admin => "ADMIN",
            Self::Executive => "EXECUTIVE",
            Self::Support => "SUPPORT",
        }
    }

    /// Reads a name from the wire.
    pub fn parse(name: &str) -> Option<Self> {
        [
            Self::Owner,
            Self::FleetManager,
            Self::Technician,
            Self::Admin,
            Self::Executive,
            Self::Support,
        ]
        .into_iter()
        .find(|role| role.as_str() == name)
    }
}

/// What kind of caller this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrincipalKind {
    User,
    Device,
    Service,
}

/// The caller, as judged from token or key. An extractor: a handler that takes it needs a caller.
#[derive(Clone, Debug)]
pub struct Principal {
    pub tenant: TenantId,
    /// User or key id.
    pub subject: String,
    pub kind: PrincipalKind,
    pub role: Option<Role>,
    pub scopes: Vec<String>,
    /// `Some`: may see these only.
    pub vehicle_ids: Option<Vec<String>>,
    pub session_id: Option<String>,
    /// Groups whose members the caller may see, until the local copy has said who they are.
    pub(crate) groups: Vec<String>,
}

impl Principal {
    /// Whether the caller may see what belongs to this id.
    pub fn may_see(&self, id: &str) -> bool {
        self.vehicle_ids
            .as_ref()
            .is_none_or(|ids| ids.iter().any(|own| own == id))
    }

    /// Refuses in the words of something that does not exist, so that nothing is learned by asking.
    pub fn require_sight(&self, id: &str) -> Result<(), Problem> {
        if self.may_see(id) {
            return Ok(());
        }
        Err(Problem::new(Kind::NotFound, "not_found", "There is nothing here that you may see.").hiding())
    }

    /// Whether a key's scopes hold this one.
    pub fn has_scope(&self, scope: &str) -> bool {
        self.scopes.iter().any(|own| own == scope || own == "*")
    }
}

impl<S: Sync> FromRequestParts<S> for Principal {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Principal>().cloned().ok_or_else(unauthorized)
    }
}

pub(crate) fn unauthorized() -> Problem {
    Problem::new(
        Kind::Unauthorized,
        "auth.required",
        "Send an access token (Authorization: Bearer …) or a key (X-API-Key).",
    )
}
