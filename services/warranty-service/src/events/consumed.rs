//! What this service reads of other services' events: its own types with only the fields it needs. Unknown fields are
//! ignored and unknown words become `Unknown` in the domain.

use chassis::{Event, HandleError};
use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

use crate::domain::check::Decision;
use crate::domain::money::Money;
use crate::domain::vehicle::{Powertrain, Vehicle, VehicleClass};
use crate::domain::visit::{Finding, Verdict, Visit};
use crate::store::KnownVehicle;

/// `agent.decision.made`.
#[derive(Debug, Deserialize)]
pub struct DecisionMade {
    decision_id: String,
    vehicle_id: String,
    component: String,
    failure_mode: FailureMode,
    odometer_km: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct FailureMode {
    code: String,
}

/// `vehicle.registered`, `vehicle.updated` and `vehicle.retired`, which share one shape.
#[derive(Debug, Deserialize)]
pub struct VehicleDescribed {
    vehicle_id: String,
    make: Option<String>,
    model: Option<String>,
    powertrain: String,
    vehicle_class: String,
    in_service_date: Option<NaiveDate>,
    odometer_km: Option<f64>,
    status: String,
}

/// `appointment.completed`.
#[derive(Debug, Deserialize)]
pub struct AppointmentCompleted {
    appointment_id: String,
    vehicle_id: String,
    decision_id: Option<String>,
    completed_at: DateTime<Utc>,
    odometer_km: Option<f64>,
    #[serde(default)]
    findings: Vec<FindingData>,
    cost: MoneyData,
}

#[derive(Debug, Deserialize)]
struct FindingData {
    component: String,
    failure_mode: Option<String>,
    verdict: String,
    action: String,
}

#[derive(Debug, Deserialize)]
struct MoneyData {
    amount_minor: i64,
    currency: String,
}

impl DecisionMade {
    /// The decision, with the event's own time and chain.
    pub fn into_decision(self, event: &Event) -> Decision {
        Decision {
            decision_id: self.decision_id,
            vehicle_id: self.vehicle_id,
            component: self.component,
            failure_mode: self.failure_mode.code,
            decided_at: chassis::clock::micros(event.time),
            odometer_km: self.odometer_km,
            historical: event.historical,
            correlation_id: event.correlation_id.clone(),
        }
    }
}

impl VehicleDescribed {
    /// The vehicle, placed by the registry's sequence.
    pub fn into_vehicle(self, event: &Event) -> KnownVehicle {
        KnownVehicle {
            vehicle: Vehicle {
                vehicle_id: self.vehicle_id,
                make: self.make,
                model: self.model,
                powertrain: Powertrain::parse(&self.powertrain),
                vehicle_class: VehicleClass::parse(&self.vehicle_class),
                in_service_date: self.in_service_date,
                odometer_km: self.odometer_km,
            },
            status: self.status,
            sequence: event.sequence,
            said_at: chassis::clock::micros(event.time),
        }
    }
}

impl AppointmentCompleted {
    /// The visit; a cost that is not an amount is poison, since no claim can rest on it.
    pub fn into_visit(self, event: &Event) -> Result<Visit, HandleError> {
        let cost = Money::new(self.cost.amount_minor, &self.cost.currency).map_err(|fault| HandleError::Poison {
            code: "event.cost.invalid",
            detail: format!("{} {}: {fault:?}", event.kind, event.id),
        })?;
        let findings = self.findings.into_iter().map(|finding| Finding {
            component: finding.component,
            failure_mode: finding.failure_mode,
            verdict: Verdict::parse(&finding.verdict),
            repaired: finding.action != "NONE",
        });
        Ok(Visit {
            appointment_id: self.appointment_id,
            vehicle_id: self.vehicle_id,
            decision_id: self.decision_id,
            completed_at: chassis::clock::micros(self.completed_at),
            odometer_km: self.odometer_km,
            findings: findings.collect(),
            cost,
        })
    }
}
