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
    /// When the token was first exchanged, if it was.
    pub spent_at: Option<DateTime<Utc>>,
    /// The token that was given for it last is on record, and nobody has used it.
    pub successor_unused: bool,
    /// How long a second exchange may be that of another tab, which shares the token; none for those who share it with nobody.
    pub race: Duration,
    /// How long after the first exchange its answer may have been lost on the way to a page, which is reloaded or loses its network at any
    /// moment; none for programs.
    pub lost: Duration,
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
    /// The answer was lost: a new pair, in the place of the one that nobody has used. That one is good no more.
    Again,
    /// Another tab was quicker: nothing is given and nothing ends.
    Raced,
    /// Someone holds a copy: the session ends for both.
    Reused,
    /// Nothing; the session is over.
    Over,
}

/// Judges a refresh token that is on record. A spent token is reported even after the session's time is over,
/// and only a live session of an active user is continued.
///
/// Rotation finds a copied token out because thief and owner both present what they hold, and one of them presents what is good no more
/// (RFC 9700, section 4.14.2). [`RefreshVerdict::Again`] keeps that: one token of a session is good at any time, since the successor that
/// nobody used dies when another takes its place. So of two holders the one who is served first holds a dead token from the moment that the
/// other is served, and the session ends for both when it is presented, which is when its access token is over. A successor that was used
/// proves that the answer arrived; then, and later than `lost`, a second use is a copy at once.
pub fn judge_refresh(state: RefreshState, now: DateTime<Utc>) -> RefreshVerdict {
    let is_live = !state.session_revoked && state.user_active && now < state.session_expires_at;
    let is_within = |since: DateTime<Utc>, span: Duration| since <= now && now < since + span;
    match state.spent_at {
        None if is_live => RefreshVerdict::Rotate,
        None => RefreshVerdict::Over,
        Some(_) if state.session_revoked => RefreshVerdict::Over,
        Some(spent_at) if is_within(spent_at, state.race) => RefreshVerdict::Raced,
        Some(spent_at) if is_live && state.successor_unused && is_within(spent_at, state.lost) => RefreshVerdict::Again,
        Some(_) => RefreshVerdict::Reused,
    }
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

    /// A session's tokens as the store keeps them: when each was spent, and which was given for it.
    struct Chain {
        tokens: Vec<(Option<DateTime<Utc>>, Option<usize>)>,
        ended: bool,
    }

    impl Chain {
        fn present(&mut self, token: usize, now: DateTime<Utc>) -> RefreshVerdict {
            let (spent_at, successor) = self.tokens[token];
            let state = RefreshState {
                spent_at,
                successor_unused: successor.is_some_and(|next| self.tokens[next].0.is_none()),
                race: Duration::seconds(5),
                lost: Duration::seconds(120),
                session_revoked: self.ended,
                session_expires_at: now + Duration::days(1),
                user_active: true,
            };
            let verdict = judge_refresh(state, now);
            match verdict {
                RefreshVerdict::Rotate | RefreshVerdict::Again => {
                    for (spent_at, _) in &mut self.tokens {
                        spent_at.get_or_insert(now);
                    }
                    self.tokens.push((None, None));
                    self.tokens[token].1 = Some(self.tokens.len() - 1);
                }
                RefreshVerdict::Reused => self.ended = true,
                RefreshVerdict::Raced | RefreshVerdict::Over => {}
            }
            verdict
        }
    }

    #[test]
    fn a_lost_answer_is_given_again_until_it_was_used() {
        let at = |seconds: i64| DateTime::from_timestamp(1_780_000_000 + seconds, 0).unwrap();
        let mut chain = Chain {
            tokens: vec![(None, None)],
            ended: false,
        };
        assert_eq!(chain.present(0, at(0)), RefreshVerdict::Rotate);
        assert_eq!(chain.present(0, at(4)), RefreshVerdict::Raced);
        assert_eq!(chain.present(0, at(5)), RefreshVerdict::Again);
        assert_eq!(chain.present(0, at(9)), RefreshVerdict::Again, "that one was lost too");
        assert_eq!(chain.present(3, at(60)), RefreshVerdict::Rotate);
        assert_eq!(chain.present(0, at(61)), RefreshVerdict::Reused);
        assert_eq!(chain.present(4, at(62)), RefreshVerdict::Over);
    }

    #[test]
    fn the_time_for_a_lost_answer_begins_with_the_first() {
        let at = |seconds: i64| DateTime::from_timestamp(1_780_000_000 + seconds, 0).unwrap();
        let mut chain = Chain {
            tokens: vec![(None, None)],
            ended: false,
        };
        chain.present(0, at(0));
        assert_eq!(chain.present(0, at(100)), RefreshVerdict::Again);
        assert_eq!(chain.present(0, at(120)), RefreshVerdict::Reused);
    }

    proptest! {
        /// Two holders of one token, each of whom presents what arrived last. Whoever has lost the session to the other ends it.
        #[test]
        fn a_session_changes_hands_once_at_most(steps in proptest::collection::vec((0_usize..2, 5_i64..200, any::<bool>()), 1..40)) {
            let mut now = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
            let mut chain = Chain { tokens: vec![(None, None)], ended: false };
            let (mut held, mut changes) = ([0, 0], 0);
            let mut last: Option<usize> = None;
            for (holder, pause_s, arrives) in steps {
                now += Duration::seconds(pause_s);
                let verdict = chain.present(held[holder], now);
                prop_assert!(chain.tokens.iter().filter(|(spent_at, _)| spent_at.is_none()).count() <= 1, "one is good");
                if matches!(verdict, RefreshVerdict::Rotate | RefreshVerdict::Again) && arrives {
                    held[holder] = chain.tokens.len() - 1;
                    changes += usize::from(last.is_some_and(|before| before != holder));
                    last = Some(holder);
                }
            }
            prop_assert!(changes <= 1);
        }

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
        fn a_token_rotates_once_at_most(
            spent in proptest::option::of(0_i64..20), successor_unused: bool, session_revoked: bool, user_active: bool, left in -100_i64..100,
        ) {
            let now = DateTime::from_timestamp(1_780_000_000, 0).unwrap();
            let spent_at = spent.map(|ago| now - Duration::seconds(ago));
            let session_expires_at = now + Duration::seconds(left);
            let (race, lost) = (Duration::seconds(5), Duration::seconds(10));
            let verdict = judge_refresh(RefreshState { spent_at, successor_unused, race, lost, session_revoked, user_active, session_expires_at }, now);
            let live = !session_revoked && user_active && left > 0;
            let again = live && successor_unused && spent.is_some_and(|ago| (5..10).contains(&ago));
            prop_assert_eq!(verdict == RefreshVerdict::Rotate, spent.is_none() && live);
            prop_assert_eq!(verdict == RefreshVerdict::Raced, spent.is_some_and(|ago| ago < 5) && !session_revoked);
            prop_assert_eq!(verdict == RefreshVerdict::Again, again);
            prop_assert_eq!(verdict == RefreshVerdict::Reused, spent.is_some_and(|ago| ago >= 5) && !session_revoked && !again);
        }
    }
}
