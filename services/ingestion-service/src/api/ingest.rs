//! Telemetry in.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, StatusCode, header};
use chassis::http::Json;
use chassis::problem::{Kind, Problem};
use chassis::{Cause, Principal};

use super::telemetry_wire::{parse_array, parse_lines, parse_one};
use super::wire::{RecordPosted, VerdictWire};
use crate::App;
use crate::error::Error;
use crate::use_cases::ingest_records::{Caller, Parse, Submission, Verdict, ingest};

/// Takes one record. 202 means that it is committed.
#[utoipa::path(post, path = "/api/v1/ingest", request_body = RecordPosted, responses(
    (status = 202, body = VerdictWire), (status = 400, body = Problem), (status = 422, body = Problem, description = "not a record, or in quarantine"),
    (status = 429, body = Problem)))]
pub async fn ingest_record(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<VerdictWire>), Problem> {
    if media_type(&headers) != "application/json" {
        return Err(wrong_media_type("application/json"));
    }
    let body = readable(body)?;
    let submission = Submission {
        caller: caller(principal),
        cause,
        body,
        format: "json",
        parse: parse_one,
        single: true,
    };
    let verdict = of_single(ingest(&app, submission).await?)?;
    Ok((StatusCode::ACCEPTED, Json(verdict.into())))
}

/// Takes a batch: a JSON array, or one record a line (application/x-ndjson); gzip and zstd are accepted. 202 means that it is committed.
#[utoipa::path(post, path = "/api/v1/ingest/batch", request_body = Vec<RecordPosted>, responses(
    (status = 202, body = VerdictWire), (status = 400, body = Problem), (status = 413, body = Problem), (status = 415, body = Problem),
    (status = 429, body = Problem)))]
pub async fn ingest_batch(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<VerdictWire>), Problem> {
    let (format, parse): (_, Parse) = match media_type(&headers).as_str() {
        "application/json" => ("json_array", parse_array),
        "application/x-ndjson" | "application/ndjson" => ("ndjson", parse_lines),
        _ => return Err(wrong_media_type("application/json or application/x-ndjson")),
    };
    let body = readable(body)?;
    let verdict = ingest(
        &app,
        Submission {
            caller: caller(principal),
            cause,
            body,
            format,
            parse,
            single: false,
        },
    )
    .await?;
    Ok((StatusCode::ACCEPTED, Json(verdict.into())))
}

/// Who posts.
pub fn caller(principal: Principal) -> Caller {
    Caller {
        tenant: principal.tenant,
        subject: principal.subject,
        vehicle_ids: principal.vehicle_ids,
    }
}

/// A single record that is in quarantine is no success: the answer says why, and where it is kept.
pub fn of_single(verdict: Verdict) -> Result<Verdict, Error> {
    match (verdict.fault, verdict.quarantine_id) {
        (Some(fault), Some(quarantine_id)) => Err(Error::RecordQuarantined {
            fault,
            receipt_id: verdict.receipt_id,
            quarantine_id,
        }),
        (fault, quarantine_id) => Ok(Verdict {
            fault,
            quarantine_id,
            ..verdict
        }),
    }
}

/// The media type without parameters, in small letters; JSON where none is given.
fn media_type(headers: &HeaderMap) -> String {
    let given = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("application/json");
    given.split(';').next().unwrap_or(given).trim().to_ascii_lowercase()
}

fn wrong_media_type(expected: &str) -> Problem {
    Problem::new(
        Kind::UnsupportedMediaType,
        "request.media_type",
        format!("Send {expected}."),
    )
}

/// The body, unless it is over the limit or ended early.
pub fn readable(body: Result<Bytes, BytesRejection>) -> Result<Bytes, Error> {
    body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::BodyTooLarge,
        _ => Error::BodyBroken,
    })
}
