//! Parts on a shelf: what is there, what is promised to visits, and what a finished visit leaves.
//!
//! The rule of this module: what is promised from the shelf never exceeds what lies on it.

/// One part at one centre.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stock {
    on_hand: i64,
    reserved: i64,
}

/// Where a visit's part comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Promised from the shelf.
    Stock,
    /// Ordered for the visit; it arrives within the lead time.
    Order,
}

impl Stock {
    /// Refuses a stock in which more is promised than there is.
    pub fn new(on_hand: i64, reserved: i64) -> Option<Self> {
        (0 <= reserved && reserved <= on_hand).then_some(Stock { on_hand, reserved })
    }

    pub fn on_hand(self) -> i64 {
        self.on_hand
    }

    pub fn reserved(self) -> i64 {
        self.reserved
    }

    pub fn free(self) -> i64 {
        self.on_hand - self.reserved
    }

    /// Promises `quantity` from the shelf, if that much is free.
    pub fn reserve(self, quantity: i64) -> Option<Self> {
        (quantity > 0 && quantity <= self.free()).then_some(Stock {
            reserved: self.reserved + quantity,
            ..self
        })
    }

    /// Takes a promise back.
    pub fn release(self, quantity: i64) -> Self {
        Stock {
            reserved: (self.reserved - quantity.max(0)).max(0),
            ..self
        }
    }

    /// What is left when a visit, whose own promise has been released, used `used` parts of which `ordered` had come
    /// for it. Also says how many promises to other visits the shelf can no longer keep; those must be ordered.
    pub fn consume(self, used: i64, ordered: i64) -> (Self, i64) {
        let on_hand = (self.on_hand + ordered.max(0) - used.max(0)).max(0);
        let broken = (self.reserved - on_hand).max(0);
        (
            Stock {
                on_hand,
                reserved: self.reserved - broken,
            },
            broken,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn using_more_than_reserved_breaks_other_promises_openly() {
        let stock = Stock::new(5, 4).unwrap();
        let (after, broken) = stock.consume(3, 0);
        assert_eq!((after.on_hand(), after.reserved(), broken), (2, 2, 2));
        let (after, broken) = stock.consume(0, 2);
        assert_eq!((after.on_hand(), after.reserved(), broken), (7, 4, 0));
    }

    #[derive(Debug, Clone)]
    enum Step {
        Reserve(i64),
        Release(i64),
        Consume(i64, i64),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            (-3i64..20).prop_map(Step::Reserve),
            (-3i64..20).prop_map(Step::Release),
            (-3i64..20, -3i64..20).prop_map(|(used, ordered)| Step::Consume(used, ordered)),
        ]
    }

    proptest! {
        #[test]
        fn promises_never_exceed_the_shelf(on_hand in 0i64..50, steps in proptest::collection::vec(step(), 0..40)) {
            let mut stock = Stock::new(on_hand, 0).unwrap();
            for step in steps {
                stock = match step {
                    Step::Reserve(quantity) => stock.reserve(quantity).unwrap_or(stock),
                    Step::Release(quantity) => stock.release(quantity),
                    Step::Consume(used, ordered) => stock.consume(used, ordered).0,
                };
                prop_assert!(0 <= stock.reserved() && stock.reserved() <= stock.on_hand(), "{stock:?}");
            }
        }
    }
}
