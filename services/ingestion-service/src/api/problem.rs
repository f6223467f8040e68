//! The one place where errors become answers.

use chassis::problem::{Kind, Problem};
use serde_json::{Map, Value};

use crate::domain::fault::{Param, RecordFault, Rejection};
use crate::error::Error;

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
            Error::BodyTooLarge => {
                let detail = "The body is over the limit; send it in smaller parts.";
                Problem::new(Kind::PayloadTooLarge, "request.too_large", detail)
            }
            Error::BodyBroken => {
                let detail = "The body ended early or could not be decompressed.";
                Problem::new(Kind::BadRequest, "request.body_unreadable", detail)
            }
            Error::BatchTooLong { max } => {
                let detail = format!("A batch has at most {max} records.");
                Problem::new(Kind::PayloadTooLarge, "batch.too_long", detail).param("max", max)
            }
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
            Error::CommitFailed => {
                let detail = "The records could not be committed; nothing of this request was kept. Send it again.";
                Problem::new(Kind::Unavailable, "ingest.not_committed", detail)
            }
            Error::TextUnstorable => {
                let detail = "A text of the records holds a character that cannot be kept, such as U+0000; nothing of this request was kept.";
                Problem::new(Kind::Unprocessable, "request.not_storable", detail)
            }
            Error::ShuttingDown => {
                let detail = "The service is stopping. Send the request again.";
                Problem::new(Kind::Unavailable, "service.stopping", detail)
            }
            Error::Store(error) => Problem::internal(&error),
            Error::StoredData(error) => Problem::internal(&error),
            registry @ (Error::VehicleNotFound(_)
            | Error::VehicleExists(_)
            | Error::VinTaken
            | Error::VinInvalid(_)
            | Error::VehicleIdInvalid
            | Error::FieldInvalid { .. }) => of_registry(registry),
            query @ (Error::CursorForeign
            | Error::SignalUnknown(_)
            | Error::RangeEmpty { .. }
            | Error::QuarantineNotFound(_)
            | Error::QuarantineHidden(_)
            | Error::AccountNotVisible
            | Error::QuarantineReplayed { .. }
            | Error::QuarantineNotReplayable) => of_query(query),
        }
    }
}

/// What goes wrong with the vehicle registry.
fn of_registry(error: Error) -> Problem {
    match error {
        Error::VehicleNotFound(vehicle_id) => {
            let detail = "There is no vehicle with this id.";
            Problem::new(Kind::NotFound, "vehicle.not_found", detail).param("vehicle_id", vehicle_id)
        }
        Error::VehicleExists(vehicle_id) => {
            let detail = "A vehicle with this id is registered already.";
            Problem::new(Kind::Conflict, "vehicle.exists", detail).param("vehicle_id", vehicle_id)
        }
        Error::VinTaken => {
            let detail = "Another active vehicle has this VIN.";
            Problem::new(Kind::Conflict, "vin.taken", detail).error("/vin", "vin.taken", detail)
        }
        Error::VinInvalid(fault) => {
            let detail = format!("The VIN is not valid: {}.", fault.text());
            Problem::new(Kind::Unprocessable, "vin.invalid", detail).error("/vin", "vin.invalid", fault.text())
        }
        Error::FieldInvalid { field, text } => invalid_member(&format!("/{field}"), &text),
        _ => invalid_member("/vehicle_id", "1 to 128 characters, none of them a control character"),
    }
}

/// What goes wrong with questions about telemetry and quarantine.
fn of_query(error: Error) -> Problem {
    match error {
        Error::CursorForeign => {
            let detail = "The cursor was not given out by this list.";
            Problem::new(Kind::BadRequest, "request.cursor", detail)
        }
        Error::SignalUnknown(signal) => {
            let detail = "No signal has this path or alias.";
            Problem::new(Kind::Unprocessable, "signal.unknown", detail).param("signal", signal)
        }
        Error::RangeEmpty { from, to } => {
            let detail = "The time range is empty: `from` must lie before `to`.";
            Problem::new(Kind::Unprocessable, "range.empty", detail)
                .param("from", chassis::rfc3339(from))
                .param("to", chassis::rfc3339(to))
        }
        Error::QuarantineNotFound(quarantine_id) => {
            let detail = "There is no such item in quarantine.";
            Problem::new(Kind::NotFound, "quarantine.not_found", detail).param("quarantine_id", quarantine_id)
        }
        // In the words of an item that never was: nothing is learned by asking.
        Error::QuarantineHidden(quarantine_id) => of_query(Error::QuarantineNotFound(quarantine_id)).hiding(),
        Error::AccountNotVisible => {
            let detail = "The account counts the records of all vehicles together, and you may see some of them only.";
            Problem::new(Kind::Forbidden, "conservation.not_visible", detail)
        }
        Error::QuarantineReplayed { receipt_id } => {
            let detail = "The item was replayed already.";
            Problem::new(Kind::Conflict, "quarantine.replayed", detail).param("receipt_id", receipt_id)
        }
        _ => {
            let detail = "The item is one reading of a record that was kept; only whole records are replayed.";
            Problem::new(Kind::Conflict, "quarantine.not_replayable", detail)
        }
    }
}

fn invalid_member(path: &str, text: &str) -> Problem {
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
        Rejection::TooLarge { .. } => Kind::PayloadTooLarge,
        Rejection::Shape { .. }
        | Rejection::Protocol(_)
        | Rejection::VehicleId
        | Rejection::Empty
        | Rejection::TooManyReadings { .. } => Kind::Unprocessable,
    };
    let detail = format!("The record was not taken: {}.", rejection.text());
    Problem::new(kind, rejection.code(), detail).error(rejection.path(), rejection.code(), rejection.text())
}

fn quarantined(fault: &RecordFault, receipt_id: String, quarantine_id: String) -> Problem {
    let detail = format!("The record is in quarantine: {}.", fault.text());
    let mut problem = Problem::new(Kind::Unprocessable, fault.code(), detail)
        .error(fault.path(), fault.code(), fault.text())
        .param("receipt_id", receipt_id)
        .param("quarantine_id", quarantine_id);
    problem.params.extend(params(fault));
    problem
}

fn params(fault: &RecordFault) -> Map<String, Value> {
    let value = |param| match param {
        Param::Number(number) => Value::from(number),
        Param::Text(text) => Value::from(text),
    };
    fault
        .params()
        .into_iter()
        .map(|(name, param)| (name.to_owned(), value(param)))
        .collect()
}
