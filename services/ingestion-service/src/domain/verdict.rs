//! What became of the records of a request.
//!
//! Every received record ends in exactly one of: stored, duplicate, quarantined, rejected, or is still pending. The numbers are counted
//! where each thing happens; none is computed from the others, so that a lost record shows as a difference.

/// Numbers of records by outcome at the door.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    pub received: u64,
    /// Durable in the log, on their way to the store.
    pub accepted: u64,
    /// Known at the door to be repetitions.
    pub duplicates: u64,
    pub quarantined: u64,
    pub rejected: u64,
    /// Readings set apart from records that were accepted; they are no records.
    pub readings_quarantined: u64,
}

/// What the door decides about one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Accepted,
    Duplicate,
    Quarantined,
    Rejected,
}

impl Counts {
    /// Counts one record as received, when it is read.
    pub fn receive(&mut self) {
        self.received += 1;
    }

    /// Counts what was decided about one record, when it is decided.
    pub fn decide(&mut self, outcome: Outcome) {
        match outcome {
            Outcome::Accepted => self.accepted += 1,
            Outcome::Duplicate => self.duplicates += 1,
            Outcome::Quarantined => self.quarantined += 1,
            Outcome::Rejected => self.rejected += 1,
        }
    }

    /// Whether every received record has exactly one outcome.
    #[must_use]
    pub fn balance(&self) -> bool {
        self.received == self.accepted + self.duplicates + self.quarantined + self.rejected
    }
}

/// The conservation account of one tenant and hour of receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Account {
    pub received: u64,
    pub stored: u64,
    pub duplicate: u64,
    pub quarantined: u64,
    pub rejected: u64,
    /// Committed, and not yet in the telemetry store.
    pub pending: u64,
    /// Readings set apart from records that were kept; not part of the balance.
    pub readings_quarantined: u64,
}

impl Account {
    /// Records received that no outcome accounts for: 0, unless something was lost (more) or counted twice (less).
    #[must_use]
    pub fn gap(&self) -> i128 {
        let outcomes = [
            self.stored,
            self.duplicate,
            self.quarantined,
            self.rejected,
            self.pending,
        ];
        i128::from(self.received) - outcomes.into_iter().map(i128::from).sum::<i128>()
    }

    /// `received = stored + duplicate + quarantined + rejected + pending`.
    #[must_use]
    pub fn balances(&self) -> bool {
        self.gap() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn outcome() -> impl Strategy<Value = Outcome> {
        prop_oneof![
            Just(Outcome::Accepted),
            Just(Outcome::Duplicate),
            Just(Outcome::Quarantined),
            Just(Outcome::Rejected)
        ]
    }

    proptest! {
        #[test]
        fn counts_add_up_without_subtraction(outcomes in proptest::collection::vec(outcome(), 0..200), lost in 0usize..3) {
            let mut counts = Counts::default();
            for _ in 0..outcomes.len() + lost {
                counts.receive();
            }
            for outcome in &outcomes {
                counts.decide(*outcome);
            }
            prop_assert_eq!(counts.balance(), lost == 0);
        }

        #[test]
        fn an_account_that_lost_a_record_does_not_balance(stored in 0u64..1000, duplicate in 0u64..100, pending in 0u64..100, lost in 0u64..3) {
            let received = stored + duplicate + pending + lost;
            let account = Account { received, stored, duplicate, pending, ..Account::default() };
            prop_assert_eq!(account.balances(), lost == 0);
            prop_assert_eq!(account.gap(), i128::from(lost));
        }
    }
}
