//! What the service can do, one verb a file. Handlers and the consumer only translate to and from these.

mod answer_review;
mod attach_warranty;
mod decide;
mod give_feedback;
mod list_decisions;
mod list_reviews;
mod note_health;
mod note_vehicle;
mod orchestrate;
mod score_visit;
mod show_decision;
mod show_status;

use std::sync::Arc;

use chassis::{Clock, Database};

pub use answer_review::{Answer, answer_review};
pub use attach_warranty::attach_warranty;
pub use decide::{Decided, decide};
pub use give_feedback::{Feedback, give_feedback};
pub use list_decisions::{Listing, list_decisions};
pub use list_reviews::list_reviews;
pub use note_health::note_health;
pub use note_vehicle::note_vehicle;
pub use orchestrate::{Orchestrated, Order, orchestrate};
pub use score_visit::{Visit, score_visit};
pub use show_decision::{show_decision, show_steps};
pub use show_status::{Overview, show_status};

use crate::domain::decision::Rules;
use crate::domain::knowledge::KnowledgeBase;

/// What the service works with. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub clock: Clock,
    pub database: Database,
    pub knowledge: Arc<KnowledgeBase>,
    pub rules: Rules,
}

/// One page of a list and where the next one starts; none at the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Paged<T> {
    pub items: Vec<T>,
    pub next: Option<String>,
}
