//! What is known of vehicles from ingestion's registry.

use chassis::{TenantId, on};

use super::Store;
use crate::domain::class::{Powertrain, VehicleClass};
use crate::error::Error;

/// A registered vehicle.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownVehicle {
    pub vehicle_id: String,
    pub powertrain: Powertrain,
    pub class: VehicleClass,
    pub odometer_km: Option<f64>,
    pub retired: bool,
}

impl Store<'_> {
    /// Keeps what was last said of a vehicle.
    pub async fn keep_vehicle(&mut self, tenant: &TenantId, vehicle: &KnownVehicle) -> Result<(), Error> {
        on!(self.tx, c => sqlx::query(
            "INSERT INTO vehicle (tenant_id, vehicle_id, powertrain, vehicle_class, odometer_km, retired, silent)
             VALUES ($1, $2, $3, $4, $5, $6, NOT EXISTS (SELECT 1 FROM vehicle_state WHERE tenant_id = $1 AND vehicle_id = $2))
             ON CONFLICT (tenant_id, vehicle_id) DO UPDATE SET powertrain = excluded.powertrain,
                vehicle_class = excluded.vehicle_class, odometer_km = excluded.odometer_km, retired = excluded.retired")
            .bind(tenant.as_str()).bind(&vehicle.vehicle_id).bind(vehicle.powertrain.as_str())
            .bind(vehicle.class.as_str()).bind(vehicle.odometer_km).bind(vehicle.retired)
            .run(c).await)?;
        Ok(())
    }

    /// A vehicle of the tenant, retired or not.
    pub async fn known_vehicle(&mut self, tenant: &TenantId, vehicle_id: &str) -> Result<Option<KnownVehicle>, Error> {
        let row: Option<(String, String, Option<f64>, bool)> = on!(self.tx, c => sqlx::query_as(
            "SELECT powertrain, vehicle_class, odometer_km, retired FROM vehicle WHERE tenant_id = $1 AND vehicle_id = $2")
            .bind(tenant.as_str()).bind(vehicle_id).fetch_optional(c).await)?;
        Ok(row.map(|(powertrain, class, odometer_km, retired)| KnownVehicle {
            vehicle_id: vehicle_id.to_owned(),
            powertrain: Powertrain::parse(&powertrain),
            class: VehicleClass::parse(&class),
            odometer_km,
            retired,
        }))
    }
}
