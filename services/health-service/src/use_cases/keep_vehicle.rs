//! Keeps what the registry says of a vehicle.

use chassis::TenantId;

use super::batch::Batch;
use crate::error::Error;
use crate::store::{KnownVehicle, Store};

/// Keeps it, and lets the vehicle's state know what it needs: powertrain and mileage.
pub async fn keep_vehicle(
    batch: &mut Batch<'_>,
    store: &mut Store<'_>,
    tenant: &TenantId,
    known: &KnownVehicle,
) -> Result<(), Error> {
    store.keep_vehicle(tenant, known).await?;
    let vehicle = batch.vehicle(store, tenant, &known.vehicle_id).await?;
    vehicle.set_powertrain(known.powertrain);
    if let Some(odometer_km) = known.odometer_km {
        vehicle.registered_odometer(odometer_km);
    }
    Ok(())
}
