//! What was not taken, and the account of everything.

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::StatusCode;
use chassis::http::{Json, Page, PageQuery, Path, Query, cursor};
use chassis::problem::Problem;
use chassis::{Cause, Principal};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::IntoParams;

use super::ingest::{caller, of_single, readable};
use super::telemetry_wire::parse_one;
use super::wire::{ConservationWire, ItemWire, RecordPosted, VerdictWire};
use crate::App;
use crate::error::Error;
use crate::store::quarantine::ItemFilter;
use crate::use_cases::replay_quarantined;
use crate::use_cases::show_conservation;

/// Which items are listed.
#[derive(Deserialize, IntoParams)]
pub struct ItemQuery {
    vehicle_id: Option<String>,
    code: Option<String>,
    /// Only those that were not replayed; true by default.
    open: Option<bool>,
    limit: Option<usize>,
    cursor: Option<String>,
}

/// Which hours are shown.
#[derive(Deserialize, IntoParams)]
pub struct AccountQuery {
    /// A day before `to` by default.
    from: Option<DateTime<Utc>>,
    /// Now by default.
    to: Option<DateTime<Utc>>,
}

/// Lists the quarantine, the newest first.
#[utoipa::path(get, path = "/api/v1/quarantine", params(ItemQuery), responses((status = 200, body = Page<ItemWire>)))]
pub async fn list_quarantine(
    State(app): State<App>,
    principal: Principal,
    Query(query): Query<ItemQuery>,
) -> Result<Json<Page<ItemWire>>, Problem> {
    let page = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let (position, limit) = (page.after()?, page.limit());
    let before = before(&position)?;
    let filter = ItemFilter {
        vehicle_ids: principal.vehicle_ids,
        vehicle_id: query.vehicle_id,
        code: query.code,
        open_only: query.open.unwrap_or(true),
    };
    let (items, more) = show_conservation::list_quarantine(&app, &principal.tenant, &filter, before, limit).await?;
    let items = items
        .into_iter()
        .map(ItemWire::try_from)
        .collect::<Result<Vec<_>, _>>()?;
    let next_cursor = items
        .last()
        .filter(|_| more)
        .map(|last| cursor::encode(&last.position()));
    Ok(Json(Page { items, next_cursor }))
}

/// Where the page before ended: microseconds and id.
fn before(position: &str) -> Result<(i64, &str), Error> {
    if position.is_empty() {
        return Ok((i64::MAX, ""));
    }
    let key = position
        .split_once(' ')
        .and_then(|(time, id)| Some((time.parse().ok()?, id)));
    key.ok_or(Error::CursorForeign)
}

/// Replays a quarantined record: with a corrected record as the body, or with an empty body as it was.
#[utoipa::path(post, path = "/api/v1/quarantine/{quarantine_id}/replay", params(("quarantine_id" = String, Path)), request_body = Option<RecordPosted>,
    responses((status = 202, body = VerdictWire), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub async fn replay_quarantined(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Path(quarantine_id): Path<String>,
    body: Result<Bytes, BytesRejection>,
) -> Result<(StatusCode, Json<VerdictWire>), Problem> {
    let body = Some(readable(body)?).filter(|body| !body.is_empty());
    let replayed =
        replay_quarantined::replay_quarantined(&app, caller(principal), cause, &quarantine_id, body, parse_one).await?;
    Ok((StatusCode::ACCEPTED, Json(of_single(replayed)?.into())))
}

/// Shows the conservation account: received = stored + duplicate + quarantined + rejected + pending, by hour of receipt. It counts
/// all vehicles together: whoever may see some only is refused.
#[utoipa::path(get, path = "/api/v1/conservation", params(AccountQuery), responses((status = 200, body = ConservationWire), (status = 403, body = Problem)))]
pub async fn show_conservation(
    State(app): State<App>,
    principal: Principal,
    Query(query): Query<AccountQuery>,
) -> Result<Json<ConservationWire>, Problem> {
    let hours = show_conservation::show_conservation(&app, &principal, query.from, query.to).await?;
    Ok(Json(ConservationWire::of(hours)))
}
