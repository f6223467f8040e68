//! A tenant's consent that its SUPPORT people read for a while.

use chrono::{DateTime, Utc};

/// The longest consent, in hours.
pub const HOURS_MAX: i64 = 168;

/// A consent. Its times are machine time, as those of the sessions that it allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Consent {
    pub consent_id: String,
    pub reason: Option<String>,
    pub granted_by: String,
    pub granted_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
}

impl Consent {
    /// What a list shows at `now`.
    pub fn status(&self, now: DateTime<Utc>) -> &'static str {
        match self.revoked_at {
            Some(_) => "REVOKED",
            None if now >= self.expires_at => "OVER",
            None => "RUNNING",
        }
    }
}
