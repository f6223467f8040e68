//! What is done by itself from time to time: following other instances, days made ahead, and the end of what is kept.

use std::sync::Arc;
use std::time::Duration;

use chassis::Kit;
use chrono::{DateTime, TimeDelta, Utc};

use crate::Shared;
use crate::error::Error;
use crate::store::Store;
use crate::store::blocks::{DAY_US, day_of};
use crate::store::telemetry::from_micros;

/// What another instance has changed in the registry holds here within this time.
const FOLLOW_EVERY: Duration = Duration::from_secs(1);
const TIDY_EVERY: Duration = Duration::from_secs(3_600);
/// Events that say what devices sent; all others are the domain's, and stay.
const TELEMETRY_EVENTS: [&str; 2] = ["vehicle.telemetry.received", "vehicle.telemetry.validation_failed"];
/// Rows that one transaction deletes.
const ROWS_MAX: i64 = 2_000;

/// Adds the periodic work to the service.
pub fn schedule(kit: Kit, shared: &Arc<Shared>) -> Kit {
    let tidying = shared.clone();
    let kit = kit.periodic("retention", TIDY_EVERY, move || {
        let shared = tidying.clone();
        async move { Ok(keep_house(&shared).await?) }
    });
    if !shared.database.is_shared() {
        return kit;
    }
    let following = shared.clone();
    kit.every("registry", FOLLOW_EVERY, move || {
        let shared = following.clone();
        async move { Ok(shared.known_vehicles.follow().await?) }
    })
}

/// Makes today's and tomorrow's partitions, and takes away what is older than it shall be kept.
pub async fn keep_house(shared: &Shared) -> Result<(), Error> {
    let now = shared.clock.now();
    let today = day_of(now.timestamp_micros());
    shared.days.prepare(&shared.database, [today, today + DAY_US]).await?;
    let days = shared.config.store.retention_days;
    if days <= 0 {
        return Ok(());
    }
    let first_kept_us = today - days.saturating_mul(DAY_US);
    let dropped = shared.days.drop_before(&shared.database, first_kept_us).await?;
    let before = shared.clock.machine_now() - TimeDelta::days(days);
    let receipts = forget_receipts(shared, before).await?;
    let quarantined = forget_quarantine(shared, before).await?;
    forget_events(shared, before).await?;
    tracing::info!(dropped, receipts, quarantined, before = %from_micros(first_kept_us), "telemetry beyond its retention was taken away");
    Ok(())
}

async fn forget_receipts(shared: &Shared, before: DateTime<Utc>) -> Result<u64, Error> {
    let mut forgotten = 0;
    loop {
        let mut tx = shared.database.begin_bulk().await?;
        let gone = Store::new(&mut tx).forget_receipts(before, ROWS_MAX).await?;
        tx.commit().await?;
        forgotten += gone;
        if gone == 0 {
            return Ok(forgotten);
        }
    }
}

/// Quarantined items are telemetry as it was sent: they are kept as long as it is.
async fn forget_quarantine(shared: &Shared, before: DateTime<Utc>) -> Result<u64, Error> {
    let mut forgotten = 0;
    loop {
        let mut tx = shared.database.begin_bulk().await?;
        let gone = Store::new(&mut tx).forget_quarantine(before, ROWS_MAX).await?;
        tx.commit().await?;
        forgotten += gone;
        if gone == 0 {
            return Ok(forgotten);
        }
    }
}

/// Telemetry's events are the store's source too: while one waits that is as old, none goes.
async fn forget_events(shared: &Shared, before: DateTime<Utc>) -> Result<(), Error> {
    let mut tx = shared.database.read().await?;
    let oldest = Store::new(&mut tx).oldest_waiting().await?;
    drop(tx);
    if oldest.is_some_and(|ordinal| ordinal < before.timestamp_micros()) {
        return Ok(());
    }
    for kind in TELEMETRY_EVENTS {
        forget_events_of(shared, kind, before).await?;
    }
    Ok(())
}

async fn forget_events_of(shared: &Shared, kind: &str, before: DateTime<Utc>) -> Result<(), Error> {
    let mut after = 0;
    loop {
        let mut tx = shared.database.begin_bulk().await?;
        let reached = chassis::outbox::forget(&mut tx, kind, before, after, ROWS_MAX).await?;
        tx.commit().await?;
        match reached {
            Some(reached) => after = reached,
            None => return Ok(()),
        }
    }
}
