//! API keys of the caller's tenant.

use super::wire::identity::{IssuedKeyBody, KeyBody, NewKeyBody};
use super::wire::people::RotationBody;
use crate::App;
use crate::use_cases;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use chassis::http::{Json, Page, PageQuery, Path, Query, ShownOnce, cursor};
use chassis::problem::Problem;
use chassis::{Cause, Principal};

/// Lists keys, without their secrets.
#[utoipa::path(get, path = "/api/v1/api-keys", params(PageQuery), responses((status = 200, body = Page<KeyBody>)))]
pub(super) async fn list_keys(
    State(app): State<App>,
    principal: Principal,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<KeyBody>>, Problem> {
    let keys = use_cases::list_keys::list_keys(&app, &principal.tenant, &page.after()?, page.limit()).await?;
    let full = keys.len() == page.limit();
    let next_cursor = keys.last().filter(|_| full).map(|last| cursor::encode(&last.key_id));
    let now = app.clock.machine_now();
    Ok(Json(Page {
        items: keys.into_iter().map(|key| KeyBody::of(key, now)).collect(),
        next_cursor,
    }))
}

/// Issues a key; its secret is shown once.
#[utoipa::path(post, path = "/api/v1/api-keys", request_body = NewKeyBody,
    responses((status = 201, body = IssuedKeyBody), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn issue_key(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Json(body): Json<NewKeyBody>,
) -> Result<(StatusCode, Extension<ShownOnce>, Json<IssuedKeyBody>), Problem> {
    let act = app.act(&principal, cause);
    let (key, secret) = use_cases::issue_key::issue_key(&app, &principal, body.into(), &act).await?;
    Ok((
        StatusCode::CREATED,
        Extension(ShownOnce),
        Json(IssuedKeyBody {
            key: KeyBody::of(key, act.machine_now),
            secret,
        }),
    ))
}

/// Replaces a key by one with the same rights; the new secret is shown once, the old key ends after the overlap.
#[utoipa::path(post, path = "/api/v1/api-keys/{id}/rotate", params(("id" = String, Path)), request_body = RotationBody,
    responses((status = 201, body = IssuedKeyBody), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn rotate_key(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Path(key_id): Path<String>,
    Json(body): Json<RotationBody>,
) -> Result<(StatusCode, Extension<ShownOnce>, Json<IssuedKeyBody>), Problem> {
    let act = app.act(&principal, cause);
    let hours = body.overlap_hours.unwrap_or(24);
    let (key, secret) = use_cases::rotate_key::rotate_key(&app, &principal, &key_id, hours, &act).await?;
    let key = KeyBody::of(key, act.machine_now);
    Ok((
        StatusCode::CREATED,
        Extension(ShownOnce),
        Json(IssuedKeyBody { key, secret }),
    ))
}

/// Revokes a key in every service.
#[utoipa::path(delete, path = "/api/v1/api-keys/{id}", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub(super) async fn revoke_key(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Path(key_id): Path<String>,
) -> Result<StatusCode, Problem> {
    let act = app.act(&principal, cause);
    use_cases::revoke_key::revoke_key(&app, &principal.tenant, &key_id, &act).await?;
    Ok(StatusCode::NO_CONTENT)
}
