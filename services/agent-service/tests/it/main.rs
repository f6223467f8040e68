//! The service from outside: events in, events out, and its API.

mod api_decisions;
mod api_isolation;
mod api_orchestrate;
mod api_reviews;
mod app;
mod contracts;
mod evaluation;
mod events_chain;
mod events_faults;
mod instances;
mod knowledge_files;
mod models;
mod models_crash;
mod models_injection;
mod neighbours;
mod provider;
mod rules_crash;
mod upkeep;
