//! Extractors that answer with problems which say what is wrong and where.

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::event::Cause;
use crate::problem::{Kind, Problem};

/// A JSON body, in and out.
#[derive(Clone, Debug)]
pub struct Json<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let content_type = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok())
            .unwrap_or("application/json");
        if !content_type.contains("json") {
            let detail = format!("Send application/json; {content_type} is not understood here.");
            return Err(Problem::new(Kind::UnsupportedMediaType, "request.media_type", detail));
        }
        let body = body_bytes(request, state).await?;
        from_slice(&body).map(Json)
    }
}

/// The whole body, bounded; over the limit it is a 413 problem.
pub(crate) async fn body_bytes<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    Bytes::from_request(request, state)
        .await
        .map_err(|rejection| match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Problem::new(
                Kind::PayloadTooLarge,
                "request.too_large",
                "The body is over the limit; send it in smaller parts.",
            ),
            _ => Problem::new(
                Kind::BadRequest,
                "request.body_unreadable",
                "The body ended early or could not be decompressed.",
            ),
        })
}

/// Reads JSON; a syntax error is 400 with line and column, a wrong type 422 with the path.
fn from_slice<T: DeserializeOwned>(body: &[u8]) -> Result<T, Problem> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut deserializer).map_err(|error| {
        let path = pointer(error.path());
        let inner = error.into_inner();
        if inner.is_data() {
            Problem::new(
                Kind::Unprocessable,
                "request.invalid",
                "The body does not have the expected shape.",
            )
            .error(&path, "invalid", inner.to_string())
        } else {
            Problem::new(
                Kind::BadRequest,
                "request.malformed_json",
                format!("The body is not valid JSON: {inner}."),
            )
            .error(&path, "malformed", inner.to_string())
        }
    })?;
    deserializer.end().map_err(|error| {
        Problem::new(
            Kind::BadRequest,
            "request.malformed_json",
            format!("The body is not valid JSON: {error}."),
        )
    })?;
    Ok(value)
}

/// A path as JSON Pointer (RFC 6901).
fn pointer(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    let mut text = String::new();
    for segment in path.iter() {
        match segment {
            Segment::Seq { index } => text.push_str(&format!("/{index}")),
            Segment::Map { key } => text.push_str(&format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
            Segment::Enum { variant } => text.push_str(&format!("/{variant}")),
            Segment::Unknown => {}
        }
    }
    text
}

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

/// Query parameters.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Problem> {
        axum::extract::Query::try_from_uri(&parts.uri)
            .map(|axum::extract::Query(value)| Self(value))
            .map_err(|rejection| {
                Problem::new(
                    Kind::BadRequest,
                    "request.query",
                    "A query parameter is missing or has the wrong type.",
                )
                .error("query", "invalid", rejection.body_text())
            })
    }
}

/// Path parameters.
#[derive(Clone, Debug)]
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = axum::extract::Path::from_request_parts(parts, state).await;
        found
            .map(|axum::extract::Path(value)| Self(value))
            .map_err(|rejection| {
                Problem::new(
                    Kind::BadRequest,
                    "request.path",
                    "A part of the path is not what it should be.",
                )
                .error("path", "invalid", rejection.body_text())
            })
    }
}

impl<S: Sync> FromRequestParts<S> for Cause {
    type Rejection = std::convert::Infallible;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(parts.extensions.get::<Cause>().cloned().unwrap_or_default())
    }
}
