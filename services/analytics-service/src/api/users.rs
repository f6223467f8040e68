//! Users of the caller's tenant.

use super::wire::identity::{CreatedUserBody, NewUserBody, RoleName, UserBody, UserChangeBody};
use super::wire::people::{NameBody, NamesBody, NamesQuery};
use crate::App;
use crate::domain::role::Role;
use crate::domain::user::Status;
use crate::use_cases;
use crate::use_cases::change_user::UserChange;
use axum::Extension;
use axum::extract::State;
use axum::http::StatusCode;
use chassis::http::{Json, Page, PageQuery, Path, Query, ShownOnce, cursor};
use chassis::problem::Problem;
use chassis::{Cause, Principal};
use serde::Deserialize;
use utoipa::IntoParams;

/// What a list of users is narrowed to.
#[derive(Deserialize, IntoParams)]
pub(super) struct UserQuery {
    limit: Option<usize>,
    cursor: Option<String>,
    role: Option<RoleName>,
}

/// Shows the caller.
#[utoipa::path(get, path = "/api/v1/users/me", responses((status = 200, body = UserBody), (status = 404, body = Problem)))]
pub(super) async fn show_me(State(app): State<App>, principal: Principal) -> Result<Json<UserBody>, Problem> {
    Ok(Json(
        use_cases::show_user::show_user(&app, &principal.tenant, &principal.subject)
            .await?
            .into(),
    ))
}

/// Names people of the tenant: names on screen, nothing else.
#[utoipa::path(get, path = "/api/v1/users/names", params(NamesQuery), responses((status = 200, body = NamesBody), (status = 400, body = Problem)))]
pub(super) async fn list_names(
    State(app): State<App>,
    principal: Principal,
    Query(query): Query<NamesQuery>,
) -> Result<Json<NamesBody>, Problem> {
    let ids = query.ids.as_deref().unwrap_or_default().split(',').map(str::trim);
    let ids: Vec<String> = ids.filter(|id| !id.is_empty()).map(str::to_owned).collect();
    let found = use_cases::list_names::list_names(&app, &principal, &ids).await?;
    let name = |(user_id, display_name)| NameBody { user_id, display_name };
    Ok(Json(NamesBody {
        items: found.into_iter().map(name).collect(),
    }))
}

/// Lifts the lock that failed sign-ins have put on a user.
#[utoipa::path(post, path = "/api/v1/users/{id}/unlock", params(("id" = String, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub(super) async fn unlock_user(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Path(user_id): Path<String>,
) -> Result<StatusCode, Problem> {
    let act = app.act(&principal, cause);
    use_cases::unlock_user::unlock_user(&app, &principal.tenant, &user_id, &act).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lists users.
#[utoipa::path(get, path = "/api/v1/users", params(UserQuery), responses((status = 200, body = Page<UserBody>)))]
pub(super) async fn list_users(
    State(app): State<App>,
    principal: Principal,
    Query(query): Query<UserQuery>,
) -> Result<Json<Page<UserBody>>, Problem> {
    let page = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let role = query.role.map(Role::from);
    let users = use_cases::list_users::list_users(&app, &principal.tenant, role, &page.after()?, page.limit()).await?;
    let full = users.len() == page.limit();
    let next_cursor = users.last().filter(|_| full).map(|last| cursor::encode(&last.user_id));
    Ok(Json(Page {
        items: users.into_iter().map(UserBody::from).collect(),
        next_cursor,
    }))
}

/// Adds a user; without a password one is made and shown once.
#[utoipa::path(post, path = "/api/v1/users", request_body = NewUserBody,
    responses((status = 201, body = CreatedUserBody), (status = 403, body = Problem), (status = 409, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn create_user(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Json(body): Json<NewUserBody>,
) -> Result<(StatusCode, Extension<ShownOnce>, Json<CreatedUserBody>), Problem> {
    let act = app.act(&principal, cause);
    let created = use_cases::create_user::create_user(&app, &principal, body.into(), &act).await?;
    Ok((StatusCode::CREATED, Extension(ShownOnce), Json(created.into())))
}

/// Shows a user.
#[utoipa::path(get, path = "/api/v1/users/{id}", params(("id" = String, Path)),
    responses((status = 200, body = UserBody), (status = 404, body = Problem)))]
pub(super) async fn show_user(
    State(app): State<App>,
    principal: Principal,
    Path(user_id): Path<String>,
) -> Result<Json<UserBody>, Problem> {
    Ok(Json(
        use_cases::show_user::show_user(&app, &principal.tenant, &user_id)
            .await?
            .into(),
    ))
}

/// Changes a user; whoever's rights or password change signs in again, and a change of rights ends their own keys.
#[utoipa::path(put, path = "/api/v1/users/{id}", params(("id" = String, Path)), request_body = UserChangeBody,
    responses((status = 200, body = UserBody), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn change_user(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Path(user_id): Path<String>,
    Json(body): Json<UserChangeBody>,
) -> Result<Json<UserBody>, Problem> {
    let act = app.act(&principal, cause);
    let user = use_cases::change_user::change_user(&app, &principal, &user_id, body.into(), &act).await?;
    Ok(Json(user.into()))
}

/// Disables a user and ends their sessions and their own keys.
#[utoipa::path(post, path = "/api/v1/users/{id}/disable", params(("id" = String, Path)),
    responses((status = 200, body = UserBody), (status = 403, body = Problem), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub(super) async fn disable_user(
    State(app): State<App>,
    principal: Principal,
    cause: Cause,
    Path(user_id): Path<String>,
) -> Result<Json<UserBody>, Problem> {
    let act = app.act(&principal, cause);
    let change = UserChange {
        status: Some(Status::Disabled),
        ..UserChange::default()
    };
    Ok(Json(
        use_cases::change_user::change_user(&app, &principal, &user_id, change, &act)
            .await?
            .into(),
    ))
}
