//! Writes a service centre; one with the same id is replaced.

use std::collections::HashSet;

use chassis::TenantId;

use super::App;
use crate::domain::network::Center;
use crate::error::{Error, Result, Violation};
use crate::store::Store;

/// True if the centre is new. Visits that wait for a slot are tried again.
pub async fn register_center(app: &App, tenant: &TenantId, center: &Center) -> Result<bool> {
    check(app, center)?;
    let mut tx = app.database.begin().await?;
    let mut store = Store::new(&mut tx);
    let known = store.has_center(tenant, &center.id).await?;
    store.save_center(tenant, center).await?;
    store.retry_unplaced(tenant, app.clock.now()).await?;
    tx.commit().await?;
    Ok(!known)
}

fn check(app: &App, center: &Center) -> Result<()> {
    let mut violations = Vec::new();
    if center.labour_per_hour.currency != app.settings.currency {
        let text = format!("Prices are in {} here.", app.settings.currency);
        violations.push(Violation::new(
            "/labour_price_per_hour/currency",
            "currency.unsupported",
            text,
        ));
    }
    let mut seen = HashSet::new();
    for (index, bay) in center.bays.iter().enumerate() {
        if !seen.insert(&bay.id) {
            violations.push(Violation::new(
                format!("/bays/{index}/bay_id"),
                "repeated",
                "Each bay has its own id.",
            ));
        }
    }
    if violations.is_empty() {
        Ok(())
    } else {
        Err(Error::Invalid(violations))
    }
}
