//! Sign-in throttling: repeated failures for one user name, or from one address, make the next tries wait (machine time).

use chrono::{DateTime, TimeDelta, Utc};
use std::time::Duration;

/// The limits of one throttle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Failures that are let through before tries must wait.
    pub failures_max: u32,
    /// Failures older than this are forgotten; also how long a blocked subject waits.
    pub window: TimeDelta,
}

/// The failures of one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tries {
    pub failures: u32,
    pub last_failure: DateTime<Utc>,
}

impl Tries {
    /// Of a subject that is not known.
    pub fn none(now: DateTime<Utc>) -> Tries {
        Tries {
            failures: 0,
            last_failure: now,
        }
    }

    /// How long the next try must wait; `None` when it may be made now. A clock that was set back makes nobody wait longer than the window.
    pub fn wait(&self, limits: &Limits, now: DateTime<Utc>) -> Option<Duration> {
        let left = (self.last_failure + limits.window - now).min(limits.window);
        let blocked = self.failures >= limits.failures_max && left > TimeDelta::zero();
        blocked.then(|| left.to_std().unwrap_or_default())
    }

    /// Counts a try before its outcome is known, so that many tries at once cannot slip past the limit together.
    #[must_use]
    pub fn counted(self, limits: &Limits, now: DateTime<Utc>) -> Tries {
        let known = if now >= self.last_failure + limits.window {
            0
        } else {
            self.failures
        };
        Tries {
            failures: known.saturating_add(1),
            last_failure: now,
        }
    }

    /// Takes one counted try back: it succeeded, but the subject stands for many people (an address).
    #[must_use]
    pub fn taken_back(self) -> Tries {
        Tries {
            failures: self.failures.saturating_sub(1),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMITS: Limits = Limits {
        failures_max: 3,
        window: TimeDelta::seconds(60),
    };

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::seconds(seconds)
    }

    #[test]
    fn the_third_failure_blocks_until_the_window_has_passed() {
        let mut tries = Tries::none(at(0));
        for second in 0..3 {
            assert_eq!(tries.wait(&LIMITS, at(second)), None);
            tries = tries.counted(&LIMITS, at(second));
        }
        assert_eq!(tries.wait(&LIMITS, at(10)), Some(Duration::from_secs(52)));
        assert_eq!(tries.wait(&LIMITS, at(62)), None);
        let tries = tries.counted(&LIMITS, at(62));
        assert_eq!(tries.wait(&LIMITS, at(63)), None, "the count began anew");
    }

    #[test]
    fn a_try_that_is_taken_back_does_not_count() {
        let blocked = (0..3).fold(Tries::none(at(0)), |tries, second| tries.counted(&LIMITS, at(second)));
        assert_eq!(blocked.taken_back().wait(&LIMITS, at(3)), None);
    }

    proptest! {
        #[test]
        fn nobody_waits_longer_than_the_window(steps in prop::collection::vec(-100_i64..300, 1..50)) {
            let (mut tries, mut now) = (Tries::none(at(0)), 1_000);
            for step in steps {
                now += step;
                tries = tries.counted(&LIMITS, at(now));
                let wait = tries.wait(&LIMITS, at(now - 50)).unwrap_or_default();
                prop_assert!(wait <= Duration::from_secs(60));
                prop_assert_eq!(tries.wait(&LIMITS, at(now) + LIMITS.window), None);
            }
        }
    }
}
