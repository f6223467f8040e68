//! Looking for slots.

use axum::extract::State;
use chassis::Principal;
use chassis::http::Json;
use chassis::problem::Problem;

use super::wire::{FindSlotsBody, SlotsBody};
use crate::use_cases::{App, find_slots as finding};

/// The best slots for a job, kept for the asker for a while; or why there is none.
#[utoipa::path(post, path = "/api/v1/slots/available", request_body = FindSlotsBody,
    responses((status = 200, body = SlotsBody), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn find_slots(
    State(app): State<App>,
    principal: Principal,
    Json(body): Json<FindSlotsBody>,
) -> Result<Json<SlotsBody>, Problem> {
    let (wanted, wish) = body.read()?;
    let offer = finding::find_slots(&app, &principal, wanted, wish, body.hold).await?;
    Ok(Json(SlotsBody::from(&offer)))
}
