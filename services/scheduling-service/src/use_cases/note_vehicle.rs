//! Notes what ingestion says of a vehicle. A retired one needs no workshop: its visits that have not started are cancelled.

use chassis::TenantId;

use super::{App, cancel_visit};
use crate::domain::reason::Reason;
use crate::error::Result;
use crate::store::{Store, Vehicle};

/// Runs inside the consumer's transaction.
pub async fn note_vehicle(app: &App, store: &mut Store<'_>, tenant: &TenantId, vehicle: &Vehicle) -> Result<()> {
    store.save_vehicle(tenant, vehicle).await?;
    if !vehicle.retired {
        return Ok(());
    }
    for visit in store.waiting_visits_of(tenant, &vehicle.id).await? {
        let reason = Reason::new(
            "appointment.vehicle_retired",
            "The vehicle was retired before the visit started.",
        );
        cancel_visit::cancel(app, store, tenant, visit, reason).await?;
    }
    store.drop_holds_of(tenant, &vehicle.id).await
}
