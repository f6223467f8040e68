//! The caller's visits as a calendar file.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chassis::Principal;
use chassis::http::Query;
use chassis::problem::Problem;
use serde::Deserialize;

use crate::store::VisitFilter;
use crate::use_cases::{App, show_calendar as calendars};

/// Whose visits.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
pub(super) struct CalendarQuery {
    vehicle_id: Option<String>,
    technician_id: Option<String>,
}

/// The visits that the caller may see as iCalendar (RFC 5545), from a month ago on.
#[utoipa::path(get, path = "/api/v1/calendar.ics", params(CalendarQuery),
    responses((status = 200, content_type = "text/calendar", body = String)))]
pub(super) async fn show_calendar(
    State(app): State<App>,
    principal: Principal,
    Query(query): Query<CalendarQuery>,
) -> Result<Response, Problem> {
    let (vehicle_id, technician_id) = (query.vehicle_id, query.technician_id);
    let filter = VisitFilter {
        vehicle_id,
        technician_id,
        ..VisitFilter::default()
    };
    let text = calendars::show_calendar(&app, &principal, filter).await?;
    Ok(([(header::CONTENT_TYPE, "text/calendar; charset=utf-8")], text).into_response())
}
