//! Books a visit at a person's wish: into an offered slot, or at a time that the person names.

use chassis::{Cause, Principal, TenantId};
use chrono::{DateTime, Utc};

use super::find_slots::{self, WantedWork, Work};
use super::{App, access, end_missed_visit, planning};
use crate::domain::appointment::{Appointment, BookedBy, Status, Step};
use crate::domain::network::Job;
use crate::domain::reason::Reason;
use crate::domain::slot_search::{Slot, Wish};
use crate::domain::why_not::WhyNot;
use crate::error::{Error, Result};
use crate::events::published;
use crate::store::{Hold, Store};

/// Where the visit shall be.
#[derive(Debug, Clone)]
pub enum Choice {
    /// A slot that was offered.
    Offered(String),
    /// Work and a start that the caller names; the rest of the wish is optional. Boxed, as it is much the larger one.
    Named(Box<(WantedWork, Wish)>),
}

/// What a choice comes to before a slot is settled on.
struct Asked {
    work: Work,
    place: Place,
}

enum Place {
    /// Boxed, as it is much the larger one.
    Offered(Box<Hold>),
    Named(Wish),
}

/// An open visit that waits for a slot is placed, with its own work and not the caller's; otherwise there is a new one.
pub async fn book_visit(app: &App, principal: &Principal, choice: Choice, cause: Cause) -> Result<Appointment> {
    let now = app.clock.now();
    let tenant = &principal.tenant;
    let mut tx = app.database.begin().await?;
    let mut store = Store::new(&mut tx);
    store.drop_expired_holds(now).await?;
    let Asked { work, place } = read(app, &mut store, principal, choice, now).await?;
    // The vehicle's own offers must not stand in its way.
    store.vacate_holds_of(tenant, &work.job.vehicle_id).await?;
    let (vehicle_id, component) = (&work.job.vehicle_id, work.job.component);
    let open = end_missed_visit::open_visit(app, &mut store, tenant, vehicle_id, component).await?;
    if let Some(open) = open.as_ref().filter(|visit| visit.status != Status::Unplaced) {
        return Err(Error::AlreadyOpen {
            appointment_id: open.id.clone(),
        });
    }
    let waiting = open.as_ref();
    let mut visit = waiting.cloned().unwrap_or_else(|| new_visit(&work, cause, now));
    planning::renew(&mut store, tenant, &mut visit).await?;
    let (slot, why_not) = match slot_for(app, &mut store, tenant, &visit.job, place, now).await? {
        Ok(slot) if planning::take(&mut store, tenant, &visit, &slot, now).await? => (Some(slot), None),
        Ok(_) => (None, None),
        Err(why_not) => (None, Some(why_not)),
    };
    let Some(slot) = slot else {
        drop(tx);
        return Err(planning::taken(app, tenant, &visit.job, why_not).await);
    };
    visit.booked_by = BookedBy::User;
    visit.provisional = false;
    visit.why = Reason::new("slot.chosen_by_user", "A person chose this slot.");
    let read_version = visit.version;
    let placement = planning::settle(&mut visit, &slot, Step::Place, now)?;
    if waiting.is_some() {
        store.change_visit(tenant, &visit, read_version).await?;
    } else {
        store.add_visit(tenant, &visit).await?;
    }
    planning::publish(&mut store, &published::scheduled(tenant, &visit, &placement)).await?;
    tx.commit().await?;
    Ok(visit)
}

async fn read(
    app: &App,
    store: &mut Store<'_>,
    principal: &Principal,
    choice: Choice,
    now: DateTime<Utc>,
) -> Result<Asked> {
    match choice {
        Choice::Offered(slot_id) => {
            let hold = offered(store, principal, &slot_id, now).await?;
            let work = Work {
                job: hold.job.clone(),
                alert_id: hold.alert_id.clone(),
                decision_id: hold.decision_id.clone(),
                on_order: Vec::new(),
                moves: None,
            };
            let place = Place::Offered(Box::new(hold));
            Ok(Asked { work, place })
        }
        Choice::Named(named) => {
            let (wanted, wish) = *named;
            let work = find_slots::complete(app, store, principal, wanted).await?;
            let place = Place::Named(wish);
            Ok(Asked { work, place })
        }
    }
}

/// The slot for the work that will be done in it; or why there is none.
async fn slot_for(
    app: &App,
    store: &mut Store<'_>,
    tenant: &TenantId,
    job: &Job,
    place: Place,
    now: DateTime<Utc>,
) -> Result<std::result::Result<Slot, WhyNot>> {
    match place {
        Place::Offered(hold) => Ok(Ok(slot_of(*hold, job)?)),
        Place::Named(wish) => match planning::search(app, store, tenant, job, &wish, now).await? {
            Ok(slots) => Ok(Ok(slots.into_iter().next().ok_or_else(no_slots)?)),
            Err(why_not) => Ok(Err(why_not)),
        },
    }
}

/// A search that succeeds returns at least one slot; if it ever did not, the slot counts as taken.
fn no_slots() -> Error {
    Error::SlotTaken {
        alternatives: Vec::new(),
        why_not: None,
    }
}

/// The slot of an offer, if it was offered for this work: one for shorter or other work has too little time, the wrong parts or bay.
pub(super) fn slot_of(hold: Hold, job: &Job) -> Result<Slot> {
    if hold.job.is_same_work(job) {
        Ok(hold.slot)
    } else {
        Err(Error::SlotExpired { slot_id: hold.slot_id })
    }
}

/// The offered slot, if it is still kept and is for a vehicle that the caller may see.
pub(super) async fn offered(
    store: &mut Store<'_>,
    principal: &Principal,
    slot_id: &str,
    now: DateTime<Utc>,
) -> Result<Hold> {
    let hold = store.hold(&principal.tenant, slot_id, now).await?;
    let visible = hold.filter(|hold| access::may_see_vehicle(principal, &hold.job.vehicle_id));
    visible.ok_or_else(|| Error::SlotExpired {
        slot_id: slot_id.to_owned(),
    })
}

fn new_visit(work: &Work, cause: Cause, now: DateTime<Utc>) -> Appointment {
    Appointment {
        id: chassis::ids::new_id("apt"),
        alert_id: work.alert_id.clone(),
        decision_id: work.decision_id.clone(),
        status: Status::Unplaced,
        version: 0,
        booked_by: BookedBy::User,
        provisional: false,
        job: work.job.clone(),
        placement: None,
        why: Reason::new("slot.chosen_by_user", "A person chose this slot."),
        cancel_reason: None,
        retry_at: None,
        correlation_id: cause.correlation_id,
        created_at: now,
        updated_at: now,
        started_at: None,
        completed_at: None,
        report: None,
    }
}
