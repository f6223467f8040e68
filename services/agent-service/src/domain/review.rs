//! What a person may say about a decision that was not sure enough.

use super::knowledge::ComponentKnowledge;

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
