//! Leases: rows that say who may do what only one may do at a time. The epoch grows at every take-over.

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::database::{DbError, Tx};
use crate::on;

/// Takes or renews a named lease inside a transaction; false when another holds it.
///
/// `now` is machine time: the file-based database is on this machine, so its clock is this one.
pub(crate) async fn hold(
    tx: &mut Tx,
    name: &str,
    owner: &str,
    now: DateTime<Utc>,
    length: Duration,
) -> Result<bool, DbError> {
    let now_us = now.timestamp_micros();
    let expires_us = now_us + length.as_micros() as i64;
    let done = on!(tx, c => sqlx::query(
        "INSERT INTO lease (name, owner, epoch, expires_at_us) VALUES ($1, $2, 1, $3)
         ON CONFLICT (name) DO UPDATE SET epoch = lease.epoch + (CASE WHEN lease.owner = excluded.owner THEN 0 ELSE 1 END),
             owner = excluded.owner, expires_at_us = excluded.expires_at_us
         WHERE lease.owner = excluded.owner OR lease.expires_at_us < $4")
        .bind(name).bind(owner).bind(expires_us).bind(now_us).execute(c).await)?;
    Ok(done.rows_affected() == 1)
}

/// Takes every partition that is free or expired and renews those held. Returns (partition, epoch) of all held.
pub(crate) async fn hold_partitions(
    tx: &mut Tx,
    owner: &str,
    now: DateTime<Utc>,
    length: Duration,
) -> Result<Vec<(u8, i64)>, DbError> {
    let now_us = now.timestamp_micros();
    let expires_us = now_us + length.as_micros() as i64;
    for partition in 0..i64::from(crate::partition::COUNT) {
        on!(tx, c => sqlx::query(
            "INSERT INTO partition_lease (partition, owner, epoch, expires_at_us) VALUES ($1, $2, 1, $3)
             ON CONFLICT (partition) DO UPDATE SET owner = excluded.owner, epoch = partition_lease.epoch + 1, expires_at_us = excluded.expires_at_us
             WHERE partition_lease.owner <> excluded.owner AND partition_lease.expires_at_us < $4")
            .bind(partition).bind(owner).bind(expires_us).bind(now_us).execute(c).await)?;
    }
    on!(tx, c => sqlx::query("UPDATE partition_lease SET expires_at_us = $1 WHERE owner = $2").bind(expires_us).bind(owner).execute(c).await)?;
    let rows: Vec<(i64, i64)> = on!(tx, c => sqlx::query_as("SELECT partition, epoch FROM partition_lease WHERE owner = $1 ORDER BY partition")
        .bind(owner).fetch_all(c).await)?;
    Ok(rows
        .into_iter()
        .filter_map(|(partition, epoch)| Some((u8::try_from(partition).ok()?, epoch)))
        .collect())
}

/// Expires every lease, where it is known that no other process is alive.
pub(crate) async fn release_everyone(tx: &mut Tx) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE lease SET expires_at_us = 0").execute(c).await)?;
    on!(tx, c => sqlx::query("UPDATE partition_lease SET expires_at_us = 0").execute(c).await)?;
    Ok(())
}
