//! Orders for a visit what was promised to it from the shelf and is no longer there. Where that comes after its start, the visit moves.

use chassis::TenantId;
use chrono::{DateTime, Utc};

use super::{App, accept_alert, cancel_visit, planning};
use crate::domain::appointment::{Appointment, BookedBy, Placement, Status, Step};
use crate::domain::network::Job;
use crate::domain::part_planning::order_arrives;
use crate::domain::reason::Reason;
use crate::domain::slot_search::Wish;
use crate::error::{Error, Result};
use crate::events::published;
use crate::store::Store;

/// Inside a transaction of the caller's, in which the shelf's promise of the parts with these `codes` was taken back.
pub(super) async fn order_missing_parts(
    app: &App,
    store: &mut Store<'_>,
    tenant: &TenantId,
    visit_id: &str,
    codes: &[String],
) -> Result<()> {
    let now = app.clock.now();
    let Some(visit) = store.visit(tenant, visit_id).await? else {
        return Ok(());
    };
    let Some(before) = visit.placement.clone() else {
        return Ok(());
    };
    let mut planned = before.clone();
    let mut in_time = true;
    for code in codes {
        let part = store.part(tenant, &before.center_id, code).await?;
        let arrives = order_arrives(part.as_ref(), &app.settings.policy, now);
        planned.order(code, arrives);
        in_time &= arrives <= before.work.start;
    }
    if in_time || visit.status != Status::Scheduled {
        return keep(store, tenant, visit, planned, now).await;
    }
    put_off(app, store, tenant, visit, before, &planned, now).await
}

/// It stays where it is; others need not know where its parts come from.
async fn keep(
    store: &mut Store<'_>,
    tenant: &TenantId,
    mut visit: Appointment,
    planned: Placement,
    now: DateTime<Utc>,
) -> Result<()> {
    let read_version = visit.version;
    visit.plan(planned, now);
    store.change_visit(tenant, &visit, read_version).await
}

/// To the best time that is not earlier than what people were told; what a person booked stays in its centre. If there is none, it waits for
/// one as a new visit, since there is no way back.
async fn put_off(
    app: &App,
    store: &mut Store<'_>,
    tenant: &TenantId,
    mut visit: Appointment,
    before: Placement,
    planned: &Placement,
    now: DateTime<Utc>,
) -> Result<()> {
    store.drop_expired_holds(now).await?;
    planning::renew(store, tenant, &mut visit).await?;
    planning::give_back(store, tenant, &visit.id).await?;
    let wish = Wish {
        center_id: (visit.booked_by == BookedBy::User).then(|| before.center_id.clone()),
        on_order: planned.on_order(),
        ..Wish::default()
    };
    let job = Job {
        not_before: visit.job.not_before.max(Some(before.work.start)),
        ..visit.job.clone()
    };
    let found = planning::search(app, store, tenant, &job, &wish, now).await?;
    let Some(best) = found.ok().and_then(|slots| slots.into_iter().next()) else {
        return want_anew(app, store, tenant, visit).await;
    };
    if !planning::take(store, tenant, &visit, &best, now).await? {
        return Err(Error::SlotTaken {
            alternatives: Vec::new(),
            why_not: None,
        });
    }
    let read_version = visit.version;
    visit.why = Reason::new(
        "slot.part_ordered",
        "Put off, because a part that was promised from the shelf was used elsewhere and had to be ordered.",
    );
    let placement = planning::settle(&mut visit, &best, Step::Move, now)?;
    store.change_visit(tenant, &visit, read_version).await?;
    planning::publish(store, &published::rescheduled(tenant, &visit, &placement, &before)).await
}

async fn want_anew(app: &App, store: &mut Store<'_>, tenant: &TenantId, visit: Appointment) -> Result<()> {
    let reason = Reason::new(
        "appointment.part_missing",
        "A part that was promised to the visit was used elsewhere, and there is no time when it will have come.",
    );
    let cancelled = cancel_visit::cancel(app, store, tenant, visit, reason).await?;
    let id = chassis::ids::derived_id("apt", &[tenant.as_str(), &cancelled.id]);
    store.pass_on_alerts(tenant, &cancelled.id, &id).await?;
    let anew = cancelled.anew(id, app.clock.now());
    accept_alert::book(app, store, tenant, anew).await
}
