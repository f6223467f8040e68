//! Notes what ingestion says of a vehicle. A retired one needs no workshop: its visits that have not started are cancelled. One of another
//! class than was known may need another kind of bay: its visits are tried again.

use chassis::TenantId;

use super::{App, cancel_visit, planning};
use crate::domain::appointment::{Appointment, BookedBy, Placement, Status, Step};
use crate::domain::reason::Reason;
use crate::domain::slot_search::Wish;
use crate::error::{Error, Result};
use crate::events::published;
use crate::store::{Store, Vehicle};

/// Runs inside the consumer's transaction.
pub async fn note_vehicle(app: &App, store: &mut Store<'_>, tenant: &TenantId, vehicle: &Vehicle) -> Result<()> {
    let known = store.vehicle(tenant, &vehicle.id).await?;
    store.save_vehicle(tenant, vehicle).await?;
    if vehicle.retired {
        return retire(app, store, tenant, &vehicle.id).await;
    }
    if known.is_some_and(|known| known.class == vehicle.class) {
        return Ok(());
    }
    for visit in store.waiting_visits_of(tenant, &vehicle.id).await? {
        match (visit.status, visit.placement.clone()) {
            (Status::Unplaced, _) => try_soon(app, store, tenant, visit).await?,
            (_, Some(placement)) if visit.booked_by == BookedBy::Auto => {
                change_bay(app, store, tenant, visit, placement).await?;
            }
            _ => {}
        }
    }
    Ok(())
}

async fn retire(app: &App, store: &mut Store<'_>, tenant: &TenantId, vehicle_id: &str) -> Result<()> {
    for visit in store.waiting_visits_of(tenant, vehicle_id).await? {
        let reason = Reason::new(
            "appointment.vehicle_retired",
            "The vehicle was retired before the visit started.",
        );
        cancel_visit::cancel(app, store, tenant, visit, reason).await?;
    }
    store.drop_holds_of(tenant, vehicle_id).await
}

/// There may be a bay for it now.
async fn try_soon(app: &App, store: &mut Store<'_>, tenant: &TenantId, mut visit: Appointment) -> Result<()> {
    visit.retry_at = Some(app.clock.now());
    let read_version = visit.version;
    store.change_visit(tenant, &visit, read_version).await
}

/// Moves a visit that the service booked into a bay that the vehicle does not fit into. Where no other is free it stays for a person to see.
async fn change_bay(
    app: &App,
    store: &mut Store<'_>,
    tenant: &TenantId,
    mut visit: Appointment,
    before: Placement,
) -> Result<()> {
    let now = app.clock.now();
    planning::renew(store, tenant, &mut visit).await?;
    let center = store.center(tenant, &before.center_id).await?;
    let bay = center.and_then(|center| center.bays.into_iter().find(|bay| bay.id == before.bay_id));
    if bay.is_some_and(|bay| visit.job.bay.met_by(&bay)) {
        return Ok(());
    }
    let wish = Wish {
        on_order: before.on_order(),
        ..Wish::default()
    };
    store.drop_expired_holds(now).await?;
    // What it holds itself must not stand in its way: the same technician in the right bay at the same time is the best there is.
    store.set_savepoint().await?;
    planning::give_back(store, tenant, &visit.id).await?;
    let found = planning::search(app, store, tenant, &visit.job, &wish, now).await?;
    let Some(best) = found.ok().and_then(|slots| slots.into_iter().next()) else {
        return store.return_to_savepoint().await;
    };
    if !planning::take(store, tenant, &visit, &best, now).await? {
        return Err(Error::SlotTaken {
            alternatives: Vec::new(),
            why_not: None,
        });
    }
    let read_version = visit.version;
    visit.why = best.why();
    let placement = planning::settle(&mut visit, &best, Step::Move, now)?;
    store.change_visit(tenant, &visit, read_version).await?;
    planning::publish(store, &published::rescheduled(tenant, &visit, &placement, &before)).await
}
