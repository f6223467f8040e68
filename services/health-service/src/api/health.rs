//! `/api/v1/health`.

use axum::extract::State;
use chassis::Principal;
use chassis::http::{Json, Page, PageQuery, Path, Query, cursor};
use chassis::problem::Problem;

use super::only_vehicles;
use super::wire::{
    ComponentBody, ComputeRequest, HealthBody, HealthItem, HistoryItem, HistoryQuery, ListQuery, WaitingBody,
    WaitingQuery,
};
use crate::App;
use crate::error::Error;
use crate::store::Store;
use crate::use_cases::{compute_health, list_health, show_cost_of_waiting, show_health, show_history};

/// Vehicles, worst first.
#[utoipa::path(get, path = "/api/v1/health", operation_id = "list_health", tag = "health",
    params(ListQuery, PageQuery), responses((status = 200, body = Page<HealthItem>), (status = 422, body = Problem)))]
pub(super) async fn list_health(
    State(app): State<App>,
    principal: Principal,
    Query(query): Query<ListQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<HealthItem>>, Problem> {
    let component = query.component.clone();
    let (after, only) = (page.after()?, only_vehicles(&principal));
    let wanted = list_health::Wanted {
        band: query.band,
        component: query.component,
        after,
        only,
    };
    let mut tx = app.database.read().await.map_err(Error::Store)?;
    let store = &mut Store::new(&mut tx);
    let (rows, next) = list_health::list_health(store, &principal.tenant, wanted, page.limit()).await?;
    let items = rows
        .into_iter()
        .map(|row| HealthItem::new(row, component.clone()))
        .collect();
    Ok(Json(Page {
        items,
        next_cursor: next.as_deref().map(cursor::encode),
    }))
}

/// One vehicle with all its components.
#[utoipa::path(get, path = "/api/v1/health/{vehicle_id}", operation_id = "show_health", tag = "health",
    params(("vehicle_id" = String, Path)), responses((status = 200, body = HealthBody), (status = 404, body = Problem)))]
pub(super) async fn show_health(
    State(app): State<App>,
    principal: Principal,
    Path(vehicle_id): Path<String>,
) -> Result<Json<HealthBody>, Problem> {
    may_see(&principal, &vehicle_id)?;
    let mut tx = app.database.read().await.map_err(Error::Store)?;
    let store = &mut Store::new(&mut tx);
    let health = show_health::show_health(
        store,
        &principal.tenant,
        &vehicle_id,
        &app.models.rules_of(&principal.tenant),
    )
    .await?;
    Ok(Json(HealthBody::from(&health)))
}

/// One component of a vehicle.
#[utoipa::path(get, path = "/api/v1/health/{vehicle_id}/component/{component}", operation_id = "show_component",
    tag = "health", params(("vehicle_id" = String, Path), ("component" = String, Path)),
    responses((status = 200, body = ComponentBody), (status = 404, body = Problem)))]
pub(super) async fn show_component(
    State(app): State<App>,
    principal: Principal,
    Path((vehicle_id, component)): Path<(String, String)>,
) -> Result<Json<ComponentBody>, Problem> {
    may_see(&principal, &vehicle_id)?;
    let mut tx = app.database.read().await.map_err(Error::Store)?;
    let store = &mut Store::new(&mut tx);
    let tenant = &principal.tenant;
    let report = show_health::show_component(
        store,
        tenant,
        &vehicle_id,
        &component,
        &app.models.rules_of(&principal.tenant),
    )
    .await?;
    Ok(Json(ComponentBody::from(&report)))
}

/// What was told of a vehicle, oldest first.
#[utoipa::path(get, path = "/api/v1/health/{vehicle_id}/history", operation_id = "show_history", tag = "health",
    params(("vehicle_id" = String, Path), HistoryQuery, PageQuery),
    responses((status = 200, body = Page<HistoryItem>), (status = 404, body = Problem)))]
pub(super) async fn show_history(
    State(app): State<App>,
    principal: Principal,
    Path(vehicle_id): Path<String>,
    Query(query): Query<HistoryQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<HistoryItem>>, Problem> {
    may_see(&principal, &vehicle_id)?;
    let after = page.after()?;
    let wanted = show_history::Wanted {
        from: query.from,
        to: query.to,
        component: query.component,
        after,
    };
    let mut tx = app.database.read().await.map_err(Error::Store)?;
    let store = &mut Store::new(&mut tx);
    let (rows, next) = show_history::show_history(store, &principal.tenant, &vehicle_id, wanted, page.limit()).await?;
    let items = rows.into_iter().map(HistoryItem::from).collect();
    Ok(Json(Page {
        items,
        next_cursor: next.as_deref().map(cursor::encode),
    }))
}

/// The probability of failure by distance, of every component with a remaining life.
#[utoipa::path(get, path = "/api/v1/health/{vehicle_id}/cost-of-waiting", operation_id = "show_cost_of_waiting",
    tag = "health", params(("vehicle_id" = String, Path), WaitingQuery),
    responses((status = 200, body = WaitingBody), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn show_cost_of_waiting(
    State(app): State<App>,
    principal: Principal,
    Path(vehicle_id): Path<String>,
    Query(query): Query<WaitingQuery>,
) -> Result<Json<WaitingBody>, Problem> {
    may_see(&principal, &vehicle_id)?;
    let asked = show_cost_of_waiting::Asked {
        component: query.component,
        km_max: query.km_max,
        days_max: query.days_max,
    };
    let rules = app.models.rules_of(&principal.tenant);
    let mut tx = app.database.read().await.map_err(Error::Store)?;
    let (store, tenant) = (&mut Store::new(&mut tx), &principal.tenant);
    let waiting = show_cost_of_waiting::show_cost_of_waiting(store, tenant, &vehicle_id, asked, &rules).await?;
    Ok(Json(WaitingBody::new(vehicle_id, &waiting)))
}

/// Judges a vehicle now, the window under way included.
#[utoipa::path(post, path = "/api/v1/health/compute", operation_id = "compute_health", tag = "health",
    request_body = ComputeRequest, responses((status = 200, body = HealthBody), (status = 404, body = Problem)))]
pub(super) async fn compute_health(
    State(app): State<App>,
    principal: Principal,
    Json(body): Json<ComputeRequest>,
) -> Result<Json<HealthBody>, Problem> {
    may_see(&principal, &body.vehicle_id)?;
    let mut tx = app.database.read().await.map_err(Error::Store)?;
    let store = &mut Store::new(&mut tx);
    let health = compute_health::compute_health(
        store,
        &principal.tenant,
        &body.vehicle_id,
        &app.models.rules_of(&principal.tenant),
    )
    .await?;
    Ok(Json(HealthBody::from(&health)))
}

/// A vehicle that the caller may not see is answered as one that does not exist.
fn may_see(principal: &Principal, vehicle_id: &str) -> Result<(), Error> {
    if only_vehicles(principal).is_none_or(|only| only.iter().any(|own| own == vehicle_id)) {
        return Ok(());
    }
    Err(Error::VehicleUnknown {
        vehicle_id: vehicle_id.to_owned(),
    })
}
