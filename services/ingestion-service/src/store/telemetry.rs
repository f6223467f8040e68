//! What the telemetry store keeps of each vehicle beside its records: newest readings and trouble codes.

use std::collections::{BTreeMap, HashMap};

use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};
use serde_json::value::RawValue;
use sqlx::QueryBuilder;

use super::Store;

/// Vehicles in one statement.
const VEHICLES_MAX: usize = 200;

/// A vehicle of a tenant.
pub type VehicleKey = (TenantId, String);

/// The newest readings of a vehicle, by path: value and time in microseconds.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Newest {
    pub time_us: i64,
    pub readings: BTreeMap<String, (f64, i64)>,
}

impl Newest {
    /// Takes a reading, unless a newer one is known. At equal times the one that came later wins.
    pub fn note(&mut self, path: &str, value: f64, time_us: i64) {
        match self.readings.get_mut(path) {
            Some(known) if known.1 > time_us => {}
            Some(known) => *known = (value, time_us),
            None => {
                self.readings.insert(path.to_owned(), (value, time_us));
            }
        }
        self.time_us = self.time_us.max(time_us);
    }

    fn parse(time_us: i64, json: &str) -> Result<Self, DbError> {
        let invalid = |error: serde_json::Error| DbError::Decode(error.into());
        let raw: BTreeMap<&str, (&RawValue, i64)> = serde_json::from_str(json).map_err(invalid)?;
        let mut newest = Self {
            time_us,
            readings: BTreeMap::new(),
        };
        for (path, (value, at_us)) in raw {
            // Parsed exactly, so that a value keeps its bits however often its neighbours change.
            let value = value.get().parse().map_err(|error| DbError::Decode(Box::new(error)))?;
            newest.readings.insert(path.to_owned(), (value, at_us));
        }
        Ok(newest)
    }
}

/// The newest readings of a vehicle, as they are shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Latest {
    pub time: DateTime<Utc>,
    /// Path, value, time.
    pub signals: Vec<(String, f64, DateTime<Utc>)>,
}

/// What was reported of a trouble code of a vehicle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CodeReports {
    /// Of the last report.
    pub status: String,
    pub first_seen_us: i64,
    pub last_seen_us: i64,
    pub reports: i64,
}

/// Vehicle, code, control unit.
pub type CodeKey = (TenantId, String, String, String);

impl Store<'_> {
    /// The newest readings of a vehicle.
    pub async fn latest(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<Option<Latest>, DbError> {
        let key = (tenant.clone(), vehicle_id.to_owned());
        let newest = self.newest_of(std::slice::from_ref(&key)).await?.remove(&key);
        Ok(newest.map(|newest| Latest {
            time: from_micros(newest.time_us),
            signals: newest
                .readings
                .into_iter()
                .map(|(path, (value, at_us))| (path, value, from_micros(at_us)))
                .collect(),
        }))
    }

    /// The newest readings of several vehicles; those that have sent nothing are left out.
    pub async fn newest_of(&mut self, vehicles: &[VehicleKey]) -> Result<HashMap<VehicleKey, Newest>, DbError> {
        let mut found = HashMap::with_capacity(vehicles.len());
        for chunk in vehicles.chunks(VEHICLES_MAX) {
            let rows: Vec<(String, String, i64, String)> = on!(self.tx, c => {
                let mut query = QueryBuilder::new(
                    "SELECT tenant_id, vehicle_id, time_us, signals FROM vehicle_latest WHERE (tenant_id, vehicle_id) IN (");
                query.push_values(chunk, |mut row, (tenant, vehicle_id)| {
                    row.push_bind(tenant.as_str()).push_bind(vehicle_id);
                });
                query.push(")").build_query_as().fetch_all(c).await
            })?;
            for (tenant, vehicle_id, time_us, signals) in rows {
                found.insert((TenantId::new(&tenant), vehicle_id), Newest::parse(time_us, &signals)?);
            }
        }
        Ok(found)
    }

    /// Lays newer readings over the newest known ones; an older reading changes nothing. The vehicles must be the caller's alone.
    pub async fn merge_newest(&mut self, newer: &BTreeMap<VehicleKey, Newest>) -> Result<(), DbError> {
        let vehicles: Vec<VehicleKey> = newer.keys().cloned().collect();
        let mut known = self.newest_of(&vehicles).await?;
        let mut rows = Vec::with_capacity(vehicles.len());
        for (key, newer) in newer {
            let merged = known.entry(key.clone()).or_default();
            merged.time_us = merged.time_us.max(newer.time_us);
            for (path, (value, at_us)) in &newer.readings {
                merged.note(path, *value, *at_us);
            }
            let signals = serde_json::to_string(&merged.readings).map_err(|error| DbError::Encode(error.into()))?;
            rows.push((key, merged.time_us, signals));
        }
        for chunk in rows.chunks(VEHICLES_MAX) {
            on!(self.tx, c => {
                let mut query = QueryBuilder::new("INSERT INTO vehicle_latest (tenant_id, vehicle_id, time_us, signals) ");
                query.push_values(chunk, |mut row, ((tenant, vehicle_id), time_us, signals)| {
                    row.push_bind(tenant.as_str()).push_bind(vehicle_id).push_bind(*time_us).push_bind(signals);
                });
                query.push(" ON CONFLICT (tenant_id, vehicle_id) DO UPDATE SET time_us = excluded.time_us, signals = excluded.signals");
                query.build().run(c).await
            })?;
        }
        Ok(())
    }

    /// Notes what was reported of trouble codes.
    pub async fn report_codes(&mut self, reports: &BTreeMap<CodeKey, CodeReports>) -> Result<(), DbError> {
        let rows: Vec<_> = reports.iter().collect();
        for chunk in rows.chunks(VEHICLES_MAX) {
            on!(self.tx, c => {
                let mut query = QueryBuilder::new(
                    "INSERT INTO trouble_code (tenant_id, vehicle_id, code, ecu, status, first_seen_us, last_seen_us, reports) ");
                query.push_values(chunk, |mut row, ((tenant, vehicle_id, code, ecu), seen)| {
                    row.push_bind(tenant.as_str()).push_bind(vehicle_id).push_bind(code).push_bind(ecu).push_bind(&seen.status);
                    row.push_bind(seen.first_seen_us).push_bind(seen.last_seen_us).push_bind(seen.reports);
                });
                query.push(
                    " ON CONFLICT (tenant_id, vehicle_id, code, ecu) DO UPDATE SET
                     status = CASE WHEN excluded.last_seen_us >= trouble_code.last_seen_us THEN excluded.status ELSE trouble_code.status END,
                     first_seen_us = CASE WHEN excluded.first_seen_us < trouble_code.first_seen_us THEN excluded.first_seen_us ELSE trouble_code.first_seen_us END,
                     last_seen_us = CASE WHEN excluded.last_seen_us > trouble_code.last_seen_us THEN excluded.last_seen_us ELSE trouble_code.last_seen_us END,
                     reports = trouble_code.reports + excluded.reports");
                query.build().run(c).await
            })?;
        }
        Ok(())
    }

    /// Raises vehicles' odometers to what their telemetry shows; a lower value changes nothing.
    pub async fn raise_odometers(&mut self, odometers_km: &BTreeMap<VehicleKey, f64>) -> Result<(), DbError> {
        let rows: Vec<_> = odometers_km.iter().collect();
        for chunk in rows.chunks(VEHICLES_MAX) {
            on!(self.tx, c => {
                let mut query = QueryBuilder::new("WITH shown (tenant_id, vehicle_id, odometer_km) AS (");
                query.push_values(chunk, |mut row, ((tenant, vehicle_id), odometer_km)| {
                    row.push_bind(tenant.as_str()).push_bind(vehicle_id).push_bind(**odometer_km);
                });
                query.push(
                    ") UPDATE vehicle SET odometer_km = shown.odometer_km FROM shown
                     WHERE vehicle.tenant_id = shown.tenant_id AND vehicle.vehicle_id = shown.vehicle_id
                       AND (vehicle.odometer_km IS NULL OR vehicle.odometer_km < shown.odometer_km)");
                query.build().run(c).await
            })?;
        }
        Ok(())
    }
}

/// A time from microseconds since 1970 UTC.
#[must_use]
pub fn from_micros(time_us: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_micros(time_us).unwrap_or(DateTime::UNIX_EPOCH)
}
