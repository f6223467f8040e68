//! Small values that decisions are made of: coded texts, money, quantiles, evidence.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

/// A free-form value, for parameters of texts and outputs of steps.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Text(String),
    Number(f64),
    Flag(bool),
    List(Vec<Value>),
    Map(BTreeMap<String, Value>),
}

impl Value {
    /// A map of named values.
    pub fn map<const N: usize>(entries: [(&str, Value); N]) -> Self {
        Self::Map(
            entries
                .into_iter()
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        )
    }

    /// A list of texts.
    pub fn texts<'a>(items: impl IntoIterator<Item = &'a str>) -> Self {
        Self::List(items.into_iter().map(Value::from).collect())
    }
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<f64> for Value {
    fn from(number: f64) -> Self {
        Self::Number(number)
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

/// A text with a code and parameters, so that a client can translate it; `text` is the English wording.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    pub code: String,
    pub params: BTreeMap<String, Value>,
    pub text: String,
}

impl Reason {
    /// A coded text with parameters.
    pub fn new<const N: usize>(code: &str, params: [(&str, Value); N], text: impl Into<String>) -> Self {
        let params = params
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect();
        Self {
            code: code.to_owned(),
            params,
            text: text.into(),
        }
    }
}

/// An amount in the currency's minor unit (cents) with its ISO 4217 code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Money {
    pub amount_minor: i64,
    pub currency: String,
}

/// 5 %, 50 % and 95 % quantiles of one distribution.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantiles {
    pub p05: f64,
    pub p50: f64,
    pub p95: f64,
}

/// What was observed on one signal between two instants, in the signal's own unit.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    pub signal: String,
    pub unit: Option<String>,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub observed: f64,
    pub expected: Option<f64>,
    pub text: String,
}

/// How many of one part a repair takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartQuantity {
    pub part_code: String,
    pub quantity: u32,
}

/// Rounds a probability or a factor for texts and events: more digits would claim what is not known.
pub fn rounded(value: f64) -> f64 {
    (value * 10_000.0).round() / 10_000.0
}
