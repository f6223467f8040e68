//! What several use cases share: searching in the stored network, and taking a slot for a visit.

use chassis::TenantId;
use chrono::{DateTime, Utc};

use super::App;
use crate::domain::appointment::{Appointment, Placement, Step};
use crate::domain::network::{BayNeed, Job, VehicleClass};
use crate::domain::slot_search::{self, Slot, Wish};
use crate::domain::time::{QUARTERS_PER_DAY, Quarter, Span};
use crate::domain::why_not::WhyNot;
use crate::error::{Error, Result};
use crate::events::published::{self, Outgoing};
use crate::store::Store;

/// The best slots of the network as it is stored now.
pub(super) async fn search(
    app: &App,
    store: &mut Store<'_>,
    tenant: &TenantId,
    job: &Job,
    wish: &Wish,
    now: DateTime<Utc>,
) -> Result<std::result::Result<Vec<Slot>, WhyNot>> {
    let policy = &app.settings.policy;
    let end = slot_search::horizon_end(policy, job, wish, now).plus(policy.buffer_quarters);
    let window = Span::new(Quarter::containing(now).plus(-QUARTERS_PER_DAY), end);
    let network = store.network(tenant, job, window, wish.moves.as_deref()).await?;
    Ok(slot_search::search(&network, job, policy, wish, now))
}

/// Gives the job the kind of bay that its vehicle needs as it is known now: an alert may be heard before its vehicle, whose class may
/// also be corrected.
pub(super) async fn fit_bay(store: &mut Store<'_>, tenant: &TenantId, job: &mut Job) -> Result<()> {
    let vehicle = store.vehicle(tenant, &job.vehicle_id).await?;
    let class = vehicle.map_or(VehicleClass::Unknown, |vehicle| vehicle.class);
    job.bay = BayNeed::of(job.component, class);
    Ok(())
}

/// Gives the work of an alert the remaining life that health has told of its part since.
pub(super) async fn renew_life(store: &mut Store<'_>, tenant: &TenantId, job: &mut Job) -> Result<()> {
    let Some(component) = job.component else {
        return Ok(());
    };
    let told = store.remaining_life(tenant, &job.vehicle_id, component).await?;
    if let Some(life) = told.filter(|life| life.known_at > job.life.known_at) {
        job.life = life;
    }
    Ok(())
}

/// Brings the work of a visit up to what is known now of its vehicle. How urgent a visit without an alert is, a person has said.
pub(super) async fn renew(store: &mut Store<'_>, tenant: &TenantId, visit: &mut Appointment) -> Result<()> {
    fit_bay(store, tenant, &mut visit.job).await?;
    match visit.alert_id {
        Some(_) => renew_life(store, tenant, &mut visit.job).await,
        None => Ok(()),
    }
}

/// Takes vehicle, technician, bay and parts for a visit. False if something was taken meanwhile: then drop the transaction.
pub(super) async fn take(
    store: &mut Store<'_>,
    tenant: &TenantId,
    visit: &Appointment,
    slot: &Slot,
    now: DateTime<Utc>,
) -> Result<bool> {
    let resources = Placement::from(slot).resources(&visit.job.vehicle_id);
    Ok(store.occupy(tenant, &visit.id, &resources, slot.reserved).await?
        && store
            .reserve_parts(tenant, &visit.id, &slot.center_id, &slot.parts, now)
            .await?)
}

/// Gives back what a visit holds.
pub(super) async fn give_back(store: &mut Store<'_>, tenant: &TenantId, visit_id: &str) -> Result<()> {
    store.vacate(tenant, visit_id).await?;
    store.release_parts(tenant, visit_id).await?;
    Ok(())
}

/// Tries to give an unplaced visit the best slot. Without one the visit says why not and when it is tried again.
/// The visit is changed in memory only; the caller writes it and what is returned.
pub(super) async fn place(
    app: &App,
    store: &mut Store<'_>,
    tenant: &TenantId,
    visit: &mut Appointment,
    now: DateTime<Utc>,
) -> Result<Vec<Outgoing>> {
    store.drop_expired_holds(now).await?;
    renew(store, tenant, visit).await?;
    match search(app, store, tenant, &visit.job, &Wish::default(), now).await? {
        Err(why_not) => {
            visit.why = why_not.reason;
            visit.retry_at = Some(now + app.settings.retry_unplaced);
            visit.updated_at = now;
            visit.version += 1;
            Ok(Vec::new())
        }
        Ok(slots) => {
            // A search returns at least one slot; the transaction that found it is the one that takes it.
            let Some(best) = slots.first() else {
                return Ok(Vec::new());
            };
            if !take(store, tenant, visit, best, now).await? {
                return Err(Error::SlotTaken {
                    alternatives: Vec::new(),
                    why_not: None,
                });
            }
            visit.why = best.why();
            let placement = settle(visit, best, Step::Place, now)?;
            Ok(published::scheduled(tenant, visit, &placement).into())
        }
    }
}

/// Puts the visit into the slot that was taken for it.
pub(super) fn settle(visit: &mut Appointment, slot: &Slot, step: Step, now: DateTime<Utc>) -> Result<Placement> {
    let placement = Placement::from(slot);
    visit.step(step, now)?;
    visit.retry_at = None;
    visit.placement = Some(placement.clone());
    Ok(placement)
}

/// What to answer when the wished slot is not free: what is, or why nothing is.
pub(super) async fn taken(app: &App, tenant: &TenantId, job: &Job, why_not: Option<WhyNot>) -> Error {
    let found = async {
        let mut tx = app.database.read().await?;
        search(
            app,
            &mut Store::new(&mut tx),
            tenant,
            job,
            &Wish::default(),
            app.clock.now(),
        )
        .await
    };
    match found.await {
        Ok(Ok(alternatives)) => Error::SlotTaken { alternatives, why_not },
        Ok(Err(none)) => Error::SlotTaken {
            alternatives: Vec::new(),
            why_not: Some(why_not.unwrap_or(none)),
        },
        Err(error) => error,
    }
}

/// Fails unless the caller saw the latest version; a caller that names none has not asked.
pub(super) fn check_version(visit: &Appointment, expected: Option<i64>) -> Result<()> {
    match expected {
        Some(expected) if expected != visit.version => Err(Error::VersionConflict {
            expected,
            found: visit.version,
        }),
        _ => Ok(()),
    }
}

/// Tells that a visit is now for another alert; its time stays. One without a time is told when it has one.
pub(super) async fn tell_handed(store: &mut Store<'_>, tenant: &TenantId, visit: &Appointment) -> Result<()> {
    match &visit.placement {
        Some(placement) => publish(store, &published::rescheduled(tenant, visit, placement, placement)).await,
        None => Ok(()),
    }
}

/// Appends events to the outbox.
pub(super) async fn publish(store: &mut Store<'_>, events: &[Outgoing]) -> Result<()> {
    for event in events {
        store.publish(event).await?;
    }
    Ok(())
}
