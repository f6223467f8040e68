//! Three clocks that are never mixed: event time comes with the data, business time and machine time come from here.
//!
//! *Business time* ([`Clock::now`]) is what people live by; it may be simulated inside one process.
//! *Machine time* ([`Clock::machine_now`], [`Clock::instant`]) protects process and money: timeouts, leases, token expiry, logs.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, SubsecRound, Utc};
use parking_lot::{Mutex, RwLock};

use crate::bell::{Bell, Bells};

/// Truncates to whole microseconds, the precision that every store keeps.
pub fn micros(time: DateTime<Utc>) -> DateTime<Utc> {
    time.trunc_subsecs(6)
}

/// Where a service asks for the time. Cheap to clone.
#[derive(Clone)]
pub struct Clock {
    business: Arc<Business>,
    /// Rung when business time was moved.
    timers: Arc<RwLock<Vec<Bell>>>,
    /// Whoever must have come to rest before simulated time may be moved.
    workers: Bells,
}

enum Business {
    /// Business time is the wall.
    Wall,
    /// Business time was set by hand; with `pins`, it becomes the wall for good once it reaches it.
    Set {
        at: Mutex<Option<DateTime<Utc>>>,
        pins: bool,
    },
}

impl Clock {
    /// Business time equals wall time.
    pub fn system() -> Self {
        Self::with(Business::Wall)
    }

    /// Business time starts in the past, is moved by [`Clock::advance_to`] and is pinned to the wall when it reaches it.
    pub fn simulated(start: DateTime<Utc>) -> Self {
        Self::with(Business::Set {
            at: Mutex::new(Some(micros(start))),
            pins: true,
        })
    }

    /// Business time moves only by hand, for tests.
    pub fn manual(start: DateTime<Utc>) -> Self {
        Self::with(Business::Set {
            at: Mutex::new(Some(micros(start))),
            pins: false,
        })
    }

    fn with(business: Business) -> Self {
        Self {
            business: Arc::new(business),
            timers: Arc::default(),
            workers: Bells::default(),
        }
    }

    /// Business time, UTC, microseconds.
    pub fn now(&self) -> DateTime<Utc> {
        match &*self.business {
            Business::Wall => self.machine_now(),
            Business::Set { at, .. } => at.lock().unwrap_or_else(|| self.machine_now()),
        }
    }

    /// Wall time of this machine, UTC, microseconds: for logs, tokens, leases and receipts.
    pub fn machine_now(&self) -> DateTime<Utc> {
        micros(Utc::now())
    }

    /// Monotonic time of this machine, for latencies and timeouts.
    pub fn instant(&self) -> Instant {
        Instant::now()
    }

    /// True while business time is simulated and not yet pinned: nothing may leave the house.
    pub fn is_simulated(&self) -> bool {
        match &*self.business {
            Business::Wall => false,
            Business::Set { at, pins } => *pins && at.lock().is_some(),
        }
    }

    /// Moves business time forward (never back). A simulated clock that would pass the wall becomes the wall for good.
    pub fn advance_to(&self, time: DateTime<Utc>) {
        if let Business::Set { at, pins } = &*self.business {
            let mut at = at.lock();
            if let Some(current) = *at {
                let reached_the_wall = *pins && time >= self.machine_now();
                *at = if reached_the_wall {
                    None
                } else {
                    Some(micros(time).max(current))
                };
            }
        }
        self.timers.read().iter().for_each(Bell::ring);
    }

    /// Moves business time forward by a duration.
    pub fn advance(&self, by: Duration) {
        let by = chrono::Duration::from_std(by).unwrap_or(chrono::Duration::MAX);
        self.advance_to(self.now() + by);
    }

    /// Rings this bell whenever business time was moved: rows that are due are looked at without waiting for the next tick.
    pub fn rings(&self, timer: &Bell) {
        self.timers.write().push(timer.clone());
    }

    /// From now on simulated time waits for this bell's worker.
    pub fn waits_for(&self, worker: &Bell) {
        self.workers.add(worker);
    }

    /// Returns once everybody whom time waits for has answered and nobody called again: outboxes, consumers and due timers are drained. For
    /// the one who moves simulated time.
    pub async fn at_rest(&self) {
        self.workers.all_answered().await;
    }

    /// The earliest business time at which a row is due, as far as workers have said.
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        self.workers.next_due()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_simulated_clock_moves_only_forward_and_is_pinned_at_the_wall() {
        let start = Utc::now() - chrono::Duration::days(10);
        let clock = Clock::simulated(start);
        clock.advance(Duration::from_secs(3600));
        assert_eq!(clock.now(), micros(start) + chrono::Duration::hours(1));
        clock.advance_to(start);
        assert_eq!(clock.now(), micros(start) + chrono::Duration::hours(1));
        assert!(clock.is_simulated());
        clock.advance(Duration::from_secs(30 * 86_400));
        assert!(!clock.is_simulated());
        assert!((Utc::now() - clock.now()).num_seconds() < 5);
    }
}
