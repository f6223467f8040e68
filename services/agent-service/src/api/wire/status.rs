//! What the agents have done.

use std::collections::BTreeMap;

use serde::Serialize;
use utoipa::ToSchema;

use crate::use_cases::Overview;

/// What one agent has done.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct AgentStatus {
    pub agent: String,
    pub decisions: u64,
    pub mean_confidence: f64,
    pub confirmed: u64,
    pub other_cause: u64,
    pub not_found: u64,
    /// Share of the scored decisions that were confirmed; null while none is scored.
    pub accuracy: Option<f64>,
}

/// The knowledge base in use.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct KnowledgeStatus {
    pub components: usize,
    pub failure_modes: usize,
}

/// On how many decisions somebody acted, each counted once. What a later decision took the place of is not counted.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct AdoptionStatus {
    pub decisions: u64,
    /// A visit looked at the component.
    pub by_visit: u64,
    /// A person said what they found.
    pub by_feedback: u64,
    /// A reviewer approved it, and nothing more is known.
    pub by_review: u64,
    /// Share of the decisions on which somebody acted; null while there is none.
    pub share: Option<f64>,
}

/// What the agents have done and how right they were.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct Status {
    /// `rules`: the rules decide and explain alone; `rules+llm`: models explain what the rules decide.
    pub mode: &'static str,
    /// The first of the chain.
    pub llm_model: Option<String>,
    /// The chain in the order in which it is asked, each provider's fast and strong model.
    pub llm_models: Vec<String>,
    pub knowledge_base: KnowledgeStatus,
    pub decisions: u64,
    pub decisions_by_severity: BTreeMap<String, u64>,
    pub reviews_open: u64,
    /// Over all agents; null while none is scored.
    pub accuracy: Option<f64>,
    pub adoption: AdoptionStatus,
    pub agents: Vec<AgentStatus>,
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
            mode: if overview.llm_models.is_empty() {
                "rules"
            } else {
                "rules+llm"
            },
            llm_model: overview.llm_models.first().cloned(),
            llm_models: overview.llm_models,
            knowledge_base: KnowledgeStatus {
                components: overview.components,
                failure_modes: overview.failure_modes,
            },
            decisions: statistics.by_severity.values().sum(),
            decisions_by_severity: statistics.by_severity,
            reviews_open: statistics.reviews_open,
            accuracy,
            adoption: AdoptionStatus {
                decisions: statistics.adoption.decisions,
                by_visit: statistics.adoption.by_visit,
                by_feedback: statistics.adoption.by_feedback,
                by_review: statistics.adoption.by_review,
                share: statistics.adoption.share(),
            },
            agents: statistics.agents.into_iter().map(agent).collect(),
        }
    }
}
