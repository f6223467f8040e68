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

use crate::domain::component::ComponentKind;
use crate::domain::signal::{Readings, Signal};
use crate::domain::trouble_code::CodeStatus;
use crate::domain::vehicle::{Powertrain, Record};
use crate::store::KnownVehicle;

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
            for (signal, trust) in record.trust.into_iter().flat_map(|trust| trust.0) {
                readings.doubt(signal, trust);
            }
            for signal in record.flags.into_iter().flat_map(|flags| flags.0) {
                readings.flag(signal);
            }
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
                },
            )
        })
    }
}

/// A path of the vocabulary, or one that no rule reads.
struct Path(Option<Signal>);

impl<'de> Deserialize<'de> for Path {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PathVisitor;
        impl Visitor<'_> for PathVisitor {
            type Value = Path;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a signal path")
            }
            fn visit_str<E>(self, path: &str) -> Result<Path, E> {
                Ok(Path(Signal::from_path(path)))
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
    F: FnMut(Signal, V::Value),
{
    type Value = ();
    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an object from signal path to value")
    }
    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(Path(signal)) = map.next_key()? {
            match signal {
                Some(signal) => (self.take)(signal, map.next_value_seed(self.value)?),
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
            take: |signal, value| readings.set(signal, value),
        })?;
        Ok(Self(readings))
    }
}

struct Trust(Vec<(Signal, f64)>);

impl<'de> Deserialize<'de> for Trust {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut trust = Vec::new();
        let value = std::marker::PhantomData::<f64>;
        deserializer.deserialize_map(ByPath {
            value,
            take: |signal, value| trust.push((signal, value)),
        })?;
        Ok(Self(trust))
    }
}

/// The signals whose flags say that the reading itself is broken.
struct Flags(Vec<Signal>);

impl<'de> Deserialize<'de> for Flags {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut flagged = Vec::new();
        let take = |signal, broken: bool| {
            if broken {
                flagged.push(signal);
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
            vehicle_class: self.vehicle_class.unwrap_or_else(|| "UNKNOWN".to_owned()),
            odometer_km: self.odometer_km.filter(|km| km.is_finite() && *km >= 0.0),
            retired: self.status.as_deref() == Some("RETIRED"),
            vehicle_id: self.vehicle_id,
        }
    }
}

/// `appointment.completed`.
#[derive(Deserialize)]
pub struct AppointmentCompleted {
    pub appointment_id: String,
    pub vehicle_id: String,
    pub completed_at: DateTime<Utc>,
    #[serde(default)]
    pub odometer_km: Option<f64>,
    pub findings: Vec<WorkshopFinding>,
}

/// What the technician found of one component.
#[derive(Deserialize)]
pub struct WorkshopFinding {
    pub component: String,
    #[serde(default)]
    pub failure_mode: Option<String>,
    pub verdict: String,
    pub action: String,
}

impl WorkshopFinding {
    /// The component that was made good, if this finding says so of one that we know.
    #[must_use]
    pub fn repaired(&self) -> Option<ComponentKind> {
        let found = matches!(self.verdict.as_str(), "CONFIRMED" | "OTHER_CAUSE");
        let done = matches!(self.action.as_str(), "REPLACED" | "REPAIRED");
        ComponentKind::parse(&self.component).filter(|_| found && done)
    }
}
