//! Writes a technician; one with the same id is replaced.

use chassis::TenantId;

use super::App;
use crate::domain::network::Technician;
use crate::error::{Error, Result, Violation};
use crate::store::Store;

/// True if the technician is new. Visits that wait for a slot are tried again.
pub async fn register_technician(app: &App, tenant: &TenantId, technician: &Technician) -> Result<bool> {
    let mut tx = app.database.begin().await?;
    let mut store = Store::new(&mut tx);
    if !store.has_center(tenant, &technician.center_id).await? {
        let text = format!("There is no centre {}.", technician.center_id);
        return Err(Error::Invalid(vec![Violation::new(
            "/center_id",
            "center.unknown",
            text,
        )]));
    }
    let known = store.technician(tenant, &technician.id).await?.is_some();
    store.save_technician(tenant, technician).await?;
    store.retry_unplaced(tenant, app.clock.now()).await?;
    tx.commit().await?;
    Ok(!known)
}
