//! Ends a visit whose time passed and that nobody began, and books anew what alerts still ask for: it must not stand for work that is still to
//! be done.

use chassis::TenantId;
use chrono::{DateTime, Utc};

use super::{App, accept_alert, cancel_visit};
use crate::domain::appointment::{Appointment, BookedBy};
use crate::domain::network::Component;
use crate::domain::reason::Reason;
use crate::domain::time::Quarter;
use crate::error::{Error, Result};
use crate::store::Store;

/// How many visits one round looks at.
const ROUND_MAX: i64 = 100;

/// Returns when the next visit will count as missed. Each visit is ended in its own transaction.
pub async fn end_missed_visits(app: &App) -> Result<Option<DateTime<Utc>>> {
    let missed_after = app.settings.missed_after;
    let ended_by = Quarter::containing(app.clock.now() - missed_after);
    let mut tx = app.database.read().await?;
    let missed = Store::new(&mut tx).missed_visits(ended_by, ROUND_MAX).await?;
    drop(tx);
    for (tenant, id) in missed {
        match chassis::again(|| end_if_missed(app, &tenant, &id)).await {
            // Where somebody was quicker the next round sees what is left to do.
            Ok(()) | Err(Error::SlotTaken { .. } | Error::VersionConflict { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let mut tx = app.database.read().await?;
    let next_end = Store::new(&mut tx).next_visit_end().await?;
    Ok(next_end.map(|end| end.start() + missed_after))
}

async fn end_if_missed(app: &App, tenant: &TenantId, id: &str) -> Result<()> {
    let mut tx = app.database.begin().await?;
    let mut store = Store::new(&mut tx);
    let visit = store.visit(tenant, id).await?;
    // Somebody may have begun or moved it since the look.
    let Some(visit) = visit.filter(|visit| visit.is_missed(app.clock.now(), app.settings.missed_after)) else {
        return Ok(());
    };
    end(app, &mut store, tenant, visit).await?;
    tx.commit().await?;
    Ok(())
}

/// The open visit for a component. One that was missed is cancelled, and the open one is what was booked in its place, if anything.
pub(super) async fn open_visit(
    app: &App,
    store: &mut Store<'_>,
    tenant: &TenantId,
    vehicle_id: &str,
    component: Option<Component>,
) -> Result<Option<Appointment>> {
    let Some(component) = component else { return Ok(None) };
    let Some(visit) = store.open_visit_for(tenant, vehicle_id, component).await? else {
        return Ok(None);
    };
    if !visit.is_missed(app.clock.now(), app.settings.missed_after) {
        return Ok(Some(visit));
    }
    end(app, store, tenant, visit).await?;
    store.open_visit_for(tenant, vehicle_id, component).await
}

async fn end(app: &App, store: &mut Store<'_>, tenant: &TenantId, visit: Appointment) -> Result<()> {
    let reason = Reason::new(
        "appointment.missed",
        "The time of the visit passed, and nobody began the work.",
    );
    let missed = cancel_visit::cancel(app, store, tenant, visit, reason).await?;
    book_anew(app, store, tenant, &missed).await
}

/// For the newest of the alerts that rest on the missed visit; all of them rest on the new one then. What only a person asked for, a person
/// books anew.
async fn book_anew(app: &App, store: &mut Store<'_>, tenant: &TenantId, missed: &Appointment) -> Result<()> {
    let resting = store.alerts_of_visit(tenant, &missed.id).await?;
    let Some(newest) = resting.first() else {
        return Ok(());
    };
    let id = chassis::ids::derived_id("apt", &[tenant.as_str(), &missed.id]);
    let mut visit = missed.anew(id, app.clock.now());
    if let Some(asked) = store.alert_job(tenant, &newest.alert_id).await? {
        visit.job = asked.job;
    }
    visit.alert_id = Some(newest.alert_id.clone());
    visit.decision_id = newest.decision_id.clone();
    visit.booked_by = BookedBy::Auto;
    visit.provisional = cancel_visit::awaits_word(store, tenant, &resting).await?;
    store.pass_on_alerts(tenant, &missed.id, &visit.id).await?;
    accept_alert::book(app, store, tenant, visit).await
}
