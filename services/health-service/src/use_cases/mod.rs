//! What the service does, one verb per file.

pub mod apply_repair;
pub mod batch;
pub mod compute_health;
pub mod judge_records;
pub mod keep_vehicle;
pub mod list_health;
pub mod show_cost_of_waiting;
pub mod show_health;
pub mod show_history;
