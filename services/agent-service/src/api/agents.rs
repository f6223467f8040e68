//! How agents behave, and letting a suspended one go on.

use axum::extract::State;
use axum::http::StatusCode;
use chassis::Principal;
use chassis::http::{Json, Path};
use chassis::problem::Problem;

use super::wire;
use crate::use_cases::{self, App};

/// What is usual for each agent, who is suspended and why, and what was spent today.
#[utoipa::path(get, path = "/api/v1/agents/behaviour", operation_id = "show_agents", tag = "agents",
    responses((status = 200, body = wire::Agents)))]
pub(super) async fn show_agents(State(app): State<App>, principal: Principal) -> Result<Json<wire::Agents>, Problem> {
    let conducts = use_cases::show_agents(&app, &principal.tenant).await?;
    Ok(Json(conducts.into()))
}

/// Lets a suspended agent use language models again.
#[utoipa::path(post, path = "/api/v1/agents/behaviour/{agent}/resume", operation_id = "resume_agent", tag = "agents",
    params(("agent" = String, Path)), responses((status = 204), (status = 404, body = Problem)))]
pub(super) async fn resume_agent(
    State(app): State<App>,
    principal: Principal,
    Path(agent): Path<String>,
) -> Result<StatusCode, Problem> {
    use_cases::resume_agent(&app, &principal.tenant, &agent).await?;
    Ok(StatusCode::NO_CONTENT)
}
