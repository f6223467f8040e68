//! What this service reads of others' events: only the fields it uses. Unknown fields are ignored.

use chrono::NaiveDate;
use serde::Deserialize;

use crate::domain::risk::LifeKm;

/// `alert.created` of alert-service.
#[derive(Debug, Clone, Deserialize)]
pub struct AlertCreated {
    pub alert_id: String,
    pub decision_id: Option<String>,
    pub vehicle_id: String,
    /// A component that this service does not know is booked by its skill alone.
    pub component: String,
    pub severity: String,
    pub urgency: String,
    pub required_skill: String,
    pub labour_hours: f64,
    #[serde(default)]
    pub parts: Vec<PartWanted>,
    pub rul_km: Option<Quantiles>,
    pub odometer_km: Option<f64>,
    pub review: Option<Hold>,
}

/// What waits for a person's word on the decision.
#[derive(Debug, Clone, Deserialize)]
pub struct Hold {
    pub holds: Vec<String>,
}

impl AlertCreated {
    /// Nobody may book for it before a person has said yes.
    pub fn holds_booking(&self) -> bool {
        let held = |hold: &Hold| hold.holds.iter().any(|held| held == "booking" || held == "parts");
        self.review.as_ref().is_some_and(held)
    }
}

#[derive(Debug, Clone, Deserialize)]
pub struct PartWanted {
    pub part_code: String,
    pub quantity: i64,
}

#[derive(Debug, Clone, Copy, Deserialize)]
pub struct Quantiles {
    pub p05: f64,
    pub p50: f64,
    pub p95: f64,
}

impl From<Quantiles> for LifeKm {
    fn from(quantiles: Quantiles) -> Self {
        LifeKm {
            p05: quantiles.p05,
            p50: quantiles.p50,
            p95: quantiles.p95,
        }
    }
}

/// `alert.resolved` of alert-service.
#[derive(Debug, Clone, Deserialize)]
pub struct AlertResolved {
    pub alert_id: String,
    pub reason: ResolvedBecause,
    /// The visit of ours that ended it.
    pub appointment_id: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum ResolvedBecause {
    #[serde(rename = "MANUAL")]
    Manual,
    #[serde(rename = "REPAIRED")]
    Repaired,
    #[serde(rename = "RECOVERED")]
    Recovered,
    #[serde(other)]
    Unknown,
}

/// `agent.decision.revised` of agent-service: only what a reviewer said.
#[derive(Debug, Clone, Deserialize)]
pub struct DecisionRevised {
    pub decision_id: String,
    pub review: Option<Review>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct Review {
    pub verdict: ReviewVerdict,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum ReviewVerdict {
    #[serde(rename = "APPROVE")]
    Approve,
    /// Another failure mode of the same component: the vehicle needs its visit all the same.
    #[serde(rename = "CHANGE")]
    Change,
    #[serde(rename = "REJECT")]
    Reject,
    #[serde(other)]
    Unknown,
}

/// `vehicle.health.computed` of health-service.
#[derive(Debug, Clone, Deserialize)]
pub struct HealthComputed {
    pub vehicle_id: String,
    pub components: Vec<ComponentHealth>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct ComponentHealth {
    /// The component.
    #[serde(rename = "type")]
    pub kind: String,
    /// None where there is not enough data for a forecast.
    pub rul_days: Option<Quantiles>,
}

/// `vehicle.registered`, `vehicle.updated` and `vehicle.retired` of ingestion-service.
#[derive(Debug, Clone, Deserialize)]
pub struct VehicleChanged {
    pub vehicle_id: String,
    pub vehicle_class: String,
    pub in_service_date: Option<NaiveDate>,
    pub odometer_km: Option<f64>,
    pub status: String,
}
