//! Running a past decision again.

use axum::extract::State;
use chassis::Principal;
use chassis::http::{Json, Path};
use chassis::problem::Problem;

use super::{requests, wire};
use crate::use_cases::{self, App, Replayed};

/// Runs a decision again from its journal, or with facts changed. Nothing is published and no model is paid.
#[utoipa::path(post, path = "/api/v1/agents/decision/{id}/replay", operation_id = "replay_decision", tag = "decisions",
    params(("id" = String, Path)), request_body = requests::ReplayRequest,
    responses((status = 200, body = wire::Replay), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn replay_decision(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Json(request): Json<requests::ReplayRequest>,
) -> Result<Json<wire::Replay>, Problem> {
    let replayed = use_cases::replay_decision(&app, &principal.tenant, &id, &request.into_change()?).await?;
    super::require_sight_of(&principal, &id, &replayed.vehicle_id)?;
    Ok(Json(replayed.into()))
}

impl From<Replayed> for wire::Replay {
    fn from(replayed: Replayed) -> Self {
        let decision = replayed.decision;
        Self {
            same: replayed.differences.is_empty(),
            differences: replayed.differences,
            heard_models: replayed.heard_models,
            failure_mode: decision.failure_mode.code,
            probability: decision.failure_mode.probability,
            confidence: decision.confidence,
            severity: decision.severity.code(),
            urgency: decision.urgency.code(),
            review_because: decision.review_because,
            explanation: replayed.explanation.as_ref().map(Into::into),
        }
    }
}
