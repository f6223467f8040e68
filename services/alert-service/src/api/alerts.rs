//! Alerts: listed, shown, acknowledged, resolved, commented, and their ledger.

use axum::extract::State;
use axum::http::StatusCode;
use chassis::Principal;
use chassis::http::{Json, Page, PageQuery, Path, Query, cursor};
use chassis::problem::{Kind, Problem};
use chrono::DateTime;

use super::viewer;
use super::wire::{
    AlertDetailView, AlertQuery, AlertView, CommentRequest, CommentView, LedgerView, ResolveRequest, StatsView,
};
use crate::App;
use crate::domain::alert::Status;
use crate::domain::severity::Severity;
use crate::error::Error;
use crate::store::{AlertFilter, AlertPosition, Store};
use crate::use_cases;

/// Lists alerts, newest first.
#[utoipa::path(get, path = "/api/v1/alerts", params(AlertQuery),
    responses((status = 200, body = Page<AlertView>), (status = 400, body = Problem)))]
pub async fn list_alerts(
    State(app): State<App>,
    principal: Principal,
    Query(query): Query<AlertQuery>,
) -> Result<Json<Page<AlertView>>, Problem> {
    page_of_alerts(&app, &principal, query).await
}

/// Lists the alerts of one vehicle, newest first.
#[utoipa::path(get, path = "/api/v1/alerts/vehicle/{vehicle_id}", params(("vehicle_id" = String, Path), AlertQuery),
    responses((status = 200, body = Page<AlertView>), (status = 404, body = Problem)))]
pub async fn list_alerts_of_vehicle(
    State(app): State<App>,
    principal: Principal,
    Path(vehicle_id): Path<String>,
    Query(query): Query<AlertQuery>,
) -> Result<Json<Page<AlertView>>, Problem> {
    if !viewer(&principal).may_see(&vehicle_id) {
        return Err(Problem::new(
            Kind::NotFound,
            "vehicle.not_found",
            "there is no vehicle with this id",
        ));
    }
    page_of_alerts(
        &app,
        &principal,
        AlertQuery {
            vehicle_id: Some(vehicle_id),
            ..query
        },
    )
    .await
}

async fn page_of_alerts(app: &App, principal: &Principal, query: AlertQuery) -> Result<Json<Page<AlertView>>, Problem> {
    let page = PageQuery {
        limit: query.limit,
        cursor: query.cursor.clone(),
    };
    let after = position(&page.after()?)?;
    let filter = filter(query)?;
    let mut tx = app.database.read().await.map_err(Error::from)?;
    let (mut store, viewer) = (Store::new(&mut tx), viewer(principal));
    let (alerts, next) = use_cases::list_alerts(
        &mut store,
        &principal.tenant,
        &viewer,
        filter,
        after.as_ref(),
        page.limit(),
    )
    .await?;
    let items = alerts.into_iter().map(Into::into).collect();
    Ok(Json(Page {
        items,
        next_cursor: next.as_ref().map(cursor_of),
    }))
}

/// Counts alerts and their deliveries.
#[utoipa::path(get, path = "/api/v1/alerts/stats", responses((status = 200, body = StatsView)))]
pub async fn count_alerts(State(app): State<App>, principal: Principal) -> Result<Json<StatsView>, Problem> {
    let mut tx = app.database.read().await.map_err(Error::from)?;
    let mut store = Store::new(&mut tx);
    let counts = use_cases::count_alerts(&mut store, &principal.tenant, &viewer(&principal)).await?;
    Ok(Json(counts.into()))
}

/// Shows one alert with its amendments and comments.
#[utoipa::path(get, path = "/api/v1/alerts/{id}", params(("id" = String, Path)),
    responses((status = 200, body = AlertDetailView), (status = 404, body = Problem)))]
pub async fn show_alert(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Json<AlertDetailView>, Problem> {
    let mut tx = app.database.read().await.map_err(Error::from)?;
    let mut store = Store::new(&mut tx);
    let detail = use_cases::show_alert(&mut store, &principal.tenant, &viewer(&principal), &id).await?;
    Ok(Json(detail.into()))
}

/// Acknowledges an alert. The first acknowledgement counts; asking again says who made it.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/acknowledge", params(("id" = String, Path)),
    responses((status = 200, body = AlertView), (status = 404, body = Problem), (status = 409, body = Problem)))]
pub async fn acknowledge_alert(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Json<AlertView>, Problem> {
    let mut tx = app.database.begin().await.map_err(Error::from)?;
    let (mut store, viewer) = (Store::new(&mut tx), viewer(&principal));
    let alert = use_cases::acknowledge_alert(&mut store, &principal.tenant, &viewer, &id, app.moment()).await?;
    tx.commit().await.map_err(Error::from)?;
    Ok(Json(alert.into()))
}

/// Resolves an alert. The first resolution counts.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/resolve", params(("id" = String, Path)), request_body = ResolveRequest,
    responses((status = 200, body = AlertView), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn resolve_alert(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Json(request): Json<ResolveRequest>,
) -> Result<Json<AlertView>, Problem> {
    let mut tx = app.database.begin().await.map_err(Error::from)?;
    let (mut store, viewer, moment) = (Store::new(&mut tx), viewer(&principal), app.moment());
    let alert = use_cases::resolve_alert(&mut store, &principal.tenant, &viewer, &id, &request.reason, moment).await?;
    tx.commit().await.map_err(Error::from)?;
    Ok(Json(alert.into()))
}

/// Keeps a comment under an alert.
#[utoipa::path(post, path = "/api/v1/alerts/{id}/comments", request_body = CommentRequest,
    params(("id" = String, Path),
        ("Idempotency-Key" = Option<String>, Header, description = "The same request with the same key is carried out once and answered with the first answer.")),
    responses((status = 201, body = CommentView,
            headers(("Idempotency-Replayed" = bool, description = "True when this is the kept answer of an earlier request with this key."))),
        (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn comment_on_alert(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
    Json(request): Json<CommentRequest>,
) -> Result<(StatusCode, Json<CommentView>), Problem> {
    let mut tx = app.database.begin().await.map_err(Error::from)?;
    let (mut store, viewer, moment) = (Store::new(&mut tx), viewer(&principal), app.moment());
    let (tenant, text) = (&principal.tenant, &request.text);
    let comment = use_cases::comment_on_alert(&mut store, tenant, &viewer, &id, text, moment).await?;
    tx.commit().await.map_err(Error::from)?;
    Ok((StatusCode::CREATED, Json(comment.into())))
}

/// Shows the delivery ledger of an alert. An OWNER sees what was meant for them.
#[utoipa::path(get, path = "/api/v1/alerts/{id}/deliveries", params(("id" = String, Path)),
    responses((status = 200, body = LedgerView), (status = 404, body = Problem)))]
pub async fn show_deliveries(
    State(app): State<App>,
    principal: Principal,
    Path(id): Path<String>,
) -> Result<Json<LedgerView>, Problem> {
    let mut tx = app.database.read().await.map_err(Error::from)?;
    let mut store = Store::new(&mut tx);
    let deliveries = use_cases::show_deliveries(&mut store, &principal.tenant, &viewer(&principal), &id).await?;
    Ok(Json(LedgerView {
        items: deliveries.into_iter().map(Into::into).collect(),
    }))
}

/// Shows who was mailed about a weekly report, and what became of each message; empty where nobody was to be told. Who may see only some
/// vehicles sees what was meant for them.
#[utoipa::path(get, path = "/api/v1/alerts/deliveries/reports/{report_id}", params(("report_id" = String, Path)),
    responses((status = 200, body = LedgerView)))]
pub async fn show_report_deliveries(
    State(app): State<App>,
    principal: Principal,
    Path(report_id): Path<String>,
) -> Result<Json<LedgerView>, Problem> {
    let mut tx = app.database.read().await.map_err(Error::from)?;
    let (mut store, viewer) = (Store::new(&mut tx), viewer(&principal));
    let deliveries = use_cases::show_report_deliveries(&mut store, &principal.tenant, &viewer, &report_id).await?;
    Ok(Json(LedgerView {
        items: deliveries.into_iter().map(Into::into).collect(),
    }))
}

fn filter(query: AlertQuery) -> Result<AlertFilter, Error> {
    Ok(AlertFilter {
        severities: words(query.severity.as_deref(), "severity", Severity::parse)?,
        statuses: words(query.status.as_deref(), "status", Status::parse)?,
        vehicle_id: query.vehicle_id,
        visible_vehicle_ids: None,
    })
}

/// Words separated by commas; one that is not known is refused by name.
fn words<T>(text: Option<&str>, name: &'static str, parse: fn(&str) -> Option<T>) -> Result<Vec<T>, Error> {
    let read = |word: &str| {
        parse(word.trim()).ok_or_else(|| Error::UnknownWord {
            name,
            word: word.to_owned(),
        })
    };
    text.into_iter()
        .flat_map(|text| text.split(','))
        .filter(|word| !word.is_empty())
        .map(read)
        .collect()
}

/// Where the page before ended, as [`cursor_of`] wrote it; an empty text is the start.
fn position(after: &str) -> Result<Option<AlertPosition>, Error> {
    if after.is_empty() {
        return Ok(None);
    }
    let (raised_at, alert_id) = after.split_once(' ').ok_or(Error::ForeignCursor)?;
    let raised_at = raised_at
        .parse()
        .ok()
        .and_then(DateTime::from_timestamp_micros)
        .ok_or(Error::ForeignCursor)?;
    Ok(Some(AlertPosition {
        raised_at,
        alert_id: alert_id.to_owned(),
    }))
}

/// A position as the cursor of the next page: microseconds and id.
fn cursor_of(position: &AlertPosition) -> String {
    cursor::encode(&format!(
        "{} {}",
        position.raised_at.timestamp_micros(),
        position.alert_id
    ))
}
