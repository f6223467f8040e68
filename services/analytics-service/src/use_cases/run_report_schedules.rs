//! Makes the reports that are due by business time, and forgets old ones.

use super::Act;
use super::generate_report::generate_due;
use crate::App;
use crate::domain::report::{Schedule, next_try};
use crate::error::Error;
use crate::store::Store;
use chassis::{Cause, TenantId};
use chrono::TimeDelta;

/// Reports made at one look.
const AT_ONCE: usize = 100;

/// Makes what is due now. A report that cannot be made is moved on, so that it neither stops the others nor is tried all the time.
pub async fn run_report_schedules(app: &App) -> Result<(), Error> {
    for _ in 0..AT_ONCE {
        let now = app.clock.now();
        let due = {
            let mut tx = app.database.read().await?;
            Store::on(&mut tx).due_schedule(now).await?
        };
        let Some((tenant, schedule)) = due else { break };
        let act = Act {
            actor_id: None,
            cause: Cause::new(),
            now,
            machine_now: app.clock.machine_now(),
        };
        if let Err(error) = chassis::again(|| generate_due(app, &tenant, &schedule, &act)).await {
            postpone(app, &tenant, &schedule, &act, error).await?;
        }
    }
    Ok(())
}

async fn postpone(app: &App, tenant: &TenantId, schedule: &Schedule, act: &Act, error: Error) -> Result<(), Error> {
    let due_at = next_try(schedule.due_at, act.now);
    tracing::warn!(
        tenant = tenant.as_str(),
        schedule_id = schedule.schedule_id,
        %due_at,
        error = format!("{error:#}"),
        "a report could not be made, it is tried again"
    );
    let mut tx = app.database.begin().await?;
    Store::on(&mut tx).postpone_schedule(tenant, schedule, due_at).await?;
    tx.commit().await?;
    Ok(())
}

/// Forgets reports that are older than is configured, and the oldest where there are too many.
pub async fn forget_reports(app: &App) -> Result<(), Error> {
    let days = TimeDelta::try_days(app.reports.keep_days).unwrap_or(TimeDelta::MAX);
    let before = app.clock.now().checked_sub_signed(days).unwrap_or_default();
    let mut tx = app.database.begin_bulk().await?;
    Store::on(&mut tx).forget_reports(before, app.reports.keep_max).await?;
    tx.commit().await?;
    Ok(())
}
