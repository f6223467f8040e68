//! Encodes the events of this service. Their shapes are promised in `contracts/events/ingestion-service`.

use chassis::{Cause, NewEvent, TenantId};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value, json};

use crate::domain::fault::Param;
use crate::domain::record::{Reading, Record};
use crate::domain::repair::Repair;
use crate::domain::signals::Catalog;
use crate::domain::trouble_code::TroubleCode;
use crate::domain::vehicle::Vehicle;

/// Every type that this service publishes.
pub const KINDS: &[&str] = &[
    "vehicle.registered",
    "vehicle.updated",
    "vehicle.retired",
    "vehicle.telemetry.received",
    "vehicle.telemetry.validation_failed",
    "vehicle.repair.recorded",
    chassis::ACCESS_RECORDED,
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

/// Writes one record of `vehicle.telemetry.received`. Written by hand, since this is done for every record: names of members and paths need
/// no escapes, and a path is kept with its quotation marks.
pub fn write_record(catalog: &Catalog, record: &Record, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    out.extend_from_slice(b"{\"vehicle_id\":");
    serde_json::to_writer(&mut *out, &record.vehicle_id)?;
    out.extend_from_slice(b",\"time\":\"");
    chassis::times::write_micros(record.time, out);
    out.push(b'"');
    if let Some(sequence) = record.sequence {
        out.extend_from_slice(b",\"sequence\":");
        serde_json::to_writer(&mut *out, &sequence)?;
    }
    out.extend_from_slice(b",\"protocol\":\"");
    out.extend_from_slice(record.protocol.as_str().as_bytes());
    out.extend_from_slice(b"\",\"signals\":{");
    for (place, reading) in record.readings.iter().enumerate() {
        member(catalog, place, reading, out);
        serde_json::to_writer(&mut *out, &reading.value)?;
    }
    out.push(b'}');
    if record.readings.iter().any(|reading| reading.flag.is_some()) {
        write_doubts(catalog, record, out)?;
    }
    if record.codes_read || !record.codes.is_empty() {
        let codes: Vec<CodeWire<'_>> = record.codes.iter().map(CodeWire::from).collect();
        out.extend_from_slice(b",\"dtcs\":");
        serde_json::to_writer(&mut *out, &codes)?;
    }
    if record.synthetic_time {
        out.extend_from_slice(b",\"synthetic_time\":true");
    }
    out.push(b'}');
    Ok(())
}

/// Trust and flags of the doubted readings.
fn write_doubts(catalog: &Catalog, record: &Record, out: &mut Vec<u8>) -> Result<(), serde_json::Error> {
    let doubted = || {
        record
            .readings
            .iter()
            .filter_map(|reading| Some((reading, reading.flag?)))
    };
    out.extend_from_slice(b",\"trust\":{");
    for (place, (reading, flag)) in doubted().enumerate() {
        member(catalog, place, reading, out);
        serde_json::to_writer(&mut *out, &flag.trust())?;
    }
    out.extend_from_slice(b"},\"flags\":{");
    for (place, (reading, flag)) in doubted().enumerate() {
        member(catalog, place, reading, out);
        out.extend_from_slice(b"[\"");
        out.extend_from_slice(flag.as_str().as_bytes());
        out.extend_from_slice(b"\"]");
    }
    out.push(b'}');
    Ok(())
}

/// The name of a reading's member, with what stands around it.
fn member(catalog: &Catalog, place: usize, reading: &Reading, out: &mut Vec<u8>) {
    if place > 0 {
        out.push(b',');
    }
    out.push(b'"');
    out.extend_from_slice(catalog.get(reading.signal).path.as_bytes());
    out.extend_from_slice(b"\":");
}

#[derive(Serialize)]
struct CodeWire<'a> {
    code: &'a str,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ecu: Option<&'a str>,
}

impl<'a> From<&'a TroubleCode> for CodeWire<'a> {
    fn from(code: &'a TroubleCode) -> Self {
        Self {
            code: &code.code,
            status: code.status.as_str(),
            ecu: code.ecu.as_deref(),
        }
    }
}

/// The data of `vehicle.telemetry.received` under way, from records that [`write_record`] wrote.
pub struct TelemetryData(Vec<u8>);

impl TelemetryData {
    /// Begins data of about `size` bytes of records.
    #[must_use]
    pub fn begin(receipt_ids: &[&str], size: usize) -> Self {
        let mut data = Vec::with_capacity(64 + receipt_ids.len() * 48 + size);
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
        Self(data)
    }

    /// Adds a record and returns where it begins.
    pub fn push(&mut self, record: &[u8]) -> usize {
        if self.0.last() != Some(&b'[') {
            self.0.push(b',');
        }
        let start = self.0.len();
        self.0.extend_from_slice(record);
        start
    }

    /// The data.
    #[must_use]
    pub fn end(mut self) -> Vec<u8> {
        self.0.extend_from_slice(b"]}");
        self.0
    }
}

/// The envelope of `vehicle.telemetry.received`; its data is appended as bytes.
pub fn telemetry_received(tenant: &TenantId, key: &str, time: DateTime<Utc>, cause: Cause) -> NewEvent {
    event("vehicle.telemetry.received", tenant, key, time, cause, Value::Null)
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
        ("depot_id", vehicle.depot_id.as_deref().map(Value::from)),
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
