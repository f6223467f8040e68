//! Numbers as people of a language write them.

use crate::domain::kpi::Unit;
use crate::domain::money::{Money, MoneySum, main_units, minor_digits};

/// Above this a sum of money is written in whole units.
const WHOLE_FROM: f64 = 100.0;

/// The signs between digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Numerals {
    /// Before the fraction.
    pub decimal: String,
    /// Between groups of three.
    pub group: String,
}

impl Numerals {
    /// A number with so many digits behind the sign.
    pub fn number(&self, value: f64, digits: usize) -> String {
        let written = format!("{:.digits$}", value.abs());
        let (whole, fraction) = written.split_once('.').unwrap_or((&written, ""));
        let mut text = String::new();
        if value < 0.0 && written.bytes().any(|digit| (b'1'..=b'9').contains(&digit)) {
            text.push('-');
        }
        for (at, digit) in whole.chars().enumerate() {
            if at > 0 && (whole.len() - at).is_multiple_of(3) {
                text.push_str(&self.group);
            }
            text.push(digit);
        }
        if !fraction.is_empty() {
            text.push_str(&self.decimal);
            text.push_str(fraction);
        }
        text
    }

    /// A bare number: counts whole, the rest with three digits.
    pub fn plain(&self, value: f64) -> String {
        self.number(value, if value.fract() == 0.0 { 0 } else { 3 })
    }

    /// A figure's value in its unit, with the currency where there is one.
    pub fn shown(&self, value: f64, unit: Unit, currency: Option<&str>) -> String {
        match unit {
            Unit::Share => format!("{} %", self.number(value * 100.0, 1)),
            Unit::Seconds if value >= 7200.0 => format!("{} h", self.number(value / 3600.0, 1)),
            Unit::Seconds if value >= 120.0 => format!("{} min", self.number(value / 60.0, 1)),
            Unit::Seconds => format!("{} s", self.number(value, 0)),
            Unit::Minor => {
                let code = currency.unwrap_or_default();
                let amount = self.amount(main_units(value, code), code);
                currency.map_or(amount.clone(), |code| format!("{amount} {code}"))
            }
        }
    }

    /// An amount with its currency.
    pub fn money(&self, money: &Money) -> String {
        let amount = self.amount(money.main_units(), &money.currency);
        format!("{amount} {}", money.currency)
    }

    /// A sum's amounts, one after the other.
    pub fn amounts(&self, sum: &MoneySum) -> String {
        let all: Vec<String> = sum.amounts().iter().map(|money| self.money(money)).collect();
        if all.is_empty() {
            "0".to_owned()
        } else {
            all.join(" + ")
        }
    }

    /// Main units of money without the currency: whole ones, and of little money also its fractions.
    pub fn amount(&self, value: f64, currency: &str) -> String {
        let is_whole = value.fract() == 0.0 || value.abs() >= WHOLE_FROM;
        self.number(value, if is_whole { 0 } else { minor_digits(currency) as usize })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numerals(decimal: &str, group: &str) -> Numerals {
        Numerals {
            decimal: decimal.into(),
            group: group.into(),
        }
    }

    #[test]
    fn each_language_has_its_own_signs() {
        let (english, german) = (numerals(".", ","), numerals(",", "."));
        assert_eq!(english.number(1_234_567.891, 2), "1,234,567.89");
        assert_eq!(german.number(1_234_567.891, 2), "1.234.567,89");
        assert_eq!(
            (german.plain(-1000.0), german.plain(0.5)),
            ("-1.000".into(), "0,500".into())
        );
        assert_eq!(
            (german.number(-0.04, 1), german.number(999.96, 1)),
            ("0,0".into(), "1.000,0".into())
        );
        assert_eq!(german.shown(0.9126, Unit::Share, None), "91,3 %");
        assert_eq!(german.shown(5400.0, Unit::Seconds, None), "90,0 min");
        assert_eq!(german.shown(3_100_000.0, Unit::Minor, Some("EUR")), "31.000 EUR");
        assert_eq!(english.shown(-83.0, Unit::Minor, Some("EUR")), "-0.83 EUR");
        assert_eq!(english.shown(1_234_567.0, Unit::Minor, None), "12,346");
        assert_eq!(german.shown(1_234_567.0, Unit::Minor, Some("JPY")), "1.234.567 JPY");
        assert_eq!(german.shown(1_234.0, Unit::Minor, Some("KWD")), "1,234 KWD");
    }

    #[test]
    fn sums_name_each_currency() {
        let mut sum = MoneySum::default();
        assert_eq!(numerals(",", ".").amounts(&sum), "0");
        sum.add("EUR", 123_400);
        sum.add("USD", 99);
        sum.add("TND", 1_500);
        sum.add("XAF", 99);
        assert_eq!(
            numerals(",", ".").amounts(&sum),
            "1.234 EUR + 1,500 TND + 0,99 USD + 99 XAF"
        );
    }
}
