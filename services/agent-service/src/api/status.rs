//! What the agents have done.

use axum::extract::State;
use chassis::Principal;
use chassis::http::Json;
use chassis::problem::Problem;

use super::wire;
use crate::use_cases::{self, App};

/// Counts, accuracy by the workshop's findings, and the knowledge base in use.
#[utoipa::path(get, path = "/api/v1/agents/status", operation_id = "show_status", tag = "status",
    responses((status = 200, body = wire::Status)))]
pub(super) async fn show_status(State(app): State<App>, principal: Principal) -> Result<Json<wire::Status>, Problem> {
    Ok(Json(use_cases::show_status(&app, &principal.tenant).await?.into()))
}
