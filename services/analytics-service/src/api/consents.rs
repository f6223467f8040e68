//! Consents of the caller's tenant that its SUPPORT people read its data.

use super::wire::people::{ConsentBody, NewConsentBody};
use crate::App;
use crate::use_cases;
use axum::extract::State;
use axum::http::StatusCode;
use chassis::http::{Json, Page, PageQuery, Path, Query, cursor};
use chassis::problem::Problem;
use chassis::{Cause, Principal};

/// Lists consents.
#[utoipa::path(get, path = "/api/v1/support-consents", params(PageQuery), responses((status = 200, body = Page<ConsentBody>)))]
pub(super) async fn list_consents(
    State(app): State<App>,
    principal: Principal,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<ConsentBody>>, Problem> {
    let (tenant, after) = (&principal.tenant, page.after()?);
    let found = use_cases::list_consents::list_consents(&app, tenant, &after, page.limit()).await?;
    let full = found.len() == page.limit();
    let next_cursor = found
        .last()
        .filter(|_| full)
        .map(|last| cursor::encode(&last.consent_id));
    let now = app.clock.machine_now();
    Ok(Json(Page {
        items: found.into_iter().map(|one| ConsentBody::of(one, now)).collect(),
        next_cursor,
    }))
}

/// Lets the tenant's SUPPORT people sign in and read for so many hours.
#[utoipa::path(post, path = "/api/v1/support-consents", request_body = NewConsentBody,
    responses((status = 201, body = ConsentBody), (status = 422, body = Problem)))]
pub(super) async fn grant_consent(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Json(body): Json<NewConsentBody>,
) -> Result<(StatusCode, Json<ConsentBody>), Problem> {
    let act = app.act(&principal, cause);
    let consent = use_cases::grant_consent::grant_consent(&app, &principal, body.hours, body.reason, &act).await?;
    Ok((StatusCode::CREATED, Json(ConsentBody::of(consent, act.machine_now))))
}

/// Takes a consent back; the sessions of SUPPORT people end in every service.
#[utoipa::path(delete, path = "/api/v1/support-consents/{id}", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub(super) async fn revoke_consent(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let act = app.act(&principal, cause);
    use_cases::revoke_consent::revoke_consent(&app, &principal.tenant, &id, &act).await?;
    Ok(StatusCode::NO_CONTENT)
}
