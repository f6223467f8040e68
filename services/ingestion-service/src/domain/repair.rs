//! Repairs that were done elsewhere.

use chrono::{DateTime, Utc};

/// Components that a repair can name.
pub const COMPONENTS: [&str; 11] = [
    "engine",
    "cooling",
    "lubrication",
    "transmission",
    "brakes",
    "battery_12v",
    "charging",
    "suspension",
    "tyres",
    "aftertreatment",
    "traction_battery",
];

/// What can be done to a component.
pub const ACTIONS: [&str; 3] = ["REPLACED", "REPAIRED", "ADJUSTED"];

/// A repair done elsewhere.
#[derive(Debug, Clone, PartialEq)]
pub struct Repair {
    pub repair_id: String,
    pub vehicle_id: String,
    pub component: String,
    pub action: String,
    pub repaired_at: DateTime<Utc>,
    pub odometer_km: Option<f64>,
    pub recorded_by: String,
}
