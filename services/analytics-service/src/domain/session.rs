//! How sign-in sessions live: what an access token says, and how refresh tokens rotate.

use super::role::Role;
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
}

/// What an access token says about its bearer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    pub tenant_id: String,
    pub user_id: String,
    pub session_id: String,
    pub role: Role,
    /// Present for those who may see only these vehicles; an OWNER always has the list, even when it is empty.
    pub vehicle_ids: Option<Vec<String>>,
    pub issued_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
}

/// Who signs in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subject {
    pub tenant_id: String,
    pub user_id: String,
    pub session_id: String,
    pub role: Role,
    pub vehicle_ids: Vec<String>,
}

/// The claims of a new access token: at most ten minutes, never beyond the session's end.
pub fn claims(subject: Subject, now: DateTime<Utc>, access_seconds: i64, session_expires_at: DateTime<Utc>) -> Claims {
    let lifetime = Duration::seconds(access_seconds.clamp(1, ACCESS_SECONDS_MAX));
    let vehicle_ids = (subject.role == Role::Owner).then_some(subject.vehicle_ids);
    Claims {
        tenant_id: subject.tenant_id,
        user_id: subject.user_id,
        session_id: subject.session_id,
        role: subject.role,
        vehicle_ids,
        issued_at: now,
        expires_at: (now + lifetime).min(session_expires_at).max(now),
    }
}

/// The stored state that decides what a presented refresh token gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RefreshState {
    /// The token was already exchanged once.
    pub spent: bool,
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
    /// Someone holds a copy: the session ends for both.
    Reused,
    /// Nothing; the session is over.
    Over,
}

/// Judges a refresh token that is on record. A spent token is reported even after the session ended,
/// and only a live session of an active user is continued.
pub fn judge_refresh(state: RefreshState, now: DateTime<Utc>) -> RefreshVerdict {
    if state.spent && !state.session_revoked {
        return RefreshVerdict::Reused;
    }
    if state.spent || state.session_revoked || !state.user_active || now >= state.session_expires_at {
        return RefreshVerdict::Over;
    }
    RefreshVerdict::Rotate
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn subject(role: Role, vehicle_ids: Vec<String>) -> Subject {
        let id = |text: &str| text.to_owned();
        Subject {
            tenant_id: id("ten_a"),
            user_id: id("usr_a"),
            session_id: id("ses_a"),
            role,
            vehicle_ids,
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
        fn an_owner_is_always_limited_and_others_never(count in 0_usize..5) {
            let now = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
            let vehicles: Vec<String> = (0..count).map(|i| format!("V{i}")).collect();
            for role in Role::ALL {
                let claims = claims(subject(role, vehicles.clone()), now, 600, now + Duration::days(1));
                let expected = (role == Role::Owner).then(|| vehicles.clone());
                prop_assert_eq!(claims.vehicle_ids, expected);
            }
        }

        #[test]
        fn a_token_rotates_once_at_most(spent: bool, session_revoked: bool, user_active: bool, left in -100_i64..100) {
            let now = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
            let state = RefreshState { spent, session_revoked, user_active, session_expires_at: now + Duration::seconds(left) };
            let verdict = judge_refresh(state, now);
            prop_assert_eq!(verdict == RefreshVerdict::Rotate, !spent && !session_revoked && user_active && left > 0);
            prop_assert_eq!(verdict == RefreshVerdict::Reused, spent && !session_revoked);
        }
    }
}
