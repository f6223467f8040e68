//! What an alert says: coded texts, costs, parts and remaining life, as the decision gave them.

use std::collections::BTreeMap;

/// A parameter of a coded text.
#[derive(Clone, Debug, PartialEq)]
pub enum Param {
    Integer(i64),
    Number(f64),
    Flag(bool),
    Text(String),
}

impl std::fmt::Display for Param {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Integer(number) => write!(formatter, "{number}"),
            Self::Number(number) => write!(formatter, "{number}"),
            Self::Flag(flag) => write!(formatter, "{flag}"),
            Self::Text(text) => formatter.write_str(text),
        }
    }
}

/// A text that programs read by its code and people by its English form.
#[derive(Clone, Debug, PartialEq)]
pub struct CodedText {
    pub code: String,
    pub params: BTreeMap<String, Param>,
    pub text: String,
}

/// Money in minor units of an ISO 4217 currency.
#[derive(Clone, Debug, PartialEq)]
pub struct Money {
    pub amount_minor: i64,
    pub currency: String,
}

/// The 5, 50 and 95 % quantiles of an estimate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantiles {
    pub p05: f64,
    pub p50: f64,
    pub p95: f64,
}

/// What is most likely broken.
#[derive(Clone, Debug, PartialEq)]
pub struct FailureMode {
    pub code: String,
    pub name: String,
    /// 0 to 1.
    pub probability: f64,
}

/// A part that the repair needs.
#[derive(Clone, Debug, PartialEq)]
pub struct PartNeed {
    pub part_code: String,
    pub quantity: i64,
}

/// What waits for a person's word on the decision, and why: codes of the agent service.
#[derive(Clone, Debug, PartialEq)]
pub struct Hold {
    pub holds: Vec<String>,
    pub because: Vec<String>,
}

/// What an alert says beside its key facts.
#[derive(Clone, Debug, PartialEq)]
pub struct Content {
    pub title: CodedText,
    pub failure_mode: FailureMode,
    pub reasoning: Vec<CodedText>,
    pub recommended_actions: Vec<CodedText>,
    pub safety_warning: Option<CodedText>,
    pub cost_low: Money,
    pub cost_high: Money,
    pub labour_hours: f64,
    pub parts: Vec<PartNeed>,
    pub required_skill: String,
    pub rul_km: Option<Quantiles>,
    pub odometer_km: Option<f64>,
    /// The warning itself never waits.
    pub review: Option<Hold>,
}

/// The title of an alert: component and most likely failure.
pub fn title(component: &str, failure_mode: &FailureMode) -> CodedText {
    let params = BTreeMap::from([
        ("component".to_owned(), Param::Text(component.to_owned())),
        ("failure_mode".to_owned(), Param::Text(failure_mode.code.clone())),
    ]);
    CodedText {
        code: "alert.title".to_owned(),
        params,
        text: format!("{component}: {}", failure_mode.name),
    }
}
