//! The routes of this service. Handlers extract, start one use case and map its answer.

mod claims;
mod coverages;
mod problem;
mod warranty;
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
    document.info = utoipa::openapi::Info::new("warranty-service", env!("CARGO_PKG_VERSION"));
    document
}

fn paths() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(warranty::check_vehicle))
        .routes(routes!(coverages::list_coverages, coverages::write_coverage))
        .routes(routes!(claims::list_claims, claims::write_claim))
        .routes(routes!(claims::show_claim))
        .routes(routes!(claims::list_claims_of_vehicle))
        .routes(routes!(claims::submit_claim))
}

/// The vehicles to which a caller is restricted. An owner whose token names none sees none: the safe reading.
fn only_vehicles(principal: &Principal) -> Option<Vec<String>> {
    match (&principal.vehicle_ids, principal.role) {
        (None, Some(Role::Owner)) => Some(Vec::new()),
        (restricted, _) => restricted.clone(),
    }
}
