//! Lets a report come by itself each Monday, lists what comes, and ends it.

use super::generate_report::locale_of;
use super::list_reports::only_of;
use super::{Act, sight};
use crate::App;
use crate::domain::report::{ReportFormat, ReportKind, Schedule, next_monday};
use crate::error::Error;
use crate::store::Store;
use chassis::{Principal, ids};

/// Schedules of a tenant, and recipients of one.
const SCHEDULES_MAX: usize = 50;
const RECIPIENTS_MAX: usize = 50;

/// What shall come each week.
#[derive(Debug, Clone)]
pub struct Weekly {
    pub kind: ReportKind,
    pub format: ReportFormat,
    /// The language; none for that of who asks.
    pub locale: Option<String>,
    /// User ids.
    pub recipient_ids: Vec<String>,
}

/// Makes a schedule. Recipients are users of the tenant; a person who is bound to some vehicles lets reports about those come to themselves
/// alone, and a key that is bound makes none.
pub async fn schedule_report(app: &App, principal: &Principal, weekly: Weekly, act: &Act) -> Result<Schedule, Error> {
    let recipient_ids = weekly.recipient_ids;
    let is_bound = sight(principal)?.bound_to().is_some();
    if is_bound && principal.session_id.is_none() {
        return Err(Error::FleetNotVisible);
    }
    let only_own = recipient_ids == [principal.subject.clone()];
    if recipient_ids.is_empty() || recipient_ids.len() > RECIPIENTS_MAX || (is_bound && !only_own) {
        return Err(Error::ScheduleRefused);
    }
    let locale = locale_of(app, principal, weekly.locale).await?;
    let tenant = &principal.tenant;
    let mut tx = app.database.begin().await?;
    let mut store = Store::on(&mut tx);
    for user_id in &recipient_ids {
        store.user(tenant, user_id).await?.ok_or(Error::ScheduleRefused)?;
    }
    if store.schedules(tenant).await?.len() >= SCHEDULES_MAX {
        return Err(Error::ScheduleRefused);
    }
    let schedule = Schedule {
        schedule_id: ids::new_id("sched"),
        kind: weekly.kind,
        format: weekly.format,
        locale,
        recipient_ids,
        created_by: principal.subject.clone(),
        due_at: next_monday(act.now),
    };
    store.save_schedule(tenant, &schedule).await?;
    store
        .log_own(tenant, "report.schedule.created", &schedule.schedule_id, act)
        .await?;
    tx.commit().await?;
    Ok(schedule)
}

/// A tenant's schedules; who is bound sees their own.
pub async fn list_schedules(app: &App, principal: &Principal) -> Result<Vec<Schedule>, Error> {
    let mut tx = app.database.read().await?;
    let mut schedules = Store::on(&mut tx).schedules(&principal.tenant).await?;
    schedules.retain(|schedule| only_of(principal).is_none_or(|id| schedule.created_by == id));
    Ok(schedules)
}

/// Ends a schedule.
pub async fn end_schedule(app: &App, principal: &Principal, schedule_id: &str, act: &Act) -> Result<(), Error> {
    let mut tx = app.database.begin().await?;
    let mut store = Store::on(&mut tx);
    if let Some(id) = only_of(principal) {
        let schedules = store.schedules(&principal.tenant).await?;
        let own = |schedule: &Schedule| schedule.schedule_id == schedule_id && schedule.created_by == id;
        if !schedules.iter().any(own) {
            return Err(Error::ScheduleNotFound);
        }
    }
    if !store.end_schedule(&principal.tenant, schedule_id).await? {
        return Err(Error::ScheduleNotFound);
    }
    store
        .log_own(&principal.tenant, "report.schedule.ended", schedule_id, act)
        .await?;
    tx.commit().await?;
    Ok(())
}
