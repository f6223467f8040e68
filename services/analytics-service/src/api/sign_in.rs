//! Sign-in, refresh, sign-out and the caller's sessions.

use super::address::CallerAddress;
use super::wire::identity::{RefreshBody, SessionBody, SignInBody, TokensBody};
use crate::App;
use crate::use_cases;
use crate::use_cases::sign_in::SignIn;
use axum::extract::State;
use axum::http::StatusCode;
use chassis::http::{Json, Page, PageQuery, Query, cursor};
use chassis::identity::DEFAULT_TENANT;
use chassis::problem::Problem;
use chassis::{Cause, Principal, TenantId};

/// Signs a person in.
#[utoipa::path(post, path = "/api/v1/auth/login", request_body = SignInBody,
    responses((status = 200, body = TokensBody), (status = 401, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn sign_in(
    State(app): State<App>,
    CallerAddress(address): CallerAddress,
    cause: Cause,
    Json(body): Json<SignInBody>,
) -> Result<Json<TokensBody>, Problem> {
    let tenant = TenantId::new(body.tenant.as_deref().unwrap_or(DEFAULT_TENANT));
    let request = SignIn {
        tenant,
        username: body.username,
        password: body.password,
        address,
    };
    let signed_in = use_cases::sign_in::sign_in(&app, request, cause).await?;
    Ok(Json(signed_in.into()))
}

/// Exchanges a refresh token for a new pair; a second use of the same token ends the session.
#[utoipa::path(post, path = "/api/v1/auth/refresh", request_body = RefreshBody,
    responses((status = 200, body = TokensBody), (status = 401, body = Problem)))]
pub(super) async fn refresh_session(
    State(app): State<App>,
    cause: Cause,
    Json(body): Json<RefreshBody>,
) -> Result<Json<TokensBody>, Problem> {
    let signed_in = use_cases::refresh_session::refresh_session(&app, &body.refresh_token, cause).await?;
    Ok(Json(signed_in.into()))
}

/// Ends the caller's session in every service.
#[utoipa::path(post, path = "/api/v1/auth/logout", responses((status = 204), (status = 401, body = Problem)))]
pub(super) async fn sign_out(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
) -> Result<StatusCode, Problem> {
    use_cases::sign_out::sign_out(&app, &principal, &app.act(&principal, cause)).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists the caller's live sessions.
#[utoipa::path(get, path = "/api/v1/auth/sessions", params(PageQuery), responses((status = 200, body = Page<SessionBody>)))]
pub(super) async fn list_sessions(
    State(app): State<App>,
    principal: Principal,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<SessionBody>>, Problem> {
    let sessions = use_cases::list_sessions::list_sessions(&app, &principal, &page.after()?, page.limit()).await?;
    let full = sessions.len() == page.limit();
    let next_cursor = sessions
        .last()
        .filter(|_| full)
        .map(|last| cursor::encode(&last.session_id));
    let current = principal.session_id.as_deref();
    let items = sessions
        .into_iter()
        .map(|session| SessionBody::of(session, current))
        .collect();
    Ok(Json(Page { items, next_cursor }))
}
