//! The chain of people an alert goes through until somebody acknowledges it: owner, fleet manager, admin.

use chrono::{DateTime, TimeDelta, Utc};

use super::person::{Person, Role, Vehicle, answerable};
use super::severity::Severity;

/// The chain in its order; an alert's level is an index into it.
pub const CHAIN: [Role; 3] = [Role::Owner, Role::FleetManager, Role::Admin];

/// The level of an alert of which nobody was told yet: it waits for room under the limit of notifications.
pub const NOBODY_YET: i64 = -1;

/// People who are told at one level of the chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Audience {
    /// Index into [`CHAIN`].
    pub level: usize,
    pub recipient_ids: Vec<String>,
}

impl Audience {
    /// The role of this level.
    pub fn role(&self) -> Role {
        role_at(self.level)
    }
}

/// The role of a level; a level past the end is the last one.
pub fn role_at(level: usize) -> Role {
    CHAIN[level.min(CHAIN.len() - 1)]
}

/// Who is told first: owner and fleet managers together, or the admins when there are neither, so that
/// an alert never goes to nobody while somebody could hear it.
pub fn first_audience(vehicle: &Vehicle, people: &[Person]) -> Audience {
    let owners = answerable(Role::Owner, vehicle, people);
    let managers = answerable(Role::FleetManager, vehicle, people);
    let level = if !owners.is_empty() {
        0
    } else {
        usize::from(!managers.is_empty())
    };
    let mut recipient_ids = owners;
    for manager in managers {
        if !recipient_ids.contains(&manager) {
            recipient_ids.push(manager);
        }
    }
    if recipient_ids.is_empty() {
        let recipient_ids = answerable(Role::Admin, vehicle, people);
        let level = if recipient_ids.is_empty() { 0 } else { CHAIN.len() - 1 };
        return Audience { level, recipient_ids };
    }
    Audience { level, recipient_ids }
}

/// Who is told next when nobody of `level` acknowledged: the next role that has anyone; none at the end of the chain.
pub fn next_audience(level: usize, vehicle: &Vehicle, people: &[Person]) -> Option<Audience> {
    (level + 1..CHAIN.len())
        .map(|level| Audience {
            level,
            recipient_ids: answerable(CHAIN[level], vehicle, people),
        })
        .find(|audience| !audience.recipient_ids.is_empty())
}

/// When an unacknowledged alert goes on (business time); none for severities that do not escalate.
pub fn due_at(severity: Severity, told_at: DateTime<Utc>, escalate_after: TimeDelta) -> Option<DateTime<Utc>> {
    severity.must_reach_someone().then(|| told_at + escalate_after)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn person(index: usize, role: Role) -> Person {
        Person {
            user_id: format!("usr_{index}"),
            role: Some(role),
            active: true,
            vehicle_ids: if role == Role::Owner { vec!["V1".into()] } else { vec![] },
            fleet_ids: vec![],
            locale: None,
        }
    }

    #[test]
    fn only_severities_that_must_reach_someone_are_escalated() {
        let (now, after) = (DateTime::UNIX_EPOCH, TimeDelta::minutes(15));
        assert_eq!(due_at(Severity::Warning, now, after), None);
        assert_eq!(due_at(Severity::Critical, now, after), Some(now + after));
        assert_eq!(due_at(Severity::Emergency, now, after), Some(now + after));
    }

    proptest! {
        /// Whoever there is, the chain ends, only climbs, never names an empty level, and starts with somebody
        /// whenever an owner, a manager or an admin exists.
        #[test]
        fn the_chain_climbs_and_ends(roles in proptest::collection::vec(0..4usize, 0..8)) {
            let kinds = [Role::Owner, Role::FleetManager, Role::Admin, Role::Technician];
            let people: Vec<_> = roles.iter().enumerate().map(|(index, role)| person(index, kinds[*role])).collect();
            let vehicle = Vehicle { vehicle_id: "V1".into(), ..Vehicle::default() };
            let first = first_audience(&vehicle, &people);
            prop_assert_eq!(first.recipient_ids.is_empty(), roles.iter().all(|role| *role == 3));
            let (mut level, mut steps) = (first.level, 0);
            while let Some(next) = next_audience(level, &vehicle, &people) {
                prop_assert!(next.level > level && !next.recipient_ids.is_empty());
                level = next.level;
                steps += 1;
                prop_assert!(steps < CHAIN.len());
            }
        }
    }
}
