//! What can go wrong in this service, in its own words. `api/problem.rs` says which status each becomes.

use chassis::HandleError;

/// Why a use case could not do its work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("there is no alert with this id")]
    AlertNotFound { alert_id: String },
    #[error("the alert is resolved already")]
    AlreadyResolved { alert_id: String },
    #[error("the alert was changed by somebody else at the same moment")]
    ChangedMeanwhile { alert_id: String },
    #[error("a value cannot be taken")]
    Invalid {
        path: &'static str,
        code: &'static str,
        text: &'static str,
    },
    #[error("a query parameter has a value that is not known")]
    UnknownWord { name: &'static str, word: String },
    #[error("the cursor was not given out by this list")]
    ForeignCursor,
    #[error("a stored value cannot be read")]
    Corrupt { what: &'static str },
    #[error("the database failed")]
    Store(#[from] sqlx::Error),
}

impl Error {
    /// A value of the request that cannot be taken; `path` is a JSON Pointer or a parameter's name.
    pub fn invalid(path: &'static str, code: &'static str, text: &'static str) -> Self {
        Self::Invalid { path, code, text }
    }
}

impl From<Error> for HandleError {
    fn from(error: Error) -> Self {
        match error {
            // The database may answer the next time, and the other writer will have finished.
            Error::Store(_) | Error::ChangedMeanwhile { .. } => Self::Transient(error.into()),
            Error::Invalid { code, text, path } => Self::Poison {
                code,
                detail: format!("{path}: {text}"),
            },
            Error::AlertNotFound { .. }
            | Error::AlreadyResolved { .. }
            | Error::UnknownWord { .. }
            | Error::ForeignCursor
            | Error::Corrupt { .. } => Self::Poison {
                code: "event.not_applicable",
                detail: error.to_string(),
            },
        }
    }
}
