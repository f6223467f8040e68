//! Shapes of requests and answers.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use crate::domain::vehicle::{ODOMETER_KM_MAX, Powertrain, RegisteredBy, Status, Vehicle, VehicleClass, is_vehicle_id};
use crate::domain::vin::Vin;
use crate::error::Error;
use crate::store::conservation::AccountHour;
use crate::store::quarantine::Item;
use crate::store::telemetry::from_micros;
use crate::store::telemetry_queries::{CodeRow, RecordRow};
use crate::use_cases::ingest_records::{Remark, Verdict};

/// One record as it is posted. It documents the form; bodies are read by `telemetry_wire`.
#[derive(ToSchema)]
#[allow(dead_code)] // Only its schema is used.
pub struct RecordPosted {
    /// The client's id of the vehicle.
    vehicle_id: String,
    /// ISO 3779; the first record with a VIN registers its vehicle.
    vin: Option<String>,
    /// RFC 3339.
    timestamp: DateTime<Utc>,
    /// OBD2 or GENERIC.
    protocol: String,
    /// The device's own counter.
    sequence: Option<i64>,
    /// PID, VSS path or alias to a number, a text such as "82C", a boolean, {"value", "unit"} or, for a PID, {"hex"}.
    #[schema(value_type = Object)]
    data: serde_json::Value,
    /// "P0301" or {"code", "status", "ecu"}; an empty list says that the codes were read out and none is stored.
    #[schema(value_type = Vec<Object>)]
    dtcs: Option<Vec<serde_json::Value>>,
    /// True where the times of a log without dates were made up.
    synthetic_time: Option<bool>,
}

/// A remark about one record or reading.
#[derive(Serialize, ToSchema)]
pub struct RemarkWire {
    /// Place in the batch, from 0.
    index: usize,
    code: &'static str,
    text: String,
    /// JSON pointer into the record.
    #[serde(skip_serializing_if = "String::is_empty")]
    path: String,
}

impl From<Remark> for RemarkWire {
    fn from(remark: Remark) -> Self {
        Self {
            index: remark.index,
            code: remark.code,
            text: remark.text,
            path: remark.path,
        }
    }
}

/// What became of a request: it is committed.
#[derive(Serialize, ToSchema)]
pub struct VerdictWire {
    receipt_id: String,
    received: u64,
    accepted: u64,
    duplicates: u64,
    quarantined: u64,
    rejected: u64,
    /// Readings set apart from records that were accepted.
    readings_quarantined: u64,
    /// Records that were not accepted, the first ones.
    errors: Vec<RemarkWire>,
    /// Readings set apart and other doubts, the first ones.
    warnings: Vec<RemarkWire>,
}

impl From<Verdict> for VerdictWire {
    fn from(verdict: Verdict) -> Self {
        let counts = verdict.counts;
        Self {
            receipt_id: verdict.receipt_id,
            received: counts.received,
            accepted: counts.accepted,
            duplicates: counts.duplicates,
            quarantined: counts.quarantined,
            rejected: counts.rejected,
            readings_quarantined: counts.readings_quarantined,
            errors: verdict.errors.into_iter().map(RemarkWire::from).collect(),
            warnings: verdict.warnings.into_iter().map(RemarkWire::from).collect(),
        }
    }
}

/// A vehicle of the registry.
#[derive(Serialize, ToSchema)]
pub struct VehicleWire {
    vehicle_id: String,
    vin: Option<String>,
    make: Option<String>,
    model: Option<String>,
    model_year: Option<i32>,
    powertrain: &'static str,
    vehicle_class: &'static str,
    owner_id: Option<String>,
    fleet_id: Option<String>,
    depot_id: Option<String>,
    in_service_date: Option<NaiveDate>,
    odometer_km: Option<f64>,
    status: &'static str,
    registered_by: &'static str,
}

impl From<Vehicle> for VehicleWire {
    fn from(vehicle: Vehicle) -> Self {
        Self {
            vin: vehicle.vin.map(|vin| vin.as_str().to_owned()),
            powertrain: vehicle.powertrain.as_str(),
            vehicle_class: vehicle.vehicle_class.as_str(),
            status: vehicle.status.as_str(),
            registered_by: vehicle.registered_by.as_str(),
            vehicle_id: vehicle.vehicle_id,
            make: vehicle.make,
            model: vehicle.model,
            model_year: vehicle.model_year,
            owner_id: vehicle.owner_id,
            fleet_id: vehicle.fleet_id,
            depot_id: vehicle.depot_id,
            in_service_date: vehicle.in_service_date,
            odometer_km: vehicle.odometer_km,
        }
    }
}

/// Registry data as it is posted; what is left out is unknown.
#[derive(Deserialize, ToSchema)]
pub struct VehiclePosted {
    /// Needed when a vehicle is registered; the path names it when it is changed.
    vehicle_id: Option<String>,
    vin: Option<String>,
    make: Option<String>,
    model: Option<String>,
    model_year: Option<i32>,
    /// PETROL, DIESEL, HYBRID, BEV or UNKNOWN.
    powertrain: Option<String>,
    /// CAR, VAN, TRUCK, BUS or UNKNOWN.
    vehicle_class: Option<String>,
    owner_id: Option<String>,
    fleet_id: Option<String>,
    depot_id: Option<String>,
    in_service_date: Option<NaiveDate>,
    odometer_km: Option<f64>,
    /// ACTIVE or RETIRED.
    status: Option<String>,
}

impl VehiclePosted {
    /// The vehicle that is meant; `path_id` is the id in the path, if there is one.
    pub fn into_vehicle(self, path_id: Option<String>, strict_check_digit: bool) -> Result<Vehicle, Error> {
        let vehicle_id = path_id
            .or(self.vehicle_id)
            .filter(|id| is_vehicle_id(id))
            .ok_or(Error::VehicleIdInvalid)?;
        let vin = self
            .vin
            .map(|vin| Vin::parse(&vin, strict_check_digit))
            .transpose()
            .map_err(Error::VinInvalid)?;
        Ok(Vehicle {
            vehicle_id,
            vin,
            make: self.make,
            model: self.model,
            model_year: in_range("model_year", self.model_year, 1886, 2200)?,
            powertrain: word("powertrain", self.powertrain.as_deref(), Powertrain::parse)?,
            vehicle_class: word("vehicle_class", self.vehicle_class.as_deref(), VehicleClass::parse)?,
            owner_id: self.owner_id,
            fleet_id: self.fleet_id,
            depot_id: self.depot_id,
            in_service_date: self.in_service_date,
            odometer_km: in_range("odometer_km", self.odometer_km, 0.0, ODOMETER_KM_MAX)?,
            status: word("status", self.status.as_deref(), Status::parse)?,
            registered_by: RegisteredBy::User,
        })
    }
}

fn word<T: Default>(field: &'static str, word: Option<&str>, parse: fn(&str) -> Option<T>) -> Result<T, Error> {
    word.map_or(Ok(T::default()), |word| {
        parse(word).ok_or_else(|| Error::FieldInvalid {
            field,
            text: format!("{word:?} is not one of its words"),
        })
    })
}

fn in_range<T: PartialOrd + std::fmt::Display>(
    field: &'static str,
    value: Option<T>,
    min: T,
    max: T,
) -> Result<Option<T>, Error> {
    match value {
        Some(value) if value < min || value > max => Err(Error::FieldInvalid {
            field,
            text: format!("{value} is outside {min} to {max}"),
        }),
        value => Ok(value),
    }
}

/// A repair as it is posted.
#[derive(Deserialize, ToSchema)]
pub struct RepairPosted {
    /// Such as battery_12v.
    pub component: String,
    /// REPLACED, REPAIRED or ADJUSTED.
    pub action: String,
    pub repaired_at: DateTime<Utc>,
    pub odometer_km: Option<f64>,
}

/// A repair that was noted.
#[derive(Serialize, ToSchema)]
pub struct RepairWire {
    pub repair_id: String,
    pub vehicle_id: String,
    pub component: String,
    pub action: String,
    pub repaired_at: DateTime<Utc>,
    pub odometer_km: Option<f64>,
}

/// The newest reading of a signal.
#[derive(Serialize, ToSchema)]
pub struct LatestReading {
    pub value: f64,
    pub unit: &'static str,
    pub time: DateTime<Utc>,
}

/// The newest reading of each signal of a vehicle.
#[derive(Serialize, ToSchema)]
pub struct LatestWire {
    pub vehicle_id: String,
    /// Newest record; absent if the vehicle has sent nothing yet.
    pub time: Option<DateTime<Utc>>,
    pub signals: std::collections::BTreeMap<String, LatestReading>,
}

/// A stretch of a history.
#[derive(Serialize, ToSchema)]
pub struct BucketWire {
    /// Start of the stretch.
    pub time: DateTime<Utc>,
    pub min: f64,
    pub max: f64,
    pub mean: f64,
    pub count: i64,
}

/// A downsampled history; stretches without readings are left out.
#[derive(Serialize, ToSchema)]
pub struct HistoryWire {
    pub vehicle_id: String,
    pub signal: String,
    pub unit: &'static str,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub bucket_seconds: f64,
    pub buckets: Vec<BucketWire>,
}

/// A stored record.
#[derive(Serialize, ToSchema)]
pub struct RecordWire {
    time: String,
    sequence: Option<i64>,
    protocol: String,
    #[schema(value_type = Object)]
    signals: Box<RawValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    flags: Option<Box<RawValue>>,
    content_hash: String,
}

impl TryFrom<RecordRow> for RecordWire {
    type Error = Error;

    fn try_from(row: RecordRow) -> Result<Self, Error> {
        Ok(Self {
            time: from_micros(row.time_us).to_rfc3339_opts(chrono::SecondsFormat::Micros, true),
            sequence: (row.sequence >= 0).then_some(row.sequence),
            protocol: row.protocol,
            signals: RawValue::from_string(row.signals).map_err(Error::StoredData)?,
            flags: row
                .flags
                .map(RawValue::from_string)
                .transpose()
                .map_err(Error::StoredData)?,
            content_hash: row.content_hash,
        })
    }
}

/// A trouble code of a vehicle.
#[derive(Serialize, ToSchema)]
pub struct CodeWire {
    code: String,
    ecu: Option<String>,
    status: String,
    first_seen: DateTime<Utc>,
    last_seen: DateTime<Utc>,
    reports: i64,
}

impl From<CodeRow> for CodeWire {
    fn from(row: CodeRow) -> Self {
        Self {
            code: row.code,
            ecu: (!row.ecu.is_empty()).then_some(row.ecu),
            status: row.status,
            first_seen: from_micros(row.first_seen_us),
            last_seen: from_micros(row.last_seen_us),
            reports: row.reports,
        }
    }
}

/// The trouble codes of a vehicle.
#[derive(Serialize, ToSchema)]
pub struct CodesWire {
    pub items: Vec<CodeWire>,
}

/// An item in quarantine.
#[derive(Serialize, ToSchema)]
pub struct ItemWire {
    quarantine_id: String,
    receipt_id: String,
    vehicle_id: Option<String>,
    /// RECORD (can be replayed) or READING (of a record that was kept).
    scope: String,
    record_time: Option<String>,
    signal: Option<String>,
    code: String,
    #[schema(value_type = Object)]
    reason: Box<RawValue>,
    /// The record as it was sent.
    body: String,
    quarantined_at: DateTime<Utc>,
    replayed_at: Option<DateTime<Utc>>,
    replay_receipt: Option<String>,
}

impl ItemWire {
    /// Where the item stands in the list.
    pub fn position(&self) -> String {
        format!("{} {}", self.quarantined_at.timestamp_micros(), self.quarantine_id)
    }
}

impl TryFrom<Item> for ItemWire {
    type Error = Error;

    fn try_from(item: Item) -> Result<Self, Error> {
        Ok(Self {
            quarantine_id: item.quarantine_id,
            receipt_id: item.receipt_id,
            vehicle_id: item.vehicle_id,
            scope: item.scope,
            record_time: item.record_time,
            signal: item.signal,
            code: item.code,
            reason: RawValue::from_string(item.reason).map_err(Error::StoredData)?,
            body: item.body,
            quarantined_at: from_micros(item.quarantined_us),
            replayed_at: item.replayed_at,
            replay_receipt: item.replay_receipt,
        })
    }
}

/// An hour of the conservation account.
#[derive(Serialize, ToSchema)]
pub struct AccountWire {
    hour: DateTime<Utc>,
    received: u64,
    stored: u64,
    duplicate: u64,
    quarantined: u64,
    rejected: u64,
    pending: u64,
    /// Readings set apart from kept records; not part of the balance.
    readings_quarantined: u64,
    /// received = stored + duplicate + quarantined + rejected + pending
    balanced: bool,
    /// Records received that no outcome accounts for: lost ones. Negative where outcomes were counted twice.
    gap_records: i64,
}

impl From<AccountHour> for AccountWire {
    fn from(hour: AccountHour) -> Self {
        let account = hour.account;
        Self {
            hour: hour.hour,
            received: account.received,
            stored: account.stored,
            duplicate: account.duplicate,
            quarantined: account.quarantined,
            rejected: account.rejected,
            pending: account.pending,
            readings_quarantined: account.readings_quarantined,
            balanced: account.balances(),
            gap_records: i64::try_from(account.gap()).unwrap_or(i64::MAX),
        }
    }
}

/// The conservation account of a tenant by hour of receipt.
#[derive(Serialize, ToSchema)]
pub struct ConservationWire {
    pub hours: Vec<AccountWire>,
    /// Whether every hour shown balances.
    pub balanced: bool,
    /// The same for whoever watches: false is an alarm.
    pub closes: bool,
}

impl ConservationWire {
    /// The answer for these hours.
    #[must_use]
    pub fn of(hours: Vec<AccountHour>) -> Self {
        let balanced = hours.iter().all(|hour| hour.account.balances());
        Self {
            hours: hours.into_iter().map(AccountWire::from).collect(),
            balanced,
            closes: balanced,
        }
    }
}
