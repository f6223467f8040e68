//! What the service does, one verb per file.

pub mod apply_repair;
pub mod batch;
pub mod change_model;
pub mod compute_health;
pub mod forget_old;
pub mod judge_records;
pub mod keep_vehicle;
pub mod list_health;
pub mod register_models;
pub mod score_predictions;
pub mod show_calibration;
pub mod show_cost_of_waiting;
pub mod show_health;
pub mod show_history;
pub mod show_models;
pub mod watch_drift;
