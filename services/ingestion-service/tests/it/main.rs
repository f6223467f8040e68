//! The service from outside: its API, its events, its behaviour over restarts.

mod api_bad_input;
mod api_ingest;
mod api_policy;
mod api_quarantine;
mod api_telemetry;
mod api_vehicles;
mod app;
mod bars;
mod contracts;
mod events_telemetry;
mod instances;
mod kill;
mod real_logs;
mod restart;
mod retention;
