//! Single groups of numbers, each with the method behind it.

use super::wire::numbers::{ALERT_METHOD, AlertStatsBody, FleetHealthBody, WARRANTY_METHOD, WarrantyStatsBody};
use crate::App;
use crate::use_cases::show_metrics;
use axum::extract::State;
use chassis::Principal;
use chassis::http::Json;
use chassis::problem::Problem;

/// How healthy the fleet is.
#[utoipa::path(get, path = "/api/v1/metrics/fleet-health",
    responses((status = 200, body = FleetHealthBody), (status = 403, body = Problem)))]
pub(super) async fn show_fleet_health(
    State(app): State<App>,
    principal: Principal,
) -> Result<Json<FleetHealthBody>, Problem> {
    Ok(Json(show_metrics::show_fleet_health(&app, &principal).await?.into()))
}

/// How alerts are raised, delivered and answered.
#[utoipa::path(get, path = "/api/v1/metrics/alert-stats",
    responses((status = 200, body = AlertStatsBody), (status = 403, body = Problem)))]
pub(super) async fn show_alert_stats(
    State(app): State<App>,
    principal: Principal,
) -> Result<Json<AlertStatsBody>, Problem> {
    let alert_stats = show_metrics::show_alert_stats(&app, &principal).await?.into();
    Ok(Json(AlertStatsBody {
        alert_stats,
        method: ALERT_METHOD.into(),
    }))
}

/// What the warranty checked and what was claimed.
#[utoipa::path(get, path = "/api/v1/metrics/warranty-stats",
    responses((status = 200, body = WarrantyStatsBody), (status = 403, body = Problem)))]
pub(super) async fn show_warranty_stats(
    State(app): State<App>,
    principal: Principal,
) -> Result<Json<WarrantyStatsBody>, Problem> {
    let warranty_stats = show_metrics::show_warranty_stats(&app, &principal).await?.into();
    Ok(Json(WarrantyStatsBody {
        warranty_stats,
        method: WARRANTY_METHOD.into(),
    }))
}
