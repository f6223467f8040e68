//! Registers a vehicle on a person's or system's word.

use chassis::{Cause, TenantId};

use crate::Shared;
use crate::domain::vehicle::Vehicle;
use crate::error::Error;
use crate::events::published::{self, VehicleChange};
use crate::store::Store;
use crate::store::vehicles::Registration;

/// Registers it; the id must be new, and the VIN free among the tenant's active vehicles.
pub async fn register_vehicle(
    shared: &Shared,
    tenant: &TenantId,
    vehicle: Vehicle,
    cause: &Cause,
) -> Result<Vehicle, Error> {
    let now = shared.clock.now();
    let mut tx = shared.database.begin().await?;
    let mut store = Store::new(&mut tx);
    match store.register(tenant, &vehicle, now).await? {
        Registration::Done => {}
        Registration::Present => return Err(Error::VehicleExists(vehicle.vehicle_id)),
        Registration::VinTaken => return Err(Error::VinTaken),
    }
    store
        .publish(&published::vehicle_changed(
            tenant,
            VehicleChange::Registered,
            &vehicle,
            now,
            cause,
        ))
        .await?;
    tx.commit().await?;
    shared.known_vehicles.changed(tenant, &vehicle, 1);
    Ok(vehicle)
}
