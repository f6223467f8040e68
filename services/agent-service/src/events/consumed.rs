//! What this service reads of others' events: its own types with the fields that it needs, everything else ignored.

use chassis::Event;
use chrono::{DateTime, Utc};
use serde::Deserialize;

use super::published;
use crate::domain::component::Component;
use crate::domain::decision::Trigger;
use crate::domain::knowledge::Direction;
use crate::domain::outcome::{Finding, Verdict};
use crate::domain::record::Warranty;
use crate::domain::revision::Recovery;
use crate::domain::severity::Severity;
use crate::domain::symptoms::{Observations, RiskFactor};
use crate::domain::trouble_code;
use crate::domain::values::{Evidence, Quantiles};
use crate::domain::vehicle::{LastHealth, Powertrain, Vehicle};
use crate::error::Error;
use crate::use_cases::{Recovered, Visit};

/// `component.degraded` and `component.critical` of health.
#[derive(Debug, Deserialize)]
pub struct ComponentFinding {
    vehicle_id: String,
    component: String,
    confidence: f64,
    #[serde(default)]
    risk_factors: Vec<WireRiskFactor>,
    #[serde(default)]
    evidence: Vec<published::Evidence>,
    #[serde(default)]
    dtcs: Vec<String>,
    #[serde(default)]
    other_dtcs: Vec<String>,
    dtcs_read: Option<bool>,
    rul_km: Option<published::Quantiles>,
    rul_days: Option<published::Quantiles>,
    odometer_km: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct WireRiskFactor {
    code: String,
    #[serde(default)]
    text: String,
    #[serde(default)]
    params: RiskParams,
    #[serde(default)]
    direction: WireDirection,
}

#[derive(Debug, Default, Deserialize)]
struct RiskParams {
    signal: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
enum WireDirection {
    #[serde(rename = "UP")]
    Up,
    #[serde(rename = "DOWN")]
    Down,
    #[default]
    #[serde(other)]
    Unknown,
}

impl ComponentFinding {
    /// The trigger that this finding is. A component that is not known here is refused, because nothing could be decided.
    pub fn into_trigger(self, event: &Event, asked: Severity) -> Result<Trigger, Error> {
        let component = Component::from_code(&self.component).ok_or(Error::ComponentUnknown {
            code: self.component.clone(),
        })?;
        let told = self.dtcs.iter().chain(&self.other_dtcs);
        let codes: Vec<Option<String>> = told.map(|code| trouble_code::normalised(code)).collect();
        // A code that could not be read may be any code: then none is known to be absent.
        let unreadable = codes.iter().any(Option::is_none);
        Ok(Trigger {
            event_id: event.id.clone(),
            vehicle_id: self.vehicle_id,
            component,
            asked,
            occurred_at: event.time,
            historical: event.historical,
            manual: false,
            observations: Observations {
                risk_factors: self.risk_factors.into_iter().map(RiskFactor::from).collect(),
                evidence: self.evidence.into_iter().map(Evidence::from).collect(),
                trouble_codes: codes.into_iter().flatten().collect(),
                trouble_codes_read: if unreadable { Some(false) } else { self.dtcs_read },
                ..Observations::default()
            },
            source_confidence: self.confidence,
            rul_km: self.rul_km.map(Quantiles::from),
            rul_days: self.rul_days.map(Quantiles::from),
            odometer_km: self.odometer_km,
        })
    }
}

/// Health's word for a signal that it ignores because its sensor is at fault.
const SENSOR_FAULT: &str = "sensor.fault";

impl From<WireRiskFactor> for RiskFactor {
    fn from(wire: WireRiskFactor) -> Self {
        let direction = match wire.direction {
            WireDirection::Up => Some(Direction::Up),
            WireDirection::Down => Some(Direction::Down),
            WireDirection::Unknown => None,
        };
        match wire.params.signal {
            // A broken sensor says nothing about the side on which the true value lies; which sensor it is, is the finding.
            Some(signal) if wire.code == SENSOR_FAULT => {
                let code = format!("{SENSOR_FAULT}:{signal}");
                Self {
                    code,
                    text: wire.text,
                    signal: None,
                    direction: None,
                }
            }
            signal => Self {
                code: wire.code,
                text: wire.text,
                signal,
                direction,
            },
        }
    }
}

/// `vehicle.health.changed` of health: context only.
#[derive(Debug, Deserialize)]
pub struct HealthChanged {
    vehicle_id: String,
    component: String,
    health_score: Option<f64>,
    status: String,
}

impl HealthChanged {
    /// The component's health at the event's time.
    pub fn into_domain(self, observed_at: DateTime<Utc>) -> LastHealth {
        LastHealth {
            vehicle_id: self.vehicle_id,
            component: self.component,
            health_score: self.health_score,
            status: self.status,
            observed_at,
        }
    }
}

/// `component.recovered` of health.
#[derive(Debug, Deserialize)]
pub struct ComponentRecovered {
    vehicle_id: String,
    component: String,
    since: DateTime<Utc>,
    reason: RecoveredBy,
}

#[derive(Debug, Deserialize, PartialEq)]
enum RecoveredBy {
    #[serde(rename = "REPAIR")]
    Repair,
    #[serde(other)]
    Signals,
}

impl ComponentRecovered {
    /// What is well again. A component that is not known here is refused.
    pub fn into_domain(self) -> Result<Recovered, Error> {
        let component =
            Component::from_code(&self.component).ok_or(Error::ComponentUnknown { code: self.component })?;
        Ok(Recovered {
            vehicle_id: self.vehicle_id,
            component,
            recovery: Recovery {
                since: chassis::clock::micros(self.since),
                repaired: self.reason == RecoveredBy::Repair,
            },
        })
    }
}

/// `vehicle.registered` and `vehicle.updated` of ingestion.
#[derive(Debug, Deserialize)]
pub struct VehicleChanged {
    vehicle_id: String,
    powertrain: String,
    vehicle_class: String,
    make: Option<String>,
    model: Option<String>,
    model_year: Option<i32>,
}

impl VehicleChanged {
    /// The vehicle as it was at the event's time.
    pub fn into_domain(self, changed_at: DateTime<Utc>) -> Vehicle {
        Vehicle {
            vehicle_id: self.vehicle_id,
            powertrain: Powertrain::from_code(&self.powertrain),
            vehicle_class: self.vehicle_class,
            make: self.make,
            model: self.model,
            model_year: self.model_year,
            changed_at,
        }
    }
}

/// `warranty.coverage.checked` of warranty.
#[derive(Debug, Deserialize)]
pub struct CoverageChecked {
    decision_id: String,
    covered: bool,
    reason: published::Reason,
    coverage_id: Option<String>,
}

impl CoverageChecked {
    /// The decision's id and what the warranty says.
    pub fn into_domain(self) -> (String, Warranty) {
        let warranty = Warranty {
            covered: self.covered,
            reason: self.reason.into(),
            coverage_id: self.coverage_id,
        };
        (self.decision_id, warranty)
    }
}

/// `appointment.completed` of scheduling.
#[derive(Debug, Deserialize)]
pub struct AppointmentCompleted {
    appointment_id: String,
    vehicle_id: String,
    decision_id: Option<String>,
    #[serde(default)]
    findings: Vec<WireFinding>,
}

#[derive(Debug, Deserialize)]
struct WireFinding {
    component: String,
    failure_mode: Option<String>,
    verdict: String,
}

impl AppointmentCompleted {
    /// The visit and what it found.
    pub fn into_domain(self, completed_at: DateTime<Utc>) -> Visit {
        let finding = |wire: WireFinding| Finding {
            component: Component::from_code(&wire.component),
            failure_mode: wire.failure_mode,
            verdict: Verdict::from_code(&wire.verdict),
        };
        Visit {
            appointment_id: self.appointment_id,
            vehicle_id: self.vehicle_id,
            decision_id: self.decision_id,
            findings: self.findings.into_iter().map(finding).collect(),
            completed_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_sensor_is_not_read_as_a_deviation_of_its_signal() {
        let wire = |code: &str| {
            serde_json::from_value::<WireRiskFactor>(serde_json::json!({
                "code": code, "params": {"signal": "Vehicle.X"}, "text": "", "direction": "UP", "size": 0.0,
            }))
            .unwrap()
        };
        let broken = RiskFactor::from(wire("sensor.fault"));
        assert_eq!(
            (broken.code.as_str(), broken.signal, broken.direction),
            ("sensor.fault:Vehicle.X", None, None)
        );
        assert_eq!(RiskFactor::from(wire("x.high")).direction, Some(Direction::Up));
    }

    #[test]
    fn codes_with_a_failure_type_are_known_and_an_unreadable_one_may_be_any_code() {
        let event = chassis::testing::contracts::example("health-service", "component.degraded");
        let read = |own: &str, other: &str| {
            let mut data: serde_json::Value = serde_json::from_slice(&event.data).unwrap();
            data["dtcs"] = serde_json::json!([own]);
            data["other_dtcs"] = serde_json::json!([other]);
            data["dtcs_read"] = true.into();
            let finding: ComponentFinding = serde_json::from_value(data).unwrap();
            let seen = finding.into_trigger(&event, Severity::Warning).unwrap().observations;
            (seen.trouble_codes, seen.trouble_codes_read)
        };
        let codes = |codes: [&str; 2]| codes.map(str::to_owned).to_vec();
        assert_eq!(read("P0480-13", "C0035"), (codes(["P0480", "C0035"]), Some(true)));
        assert_eq!(read("P0480-13", "MAKER 17"), (vec!["P0480".to_owned()], Some(false)));
    }
}
