//! Sign-in, refresh, sign-out and sessions.

use super::caller::{Caller, clear_cookie, set_cookie};
use super::wire::identity::{RefreshBody, SessionBody, SignInBody, TokensBody};
use super::wire::people::PasswordChangeBody;
use crate::App;
use crate::domain::session::Session;
use crate::use_cases;
use crate::use_cases::sign_in::{SignIn, SignedIn};
use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use chassis::http::{Json, Page, PageQuery, Path, Query, ShownOnce, cursor};
use chassis::identity::DEFAULT_TENANT;
use chassis::problem::{Kind, Problem};
use chassis::{Cause, Principal, TenantId};

/// Signs a person in. A browser (a request with an Origin) gets its refresh token as a cookie that no script can read, a program in the body.
#[utoipa::path(post, path = "/api/v1/auth/login", request_body = SignInBody,
    responses((status = 200, body = TokensBody), (status = 401, body = Problem), (status = 403, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn sign_in(
    State(app): State<App>,
    caller: Caller,
    cause: Cause,
    Json(body): Json<SignInBody>,
) -> Result<Response, Problem> {
    let request = SignIn {
        tenant: TenantId::new(body.tenant.as_deref().unwrap_or(DEFAULT_TENANT)),
        username: body.username,
        password: body.password,
        origin: caller.origin,
    };
    let signed_in = use_cases::sign_in::sign_in(&app, request, cause).await?;
    Ok(tokens(&app, signed_in, caller.is_browser))
}

/// Exchanges a refresh token (the body's, or a browser's cookie) for a new pair; a second use of the same token ends the session.
#[utoipa::path(post, path = "/api/v1/auth/refresh", request_body = RefreshBody,
    responses((status = 200, body = TokensBody), (status = 401, body = Problem), (status = 403, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn refresh_session(
    State(app): State<App>,
    caller: Caller,
    cause: Cause,
    body: Bytes,
) -> Result<Response, Problem> {
    let given = refresh_body(body).await?.refresh_token;
    let by_cookie = given.is_none();
    if by_cookie && !caller.is_browser {
        let detail = "Send the refresh token in the body; the cookie is good for a browser's pages only.";
        return Err(Problem::new(Kind::Forbidden, "auth.origin", detail));
    }
    let token = given.or(caller.cookie).unwrap_or_default();
    match use_cases::refresh_session::refresh_session(&app, &token, by_cookie, cause).await {
        Ok(signed_in) => Ok(tokens(&app, signed_in, by_cookie)),
        Err(error) => {
            let problem = Problem::from(error);
            let over = by_cookie && problem.status() == StatusCode::UNAUTHORIZED;
            let cleared = if over {
                clear_cookie(app.settings.cookie_secure)
            } else {
                HeaderMap::new()
            };
            Ok((cleared, problem).into_response())
        }
    }
}

/// A browser sends no body, or an empty object.
async fn refresh_body(body: Bytes) -> Result<RefreshBody, Problem> {
    if body.is_empty() {
        return Ok(RefreshBody::default());
    }
    let Json(read) = Json::from_request(Request::new(Body::from(body)), &()).await?;
    Ok(read)
}

fn tokens(app: &App, mut signed_in: SignedIn, is_browser: bool) -> Response {
    if !is_browser {
        return (axum::Extension(ShownOnce), Json(TokensBody::from(signed_in))).into_response();
    }
    let token = signed_in.refresh_token.take().unwrap_or_default();
    let (ends, now) = (signed_in.session.expires_at, app.clock.machine_now());
    let cookie = set_cookie(&token, ends, now, app.settings.cookie_secure);
    (cookie, Json(TokensBody::from(signed_in))).into_response()
}

/// Ends the caller's session in every service, and takes a browser's cookie away.
#[utoipa::path(post, path = "/api/v1/auth/logout", responses((status = 204), (status = 401, body = Problem)))]
pub(super) async fn sign_out(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
) -> Result<(StatusCode, HeaderMap), Problem> {
    use_cases::sign_out::sign_out(&app, &principal, &app.act(&principal, cause)).await?;
    Ok((StatusCode::NO_CONTENT, clear_cookie(app.settings.cookie_secure)))
}

/// Lists the caller's live sessions.
#[utoipa::path(get, path = "/api/v1/auth/sessions", params(PageQuery), responses((status = 200, body = Page<SessionBody>)))]
pub(super) async fn list_sessions(
    State(app): State<App>,
    principal: Principal,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<SessionBody>>, Problem> {
    let sessions = use_cases::list_sessions::list_sessions(&app, &principal, &page.after()?, page.limit()).await?;
    Ok(Json(page_of(sessions, &page, principal.session_id.as_deref())))
}

/// Ends the caller's other sessions in every service.
#[utoipa::path(delete, path = "/api/v1/auth/sessions", responses((status = 204)))]
pub(super) async fn end_other_sessions(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
) -> Result<StatusCode, Problem> {
    let act = app.act(&principal, cause);
    use_cases::end_sessions::end_other_sessions(&app, &principal, &act).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends one of the caller's sessions in every service.
#[utoipa::path(delete, path = "/api/v1/auth/sessions/{id}", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub(super) async fn end_session(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Path(session_id): Path<String>,
) -> Result<StatusCode, Problem> {
    let act = app.act(&principal, cause);
    use_cases::end_sessions::end_own_session(&app, &principal, &session_id, &act).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists a user's live sessions.
#[utoipa::path(get, path = "/api/v1/users/{id}/sessions", params(("id" = String, Path), PageQuery),
    responses((status = 200, body = Page<SessionBody>), (status = 404, body = Problem)))]
pub(super) async fn list_sessions_of_user(
    State(app): State<App>,
    principal: Principal,
    Path(user_id): Path<String>,
    Query(page): Query<PageQuery>,
) -> Result<Json<Page<SessionBody>>, Problem> {
    let (tenant, after) = (&principal.tenant, page.after()?);
    let sessions = use_cases::list_sessions::list_sessions_of(&app, tenant, &user_id, &after, page.limit()).await?;
    Ok(Json(page_of(sessions, &page, principal.session_id.as_deref())))
}

/// Ends all of a user's sessions in every service.
#[utoipa::path(delete, path = "/api/v1/users/{id}/sessions", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub(super) async fn end_sessions_of_user(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Path(user_id): Path<String>,
) -> Result<StatusCode, Problem> {
    let act = app.act(&principal, cause);
    use_cases::end_sessions::end_sessions_of_user(&app, &principal.tenant, &user_id, &act).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Changes the caller's own password; their other sessions end.
#[utoipa::path(post, path = "/api/v1/users/me/password", request_body = PasswordChangeBody,
    responses((status = 204), (status = 401, body = Problem), (status = 422, body = Problem), (status = 429, body = Problem)))]
pub(super) async fn change_own_password(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Json(body): Json<PasswordChangeBody>,
) -> Result<StatusCode, Problem> {
    let act = app.act(&principal, cause);
    let (current, new) = (body.current_password, body.new_password);
    use_cases::change_own_password::change_own_password(&app, &principal, current, new, &act).await?;
    Ok(StatusCode::NO_CONTENT)
}

fn page_of(sessions: Vec<Session>, page: &PageQuery, current: Option<&str>) -> Page<SessionBody> {
    let full = sessions.len() == page.limit();
    let next_cursor = sessions
        .last()
        .filter(|_| full)
        .map(|last| cursor::encode(&last.session_id));
    let body = |session| SessionBody::of(session, current);
    Page {
        items: sessions.into_iter().map(body).collect(),
        next_cursor,
    }
}
