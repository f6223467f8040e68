//! Puts a service's routes behind the guard and inside the common layers, and serves them.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use metrics_exporter_prometheus::PrometheusHandle;
use serde::Deserialize;
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::decompression::RequestDecompressionLayer;
use tracing::Instrument;

use super::again::{Again, run_again};
use super::{Json, Page, PageQuery, Path, Query};
use crate::broker::DeadLetters;
use crate::clock::Clock;
use crate::config::{HttpConfig, Secret};
use crate::database::Database;
use crate::event::{Cause, Event};
use crate::identity::{DEFAULT_TENANT, Guard, Principal, guard};
use crate::on;
use crate::outbox::Archive;
use crate::problem::{self, Kind, Problem};

const CORRELATION: HeaderName = HeaderName::from_static("x-correlation-id");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What the shell around a service needs.
pub(crate) struct Shell {
    pub service: &'static str,
    pub config: HttpConfig,
    pub database: Database,
    pub archive: Archive,
    pub dead_letters: DeadLetters,
    pub guard: Guard,
    pub secret: Secret,
    pub clock: Clock,
    pub metrics: Option<PrometheusHandle>,
    pub openapi: utoipa::openapi::OpenApi,
}

#[derive(Clone)]
struct Operations {
    database: Database,
    archive: Archive,
    dead_letters: DeadLetters,
    clock: Clock,
    metrics: Option<PrometheusHandle>,
    openapi: Arc<str>,
}

impl Shell {
    /// The complete router of the service.
    pub(crate) fn wrap(self, routes: Router) -> Router {
        let openapi = self.openapi.to_json().unwrap_or_default();
        let operations = Operations {
            database: self.database,
            archive: self.archive,
            dead_letters: self.dead_letters,
            clock: self.clock.clone(),
            metrics: self.metrics,
            openapi: openapi.into(),
        };
        let again = Again {
            service: self.service,
            database: operations.database.clone(),
            clock: self.clock.clone(),
            secret: self.secret,
        };
        let guarded = routes
            .merge(operational(operations))
            .route_layer(middleware::from_fn_with_state(Arc::new(again), run_again))
            .route_layer(middleware::from_fn_with_state(Arc::new(self.guard), guard));
        let frame = Frame {
            service: self.service,
            clock: self.clock,
            timeout: Duration::from_millis(self.config.request_timeout_ms),
        };
        guarded
            .merge(utoipa_swagger_ui::SwaggerUi::new("/docs").config(utoipa_swagger_ui::Config::from("/openapi.json")))
            .layer(
                ServiceBuilder::new()
                    .layer(middleware::from_fn_with_state(frame, frame_request))
                    // A fault of ours ends one request with an answer, not its connection without one.
                    .layer(CatchPanicLayer::new())
                    .layer(DefaultBodyLimit::max(self.config.body_bytes_max))
                    .layer(RequestDecompressionLayer::new())
                    .map_request(|request: Request<_>| request.map(Body::new)),
            )
    }
}

fn operational(operations: Operations) -> Router {
    Router::new()
        .route(
            "/health",
            get(|| async { axum::Json(serde_json::json!({"status": "alive"})) }),
        )
        .route("/ready", get(ready))
        .route("/metrics", get(render_metrics))
        .route("/openapi.json", get(openapi))
        .route("/internal/events", get(archived_events))
        .route("/api/v1/dead-letters", get(list_dead_letters))
        .route("/api/v1/dead-letters/{id}/replay", post(replay_dead_letter))
        .with_state(operations)
}

async fn ready(State(operations): State<Operations>) -> Response {
    let answered = async {
        let mut tx = operations.database.read().await?;
        on!(tx, c => sqlx::query_scalar::<_, i64>("SELECT CAST(1 AS BIGINT)").fetch_one(c).await)
    };
    match answered.await {
        Ok(_) => axum::Json(serde_json::json!({"status": "ready"})).into_response(),
        Err(error) => {
            tracing::warn!(%error, "not ready: the database does not answer");
            Problem::new(Kind::Unavailable, "not_ready", "The database does not answer.").into_response()
        }
    }
}

async fn render_metrics(State(operations): State<Operations>) -> String {
    operations.metrics.map(|handle| handle.render()).unwrap_or_default()
}

async fn openapi(State(operations): State<Operations>) -> Response {
    (
        [(header::CONTENT_TYPE, "application/json")],
        operations.openapi.to_string(),
    )
        .into_response()
}

#[derive(Deserialize)]
struct ArchiveQuery {
    partition: u8,
    #[serde(default)]
    after: i64,
    limit: Option<usize>,
}

/// The archive endpoint: a tenant's key sees its own events only, the house's service keys see all.
async fn archived_events(
    State(operations): State<Operations>,
    principal: Principal,
    Query(query): Query<ArchiveQuery>,
) -> Result<Response, Problem> {
    sees_whole_tenant(&principal)?;
    let limit = query.limit.unwrap_or(500).clamp(1, 1000);
    let of = Some(&principal.tenant).filter(|tenant| tenant.as_str() != DEFAULT_TENANT);
    let events = operations
        .archive
        .read(query.partition, query.after, limit, of)
        .await
        .map_err(|error| Problem::internal(&error))?;
    let events: Vec<String> = events.iter().map(Event::to_cloud_event).collect();
    let json = format!("{{\"events\":[{}]}}", events.join(","));
    Ok(([(header::CONTENT_TYPE, "application/json")], json).into_response())
}

/// What is kept of events is of the whole tenant: a caller who is bound to a part of it sees none.
fn sees_whole_tenant(principal: &Principal) -> Result<(), Problem> {
    match principal.vehicle_ids {
        None => Ok(()),
        Some(_) => Err(Problem::new(
            Kind::Forbidden,
            "auth.forbidden",
            "Events are of the whole tenant, and you may see a part of it only.",
        )),
    }
}

async fn list_dead_letters(
    State(operations): State<Operations>,
    principal: Principal,
    Query(page): Query<PageQuery>,
) -> Result<Response, Problem> {
    sees_whole_tenant(&principal)?;
    let listed = operations
        .dead_letters
        .list(&principal.tenant, &page.after()?, page.limit())
        .await;
    let Page { items, next_cursor } = listed.map_err(|error| Problem::internal(&error))?;
    Ok(Json(Page { items, next_cursor }).into_response())
}

async fn replay_dead_letter(
    State(operations): State<Operations>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    sees_whole_tenant(&principal)?;
    operations
        .dead_letters
        .replay(&principal.tenant, &id, operations.clock.machine_now())
        .await?;
    Ok(Json(serde_json::json!({"status": "replayed"})).into_response())
}

#[derive(Clone)]
struct Frame {
    service: &'static str,
    clock: Clock,
    timeout: Duration,
}

/// Correlation, deadline, one log line and metrics for each request; errors of the HTTP stack itself become problems.
async fn frame_request(State(frame): State<Frame>, mut request: Request, next: Next) -> Response {
    let started = frame.clock.instant();
    let request_id = crate::ids::new_id("req");
    let given = request.headers().get(CORRELATION).and_then(|value| value.to_str().ok());
    let correlation_id = given
        .filter(|text| is_tame(text))
        .map_or_else(|| request_id.replacen("req", "cor", 1), str::to_owned);
    request.extensions_mut().insert(Cause {
        correlation_id: correlation_id.clone(),
        historical: false,
    });
    let method = request.method().clone();
    let path = request
        .extensions()
        .get::<MatchedPath>()
        .map_or("unmatched".to_owned(), |path| path.as_str().to_owned());
    let span = tracing::info_span!("request", service = frame.service, correlation_id, request_id);
    let answered = async {
        match tokio::time::timeout(frame.timeout, next.run(request)).await {
            Ok(response) => as_problem(response, &request_id),
            Err(_) => with_request_id(
                Problem::new(Kind::Unavailable, "request.timeout", "The request took too long."),
                &request_id,
            ),
        }
    };
    let mut response = answered.instrument(span.clone()).await;
    let seconds = started.elapsed().as_secs_f64();
    let status = response.status().as_u16().to_string();
    span.in_scope(|| {
        tracing::debug!(
            method = method_name(&method),
            path,
            status,
            duration_ms = seconds * 1e3,
            "request served"
        )
    });
    metrics::counter!("http_requests_total", "service" => frame.service, "endpoint" => path.clone(), "method" => method_name(&method), "status" => status).increment(1);
    metrics::histogram!("http_request_duration_seconds", "service" => frame.service, "endpoint" => path)
        .record(seconds);
    let headers = response.headers_mut();
    // What people wrote is data, never a page; and what was answered to one caller is kept for no other.
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    for (name, value) in [(REQUEST_ID, &request_id), (CORRELATION, &correlation_id)] {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    }
    response
}

/// A method by its name in RFC 9110; any other token that somebody sends is one word, since names end up in metrics and in the audit log,
/// and both are kept.
pub(crate) fn method_name(method: &Method) -> &'static str {
    const KNOWN: [Method; 9] = [
        Method::GET,
        Method::POST,
        Method::PUT,
        Method::DELETE,
        Method::PATCH,
        Method::HEAD,
        Method::OPTIONS,
        Method::TRACE,
        Method::CONNECT,
    ];
    const NAMES: [&str; 9] = [
        "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT",
    ];
    let place = KNOWN.iter().position(|known| known == method);
    place.map_or("OTHER", |place| NAMES[place])
}

/// A correlation id from outside enters logs and events, so it may hold only harmless characters.
fn is_tame(text: &str) -> bool {
    (1..=100).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte))
}

fn as_problem(mut response: Response, request_id: &str) -> Response {
    if let Some(problem) = response.extensions_mut().remove::<Problem>() {
        let mut whole = with_request_id(problem, request_id);
        let said = whole.headers().clone();
        // What was said beside the problem, such as a cookie that is taken away, is said still.
        for (name, value) in response.headers() {
            if *name != header::CONTENT_LENGTH && !said.contains_key(name) {
                whole.headers_mut().append(name, value.clone());
            }
        }
        return whole;
    }
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    if response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/"))
    {
        return response;
    }
    let code = format!("http.{}", status.as_u16());
    let detail = status.canonical_reason().unwrap_or("The request failed").to_owned();
    with_request_id(Problem::new(Kind::of_status(status), &code, detail), request_id)
}

fn with_request_id(mut problem: Problem, request_id: &str) -> Response {
    problem.request_id = Some(request_id.to_owned());
    let mut response = problem.into_response();
    response
        .headers_mut()
        .insert(header::CONTENT_TYPE, HeaderValue::from_static(problem::CONTENT_TYPE));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_method_of_http_has_one_name() {
        for name in [
            "GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE", "CONNECT",
        ] {
            assert_eq!(method_name(&name.parse().unwrap()), name);
        }
        for name in ["AAAA1", "get", "PROPFIND"] {
            assert_eq!(method_name(&name.parse().unwrap()), "OTHER");
        }
    }
}
