//! The one place where errors of this service become problems.

use chassis::problem::{Kind, Problem};

use super::wire::{ReasonBody, SlotBody};
use crate::domain::slot_search::Slot;
use crate::domain::why_not::WhyNot;
use crate::error::{Error, Violation};

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let text = capitalised(&error.to_string());
        match &error {
            Error::Invalid(violations) => invalid(violations),
            Error::NotFound { what, id } => {
                Problem::new(Kind::NotFound, &format!("{what}.not_found"), text).param("id", id.as_str())
            }
            Error::NotAllowed(refused) => Problem::new(Kind::Conflict, "appointment.not_allowed", text)
                .param("status", refused.status.name())
                .param("step", refused.step.name()),
            Error::VersionConflict { expected, found } => {
                Problem::new(Kind::Conflict, "appointment.version_conflict", text)
                    .param("expected", *expected)
                    .param("found", *found)
            }
            Error::SlotTaken { alternatives, why_not } => slot_taken(alternatives, why_not.as_ref()),
            Error::SlotExpired { slot_id } => {
                Problem::new(Kind::Gone, "slot.expired", text).param("slot_id", slot_id.as_str())
            }
            Error::AlreadyOpen { appointment_id } => Problem::new(Kind::Conflict, "appointment.already_open", text)
                .param("appointment_id", appointment_id.as_str()),
            Error::VehicleRetired { vehicle_id } => {
                Problem::new(Kind::Conflict, "vehicle.retired", text).param("vehicle_id", vehicle_id.as_str())
            }
            Error::AwaitsReview { decision_id } => Problem::new(Kind::Conflict, "appointment.awaits_review", text)
                .param("decision_id", decision_id.clone()),
            Error::NotAssigned => Problem::new(Kind::Forbidden, "appointment.not_assigned", text),
            Error::Store(_) | Error::Corrupt { .. } => Problem::internal(&error),
        }
    }
}

fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        format!("{}{}.", first.to_uppercase(), letters.as_str())
    })
}

fn invalid(violations: &[Violation]) -> Problem {
    let problem = Problem::new(
        Kind::Unprocessable,
        "request.invalid",
        "The request breaks a rule; `errors` says where.",
    );
    violations.iter().fold(problem, |problem, violation| {
        problem.error(&violation.path, violation.code, violation.text.clone())
    })
}

fn slot_taken(alternatives: &[Slot], why_not: Option<&WhyNot>) -> Problem {
    let bodies: Vec<SlotBody> = alternatives.iter().map(|slot| SlotBody::of(slot, None)).collect();
    let detail = match why_not {
        Some(why_not) => why_not.reason.text.clone(),
        None => "The slot is taken.".to_owned(),
    };
    let problem = Problem::new(Kind::Conflict, "slot.taken", detail)
        .param("alternatives", serde_json::to_value(bodies).unwrap_or_default());
    match why_not {
        Some(why_not) => problem.param(
            "why_not",
            serde_json::to_value(ReasonBody::from(&why_not.reason)).unwrap_or_default(),
        ),
        None => problem,
    }
}
