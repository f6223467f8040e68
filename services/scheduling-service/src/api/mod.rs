//! The REST API: handlers extract, call one use case and map.

mod calendar;
mod network;
mod problem;
mod slots;
mod visits;
mod wire;

use utoipa::OpenApi;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::use_cases::App;

#[derive(OpenApi)]
#[openapi(info(
    title = "scheduling-service",
    description = "Plans workshop visits: centres, technicians, parts, slots and appointments."
))]
struct Document;

/// All routes with their state.
pub(crate) fn router(app: App) -> OpenApiRouter {
    routes().with_state(app)
}

/// The API as OpenAPI.
pub(crate) fn openapi() -> utoipa::openapi::OpenApi {
    routes().split_for_parts().1
}

fn routes() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(Document::openapi())
        .routes(routes!(network::list_centers, network::register_center))
        .routes(routes!(network::list_technicians, network::register_technician))
        .routes(routes!(network::show_schedule))
        .routes(routes!(network::list_parts, network::stock_part))
        .routes(routes!(slots::find_slots))
        .routes(routes!(visits::list_appointments, visits::book_appointment))
        .routes(routes!(
            visits::show_appointment,
            visits::move_appointment,
            visits::cancel_appointment
        ))
        .routes(routes!(visits::list_appointments_of_vehicle))
        .routes(routes!(visits::start_appointment))
        .routes(routes!(visits::complete_appointment))
        .routes(routes!(calendar::show_calendar))
}
