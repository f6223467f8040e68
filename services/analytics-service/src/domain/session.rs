//! How sign-in sessions live: what an access token says, and how refresh tokens rotate.

use super::role::Role;
use super::user::Rights;
use chrono::{DateTime, Duration, Utc};

/// No access token lives longer, whatever the configuration says.
pub const ACCESS_SECONDS_MAX: i64 = 600;

/// A sign-in, from password to sign-out. Its times are machine time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    pub session_id: String,
    pub user_id: String,
    pub created_at: DateTime<Utc>,
    pub last_used_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub revoked_at: Option<DateTime<Utc>>,
    pub origin: Origin,
}

/// Where a session was opened from, as far as it is known; for the person to recognise it by.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    pub user_agent: Option<String>,
    pub address: Option<String>,
}

/// What is kept of a browser's name for itself.
pub const USER_AGENT_CHARS_MAX: usize = 200;

/// What an access token says about its bearer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    pub tenant_id: String,
    pub user_id: String,
    pub session_id: String,
    pub role: Role,
    /// Present for those who may see only these vehicles and those of their groups; an OWNER always has the list, even when it is empty.
    pub vehicle_ids: Option<Vec<String>>,
    pub groups: Vec<String>,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub tenant_id: String,
    pub user_id: String,
    pub session_id: String,
    pub rights: Rights,
}

/// The claims of a new access token: at most ten minutes, never beyond the session's end.
pub fn claims(subject: Subject, now: DateTime<Utc>, access_seconds: i64, session_expires_at: DateTime<Utc>) -> Claims {
    let lifetime = Duration::seconds(access_seconds.clamp(1, ACCESS_SECONDS_MAX));
    let rights = subject.rights;
    let bound = rights.is_bound();
    let groups = if bound { rights.groups() } else { Vec::new() };
    let vehicle_ids = bound.then_some(rights.vehicle_ids);
    Claims {
        tenant_id: subject.tenant_id,
        user_id: subject.user_id,
        session_id: subject.session_id,
        role: rights.role,
        vehicle_ids,
        groups,
        issued_at: now,
        expires_at: (now + lifetime).min(session_expires_at).max(now),
    }
}

/// The stored state that decides what a presented refresh token gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshState {
    /// When the token was exchanged, if it was.
    pub spent_at: Option<DateTime<Utc>>,
    /// How long a second exchange may be that of another tab, which shares the token; none for those who share it with nobody.
    pub race: Duration,
    /// The session was ended.
    pub session_revoked: bool,
    /// The session's end.
    pub session_expires_at: DateTime<Utc>,
    /// The user may sign in and the tenant is active.
    pub user_active: bool,
}

/// What a presented refresh token gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshVerdict {
    /// A new pair of tokens; this one is spent.
    Rotate,
    /// Another tab was quicker: nothing is given and nothing ends.
    Raced,
    /// Someone holds a copy: the session ends for both.
    Reused,
    /// Nothing; the session is over.
    Over,
}

/// Judges a refresh token that is on record. A spent token is reported even after the session ended,
/// and only a live session of an active user is continued.
pub fn judge_refresh(state: RefreshState, now: DateTime<Utc>) -> RefreshVerdict {
    if let Some(spent_at) = state.spent_at
        && !state.session_revoked
    {
        let raced = spent_at <= now && now < spent_at + state.race;
        return if raced {
            RefreshVerdict::Raced
        } else {
            RefreshVerdict::Reused
        };
    }
    if state.spent_at.is_some() || state.session_revoked || !state.user_active || now >= state.session_expires_at {
        return RefreshVerdict::Over;
    }
    RefreshVerdict::Rotate
}

#[cfg(test)]
mod tests {
    use super::super::user::Status;
    use super::*;
    use proptest::prelude::*;

    fn subject(role: Role, vehicle_ids: Vec<String>) -> Subject {
        let id = |text: &str| text.to_owned();
        Subject {
            tenant_id: id("ten_a"),
            user_id: id("usr_a"),
            session_id: id("ses_a"),
            rights: Rights {
                role,
                status: Status::Active,
                vehicle_ids,
                fleet_ids: vec![],
                depot_ids: vec![],
            },
        }
    }

    proptest! {
        #[test]
        fn no_access_token_outlives_ten_minutes_or_its_session(asked in -10_i64..100_000, session_seconds in 0_i64..2_000) {
            let now = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
            let end = now + Duration::seconds(session_seconds);
            let claims = claims(subject(Role::Admin, vec![]), now, asked, end);
            prop_assert!(claims.expires_at <= now + Duration::seconds(ACCESS_SECONDS_MAX));
            prop_assert!(claims.expires_at <= end);
            prop_assert!(claims.expires_at >= now);
        }

        #[test]
        fn an_owner_is_always_limited_an_admin_never_others_when_something_is_named(count in 0_usize..5, fleets in 0_usize..3) {
            let now = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
            let vehicles: Vec<String> = (0..count).map(|i| format!("V{i}")).collect();
            for role in Role::ALL {
                let mut subject = subject(role, vehicles.clone());
                subject.rights.fleet_ids = (0..fleets).map(|i| format!("F{i}")).collect();
                let claims = claims(subject, now, 600, now + Duration::days(1));
                let bound = role == Role::Owner || (role != Role::Admin && count + fleets > 0);
                prop_assert_eq!(claims.vehicle_ids, bound.then(|| vehicles.clone()));
                prop_assert_eq!(claims.groups.len(), if bound { fleets } else { 0 });
            }
        }

        #[test]
        fn a_token_rotates_once_at_most(spent in proptest::option::of(0_i64..10), session_revoked: bool, user_active: bool, left in -100_i64..100) {
            let now = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
            let spent_at = spent.map(|ago| now - Duration::seconds(ago));
            let session_expires_at = now + Duration::seconds(left);
            let state = RefreshState { spent_at, race: Duration::seconds(5), session_revoked, user_active, session_expires_at };
            let verdict = judge_refresh(state, now);
            prop_assert_eq!(verdict == RefreshVerdict::Rotate, spent.is_none() && !session_revoked && user_active && left > 0);
            prop_assert_eq!(verdict == RefreshVerdict::Raced, spent.is_some_and(|ago| ago < 5) && !session_revoked);
            prop_assert_eq!(verdict == RefreshVerdict::Reused, spent.is_some_and(|ago| ago >= 5) && !session_revoked);
        }
    }
}
