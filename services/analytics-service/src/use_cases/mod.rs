//! What analytics does, one verb a file. Each opens its own transaction, applies the rules and commits once.

pub mod accept_invitation;
pub mod change_own_password;
pub mod change_user;
pub mod compose_report;
pub mod create_tenant;
pub mod create_user;
pub mod draw_secret;
pub mod end_sessions;
pub mod export_audit;
pub mod follow_changes;
pub mod forget_sessions;
pub mod gather_news;
pub mod generate_report;
pub mod grant_consent;
pub mod hash_password;
pub mod invite_user;
pub mod issue_key;
pub mod keep_dashboards;
pub mod list_actions;
pub mod list_audit;
pub mod list_consents;
pub mod list_invitations;
pub mod list_keys;
pub mod list_names;
pub mod list_reports;
pub mod list_sessions;
pub mod list_tenants;
pub mod list_users;
pub mod measure_kpis;
pub mod place_vehicles;
pub mod prepare_first_start;
pub mod rebuild_read_models;
pub mod record_access;
pub mod record_events;
pub mod refresh_session;
pub mod revoke_consent;
pub mod revoke_invitation;
pub mod revoke_key;
pub mod rotate_key;
pub mod run_report_schedules;
pub mod schedule_report;
pub mod show_executive_dashboard;
pub mod show_fleet_dashboard;
pub mod show_metrics;
pub mod show_owner_dashboard;
pub mod show_technician_dashboard;
pub mod show_user;
pub mod sign_in;
pub mod sign_out;
pub mod throttle_sign_in;
pub mod unlock_user;
pub mod watch_thresholds;

pub use crate::events::published::Act;

use crate::domain::scope::Granter;
use crate::error::Error;
use crate::store::Sight;
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

/// Vehicles whose sums somebody may be shown who is bound to some. The local copy of identity names no more than this of a group, and a sum
/// over a part of them would be wrong.
const BOUND_MAX: usize = 19_999;

/// What a caller may see of the fleet: all of it, or the vehicles that they are bound to.
///
/// # Errors
/// When they are bound to too many.
pub fn sight(principal: &Principal) -> Result<Sight, Error> {
    match &principal.vehicle_ids {
        None => Ok(Sight::whole(&principal.tenant)),
        Some(vehicle_ids) if vehicle_ids.len() <= BOUND_MAX => Ok(Sight::of_vehicles(&principal.tenant, vehicle_ids)),
        Some(_) => Err(Error::FleetNotVisible),
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
