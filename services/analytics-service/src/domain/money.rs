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

/// An amount that may be less than a minor unit, in millionths of the currency's main unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MicroMoney {
    pub amount_micro: i64,
    /// ISO 4217 code.
    pub currency: String,
}

/// Minor units of a sum of millionths, rounded once. By ISO 4217 most currencies have hundredths, some none and some thousandths.
pub fn minor_of(amount_micro: i64, currency: &str) -> i64 {
    let micro_per_minor = match currency {
        "CLP" | "ISK" | "JPY" | "KRW" | "PYG" | "VND" => 1_000_000,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 1_000,
        _ => 10_000,
    };
    amount_micro
        .saturating_add(micro_per_minor / 2)
        .div_euclid(micro_per_minor)
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
    fn fractions_of_a_cent_add_up_before_they_are_rounded() {
        assert_eq!(minor_of(4_999, "EUR"), 0);
        assert_eq!(minor_of(5_000, "EUR"), 1);
        assert_eq!(minor_of(3 * 4_999, "EUR"), 1);
        assert_eq!((minor_of(1_500_000, "JPY"), minor_of(1_499, "KWD")), (2, 1));
    }

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
