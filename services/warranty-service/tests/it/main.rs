//! The service from outside: its API, its events, its contracts.

mod api_claims;
mod api_coverages;
mod api_tenants;
mod api_warranty;
mod app;
mod contracts;
mod events_appointments;
mod events_decisions;
