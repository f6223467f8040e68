//! `/api/v1/models`, `/api/v1/calibration`.

use axum::extract::State;
use chassis::http::{Json, Page, Path, Query};
use chassis::problem::Problem;
use chassis::{Cause, Principal};

use super::model_wire::{CalibrationBody, CalibrationQuery, ChangeBody, ChangeRequest, ModelBody, ModelDetailBody};
use crate::App;
use crate::error::Error;
use crate::store::Store;
use crate::use_cases::{change_model, show_calibration, show_models};

/// The models that predict remaining life, where each speaks, and how it does. The built-in one needs no training.
#[utoipa::path(get, path = "/api/v1/models", operation_id = "list_models", tag = "models",
    responses((status = 200, body = Page<ModelBody>)))]
pub(super) async fn list_models(
    State(app): State<App>,
    principal: Principal,
) -> Result<Json<Page<ModelBody>>, Problem> {
    let mut tx = app.database.read().await.map_err(Error::Store)?;
    let models = show_models::list_models(&app, &mut Store::new(&mut tx), &principal.tenant).await?;
    Ok(Json(Page {
        items: models.iter().map(ModelBody::from).collect(),
        next_cursor: None,
    }))
}

/// One model with its card, its errors in this fleet, its drift, and every change that let it speak.
#[utoipa::path(get, path = "/api/v1/models/{id}", operation_id = "show_model", tag = "models",
    params(("id" = String, Path)), responses((status = 200, body = ModelDetailBody), (status = 404, body = Problem)))]
pub(super) async fn show_model(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Json<ModelDetailBody>, Problem> {
    let mut tx = app.database.read().await.map_err(Error::Store)?;
    let model = show_models::show_model(&app, &mut Store::new(&mut tx), &principal.tenant, &id).await?;
    Ok(Json(ModelDetailBody::from(&model)))
}

/// Lets a model speak: only if it is better on the same held-out units, or on 20 lives or more of this fleet that both models
/// forecast; or by force, with a reason that is kept.
#[utoipa::path(post, path = "/api/v1/models/{id}/promote", operation_id = "promote_model", tag = "models",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = ChangeRequest,
    responses((status = 200, body = ChangeBody), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn promote_model(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    cause: Cause,
    Json(body): Json<ChangeRequest>,
) -> Result<Json<ChangeBody>, Problem> {
    let change = change_model::promote_model(&app, &principal, body.wanted(id), cause).await?;
    Ok(Json(ChangeBody::from(&change)))
}

/// Lets the model speak again that spoke before this one.
#[utoipa::path(post, path = "/api/v1/models/{id}/rollback", operation_id = "roll_back_model", tag = "models",
    params(("id" = String, Path), ("Idempotency-Key" = Option<String>, Header)), request_body = ChangeRequest,
    responses((status = 200, body = ChangeBody), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn roll_back_model(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    cause: Cause,
    Json(body): Json<ChangeRequest>,
) -> Result<Json<ChangeBody>, Problem> {
    let change = change_model::roll_back_model(&app, &principal, body.wanted(id), cause).await?;
    Ok(Json(ChangeBody::from(&change)))
}

/// Of the 90 % intervals that were promised, how many held: by component, class and model.
#[utoipa::path(get, path = "/api/v1/calibration", operation_id = "show_calibration", tag = "models",
    params(CalibrationQuery), responses((status = 200, body = CalibrationBody), (status = 404, body = Problem)))]
pub(super) async fn show_calibration(
    State(app): State<App>,
    principal: Principal,
    Query(query): Query<CalibrationQuery>,
) -> Result<Json<CalibrationBody>, Problem> {
    let mut tx = app.database.read().await.map_err(Error::Store)?;
    let store = &mut Store::new(&mut tx);
    let rows = show_calibration::show_calibration(store, &principal.tenant, query.wanted()).await?;
    Ok(Json(CalibrationBody::from(&*rows)))
}
