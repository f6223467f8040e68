//! What analytics does, one verb a file. Each opens its own transaction, applies the rules and commits once.

pub mod change_user;
pub mod create_tenant;
pub mod create_user;
pub mod draw_secret;
pub mod follow_changes;
pub mod forget_sessions;
pub mod hash_password;
pub mod issue_key;
pub mod list_audit;
pub mod list_keys;
pub mod list_sessions;
pub mod list_tenants;
pub mod list_users;
pub mod prepare_first_start;
pub mod record_events;
pub mod refresh_session;
pub mod revoke_key;
pub mod show_executive_dashboard;
pub mod show_fleet_dashboard;
pub mod show_metrics;
pub mod show_owner_dashboard;
pub mod show_technician_dashboard;
pub mod show_user;
pub mod sign_in;
pub mod sign_out;

pub use crate::events::published::Act;

use crate::domain::scope::Granter;
use crate::error::Error;
use chassis::{Cause, Principal, Role};
use chrono::{DateTime, Utc};

/// What a caller may pass on: a signed-in ADMIN and the bootstrap key everything, a key what it holds.
pub fn granter(principal: &Principal, expires_at: Option<DateTime<Utc>>) -> Granter {
    if is_unlimited(principal) {
        return Granter::Admin;
    }
    Granter::Key {
        scopes: principal.scopes.iter().cloned().collect(),
        vehicle_ids: principal.vehicle_ids.clone().map(|ids| ids.into_iter().collect()),
        expires_at,
    }
}

/// A person in the role ADMIN with a session of their own, or the bootstrap key.
pub fn is_unlimited(principal: &Principal) -> bool {
    let signed_in_admin = principal.role == Some(Role::Admin) && principal.session_id.is_some();
    signed_in_admin || principal.scopes.iter().any(|scope| scope == "*")
}

/// Refuses callers who may see some vehicles only: a sum over the fleet would tell them of others.
pub fn require_whole_fleet(principal: &Principal) -> Result<(), Error> {
    if principal.vehicle_ids.is_some() {
        Err(Error::FleetNotVisible)
    } else {
        Ok(())
    }
}

impl crate::App {
    /// What a caller does now.
    pub fn act(&self, principal: &Principal, cause: Cause) -> Act {
        Act {
            actor_id: Some(principal.subject.clone()),
            cause,
            now: self.clock.now(),
            machine_now: self.clock.machine_now(),
        }
    }
}
