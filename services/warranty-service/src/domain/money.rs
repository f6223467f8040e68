//! Money as integer minor units of one ISO 4217 currency: sums never meet a floating point.

/// An amount such as 12000 cents of EUR.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Money {
    /// Minor units (cents), never negative.
    pub amount_minor: i64,
    /// Three capital letters, ISO 4217.
    pub currency: String,
}

/// No repair of a vehicle costs ten thousand million euros, and sums of many such amounts must not overflow.
pub const AMOUNT_MINOR_MAX: i64 = 1_000_000_000_000;

/// What can be wrong with an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MoneyFault {
    /// Below zero: a claim never asks for a negative amount.
    Negative,
    /// Above [`AMOUNT_MINOR_MAX`].
    TooMuch,
    /// Not three capital letters.
    Currency,
}

impl Money {
    /// Builds an amount, or says what is wrong with it.
    pub fn new(amount_minor: i64, currency: &str) -> Result<Money, MoneyFault> {
        if amount_minor < 0 {
            return Err(MoneyFault::Negative);
        }
        if amount_minor > AMOUNT_MINOR_MAX {
            return Err(MoneyFault::TooMuch);
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
        assert_eq!(Money::new(i64::MAX, "EUR"), Err(MoneyFault::TooMuch));
        assert!(Money::new(AMOUNT_MINOR_MAX, "EUR").is_ok());
        for currency in ["", "eur", "EURO", "E1R", "€"] {
            assert_eq!(Money::new(1, currency), Err(MoneyFault::Currency), "{currency}");
        }
        assert_eq!(Money::new(0, "EUR").map(|money| money.amount_minor), Ok(0));
    }
}
