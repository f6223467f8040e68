//! The one place where this service's errors become problems.

use chassis::problem::{Kind, Problem};

use crate::domain::component::Component;
use crate::domain::review::InvalidVerdict;
use crate::error::Error;

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::VehicleUnknown { vehicle_id } => not_found("vehicle", vehicle_id),
            Error::DecisionUnknown { decision_id } => not_found("decision", decision_id),
            Error::AgentUnknown { agent } => not_found("agent", agent),
            Error::ReviewUnknown { review_id } => not_found("review", review_id),
            Error::ReviewAnswered { review_id } => {
                Problem::new(Kind::Conflict, "review.answered", "The review was answered before.")
                    .param("review_id", review_id)
            }
            Error::ValueUnknown { path, given, known } => unknown_value(path, &given, &known),
            Error::ComponentUnknown { code } => {
                let known: Vec<&str> = Component::ALL.into_iter().map(Component::code).collect();
                unknown_value("/component", &code, &known)
            }
            Error::SymptomUnknown {
                component,
                list,
                position,
                code,
            } => {
                let text = format!("`{code}` is not a symptom of {}.", component.name());
                refused("symptom.unknown", "A symptom is not known.").error(
                    &format!("/{list}/{position}"),
                    "unknown",
                    text,
                )
            }
            Error::FailureModeUnknown { component, code } => {
                let text = format!("`{code}` is not a failure mode of {}.", component.name());
                refused("failure_mode.unknown", "The failure mode is not known.").error(
                    "/failure_mode",
                    "unknown",
                    text,
                )
            }
            Error::TroubleCodeInvalid { position, code } => {
                let text = format!("`{code}` is not a trouble code such as P0217.");
                refused("dtc.invalid", "A trouble code is not well formed.").error(
                    &format!("/dtcs/{position}"),
                    "malformed",
                    text,
                )
            }
            Error::VerdictInvalid(invalid) => invalid_verdict(&invalid),
            Error::TooMuch { path, max } => {
                let text = format!("At most {max} are taken.");
                refused("request.too_much", "The request holds too much of something.").error(path, "too_much", text)
            }
            Error::CursorInvalid => Problem::new(
                Kind::BadRequest,
                "request.cursor",
                "The cursor was not given out by this list.",
            ),
            failure @ (Error::Store(_) | Error::Unreadable(_) | Error::StoredValueUnknown { .. }) => {
                Problem::internal(&failure)
            }
        }
    }
}

fn not_found(thing: &str, id: String) -> Problem {
    let detail = format!("There is no {thing} with this id.");
    Problem::new(Kind::NotFound, &format!("{thing}.not_found"), detail).param(&format!("{thing}_id"), id)
}

/// A value that is none of those that are known.
fn unknown_value(path: &str, given: &str, known: &[&str]) -> Problem {
    let text = format!("`{given}` is none of {}.", known.join(", "));
    refused("request.value_unknown", "A value is not known.").error(path, "unknown", text)
}

fn refused(code: &str, detail: &str) -> Problem {
    Problem::new(Kind::Unprocessable, code, detail)
}

fn invalid_verdict(invalid: &InvalidVerdict) -> Problem {
    let code = match invalid {
        InvalidVerdict::FailureModeMissing => "missing",
        InvalidVerdict::FailureModeSuperfluous => "superfluous",
        InvalidVerdict::FailureModeUnknown(_) => "unknown",
    };
    refused("review.verdict_invalid", "The verdict cannot be taken.").error(
        "/failure_mode",
        code,
        format!("{invalid}."),
    )
}
