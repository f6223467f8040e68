//! How the asking person wants to be reached.

use axum::extract::State;
use axum::http::StatusCode;
use chassis::Principal;
use chassis::http::Json;
use chassis::problem::Problem;

use super::wire::{PreferencesRequest, PreferencesView};
use crate::App;
use crate::error::Error;
use crate::store::Store;
use crate::use_cases::{self, Wishes};

/// Shows how the caller wants to be reached.
#[utoipa::path(get, path = "/api/v1/preferences", responses((status = 200, body = PreferencesView)))]
pub async fn show_preferences(State(app): State<App>, principal: Principal) -> Result<Json<PreferencesView>, Problem> {
    let mut tx = app.database.read().await.map_err(Error::from)?;
    let mut store = Store::new(&mut tx);
    let contact = use_cases::show_preferences(&mut store, &principal.tenant, &principal.subject).await?;
    Ok(Json(contact.into()))
}

/// Replaces how the caller wants to be reached.
#[utoipa::path(put, path = "/api/v1/preferences", request_body = PreferencesRequest,
    responses((status = 200, body = PreferencesView), (status = 422, body = Problem)))]
pub async fn change_preferences(
    State(app): State<App>,
    principal: Principal,
    Json(request): Json<PreferencesRequest>,
) -> Result<Json<PreferencesView>, Problem> {
    let wishes = Wishes {
        email: request.email,
        locale: request.locale,
        channels: request.channels,
    };
    let mut tx = app.database.begin().await.map_err(Error::from)?;
    let mut store = Store::new(&mut tx);
    let (tenant, user_id) = (&principal.tenant, &principal.subject);
    let contact = use_cases::change_preferences(&mut store, tenant, user_id, wishes, app.moment()).await?;
    tx.commit().await.map_err(Error::from)?;
    Ok(Json(Some(contact).into()))
}

/// Erases what is kept of the caller.
#[utoipa::path(delete, path = "/api/v1/preferences", responses((status = 204)))]
pub async fn erase_preferences(State(app): State<App>, principal: Principal) -> Result<StatusCode, Problem> {
    let mut tx = app.database.begin().await.map_err(Error::from)?;
    use_cases::erase_preferences(&mut Store::new(&mut tx), &principal.tenant, &principal.subject).await?;
    tx.commit().await.map_err(Error::from)?;
    Ok(StatusCode::NO_CONTENT)
}
