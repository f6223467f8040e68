//! `/api/v1/coverages`.

use axum::extract::State;
use axum::http::StatusCode;
use chassis::Principal;
use chassis::http::{Json, Page, PageQuery, Query, cursor};
use chassis::problem::Problem;

use super::wire::{CoverageBody, CoverageRequest};
use crate::App;
use crate::error::Error;
use crate::store::Store;
use crate::use_cases::{list_coverages, write_coverage};

/// The tenant's coverages, by name.
#[utoipa::path(get, path = "/api/v1/coverages", operation_id = "list_coverages", tag = "coverages", params(PageQuery),
    responses((status = 200, body = Page<CoverageBody>)))]
pub(super) async fn list_coverages(
    State(app): State<App>,
    principal: Principal,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<CoverageBody>>, Problem> {
    let after = page.after()?;
    let mut tx = app.database.read().await.map_err(Error::Store)?;
    let store = &mut Store::new(&mut tx);
    let (found, more) = list_coverages::list_coverages(store, &principal.tenant, &after, page.limit()).await?;
    let next_cursor = found.last().filter(|_| more).map(|last| cursor::encode(&last.name));
    Ok(Json(Page {
        items: found.iter().map(CoverageBody::from).collect(),
        next_cursor,
    }))
}

/// Writes a coverage; it never changes afterwards.
#[utoipa::path(post, path = "/api/v1/coverages", operation_id = "write_coverage", tag = "coverages",
    request_body = CoverageRequest,
    responses((status = 201, body = CoverageBody), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn write_coverage(
    State(app): State<App>,
    principal: Principal,
    Json(body): Json<CoverageRequest>,
) -> Result<(StatusCode, Json<CoverageBody>), Problem> {
    let (name, terms) = body.into_terms();
    let (now, max) = (app.clock.now(), app.coverages_per_tenant_max);
    let mut tx = app.database.begin().await.map_err(Error::Store)?;
    let (store, by) = (&mut Store::new(&mut tx), &principal.subject);
    let written = write_coverage::write_coverage(store, &principal.tenant, &name, terms, max, by, now).await?;
    tx.commit().await.map_err(Error::Store)?;
    Ok((StatusCode::CREATED, Json(CoverageBody::from(&written))))
}
