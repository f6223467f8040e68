//! The one place where errors become answers.

use chassis::problem::{Kind, Problem};

use crate::domain::fault::{RecordFault, Rejection};
use crate::error::Error;
use crate::events::published;

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        match error {
            Error::BodyUnreadable(unreadable) => {
                let detail = format!("The body is not valid JSON: {}.", unreadable.detail);
                Problem::new(Kind::BadRequest, "request.malformed_json", detail).error(
                    &unreadable.position,
                    "malformed",
                    unreadable.detail,
                )
            }
            Error::BatchTooLong { max } => Problem::new(
                Kind::PayloadTooLarge,
                "batch.too_long",
                format!("A batch has at most {max} records."),
            )
            .param("max", max),
            Error::RecordRejected(rejection) => rejected(&rejection),
            Error::RecordQuarantined {
                fault,
                receipt_id,
                quarantine_id,
            } => quarantined(&fault, receipt_id, quarantine_id),
            Error::Overloaded { retry_after_s } => {
                let detail =
                    "The service takes no more at the moment; nothing of this request was kept. Send it again later.";
                Problem::new(Kind::TooManyRequests { retry_after_s }, "ingest.overloaded", detail)
            }
            Error::CommitFailed => Problem::new(
                Kind::Unavailable,
                "ingest.not_committed",
                "The records could not be committed; nothing of this request was kept. Send it again.",
            ),
            Error::ShuttingDown => Problem::new(
                Kind::Unavailable,
                "service.stopping",
                "The service is stopping. Send the request again.",
            ),
            Error::VehicleNotFound(vehicle_id) => {
                Problem::new(Kind::NotFound, "vehicle.not_found", "There is no vehicle with this id.")
                    .param("vehicle_id", vehicle_id)
            }
            Error::VehicleExists(vehicle_id) => Problem::new(
                Kind::Conflict,
                "vehicle.exists",
                "A vehicle with this id is registered already.",
            )
            .param("vehicle_id", vehicle_id),
            Error::VinTaken => Problem::new(Kind::Conflict, "vin.taken", "Another active vehicle has this VIN.").error(
                "/vin",
                "taken",
                "another active vehicle has this VIN",
            ),
            Error::VinInvalid(fault) => Problem::new(
                Kind::Unprocessable,
                "vin.invalid",
                format!("The VIN is not valid: {}.", fault.text()),
            )
            .error("/vin", "vin.invalid", fault.text()),
            Error::VehicleIdInvalid => field("/vehicle_id", "1 to 128 characters, none of them a control character"),
            Error::FieldInvalid { field: name, text } => field(&format!("/{name}"), &text),
            Error::SignalUnknown(signal) => Problem::new(
                Kind::Unprocessable,
                "signal.unknown",
                "No signal has this path or alias.",
            )
            .param("signal", signal),
            Error::RangeEmpty { from, to } => Problem::new(
                Kind::Unprocessable,
                "range.empty",
                "The time range is empty: `from` must lie before `to`.",
            )
            .param("from", chassis::rfc3339(from))
            .param("to", chassis::rfc3339(to)),
            Error::QuarantineNotFound(quarantine_id) => Problem::new(
                Kind::NotFound,
                "quarantine.not_found",
                "There is no such item in quarantine.",
            )
            .param("quarantine_id", quarantine_id),
            Error::QuarantineReplayed { receipt_id } => {
                Problem::new(Kind::Conflict, "quarantine.replayed", "The item was replayed already.")
                    .param("receipt_id", receipt_id)
            }
            Error::QuarantineNotReplayable => {
                let detail = "The item is one reading of a record that was kept; only whole records are replayed.";
                Problem::new(Kind::Conflict, "quarantine.not_replayable", detail)
            }
            Error::Store(error) => Problem::internal(&error),
            Error::StoredData(error) => Problem::internal(&error),
        }
    }
}

fn field(path: &str, text: &str) -> Problem {
    Problem::new(
        Kind::Unprocessable,
        "request.invalid",
        "A member of the body is not valid.",
    )
    .error(path, "invalid", text)
}

fn rejected(rejection: &Rejection) -> Problem {
    let kind = match rejection {
        Rejection::Malformed { .. } => Kind::BadRequest,
        Rejection::VehicleForbidden => Kind::NotFound,
        Rejection::Shape { .. }
        | Rejection::Protocol(_)
        | Rejection::VehicleId
        | Rejection::Empty
        | Rejection::TooManyReadings { .. } => Kind::Unprocessable,
    };
    Problem::new(
        kind,
        rejection.code(),
        format!("The record was not taken: {}.", rejection.text()),
    )
    .error(rejection.path(), rejection.code(), rejection.text())
}

fn quarantined(fault: &RecordFault, receipt_id: String, quarantine_id: String) -> Problem {
    let mut problem = Problem::new(
        Kind::Unprocessable,
        fault.code(),
        format!("The record is in quarantine: {}.", fault.text()),
    )
    .error(fault.path(), fault.code(), fault.text())
    .param("receipt_id", receipt_id)
    .param("quarantine_id", quarantine_id);
    problem.params.extend(published::params(&fault.params()));
    problem
}
