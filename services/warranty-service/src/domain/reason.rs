//! A coded text: the code and its parameters are for programs and translations, the English text is for people.

use std::collections::BTreeMap;

/// Why an answer is what it is.
#[derive(Clone, Debug, PartialEq)]
pub struct Reason {
    /// Stable and dotted, such as `warranty.expired.km`.
    pub code: String,
    /// What the text mentions, by name.
    pub params: BTreeMap<String, Param>,
    /// One English sentence.
    pub text: String,
}

/// One parameter of a reason.
#[derive(Clone, Debug, PartialEq)]
pub enum Param {
    /// A word, an id, or a date as `YYYY-MM-DD`.
    Text(String),
    /// A number; its unit stands in the parameter's name.
    Number(f64),
}

impl Reason {
    /// A reason without parameters.
    pub fn new(code: &str, text: impl Into<String>) -> Reason {
        Reason {
            code: code.to_owned(),
            params: BTreeMap::new(),
            text: text.into(),
        }
    }

    /// Adds a text parameter.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Reason {
        self.params.insert(name.to_owned(), Param::Text(value.into()));
        self
    }

    /// Adds a number.
    pub fn with_number(mut self, name: &str, value: f64) -> Reason {
        self.params.insert(name.to_owned(), Param::Number(value));
        self
    }
}
