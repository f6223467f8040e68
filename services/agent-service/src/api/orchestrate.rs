//! Asking for a decision.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use chassis::http::Json;
use chassis::problem::Problem;
use chassis::{Cause, Principal};

use super::{requests, sees_notes, wire};
use crate::use_cases::{self, App};

/// Runs the graph on symptoms that were seen on a vehicle's component. The same `Idempotency-Key` asks for the same run.
#[utoipa::path(post, path = "/api/v1/agents/orchestrate", operation_id = "orchestrate", tag = "decisions",
    request_body = requests::OrderRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "Repeats of a run with the same key answer with the first one's decision.")),
    responses((status = 201, body = wire::Decision, description = "Decided."), (status = 200, body = wire::Decision, description = "Decided before with this key."),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn orchestrate(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    headers: HeaderMap,
    Json(request): Json<requests::OrderRequest>,
) -> Result<(StatusCode, Json<wire::Decision>), Problem> {
    principal.require_sight(&request.vehicle_id)?;
    let key = headers
        .get("idempotency-key")
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned);
    let done = use_cases::orchestrate(&app, &principal.tenant, request.into_order(key)?, &cause).await?;
    let status = if done.new { StatusCode::CREATED } else { StatusCode::OK };
    Ok((status, Json(wire::Decision::new(done.record, sees_notes(&principal)))))
}
