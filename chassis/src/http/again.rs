//! Requests that may be run again: those that the database refused because others wrote at the same time, and those that a client repeats
//! under the same `Idempotency-Key` (draft-ietf-httpapi-idempotency-key-header).
//!
//! A key is written in the transaction of its effect (by [`Database::begin`](crate::Database::begin), through a task-local scope), so
//! effect and key cannot part; the answer is added after the commit. A repetition gets the first answer. If the process died between
//! commit and answer, the repetition is told that the work is done (409 `idempotency.answer_lost`): it is never done twice.
//!
//! Nothing secret is kept: of a request only a keyed hash (a plain one of a password could be guessed), of an answer that is [`ShownOnce`]
//! nothing. Callers who have not proved who they are share no keys, so theirs are not looked at.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

use super::extract::body_bytes;
use crate::clock::{Clock, micros};
use crate::config::Secret;
use crate::database::{ATTEMPTS, Database, DbError, Tx, pause};
use crate::identity::Principal;
use crate::ids::hex;
use crate::on;
use crate::problem::{Kind, Problem};

const KEY: HeaderName = HeaderName::from_static("idempotency-key");
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Answers are kept up to this size; a larger one is told as lost.
const ANSWER_BYTES_MAX: usize = 256 * 1024;

/// In a response's extensions: its body holds a secret that is shown once. A repetition is told that the answer was not kept.
#[derive(Clone, Copy, Debug)]
pub struct ShownOnce;

tokio::task_local! {
    static SCOPE: Scope;
}

/// The key of the request that this task works for.
#[derive(Clone)]
pub(crate) struct Scope(Arc<Claim>);

struct Claim {
    tenant: String,
    caller: String,
    key: String,
    fingerprint: String,
    at: DateTime<Utc>,
    /// A transaction that holds the key was committed: later ones of the same request need not write it.
    committed: AtomicBool,
}

impl Scope {
    /// The scope of the running request, unless its key was committed already.
    pub(crate) fn current() -> Option<Self> {
        let scope = SCOPE.try_with(Clone::clone).ok()?;
        (!scope.0.committed.load(Ordering::Acquire)).then_some(scope)
    }

    /// Writes the key into a transaction that has just begun.
    ///
    /// # Errors
    /// [`Repeated`] when another request with this key was committed.
    pub(crate) async fn claim(&self, tx: &mut Tx) -> Result<(), DbError> {
        let claim = &self.0;
        let done = on!(tx, c => sqlx::query(
            "INSERT INTO idempotency_key (tenant_id, caller, key, fingerprint, created_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING")
            .bind(&claim.tenant).bind(&claim.caller).bind(&claim.key).bind(&claim.fingerprint).bind(claim.at)
            .run(c).await)?;
        if done.rows_affected() == 0 {
            return Err(DbError::AnyDriverError(Box::new(Repeated)));
        }
        Ok(())
    }

    pub(crate) fn committed(&self) {
        self.0.committed.store(true, Ordering::Release);
    }
}

/// Another request with the same key came first.
#[derive(Debug, thiserror::Error)]
#[error("another request with this Idempotency-Key came first")]
pub(crate) struct Repeated;

/// What the middleware needs.
#[derive(Clone)]
pub(crate) struct Again {
    pub service: &'static str,
    pub database: Database,
    pub clock: Clock,
    /// What fingerprints of requests are keyed with; the same in all instances.
    pub secret: Secret,
}

/// Runs a request, again where the database refused it, once where it carries an Idempotency-Key.
pub(crate) async fn run_again(State(again): State<Arc<Again>>, request: Request, next: Next) -> Response {
    let is_read = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    let is_known = request.extensions().get::<Principal>().is_some();
    let has_key = !is_read && is_known && request.headers().contains_key(KEY);
    if !has_key && (is_read || !again.database.is_shared()) {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let body = match body_bytes(Request::from_parts(parts.clone(), body), &()).await {
        Ok(body) => body,
        Err(problem) => return problem.into_response(),
    };
    let copy = || Request::from_parts(parts.clone(), Body::from(body.clone()));
    if !has_key {
        return attempts(again.service, &copy, &next).await;
    }
    match scope_of(&again, &parts, &body) {
        Ok(scope) => once(&again, scope, &copy, &next)
            .await
            .unwrap_or_else(IntoResponse::into_response),
        Err(problem) => problem.into_response(),
    }
}

/// Runs until the database takes it; the last refusal is answered as it is (503 with Retry-After).
async fn attempts(service: &'static str, request: &impl Fn() -> Request, next: &Next) -> Response {
    let mut attempt = 0;
    loop {
        let response = next.clone().run(request()).await;
        let refused = response
            .extensions()
            .get::<Problem>()
            .is_some_and(Problem::is_retryable);
        if !refused || attempt == ATTEMPTS {
            return response;
        }
        metrics::counter!("transactions_retried_total", "service" => service).increment(1);
        attempt += 1;
        tokio::time::sleep(pause(attempt)).await;
    }
}

fn scope_of(again: &Again, parts: &axum::http::request::Parts, body: &Bytes) -> Result<Scope, Problem> {
    let unusable = || {
        Problem::new(
            Kind::BadRequest,
            "idempotency.key_invalid",
            "An Idempotency-Key has 1 to 200 printable ASCII characters.",
        )
    };
    let key = parts
        .headers
        .get(KEY)
        .and_then(|value| value.to_str().ok())
        .ok_or_else(unusable)?;
    if key.is_empty() || key.len() > 200 || !key.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return Err(unusable());
    }
    let principal = parts.extensions.get::<Principal>();
    let mut digest = Sha256::new();
    digest.update(again.secret.reveal());
    digest.update([0]);
    digest.update(parts.method.as_str());
    digest.update([0]);
    digest.update(parts.uri.path_and_query().map_or("", |path| path.as_str()));
    digest.update([0]);
    digest.update(body);
    Ok(Scope(Arc::new(Claim {
        tenant: principal.map_or(String::new(), |who| who.tenant.as_str().to_owned()),
        caller: principal.map_or(String::new(), |who| who.subject.clone()),
        key: key.to_owned(),
        fingerprint: hex(&digest.finalize()),
        at: micros(again.clock.machine_now()),
        committed: AtomicBool::new(false),
    })))
}

async fn once(again: &Again, scope: Scope, request: &impl Fn() -> Request, next: &Next) -> Result<Response, Problem> {
    if let Some(known) = recall(again, &scope).await? {
        return Ok(known);
    }
    let response = SCOPE.scope(scope.clone(), attempts(again.service, request, next)).await;
    if scope.0.committed.load(Ordering::Acquire) {
        return remember(again, &scope, response).await;
    }
    let repeated = response
        .extensions()
        .get::<Problem>()
        .is_some_and(Problem::is_repetition);
    match repeated {
        true => Ok(recall(again, &scope).await?.unwrap_or(response)),
        false => Ok(response),
    }
}

type Kept = (String, Option<i64>, Option<String>, Option<Vec<u8>>);

/// The first answer, if the key is known.
async fn recall(again: &Again, scope: &Scope) -> Result<Option<Response>, Problem> {
    let claim = &scope.0;
    let found = async {
        let mut tx = again.database.read().await?;
        on!(tx, c => sqlx::query_as::<_, Kept>(
            "SELECT fingerprint, status, content_type, body FROM idempotency_key WHERE tenant_id = $1 AND caller = $2 AND key = $3")
            .bind(&claim.tenant).bind(&claim.caller).bind(&claim.key).fetch_optional(c).await)
    };
    let found: Option<Kept> = found.await.map_err(|error: DbError| Problem::internal(&error))?;
    let Some((fingerprint, status, content_type, body)) = found else {
        return Ok(None);
    };
    if fingerprint != claim.fingerprint {
        return Err(Problem::new(
            Kind::Unprocessable,
            "idempotency.key_reused",
            "This Idempotency-Key was used for another request.",
        ));
    }
    let (Some(status), Some(body)) = (status, body) else {
        return Err(Problem::new(
            Kind::Conflict,
            "idempotency.answer_lost",
            "The request with this Idempotency-Key was carried out, but its answer was not kept. Read what it made.",
        ));
    };
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = u16::try_from(status)
        .ok()
        .and_then(|status| axum::http::StatusCode::from_u16(status).ok())
        .unwrap_or_default();
    if let Some(value) = content_type.and_then(|text| HeaderValue::from_str(&text).ok()) {
        response.headers_mut().insert(header::CONTENT_TYPE, value);
    }
    response
        .headers_mut()
        .insert(REPLAYED, HeaderValue::from_static("true"));
    Ok(Some(response))
}

/// Keeps the answer beside the key. If that fails the answer is given all the same: the key is there, so nothing is done twice.
async fn remember(again: &Again, scope: &Scope, response: Response) -> Result<Response, Problem> {
    if response.extensions().get::<ShownOnce>().is_some() {
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let Ok(body) = to_bytes(body, ANSWER_BYTES_MAX).await else {
        return Err(Problem::new(
            Kind::Conflict,
            "idempotency.answer_lost",
            "The request was carried out, but its answer is too large to be kept under an Idempotency-Key.",
        ));
    };
    let claim = &scope.0;
    let content_type = parts
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let kept = async {
        let mut tx = again.database.begin_bulk().await?;
        on!(tx, c => sqlx::query(
            "UPDATE idempotency_key SET status = $1, content_type = $2, body = $3 WHERE tenant_id = $4 AND caller = $5 AND key = $6")
            .bind(i64::from(parts.status.as_u16())).bind(content_type).bind(body.to_vec())
            .bind(&claim.tenant).bind(&claim.caller).bind(&claim.key).run(c).await)?;
        tx.commit().await
    };
    if let Err(error) = kept.await {
        tracing::warn!(service = again.service, %error, "an idempotent answer was not kept");
    }
    Ok(Response::from_parts(parts, Body::from(body)))
}

/// Forgets keys that are older than `before`.
pub(crate) async fn forget(database: &Database, before: DateTime<Utc>) -> Result<(), DbError> {
    let mut tx = database.begin_bulk().await?;
    on!(tx, c => sqlx::query("DELETE FROM idempotency_key WHERE created_at < $1").bind(micros(before)).run(c).await)?;
    tx.commit().await
}
