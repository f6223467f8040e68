//! What the service does, one verb per file. `App` is what all of them need.

pub mod access;
mod planning;

pub mod accept_alert;
pub mod book_visit;
pub mod cancel_visit;
pub mod complete_visit;
pub mod drop_expired_holds;
pub mod end_missed_visit;
pub mod find_slots;
pub mod hear_review;
pub mod move_visit;
pub mod note_remaining_lives;
pub mod note_vehicle;
mod order_missing_parts;
pub mod place_waiting;
pub mod register_center;
pub mod register_technician;
pub mod show_calendar;
pub mod show_network;
pub mod show_schedule;
pub mod show_visits;
pub mod start_visit;
pub mod stock_part;
pub mod withdraw_alert;

use chassis::{Clock, Database};

use crate::config::Settings;

/// What a use case works with. Cheap to clone.
#[derive(Clone)]
pub struct App {
    pub clock: Clock,
    pub database: Database,
    pub settings: Settings,
}
