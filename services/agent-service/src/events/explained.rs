//! What the models add to a decision, and what an agent is stopped for, as events tell it.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::published::Reason;
use crate::domain::behaviour::Deviation;
use crate::domain::budget::Usage;
use crate::domain::claims::Citation;
use crate::domain::opinion::Explanation;
use crate::domain::values;

/// Event type of an agent that was stopped.
pub const ESCALATION: &str = "agent.escalation";

/// What is held until a person has looked: money, never the warning.
pub const HELD: [&str; 3] = ["booking", "claim", "parts"];

/// What the models add to a decision.
#[derive(Clone, Debug, Serialize)]
pub struct ExplanationPart {
    /// Null when the rules stand alone.
    llm_model_used: Option<String>,
    /// Why they do.
    #[serde(skip_serializing_if = "Option::is_none")]
    fallback: Option<Reason>,
    disagrees: bool,
    /// Sentences whose citations resolved.
    claims: Vec<ClaimPart>,
    claims_dropped: usize,
}

/// What a run's language models were used for and what that cost.
#[derive(Clone, Debug, Serialize)]
pub struct UsagePart {
    calls: u64,
    input_tokens: u64,
    output_tokens: u64,
    cost: CostPart,
}

/// Money that may be less than a cent.
#[derive(Clone, Debug, Serialize)]
struct CostPart {
    /// Millionths of the currency's main unit.
    amount_micro: u64,
    currency: String,
}

impl From<&Usage> for UsagePart {
    fn from(usage: &Usage) -> Self {
        Self {
            calls: usage.calls,
            input_tokens: usage.input_tokens,
            output_tokens: usage.output_tokens,
            cost: CostPart {
                amount_micro: usage.cost_micro,
                currency: usage.currency.clone(),
            },
        }
    }
}

#[derive(Clone, Debug, Serialize)]
struct ClaimPart {
    agent: String,
    text: String,
    citation: CitationPart,
}

#[derive(Clone, Debug, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum CitationPart {
    Signal {
        signal: String,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    },
    TroubleCode {
        code: String,
    },
    PastDecision {
        decision_id: String,
    },
}

impl From<&Explanation> for ExplanationPart {
    fn from(explanation: &Explanation) -> Self {
        let fallback = explanation
            .fallback
            .map(|fallback| values::Reason::new(fallback.code(), [], fallback.text()));
        let claims = explanation.opinions.iter().flat_map(|opinion| {
            opinion.claims.iter().map(|claim| ClaimPart {
                agent: opinion.agent.clone(),
                text: claim.text.clone(),
                citation: match claim.citation.clone() {
                    Citation::Signal { signal, from, to } => CitationPart::Signal { signal, from, to },
                    Citation::TroubleCode(code) => CitationPart::TroubleCode { code },
                    Citation::PastDecision(decision_id) => CitationPart::PastDecision { decision_id },
                },
            })
        });
        Self {
            llm_model_used: explanation.model().map(str::to_owned),
            fallback: fallback.as_ref().map(Reason::from),
            disagrees: explanation.disagrees,
            claims: claims.collect(),
            claims_dropped: explanation.opinions.iter().map(|opinion| opinion.dropped.len()).sum(),
        }
    }
}

/// Body of `agent.escalation`.
#[derive(Clone, Debug, Serialize)]
pub struct Escalation {
    agent: String,
    decision_id: String,
    reason: Reason,
    /// What was suspended. The rules go on.
    suspended: &'static str,
}

impl Escalation {
    /// The body that tells of an agent's deviation.
    pub fn new(agent: &str, deviation: Deviation, decision_id: &str) -> Self {
        let reason = values::Reason::new(deviation.code(), [("agent", agent.into())], deviation.text());
        Self {
            agent: agent.to_owned(),
            decision_id: decision_id.to_owned(),
            reason: (&reason).into(),
            suspended: "llm",
        }
    }
}
