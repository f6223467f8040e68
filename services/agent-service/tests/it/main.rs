//! The service from outside: events in, events out, and its API.

mod api_decisions;
mod api_isolation;
mod api_orchestrate;
mod api_reviews;
mod app;
mod contracts;
mod events_chain;
mod events_faults;
mod knowledge_files;
