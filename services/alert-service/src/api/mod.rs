//! The REST interface: handlers take a request apart, call one use case and shape its answer.

pub mod alerts;
pub mod preferences;
mod problem;
pub mod wire;

use chassis::{Principal, Role};
use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;
use crate::use_cases::Viewer;

#[derive(OpenApi)]
#[openapi(info(
    title = "alert-service",
    description = "Alerts, their delivery ledger, and people's preferences."
))]
struct Document;

/// All routes of this service, without their state.
fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(alerts::list_alerts))
        .routes(routes!(alerts::count_alerts))
        .routes(routes!(alerts::list_alerts_of_vehicle))
        .routes(routes!(alerts::show_alert))
        .routes(routes!(alerts::acknowledge_alert))
        .routes(routes!(alerts::resolve_alert))
        .routes(routes!(alerts::comment_on_alert))
        .routes(routes!(alerts::show_deliveries))
        .routes(routes!(alerts::show_report_deliveries))
        .routes(routes!(
            preferences::show_preferences,
            preferences::change_preferences,
            preferences::erase_preferences
        ))
}

/// The routes with their state.
pub fn router(app: App) -> OpenApiRouter {
    routes().with_state(app)
}

/// The document of this API.
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes().split_for_parts().1
}

/// The caller, as far as it limits what they see. An OWNER whose token names no vehicles sees none.
fn viewer(principal: &Principal) -> Viewer {
    let none_named = (principal.role == Some(Role::Owner)).then(Vec::new);
    Viewer {
        id: principal.subject.clone(),
        vehicle_ids: principal.vehicle_ids.clone().or(none_named),
    }
}
