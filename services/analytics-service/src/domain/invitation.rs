//! Invitations: a person becomes a user with rights that an ADMIN chose, once and before the invitation is over.

use super::user::Rights;
use chrono::{DateTime, Utc};

/// The longest life that can be asked for, in hours.
pub const HOURS_MAX: i64 = 720;
/// The life of an invitation where none is asked for, in hours.
pub const HOURS: i64 = 72;

/// An invitation as it is kept: the hash of its token, never the token. Its times are machine time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    pub invitation_id: String,
    pub token_hash: String,
    pub rights: Rights,
    pub display_name: Option<String>,
    pub email: Option<String>,
    pub locale: String,
    pub created_by: String,
    pub created_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    /// Who accepted it.
    pub user_id: Option<String>,
}

impl Invitation {
    /// What a list shows at `now`.
    pub fn status(&self, now: DateTime<Utc>) -> &'static str {
        match (&self.user_id, self.revoked_at) {
            (Some(_), _) => "ACCEPTED",
            (None, Some(_)) => "REVOKED",
            (None, None) if now >= self.expires_at => "EXPIRED",
            (None, None) => "OPEN",
        }
    }

    /// Whether whoever holds the token may accept it at `now`.
    pub fn is_open(&self, now: DateTime<Utc>) -> bool {
        self.status(now) == "OPEN"
    }
}
