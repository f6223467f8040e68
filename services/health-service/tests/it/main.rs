//! Tests of the service from outside.

mod api_health;
mod api_models;
mod app;
mod contracts;
mod events_repairs;
mod events_telemetry;
mod logs;
mod real_cars;
mod speed;
mod trained_models;
