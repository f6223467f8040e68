//! The dashboards of each role.

use super::wire::actions::{ActionsBody, ActionsQuery};
use super::wire::dashboards::{
    ExecutiveDashboardBody, FleetDashboardBody, OwnerDashboardBody, TechnicianDashboardBody,
};
use crate::App;
use crate::use_cases;
use axum::extract::State;
use chassis::Principal;
use chassis::http::{Json, Path, Query};
use chassis::problem::Problem;

/// The fleet manager's first screen.
#[utoipa::path(get, path = "/api/v1/dashboards/fleet",
    responses((status = 200, body = FleetDashboardBody), (status = 403, body = Problem)))]
pub(super) async fn show_fleet_dashboard(
    State(app): State<App>,
    principal: Principal,
) -> Result<Json<FleetDashboardBody>, Problem> {
    let dashboard = use_cases::show_fleet_dashboard::show_fleet_dashboard(&app, &principal).await?;
    Ok(Json((*dashboard).clone().into()))
}

/// What the fleet has to do, of one component, severity or depot: the dashboard's list holds the first hundred of all.
#[utoipa::path(get, path = "/api/v1/dashboards/fleet/actions", params(ActionsQuery),
    responses((status = 200, body = ActionsBody), (status = 400, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn list_actions(
    State(app): State<App>,
    principal: Principal,
    Query(query): Query<ActionsQuery>,
) -> Result<Json<ActionsBody>, Problem> {
    let list = use_cases::list_actions::list_fleet_actions(&app, &principal, &query.into()).await?;
    Ok(Json(list.into()))
}

/// An owner's first screen; an OWNER sees their own only.
#[utoipa::path(get, path = "/api/v1/dashboards/owner/{user_id}", params(("user_id" = String, Path)),
    responses((status = 200, body = OwnerDashboardBody), (status = 404, body = Problem)))]
pub(super) async fn show_owner_dashboard(
    State(app): State<App>,
    principal: Principal,
    Path(user_id): Path<String>,
) -> Result<Json<OwnerDashboardBody>, Problem> {
    let vehicles = use_cases::show_owner_dashboard::show_owner_dashboard(&app, &principal, &user_id).await?;
    Ok(Json((user_id, vehicles).into()))
}

/// A technician's first screen.
#[utoipa::path(get, path = "/api/v1/dashboards/technician/{id}", params(("id" = String, Path)),
    responses((status = 200, body = TechnicianDashboardBody), (status = 403, body = Problem)))]
pub(super) async fn show_technician_dashboard(
    State(app): State<App>,
    principal: Principal,
    Path(technician_id): Path<String>,
) -> Result<Json<TechnicianDashboardBody>, Problem> {
    let show = use_cases::show_technician_dashboard::show_technician_dashboard;
    let jobs = show(&app, &principal, &technician_id).await?;
    Ok(Json((technician_id, jobs).into()))
}

/// The executive's first screen.
#[utoipa::path(get, path = "/api/v1/dashboards/executive",
    responses((status = 200, body = ExecutiveDashboardBody), (status = 403, body = Problem)))]
pub(super) async fn show_executive_dashboard(
    State(app): State<App>,
    principal: Principal,
) -> Result<Json<ExecutiveDashboardBody>, Problem> {
    let dashboard = use_cases::show_executive_dashboard::show_executive_dashboard(&app, &principal).await?;
    Ok(Json((*dashboard).clone().into()))
}
