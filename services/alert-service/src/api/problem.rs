//! Which problem each error becomes. Exhaustive on purpose: a new error does not compile until it has one.

use chassis::problem::{Kind, Problem};

use crate::error::Error;

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let text = error.to_string();
        match error {
            Error::AlertNotFound { alert_id } => {
                Problem::new(Kind::NotFound, "alert.not_found", text).param("alert_id", alert_id)
            }
            Error::AlreadyResolved { alert_id } => {
                Problem::new(Kind::Conflict, "alert.already_resolved", text).param("alert_id", alert_id)
            }
            Error::ChangedMeanwhile { alert_id } => {
                Problem::new(Kind::Conflict, "alert.changed_meanwhile", text).param("alert_id", alert_id)
            }
            Error::Invalid { path, code, text } => {
                Problem::new(Kind::Unprocessable, code, text).error(path, code, text)
            }
            Error::UnknownWord { name, word } => Problem::new(Kind::BadRequest, "request.query", text).error(
                name,
                "unknown",
                format!("{name} has no value {word}"),
            ),
            Error::ForeignCursor => Problem::new(Kind::BadRequest, "request.cursor", text),
            Error::Corrupt { .. } | Error::Store(_) => Problem::internal(&error),
        }
    }
}
