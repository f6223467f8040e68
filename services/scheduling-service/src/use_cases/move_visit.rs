//! Moves a visit that has not started to another slot. If that is not free, the visit stays where it is.

use chassis::Principal;

use super::{App, access, book_visit, planning};
use crate::domain::appointment::{Appointment, Status, Step};
use crate::domain::reason::Reason;
use crate::domain::slot_search::Wish;
use crate::error::Result;
use crate::events::published;
use crate::store::Store;

/// Where the visit shall go.
#[derive(Debug, Clone)]
pub enum Target {
    /// A slot that was offered for this visit's work.
    Offered(String),
    /// A start, and perhaps a centre, technician or bay.
    Named(Wish),
}

/// `version` is the one that the caller saw.
pub async fn move_visit(
    app: &App,
    principal: &Principal,
    id: &str,
    version: i64,
    target: Target,
) -> Result<Appointment> {
    let now = app.clock.now();
    let tenant = &principal.tenant;
    let mut tx = app.database.begin().await?;
    let mut store = Store::new(&mut tx);
    let mut visit = access::require_visit(principal, id, store.visit(tenant, id).await?)?;
    planning::check_version(&visit, Some(version))?;
    let (Some(before), Status::Scheduled) = (visit.placement.clone(), visit.status) else {
        return Err(crate::domain::appointment::NotAllowed {
            status: visit.status,
            step: Step::Move,
        }
        .into());
    };
    store.drop_expired_holds(now).await?;
    planning::renew(&mut store, tenant, &mut visit).await?;
    planning::give_back(&mut store, tenant, id).await?;
    let found = match target {
        Target::Offered(slot_id) => {
            let hold = book_visit::offered(&mut store, principal, &slot_id, now).await?;
            let slot = book_visit::slot_of(hold, &visit.job)?.with_orders_of(&before);
            store.vacate_holds_of(tenant, &visit.job.vehicle_id).await?;
            Ok(vec![slot])
        }
        Target::Named(wish) => {
            let on_order = before.on_order();
            let wish = Wish { on_order, ..wish };
            store.vacate_holds_of(tenant, &visit.job.vehicle_id).await?;
            planning::search(app, &mut store, tenant, &visit.job, &wish, now).await?
        }
    };
    let (slot, why_not) = match found.map(|slots| slots.into_iter().next()) {
        Ok(Some(slot)) if planning::take(&mut store, tenant, &visit, &slot, now).await? => (Some(slot), None),
        Ok(_) => (None, None),
        Err(why_not) => (None, Some(why_not)),
    };
    let Some(slot) = slot else {
        drop(tx);
        return Err(planning::taken(app, tenant, &visit.job, why_not).await);
    };
    visit.why = Reason::new("slot.chosen_by_user", "Moved at a person's request.");
    let placement = planning::settle(&mut visit, &slot, Step::Move, now)?;
    store.change_visit(tenant, &visit, version).await?;
    planning::publish(&mut store, &published::rescheduled(tenant, &visit, &placement, &before)).await?;
    store.retry_unplaced(tenant, now).await?;
    tx.commit().await?;
    Ok(visit)
}
