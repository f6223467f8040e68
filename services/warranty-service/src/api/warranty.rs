//! `/api/v1/warranty/…`: is it covered.

use axum::extract::State;
use chassis::Principal;
use chassis::http::{Json, Path, Query};
use chassis::problem::Problem;

use super::only_vehicles;
use super::wire::{CheckBody, CheckQuery};
use crate::App;
use crate::error::Error;
use crate::store::Store;
use crate::use_cases::check_vehicle;

/// Whether a failure of this vehicle would be covered, by which coverage, and why.
#[utoipa::path(get, path = "/api/v1/warranty/{vehicle_id}/check", operation_id = "check_vehicle", tag = "warranty",
    params(("vehicle_id" = String, Path), CheckQuery),
    responses((status = 200, body = CheckBody), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn check_vehicle(
    State(app): State<App>,
    principal: Principal,
    Path(vehicle_id): Path<String>,
    Query(query): Query<CheckQuery>,
) -> Result<Json<CheckBody>, Problem> {
    let question = query.into_question(app.clock.now().date_naive());
    let mut tx = app.database.read().await.map_err(Error::Store)?;
    let (store, only) = (&mut Store::new(&mut tx), only_vehicles(&principal));
    let (tenant, wear_parts) = (&principal.tenant, &app.rules.wear_parts);
    let answer =
        check_vehicle::check_vehicle(store, tenant, wear_parts, &vehicle_id, only.as_deref(), &question).await?;
    Ok(Json(CheckBody::new(vehicle_id, question, &answer)))
}
