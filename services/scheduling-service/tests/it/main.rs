//! The service from outside: its API, its events, its contracts.

mod api_access;
mod api_appointments;
mod api_calendar;
mod api_master_data;
mod api_slots;
mod app;
mod contracts;
mod events_alerts;
mod events_health;
mod events_missed_visits;
mod events_reviews;
mod events_shared_visits;
mod events_vehicles;
mod instances;
mod missing_parts;
mod vehicle_in_one_place;
