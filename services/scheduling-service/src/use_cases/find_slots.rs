//! Offers the best slots for a job and keeps them for the asker for a while; or says why there is none.

use chassis::{Principal, TenantId};
use chrono::{DateTime, Utc};

use super::{App, access, planning};
use crate::domain::appointment::{Appointment, Placement, Status};
use crate::domain::network::{BayNeed, Component, Job, PartNeed, labour_quarters, merge_parts};
use crate::domain::part_planning::OnOrder;
use crate::domain::reason::Reason;
use crate::domain::risk::{RemainingLife, Urgency};
use crate::domain::slot_search::{Slot, Wish};
use crate::domain::time::Quarter;
use crate::error::{Error, Result, Violation};
use crate::store::{AlertJob, Hold, Store};

/// The work that somebody wants done. With an alert, what is not given is the alert's.
#[derive(Debug, Clone, Default)]
pub struct WantedWork {
    pub vehicle_id: Option<String>,
    pub alert_id: Option<String>,
    pub component: Option<Component>,
    pub required_skill: Option<String>,
    pub labour_hours: Option<f64>,
    pub parts: Option<Vec<PartNeed>>,
    pub urgency: Option<Urgency>,
    pub not_before: Option<DateTime<Utc>>,
}

/// Work that is complete: the job, and what asked for it.
#[derive(Debug, Clone)]
pub struct Work {
    pub job: Job,
    pub alert_id: Option<String>,
    pub decision_id: Option<String>,
    /// What was ordered already for the visit that a slot of this work would move.
    pub on_order: Vec<OnOrder>,
    /// That visit's id.
    pub moves: Option<String>,
}

/// A slot that is offered. `hold` is its id and when it expires, if it is kept.
#[derive(Debug, Clone)]
pub struct Offered {
    pub slot: Slot,
    pub hold: Option<(String, DateTime<Utc>)>,
}

/// The answer: slots, or why none.
#[derive(Debug, Clone)]
pub struct Offer {
    pub slots: Vec<Offered>,
    pub why_not: Option<Reason>,
}

/// A new offer for a vehicle replaces the one before.
pub async fn find_slots(app: &App, principal: &Principal, wanted: WantedWork, wish: Wish, keep: bool) -> Result<Offer> {
    let now = app.clock.now();
    let tenant = &principal.tenant;
    let mut tx = if keep {
        app.database.begin().await?
    } else {
        app.database.read().await?
    };
    let mut store = Store::new(&mut tx);
    let work = complete(app, &mut store, principal, wanted).await?;
    if keep {
        store.drop_expired_holds(now).await?;
        store.drop_holds_of(tenant, &work.job.vehicle_id).await?;
    }
    let wish = Wish {
        on_order: work.on_order.clone(),
        moves: work.moves.clone(),
        ..wish
    };
    let slots = match planning::search(app, &mut store, tenant, &work.job, &wish, now).await? {
        Ok(slots) => slots,
        Err(why_not) => {
            return Ok(Offer {
                slots: Vec::new(),
                why_not: Some(why_not.reason),
            });
        }
    };
    let mut offered = Vec::with_capacity(slots.len());
    for slot in slots {
        let hold = if keep {
            Some(keep_slot(app, &mut store, tenant, &work, &slot, now).await?)
        } else {
            None
        };
        offered.push(Offered { slot, hold });
    }
    if keep {
        tx.commit().await?;
    }
    Ok(Offer {
        slots: offered,
        why_not: None,
    })
}

async fn keep_slot(
    app: &App,
    store: &mut Store<'_>,
    tenant: &TenantId,
    work: &Work,
    slot: &Slot,
    now: DateTime<Utc>,
) -> Result<(String, DateTime<Utc>)> {
    let hold = Hold {
        slot_id: chassis::ids::new_id("slot"),
        slot: slot.clone(),
        job: work.job.clone(),
        alert_id: work.alert_id.clone(),
        decision_id: work.decision_id.clone(),
        expires_at: now + app.settings.hold,
    };
    if !store.add_hold(tenant, &hold).await? {
        return Err(Error::SlotTaken {
            alternatives: Vec::new(),
            why_not: None,
        });
    }
    Ok((hold.slot_id, hold.expires_at))
}

/// Completes wanted work from its alert and its vehicle, and checks that the caller may ask for it.
pub(super) async fn complete(
    app: &App,
    store: &mut Store<'_>,
    principal: &Principal,
    wanted: WantedWork,
) -> Result<Work> {
    let tenant = &principal.tenant;
    let not_before = wanted.not_before.map(Quarter::at_or_after);
    if let Some(alert_id) = &wanted.alert_id {
        let known = store.alert_job(tenant, alert_id).await?;
        let visible = known.filter(|alert| access::may_see_vehicle(principal, &alert.job.vehicle_id));
        let alert = visible.ok_or_else(|| access::not_found("alert", alert_id))?;
        if wanted.vehicle_id.as_ref().is_some_and(|id| *id != alert.job.vehicle_id) {
            return Err(invalid(
                "/vehicle_id",
                "alert.other_vehicle",
                "The alert is about another vehicle.",
            ));
        }
        refuse_retired(store, tenant, &alert.job.vehicle_id).await?;
        let mut work = work_of_alert(app, store, tenant, alert).await?;
        work.job.not_before = not_before;
        return Ok(work);
    }
    let missing = |path, what: &str| invalid(path, "required", format!("Give {what}, or an alert_id."));
    let vehicle_id = wanted
        .vehicle_id
        .ok_or_else(|| missing("/vehicle_id", "the vehicle_id"))?;
    let required_skill = wanted
        .required_skill
        .ok_or_else(|| missing("/required_skill", "the required_skill"))?;
    let labour_hours = wanted
        .labour_hours
        .ok_or_else(|| missing("/labour_hours", "the labour_hours"))?;
    access::require_sight(principal, &vehicle_id)?;
    let class = refuse_retired(store, tenant, &vehicle_id).await?;
    let urgency = wanted.urgency.unwrap_or(Urgency::NextService);
    let job = Job {
        bay: BayNeed::of(wanted.component, class),
        vehicle_id,
        component: wanted.component,
        required_skill,
        labour_quarters: labour_quarters(labour_hours),
        parts: merge_parts(wanted.parts.unwrap_or_default()),
        life: RemainingLife::assumed(app.clock.now(), urgency),
        stakes: app.settings.stakes(false),
        not_before,
    };
    Ok(Work {
        job,
        alert_id: None,
        decision_id: None,
        on_order: Vec::new(),
        moves: None,
    })
}

/// What a slot for an alert must have room for: where its component has a visit that can still be placed or moved, that visit's work, with
/// what was ordered for it.
async fn work_of_alert(app: &App, store: &mut Store<'_>, tenant: &TenantId, alert: AlertJob) -> Result<Work> {
    let open = match alert.job.component {
        Some(component) => store.open_visit_for(tenant, &alert.job.vehicle_id, component).await?,
        None => None,
    };
    let missed = |visit: &Appointment| visit.is_missed(app.clock.now(), app.settings.missed_after);
    let waiting = open.filter(|visit| visit.status != Status::Started && !missed(visit));
    let placement = waiting.as_ref().and_then(|visit| visit.placement.as_ref());
    let on_order = placement.map(Placement::on_order).unwrap_or_default();
    let moves = waiting.as_ref().map(|visit| visit.id.clone());
    let mut job = waiting.map_or(alert.job, |visit| visit.job);
    planning::fit_bay(store, tenant, &mut job).await?;
    planning::renew_life(store, tenant, &mut job).await?;
    Ok(Work {
        job,
        alert_id: Some(alert.alert_id),
        decision_id: alert.decision_id,
        on_order,
        moves,
    })
}

async fn refuse_retired(
    store: &mut Store<'_>,
    tenant: &TenantId,
    vehicle_id: &str,
) -> Result<crate::domain::network::VehicleClass> {
    match store.vehicle(tenant, vehicle_id).await? {
        Some(vehicle) if vehicle.retired => Err(Error::VehicleRetired {
            vehicle_id: vehicle_id.to_owned(),
        }),
        Some(vehicle) => Ok(vehicle.class),
        None => Err(access::not_found("vehicle", vehicle_id)),
    }
}

fn invalid(path: &str, code: &'static str, text: impl Into<String>) -> Error {
    Error::Invalid(vec![Violation::new(path, code, text)])
}
