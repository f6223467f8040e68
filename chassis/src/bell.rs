//! Calls for work, and whether they were answered: how simulated business time knows that everything has come to rest.
//!
//! Whoever leaves work for another rings that one's [`Bell`] before its own work counts as done; whoever is called reads how often it was
//! called *before* it looks, and answers for so many calls once it has looked and found nothing more. When every bell is answered at one
//! instant, nobody has work and nobody can make any: the next thing that can happen is that time moves.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};
use parking_lot::RwLock;
use tokio::sync::{Notify, watch};

/// Calls one worker. Cheap to clone.
#[derive(Clone)]
pub struct Bell(Arc<Inner>);

struct Inner {
    calls: Calls,
    answered: AtomicU64,
    /// Business time of the next row that waits, in microseconds; `i64::MAX` when none does.
    due_us: AtomicI64,
    wakes: Notify,
    /// Told of every answer, once simulated time waits for this bell.
    listener: OnceLock<Arc<Notify>>,
}

enum Calls {
    Rung(AtomicU64),
    /// Somebody else counts.
    Followed(watch::Receiver<u64>),
}

impl Default for Bell {
    fn default() -> Self {
        Self::new()
    }
}

impl Bell {
    /// A bell that has rung once: what a former process left is looked for first.
    pub fn new() -> Self {
        Self::with(Calls::Rung(AtomicU64::new(1)))
    }

    /// A bell that is rung whenever `count` grows; its worker sleeps on `count` itself.
    pub fn following(count: watch::Receiver<u64>) -> Self {
        Self::with(Calls::Followed(count))
    }

    fn with(calls: Calls) -> Self {
        Self(Arc::new(Inner {
            calls,
            answered: AtomicU64::new(0),
            due_us: AtomicI64::new(i64::MAX),
            wakes: Notify::new(),
            listener: OnceLock::new(),
        }))
    }

    /// Calls the worker.
    pub fn ring(&self) {
        if let Calls::Rung(count) = &self.0.calls {
            count.fetch_add(1, Ordering::AcqRel);
            self.0.wakes.notify_one();
        }
    }

    /// Returns once it has been rung since it was last waited for.
    pub async fn rung(&self) {
        self.0.wakes.notified().await;
    }

    /// How often it was rung: read it before looking for work.
    pub fn calls(&self) -> u64 {
        match &self.0.calls {
            Calls::Rung(count) => count.load(Ordering::Acquire),
            Calls::Followed(count) => *count.borrow(),
        }
    }

    /// The work that the first `calls` rings called for is done.
    pub fn answer(&self, calls: u64) {
        self.0.answered.fetch_max(calls, Ordering::AcqRel);
        if let Some(listener) = self.0.listener.get() {
            listener.notify_one();
        }
    }

    /// Says when, in business time, the worker has something to do though nobody rings.
    pub fn due_at(&self, due: Option<DateTime<Utc>>) {
        let due_us = due.map_or(i64::MAX, |due| due.timestamp_micros());
        self.0.due_us.store(due_us, Ordering::Release);
    }

    fn state(&self) -> (u64, u64) {
        let answered = self.0.answered.load(Ordering::Acquire);
        (self.calls(), answered)
    }
}

/// Every bell that simulated business time waits for.
#[derive(Clone, Default)]
pub(crate) struct Bells(Arc<Hall>);

#[derive(Default)]
struct Hall {
    bells: RwLock<Vec<Bell>>,
    answered: Arc<Notify>,
}

impl Bells {
    pub(crate) fn add(&self, bell: &Bell) {
        // A bell hangs in one hall; the first one stays.
        let _ = bell.0.listener.set(self.0.answered.clone());
        self.0.bells.write().push(bell.clone());
    }

    /// True when at one instant of this call every bell was answered. Two looks with the same counts prove it: counts only grow, so they
    /// were the same at the instant between the looks.
    fn are_answered(&self) -> bool {
        let bells = self.0.bells.read();
        let before: Vec<(u64, u64)> = bells.iter().map(Bell::state).collect();
        let quiet = |(calls, answered): &(u64, u64)| answered >= calls;
        before.iter().all(quiet) && bells.iter().map(Bell::state).eq(before.iter().copied())
    }

    /// Returns once all are answered. For one waiter.
    pub(crate) async fn all_answered(&self) {
        while !self.are_answered() {
            self.0.answered.notified().await;
        }
    }

    /// The earliest business time that a worker has named.
    pub(crate) fn next_due(&self) -> Option<DateTime<Utc>> {
        let bells = self.0.bells.read();
        let due_us = bells.iter().map(|bell| bell.0.due_us.load(Ordering::Acquire)).min()?;
        DateTime::from_timestamp_micros(due_us).filter(|_| due_us != i64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn rest_means_that_the_last_link_of_a_chain_has_answered() {
        let bells = Bells::default();
        let chain: Vec<Bell> = (0..5).map(|_| Bell::new()).collect();
        chain.iter().for_each(|bell| bells.add(bell));
        let reached = Arc::new(AtomicU64::new(0));
        for (place, bell) in chain.iter().cloned().enumerate() {
            let (next, reached) = (chain.get(place + 1).cloned(), reached.clone());
            tokio::spawn(async move {
                loop {
                    bell.rung().await;
                    let calls = bell.calls();
                    tokio::time::sleep(Duration::from_micros(300)).await;
                    match &next {
                        Some(next) => next.ring(),
                        None => reached.store(calls, Ordering::Release),
                    }
                    bell.answer(calls);
                }
            });
        }
        // Every bell has rung once at its birth and nobody has looked.
        assert!(!bells.are_answered());
        chain.iter().for_each(Bell::ring);
        for _ in 0..100 {
            chain[0].ring();
            bells.all_answered().await;
            let last = chain.last().expect("a chain");
            assert_eq!(reached.load(Ordering::Acquire), last.calls());
        }
    }

    #[test]
    fn a_followed_count_calls_and_the_earliest_due_time_is_told() {
        let (count, follower) = watch::channel(0);
        let (bells, bell, other) = (Bells::default(), Bell::following(follower), Bell::new());
        bells.add(&bell);
        assert!(bells.are_answered() && bells.next_due().is_none());
        count.send_modify(|count| *count += 1);
        assert!(!bells.are_answered());
        bell.answer(bell.calls());
        assert!(bells.are_answered());
        bells.add(&other);
        other.due_at(DateTime::from_timestamp(20, 0));
        bell.due_at(DateTime::from_timestamp(10, 0));
        assert_eq!(bells.next_due(), DateTime::from_timestamp(10, 0));
        bell.due_at(None);
        assert_eq!(bells.next_due(), DateTime::from_timestamp(20, 0));
    }
}
