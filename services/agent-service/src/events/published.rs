//! What this service tells others: the bodies of its events, and how decisions become them.
//!
//! The store keeps a decision's body as it was published, so the types also read it back.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

pub use super::explained::{ESCALATION, Escalation, ExplanationPart, HELD, UsagePart};
use crate::domain::component::Component;
use crate::domain::decision::{Decision, RankedMode};
use crate::domain::reasoning::ReasonedBy;
use crate::domain::revision::Revision;
use crate::domain::severity::{Severity, Urgency};
use crate::domain::values::{self, Value};
use crate::error::Error;

/// Event type of a new decision.
pub const DECISION_MADE: &str = "agent.decision.made";
/// Event type of an amended decision.
pub const DECISION_REVISED: &str = "agent.decision.revised";
/// Version of what has not changed since.
pub const SCHEMA_VERSION: &str = "1.0";
/// `llm_usage` came with 1.1.
pub const REVISED_VERSION: &str = "1.2";

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Reason {
    pub code: String,
    #[serde(default)]
    pub params: BTreeMap<String, serde_json::Value>,
    #[serde(default)]
    pub text: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Money {
    pub amount_minor: i64,
    pub currency: String,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Quantiles {
    pub p05: f64,
    pub p50: f64,
    pub p95: f64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Evidence {
    pub signal: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub observed: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expected: Option<f64>,
    #[serde(default)]
    pub text: String,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Ranked {
    code: String,
    name: String,
    probability: f64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Part {
    part_code: String,
    quantity: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct CostRange {
    low: Money,
    high: Money,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Reasoned {
    #[serde(flatten)]
    reason: Reason,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    evidence: Option<Evidence>,
}

/// Body of `agent.decision.made`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct DecisionMade {
    decision_id: String,
    vehicle_id: String,
    component: String,
    trigger_event_id: String,
    severity: String,
    urgency: String,
    failure_mode: Ranked,
    alternatives: Vec<Ranked>,
    confidence: f64,
    decision: Reason,
    recommended_actions: Vec<Reason>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    safety_warning: Option<Reason>,
    estimated_cost: CostRange,
    labour_hours: f64,
    parts: Vec<Part>,
    required_skill: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rul_km: Option<Quantiles>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    odometer_km: Option<f64>,
    reasoning: Vec<Reasoned>,
    agent_used: String,
    llm_model_used: Option<String>,
    review_required: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    review: Option<Hold>,
}

/// What waits for a person, and why.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Hold {
    holds: Vec<String>,
    because: Vec<String>,
}

impl Hold {
    fn of(because: &[String]) -> Option<Self> {
        (!because.is_empty()).then(|| Self {
            holds: HELD.map(str::to_owned).to_vec(),
            because: because.to_vec(),
        })
    }
}

impl From<&Decision> for DecisionMade {
    fn from(decision: &Decision) -> Self {
        Self {
            decision_id: decision.decision_id.clone(),
            vehicle_id: decision.vehicle_id.clone(),
            component: decision.component.code().to_owned(),
            trigger_event_id: decision.trigger_event_id.clone(),
            severity: decision.severity.code().to_owned(),
            urgency: decision.urgency.code().to_owned(),
            failure_mode: (&decision.failure_mode).into(),
            alternatives: decision.alternatives.iter().map(Ranked::from).collect(),
            confidence: decision.confidence,
            decision: (&decision.decision).into(),
            recommended_actions: decision.recommended_actions.iter().map(Reason::from).collect(),
            safety_warning: decision.safety_warning.as_ref().map(Reason::from),
            estimated_cost: CostRange {
                low: (&decision.cost_low).into(),
                high: (&decision.cost_high).into(),
            },
            labour_hours: decision.labour_hours,
            parts: decision.parts.iter().map(Part::from).collect(),
            required_skill: decision.required_skill.clone(),
            rul_km: decision.rul_km.map(Quantiles::from),
            odometer_km: decision.odometer_km,
            reasoning: decision.reasoning.iter().map(Reasoned::from).collect(),
            agent_used: decision.agent_used.clone(),
            llm_model_used: decision.llm_model_used.clone(),
            review_required: decision.review_required,
            review: Hold::of(&decision.review_because),
        }
    }
}

impl DecisionMade {
    /// The decision that this body was made from. `decided_for` (event time) and `historical` stand in the envelope.
    pub fn into_domain(self, decided_for: DateTime<Utc>, historical: bool) -> Result<Decision, Error> {
        let unknown = |what, value: &str| Error::StoredValueUnknown {
            what,
            value: value.to_owned(),
        };
        Ok(Decision {
            component: Component::from_code(&self.component).ok_or_else(|| unknown("component", &self.component))?,
            severity: Severity::from_code(&self.severity).ok_or_else(|| unknown("severity", &self.severity))?,
            urgency: Urgency::from_code(&self.urgency).ok_or_else(|| unknown("urgency", &self.urgency))?,
            decision_id: self.decision_id,
            vehicle_id: self.vehicle_id,
            trigger_event_id: self.trigger_event_id,
            failure_mode: self.failure_mode.into(),
            alternatives: self.alternatives.into_iter().map(RankedMode::from).collect(),
            confidence: self.confidence,
            decision: self.decision.into(),
            recommended_actions: self.recommended_actions.into_iter().map(values::Reason::from).collect(),
            safety_warning: self.safety_warning.map(values::Reason::from),
            cost_low: self.estimated_cost.low.into(),
            cost_high: self.estimated_cost.high.into(),
            labour_hours: self.labour_hours,
            parts: self.parts.into_iter().map(values::PartQuantity::from).collect(),
            required_skill: self.required_skill,
            rul_km: self.rul_km.map(values::Quantiles::from),
            odometer_km: self.odometer_km,
            reasoning: self.reasoning.into_iter().map(ReasonedBy::from).collect(),
            agent_used: self.agent_used,
            llm_model_used: self.llm_model_used,
            review_required: self.review_required,
            review_because: self.review.map(|hold| hold.because).unwrap_or_default(),
            decided_for,
            historical,
        })
    }
}

/// Body of `agent.decision.revised`.
#[derive(Clone, Debug, Serialize)]
pub struct DecisionRevised {
    decision_id: String,
    vehicle_id: String,
    component: String,
    revision: i64,
    what: Reason,
    #[serde(skip_serializing_if = "Option::is_none")]
    warranty: Option<WarrantyPart>,
    #[serde(skip_serializing_if = "Option::is_none")]
    review: Option<ReviewPart>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<OutcomePart>,
    #[serde(skip_serializing_if = "Option::is_none")]
    explanation: Option<ExplanationPart>,
    /// What the models were used for, beside their explanation.
    #[serde(skip_serializing_if = "Option::is_none")]
    llm_usage: Option<UsagePart>,
    /// A review was opened by this revision.
    #[serde(skip_serializing_if = "Option::is_none")]
    hold: Option<Hold>,
    #[serde(skip_serializing_if = "Option::is_none")]
    recovery: Option<RecoveryPart>,
}

#[derive(Clone, Debug, Serialize)]
struct RecoveryPart {
    since: String,
    repaired: bool,
}

#[derive(Clone, Debug, Serialize)]
struct WarrantyPart {
    covered: bool,
    reason: Reason,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage_id: Option<String>,
}

#[derive(Clone, Debug, Serialize)]
struct ReviewPart {
    verdict: &'static str,
}

#[derive(Clone, Debug, Serialize)]
struct OutcomePart {
    verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    appointment_id: Option<String>,
}

impl DecisionRevised {
    /// The body that tells one revision of a decision.
    pub fn new(decision: &Decision, number: i64, revision: &Revision) -> Self {
        let held = ["review.disagreement".to_owned()];
        let mut body = Self {
            decision_id: decision.decision_id.clone(),
            vehicle_id: decision.vehicle_id.clone(),
            component: decision.component.code().to_owned(),
            revision: number,
            what: (&revision.what()).into(),
            warranty: None,
            review: None,
            outcome: None,
            explanation: None,
            llm_usage: None,
            hold: None,
            recovery: None,
        };
        match revision {
            Revision::Warranty(warranty) => {
                let reason = (&warranty.reason).into();
                let coverage_id = warranty.coverage_id.clone();
                body.warranty = Some(WarrantyPart {
                    covered: warranty.covered,
                    reason,
                    coverage_id,
                });
            }
            Revision::Review(verdict) => {
                body.review = Some(ReviewPart {
                    verdict: verdict.code(),
                })
            }
            Revision::Explanation(explanation, usage) => {
                let opens = explanation.disagrees && !decision.review_required && !decision.historical;
                body.explanation = Some(explanation.into());
                body.llm_usage = Some(usage.into());
                body.hold = Hold::of(if opens { &held } else { &[] });
            }
            Revision::Outcome {
                verdict,
                appointment_id,
                ..
            } => {
                body.outcome = Some(OutcomePart {
                    verdict: verdict.code(),
                    appointment_id: appointment_id.clone(),
                });
            }
            Revision::Recovery(recovery) => {
                body.recovery = Some(RecoveryPart {
                    since: chassis::rfc3339(recovery.since),
                    repaired: recovery.repaired,
                });
            }
        }
        body
    }
}

/// A domain value as JSON. A number that JSON cannot hold becomes null.
pub fn json(value: &Value) -> serde_json::Value {
    match value {
        Value::Text(text) => text.as_str().into(),
        Value::Number(number) => (*number).into(),
        Value::Flag(flag) => (*flag).into(),
        Value::List(items) => items.iter().map(json).collect(),
        Value::Map(entries) => entries
            .iter()
            .map(|(name, value)| (name.clone(), json(value)))
            .collect(),
    }
}

/// JSON as a domain value. Null has no counterpart and becomes an empty text.
pub fn value(json: &serde_json::Value) -> Value {
    match json {
        serde_json::Value::Null => Value::Text(String::new()),
        serde_json::Value::Bool(flag) => Value::Flag(*flag),
        serde_json::Value::Number(number) => Value::Number(number.as_f64().unwrap_or_default()),
        serde_json::Value::String(text) => Value::Text(text.clone()),
        serde_json::Value::Array(items) => Value::List(items.iter().map(value).collect()),
        serde_json::Value::Object(entries) => {
            Value::Map(entries.iter().map(|(name, json)| (name.clone(), value(json))).collect())
        }
    }
}

impl From<&values::Reason> for Reason {
    fn from(reason: &values::Reason) -> Self {
        let params = reason
            .params
            .iter()
            .map(|(name, value)| (name.clone(), json(value)))
            .collect();
        Self {
            code: reason.code.clone(),
            params,
            text: reason.text.clone(),
        }
    }
}

impl From<Reason> for values::Reason {
    fn from(reason: Reason) -> Self {
        let params = reason
            .params
            .iter()
            .map(|(name, json)| (name.clone(), value(json)))
            .collect();
        Self {
            code: reason.code,
            params,
            text: reason.text,
        }
    }
}

impl From<&values::Money> for Money {
    fn from(money: &values::Money) -> Self {
        Self {
            amount_minor: money.amount_minor,
            currency: money.currency.clone(),
        }
    }
}

impl From<Money> for values::Money {
    fn from(money: Money) -> Self {
        Self {
            amount_minor: money.amount_minor,
            currency: money.currency,
        }
    }
}

impl From<values::Quantiles> for Quantiles {
    fn from(quantiles: values::Quantiles) -> Self {
        Self {
            p05: quantiles.p05,
            p50: quantiles.p50,
            p95: quantiles.p95,
        }
    }
}

impl From<Quantiles> for values::Quantiles {
    fn from(quantiles: Quantiles) -> Self {
        Self {
            p05: quantiles.p05,
            p50: quantiles.p50,
            p95: quantiles.p95,
        }
    }
}

impl From<&values::Evidence> for Evidence {
    fn from(evidence: &values::Evidence) -> Self {
        Self {
            signal: evidence.signal.clone(),
            unit: evidence.unit.clone(),
            from: evidence.from,
            to: evidence.to,
            observed: evidence.observed,
            expected: evidence.expected,
            text: evidence.text.clone(),
        }
    }
}

impl From<Evidence> for values::Evidence {
    fn from(evidence: Evidence) -> Self {
        Self {
            signal: evidence.signal,
            unit: evidence.unit,
            from: evidence.from,
            to: evidence.to,
            observed: evidence.observed,
            expected: evidence.expected,
            text: evidence.text,
        }
    }
}

impl From<&RankedMode> for Ranked {
    fn from(mode: &RankedMode) -> Self {
        Self {
            code: mode.code.clone(),
            name: mode.name.clone(),
            probability: mode.probability,
        }
    }
}

impl From<Ranked> for RankedMode {
    fn from(mode: Ranked) -> Self {
        Self {
            code: mode.code,
            name: mode.name,
            probability: mode.probability,
        }
    }
}

impl From<&values::PartQuantity> for Part {
    fn from(part: &values::PartQuantity) -> Self {
        Self {
            part_code: part.part_code.clone(),
            quantity: part.quantity,
        }
    }
}

impl From<Part> for values::PartQuantity {
    fn from(part: Part) -> Self {
        Self {
            part_code: part.part_code,
            quantity: part.quantity,
        }
    }
}

impl From<&ReasonedBy> for Reasoned {
    fn from(reasoned: &ReasonedBy) -> Self {
        Self {
            reason: (&reasoned.reason).into(),
            evidence: reasoned.evidence.as_ref().map(Evidence::from),
        }
    }
}

impl From<Reasoned> for ReasonedBy {
    fn from(reasoned: Reasoned) -> Self {
        Self {
            reason: reasoned.reason.into(),
            evidence: reasoned.evidence.map(values::Evidence::from),
        }
    }
}
