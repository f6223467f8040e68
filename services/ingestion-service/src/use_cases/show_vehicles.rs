//! Shows the registry.

use chassis::TenantId;

use crate::Shared;
use crate::domain::vehicle::Vehicle;
use crate::error::Error;
use crate::store::Store;
use crate::store::vehicles::VehicleFilter;

/// Vehicles after `after`, at most `limit`, and whether there are more.
pub async fn list_vehicles(
    shared: &Shared,
    tenant: &TenantId,
    filter: &VehicleFilter,
    after: &str,
    limit: usize,
) -> Result<(Vec<Vehicle>, bool), Error> {
    let mut tx = shared.database.read().await?;
    let mut vehicles = Store::new(&mut tx).vehicles(tenant, filter, after, limit + 1).await?;
    let more = vehicles.len() > limit;
    vehicles.truncate(limit);
    Ok((vehicles, more))
}

/// One vehicle.
pub async fn show_vehicle(shared: &Shared, tenant: &TenantId, vehicle_id: &str) -> Result<Vehicle, Error> {
    let mut tx = shared.database.read().await?;
    let found = Store::new(&mut tx).vehicle(tenant, vehicle_id).await?;
    found
        .map(|(vehicle, _)| vehicle)
        .ok_or_else(|| Error::VehicleNotFound(vehicle_id.to_owned()))
}
