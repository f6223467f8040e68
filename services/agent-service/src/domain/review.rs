//! What a person may say about a decision that was not sure enough.

use super::decision::Decision;
use super::knowledge::ComponentKnowledge;
use super::severity::Severity;

/// A reviewer's word.
#[derive(Clone, Debug, PartialEq)]
pub enum ReviewVerdict {
    Approve,
    /// Another failure mode, by its code.
    Change {
        failure_mode: String,
    },
    Reject,
}

/// Why a verdict cannot be taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidVerdict {
    #[error("a changed verdict names the failure mode")]
    FailureModeMissing,
    #[error("only a changed verdict names a failure mode")]
    FailureModeSuperfluous,
    #[error("the component has no failure mode {0}")]
    FailureModeUnknown(String),
}

impl ReviewVerdict {
    /// Its name in events and requests.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Approve => "APPROVE",
            Self::Change { .. } => "CHANGE",
            Self::Reject => "REJECT",
        }
    }

    /// Checks a changed failure mode against what the component can have.
    pub fn check(&self, knowledge: &ComponentKnowledge) -> Result<(), InvalidVerdict> {
        match self {
            Self::Change { failure_mode } if knowledge.mode(failure_mode).is_none() => {
                Err(InvalidVerdict::FailureModeUnknown(failure_mode.clone()))
            }
            _ => Ok(()),
        }
    }
}

/// How many characters a reason may have.
pub const REASON_CHARS_MAX: usize = 2_000;

/// When a person looks at a decision before money moves.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ReviewRules {
    /// Below this confidence.
    pub below: f64,
    /// From this upper end of the cost range on, in minor units of its currency.
    pub cost_minor: i64,
    /// A vehicle is stopped on a decision below this confidence only with a second look, 0..1.
    pub stop_below: f64,
}

/// Why a decision is held for a person, as codes; none when it is not. What is held is money (bookings, claims, parts),
/// never the warning. About the past nobody is asked to look.
pub fn because(decision: &Decision, rules: &ReviewRules) -> Vec<&'static str> {
    if decision.historical {
        return Vec::new();
    }
    let stops = decision.severity >= Severity::Emergency;
    [
        (decision.confidence < rules.below, "review.confidence"),
        (decision.cost_high.amount_minor >= rules.cost_minor, "review.cost"),
        (stops && decision.confidence < rules.stop_below, "review.safety"),
    ]
    .into_iter()
    .filter_map(|(holds, code)| holds.then_some(code))
    .collect()
}
