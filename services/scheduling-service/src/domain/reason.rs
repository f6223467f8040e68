//! A coded statement: a stable code, its parameters, and the English text that says the same.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// Why something is as it is. Applications translate by `code` and `params`; `text` is the English form.
#[derive(Debug, Clone, PartialEq)]
pub struct Reason {
    pub code: Cow<'static, str>,
    pub params: BTreeMap<Cow<'static, str>, Param>,
    pub text: String,
}

/// A parameter's value.
#[derive(Debug, Clone, PartialEq)]
pub enum Param {
    Text(String),
    Integer(i64),
    Number(f64),
    Flag(bool),
}

impl Reason {
    pub fn new(code: &'static str, text: impl Into<String>) -> Self {
        Reason {
            code: Cow::Borrowed(code),
            params: BTreeMap::new(),
            text: text.into(),
        }
    }

    /// Why a visit that was just asked for has no slot.
    pub fn not_tried() -> Self {
        Reason::new("why_not.not_tried", "No slot was looked for yet.")
    }

    /// Adds a parameter.
    pub fn with(mut self, name: &'static str, value: impl Into<Param>) -> Self {
        self.params.insert(Cow::Borrowed(name), value.into());
        self
    }
}

impl From<&str> for Param {
    fn from(value: &str) -> Self {
        Param::Text(value.to_owned())
    }
}

impl From<String> for Param {
    fn from(value: String) -> Self {
        Param::Text(value)
    }
}

impl From<i64> for Param {
    fn from(value: i64) -> Self {
        Param::Integer(value)
    }
}

impl From<f64> for Param {
    fn from(value: f64) -> Self {
        Param::Number(value)
    }
}

impl From<bool> for Param {
    fn from(value: bool) -> Self {
        Param::Flag(value)
    }
}
