//! Asking for a decision.

use axum::extract::State;
use axum::http::StatusCode;
use chassis::http::Json;
use chassis::problem::Problem;
use chassis::{Cause, Principal};

use super::{requests, sees_notes, wire};
use crate::use_cases::{self, App};

/// Runs the graph on symptoms that were seen on a vehicle's component.
#[utoipa::path(post, path = "/api/v1/agents/orchestrate", operation_id = "orchestrate", tag = "decisions",
    request_body = requests::OrderRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same request with the same key is carried out once and answered with the first answer.")),
    responses((status = 201, body = wire::Decision, description = "Decided.",
            headers(("Idempotency-Replayed" = bool, description = "True when this is the kept answer of an earlier request with this key."))),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn orchestrate(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Json(request): Json<requests::OrderRequest>,
) -> Result<(StatusCode, Json<wire::Decision>), Problem> {
    principal.require_sight(&request.vehicle_id)?;
    let record = use_cases::orchestrate(&app, &principal.tenant, request.into_order()?, &cause).await?;
    let body = wire::Decision::new(record, sees_notes(&principal));
    Ok((StatusCode::CREATED, Json(body)))
}
