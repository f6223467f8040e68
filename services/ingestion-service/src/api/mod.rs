//! The REST interface: handlers take a request apart, call one use case and shape its answer.

pub mod ingest;
pub mod problem;
pub mod quarantine;
pub mod telemetry;
mod telemetry_scan;
pub mod telemetry_wire;
pub mod vehicles;
pub mod wire;

use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::App;

#[derive(OpenApi)]
#[openapi(info(
    title = "ingestion-service",
    description = "Telemetry in: validated, durable before it is acknowledged; the vehicle registry; history and quarantine."
))]
struct Document;

/// All routes of this service, without their state.
fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(ingest::ingest_record))
        .routes(routes!(ingest::ingest_batch))
        .routes(routes!(vehicles::list_vehicles, vehicles::register_vehicle))
        .routes(routes!(vehicles::show_vehicle, vehicles::change_vehicle))
        .routes(routes!(vehicles::record_repair))
        .routes(routes!(telemetry::show_latest))
        .routes(routes!(telemetry::show_history))
        .routes(routes!(telemetry::list_records))
        .routes(routes!(telemetry::list_trouble_codes))
        .routes(routes!(quarantine::list_quarantine))
        .routes(routes!(quarantine::replay_quarantined))
        .routes(routes!(quarantine::show_conservation))
}

/// The routes with their state.
pub fn router(app: App) -> OpenApiRouter {
    routes().with_state(app)
}

/// The document of this API.
pub fn openapi() -> utoipa::openapi::OpenApi {
    routes().split_for_parts().1
}
