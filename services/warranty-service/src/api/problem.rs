//! The one place where this service's errors become Problems.

use chassis::problem::{Kind, Problem};

use crate::domain::claim::ClaimFault;
use crate::error::Error;

impl From<Error> for Problem {
    fn from(error: Error) -> Problem {
        match error {
            Error::Invalid { what, faults } => faults.into_iter().fold(
                Problem::new(
                    Kind::Unprocessable,
                    what,
                    "Some of what was given cannot be used; see errors.",
                ),
                |problem, fault| problem.error(&fault.path, fault.code, fault.text),
            ),
            Error::CoverageNameTaken { name } => Problem::new(
                Kind::Conflict,
                "coverage.name_taken",
                "There is a coverage of this name already.",
            )
            .param("name", name),
            Error::CoverageLimit { max } => Problem::new(
                Kind::Conflict,
                "coverage.limit",
                "There are as many coverages as there may be.",
            )
            .param("max", max),
            Error::VehicleUnknown { vehicle_id } => Problem::new(
                Kind::NotFound,
                "warranty.vehicle_unknown",
                "There is no vehicle with this id.",
            )
            .param("vehicle_id", vehicle_id),
            Error::ClaimUnknown { claim_id } => {
                Problem::new(Kind::NotFound, "claim.not_found", "There is no claim with this id.")
                    .param("claim_id", claim_id)
            }
            Error::VisitClaimed {
                appointment_id,
                claim_id,
            } => Problem::new(Kind::Conflict, "claim.visit_claimed", "This visit has a claim already.")
                .param("appointment_id", appointment_id)
                .param("claim_id", claim_id),
            Error::NotSubmittable { claim_id, fault } => not_submittable(fault).param("claim_id", claim_id),
            Error::CursorInvalid => Problem::new(
                Kind::BadRequest,
                "request.cursor",
                "The cursor was not given out by this list.",
            ),
            Error::Store(error) => Problem::internal(&error),
            Error::Unreadable(error) => Problem::internal(&error),
        }
    }
}

fn not_submittable(fault: ClaimFault) -> Problem {
    match fault {
        ClaimFault::AlreadySubmitted => Problem::new(
            Kind::Conflict,
            "claim.already_submitted",
            "The claim was submitted before.",
        ),
        ClaimFault::OtherCurrency => Problem::new(
            Kind::Unprocessable,
            "claim.other_currency",
            "The amount has to be in the currency of the draft.",
        ),
        ClaimFault::NotAPerson => Problem::new(
            Kind::Forbidden,
            "claim.not_a_person",
            "A claim is submitted by a person.",
        ),
    }
}
