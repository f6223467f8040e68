//! Notes a repair that was done elsewhere.

use chassis::{Cause, TenantId};

use crate::Shared;
use crate::domain::repair::{ACTIONS, COMPONENTS, Repair};
use crate::domain::vehicle::ODOMETER_KM_MAX;
use crate::error::Error;
use crate::events::published;
use crate::store::Store;

/// Keeps the repair and tells of it.
pub async fn record_repair(shared: &Shared, tenant: &TenantId, repair: Repair, cause: &Cause) -> Result<Repair, Error> {
    if !COMPONENTS.contains(&repair.component.as_str()) {
        return Err(Error::FieldInvalid {
            field: "component",
            text: format!("one of {}", COMPONENTS.join(", ")),
        });
    }
    if !ACTIONS.contains(&repair.action.as_str()) {
        return Err(Error::FieldInvalid {
            field: "action",
            text: format!("one of {}", ACTIONS.join(", ")),
        });
    }
    if repair.repaired_at > shared.clock.now() + shared.limits.future_skew_max {
        return Err(Error::FieldInvalid {
            field: "repaired_at",
            text: "a repair that was done lies in the past".to_owned(),
        });
    }
    // What is not a number lies in no range.
    let is_sound = |km: f64| (0.0..=ODOMETER_KM_MAX).contains(&km);
    if repair.odometer_km.is_some_and(|km| !is_sound(km)) {
        return Err(Error::FieldInvalid {
            field: "odometer_km",
            text: format!("from 0 to {ODOMETER_KM_MAX}"),
        });
    }
    let mut tx = shared.database.begin().await?;
    let mut store = Store::new(&mut tx);
    if store.vehicle(tenant, &repair.vehicle_id).await?.is_none() {
        return Err(Error::VehicleNotFound(repair.vehicle_id));
    }
    store.insert_repair(tenant, &repair, shared.clock.now()).await?;
    store
        .publish(&published::repair_recorded(tenant, &repair, cause))
        .await?;
    tx.commit().await?;
    Ok(repair)
}
