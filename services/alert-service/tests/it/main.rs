//! The alert service as a whole: real routes, real database, real events, a real mail dialogue.

mod api_alerts;
mod api_isolation;
mod api_preferences;
mod app;
mod contracts;
mod events_appointments;
mod events_decisions;
mod events_people;
mod instances;
mod mail_crash;
mod mail_delivery;
mod mail_reports;
mod smtp;
