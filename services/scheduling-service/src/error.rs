//! What can go wrong, in the words of workshop planning.

use chrono::{DateTime, Utc};

use crate::domain::appointment::NotAllowed;
use crate::domain::slot_search::Slot;
use crate::domain::time;
use crate::domain::why_not::WhyNot;

/// One thing that is wrong in what was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// JSON Pointer into the body, or a parameter's name.
    pub path: String,
    pub code: &'static str,
    pub text: String,
}

impl Violation {
    pub fn new(path: impl Into<String>, code: &'static str, text: impl Into<String>) -> Self {
        Violation {
            path: path.into(),
            code,
            text: text.into(),
        }
    }

    /// What is wrong with a time that the caller names, if it lies in no year that anything is planned in.
    pub fn of_time(path: impl Into<String>, at: Option<DateTime<Utc>>) -> Option<Self> {
        let strange = at.is_some_and(|at| !time::is_plannable(at));
        let text = || format!("A time from {} to {}.", time::YEARS.start(), time::YEARS.end());
        strange.then(|| Violation::new(path, "range", text()))
    }
}

/// Why a use case did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the input breaks a rule")]
    Invalid(Vec<Violation>),
    #[error("there is no {what} {id}")]
    NotFound { what: &'static str, id: String },
    #[error(transparent)]
    NotAllowed(#[from] NotAllowed),
    #[error("the visit is at version {found}, not {expected}")]
    VersionConflict { expected: i64, found: i64 },
    /// What was asked for is taken; `alternatives` are free, or `why_not` says why none is.
    #[error("the slot is taken")]
    SlotTaken {
        alternatives: Vec<Slot>,
        why_not: Option<WhyNot>,
    },
    #[error("the offered slot {slot_id} has expired or was never given out")]
    SlotExpired { slot_id: String },
    #[error("the vehicle already has the open visit {appointment_id} for this component")]
    AlreadyOpen { appointment_id: String },
    #[error("vehicle {vehicle_id} is retired")]
    VehicleRetired { vehicle_id: String },
    #[error("a person must look at the visit's decision before work begins")]
    AwaitsReview { decision_id: Option<String> },
    #[error("only the assigned technician may do this")]
    NotAssigned,
    #[error("the store failed")]
    Store(#[from] chassis::DbError),
    /// A stored row that this version cannot read.
    #[error("a stored {what} cannot be read")]
    Corrupt {
        what: &'static str,
        source: Option<serde_json::Error>,
    },
}

/// What use cases and the store return.
pub type Result<T> = std::result::Result<T, Error>;
