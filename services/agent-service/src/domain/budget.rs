//! What a run may spend on language models. A call first reserves the most that it can cost; only then is it made.
//!
//! So the sum of what was spent and what is reserved never passes the limit, whatever order parallel workers ask in.

use std::time::Duration;

/// Tokens, money and calls: a price, an account or a limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spend {
    pub tokens: u64,
    /// Millionths of the currency's main unit.
    pub cost_micro: u64,
    pub calls: u64,
}

impl Spend {
    /// Both together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            tokens: self.tokens.saturating_add(other.tokens),
            cost_micro: self.cost_micro.saturating_add(other.cost_micro),
            calls: self.calls.saturating_add(other.calls),
        }
    }

    /// What is left of it; never below nothing.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        Self {
            tokens: self.tokens.saturating_sub(other.tokens),
            cost_micro: self.cost_micro.saturating_sub(other.cost_micro),
            calls: self.calls.saturating_sub(other.calls),
        }
    }

    /// The first thing of which it is more than `limit`.
    pub fn beyond(self, limit: Self) -> Option<Scarce> {
        [
            (self.tokens > limit.tokens, Scarce::Tokens),
            (self.cost_micro > limit.cost_micro, Scarce::Money),
            (self.calls > limit.calls, Scarce::Calls),
        ]
        .into_iter()
        .find_map(|(beyond, what)| beyond.then_some(what))
    }
}

/// What the calls of one run came to, as others are told.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Calls that went out. An answer from the journal is none.
    pub calls: u64,
    /// Tokens as the providers counted them.
    pub input_tokens: u64,
    pub output_tokens: u64,
    /// Millionths of the currency's main unit. A call without a bill counts with the most that it can have cost.
    pub cost_micro: u64,
    /// ISO 4217 code.
    pub currency: String,
}

/// What a budget ran out of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scarce {
    Tokens,
    Money,
    Calls,
    Time,
}

impl Scarce {
    /// Its name in reasons and metrics.
    pub fn code(self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
            Self::Money => "money",
            Self::Calls => "calls",
            Self::Time => "time",
        }
    }
}

/// What one run, and one tenant on one day, may spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    pub run: Spend,
    pub tenant_day: Spend,
    /// From the run's first step to its last.
    pub duration: Duration,
}

/// One account against one limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget {
    pub limit: Spend,
    /// Paid, and reserved for calls that are still out. A call in doubt stays reserved for good.
    pub taken: Spend,
}

impl Budget {
    /// An untouched account.
    pub fn new(limit: Spend) -> Self {
        Self {
            limit,
            taken: Spend::default(),
        }
    }

    /// Sets `most` aside, or says what there is too little of.
    pub fn reserve(&mut self, most: Spend) -> Result<(), Scarce> {
        let after = self.taken.plus(most);
        match after.beyond(self.limit) {
            Some(scarce) => Err(scarce),
            None => {
                self.taken = after;
                Ok(())
            }
        }
    }

    /// Replaces a reservation by what was really paid. A bill above its reservation is entered whole, so that nothing
    /// more is spent.
    pub fn settle(&mut self, reserved: Spend, paid: Spend) {
        self.taken = self.taken.minus(reserved).plus(paid);
    }
}

/// What a model costs, in millionths of the currency per million tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Price {
    pub input_micro_per_million: u64,
    pub output_micro_per_million: u64,
}

impl Price {
    /// What one call costs, rounded up.
    pub fn of(self, input_tokens: u64, output_tokens: u64) -> Spend {
        let part = |tokens: u64, price: u64| tokens.saturating_mul(price).div_ceil(1_000_000);
        Spend {
            tokens: input_tokens.saturating_add(output_tokens),
            cost_micro: part(input_tokens, self.input_micro_per_million)
                .saturating_add(part(output_tokens, self.output_micro_per_million)),
            calls: 1,
        }
    }
}

/// The most tokens that a prompt of so many bytes can count: no tokenizer makes more tokens than bytes, and a wire
/// format adds its own few.
pub fn input_tokens_max(bytes: usize) -> u64 {
    u64::try_from(bytes).unwrap_or(u64::MAX).saturating_add(256)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[derive(Clone, Debug)]
    enum Move {
        Reserve(Spend),
        /// Which open reservation, and which share of it was really paid.
        Settle(usize, u8),
        Doubt(usize),
    }

    fn spend() -> impl Strategy<Value = Spend> {
        (0u64..5_000, 0u64..90_000, 1u64..3).prop_map(|(tokens, cost_micro, calls)| Spend {
            tokens,
            cost_micro,
            calls,
        })
    }

    fn moves() -> impl Strategy<Value = Vec<Move>> {
        let one = prop_oneof![
            spend().prop_map(Move::Reserve),
            (0usize..4, any::<u8>()).prop_map(|(which, share)| Move::Settle(which, share)),
            (0usize..4).prop_map(Move::Doubt),
        ];
        proptest::collection::vec(one, 0..120)
    }

    proptest! {
        /// Whatever is asked in whatever order, with calls open in parallel and calls lost in doubt.
        #[test]
        fn what_is_paid_never_passes_the_limit(limit in spend(), moves in moves()) {
            let limit = Spend { calls: 20, ..limit.plus(limit).plus(limit) };
            let mut budget = Budget::new(limit);
            let (mut open, mut paid) = (Vec::<Spend>::new(), Spend::default());
            for next in moves {
                match next {
                    Move::Reserve(most) => open.extend(budget.reserve(most).is_ok().then_some(most)),
                    Move::Settle(which, share) if !open.is_empty() => {
                        let reserved = open.swap_remove(which % open.len());
                        let part = |most: u64| most * u64::from(share) / 255;
                        let bill = Spend { tokens: part(reserved.tokens), cost_micro: part(reserved.cost_micro), calls: reserved.calls };
                        budget.settle(reserved, bill);
                        paid = paid.plus(bill);
                    }
                    Move::Doubt(which) if !open.is_empty() => {
                        paid = paid.plus(open.swap_remove(which % open.len()));
                    }
                    _ => {}
                }
                prop_assert!(paid.beyond(limit).is_none());
                prop_assert_eq!(budget.taken, open.iter().fold(paid, |sum, one| sum.plus(*one)));
            }
        }

        #[test]
        fn a_reservation_covers_every_bill_within_it(bytes in 0usize..100_000, output in 0u64..4_096, price in (0u64..90_000_000, 0u64..90_000_000)) {
            let price = Price { input_micro_per_million: price.0, output_micro_per_million: price.1 };
            let most = price.of(input_tokens_max(bytes), 4_096);
            prop_assert!(price.of(bytes as u64, output).beyond(most).is_none());
        }
    }

    #[test]
    fn a_bill_above_its_reservation_ends_the_spending() {
        let limit = Spend {
            tokens: 100,
            cost_micro: 100,
            calls: 9,
        };
        let mut budget = Budget::new(limit);
        let most = Spend {
            tokens: 10,
            cost_micro: 10,
            calls: 1,
        };
        budget.reserve(most).unwrap();
        budget.settle(most, Spend { tokens: 500, ..most });
        assert_eq!(budget.reserve(most), Err(Scarce::Tokens));
    }
}
