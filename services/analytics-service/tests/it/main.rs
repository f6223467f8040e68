//! Tests of analytics-service over HTTP and events.

mod api_audit;
mod api_browser;
mod api_dashboards;
mod api_keys;
mod api_people;
mod api_reports;
mod api_roles;
mod api_sign_in;
mod api_stream;
mod api_tenants;
mod api_user_reach;
mod api_users;
mod app;
mod archive;
mod bars;
mod bound;
mod contracts;
mod events_fleet;
mod events_identity;
mod explanations;
mod failures;
mod figures;
mod instances;
mod kpis;
mod life;
