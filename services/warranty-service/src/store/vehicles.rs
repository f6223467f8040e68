//! The copy of the vehicle registry.

use chassis::ids::TenantId;
use chassis::on;
use chrono::{DateTime, NaiveDate, Utc};

use super::Store;
use crate::domain::odometer::{Odometer, OdometerLimits, Reading};
use crate::domain::vehicle::{Powertrain, Vehicle, VehicleClass};
use crate::error::Error;

/// A vehicle together with the registry's state of it.
#[derive(Clone, Debug, PartialEq)]
pub struct KnownVehicle {
    pub vehicle: Vehicle,
    /// `ACTIVE`, `RETIRED`, or a word that this version does not know.
    pub status: String,
    /// The sequence of the event that said so.
    pub sequence: i64,
    /// When it was so: event time.
    pub said_at: DateTime<Utc>,
}

#[derive(sqlx::FromRow)]
struct VehicleRow {
    vehicle_id: String,
    make: Option<String>,
    model: Option<String>,
    powertrain: String,
    vehicle_class: String,
    in_service_date: Option<String>,
    odometer_km: Option<f64>,
}

#[derive(sqlx::FromRow)]
struct OdometerRow {
    sequence: i64,
    odometer_km: Option<f64>,
    odometer_read_at: Option<DateTime<Utc>>,
    registry_km: Option<f64>,
    registry_said_at: Option<DateTime<Utc>>,
}

/// How many readings that came before their vehicle are taken up, the latest first: bounds one transaction.
const READINGS_MAX: i64 = 1_000;

impl Store<'_> {
    /// Writes what the registry says, unless something later was written; says whether it was taken.
    pub async fn put_vehicle(
        &mut self,
        tenant: &TenantId,
        known: &KnownVehicle,
        limits: &OdometerLimits,
    ) -> Result<bool, Error> {
        let vehicle = &known.vehicle;
        let present = self.odometer_row(tenant, &vehicle.vehicle_id).await?;
        if present.as_ref().is_some_and(|row| row.sequence >= known.sequence) {
            return Ok(false);
        }
        let before = present.as_ref().map(odometer).unwrap_or_default();
        let mut odometer = before.after_registry(vehicle.odometer_km, known.said_at);
        if present.is_none() {
            // A decision or a visit may have been heard before its vehicle: what the odometer showed there counts all the same.
            for reading in self.readings(tenant, &vehicle.vehicle_id).await? {
                odometer = odometer.after_reading(reading, limits);
            }
        }
        on!(self.tx, c => sqlx::query(
            "INSERT INTO vehicle (tenant_id, vehicle_id, make, model, powertrain, vehicle_class, in_service_date,
                                  status, sequence, odometer_km, odometer_read_at, registry_km, registry_said_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
             ON CONFLICT (tenant_id, vehicle_id) DO UPDATE SET
                 make = excluded.make, model = excluded.model, powertrain = excluded.powertrain,
                 vehicle_class = excluded.vehicle_class, in_service_date = excluded.in_service_date,
                 status = excluded.status, sequence = excluded.sequence, odometer_km = excluded.odometer_km,
                 odometer_read_at = excluded.odometer_read_at, registry_km = excluded.registry_km,
                 registry_said_at = excluded.registry_said_at")
            .bind(tenant.as_str()).bind(&vehicle.vehicle_id).bind(&vehicle.make).bind(&vehicle.model)
            .bind(vehicle.powertrain.word()).bind(vehicle.vehicle_class.word())
            .bind(vehicle.in_service_date.map(|day| day.to_string())).bind(&known.status).bind(known.sequence)
            .bind(odometer.km).bind(odometer.read_at).bind(odometer.registry.map(|said| said.km))
            .bind(odometer.registry.map(|said| said.at))
            .run(c).await)?;
        Ok(true)
    }

    /// What decisions and visits have read off a vehicle's odometer, in their order.
    async fn readings(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<Vec<Reading>, Error> {
        let rows: Vec<(f64, DateTime<Utc>)> = on!(self.tx, c => sqlx::query_as(
            "SELECT odometer_km, read_at FROM (
                 SELECT odometer_km, decided_at AS read_at FROM coverage_check WHERE tenant_id = $1 AND vehicle_id = $2
                 UNION ALL
                 SELECT odometer_km, completed_at AS read_at FROM visit WHERE tenant_id = $1 AND vehicle_id = $2) heard
             WHERE odometer_km IS NOT NULL ORDER BY read_at DESC, odometer_km DESC LIMIT $3")
            .bind(tenant.as_str()).bind(vehicle_id).bind(READINGS_MAX).fetch_all(c).await)?;
        Ok(rows.into_iter().rev().map(|(km, at)| Reading { km, at }).collect())
    }

    /// What is known of a vehicle's odometer; of a vehicle that is not known, nothing.
    pub async fn odometer(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<Odometer, Error> {
        let row = self.odometer_row(tenant, vehicle_id).await?;
        Ok(row.as_ref().map(odometer).unwrap_or_default())
    }

    async fn odometer_row(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<Option<OdometerRow>, Error> {
        Ok(on!(self.tx, c => sqlx::query_as(
            "SELECT sequence, odometer_km, odometer_read_at, registry_km, registry_said_at
             FROM vehicle WHERE tenant_id = $1 AND vehicle_id = $2")
            .bind(tenant.as_str()).bind(vehicle_id).fetch_optional(c).await)?)
    }

    /// The vehicle as the registry last described it.
    pub async fn vehicle(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<Option<Vehicle>, Error> {
        let row: Option<VehicleRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT vehicle_id, make, model, powertrain, vehicle_class, in_service_date, odometer_km
             FROM vehicle WHERE tenant_id = $1 AND vehicle_id = $2")
            .bind(tenant.as_str()).bind(vehicle_id).fetch_optional(c).await)?;
        Ok(row.map(vehicle))
    }

    /// The vehicle, if it is known and the caller may see it; both refusals look alike. `None` sees all vehicles.
    pub async fn visible_vehicle(
        &mut self,
        tenant: &TenantId,
        vehicle_id: &str,
        only_vehicles: Option<&[String]>,
    ) -> Result<Vehicle, Error> {
        let visible = only_vehicles.is_none_or(|ids| ids.iter().any(|id| id == vehicle_id));
        let found = if visible {
            self.vehicle(tenant, vehicle_id).await?
        } else {
            None
        };
        found.ok_or_else(|| Error::VehicleUnknown {
            vehicle_id: vehicle_id.to_owned(),
        })
    }

    /// Keeps a reading of a decision or a visit where it counts. A vehicle that is not known yet takes it up when it comes.
    pub async fn read_odometer(
        &mut self,
        tenant: &TenantId,
        vehicle_id: &str,
        reading: Reading,
        limits: &OdometerLimits,
    ) -> Result<(), Error> {
        let known = self.odometer(tenant, vehicle_id).await?;
        let next = known.after_reading(reading, limits);
        if next == known {
            return Ok(());
        }
        on!(self.tx, c => sqlx::query(
            "UPDATE vehicle SET odometer_km = $3, odometer_read_at = $4 WHERE tenant_id = $1 AND vehicle_id = $2")
            .bind(tenant.as_str()).bind(vehicle_id).bind(next.km).bind(next.read_at).run(c).await)?;
        Ok(())
    }
}

fn odometer(row: &OdometerRow) -> Odometer {
    Odometer {
        km: row.odometer_km,
        read_at: row.odometer_read_at,
        registry: row
            .registry_km
            .zip(row.registry_said_at)
            .map(|(km, at)| Reading { km, at }),
    }
}

fn vehicle(row: VehicleRow) -> Vehicle {
    Vehicle {
        vehicle_id: row.vehicle_id,
        make: row.make,
        model: row.model,
        powertrain: Powertrain::parse(&row.powertrain),
        vehicle_class: VehicleClass::parse(&row.vehicle_class),
        // The column was written from a date, so it always reads back as one.
        in_service_date: row.in_service_date.and_then(|day| day.parse::<NaiveDate>().ok()),
        odometer_km: row.odometer_km,
    }
}
