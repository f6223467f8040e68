//! What language models added to a decision, and how agents behave.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::budget::Spend;
use crate::domain::claims;
use crate::domain::opinion;
use crate::store::AgentState;
use crate::use_cases::Conducts;

/// What language models added, or why they added nothing.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Explanation {
    pub opinions: Vec<Opinion>,
    /// Why the rules stand alone: llm.unavailable, llm.budget, llm.in_doubt, llm.suspended or llm.unusable.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fallback: Option<&'static str>,
    /// True when a model with evidence sees another cause; then a person is asked.
    pub disagrees: bool,
}

/// What one worker's model thinks.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Opinion {
    pub agent: String,
    pub model: String,
    pub failure_mode: String,
    /// Sentences whose citations resolved.
    pub claims: Vec<Claim>,
    /// Why others were dropped: unresolved, number_not_in_source, advice, echo or malformed.
    pub dropped: Vec<&'static str>,
}

/// A sentence with the source that it rests on.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Claim {
    pub text: String,
    /// signal, trouble_code or past_decision.
    pub kind: &'static str,
    /// Signal path, trouble code or decision id.
    pub source: String,
    /// The window of a signal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<DateTime<Utc>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<DateTime<Utc>>,
}

impl From<&opinion::Explanation> for Explanation {
    fn from(explanation: &opinion::Explanation) -> Self {
        let opinion = |opinion: &opinion::AgentOpinion| Opinion {
            agent: opinion.agent.clone(),
            model: opinion.model.clone(),
            failure_mode: opinion.failure_mode.clone(),
            claims: opinion.claims.iter().map(Claim::from).collect(),
            dropped: opinion.dropped.iter().map(|fault| fault.code()).collect(),
        };
        Self {
            opinions: explanation.opinions.iter().map(opinion).collect(),
            fallback: explanation.fallback.map(opinion::Fallback::code),
            disagrees: explanation.disagrees,
        }
    }
}

impl From<&claims::Claim> for Claim {
    fn from(claim: &claims::Claim) -> Self {
        let (kind, source, window) = match claim.citation.clone() {
            claims::Citation::Signal { signal, from, to } => ("signal", signal, Some((from, to))),
            claims::Citation::TroubleCode(code) => ("trouble_code", code, None),
            claims::Citation::PastDecision(id) => ("past_decision", id, None),
        };
        Self {
            text: claim.text.clone(),
            kind,
            source,
            from: window.map(|window| window.0),
            to: window.map(|window| window.1),
        }
    }
}

/// A decision that was run again.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Replay {
    /// Whether it came out as it was decided.
    pub same: bool,
    /// Parts in which it differs.
    pub differences: Vec<&'static str>,
    /// Whether the models' recorded answers were heard. A changed fact is shown by the rules alone.
    pub heard_models: bool,
    pub failure_mode: String,
    pub probability: f64,
    pub confidence: f64,
    pub severity: &'static str,
    pub urgency: &'static str,
    pub review_because: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub explanation: Option<Explanation>,
}

/// What was spent on language models.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Spent {
    pub tokens: u64,
    /// Millionths of the currency's main unit.
    pub cost_micro: u64,
    pub calls: u64,
}

impl From<Spend> for Spent {
    fn from(spend: Spend) -> Self {
        Self {
            tokens: spend.tokens,
            cost_micro: spend.cost_micro,
            calls: spend.calls,
        }
    }
}

/// An agent's usual conduct, and whether it is suspended.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct AgentConduct {
    pub agent: String,
    /// Runs that its baseline rests on.
    pub runs: u64,
    pub mean_tokens: f64,
    pub mean_cost_micro: f64,
    pub mean_calls: f64,
    pub mean_tool_uses: f64,
    pub tools: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspended_at: Option<DateTime<Utc>>,
    /// behaviour.scope, behaviour.tools, behaviour.rate, behaviour.spend or behaviour.hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suspended_for: Option<String>,
}

impl From<AgentState> for AgentConduct {
    fn from(state: AgentState) -> Self {
        let usual = state.baseline;
        Self {
            agent: state.agent,
            runs: usual.calls.count as u64,
            mean_tokens: usual.tokens.mean,
            mean_cost_micro: usual.cost_micro.mean,
            mean_calls: usual.calls.mean,
            mean_tool_uses: usual.tool_uses.mean,
            tools: usual.tools.into_iter().collect(),
            suspended_at: state.suspended_at,
            suspended_for: state.suspended_for,
        }
    }
}

/// How agents behave, and what the tenant spent today (UTC).
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Agents {
    pub items: Vec<AgentConduct>,
    pub spent_today: Spent,
    /// Null when no model is configured.
    pub limit_today: Option<Spent>,
}

impl From<Conducts> for Agents {
    fn from(conducts: Conducts) -> Self {
        Self {
            items: conducts.agents.into_iter().map(AgentConduct::from).collect(),
            spent_today: conducts.spent_today.into(),
            limit_today: conducts.limit_today.map(Spent::from),
        }
    }
}
