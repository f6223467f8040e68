//! Cancels a visit that has not started and frees what it held.

use chassis::{Principal, TenantId};

use super::{App, access, planning};
use crate::domain::appointment::{Appointment, BookedBy, Step};
use crate::domain::reason::Reason;
use crate::domain::review::{Booking, booking};
use crate::error::Result;
use crate::events::published;
use crate::store::{RestingAlert, Store};

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

/// An alert no longer asks for its visit: that goes with the last alert that rests on it, and until then it is the newest's. One that a
/// person booked, or that has begun, is that person's and stays.
pub(super) async fn withdraw(
    app: &App,
    store: &mut Store<'_>,
    tenant: &TenantId,
    alert_id: &str,
    reason: Reason,
) -> Result<()> {
    let Some(visit) = store.visit_of_alert(tenant, alert_id).await? else {
        return Ok(());
    };
    store.drop_resting_alert(tenant, alert_id).await?;
    if visit.booked_by != BookedBy::Auto || visit.status.after(Step::Cancel).is_none() {
        return Ok(());
    }
    let resting = store.alerts_of_visit(tenant, &visit.id).await?;
    if resting.is_empty() {
        cancel(app, store, tenant, visit, reason).await?;
    } else if visit.alert_id.as_deref() == Some(alert_id) {
        hand_over(app, store, tenant, visit, &resting).await?;
    }
    Ok(())
}

/// To the newest of the alerts that still rest on the visit; it is firm if one of them needs nobody's word any more.
async fn hand_over(
    app: &App,
    store: &mut Store<'_>,
    tenant: &TenantId,
    mut visit: Appointment,
    resting: &[RestingAlert],
) -> Result<()> {
    let Some(newest) = resting.first().cloned() else {
        return Ok(());
    };
    let provisional = awaits_word(store, tenant, resting).await?;
    let read_version = visit.version;
    visit.hand_to(newest.alert_id, newest.decision_id, provisional, app.clock.now());
    store.change_visit(tenant, &visit, read_version).await?;
    planning::tell_handed(store, tenant, &visit).await
}

/// Whether a visit for these alerts waits for a person's word: each of them does.
pub(super) async fn awaits_word(store: &mut Store<'_>, tenant: &TenantId, resting: &[RestingAlert]) -> Result<bool> {
    for alert in resting {
        let verdict = match &alert.decision_id {
            Some(decision_id) => store.verdict(tenant, decision_id).await?,
            None => None,
        };
        if booking(alert.held, verdict) != Booking::Provisional {
            return Ok(false);
        }
    }
    Ok(true)
}
