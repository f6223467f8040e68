//! At most so many notifications per vehicle in an hour of business time; EMERGENCY passes everything.
//!
//! A notification is one alert told to its people at one step of the chain, however many people and channels that is.

use chrono::{DateTime, TimeDelta, Utc};

use super::severity::Severity;

/// The limit of notifications per vehicle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotificationLimit {
    /// Notifications allowed within the window.
    pub notifications_max: usize,
    /// Length of the sliding window, business time.
    pub window: TimeDelta,
}

/// Whether people may be told now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Allowed,
    /// Too many already; the earliest time at which there is room again.
    Limited {
        until: DateTime<Utc>,
    },
}

impl NotificationLimit {
    /// Judges a notification at `now` against the times of those given before for the same vehicle.
    ///
    /// An EMERGENCY takes a place in the window too: the person's attention was spent.
    pub fn judge(&self, severity: Severity, now: DateTime<Utc>, given: &[DateTime<Utc>]) -> Verdict {
        let mut recent: Vec<_> = given
            .iter()
            .filter(|time| **time > now - self.window)
            .copied()
            .collect();
        if severity == Severity::Emergency || recent.len() < self.notifications_max {
            return Verdict::Allowed;
        }
        recent.sort_unstable();
        // Room comes when so many have left the window that fewer than the limit remain; with a limit of none, never.
        let leaving = recent
            .len()
            .checked_sub(self.notifications_max)
            .and_then(|index| recent.get(index));
        let until = leaving.map_or(now, |time| *time) + self.window;
        Verdict::Limited { until }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMIT: NotificationLimit = NotificationLimit {
        notifications_max: 3,
        window: TimeDelta::hours(1),
    };

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(second)
    }

    #[test]
    fn the_fourth_waits_until_the_first_is_an_hour_old() {
        let given = [at(0), at(10), at(20)];
        assert_eq!(
            LIMIT.judge(Severity::Critical, at(30), &given),
            Verdict::Limited { until: at(3600) }
        );
        assert_eq!(LIMIT.judge(Severity::Emergency, at(30), &given), Verdict::Allowed);
        assert_eq!(LIMIT.judge(Severity::Critical, at(3600), &given), Verdict::Allowed);
        let none = NotificationLimit {
            notifications_max: 0,
            ..LIMIT
        };
        assert_eq!(
            none.judge(Severity::Critical, at(30), &[]),
            Verdict::Limited { until: at(3630) }
        );
    }

    proptest! {
        /// For arbitrary sequences, no sliding hour that ends in a notification other than EMERGENCY holds more than
        /// the limit, and an EMERGENCY is never held back.
        #[test]
        fn never_exceeded_except_by_emergencies(
            wishes in proptest::collection::vec((0..1200i64, 1..4usize), 0..300),
            notifications_max in 0..5usize,
        ) {
            let limit = NotificationLimit { notifications_max, ..LIMIT };
            let (mut now, mut given) = (at(0), Vec::new());
            for (pause, severity) in wishes {
                now += TimeDelta::seconds(pause);
                let severity = Severity::ALL[severity];
                match limit.judge(severity, now, &given) {
                    Verdict::Allowed => {
                        let recent = given.iter().filter(|time| **time > now - limit.window).count();
                        prop_assert!(severity == Severity::Emergency || recent < notifications_max);
                        given.push(now);
                    }
                    Verdict::Limited { until } => {
                        prop_assert!(severity != Severity::Emergency);
                        prop_assert!(until > now && until <= now + limit.window);
                        // The answer is exact: at that time there is room, a moment before there is none.
                        if notifications_max > 0 {
                            prop_assert_eq!(limit.judge(severity, until, &given), Verdict::Allowed);
                            let before = until - TimeDelta::microseconds(1);
                            prop_assert!(limit.judge(severity, before, &given) != Verdict::Allowed);
                        }
                    }
                }
            }
        }
    }
}
