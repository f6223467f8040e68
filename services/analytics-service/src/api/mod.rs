//! The REST interface: handlers take a request apart, call one use case and shape its answer.

mod address;
mod audit;
mod caller;
mod consents;
mod dashboards;
mod invitations;
mod keys;
mod metrics;
mod problem;
mod read_models;
mod reports;
mod sign_in;
mod stream;
mod tenants;
mod users;
mod wire;

use crate::App;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// All routes with their state.
pub(crate) fn router(app: App) -> OpenApiRouter {
    paths().with_state(app)
}

/// The API's description.
pub(crate) fn openapi() -> utoipa::openapi::OpenApi {
    let mut document = paths().into_openapi();
    document.info = utoipa::openapi::Info::new("analytics-service", env!("CARGO_PKG_VERSION"));
    document
}

fn paths() -> OpenApiRouter<App> {
    OpenApiRouter::new()
        .routes(routes!(sign_in::sign_in))
        .routes(routes!(sign_in::refresh_session))
        .routes(routes!(sign_in::sign_out))
        .routes(routes!(sign_in::list_sessions, sign_in::end_other_sessions))
        .routes(routes!(sign_in::end_session))
        .routes(routes!(users::show_me))
        .routes(routes!(sign_in::change_own_password))
        .routes(routes!(users::list_names))
        .routes(routes!(sign_in::list_sessions_of_user, sign_in::end_sessions_of_user))
        .routes(routes!(users::unlock_user))
        .routes(routes!(invitations::list_invitations, invitations::invite_user))
        .routes(routes!(invitations::revoke_invitation))
        .routes(routes!(invitations::accept_invitation))
        .routes(routes!(consents::list_consents, consents::grant_consent))
        .routes(routes!(consents::revoke_consent))
        .routes(routes!(users::list_users, users::create_user))
        .routes(routes!(users::show_user, users::change_user))
        .routes(routes!(users::disable_user))
        .routes(routes!(tenants::list_tenants, tenants::create_tenant))
        .routes(routes!(keys::list_keys, keys::issue_key))
        .routes(routes!(keys::revoke_key))
        .routes(routes!(keys::rotate_key))
        .routes(routes!(audit::list_audit))
        .routes(routes!(audit::export_audit))
        .routes(routes!(audit::show_user_activity))
        .routes(routes!(dashboards::show_fleet_dashboard))
        .routes(routes!(dashboards::list_actions))
        .routes(routes!(dashboards::show_owner_dashboard))
        .routes(routes!(dashboards::show_technician_dashboard))
        .routes(routes!(dashboards::show_executive_dashboard))
        .routes(routes!(metrics::list_kpis))
        .routes(routes!(metrics::show_kpi))
        .routes(routes!(metrics::list_kpi_rows))
        .routes(routes!(metrics::show_fleet_health))
        .routes(routes!(metrics::show_alert_stats))
        .routes(routes!(metrics::show_warranty_stats))
        .routes(routes!(reports::generate_report))
        .routes(routes!(reports::list_reports))
        .routes(routes!(reports::download_report))
        .routes(routes!(reports::schedule_report, reports::list_schedules))
        .routes(routes!(reports::end_schedule))
        .routes(routes!(read_models::rebuild, read_models::show_rebuild))
        .routes(routes!(stream::follow_changes))
}
