//! Reports: made on demand, and each week by themselves.

use super::wire::reports::{
    GenerateBody, ReportBody, ScheduleBody, ScheduleRequest, SchedulesBody, cursor_after, file_headers, wanted,
};
use crate::App;
use crate::use_cases::{generate_report as making, list_reports as listing, schedule_report as scheduling};
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chassis::http::{Json, Page, PageQuery, Path, Query};
use chassis::problem::Problem;
use chassis::{Cause, Principal};

/// Makes a report; its file is at `path`.
#[utoipa::path(post, path = "/api/v1/reports/generate", request_body = GenerateBody,
    responses((status = 201, body = ReportBody), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn generate_report(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Json(body): Json<GenerateBody>,
) -> Result<(StatusCode, Json<ReportBody>), Problem> {
    let act = app.act(&principal, cause);
    let report = making::generate_report(&app, &principal, wanted(body)?, &act).await?;
    Ok((StatusCode::CREATED, Json(report.into())))
}

/// Lists reports, newest first.
#[utoipa::path(get, path = "/api/v1/reports", params(PageQuery),
    responses((status = 200, body = Page<ReportBody>), (status = 403, body = Problem)))]
pub(super) async fn list_reports(
    State(app): State<App>,
    principal: Principal,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<ReportBody>>, Problem> {
    let after = super::wire::kpis::position(&page.after()?)?;
    let reports = listing::list_reports(&app, &principal, after, page.limit()).await?;
    let full = reports.len() == page.limit();
    let next_cursor = reports.last().filter(|_| full).map(cursor_after);
    Ok(Json(Page {
        items: reports.into_iter().map(ReportBody::from).collect(),
        next_cursor,
    }))
}

/// A report's file.
#[utoipa::path(get, path = "/api/v1/reports/{id}/download", params(("id" = String, Path)),
    responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>), (status = 404, body = Problem)))]
pub(super) async fn download_report(
    State(app): State<App>,
    principal: Principal,
    Path(report_id): Path<String>,
) -> Result<Response, Problem> {
    let (report, content) = listing::download_report(&app, &principal, &report_id).await?;
    Ok((file_headers(&report), content).into_response())
}

/// Lets a report come each Monday at six, UTC.
#[utoipa::path(post, path = "/api/v1/reports/schedules", request_body = ScheduleRequest,
    responses((status = 201, body = ScheduleBody), (status = 422, body = Problem)))]
pub(super) async fn schedule_report(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Json(body): Json<ScheduleRequest>,
) -> Result<(StatusCode, Json<ScheduleBody>), Problem> {
    let act = app.act(&principal, cause);
    let schedule = scheduling::schedule_report(&app, &principal, body.read(&principal)?, &act).await?;
    Ok((StatusCode::CREATED, Json(schedule.into())))
}

/// Lists the reports that come by themselves.
#[utoipa::path(get, path = "/api/v1/reports/schedules",
    responses((status = 200, body = SchedulesBody), (status = 403, body = Problem)))]
pub(super) async fn list_schedules(
    State(app): State<App>,
    principal: Principal,
) -> Result<Json<SchedulesBody>, Problem> {
    let schedules = scheduling::list_schedules(&app, &principal).await?;
    Ok(Json(SchedulesBody {
        items: schedules.into_iter().map(ScheduleBody::from).collect(),
    }))
}

/// Ends a schedule.
#[utoipa::path(delete, path = "/api/v1/reports/schedules/{id}", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub(super) async fn end_schedule(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Path(schedule_id): Path<String>,
) -> Result<StatusCode, Problem> {
    let act = app.act(&principal, cause);
    scheduling::end_schedule(&app, &principal, &schedule_id, &act).await?;
    Ok(StatusCode::NO_CONTENT)
}
