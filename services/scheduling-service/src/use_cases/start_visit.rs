//! The technician begins the work; on a provisional visit nobody does before its decision has been looked at.

use chassis::Principal;

use super::{App, access, planning};
use crate::domain::appointment::{Appointment, Step};
use crate::error::{Error, Result};
use crate::events::published;
use crate::store::Store;

/// By the assigned technician, or by a manager or key for them.
pub async fn start_visit(app: &App, principal: &Principal, id: &str, version: Option<i64>) -> Result<Appointment> {
    let now = app.clock.now();
    let tenant = &principal.tenant;
    let mut tx = app.database.begin().await?;
    let mut store = Store::new(&mut tx);
    let mut visit = access::require_visit(principal, id, store.visit(tenant, id).await?)?;
    access::require_worker(principal, &visit)?;
    planning::check_version(&visit, version)?;
    if visit.provisional {
        return Err(Error::AwaitsReview {
            decision_id: visit.decision_id,
        });
    }
    let read_version = visit.version;
    visit.step(Step::Start, now)?;
    visit.started_at = Some(now);
    store.change_visit(tenant, &visit, read_version).await?;
    if let Some(placement) = &visit.placement {
        store.publish(&published::started(tenant, &visit, placement)).await?;
    }
    tx.commit().await?;
    Ok(visit)
}
