//! A decision, what became of it, and how it was reached.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::explanation::Explanation;
use super::values::{CostRange, FailureMode, Part, Quantiles, Reason, Reasoning, json};
use crate::domain::opinion;
use crate::domain::record::{self, DecisionRecord, JournalEntry};

/// What the warranty says about the repair.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Warranty {
    pub covered: bool,
    pub reason: Reason,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coverage_id: Option<String>,
}

/// What was found in the end.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Outcome {
    /// CONFIRMED, OTHER_CAUSE or NOT_FOUND.
    pub verdict: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_mode: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub appointment_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told_by: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    pub found_at: DateTime<Utc>,
}

/// A decision with what became of it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Decision {
    pub decision_id: String,
    pub vehicle_id: String,
    pub component: &'static str,
    pub agent_used: String,
    pub decision: Reason,
    pub severity: &'static str,
    pub urgency: &'static str,
    pub failure_mode: FailureMode,
    pub alternatives: Vec<FailureMode>,
    pub confidence: f64,
    pub reasoning: Vec<Reasoning>,
    pub recommended_actions: Vec<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub safety_warning: Option<Reason>,
    pub estimated_cost: CostRange,
    pub labour_hours: f64,
    pub parts: Vec<Part>,
    pub required_skill: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rul_km: Option<Quantiles>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub odometer_km: Option<f64>,
    /// Null when the rules decided alone.
    pub llm_model_used: Option<String>,
    pub review_required: bool,
    /// Why bookings, claims and parts wait for a person; the warning never does.
    pub review_because: Vec<String>,
    pub trigger_event_id: String,
    /// How many further triggers it covers.
    pub repeats: i64,
    /// OPEN, SUPERSEDED, CLOSED or RECOVERED.
    pub status: &'static str,
    /// How often it was amended.
    pub revision: i64,
    /// When what it is about was true.
    pub decided_for: DateTime<Utc>,
    pub recorded_at: DateTime<Utc>,
    /// True when it is about the past, so that nobody was disturbed.
    pub historical: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub warranty: Option<Warranty>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// What language models added, or why they added nothing; shown with a single decision.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

/// One journaled step.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Step {
    pub position: i64,
    pub step: String,
    pub started_at: DateTime<Utc>,
    pub finished_at: DateTime<Utc>,
    /// What the step found.
    #[schema(value_type = Object)]
    pub output: serde_json::Value,
}

/// The steps of one decision in order.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Steps {
    pub items: Vec<Step>,
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
    pub(in crate::api) fn new(record: DecisionRecord, with_notes: bool) -> Self {
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
            parts: decision.parts.into_iter().map(Part::from).collect(),
            required_skill: decision.required_skill,
            rul_km: decision.rul_km.map(Quantiles::from),
            odometer_km: decision.odometer_km,
            llm_model_used: decision.llm_model_used,
            review_required: decision.review_required,
            review_because: decision.review_because,
            trigger_event_id: decision.trigger_event_id,
            repeats: record.repeats,
            status: record.status.code(),
            revision: record.revision,
            decided_for: decision.decided_for,
            recorded_at: record.recorded_at,
            historical: decision.historical,
            warranty: record.warranty.map(Warranty::from),
            outcome,
            explanation: None,
        }
    }

    /// With what the models added.
    pub(in crate::api) fn explained(self, explanation: Option<&opinion::Explanation>) -> Self {
        let model = explanation.and_then(opinion::Explanation::model).map(str::to_owned);
        Self {
            llm_model_used: model.or(self.llm_model_used),
            explanation: explanation.map(Explanation::from),
            ..self
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
