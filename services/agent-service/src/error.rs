//! What can go wrong in this service, in the domain's words. `api::problem` maps it once to a Problem, `events` to the
//! fate of an event.

use crate::domain::component::Component;
use crate::domain::review::InvalidVerdict;

/// Every way in which a use case can fail.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the vehicle is not known")]
    VehicleUnknown { vehicle_id: String },
    #[error("the decision is not known")]
    DecisionUnknown { decision_id: String },
    #[error("the agent is not known")]
    AgentUnknown { agent: String },
    #[error("the review is not known")]
    ReviewUnknown { review_id: String },
    #[error("the review is answered already")]
    ReviewAnswered { review_id: String },
    #[error("a value is none of those that are known")]
    ValueUnknown {
        path: &'static str,
        given: String,
        known: Vec<&'static str>,
    },
    #[error("the component is not known")]
    ComponentUnknown { code: String },
    #[error("the component has no such symptom")]
    SymptomUnknown {
        component: Component,
        list: &'static str,
        position: usize,
        code: String,
    },
    #[error("the component has no such failure mode")]
    FailureModeUnknown { component: Component, code: String },
    #[error("the trouble code is not well formed")]
    TroubleCodeInvalid { position: usize, code: String },
    #[error("the verdict cannot be taken")]
    VerdictInvalid(#[from] InvalidVerdict),
    #[error("there is too much of something")]
    TooMuch { path: &'static str, max: usize },
    #[error("the cursor is not one of ours")]
    CursorInvalid,
    #[error("the store failed")]
    Store(#[from] chassis::DbError),
    #[error("a stored value cannot be read")]
    Unreadable(#[from] serde_json::Error),
    #[error("a stored {what} has a value that is not known here: {value}")]
    StoredValueUnknown { what: &'static str, value: String },
}
