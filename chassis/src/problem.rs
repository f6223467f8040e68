//! Errors as people and programs read them: Problem Details for HTTP APIs (RFC 9457) with a stable `code`.

use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use crate::database::{is_retryable, is_unstorable};
use crate::http::again::Repeated;

/// The closed set of ways in which a request can fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    BadRequest,
    Unauthorized,
    Forbidden,
    NotFound,
    MethodNotAllowed,
    Timeout,
    Conflict,
    Gone,
    PayloadTooLarge,
    UnsupportedMediaType,
    Unprocessable,
    TooManyRequests { retry_after_s: u64 },
    Internal,
    Unavailable,
}

impl Kind {
    fn status(self) -> StatusCode {
        match self {
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::Forbidden => StatusCode::FORBIDDEN,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::Timeout => StatusCode::REQUEST_TIMEOUT,
            Self::Conflict => StatusCode::CONFLICT,
            Self::Gone => StatusCode::GONE,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Unprocessable => StatusCode::UNPROCESSABLE_ENTITY,
            Self::TooManyRequests { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The kind that answers with this status, for errors that the HTTP stack raised itself.
    pub(crate) fn of_status(status: StatusCode) -> Self {
        match status.as_u16() {
            401 => Self::Unauthorized,
            403 => Self::Forbidden,
            404 => Self::NotFound,
            405 => Self::MethodNotAllowed,
            408 => Self::Timeout,
            413 => Self::PayloadTooLarge,
            415 => Self::UnsupportedMediaType,
            422 => Self::Unprocessable,
            503 => Self::Unavailable,
            400..=499 => Self::BadRequest,
            _ => Self::Internal,
        }
    }
}

/// What was wrong at one place of the request.
#[derive(Clone, Debug, Serialize, Deserialize, PartialEq, utoipa::ToSchema)]
pub struct FieldError {
    /// Where: a JSON Pointer (RFC 6901) into the body, or a parameter's name.
    pub path: String,
    /// Stable code of what is wrong.
    pub code: String,
    /// The same in English.
    pub text: String,
}

/// A problem body. 5xx problems carry no detail: the cause is in the log under the same `request_id`.
#[derive(Clone, Debug, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Problem {
    #[serde(rename = "type")]
    pub type_uri: String,
    pub title: String,
    pub status: u16,
    pub code: String,
    pub detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    #[schema(value_type = Object)]
    pub params: serde_json::Map<String, serde_json::Value>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    #[serde(skip)]
    retry_after_s: Option<u64>,
    /// Says "not found" of something that the caller may not see.
    #[serde(skip)]
    hidden: bool,
    /// Whether the shell may run the request again.
    #[serde(skip)]
    passing: Option<Passing>,
}

/// Causes of internal errors that the shell knows how to deal with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Passing {
    /// The database refused the transaction; it surely did not happen.
    Refused,
    /// Another request with the same Idempotency-Key came first.
    Repeated,
}

impl Problem {
    /// A problem of this kind; `code` is stable (`note.not_found`), `detail` is an English sentence for people.
    pub fn new(kind: Kind, code: &str, detail: impl Into<String>) -> Self {
        let status = kind.status();
        Self {
            type_uri: format!("urn:carvrooom:problem:{code}"),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            code: code.to_owned(),
            detail: detail.into(),
            request_id: None,
            params: serde_json::Map::new(),
            errors: Vec::new(),
            passing: None,
            hidden: false,
            retry_after_s: match kind {
                Kind::TooManyRequests { retry_after_s } => Some(retry_after_s.max(1)),
                Kind::Unavailable => Some(1),
                _ => None,
            },
        }
    }

    /// An internal error: logs the cause with its sources once, here at the edge, and says nothing of it to the caller. What the database
    /// refused for a passing reason is 503 with Retry-After; the shell runs it again before it says so. A text that it cannot keep is the caller's.
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Self {
        let chain = chain_of(cause);
        if chain.iter().any(|error| error.is::<Repeated>()) {
            let mut problem = Self::new(
                Kind::Conflict,
                "idempotency.in_progress",
                "The same request is under way.",
            );
            problem.passing = Some(Passing::Repeated);
            return problem;
        }
        let text: Vec<String> = chain.iter().map(ToString::to_string).collect();
        let error = text.join(": ");
        if is_retryable(cause) {
            tracing::debug!(error, "the database refused a transaction");
            let mut problem = Self::new(Kind::Unavailable, "busy", "The database is busy or away; try again.");
            problem.passing = Some(Passing::Refused);
            return problem;
        }
        if is_unstorable(cause) {
            tracing::info!(error, "a request holds what the database cannot keep");
            return Self::new(
                Kind::Unprocessable,
                "request.not_storable",
                "A text of the request holds a character that cannot be kept, such as U+0000.",
            );
        }
        tracing::error!(error, "request failed");
        Self::new(
            Kind::Internal,
            "internal",
            "The request failed on our side; the log has the cause.",
        )
    }

    /// Whether it surely did not happen and may go through when it is tried again.
    pub(crate) fn is_retryable(&self) -> bool {
        self.passing == Some(Passing::Refused)
    }

    /// Whether another request with the same Idempotency-Key came first.
    pub(crate) fn is_repetition(&self) -> bool {
        self.passing == Some(Passing::Repeated)
    }

    /// Marks that it was refused because the caller may not see it, whatever it says: the access log tells so.
    #[must_use]
    pub fn hiding(mut self) -> Self {
        self.hidden = true;
        self
    }

    /// Whether the caller was refused, openly or not.
    pub(crate) fn is_denial(&self) -> bool {
        self.hidden || matches!(self.status, 401 | 403)
    }

    /// Adds a parameter that a client's translation may use.
    #[must_use]
    pub fn param(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.params.insert(name.to_owned(), value.into());
        self
    }

    /// Adds what is wrong at one place.
    #[must_use]
    pub fn error(mut self, path: &str, code: &str, text: impl Into<String>) -> Self {
        self.errors.push(FieldError {
            path: path.to_owned(),
            code: code.to_owned(),
            text: text.into(),
        });
        self
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// An error and its sources; also what a driver's error carries inside.
fn chain_of<'e>(cause: &'e (dyn std::error::Error + 'static)) -> Vec<&'e (dyn std::error::Error + 'static)> {
    let mut chain = vec![cause];
    while let Some(inner) = chain.last().and_then(|error| error.source()) {
        chain.push(inner);
    }
    chain
}

/// The media type of problem bodies.
pub const CONTENT_TYPE: &str = "application/problem+json";

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let body = serde_json::to_vec(&self).unwrap_or_default();
        let mut response = (self.status(), [(header::CONTENT_TYPE, CONTENT_TYPE)], body).into_response();
        if let Some(seconds) = self.retry_after_s {
            response
                .headers_mut()
                .insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == 401 {
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response.extensions_mut().insert(self);
        response
    }
}
