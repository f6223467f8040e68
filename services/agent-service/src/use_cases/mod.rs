//! What the service can do, one verb a file. Handlers and the consumer only translate to and from these.

mod answer_review;
mod attach_warranty;
mod consult_models;
mod decide;
mod export_training;
mod forget_old;
mod give_feedback;
mod judge_conduct;
mod list_decisions;
mod list_reviews;
mod note_health;
mod note_vehicle;
mod orchestrate;
mod replay_decision;
mod resume_agent;
mod run_case;
mod score_visit;
mod show_agents;
mod show_decision;
mod show_review;
mod show_status;
mod tools;
mod withdraw_recovered;

use std::sync::Arc;

use chassis::{Bell, Clock, Database, Failpoints};

pub use answer_review::{Answer, answer_review};
pub use attach_warranty::attach_warranty;
pub use consult_models::{consult_models, consult_until_shutdown, free_runs};
pub use decide::{Decided, decide, decide_with_notes};
pub use export_training::{Example, ExportLimits, export_training};
pub use forget_old::{Kept, forget_old};
pub use give_feedback::{Feedback, give_feedback};
pub use judge_conduct::judge_conduct;
pub use list_decisions::{Listing, list_decisions};
pub use list_reviews::list_reviews;
pub use note_health::note_health;
pub use note_vehicle::note_vehicle;
pub use orchestrate::{Order, orchestrate};
pub use replay_decision::{Change, Replayed, replay_decision};
pub use resume_agent::resume_agent;
pub use run_case::{Bench, Case, CaseResult, run_case};
pub use score_visit::{Visit, score_visit};
pub use show_agents::{Conducts, show_agents};
pub use show_decision::{Progress, follow_steps, show_decision, show_explanation, show_steps};
pub use show_review::show_review;
pub use show_status::{Overview, show_status};
pub use withdraw_recovered::{Recovered, withdraw_recovered};

use crate::domain::decision::{Decision, Rules};
use crate::domain::knowledge::KnowledgeBase;
use crate::domain::outcome::ActedBy;
use crate::domain::review::ReviewRules;
use crate::llm::{Desk, Neighbours};

/// What the service works with. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub clock: Clock,
    pub database: Database,
    pub knowledge: Arc<KnowledgeBase>,
    pub rules: Rules,
    pub review: ReviewRules,
    /// Where workers ask language models; none: the rules stand alone.
    pub desk: Option<Arc<Desk>>,
    pub neighbours: Neighbours,
    pub failpoints: Failpoints,
    /// ISO 4217 code of the models' prices.
    pub currency: Arc<str>,
    pub exports: ExportLimits,
    /// Rung when a run may wait for its models.
    pub run_waits: Bell,
}

/// Counts a decision that somebody acts on, each way once.
fn count_adoption(decision: &Decision, by: ActedBy, outcome: &'static str) {
    let agent = decision.agent_used.clone();
    metrics::counter!("agent_adoptions_total", "agent" => agent, "by" => by.code(), "outcome" => outcome).increment(1);
}

/// What the rules' half of the graph reads.
#[derive(Clone, Copy)]
pub struct Book<'b> {
    pub knowledge: &'b KnowledgeBase,
    pub rules: &'b Rules,
    pub review: &'b ReviewRules,
}

impl App {
    /// The rules' books.
    pub fn book(&self) -> Book<'_> {
        Book {
            knowledge: &self.knowledge,
            rules: &self.rules,
            review: &self.review,
        }
    }

    /// Whether models are asked. While business time is simulated nothing leaves the house.
    pub fn asks_models(&self) -> bool {
        self.desk.is_some() && !self.clock.is_simulated()
    }
}

/// One page of a list and where the next one starts; none at the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Paged<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}
