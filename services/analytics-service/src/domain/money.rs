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

impl Money {
    /// The amount in main units: who reads a file takes 1234 for euros, not for cents.
    pub fn main_units(&self) -> f64 {
        main_units(self.amount_minor as f64, &self.currency)
    }
}

/// Digits of a currency behind the sign, by ISO 4217: most have hundredths, some nothing, some thousandths. What is not known has hundredths.
pub fn minor_digits(currency: &str) -> u32 {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI" | "VND"
        | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "CLF" | "UYW" => 4,
        _ => 2,
    }
}

/// Main units of an amount in minor ones, which may be a fraction.
pub fn main_units(amount_minor: f64, currency: &str) -> f64 {
    amount_minor / f64::from(10_u32.pow(minor_digits(currency)))
}

/// Minor units of a sum of millionths, rounded once.
pub fn minor_of(amount_micro: i64, currency: &str) -> i64 {
    let micro_per_minor = 1_000_000 / 10_i64.pow(minor_digits(currency));
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
        assert_eq!((minor_of(1_500_000, "XAF"), minor_of(149, "CLF")), (2, 1));
    }

    #[test]
    fn main_units_are_those_of_the_currency() {
        let nothing = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
        for currency in nothing.split(' ') {
            let money = Money {
                amount_minor: 123_456,
                currency: currency.to_owned(),
            };
            assert_eq!(money.main_units(), 123_456.0, "{currency}");
            assert_eq!(minor_of(123_456_000_000, currency), 123_456, "{currency}");
        }
        for currency in ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"] {
            assert_eq!(main_units(123_456.0, currency), 123.456, "{currency}");
            assert_eq!(minor_of(123_456_000, currency), 123_456, "{currency}");
        }
        for currency in ["EUR", "USD", "INR", "TZS", "CRC", ""] {
            assert_eq!(main_units(123_456.0, currency), 1_234.56, "{currency}");
            assert_eq!(minor_of(1_234_560_000, currency), 123_456, "{currency}");
        }
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
