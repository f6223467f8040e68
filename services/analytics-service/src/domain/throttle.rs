//! Sign-in throttling: repeated failures for one user name, or from one address, make the next tries wait.
//! It works on machine time and keeps a bounded number of entries, so that guessing cannot fill the memory.

use std::collections::HashMap;
use std::time::Duration;

/// The limits of one throttle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Failures that are let through before tries must wait.
    pub failures_max: u32,
    /// Failures older than this are forgotten; also how long a blocked key waits.
    pub window: Duration,
    /// Keys kept at most; the oldest are forgotten first.
    pub entries_max: usize,
}

#[derive(Debug, Clone, Copy)]
struct Entry {
    failures: u32,
    last_failure: Duration,
}

/// Counts failures by key. Times are durations since any fixed start of a monotonic clock.
#[derive(Debug)]
pub struct Throttle {
    limits: Limits,
    entries: HashMap<String, Entry>,
}

impl Throttle {
    /// An empty throttle.
    pub fn new(limits: Limits) -> Throttle {
        Throttle {
            limits,
            entries: HashMap::new(),
        }
    }

    /// How long this key must wait before the next try; `None` when it may try now.
    pub fn wait(&self, key: &str, now: Duration) -> Option<Duration> {
        let entry = self.entries.get(key)?;
        let free_at = entry.last_failure + self.limits.window;
        (entry.failures >= self.limits.failures_max && now < free_at).then(|| free_at - now)
    }

    /// Notes a try before its outcome is known, so that many tries at once cannot slip past the limit together.
    pub fn count(&mut self, key: &str, now: Duration) {
        if !self.entries.contains_key(key) && self.entries.len() >= self.limits.entries_max {
            self.make_room(now);
        }
        let entry = self.entries.entry(key.to_owned()).or_insert(Entry {
            failures: 0,
            last_failure: now,
        });
        if now >= entry.last_failure + self.limits.window {
            entry.failures = 0;
        }
        entry.failures = entry.failures.saturating_add(1);
        entry.last_failure = now;
    }

    /// Forgets the failures of a key that proved itself.
    pub fn succeeded(&mut self, key: &str) {
        self.entries.remove(key);
    }

    /// Takes one counted try back, where the try succeeded but the key stands for many people (an address).
    pub fn take_back(&mut self, key: &str) {
        if let Some(entry) = self.entries.get_mut(key) {
            entry.failures = entry.failures.saturating_sub(1);
        }
    }

    /// Drops what has expired, and if that is not enough the quarter that failed longest ago.
    fn make_room(&mut self, now: Duration) {
        let window = self.limits.window;
        self.entries.retain(|_, entry| now < entry.last_failure + window);
        if self.entries.len() < self.limits.entries_max {
            return;
        }
        let mut times: Vec<Duration> = self.entries.values().map(|entry| entry.last_failure).collect();
        times.sort_unstable();
        let cut = times[times.len() / 4];
        let mut to_drop = self.entries.len() / 4 + 1;
        self.entries.retain(|_, entry| {
            let drop = entry.last_failure <= cut && to_drop > 0;
            to_drop -= usize::from(drop);
            !drop
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const LIMITS: Limits = Limits {
        failures_max: 3,
        window: Duration::from_secs(60),
        entries_max: 8,
    };

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn the_third_failure_blocks_until_the_window_has_passed() {
        let mut throttle = Throttle::new(LIMITS);
        for second in 0..3 {
            assert_eq!(throttle.wait("ada", at(second)), None);
            throttle.count("ada", at(second));
        }
        assert_eq!(throttle.wait("ada", at(10)), Some(at(52)));
        assert_eq!(throttle.wait("eve", at(10)), None, "others are not affected");
        assert_eq!(throttle.wait("ada", at(62)), None);
        throttle.count("ada", at(62));
        assert_eq!(throttle.wait("ada", at(63)), None, "the count began anew");
    }

    #[test]
    fn success_forgets() {
        let mut throttle = Throttle::new(LIMITS);
        (0..3).for_each(|second| throttle.count("ada", at(second)));
        throttle.succeeded("ada");
        assert_eq!(throttle.wait("ada", at(3)), None);
    }

    proptest! {
        #[test]
        fn memory_is_bounded_and_a_fresh_offender_is_remembered(keys in prop::collection::vec(0_u32..1_000, 1..200)) {
            let mut throttle = Throttle::new(LIMITS);
            for (second, key) in keys.iter().enumerate() {
                let now = Duration::from_millis(second as u64);
                throttle.count(&key.to_string(), now);
                prop_assert!(throttle.entries.len() <= LIMITS.entries_max);
                prop_assert!(throttle.entries.contains_key(&key.to_string()));
            }
        }

        #[test]
        fn nobody_waits_longer_than_the_window(tries in prop::collection::vec(0_u64..300, 1..50)) {
            let mut throttle = Throttle::new(LIMITS);
            let mut now = 0;
            for step in tries {
                now += step;
                throttle.count("ada", at(now));
                prop_assert!(throttle.wait("ada", at(now)).unwrap_or_default() <= LIMITS.window);
                prop_assert_eq!(throttle.wait("ada", at(now) + LIMITS.window), None);
            }
        }
    }
}
