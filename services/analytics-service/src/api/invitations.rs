//! Invitations of the caller's tenant, and their acceptance by whoever holds the token.

use super::wire::people::{AcceptanceBody, AcceptedBody, InvitationBody, MadeInvitationBody, NewInvitationBody};
use crate::App;
use crate::use_cases;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use chassis::http::{Json, Page, PageQuery, Path, Query, ShownOnce, cursor};
use chassis::problem::Problem;
use chassis::{Cause, Principal};

/// Lists invitations, without their tokens.
#[utoipa::path(get, path = "/api/v1/invitations", params(PageQuery), responses((status = 200, body = Page<InvitationBody>)))]
pub(super) async fn list_invitations(
    State(app): State<App>,
    principal: Principal,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<InvitationBody>>, Problem> {
    let (tenant, after) = (&principal.tenant, page.after()?);
    let found = use_cases::list_invitations::list_invitations(&app, tenant, &after, page.limit()).await?;
    let full = found.len() == page.limit();
    let next_cursor = found
        .last()
        .filter(|_| full)
        .map(|last| cursor::encode(&last.invitation_id));
    let now = app.clock.machine_now();
    Ok(Json(Page {
        items: found.into_iter().map(|one| InvitationBody::of(one, now)).collect(),
        next_cursor,
    }))
}

/// Invites a person; the token is shown once.
#[utoipa::path(post, path = "/api/v1/invitations", request_body = NewInvitationBody,
    responses((status = 201, body = MadeInvitationBody), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn invite_user(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Json(body): Json<NewInvitationBody>,
) -> Result<(StatusCode, Extension<ShownOnce>, Json<MadeInvitationBody>), Problem> {
    let act = app.act(&principal, cause);
    let (invitation, token) = use_cases::invite_user::invite_user(&app, &principal, body.into(), &act).await?;
    let made = MadeInvitationBody::of(invitation, token, act.machine_now);
    Ok((StatusCode::CREATED, Extension(ShownOnce), Json(made)))
}

/// Takes an invitation back.
#[utoipa::path(delete, path = "/api/v1/invitations/{id}", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub(super) async fn revoke_invitation(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Path(id): Path<String>,
) -> Result<StatusCode, Problem> {
    let act = app.act(&principal, cause);
    use_cases::revoke_invitation::revoke_invitation(&app, &principal.tenant, &id, &act).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Becomes a user by the token of an invitation; it is good once.
#[utoipa::path(post, path = "/api/v1/invitations/accept", request_body = AcceptanceBody,
    responses((status = 201, body = AcceptedBody), (status = 404, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn accept_invitation(
    State(app): State<App>,
    cause: Cause,
    Json(body): Json<AcceptanceBody>,
) -> Result<(StatusCode, Json<AcceptedBody>), Problem> {
    let user = use_cases::accept_invitation::accept_invitation(&app, body.into(), cause).await?;
    Ok((StatusCode::CREATED, Json(user.into())))
}
