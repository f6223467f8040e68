//! Money as integer minor units of a named currency, and sums that never mix currencies.

use std::collections::BTreeMap;

/// An amount in minor units (cents) of an ISO 4217 currency.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Money {
    /// Minor units; negative where money came back.
    pub amount_minor: i64,
    /// ISO 4217 code, such as `EUR`.
    pub currency: String,
}

/// A sum that keeps one amount for each currency.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MoneySum(BTreeMap<String, i64>);

impl MoneySum {
    /// Adds an amount to its currency's sum; stops at the ends of the number range instead of wrapping.
    pub fn add(&mut self, currency: &str, amount_minor: i64) {
        let sum = self.0.entry(currency.to_owned()).or_insert(0);
        *sum = sum.saturating_add(amount_minor);
    }

    /// The sums, ordered by currency code.
    pub fn amounts(&self) -> Vec<Money> {
        let of = |(currency, amount_minor): (&String, &i64)| Money {
            amount_minor: *amount_minor,
            currency: currency.clone(),
        };
        self.0.iter().map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn currencies_are_never_mixed() {
        let mut sum = MoneySum::default();
        sum.add("EUR", 100);
        sum.add("USD", 7);
        sum.add("EUR", -30);
        let amounts: Vec<_> = sum
            .amounts()
            .into_iter()
            .map(|m| (m.currency, m.amount_minor))
            .collect();
        assert_eq!(amounts, [("EUR".to_owned(), 70), ("USD".to_owned(), 7)]);
    }
}
