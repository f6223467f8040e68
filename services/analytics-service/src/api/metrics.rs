//! Key figures, each with the method behind it and the rows it was made of.

use super::wire::kpis::{KpiBody, KpiRowBody, KpisBody, PeriodQuery, RowsQuery, cursor_after, kpi, position};
use super::wire::numbers::{
    ALERT_METHOD, AlertStatsBody, FleetHealthBody, KPI_METHOD, WARRANTY_METHOD, WarrantyStatsBody,
};
use crate::App;
use crate::domain::kpi::KpiId;
use crate::use_cases::measure_kpis::{Asked, list_rows, show_kpi as show, show_kpis as show_all};
use crate::use_cases::show_metrics;
use axum::extract::State;
use chassis::Principal;
use chassis::http::{Json, Page, PageQuery, Path, Query};
use chassis::problem::Problem;

/// Lists every key figure.
#[utoipa::path(get, path = "/api/v1/kpis", params(PeriodQuery),
    responses((status = 200, body = KpisBody), (status = 403, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn list_kpis(
    State(app): State<App>,
    principal: Principal,
    Query(query): Query<PeriodQuery>,
) -> Result<Json<KpisBody>, Problem> {
    let measured = show_all(&app, &principal, query.asked()?).await?;
    Ok(Json(KpisBody {
        items: measured.iter().cloned().map(KpiBody::from).collect(),
    }))
}

/// One key figure.
#[utoipa::path(get, path = "/api/v1/metrics/{kpi}", params(("kpi" = String, Path), PeriodQuery),
    responses((status = 200, body = KpiBody), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn show_kpi(
    State(app): State<App>,
    principal: Principal,
    Path(name): Path<String>,
    Query(query): Query<PeriodQuery>,
) -> Result<Json<KpiBody>, Problem> {
    Ok(Json(measured(&app, &principal, kpi(&name)?, &query).await?))
}

/// The rows that a key figure was made of, newest first, with the events that told them.
#[utoipa::path(get, path = "/api/v1/metrics/{kpi}/rows", params(("kpi" = String, Path), RowsQuery),
    responses((status = 200, body = Page<KpiRowBody>), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub(super) async fn list_kpi_rows(
    State(app): State<App>,
    principal: Principal,
    Path(name): Path<String>,
    Query(query): Query<RowsQuery>,
) -> Result<Json<Page<KpiRowBody>>, Problem> {
    let page = PageQuery {
        limit: query.limit,
        cursor: query.cursor,
    };
    let asked = Asked {
        from: query.from,
        to: query.to,
        step: None,
    };
    let after = position(&page.after()?)?;
    let rows = list_rows(&app, &principal, (kpi(&name)?, asked), after, page.limit()).await?;
    let full = rows.len() == page.limit();
    let next_cursor = rows.last().filter(|_| full).map(cursor_after);
    Ok(Json(Page {
        items: rows.into_iter().map(KpiRowBody::from).collect(),
        next_cursor,
    }))
}

async fn measured(app: &App, principal: &Principal, id: KpiId, query: &PeriodQuery) -> Result<KpiBody, Problem> {
    Ok(show(app, principal, id, query.asked()?).await?.into())
}

/// How healthy the fleet is.
#[utoipa::path(get, path = "/api/v1/metrics/fleet-health", params(PeriodQuery),
    responses((status = 200, body = FleetHealthBody), (status = 403, body = Problem)))]
pub(super) async fn show_fleet_health(
    State(app): State<App>,
    principal: Principal,
    Query(query): Query<PeriodQuery>,
) -> Result<Json<FleetHealthBody>, Problem> {
    let kpi = measured(&app, &principal, KpiId::FleetHealth, &query).await?;
    let health = show_metrics::show_fleet_health(&app, &principal).await?;
    Ok(Json((health, kpi).into()))
}

/// How alerts are raised, delivered and answered.
#[utoipa::path(get, path = "/api/v1/metrics/alert-stats", params(PeriodQuery),
    responses((status = 200, body = AlertStatsBody), (status = 403, body = Problem)))]
pub(super) async fn show_alert_stats(
    State(app): State<App>,
    principal: Principal,
    Query(query): Query<PeriodQuery>,
) -> Result<Json<AlertStatsBody>, Problem> {
    let kpi = measured(&app, &principal, KpiId::AlertStats, &query).await?;
    let alert_stats = show_metrics::show_alert_stats(&app, &principal).await?.into();
    Ok(Json(AlertStatsBody {
        alert_stats,
        kpi,
        method: ALERT_METHOD.into_iter().chain([KPI_METHOD]).collect(),
    }))
}

/// What the warranty checked and what was claimed.
#[utoipa::path(get, path = "/api/v1/metrics/warranty-stats", params(PeriodQuery),
    responses((status = 200, body = WarrantyStatsBody), (status = 403, body = Problem)))]
pub(super) async fn show_warranty_stats(
    State(app): State<App>,
    principal: Principal,
    Query(query): Query<PeriodQuery>,
) -> Result<Json<WarrantyStatsBody>, Problem> {
    let kpi = measured(&app, &principal, KpiId::WarrantyStats, &query).await?;
    let warranty_stats = show_metrics::show_warranty_stats(&app, &principal).await?.into();
    Ok(Json(WarrantyStatsBody {
        warranty_stats,
        kpi,
        method: WARRANTY_METHOD.into_iter().chain([KPI_METHOD]).collect(),
    }))
}
