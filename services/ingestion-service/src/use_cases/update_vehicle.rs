//! Changes a vehicle's registry data, or takes it out of service.

use chassis::{Cause, DbError, TenantId};

use crate::Shared;
use crate::domain::vehicle::{Status, Vehicle};
use crate::error::Error;
use crate::events::published::{self, VehicleChange};
use crate::store::Store;

/// Replaces the registry data of a vehicle. Who registered it stays; an odometer that is left out stays too.
pub async fn update_vehicle(
    shared: &Shared,
    tenant: &TenantId,
    mut vehicle: Vehicle,
    cause: &Cause,
) -> Result<Vehicle, Error> {
    let now = shared.clock.now();
    let mut tx = shared.database.begin().await?;
    let mut store = Store::new(&mut tx);
    let present = store.vehicle(tenant, &vehicle.vehicle_id).await?;
    let Some((present, _)) = present else {
        return Err(Error::VehicleNotFound(vehicle.vehicle_id));
    };
    vehicle.registered_by = present.registered_by;
    vehicle.odometer_km = vehicle.odometer_km.or(present.odometer_km);
    if store.vin_is_taken(tenant, &vehicle).await? {
        return Err(Error::VinTaken);
    }
    if vehicle == present {
        return Ok(vehicle);
    }
    let version = match store.update_vehicle(tenant, &vehicle, now).await {
        // Taken by a record or a person since we looked. The transaction is over; nothing of it happened.
        Err(DbError::Database(refused)) if refused.is_unique_violation() => return Err(Error::VinTaken),
        updated => updated?,
    };
    let retires = present.status == Status::Active && vehicle.status == Status::Retired;
    let change = if retires {
        VehicleChange::Retired
    } else {
        VehicleChange::Updated
    };
    store
        .publish(&published::vehicle_changed(tenant, change, &vehicle, now, cause))
        .await?;
    tx.commit().await?;
    shared.known_vehicles.changed(tenant, &vehicle, version);
    Ok(vehicle)
}
