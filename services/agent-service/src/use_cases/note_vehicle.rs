//! Keeps what the registry says about a vehicle, because the powertrain decides which faults it can have.

use chassis::TenantId;

use crate::domain::vehicle::Vehicle;
use crate::error::Error;
use crate::store::Store;

/// Keeps a vehicle. Older news than what is known changes nothing.
pub async fn note_vehicle(store: &mut Store<'_>, tenant: &TenantId, vehicle: &Vehicle) -> Result<(), Error> {
    Ok(store.put_vehicle(tenant, vehicle).await?)
}
