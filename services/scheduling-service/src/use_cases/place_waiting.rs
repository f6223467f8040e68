//! Tries unplaced visits again: when their time has come, or at once after the network has changed.

use chassis::TenantId;
use chrono::{DateTime, Utc};

use super::{App, planning};
use crate::domain::appointment::Status;
use crate::error::{Error, Result};
use crate::store::Store;

/// How many visits one round looks at.
const ROUND_MAX: i64 = 100;

/// Returns when the next visit is to be tried. Each visit is tried in its own transaction.
pub async fn place_waiting(app: &App) -> Result<Option<DateTime<Utc>>> {
    let now = app.clock.now();
    let mut tx = app.database.read().await?;
    let due = Store::new(&mut tx).due_visits(now, ROUND_MAX).await?;
    drop(tx);
    for (tenant, id) in due {
        match chassis::again(|| try_again(app, &tenant, &id, now)).await {
            // Where somebody was quicker the visit may still be due, and the next round sees it.
            Ok(_) | Err(Error::SlotTaken { .. } | Error::VersionConflict { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    let mut tx = app.database.read().await?;
    Store::new(&mut tx).next_visit_due().await
}

async fn try_again(app: &App, tenant: &TenantId, id: &str, now: DateTime<Utc>) -> Result<bool> {
    let mut tx = app.database.begin().await?;
    let mut store = Store::new(&mut tx);
    let Some(mut visit) = store.visit(tenant, id).await? else {
        return Ok(false);
    };
    // Another instance may have placed it since the look, or have tried it and put it off.
    if visit.status != Status::Unplaced || visit.retry_at.is_none_or(|at| at > now) {
        return Ok(false);
    }
    let read_version = visit.version;
    let events = planning::place(app, &mut store, tenant, &mut visit, now).await?;
    store.change_visit(tenant, &visit, read_version).await?;
    planning::publish(&mut store, &events).await?;
    tx.commit().await?;
    if visit.status == Status::Scheduled {
        metrics::counter!("scheduling_auto_bookings_total", "outcome" => "PLACED_LATER").increment(1);
    }
    Ok(visit.status == Status::Scheduled)
}
