//! Centres, technicians, parts and schedules.

use axum::extract::State;
use axum::http::StatusCode;
use chassis::Principal;
use chassis::http::{Json, Page, PageQuery, Path, Query, cursor};
use chassis::problem::Problem;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::wire::{CenterBody, PartBody, ScheduleBody, TechnicianBody};
use crate::use_cases::register_center::register_center as register;
use crate::use_cases::{
    App, register_technician as technicians, show_network, show_schedule as schedules, stock_part as stock,
};

/// Lists of one centre.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
pub(super) struct CenterQuery {
    center_id: Option<String>,
    limit: Option<usize>,
    cursor: Option<String>,
}

impl CenterQuery {
    fn page(&self) -> PageQuery {
        PageQuery {
            limit: self.limit,
            cursor: self.cursor.clone(),
        }
    }
}

/// The time that a schedule shows.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
pub(super) struct ScheduleQuery {
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
}

fn created_or_replaced(created: bool) -> StatusCode {
    if created { StatusCode::CREATED } else { StatusCode::OK }
}

/// A page out of rows of which one more than the limit was read.
pub(super) fn page<T, B>(
    mut rows: Vec<T>,
    limit: usize,
    position: impl Fn(&T) -> String,
    body: impl Fn(&T) -> B,
) -> Page<B> {
    let more = rows.len() > limit;
    rows.truncate(limit);
    let next_cursor = rows.last().filter(|_| more).map(|last| cursor::encode(&position(last)));
    Page {
        items: rows.iter().map(body).collect(),
        next_cursor,
    }
}

/// How many rows are read for a page: one more than it shows.
pub(super) fn rows(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(1_000) + 1
}

/// Service centres.
#[utoipa::path(get, path = "/api/v1/centers", params(PageQuery), responses((status = 200, body = Page<CenterBody>)))]
pub(super) async fn list_centers(
    State(app): State<App>,
    principal: Principal,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<CenterBody>>, Problem> {
    let limit = query.limit();
    let centers = show_network::list_centers(&app, &principal.tenant, &query.after()?, rows(limit)).await?;
    Ok(Json(page(
        centers,
        limit,
        |center| center.id.clone(),
        |center| CenterBody::from(center),
    )))
}

/// Writes a service centre; one with the same id is replaced.
#[utoipa::path(post, path = "/api/v1/centers", request_body = CenterBody,
    responses((status = 201, body = CenterBody), (status = 200, body = CenterBody), (status = 422, body = Problem)))]
pub(super) async fn register_center(
    State(app): State<App>,
    principal: Principal,
    Json(body): Json<CenterBody>,
) -> Result<(StatusCode, Json<CenterBody>), Problem> {
    let center = body.center()?;
    let created = register(&app, &principal.tenant, &center).await?;
    Ok((created_or_replaced(created), Json(CenterBody::from(&center))))
}

/// Technicians.
#[utoipa::path(get, path = "/api/v1/technicians", params(CenterQuery), responses((status = 200, body = Page<TechnicianBody>)))]
pub(super) async fn list_technicians(
    State(app): State<App>,
    principal: Principal,
    Query(query): Query<CenterQuery>,
) -> Result<Json<Page<TechnicianBody>>, Problem> {
    let (limit, after) = (query.page().limit(), query.page().after()?);
    let center = query.center_id.as_deref();
    let found = show_network::list_technicians(&app, &principal.tenant, center, &after, rows(limit)).await?;
    Ok(Json(page(
        found,
        limit,
        |technician| technician.id.clone(),
        |technician| TechnicianBody::from(technician),
    )))
}

/// Writes a technician; one with the same id is replaced.
#[utoipa::path(post, path = "/api/v1/technicians", request_body = TechnicianBody,
    responses((status = 201, body = TechnicianBody), (status = 200, body = TechnicianBody), (status = 422, body = Problem)))]
pub(super) async fn register_technician(
    State(app): State<App>,
    principal: Principal,
    Json(body): Json<TechnicianBody>,
) -> Result<(StatusCode, Json<TechnicianBody>), Problem> {
    let technician = body.technician()?;
    let created = technicians::register_technician(&app, &principal.tenant, &technician).await?;
    Ok((created_or_replaced(created), Json(TechnicianBody::from(&technician))))
}

/// When a technician works, and the visits in that time; the next two weeks unless said otherwise.
#[utoipa::path(get, path = "/api/v1/technicians/{id}/schedule", params(("id" = String, Path), ScheduleQuery),
    responses((status = 200, body = ScheduleBody), (status = 404, body = Problem)))]
pub(super) async fn show_schedule(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Query(query): Query<ScheduleQuery>,
) -> Result<Json<ScheduleBody>, Problem> {
    let schedule = schedules::show_schedule(&app, &principal, &id, query.from, query.to).await?;
    Ok(Json(ScheduleBody::from(&schedule)))
}

/// Parts as the centres stock them.
#[utoipa::path(get, path = "/api/v1/parts", params(CenterQuery), responses((status = 200, body = Page<PartBody>)))]
pub(super) async fn list_parts(
    State(app): State<App>,
    principal: Principal,
    Query(query): Query<CenterQuery>,
) -> Result<Json<Page<PartBody>>, Problem> {
    let (limit, after) = (query.page().limit(), query.page().after()?);
    let after = after.split_once('\n').unwrap_or(("", ""));
    let center = query.center_id.as_deref();
    let parts = show_network::list_parts(&app, &principal.tenant, center, after, rows(limit)).await?;
    // Ids hold no control characters, so a line break parts the two.
    Ok(Json(page(
        parts,
        limit,
        |part| format!("{}\n{}", part.center_id, part.code),
        |part| PartBody::from(part),
    )))
}

/// Writes what a centre stocks of a part; what is promised to visits stays promised.
#[utoipa::path(post, path = "/api/v1/parts", request_body = PartBody,
    responses((status = 201, body = PartBody), (status = 200, body = PartBody), (status = 422, body = Problem)))]
pub(super) async fn stock_part(
    State(app): State<App>,
    principal: Principal,
    Json(body): Json<PartBody>,
) -> Result<(StatusCode, Json<PartBody>), Problem> {
    let (part, created) = stock::stock_part(&app, &principal.tenant, body.entry()?).await?;
    Ok((created_or_replaced(created), Json(PartBody::from(&part))))
}
