//! The copy of the vehicle registry.

use chassis::ids::TenantId;
use chassis::on;
use chrono::NaiveDate;

use super::Store;
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

impl Store<'_> {
    /// Writes what the registry says, unless something later was written; says whether it was taken. The
    /// highest odometer reading stays, so that an expired coverage does not come back.
    pub async fn put_vehicle(&mut self, tenant: &TenantId, known: &KnownVehicle) -> Result<bool, Error> {
        let vehicle = &known.vehicle;
        let done = on!(self.tx, c => sqlx::query(
            "INSERT INTO vehicle (tenant_id, vehicle_id, make, model, powertrain, vehicle_class, in_service_date,
                                  odometer_km, status, sequence)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             ON CONFLICT (tenant_id, vehicle_id) DO UPDATE SET
                 make = excluded.make, model = excluded.model, powertrain = excluded.powertrain,
                 vehicle_class = excluded.vehicle_class, in_service_date = excluded.in_service_date,
                 odometer_km = CASE WHEN excluded.odometer_km IS NULL OR excluded.odometer_km < vehicle.odometer_km
                                    THEN vehicle.odometer_km ELSE excluded.odometer_km END,
                 status = excluded.status, sequence = excluded.sequence
             WHERE excluded.sequence > vehicle.sequence")
            .bind(tenant.as_str()).bind(&vehicle.vehicle_id).bind(&vehicle.make).bind(&vehicle.model)
            .bind(vehicle.powertrain.word()).bind(vehicle.vehicle_class.word())
            .bind(vehicle.in_service_date.map(|day| day.to_string())).bind(vehicle.odometer_km)
            .bind(&known.status).bind(known.sequence)
            .run(c).await.map(|done| done.rows_affected()))?;
        if done == 1 {
            self.raise_odometer_to_what_was_heard(tenant, &vehicle.vehicle_id)
                .await?;
        }
        Ok(done == 1)
    }

    /// A decision or a visit may have been heard before its vehicle: what the odometer showed there counts all the same.
    async fn raise_odometer_to_what_was_heard(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<(), Error> {
        let heard: Option<f64> = on!(self.tx, c => sqlx::query_scalar(
            "SELECT MAX(odometer_km) FROM (
                 SELECT odometer_km FROM coverage_check WHERE tenant_id = $1 AND vehicle_id = $2
                 UNION ALL SELECT odometer_km FROM visit WHERE tenant_id = $1 AND vehicle_id = $2) heard")
            .bind(tenant.as_str()).bind(vehicle_id).fetch_one(c).await)?;
        match heard {
            Some(km) => self.raise_odometer(tenant, vehicle_id, km).await,
            None => Ok(()),
        }
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

    /// Keeps the highest odometer reading that decisions and visits have shown.
    pub async fn raise_odometer(&mut self, tenant: &TenantId, vehicle_id: &str, km: f64) -> Result<(), Error> {
        on!(self.tx, c => sqlx::query(
            "UPDATE vehicle SET odometer_km = $3
             WHERE tenant_id = $1 AND vehicle_id = $2 AND (odometer_km IS NULL OR odometer_km < $3)")
            .bind(tenant.as_str()).bind(vehicle_id).bind(km).run(c).await)?;
        Ok(())
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
