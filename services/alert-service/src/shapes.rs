//! The JSON forms of the values that our events, rows and responses repeat, with their conversions to the domain.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::domain::content;

/// A coded text: the code and its parameters are what programs use, the text is its English form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    pub code: String,
    #[serde(default)]
    #[schema(value_type = Object)]
    pub params: Map<String, Value>,
    #[serde(default)]
    pub text: String,
}

/// Money in minor units of an ISO 4217 currency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Money {
    pub amount_minor: i64,
    pub currency: String,
}

/// A range of costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CostRange {
    pub low: Money,
    pub high: Money,
}

/// The 5, 50 and 95 % quantiles of an estimate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Quantiles {
    pub p05: f64,
    pub p50: f64,
    pub p95: f64,
}

/// What is most likely broken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct FailureMode {
    pub code: String,
    pub name: String,
    /// 0 to 1.
    pub probability: f64,
}

/// A part that the repair needs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct PartNeed {
    pub part_code: String,
    pub quantity: i64,
}

/// What waits for a person's word on the decision, and why. The warning itself never waits.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Hold {
    /// `booking`, `claim`, `parts`.
    pub holds: Vec<String>,
    #[serde(default)]
    pub because: Vec<String>,
}

impl From<&content::Hold> for Hold {
    fn from(hold: &content::Hold) -> Self {
        Self {
            holds: hold.holds.clone(),
            because: hold.because.clone(),
        }
    }
}

impl From<Hold> for content::Hold {
    fn from(shape: Hold) -> Self {
        Self {
            holds: shape.holds,
            because: shape.because,
        }
    }
}

/// What an alert says beside its key facts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct Content {
    pub title: Reason,
    pub failure_mode: FailureMode,
    #[serde(default)]
    pub reasoning: Vec<Reason>,
    pub recommended_actions: Vec<Reason>,
    pub safety_warning: Option<Reason>,
    pub estimated_cost: CostRange,
    pub labour_hours: f64,
    pub parts: Vec<PartNeed>,
    pub required_skill: String,
    pub rul_km: Option<Quantiles>,
    pub odometer_km: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review: Option<Hold>,
}

fn param_to_value(param: &content::Param) -> Value {
    match param {
        content::Param::Integer(number) => Value::from(*number),
        content::Param::Number(number) => Value::from(*number),
        content::Param::Flag(flag) => Value::from(*flag),
        content::Param::Text(text) => Value::from(text.clone()),
    }
}

fn value_to_param(value: Value) -> content::Param {
    match value {
        Value::Bool(flag) => content::Param::Flag(flag),
        Value::String(text) => content::Param::Text(text),
        Value::Number(number) => match (number.as_i64(), number.as_f64()) {
            (Some(integer), _) => content::Param::Integer(integer),
            (None, Some(float)) => content::Param::Number(float),
            (None, None) => content::Param::Text(number.to_string()),
        },
        // Nested parameters are not part of the contract; they are carried as their JSON text.
        other => content::Param::Text(other.to_string()),
    }
}

impl From<&content::CodedText> for Reason {
    fn from(coded: &content::CodedText) -> Self {
        let params = coded
            .params
            .iter()
            .map(|(name, value)| (name.clone(), param_to_value(value)))
            .collect();
        Self {
            code: coded.code.clone(),
            params,
            text: coded.text.clone(),
        }
    }
}

impl From<Reason> for content::CodedText {
    fn from(reason: Reason) -> Self {
        let params: BTreeMap<_, _> = reason
            .params
            .into_iter()
            .map(|(name, value)| (name, value_to_param(value)))
            .collect();
        Self {
            code: reason.code,
            params,
            text: reason.text,
        }
    }
}

impl From<&content::Money> for Money {
    fn from(money: &content::Money) -> Self {
        Self {
            amount_minor: money.amount_minor,
            currency: money.currency.clone(),
        }
    }
}

impl From<Money> for content::Money {
    fn from(money: Money) -> Self {
        Self {
            amount_minor: money.amount_minor,
            currency: money.currency,
        }
    }
}

impl From<&content::Quantiles> for Quantiles {
    fn from(quantiles: &content::Quantiles) -> Self {
        Self {
            p05: quantiles.p05,
            p50: quantiles.p50,
            p95: quantiles.p95,
        }
    }
}

impl From<Quantiles> for content::Quantiles {
    fn from(quantiles: Quantiles) -> Self {
        Self {
            p05: quantiles.p05,
            p50: quantiles.p50,
            p95: quantiles.p95,
        }
    }
}

impl From<&content::FailureMode> for FailureMode {
    fn from(mode: &content::FailureMode) -> Self {
        Self {
            code: mode.code.clone(),
            name: mode.name.clone(),
            probability: mode.probability,
        }
    }
}

impl From<FailureMode> for content::FailureMode {
    fn from(mode: FailureMode) -> Self {
        Self {
            code: mode.code,
            name: mode.name,
            probability: mode.probability,
        }
    }
}

impl From<&content::PartNeed> for PartNeed {
    fn from(part: &content::PartNeed) -> Self {
        Self {
            part_code: part.part_code.clone(),
            quantity: part.quantity,
        }
    }
}

impl From<PartNeed> for content::PartNeed {
    fn from(part: PartNeed) -> Self {
        Self {
            part_code: part.part_code,
            quantity: part.quantity,
        }
    }
}

impl From<&content::Content> for Content {
    fn from(content: &content::Content) -> Self {
        Self {
            title: (&content.title).into(),
            failure_mode: (&content.failure_mode).into(),
            reasoning: content.reasoning.iter().map(Into::into).collect(),
            recommended_actions: content.recommended_actions.iter().map(Into::into).collect(),
            safety_warning: content.safety_warning.as_ref().map(Into::into),
            estimated_cost: CostRange {
                low: (&content.cost_low).into(),
                high: (&content.cost_high).into(),
            },
            labour_hours: content.labour_hours,
            parts: content.parts.iter().map(Into::into).collect(),
            required_skill: content.required_skill.clone(),
            rul_km: content.rul_km.as_ref().map(Into::into),
            odometer_km: content.odometer_km,
            review: content.review.as_ref().map(Into::into),
        }
    }
}

impl From<Content> for content::Content {
    fn from(shape: Content) -> Self {
        Self {
            title: shape.title.into(),
            failure_mode: shape.failure_mode.into(),
            reasoning: shape.reasoning.into_iter().map(Into::into).collect(),
            recommended_actions: shape.recommended_actions.into_iter().map(Into::into).collect(),
            safety_warning: shape.safety_warning.map(Into::into),
            cost_low: shape.estimated_cost.low.into(),
            cost_high: shape.estimated_cost.high.into(),
            labour_hours: shape.labour_hours,
            parts: shape.parts.into_iter().map(Into::into).collect(),
            required_skill: shape.required_skill,
            rul_km: shape.rul_km.map(Into::into),
            odometer_km: shape.odometer_km,
            review: shape.review.map(Into::into),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_keep_their_types() {
        let json = serde_json::json!({"code": "c", "params": {"n": 3, "x": 1.5, "t": "a", "f": true}, "text": "T"});
        let reason: Reason = serde_json::from_value(json.clone()).unwrap();
        let coded: content::CodedText = reason.into();
        assert_eq!(serde_json::to_value(Reason::from(&coded)).unwrap(), json);
    }
}
