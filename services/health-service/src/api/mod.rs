//! The routes of this service. Handlers extract, start one use case and map its answer.

mod health;
mod model_wire;
mod models;
mod problem;
mod wire;

use chassis::{Principal, Role};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

/// All routes with their state.
pub fn router(app: App) -> OpenApiRouter {
    paths().with_state(app)
}

/// The API's description.
pub fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = paths().into_openapi();
    document.info = utoipa::openapi::Info::new("health-service", env!("CARGO_PKG_VERSION"));
    document
}

fn paths() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(health::list_health))
        .routes(routes!(health::compute_health))
        .routes(routes!(health::show_health))
        .routes(routes!(health::show_component))
        .routes(routes!(health::show_history))
        .routes(routes!(health::show_cost_of_waiting))
        .routes(routes!(models::list_models))
        .routes(routes!(models::show_model))
        .routes(routes!(models::promote_model))
        .routes(routes!(models::roll_back_model))
        .routes(routes!(models::show_calibration))
}

/// The vehicles to which a caller is restricted. An owner whose token names none sees none: the safe reading.
fn only_vehicles(principal: &Principal) -> Option<Vec<String>> {
    match (&principal.vehicle_ids, principal.role) {
        (None, Some(Role::Owner)) => Some(Vec::new()),
        (restricted, _) => restricted.clone(),
    }
}
