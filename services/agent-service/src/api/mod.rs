//! The REST API under `/api/v1/agents`. Handlers extract, call one use case and map.

mod agents;
mod decisions;
mod orchestrate;
mod problem;
mod replay;
mod requests;
mod reviews;
mod status;
mod stream;
mod training;
mod wire;

use chassis::Principal;
use chassis::http::{Page, cursor};
use chassis::problem::Problem;
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::error::Error;
use crate::use_cases::{App, Paged};

#[derive(OpenApi)]
#[openapi(info(
    title = "agent-service",
    description = "Decisions about vehicles' components: what is probably wrong, how grave it is, what to do, and why."
))]
struct Document;

/// The routes with their state.
pub fn router(app: App) -> OpenApiRouter {
    described().with_state(app)
}

/// The API as OpenAPI.
pub fn openapi() -> utoipa::openapi::OpenApi {
    described().into_openapi()
}

fn described() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(orchestrate::orchestrate))
        .routes(routes!(decisions::list_decisions))
        .routes(routes!(decisions::list_decisions_of_vehicle))
        .routes(routes!(decisions::show_decision))
        .routes(routes!(decisions::show_decision_steps))
        .routes(routes!(decisions::give_feedback))
        .routes(routes!(reviews::list_reviews))
        .routes(routes!(reviews::answer_review))
        .routes(routes!(replay::replay_decision))
        .routes(routes!(stream::follow_decision))
        .routes(routes!(training::export_training))
        .routes(routes!(agents::show_agents))
        .routes(routes!(agents::resume_agent))
        .routes(routes!(status::show_status))
}

/// Refuses a decision on a vehicle that the caller may not see in the words of one that never was.
fn require_sight_of(principal: &Principal, decision_id: &str, vehicle_id: &str) -> Result<(), Problem> {
    if principal.may_see(vehicle_id) {
        return Ok(());
    }
    let decision_id = decision_id.to_owned();
    Err(Problem::from(Error::DecisionUnknown { decision_id }).hiding())
}

/// Whether free texts of people may be shown to the caller: those who work with decisions, not the vehicle's owner.
fn sees_notes(principal: &Principal) -> bool {
    principal.vehicle_ids.is_none() && principal.role != Some(chassis::Role::Owner)
}

fn page<T, W>(paged: Paged<T>, wire: impl FnMut(T) -> W) -> Page<W> {
    Page {
        items: paged.items.into_iter().map(wire).collect(),
        next_cursor: paged.next.as_deref().map(cursor::encode),
    }
}
