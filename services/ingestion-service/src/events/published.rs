//! Encodes the events of this service. Their shapes are promised in `contracts/events/ingestion-service`.

use chassis::{Cause, NewEvent, TenantId};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use serde_json::{Map, Value, json};

use crate::domain::fault::Param;
use crate::domain::record::{Reading, Record};
use crate::domain::repair::Repair;
use crate::domain::signals::Catalog;
use crate::domain::vehicle::Vehicle;

/// Every type that this service publishes.
pub const KINDS: &[&str] = &[
    "vehicle.registered",
    "vehicle.updated",
    "vehicle.retired",
    "vehicle.telemetry.received",
    "vehicle.telemetry.validation_failed",
    "vehicle.repair.recorded",
];

/// Version of the shapes.
const VERSION: &str = "1.0";

/// One kind of failure of one vehicle in one request.
#[derive(Debug, Clone, PartialEq)]
pub struct Failure {
    pub code: &'static str,
    pub signal: Option<String>,
    pub params: Vec<(&'static str, Param)>,
    pub text: String,
    pub count: u64,
}

/// Writes one record of `vehicle.telemetry.received`.
pub fn write_record(catalog: &Catalog, record: &Record, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    let doubted = || record.readings.iter().filter(|reading| reading.flag.is_some());
    let any_doubted = doubted().next().is_some();
    let wire = RecordWire {
        vehicle_id: &record.vehicle_id,
        time: record.time.to_rfc3339_opts(SecondsFormat::Micros, true),
        sequence: record.sequence,
        protocol: record.protocol.as_str(),
        signals: Signals {
            catalog,
            readings: &record.readings,
            member: |reading| Member::Number(reading.value),
        },
        trust: any_doubted.then(|| Signals {
            catalog,
            readings: &record.readings,
            member: trust,
        }),
        flags: any_doubted.then(|| Signals {
            catalog,
            readings: &record.readings,
            member: flags,
        }),
        dtcs: record
            .codes
            .iter()
            .map(|code| CodeWire {
                code: &code.code,
                status: code.status.as_str(),
                ecu: code.ecu.as_deref(),
            })
            .collect(),
        synthetic_time: record.synthetic_time,
    };
    serde_json::to_writer(out, &wire)
}

#[derive(Serialize)]
struct RecordWire<'a> {
    vehicle_id: &'a str,
    time: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    sequence: Option<i64>,
    protocol: &'static str,
    signals: Signals<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    trust: Option<Signals<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    flags: Option<Signals<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    dtcs: Vec<CodeWire<'a>>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    synthetic_time: bool,
}

#[derive(Serialize)]
struct CodeWire<'a> {
    code: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ecu: Option<&'a str>,
}

/// An object with one member for each reading that `member` gives one for.
struct Signals<'a> {
    catalog: &'a Catalog,
    readings: &'a [Reading],
    member: fn(&Reading) -> Member,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Member {
    Number(f64),
    Words([&'static str; 1]),
    #[serde(skip)]
    Absent,
}

fn trust(reading: &Reading) -> Member {
    reading.flag.map_or(Member::Absent, |flag| Member::Number(flag.trust()))
}

fn flags(reading: &Reading) -> Member {
    reading
        .flag
        .map_or(Member::Absent, |flag| Member::Words([flag.as_str()]))
}

impl Serialize for Signals<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for reading in self.readings {
            match (self.member)(reading) {
                Member::Absent => {}
                member => map.serialize_entry(&self.catalog.get(reading.signal).path, &member)?,
            }
        }
        map.end()
    }
}

/// The data of `vehicle.telemetry.received` from records that [`write_record`] wrote.
pub fn telemetry_data<'a>(receipt_ids: &[&str], records: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let mut data = Vec::with_capacity(4096);
    data.extend_from_slice(b"{\"receipt_ids\":[");
    for (index, receipt_id) in receipt_ids.iter().enumerate() {
        if index > 0 {
            data.push(b',');
        }
        // Receipt ids are made here of letters, digits and underscores: nothing to escape.
        data.push(b'"');
        data.extend_from_slice(receipt_id.as_bytes());
        data.push(b'"');
    }
    data.extend_from_slice(b"],\"records\":[");
    for (index, record) in records.enumerate() {
        if index > 0 {
            data.push(b',');
        }
        data.extend_from_slice(record);
    }
    data.extend_from_slice(b"]}");
    data
}

/// The envelope of `vehicle.telemetry.received`; its data is appended as bytes.
pub fn telemetry_received(
    tenant: &TenantId,
    event_id: String,
    key: &str,
    time: DateTime<Utc>,
    cause: Cause,
) -> NewEvent {
    NewEvent {
        id: Some(event_id),
        ..event("vehicle.telemetry.received", tenant, key, time, cause, Value::Null)
    }
}

/// `vehicle.telemetry.validation_failed`.
pub fn validation_failed(
    tenant: &TenantId,
    receipt_id: &str,
    vehicle_id: Option<&str>,
    failures: &[Failure],
    time: DateTime<Utc>,
    cause: &Cause,
) -> NewEvent {
    let failures: Vec<Value> = failures.iter().map(failure).collect();
    let mut data = json!({"receipt_id": receipt_id, "failures": failures});
    if let Some(vehicle_id) = vehicle_id {
        data["vehicle_id"] = Value::from(vehicle_id);
    }
    let key = vehicle_id.unwrap_or(receipt_id);
    event(
        "vehicle.telemetry.validation_failed",
        tenant,
        key,
        time,
        cause.clone(),
        data,
    )
}

fn failure(failure: &Failure) -> Value {
    let mut data =
        json!({"code": failure.code, "params": params(&failure.params), "text": failure.text, "count": failure.count});
    if let Some(signal) = &failure.signal {
        data["signal"] = Value::from(signal.as_str());
    }
    data
}

/// Parameters of a coded text as JSON.
#[must_use]
pub fn params(params: &[(&'static str, Param)]) -> Map<String, Value> {
    let value = |param: &Param| match param {
        Param::Number(number) => Value::from(*number),
        Param::Text(text) => Value::from(text.as_str()),
    };
    params
        .iter()
        .map(|(name, param)| ((*name).to_owned(), value(param)))
        .collect()
}

/// What happened to a vehicle of the registry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VehicleChange {
    Registered,
    Updated,
    Retired,
}

/// `vehicle.registered`, `vehicle.updated` or `vehicle.retired`.
pub fn vehicle_changed(
    tenant: &TenantId,
    change: VehicleChange,
    vehicle: &Vehicle,
    time: DateTime<Utc>,
    cause: &Cause,
) -> NewEvent {
    let kind = match change {
        VehicleChange::Registered => "vehicle.registered",
        VehicleChange::Updated => "vehicle.updated",
        VehicleChange::Retired => "vehicle.retired",
    };
    event(
        kind,
        tenant,
        &vehicle.vehicle_id,
        time,
        cause.clone(),
        vehicle_data(vehicle),
    )
}

fn vehicle_data(vehicle: &Vehicle) -> Value {
    let mut data = json!({
        "vehicle_id": vehicle.vehicle_id,
        "powertrain": vehicle.powertrain.as_str(),
        "vehicle_class": vehicle.vehicle_class.as_str(),
        "status": vehicle.status.as_str(),
        "registered_by": vehicle.registered_by.as_str(),
    });
    let optional = [
        ("vin", vehicle.vin.as_ref().map(|vin| Value::from(vin.as_str()))),
        ("make", vehicle.make.as_deref().map(Value::from)),
        ("model", vehicle.model.as_deref().map(Value::from)),
        ("model_year", vehicle.model_year.map(Value::from)),
        ("owner_id", vehicle.owner_id.as_deref().map(Value::from)),
        ("fleet_id", vehicle.fleet_id.as_deref().map(Value::from)),
        (
            "in_service_date",
            vehicle.in_service_date.map(|date| Value::from(date.to_string())),
        ),
        ("odometer_km", vehicle.odometer_km.map(Value::from)),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            data[name] = value;
        }
    }
    data
}

/// `vehicle.repair.recorded`.
pub fn repair_recorded(tenant: &TenantId, repair: &Repair, cause: &Cause) -> NewEvent {
    let mut data = json!({
        "repair_id": repair.repair_id,
        "vehicle_id": repair.vehicle_id,
        "component": repair.component,
        "action": repair.action,
        "repaired_at": chassis::rfc3339(repair.repaired_at),
        "recorded_by": repair.recorded_by,
    });
    if let Some(odometer_km) = repair.odometer_km {
        data["odometer_km"] = Value::from(odometer_km);
    }
    event(
        "vehicle.repair.recorded",
        tenant,
        &repair.vehicle_id,
        repair.repaired_at,
        cause.clone(),
        data,
    )
}

fn event(kind: &'static str, tenant: &TenantId, key: &str, time: DateTime<Utc>, cause: Cause, data: Value) -> NewEvent {
    NewEvent {
        kind,
        schema_version: VERSION,
        tenant: tenant.clone(),
        key: key.to_owned(),
        subject: Some(key.to_owned()),
        time,
        cause,
        id: None,
        data,
    }
}
