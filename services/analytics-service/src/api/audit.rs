//! The audit log.

use super::wire::audit::{AuditQuery, EntryBody, bad_cursor, cursor_after, position};
use crate::App;
use crate::use_cases::export_audit::export_audit as export;
use crate::use_cases::list_audit::list_audit as list;
use crate::use_cases::sight;
use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chassis::Principal;
use chassis::http::{Json, Page, Path, Query};
use chassis::problem::{Kind, Problem};

/// Lists what happened in the tenant, newest first. Who is bound to some vehicles sees what is about these alone.
#[utoipa::path(get, path = "/api/v1/audit/logs", params(AuditQuery),
    responses((status = 200, body = Page<EntryBody>), (status = 400, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn list_audit(
    State(app): State<App>,
    principal: Principal,
    Query(query): Query<AuditQuery>,
) -> Result<Json<Page<EntryBody>>, Problem> {
    page_of_entries(&app, &principal, query).await.map(Json)
}

/// Lists what one person or key did, newest first.
#[utoipa::path(get, path = "/api/v1/audit/user-activity/{id}", params(("id" = String, Path), AuditQuery),
    responses((status = 200, body = Page<EntryBody>), (status = 400, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn show_user_activity(
    State(app): State<App>,
    principal: Principal,
    Path(user_id): Path<String>,
    Query(query): Query<AuditQuery>,
) -> Result<Json<Page<EntryBody>>, Problem> {
    page_of_entries(
        &app,
        &principal,
        AuditQuery {
            actor_id: Some(user_id),
            ..query
        },
    )
    .await
    .map(Json)
}

/// Downloads the log as CSV, newest first, at most 100,000 lines.
#[utoipa::path(get, path = "/api/v1/audit/export", params(AuditQuery),
    responses((status = 200, content_type = "text/csv", body = String), (status = 400, body = Problem), (status = 403, body = Problem)))]
pub(super) async fn export_audit(
    State(app): State<App>,
    principal: Principal,
    Query(query): Query<AuditQuery>,
) -> Result<Response, Problem> {
    if query.format.as_deref().is_some_and(|format| format != "csv") {
        return Err(Problem::new(
            Kind::BadRequest,
            "audit.format",
            "The log is exported as csv.",
        ));
    }
    let pieces = export(app, sight(&principal)?, query.filter());
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
        (header::CONTENT_DISPOSITION, "attachment; filename=\"audit-log.csv\""),
    ];
    Ok((headers, Body::from_stream(pieces)).into_response())
}

async fn page_of_entries(app: &App, principal: &Principal, query: AuditQuery) -> Result<Page<EntryBody>, Problem> {
    let page = query.page();
    let before = match page.after()?.as_str() {
        "" => None,
        text => Some(position(text).ok_or_else(bad_cursor)?),
    };
    let entries = list(app, &sight(principal)?, &query.filter(), before.as_ref(), page.limit()).await?;
    let full = entries.len() == page.limit();
    let next_cursor = entries.last().filter(|_| full).map(cursor_after);
    Ok(Page {
        items: entries.into_iter().map(EntryBody::from).collect(),
        next_cursor,
    })
}
