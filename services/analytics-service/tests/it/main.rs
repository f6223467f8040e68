//! Tests of analytics-service over HTTP and events.

mod api_audit;
mod api_dashboards;
mod api_keys;
mod api_roles;
mod api_sign_in;
mod api_stream;
mod api_tenants;
mod api_users;
mod app;
mod contracts;
mod events_fleet;
mod events_identity;
