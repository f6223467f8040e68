//! Judges a vehicle now, the window under way included. Nothing is stored: the state stays a function of the log.

use chassis::TenantId;

use super::show_health::{VehicleHealth, known_state};
use crate::domain::rules::Rules;
use crate::error::Error;
use crate::store::Store;

/// The health as it would be if the present window ended with the last record.
pub async fn compute_health(
    store: &mut Store<'_>,
    tenant: &TenantId,
    vehicle_id: &str,
    rules: &Rules,
) -> Result<VehicleHealth, Error> {
    let vehicle = known_state(store, tenant, vehicle_id).await?;
    Ok(VehicleHealth::of(vehicle_id, &vehicle.judged_now(rules), rules))
}
