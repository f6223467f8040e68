//! What this service reads of others' events: only the fields it needs, mapped to the domain.
//!
//! Telemetry is the hot path: signals go straight from JSON into numbered readings, without a map and without copying a
//! path.

use std::borrow::Cow;
use std::fmt;

use chassis::{Event, HandleError};
use chrono::{DateTime, Utc};
use serde::de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

use crate::domain::signal::{Readings, Signal};
use crate::domain::trained::Quantity;
use crate::domain::trouble_code::CodeStatus;
use crate::domain::vehicle::{Powertrain, Record, VehicleClass};
use crate::store::KnownVehicle;
use crate::use_cases::apply_repair::{Finding, Repair};
use crate::use_cases::score_predictions::End;

/// `vehicle.telemetry.received`.
#[derive(Deserialize)]
pub struct Telemetry<'a> {
    #[serde(borrow)]
    records: Vec<TelemetryRecord<'a>>,
}

#[derive(Deserialize)]
struct TelemetryRecord<'a> {
    #[serde(borrow)]
    vehicle_id: Cow<'a, str>,
    #[serde(deserialize_with = "chassis::times::deserialize")]
    time: DateTime<Utc>,
    signals: Signals,
    #[serde(default)]
    trust: Option<Trust>,
    #[serde(default)]
    flags: Option<Flags>,
    #[serde(default, borrow)]
    dtcs: Option<Vec<TroubleCode<'a>>>,
}

#[derive(Deserialize)]
struct TroubleCode<'a> {
    #[serde(borrow)]
    code: Cow<'a, str>,
    #[serde(borrow)]
    status: Cow<'a, str>,
}

impl<'a> Telemetry<'a> {
    /// Reads an event's data in place.
    ///
    /// # Errors
    /// Poison, when the data has another shape.
    pub fn parse(event: &'a Event) -> Result<Self, HandleError> {
        serde_json::from_slice(&event.data).map_err(|error| HandleError::Poison {
            code: "event.data.invalid",
            detail: format!("{} {}: {error}", event.kind, event.id),
        })
    }

    /// The records, in order of arrival, each with its vehicle.
    pub fn into_records(self) -> impl Iterator<Item = (Cow<'a, str>, Record<'a>)> {
        self.records.into_iter().map(|record| {
            let mut readings = record.signals.0;
            for (key, trust) in record.trust.into_iter().flat_map(|trust| trust.0) {
                if let Some(signal) = key.signal {
                    readings.doubt(signal, trust);
                }
                // Models take a reading or leave it.
                if let Some(quantity) = key.quantity.filter(|_| trust.is_nan() || trust <= 0.0) {
                    readings.sample.withdraw(quantity);
                }
            }
            for key in record.flags.into_iter().flat_map(|flags| flags.0) {
                if let Some(signal) = key.signal {
                    readings.flag(signal);
                }
                if let Some(quantity) = key.quantity {
                    readings.sample.withdraw(quantity);
                }
            }
            let codes_read = record.dtcs.is_some();
            let codes = record.dtcs.unwrap_or_default().into_iter().map(|code| {
                let status = if code.status == "pending" {
                    CodeStatus::Pending
                } else {
                    CodeStatus::Confirmed
                };
                (code.code, status)
            });
            let at = record.time.timestamp_micros();
            (
                record.vehicle_id,
                Record {
                    at,
                    readings,
                    codes: codes.collect(),
                    codes_read,
                },
            )
        })
    }
}

/// A path of the vocabulary, as rules and as models know it.
#[derive(Clone, Copy)]
struct Key {
    signal: Option<Signal>,
    quantity: Option<Quantity>,
}

/// A path that somebody reads, or one that nobody does.
struct Path(Option<Key>);

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PathVisitor;
        impl Visitor<'_> for PathVisitor {
            type Value = Path;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a signal path")
            }
            fn visit_str<E>(self, path: &str) -> Result<Path, E> {
                let key = Key {
                    signal: Signal::from_path(path),
                    quantity: Quantity::from_path(path),
                };
                Ok(Path((key.signal.is_some() || key.quantity.is_some()).then_some(key)))
            }
        }
        deserializer.deserialize_str(PathVisitor)
    }
}

/// Reads `{path: value}` and hands the values of known paths on; others are skipped unread.
struct ByPath<V, F> {
    value: V,
    take: F,
}

impl<'de, V, F> Visitor<'de> for ByPath<V, F>
where
    V: DeserializeSeed<'de> + Copy,
    F: FnMut(Key, V::Value),
{
    type Value = ();
    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object from signal path to value")
    }
    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(Path(key)) = map.next_key()? {
            match key {
                Some(key) => (self.take)(key, map.next_value_seed(self.value)?),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

struct Signals(Readings);

impl<'de> Deserialize<'de> for Signals {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut readings = Readings::default();
        let value = std::marker::PhantomData::<f64>;
        deserializer.deserialize_map(ByPath {
            value,
            take: |key: Key, value| {
                if let Some(signal) = key.signal {
                    readings.set(signal, value);
                }
                if let Some(quantity) = key.quantity {
                    readings.sample.set(quantity, value);
                }
            },
        })?;
        Ok(Self(readings))
    }
}

struct Trust(Vec<(Key, f64)>);

impl<'de> Deserialize<'de> for Trust {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut trust = Vec::new();
        let value = std::marker::PhantomData::<f64>;
        deserializer.deserialize_map(ByPath {
            value,
            take: |key, value| trust.push((key, value)),
        })?;
        Ok(Self(trust))
    }
}

/// The signals whose flags say that the reading itself is broken.
struct Flags(Vec<Key>);

impl<'de> Deserialize<'de> for Flags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut flagged = Vec::new();
        let take = |key, broken: bool| {
            if broken {
                flagged.push(key);
            }
        };
        deserializer.deserialize_map(ByPath {
            value: NamesBrokenReading,
            take,
        })?;
        Ok(Self(flagged))
    }
}

/// Whether a list of flags has one that makes the reading unusable.
#[derive(Clone, Copy)]
struct NamesBrokenReading;

impl<'de> DeserializeSeed<'de> for NamesBrokenReading {
    type Value = bool;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<bool, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for NamesBrokenReading {
    type Value = bool;
    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list of flags")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut flags: A) -> Result<bool, A::Error> {
        let mut broken = false;
        while let Some(flag) = flags.next_element::<String>()? {
            broken |= matches!(flag.as_str(), "rate_jump" | "odometer_backwards");
        }
        Ok(broken)
    }
}

/// `vehicle.registered`, `vehicle.updated`, `vehicle.retired`.
#[derive(Deserialize)]
pub struct VehicleDescribed {
    vehicle_id: String,
    #[serde(default)]
    powertrain: Option<String>,
    #[serde(default)]
    vehicle_class: Option<String>,
    #[serde(default)]
    odometer_km: Option<f64>,
    #[serde(default)]
    status: Option<String>,
}

impl VehicleDescribed {
    /// In the store's words.
    #[must_use]
    pub fn into_vehicle(self) -> KnownVehicle {
        KnownVehicle {
            powertrain: Powertrain::parse(self.powertrain.as_deref().unwrap_or_default()),
            class: VehicleClass::parse(self.vehicle_class.as_deref().unwrap_or_default()),
            odometer_km: sound_odometer(self.odometer_km),
            retired: self.status.as_deref() == Some("RETIRED"),
            vehicle_id: self.vehicle_id,
        }
    }
}

/// `appointment.completed`.
#[derive(Deserialize)]
pub struct AppointmentCompleted {
    appointment_id: String,
    vehicle_id: String,
    completed_at: DateTime<Utc>,
    #[serde(default)]
    odometer_km: Option<f64>,
    findings: Vec<WorkshopFinding>,
}

/// What the technician found of one component.
#[derive(Deserialize)]
struct WorkshopFinding {
    component: String,
    #[serde(default)]
    failure_mode: Option<String>,
    verdict: String,
    action: String,
}

impl WorkshopFinding {
    /// Mended after a fault was confirmed: the life has ended. Replaced although nothing was found: nobody knows how long it would
    /// have lasted.
    fn end(&self) -> Option<End> {
        let found = matches!(self.verdict.as_str(), "CONFIRMED" | "OTHER_CAUSE");
        match self.action.as_str() {
            "REPLACED" | "REPAIRED" if found => Some(End::Failed),
            "REPLACED" => Some(End::Unknown),
            _ => None,
        }
    }
}

impl AppointmentCompleted {
    /// In the use case's words.
    #[must_use]
    pub fn into_repair(self) -> Repair {
        let finding = |finding: WorkshopFinding| Finding {
            end: finding.end(),
            component: finding.component,
            failure_mode: finding.failure_mode,
            verdict: finding.verdict,
            action: finding.action,
        };
        Repair {
            repair_id: self.appointment_id,
            source: Repair::APPOINTMENT,
            vehicle_id: self.vehicle_id,
            at: self.completed_at,
            odometer_km: sound_odometer(self.odometer_km),
            findings: self.findings.into_iter().map(finding).collect(),
        }
    }
}

/// `vehicle.repair.recorded`: a repair done elsewhere. It carries no verdict: whoever records a repair says that one was needed.
#[derive(Deserialize)]
pub struct RepairRecorded {
    repair_id: String,
    vehicle_id: String,
    component: String,
    action: String,
    repaired_at: DateTime<Utc>,
    #[serde(default)]
    odometer_km: Option<f64>,
}

impl RepairRecorded {
    /// In the use case's words.
    #[must_use]
    pub fn into_repair(self) -> Repair {
        let mended = matches!(self.action.as_str(), "REPLACED" | "REPAIRED");
        Repair {
            repair_id: self.repair_id,
            source: Repair::RECORDED,
            vehicle_id: self.vehicle_id,
            at: self.repaired_at,
            odometer_km: sound_odometer(self.odometer_km),
            findings: vec![Finding {
                component: self.component,
                failure_mode: None,
                verdict: "RECORDED".to_owned(),
                action: self.action,
                end: mended.then_some(End::Failed),
            }],
        }
    }
}

fn sound_odometer(km: Option<f64>) -> Option<f64> {
    km.filter(|km| km.is_finite() && *km >= 0.0)
}
