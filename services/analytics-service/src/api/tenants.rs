//! Tenants.

use super::wire::identity::{CreatedTenantBody, NewTenantBody, TenantBody};
use crate::App;
use crate::use_cases;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use chassis::http::{Json, Page, PageQuery, Query, ShownOnce, cursor};
use chassis::problem::Problem;
use chassis::{Cause, Principal};

/// Lists tenants: all for the default tenant's administration, their own for others.
#[utoipa::path(get, path = "/api/v1/tenants", params(PageQuery), responses((status = 200, body = Page<TenantBody>)))]
pub(super) async fn list_tenants(
    State(app): State<App>,
    principal: Principal,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<TenantBody>>, Problem> {
    let tenants = use_cases::list_tenants::list_tenants(&app, &principal, &page.after()?, page.limit()).await?;
    let full = tenants.len() == page.limit();
    let next_cursor = tenants
        .last()
        .filter(|_| full)
        .map(|last| cursor::encode(&last.tenant_id));
    Ok(Json(Page {
        items: tenants.into_iter().map(TenantBody::from).collect(),
        next_cursor,
    }))
}

/// Creates a tenant with its first ADMIN; only the default tenant's administration may.
#[utoipa::path(post, path = "/api/v1/tenants", request_body = NewTenantBody,
    responses((status = 201, body = CreatedTenantBody), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn create_tenant(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Json(body): Json<NewTenantBody>,
) -> Result<(StatusCode, Extension<ShownOnce>, Json<CreatedTenantBody>), Problem> {
    let act = app.act(&principal, cause);
    let created = use_cases::create_tenant::create_tenant(&app, &principal, body.into(), &act).await?;
    Ok((StatusCode::CREATED, Extension(ShownOnce), Json(created.into())))
}
