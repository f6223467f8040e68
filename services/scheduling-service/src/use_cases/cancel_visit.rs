//! Cancels a visit that has not started and frees what it held.

use chassis::{Principal, TenantId};

use super::{App, access, planning};
use crate::domain::appointment::{Appointment, BookedBy, Status, Step};
use crate::domain::reason::Reason;
use crate::error::Result;
use crate::events::published;
use crate::store::Store;

/// At a person's wish.
pub async fn cancel_visit(app: &App, principal: &Principal, id: &str, version: Option<i64>) -> Result<Appointment> {
    let mut tx = app.database.begin().await?;
    let mut store = Store::new(&mut tx);
    let visit = access::require_visit(principal, id, store.visit(&principal.tenant, id).await?)?;
    planning::check_version(&visit, version)?;
    let reason = Reason::new("appointment.cancelled_by_user", "A person cancelled the visit.");
    let visit = cancel(app, &mut store, &principal.tenant, visit, reason).await?;
    tx.commit().await?;
    Ok(visit)
}

/// Inside a transaction of the caller's.
pub(super) async fn cancel(
    app: &App,
    store: &mut Store<'_>,
    tenant: &TenantId,
    mut visit: Appointment,
    reason: Reason,
) -> Result<Appointment> {
    let now = app.clock.now();
    let read_version = visit.version;
    visit.step(Step::Cancel, now)?;
    visit.retry_at = None;
    planning::give_back(store, tenant, &visit.id).await?;
    let event = published::cancelled(tenant, &visit, &reason);
    visit.cancel_reason = Some(reason);
    store.change_visit(tenant, &visit, read_version).await?;
    store.retry_unplaced(tenant, now).await?;
    store.publish(&event).await?;
    Ok(visit)
}

/// The same for a visit that the service booked by itself. One that a person booked, or that has begun, is that person's and stays.
pub(super) async fn withdraw(
    app: &App,
    store: &mut Store<'_>,
    tenant: &TenantId,
    visit: Appointment,
    reason: Reason,
) -> Result<()> {
    if visit.booked_by == BookedBy::Auto && visit.status.after(Step::Cancel) == Some(Status::Cancelled) {
        cancel(app, store, tenant, visit, reason).await?;
    }
    Ok(())
}
