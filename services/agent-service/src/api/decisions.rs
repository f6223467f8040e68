//! Decisions: lists, one with its steps, and feedback on it.

use axum::extract::State;
use chassis::http::{Json, Page, PageQuery, Path, Query};
use chassis::problem::Problem;
use chassis::{Cause, Principal};

use super::{page, requests, require_sight_of, sees_notes, wire};
use crate::store::DecisionFilter;
use crate::use_cases::{self, App, Listing};

/// Decisions that the caller may see, latest first.
#[utoipa::path(get, path = "/api/v1/agents/decisions", operation_id = "list_decisions", tag = "decisions",
    params(requests::DecisionQuery), responses((status = 200, body = Page<wire::Decision>), (status = 422, body = Problem)))]
pub(super) async fn list_decisions(
    State(app): State<App>,
    principal: Principal,
    Query(query): Query<requests::DecisionQuery>,
) -> Result<Json<Page<wire::Decision>>, Problem> {
    let filter = query.filter()?;
    let paging = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    list(&app, &principal, filter, &paging).await
}

/// Decisions on one vehicle, latest first.
#[utoipa::path(get, path = "/api/v1/agents/decisions/{vehicle_id}", operation_id = "list_decisions_of_vehicle", tag = "decisions",
    params(("vehicle_id" = String, Path), PageQuery), responses((status = 200, body = Page<wire::Decision>), (status = 404, body = Problem)))]
pub(super) async fn list_decisions_of_vehicle(
    State(app): State<App>,
    principal: Principal,
    Path(vehicle_id): Path<String>,
    Query(paging): Query<PageQuery>,
) -> Result<Json<Page<wire::Decision>>, Problem> {
    principal.require_sight(&vehicle_id)?;
    let filter = DecisionFilter {
        vehicle_id: Some(vehicle_id),
        ..DecisionFilter::default()
    };
    list(&app, &principal, filter, &paging).await
}

async fn list(
    app: &App,
    principal: &Principal,
    mut filter: DecisionFilter,
    paging: &PageQuery,
) -> Result<Json<Page<wire::Decision>>, Problem> {
    filter.visible_vehicle_ids.clone_from(&principal.vehicle_ids);
    let listing = Listing {
        filter,
        after: paging.after()?,
        limit: paging.limit(),
    };
    let paged = use_cases::list_decisions(app, &principal.tenant, &listing).await?;
    Ok(Json(page(paged, |record| {
        wire::Decision::new(record, sees_notes(principal))
    })))
}

/// One decision with what became of it.
#[utoipa::path(get, path = "/api/v1/agents/decision/{id}", operation_id = "show_decision", tag = "decisions",
    params(("id" = String, Path)), responses((status = 200, body = wire::Decision), (status = 404, body = Problem)))]
pub(super) async fn show_decision(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Json<wire::Decision>, Problem> {
    let record = use_cases::show_decision(&app, &principal.tenant, &id).await?;
    require_sight_of(&principal, &id, &record.decision.vehicle_id)?;
    let explanation = use_cases::show_explanation(&app, &principal.tenant, &id).await?;
    Ok(Json(
        wire::Decision::new(record, sees_notes(&principal)).explained(explanation.as_ref()),
    ))
}

/// The journal of one decision: what each step of the graph found.
#[utoipa::path(get, path = "/api/v1/agents/decision/{id}/steps", operation_id = "show_decision_steps", tag = "decisions",
    params(("id" = String, Path)), responses((status = 200, body = wire::Steps), (status = 404, body = Problem)))]
pub(super) async fn show_decision_steps(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Json<wire::Steps>, Problem> {
    let (vehicle_id, steps) = use_cases::show_steps(&app, &principal.tenant, &id).await?;
    require_sight_of(&principal, &id, &vehicle_id)?;
    Ok(Json(wire::Steps {
        items: steps.into_iter().map(wire::Step::from).collect(),
    }))
}

/// Scores a decision by what was found, and closes it.
#[utoipa::path(post, path = "/api/v1/agents/decision/{id}/feedback", operation_id = "give_feedback", tag = "decisions",
    params(("id" = String, Path)), request_body = requests::FeedbackRequest,
    responses((status = 200, body = wire::Decision), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn give_feedback(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Path(id): Path<String>,
    Json(request): Json<requests::FeedbackRequest>,
) -> Result<Json<wire::Decision>, Problem> {
    let seen = use_cases::show_decision(&app, &principal.tenant, &id).await?;
    require_sight_of(&principal, &id, &seen.decision.vehicle_id)?;
    let feedback = request.into_feedback(principal.subject.clone())?;
    let record = use_cases::give_feedback(&app, &principal.tenant, &id, feedback, &cause).await?;
    Ok(Json(wire::Decision::new(record, sees_notes(&principal))))
}
