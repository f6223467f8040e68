//! Shapes that several bodies share.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::decision::RankedMode;
use crate::domain::reasoning::ReasonedBy;
use crate::domain::values::{self, Value};

/// A text with a code and parameters, so that a client can translate it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Reason {
    pub code: String,
    #[schema(value_type = Object)]
    pub params: serde_json::Map<String, serde_json::Value>,
    pub text: String,
}

/// An amount in the currency's minor unit.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Money {
    pub amount_minor: i64,
    pub currency: String,
}

/// From the lowest to the highest plausible cost.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct CostRange {
    pub low: Money,
    pub high: Money,
}

/// 5 %, 50 % and 95 % quantiles.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Quantiles {
    pub p05: f64,
    pub p50: f64,
    pub p95: f64,
}

/// What was observed on one signal between two instants.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct Evidence {
    pub signal: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub observed: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<f64>,
    #[serde(default)]
    pub text: String,
}

/// A cause with its probability.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct FailureMode {
    pub code: String,
    pub name: String,
    pub probability: f64,
}

/// How many of one part the repair takes.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Part {
    pub part_code: String,
    pub quantity: u32,
}

/// A reason with the evidence that it rests on.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Reasoning {
    #[serde(flatten)]
    pub reason: Reason,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<Evidence>,
}

/// A domain value as JSON. A number that JSON cannot hold becomes null.
pub(super) fn json(value: Value) -> serde_json::Value {
    match value {
        Value::Text(text) => text.into(),
        Value::Number(number) => number.into(),
        Value::Flag(flag) => flag.into(),
        Value::List(items) => items.into_iter().map(json).collect(),
        Value::Map(entries) => entries.into_iter().map(|(name, value)| (name, json(value))).collect(),
    }
}

/// What the domain and the wire write alike.
macro_rules! written_alike {
    ($($from:ty => $to:ty { $($field:ident),+ })+) => {
        $(impl From<$from> for $to {
            fn from(from: $from) -> Self {
                Self { $($field: from.$field),+ }
            }
        })+
    };
}

written_alike! {
    values::Money => Money { amount_minor, currency }
    values::Quantiles => Quantiles { p05, p50, p95 }
    values::Evidence => Evidence { signal, unit, from, to, observed, expected, text }
    Evidence => values::Evidence { signal, unit, from, to, observed, expected, text }
    values::PartQuantity => Part { part_code, quantity }
    RankedMode => FailureMode { code, name, probability }
}

impl From<values::Reason> for Reason {
    fn from(reason: values::Reason) -> Self {
        let param = |(name, value): (String, Value)| (name, json(value));
        Self {
            code: reason.code,
            params: reason.params.into_iter().map(param).collect(),
            text: reason.text,
        }
    }
}

impl From<ReasonedBy> for Reasoning {
    fn from(reasoned: ReasonedBy) -> Self {
        Self {
            reason: reasoned.reason.into(),
            evidence: reasoned.evidence.map(Evidence::from),
        }
    }
}
