//! Bodies of answers, apart from the domain so that either can change alone. Requests are in `requests`.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::decision::RankedMode;
use crate::domain::reasoning::ReasonedBy;
use crate::domain::record::{self, DecisionRecord, JournalEntry};
use crate::domain::review::ReviewVerdict;
use crate::domain::values::{self, Value};
use crate::use_cases::Overview;

/// A text with a code and parameters, so that a client can translate it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Reason {
    pub(super) code: String,
    #[schema(value_type = Object)]
    pub(super) params: serde_json::Map<String, serde_json::Value>,
    pub(super) text: String,
}

/// An amount in the currency's minor unit.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Money {
    pub(super) amount_minor: i64,
    pub(super) currency: String,
}

/// From the lowest to the highest plausible cost.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CostRange {
    pub(super) low: Money,
    pub(super) high: Money,
}

/// 5 %, 50 % and 95 % quantiles.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Quantiles {
    pub p05: f64,
    pub p50: f64,
    pub p95: f64,
}

/// What was observed on one signal between two instants.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Evidence {
    pub(super) signal: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) unit: Option<String>,
    pub(super) from: DateTime<Utc>,
    pub(super) to: DateTime<Utc>,
    pub(super) observed: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) expected: Option<f64>,
    #[serde(default)]
    pub(super) text: String,
}

/// A cause with its probability.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct FailureMode {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) probability: f64,
}

/// How many of one part the repair takes.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Part {
    pub(super) part_code: String,
    pub(super) quantity: u32,
}

/// A reason with the evidence that it rests on.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Reasoning {
    #[serde(flatten)]
    pub(super) reason: Reason,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) evidence: Option<Evidence>,
}

/// What the warranty says about the repair.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Warranty {
    pub(super) covered: bool,
    pub(super) reason: Reason,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) coverage_id: Option<String>,
}

/// What was found in the end.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Outcome {
    /// CONFIRMED, OTHER_CAUSE or NOT_FOUND.
    pub(super) verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) failure_mode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) appointment_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) told_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) note: Option<String>,
    pub(super) found_at: DateTime<Utc>,
}

/// A decision with what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Decision {
    pub(super) decision_id: String,
    pub(super) vehicle_id: String,
    pub(super) component: &'static str,
    pub(super) agent_used: String,
    pub(super) decision: Reason,
    pub(super) severity: &'static str,
    pub(super) urgency: &'static str,
    pub(super) failure_mode: FailureMode,
    pub(super) alternatives: Vec<FailureMode>,
    pub(super) confidence: f64,
    pub(super) reasoning: Vec<Reasoning>,
    pub(super) recommended_actions: Vec<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) safety_warning: Option<Reason>,
    pub(super) estimated_cost: CostRange,
    pub(super) labour_hours: f64,
    pub(super) parts: Vec<Part>,
    pub(super) required_skill: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) rul_km: Option<Quantiles>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) odometer_km: Option<f64>,
    /// Null when the rules decided alone.
    pub(super) llm_model_used: Option<String>,
    pub(super) review_required: bool,
    pub(super) trigger_event_id: String,
    /// How many further triggers it covers.
    pub(super) repeats: i64,
    /// OPEN, SUPERSEDED or CLOSED.
    pub(super) status: &'static str,
    /// How often it was amended.
    pub(super) revision: i64,
    /// When what it is about was true.
    pub(super) decided_for: DateTime<Utc>,
    pub(super) recorded_at: DateTime<Utc>,
    /// True when it is about the past, so that nobody was disturbed.
    pub(super) historical: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) warranty: Option<Warranty>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) outcome: Option<Outcome>,
}

/// One journaled step.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Step {
    pub(super) position: i64,
    pub(super) step: String,
    pub(super) started_at: DateTime<Utc>,
    pub(super) finished_at: DateTime<Utc>,
    /// What the step found.
    #[schema(value_type = Object)]
    pub(super) output: serde_json::Value,
}

/// The steps of one decision in order.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Steps {
    pub(super) items: Vec<Step>,
}

/// A request for a person's look, and the answer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Review {
    pub(super) review_id: String,
    pub(super) decision_id: String,
    pub(super) vehicle_id: String,
    pub(super) component: String,
    pub(super) severity: &'static str,
    pub(super) failure_mode: String,
    pub(super) confidence: f64,
    pub(super) opened_at: DateTime<Utc>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) answer: Option<ReviewAnswer>,
}

/// What a person answered.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ReviewAnswer {
    /// APPROVE, CHANGE or REJECT.
    pub(super) verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) failure_mode: Option<String>,
    pub(super) reason: String,
    pub(super) by: String,
    pub(super) at: DateTime<Utc>,
}

/// What one agent has done.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AgentStatus {
    pub(super) agent: String,
    pub(super) decisions: u64,
    pub(super) mean_confidence: f64,
    pub(super) confirmed: u64,
    pub(super) other_cause: u64,
    pub(super) not_found: u64,
    /// Share of the scored decisions that were confirmed; null while none is scored.
    pub(super) accuracy: Option<f64>,
}

/// The knowledge base in use.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct KnowledgeStatus {
    pub(super) components: usize,
    pub(super) failure_modes: usize,
}

/// What the agents have done and how right they were.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Status {
    /// `rules`: the rules decide alone.
    pub(super) mode: &'static str,
    pub(super) llm_model: Option<String>,
    pub(super) knowledge_base: KnowledgeStatus,
    pub(super) decisions: u64,
    pub(super) decisions_by_severity: std::collections::BTreeMap<String, u64>,
    pub(super) reviews_open: u64,
    /// Over all agents; null while none is scored.
    pub(super) accuracy: Option<f64>,
    pub(super) agents: Vec<AgentStatus>,
}

fn json(value: Value) -> serde_json::Value {
    match value {
        Value::Text(text) => text.into(),
        Value::Number(number) => number.into(),
        Value::Flag(flag) => flag.into(),
        Value::List(items) => items.into_iter().map(json).collect(),
        Value::Map(entries) => entries.into_iter().map(|(name, value)| (name, json(value))).collect(),
    }
}

impl From<values::Reason> for Reason {
    fn from(reason: values::Reason) -> Self {
        let params = reason
            .params
            .into_iter()
            .map(|(name, value)| (name, json(value)))
            .collect();
        Self {
            code: reason.code,
            params,
            text: reason.text,
        }
    }
}

impl From<values::Money> for Money {
    fn from(money: values::Money) -> Self {
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

impl From<values::Evidence> for Evidence {
    fn from(evidence: values::Evidence) -> Self {
        let values::Evidence {
            signal,
            unit,
            from,
            to,
            observed,
            expected,
            text,
        } = evidence;
        Self {
            signal,
            unit,
            from,
            to,
            observed,
            expected,
            text,
        }
    }
}

impl From<Evidence> for values::Evidence {
    fn from(evidence: Evidence) -> Self {
        let Evidence {
            signal,
            unit,
            from,
            to,
            observed,
            expected,
            text,
        } = evidence;
        Self {
            signal,
            unit,
            from,
            to,
            observed,
            expected,
            text,
        }
    }
}

impl From<RankedMode> for FailureMode {
    fn from(mode: RankedMode) -> Self {
        Self {
            code: mode.code,
            name: mode.name,
            probability: mode.probability,
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

impl From<record::Warranty> for Warranty {
    fn from(warranty: record::Warranty) -> Self {
        Self {
            covered: warranty.covered,
            reason: warranty.reason.into(),
            coverage_id: warranty.coverage_id,
        }
    }
}

impl From<record::Outcome> for Outcome {
    fn from(outcome: record::Outcome) -> Self {
        Self {
            verdict: outcome.verdict.code(),
            failure_mode: outcome.failure_mode,
            appointment_id: outcome.appointment_id,
            told_by: outcome.told_by,
            note: outcome.note,
            found_at: outcome.found_at,
        }
    }
}

impl Decision {
    /// What a caller may see of a decision; `with_notes` shows who said what in free text.
    pub(super) fn new(record: DecisionRecord, with_notes: bool) -> Self {
        let decision = record.decision;
        let outcome = record.outcome.map(Outcome::from).map(|outcome| match with_notes {
            true => outcome,
            false => Outcome {
                note: None,
                told_by: None,
                ..outcome
            },
        });
        Self {
            decision_id: decision.decision_id,
            vehicle_id: decision.vehicle_id,
            component: decision.component.code(),
            agent_used: decision.agent_used,
            decision: decision.decision.into(),
            severity: decision.severity.code(),
            urgency: decision.urgency.code(),
            failure_mode: decision.failure_mode.into(),
            alternatives: decision.alternatives.into_iter().map(FailureMode::from).collect(),
            confidence: decision.confidence,
            reasoning: decision.reasoning.into_iter().map(Reasoning::from).collect(),
            recommended_actions: decision.recommended_actions.into_iter().map(Reason::from).collect(),
            safety_warning: decision.safety_warning.map(Reason::from),
            estimated_cost: CostRange {
                low: decision.cost_low.into(),
                high: decision.cost_high.into(),
            },
            labour_hours: decision.labour_hours,
            parts: decision
                .parts
                .into_iter()
                .map(|part| Part {
                    part_code: part.part_code,
                    quantity: part.quantity,
                })
                .collect(),
            required_skill: decision.required_skill,
            rul_km: decision.rul_km.map(Quantiles::from),
            odometer_km: decision.odometer_km,
            llm_model_used: decision.llm_model_used,
            review_required: decision.review_required,
            trigger_event_id: decision.trigger_event_id,
            repeats: record.repeats,
            status: record.status.code(),
            revision: record.revision,
            decided_for: decision.decided_for,
            recorded_at: record.recorded_at,
            historical: decision.historical,
            warranty: record.warranty.map(Warranty::from),
            outcome,
        }
    }
}

impl From<JournalEntry> for Step {
    fn from(entry: JournalEntry) -> Self {
        Self {
            position: entry.position,
            step: entry.step,
            started_at: entry.started_at,
            finished_at: entry.finished_at,
            output: json(entry.output),
        }
    }
}

impl From<record::Review> for Review {
    fn from(review: record::Review) -> Self {
        let answer = review.answer.map(|answer| ReviewAnswer {
            verdict: answer.verdict.code(),
            failure_mode: match answer.verdict {
                ReviewVerdict::Change { failure_mode } => Some(failure_mode),
                ReviewVerdict::Approve | ReviewVerdict::Reject => None,
            },
            reason: answer.reason,
            by: answer.by,
            at: answer.at,
        });
        Self {
            review_id: review.review_id,
            decision_id: review.decision_id,
            vehicle_id: review.vehicle_id,
            component: review.component,
            severity: review.severity.code(),
            failure_mode: review.failure_mode,
            confidence: review.confidence,
            opened_at: review.opened_at,
            answer,
        }
    }
}

impl From<Overview> for Status {
    fn from(overview: Overview) -> Self {
        let statistics = overview.statistics;
        let accuracy = statistics.score().accuracy();
        let agent = |agent: crate::store::AgentStatistics| AgentStatus {
            accuracy: agent.score.accuracy(),
            agent: agent.agent,
            decisions: agent.decisions,
            mean_confidence: agent.mean_confidence,
            confirmed: agent.score.confirmed,
            other_cause: agent.score.other_cause,
            not_found: agent.score.not_found,
        };
        Self {
            mode: "rules",
            llm_model: None,
            knowledge_base: KnowledgeStatus {
                components: overview.components,
                failure_modes: overview.failure_modes,
            },
            decisions: statistics.by_severity.values().sum(),
            decisions_by_severity: statistics.by_severity,
            reviews_open: statistics.reviews_open,
            accuracy,
            agents: statistics.agents.into_iter().map(agent).collect(),
        }
    }
}
