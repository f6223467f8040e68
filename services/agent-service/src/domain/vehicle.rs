//! What the agent needs to know about a vehicle: what drives it, and what was last known of its health.

use chrono::{DateTime, Utc};

/// What drives the vehicle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Powertrain {
    Petrol,
    Diesel,
    Hybrid,
    Bev,
    Unknown,
}

impl Powertrain {
    /// Its name in events and data files.
    pub fn code(self) -> &'static str {
        match self {
            Self::Petrol => "PETROL",
            Self::Diesel => "DIESEL",
            Self::Hybrid => "HYBRID",
            Self::Bev => "BEV",
            Self::Unknown => "UNKNOWN",
        }
    }

    /// The powertrain with this code; anything else is unknown.
    pub fn from_code(code: &str) -> Self {
        [Self::Petrol, Self::Diesel, Self::Hybrid, Self::Bev]
            .into_iter()
            .find(|powertrain| powertrain.code() == code)
            .unwrap_or(Self::Unknown)
    }
}

/// A vehicle as the registry last described it.
#[derive(Clone, Debug, PartialEq)]
pub struct Vehicle {
    pub vehicle_id: String,
    pub powertrain: Powertrain,
    /// CAR, VAN, TRUCK, BUS or UNKNOWN.
    pub vehicle_class: String,
    pub make: Option<String>,
    pub model: Option<String>,
    pub model_year: Option<i32>,
    /// When this was true (event time).
    pub changed_at: DateTime<Utc>,
}

/// The health that was last heard of one component.
#[derive(Clone, Debug, PartialEq)]
pub struct LastHealth {
    pub vehicle_id: String,
    /// The component's code as it was sent, also one that is not known here.
    pub component: String,
    /// 0..1; none while it cannot be judged.
    pub health_score: Option<f64>,
    pub status: String,
    /// When this was true (event time).
    pub observed_at: DateTime<Utc>,
}
