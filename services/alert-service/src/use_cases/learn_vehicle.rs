//! Ingestion says who owns a vehicle and which fleet it belongs to.

use chassis::ids::TenantId;

use super::{Moment, tell_late_recipients};
use crate::domain::person::Vehicle;
use crate::domain::rules::Rules;
use crate::error::Error;
use crate::store::Store;

/// Keeps it, unless something newer is known, and tells those who became known of alerts that are still fresh.
pub async fn learn_vehicle(
    store: &mut Store<'_>,
    tenant: &TenantId,
    vehicle: &Vehicle,
    sequence: i64,
    rules: &Rules,
    moment: Moment,
) -> Result<(), Error> {
    if !store.save_vehicle(tenant, vehicle, sequence).await? {
        return Ok(());
    }
    tell_late_recipients(store, tenant, Some(&vehicle.vehicle_id), rules, moment).await
}
