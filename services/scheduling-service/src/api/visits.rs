//! Appointments: list, show, book, move, cancel, start, complete.

use axum::extract::State;
use axum::http::StatusCode;
use chassis::http::{Json, Page, PageQuery, Path, Query};
use chassis::problem::Problem;
use chassis::{Cause, Principal, rfc3339};
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::network::{page, rows};
use super::wire::{AppointmentBody, BookBody, CompleteBody, MoveBody, StepBody};
use crate::domain::appointment::{Appointment, Status};
use crate::domain::time::is_plannable;
use crate::error::{Error, Violation};
use crate::store::VisitFilter;
use crate::use_cases::{App, book_visit, cancel_visit, complete_visit, move_visit, show_visits, start_visit};

/// Which appointments a list shows.
#[derive(Debug, Clone, Default, Deserialize, utoipa::IntoParams)]
pub(super) struct ListQuery {
    /// UNPLACED SCHEDULED STARTED COMPLETED CANCELLED
    status: Option<String>,
    vehicle_id: Option<String>,
    technician_id: Option<String>,
    /// Starting at this time or later; an unplaced one counts by the time of asking.
    from: Option<DateTime<Utc>>,
    /// Starting before this time.
    to: Option<DateTime<Utc>>,
    limit: Option<usize>,
    cursor: Option<String>,
}

impl ListQuery {
    fn paging(&self) -> PageQuery {
        PageQuery {
            limit: self.limit,
            cursor: self.cursor.clone(),
        }
    }

    /// The filter of the page after `position`, which is empty for the first page.
    fn filter(&self, position: &str) -> crate::error::Result<VisitFilter> {
        let refused = |name: &str, text: &str| Error::Invalid(vec![Violation::new(name, "unknown_value", text)]);
        let named = [("from", self.from), ("to", self.to)];
        let strange = named.into_iter().filter_map(|(name, at)| Violation::of_time(name, at));
        let strange: Vec<_> = strange.collect();
        if !strange.is_empty() {
            return Err(Error::Invalid(strange));
        }
        let known = |name: &String| Status::parse(name).ok_or_else(|| refused("status", "There is no such status."));
        let after = match position.split_once('|') {
            Some((at, id)) => {
                let at = at.parse().ok().filter(|at| is_plannable(*at));
                let at = at.ok_or_else(|| refused("cursor", "The cursor was not given out by this list."))?;
                Some((at, id.to_owned()))
            }
            None => None,
        };
        Ok(VisitFilter {
            status: self.status.as_ref().map(known).transpose()?,
            vehicle_id: self.vehicle_id.clone(),
            technician_id: self.technician_id.clone(),
            from: self.from,
            to: self.to,
            after,
            limit: rows(self.paging().limit()),
            ..VisitFilter::default()
        })
    }
}

fn listed(visits: Vec<Appointment>, limit: usize) -> Json<Page<AppointmentBody>> {
    let position = |visit: &Appointment| format!("{}|{}", rfc3339(visit.listed_at()), visit.id);
    Json(page(visits, limit, position, |visit| AppointmentBody::from(visit)))
}

/// Appointments in order of their start: owners see their vehicles', technicians their own jobs.
#[utoipa::path(get, path = "/api/v1/appointments", params(ListQuery), responses((status = 200, body = Page<AppointmentBody>)))]
pub(super) async fn list_appointments(
    State(app): State<App>,
    principal: Principal,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<AppointmentBody>>, Problem> {
    let filter = query.filter(&query.paging().after()?)?;
    Ok(listed(
        show_visits::list_visits(&app, &principal, filter).await?,
        query.paging().limit(),
    ))
}

/// A vehicle's appointments in order of their start.
#[utoipa::path(get, path = "/api/v1/appointments/vehicle/{id}", params(("id" = String, Path), ListQuery),
    responses((status = 200, body = Page<AppointmentBody>), (status = 404, body = Problem)))]
pub(super) async fn list_appointments_of_vehicle(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Query(query): Query<ListQuery>,
) -> Result<Json<Page<AppointmentBody>>, Problem> {
    let filter = VisitFilter {
        vehicle_id: Some(id),
        ..query.filter(&query.paging().after()?)?
    };
    Ok(listed(
        show_visits::list_visits_of_vehicle(&app, &principal, filter).await?,
        query.paging().limit(),
    ))
}

/// One appointment.
#[utoipa::path(get, path = "/api/v1/appointments/{id}", params(("id" = String, Path)),
    responses((status = 200, body = AppointmentBody), (status = 404, body = Problem)))]
pub(super) async fn show_appointment(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Json<AppointmentBody>, Problem> {
    let visit = show_visits::show_visit(&app, &principal, &id).await?;
    Ok(Json(AppointmentBody::from(&visit)))
}

/// Books an offered slot, or a time that the caller names. A taken slot is a 409 with alternatives.
#[utoipa::path(post, path = "/api/v1/appointments", request_body = BookBody,
    params(("Idempotency-Key" = Option<String>, Header, description = "The same request with the same key is carried out once and answered with the first answer.")),
    responses((status = 201, body = AppointmentBody,
            headers(("Idempotency-Replayed" = bool, description = "True when this is the kept answer of an earlier request with this key."))),
        (status = 409, body = Problem), (status = 410, body = Problem)))]
pub(super) async fn book_appointment(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Json(body): Json<BookBody>,
) -> Result<(StatusCode, Json<AppointmentBody>), Problem> {
    let visit = book_visit::book_visit(&app, &principal, body.choice()?, cause).await?;
    Ok((StatusCode::CREATED, Json(AppointmentBody::from(&visit))))
}

/// Moves an appointment that has not started.
#[utoipa::path(put, path = "/api/v1/appointments/{id}", params(("id" = String, Path)), request_body = MoveBody,
    responses((status = 200, body = AppointmentBody), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn move_appointment(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Json(body): Json<MoveBody>,
) -> Result<Json<AppointmentBody>, Problem> {
    let version = body.version;
    let visit = move_visit::move_visit(&app, &principal, &id, version, body.target()?).await?;
    Ok(Json(AppointmentBody::from(&visit)))
}

/// The version that the caller saw.
#[derive(Debug, Clone, Deserialize, utoipa::IntoParams)]
pub(super) struct VersionQuery {
    version: Option<i64>,
}

/// Cancels an appointment that has not started.
#[utoipa::path(delete, path = "/api/v1/appointments/{id}", params(("id" = String, Path), VersionQuery),
    responses((status = 200, body = AppointmentBody), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn cancel_appointment(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Query(query): Query<VersionQuery>,
) -> Result<Json<AppointmentBody>, Problem> {
    let visit = cancel_visit::cancel_visit(&app, &principal, &id, query.version).await?;
    Ok(Json(AppointmentBody::from(&visit)))
}

/// The technician begins the work.
#[utoipa::path(post, path = "/api/v1/appointments/{id}/start", params(("id" = String, Path)), request_body = StepBody,
    responses((status = 200, body = AppointmentBody), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn start_appointment(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Json(body): Json<StepBody>,
) -> Result<Json<AppointmentBody>, Problem> {
    let visit = start_visit::start_visit(&app, &principal, &id, body.version).await?;
    Ok(Json(AppointmentBody::from(&visit)))
}

/// The technician reports what was found and done.
#[utoipa::path(post, path = "/api/v1/appointments/{id}/complete", params(("id" = String, Path)), request_body = CompleteBody,
    responses((status = 200, body = AppointmentBody), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn complete_appointment(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Json(body): Json<CompleteBody>,
) -> Result<Json<AppointmentBody>, Problem> {
    let visit = complete_visit::complete_visit(&app, &principal, &id, body.version, body.report()?).await?;
    Ok(Json(AppointmentBody::from(&visit)))
}
