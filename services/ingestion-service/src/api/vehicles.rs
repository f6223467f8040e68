//! The vehicle registry.

use axum::extract::State;
use axum::http::StatusCode;
use chassis::http::{Json, Page, PageQuery, Path, Query, cursor};
use chassis::problem::Problem;
use chassis::{Cause, Principal};
use serde::Deserialize;
use utoipa::IntoParams;

use super::wire::{RepairPosted, RepairWire, VehiclePosted, VehicleWire};
use crate::App;
use crate::domain::repair::Repair;
use crate::domain::vehicle::Status;
use crate::error::Error;
use crate::store::vehicles::VehicleFilter;
use crate::use_cases;

/// Which vehicles are listed.
#[derive(Deserialize, IntoParams)]
pub struct VehicleQuery {
    owner_id: Option<String>,
    fleet_id: Option<String>,
    /// ACTIVE or RETIRED.
    status: Option<String>,
    /// Part of the id, VIN, make or model; capitals do not matter. At most 64 characters.
    #[param(max_length = 64)]
    q: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// Lists vehicles by id.
#[utoipa::path(get, path = "/api/v1/vehicles", params(VehicleQuery), responses((status = 200, body = Page<VehicleWire>)))]
pub async fn list_vehicles(
    State(app): State<App>,
    principal: Principal,
    Query(query): Query<VehicleQuery>,
) -> Result<Json<Page<VehicleWire>>, Problem> {
    let page = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let (after, limit) = (page.after()?, page.limit());
    let status = query
        .status
        .as_deref()
        .map(|word| Status::parse(word).ok_or_else(|| unknown_status(word)))
        .transpose()?;
    let filter = VehicleFilter {
        vehicle_ids: principal.vehicle_ids,
        owner_id: query.owner_id,
        fleet_id: query.fleet_id,
        status,
        wanted: query.q.map(wanted).transpose()?,
    };
    let (vehicles, more) =
        use_cases::show_vehicles::list_vehicles(&app, &principal.tenant, &filter, &after, limit).await?;
    let next_cursor = vehicles
        .last()
        .filter(|_| more)
        .map(|last| cursor::encode(&last.vehicle_id));
    Ok(Json(Page {
        items: vehicles.into_iter().map(VehicleWire::from).collect(),
        next_cursor,
    }))
}

/// Nobody types more to find a vehicle, and each row is looked through.
const WANTED_CHARS_MAX: usize = 64;

fn wanted(text: String) -> Result<String, Error> {
    if text.chars().count() > WANTED_CHARS_MAX {
        return Err(Error::FieldInvalid {
            field: "q",
            text: format!("more than {WANTED_CHARS_MAX} characters"),
        });
    }
    Ok(text)
}

fn unknown_status(word: &str) -> Error {
    Error::FieldInvalid {
        field: "status",
        text: format!("{word:?} is not ACTIVE or RETIRED"),
    }
}

/// Registers a vehicle.
#[utoipa::path(post, path = "/api/v1/vehicles", request_body = VehiclePosted, responses(
    (status = 201, body = VehicleWire), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn register_vehicle(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Json(posted): Json<VehiclePosted>,
) -> Result<(StatusCode, Json<VehicleWire>), Problem> {
    let vehicle = posted.into_vehicle(None, app.config.validation.strict_check_digit)?;
    principal.require_sight(&vehicle.vehicle_id)?;
    let vehicle = use_cases::register_vehicle::register_vehicle(&app, &principal.tenant, vehicle, &cause).await?;
    Ok((StatusCode::CREATED, Json(vehicle.into())))
}

/// Shows a vehicle.
#[utoipa::path(get, path = "/api/v1/vehicles/{vehicle_id}", params(("vehicle_id" = String, Path)),
    responses((status = 200, body = VehicleWire), (status = 404, body = Problem)))]
pub async fn show_vehicle(
    State(app): State<App>,
    principal: Principal,
    Path(vehicle_id): Path<String>,
) -> Result<Json<VehicleWire>, Problem> {
    principal.require_sight(&vehicle_id)?;
    Ok(Json(
        use_cases::show_vehicles::show_vehicle(&app, &principal.tenant, &vehicle_id)
            .await?
            .into(),
    ))
}

/// Replaces a vehicle's registry data; status RETIRED takes it out of service.
#[utoipa::path(put, path = "/api/v1/vehicles/{vehicle_id}", params(("vehicle_id" = String, Path)), request_body = VehiclePosted,
    responses((status = 200, body = VehicleWire), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn change_vehicle(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Path(vehicle_id): Path<String>,
    Json(posted): Json<VehiclePosted>,
) -> Result<Json<VehicleWire>, Problem> {
    principal.require_sight(&vehicle_id)?;
    let vehicle = posted.into_vehicle(Some(vehicle_id), app.config.validation.strict_check_digit)?;
    Ok(Json(
        use_cases::update_vehicle::update_vehicle(&app, &principal.tenant, vehicle, &cause)
            .await?
            .into(),
    ))
}

/// Notes a repair that was done elsewhere.
#[utoipa::path(post, path = "/api/v1/vehicles/{vehicle_id}/repairs", params(("vehicle_id" = String, Path)), request_body = RepairPosted,
    responses((status = 201, body = RepairWire), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn record_repair(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Path(vehicle_id): Path<String>,
    Json(posted): Json<RepairPosted>,
) -> Result<(StatusCode, Json<RepairWire>), Problem> {
    principal.require_sight(&vehicle_id)?;
    let repair = Repair {
        repair_id: chassis::ids::new_id("rep"),
        vehicle_id,
        component: posted.component,
        action: posted.action,
        repaired_at: posted.repaired_at,
        odometer_km: posted.odometer_km,
        recorded_by: principal.subject,
    };
    let repair = use_cases::record_repair::record_repair(&app, &principal.tenant, repair, &cause).await?;
    Ok((StatusCode::CREATED, Json(repair.into())))
}

impl From<Repair> for RepairWire {
    fn from(repair: Repair) -> Self {
        Self {
            repair_id: repair.repair_id,
            vehicle_id: repair.vehicle_id,
            component: repair.component,
            action: repair.action,
            repaired_at: repair.repaired_at,
            odometer_km: repair.odometer_km,
        }
    }
}
