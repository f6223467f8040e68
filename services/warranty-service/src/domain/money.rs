//! Money as integer minor units of one ISO 4217 currency: sums never meet a floating point.

/// An amount such as 12000 cents of EUR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Money {
    /// Minor units (cents), never negative.
    pub amount_minor: i64,
    /// Three capital letters, ISO 4217.
    pub currency: String,
}

/// What can be wrong with an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoneyFault {
    /// Below zero: a claim never asks for a negative amount.
    Negative,
    /// Not three capital letters.
    Currency,
}

impl Money {
    /// Builds an amount, or says what is wrong with it.
    pub fn new(amount_minor: i64, currency: &str) -> Result<Money, MoneyFault> {
        if amount_minor < 0 {
            return Err(MoneyFault::Negative);
        }
        if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
            return Err(MoneyFault::Currency);
        }
        Ok(Money {
            amount_minor,
            currency: currency.to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_not_negative_and_names_its_currency() {
        assert_eq!(Money::new(-1, "EUR"), Err(MoneyFault::Negative));
        for currency in ["", "eur", "EURO", "E1R", "€"] {
            assert_eq!(Money::new(1, currency), Err(MoneyFault::Currency), "{currency}");
        }
        assert_eq!(Money::new(0, "EUR").map(|money| money.amount_minor), Ok(0));
    }
}
