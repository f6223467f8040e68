//! `/api/v1/claims`.

use axum::extract::State;
use axum::http::StatusCode;
use chassis::http::{Json, Page, PageQuery, Path, Query, cursor};
use chassis::problem::Problem;
use chassis::{Cause, Principal, rfc3339};

use super::only_vehicles;
use super::wire::{ClaimBody, ClaimQuery, ClaimView, SubmitBody};
use crate::App;
use crate::domain::claim::{Claim, Version};
use crate::error::Error;
use crate::store::{ClaimFilter, ClaimMark, Store};
use crate::use_cases::submit_claim::Submitter;
use crate::use_cases::{list_claims, show_claim, submit_claim, write_claim};

/// Claims that the caller may see, newest first.
#[utoipa::path(get, path = "/api/v1/claims", operation_id = "list_claims", tag = "claims", params(ClaimQuery, PageQuery),
    responses((status = 200, body = Page<ClaimView>), (status = 422, body = Problem)))]
pub(super) async fn list_claims(
    State(app): State<App>,
    principal: Principal,
    Query(query): Query<ClaimQuery>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<ClaimView>>, Problem> {
    let status = query.into_status()?;
    let filter = ClaimFilter {
        status,
        vehicle_ids: only_vehicles(&principal),
        ..filter(&page)?
    };
    let mut tx = app.database.read().await.map_err(Error::Store)?;
    let found = list_claims::list_claims(&mut Store::new(&mut tx), &principal.tenant, &filter).await?;
    Ok(Json(claim_page(found)))
}

/// Claims of one vehicle, newest first.
#[utoipa::path(get, path = "/api/v1/claims/vehicle/{vehicle_id}", operation_id = "list_claims_of_vehicle", tag = "claims",
    params(("vehicle_id" = String, Path), PageQuery),
    responses((status = 200, body = Page<ClaimView>), (status = 404, body = Problem)))]
pub(super) async fn list_claims_of_vehicle(
    State(app): State<App>,
    principal: Principal,
    Path(vehicle_id): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<ClaimView>>, Problem> {
    let (filter, only) = (filter(&page)?, only_vehicles(&principal));
    let mut tx = app.database.read().await.map_err(Error::Store)?;
    let store = &mut Store::new(&mut tx);
    let found = list_claims::list_claims_of_vehicle(store, &principal.tenant, filter, &vehicle_id, only).await?;
    Ok(Json(claim_page(found)))
}

/// One claim with all its versions.
#[utoipa::path(get, path = "/api/v1/claims/{id}", operation_id = "show_claim", tag = "claims",
    params(("id" = String, Path)), responses((status = 200, body = ClaimView), (status = 404, body = Problem)))]
pub(super) async fn show_claim(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Json<ClaimView>, Problem> {
    let mut tx = app.database.read().await.map_err(Error::Store)?;
    let (store, only) = (&mut Store::new(&mut tx), only_vehicles(&principal));
    let (claim, present, versions) = show_claim::show_claim(store, &principal.tenant, &id, only.as_deref()).await?;
    Ok(Json(ClaimView::with_versions(&claim, &present, &versions)))
}

/// Writes a draft by hand.
#[utoipa::path(post, path = "/api/v1/claims", operation_id = "write_claim", tag = "claims",
    params(("Idempotency-Key" = Option<String>, Header, description = "The same request with the same key is carried out once and answered with the first answer.")),
    request_body = ClaimBody,
    responses((status = 201, body = ClaimView,
            headers(("Idempotency-Replayed" = bool, description = "True when this is the kept answer of an earlier request with this key."))),
        (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn write_claim(
    State(app): State<App>,
    principal: Principal,
    Json(body): Json<ClaimBody>,
) -> Result<(StatusCode, Json<ClaimView>), Problem> {
    let request = body.into_request(only_vehicles(&principal))?;
    let mut tx = app.database.begin().await.map_err(Error::Store)?;
    let (store, by, now) = (&mut Store::new(&mut tx), &principal.subject, app.clock.now());
    let (claim, draft) =
        write_claim::write_claim(store, &principal.tenant, &app.rules.wear_parts, request, by, now).await?;
    tx.commit().await.map_err(Error::Store)?;
    Ok((StatusCode::CREATED, Json(ClaimView::new(&claim, &draft))))
}

/// Submits a draft, with what the person corrects. People only.
#[utoipa::path(post, path = "/api/v1/claims/{id}/submit", operation_id = "submit_claim", tag = "claims",
    params(("id" = String, Path)), request_body = SubmitBody,
    responses((status = 200, body = ClaimView), (status = 404, body = Problem), (status = 409, body = Problem),
        (status = 422, body = Problem)))]
pub(super) async fn submit_claim(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Path(id): Path<String>,
    Json(body): Json<SubmitBody>,
) -> Result<Json<ClaimView>, Problem> {
    let amendment = body.into_amendment()?;
    let by = Submitter {
        only_vehicles: only_vehicles(&principal),
        person_id: principal.subject,
        cause,
    };
    let mut tx = app.database.begin().await.map_err(Error::Store)?;
    let (store, now) = (&mut Store::new(&mut tx), app.clock.now());
    let (claim, submitted) =
        submit_claim::submit_claim(store, &principal.tenant, &app.rules.wear_parts, &id, amendment, by, now).await?;
    tx.commit().await.map_err(Error::Store)?;
    Ok(Json(ClaimView::new(&claim, &submitted)))
}

fn filter(page: &PageQuery) -> Result<ClaimFilter, Error> {
    let after = page.after().map_err(|_| Error::CursorInvalid)?;
    let after = if after.is_empty() { None } else { Some(mark(&after)?) };
    Ok(ClaimFilter {
        after,
        limit: page.limit() as i64,
        ..ClaimFilter::default()
    })
}

fn mark(position: &str) -> Result<ClaimMark, Error> {
    let (created_at, claim_id) = position.split_once(' ').ok_or(Error::CursorInvalid)?;
    let created_at = created_at.parse().map_err(|_| Error::CursorInvalid)?;
    Ok(ClaimMark {
        created_at,
        claim_id: claim_id.to_owned(),
    })
}

fn claim_page((claims, more): (Vec<(Claim, Version)>, bool)) -> Page<ClaimView> {
    let position = |claim: &Claim| format!("{} {}", rfc3339(claim.created_at), claim.claim_id);
    let last = claims.last().filter(|_| more);
    let next_cursor = last.map(|(claim, _)| cursor::encode(&position(claim)));
    Page {
        items: claims
            .iter()
            .map(|(claim, version)| ClaimView::new(claim, version))
            .collect(),
        next_cursor,
    }
}
