//! Tries unplaced visits again: when their time has come, or at once after the network has changed.

use chassis::TenantId;
use chrono::{DateTime, Utc};

use super::{App, planning};
use crate::domain::appointment::Status;
use crate::error::{Error, Result};
use crate::store::Store;

/// How many visits one round looks at.
const ROUND_MAX: i64 = 100;

/// Returns how many visits got a slot. Each visit is tried in its own transaction.
pub async fn place_waiting(app: &App) -> Result<usize> {
    let now = app.clock.now();
    let mut tx = app.database.read().await?;
    let due = Store::new(&mut tx).due_visits(now, ROUND_MAX).await?;
    drop(tx);
    let mut placed = 0;
    for (tenant, id) in due {
        match try_again(app, &tenant, &id, now).await {
            Ok(true) => placed += 1,
            // Somebody was quicker; the visit is still due and the next round sees it.
            Ok(false) | Err(Error::SlotTaken { .. } | Error::VersionConflict { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(placed)
}

async fn try_again(app: &App, tenant: &TenantId, id: &str, now: DateTime<Utc>) -> Result<bool> {
    let mut tx = app.database.begin().await?;
    let mut store = Store::new(&mut tx);
    let Some(mut visit) = store.visit(tenant, id).await? else {
        return Ok(false);
    };
    if visit.status != Status::Unplaced {
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
