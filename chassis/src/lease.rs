//! Leases: rows that say who may do what only one may do at a time, and who handles which partition. The epoch grows at every take-over.
//!
//! A lease is judged by one clock: the database's where several machines share it, this machine's where the database is a file on it.
//! These transactions are READ COMMITTED: their statements settle races by row locks (`ON CONFLICT … WHERE`).

use std::time::Duration;

use chrono::{DateTime, Utc};

use crate::database::{DbError, Tx};
use crate::on;
use crate::partition;

/// Takes or renews a named lease inside a transaction; returns its epoch, or none when another holds it.
pub(crate) async fn hold(
    tx: &mut Tx,
    name: &str,
    owner: &str,
    machine_now: DateTime<Utc>,
    length: Duration,
) -> Result<Option<i64>, DbError> {
    let now_us = tx.lease_clock_us(machine_now).await?;
    let expires_us = now_us + length.as_micros() as i64;
    on!(tx, c => sqlx::query_scalar(
        "INSERT INTO lease (name, owner, epoch, expires_at_us) VALUES ($1, $2, 1, $3)
         ON CONFLICT (name) DO UPDATE SET epoch = lease.epoch + (CASE WHEN lease.owner = excluded.owner THEN 0 ELSE 1 END),
             owner = excluded.owner, expires_at_us = excluded.expires_at_us
         WHERE lease.owner = excluded.owner OR lease.expires_at_us < $4
         RETURNING epoch")
        .bind(name).bind(owner).bind(expires_us).bind(now_us).fetch_optional(c).await)
}

/// Reports the instance alive, renews its partitions and brings it to its fair share: what is too much is given up, what is free is
/// taken. Returns (partition, epoch) of all held. Call it between batches only: a partition given up must not be in work.
pub(crate) async fn hold_partitions(
    tx: &mut Tx,
    owner: &str,
    machine_now: DateTime<Utc>,
    length: Duration,
) -> Result<Vec<(u8, i64)>, DbError> {
    let now_us = tx.lease_clock_us(machine_now).await?;
    let expires_us = now_us + length.as_micros() as i64;
    let share = share_of_instance(tx, owner, now_us, expires_us).await?;
    on!(tx, c => sqlx::query("UPDATE partition_lease SET expires_at_us = $1 WHERE owner = $2").bind(expires_us).bind(owner).run(c).await)?;
    let mut held = held_by(tx, owner).await?;
    for (surplus, _) in held.drain(share.min(held.len())..) {
        on!(tx, c => sqlx::query("UPDATE partition_lease SET owner = '', expires_at_us = 0 WHERE partition = $1 AND owner = $2")
            .bind(surplus).bind(owner).run(c).await)?;
    }
    if held.len() < share {
        take_free(tx, owner, share - held.len(), now_us, expires_us).await?;
        held = held_by(tx, owner).await?;
    }
    Ok(held
        .into_iter()
        .filter_map(|(partition, epoch)| Some((u8::try_from(partition).ok()?, epoch)))
        .collect())
}

/// How many partitions are an instance's share: all of them divided by those alive, rounded up.
async fn share_of_instance(tx: &mut Tx, owner: &str, now_us: i64, expires_us: i64) -> Result<usize, DbError> {
    on!(tx, c => sqlx::query("DELETE FROM instance WHERE expires_at_us < $1").bind(now_us).run(c).await)?;
    on!(tx, c => sqlx::query(
        "INSERT INTO instance (owner, expires_at_us) VALUES ($1, $2)
         ON CONFLICT (owner) DO UPDATE SET expires_at_us = excluded.expires_at_us")
        .bind(owner).bind(expires_us).run(c).await)?;
    let alive: i64 = on!(tx, c => sqlx::query_scalar("SELECT COUNT(*) FROM instance").fetch_one(c).await)?;
    Ok(usize::from(partition::COUNT).div_ceil(usize::try_from(alive).unwrap_or(1).max(1)))
}

async fn held_by(tx: &mut Tx, owner: &str) -> Result<Vec<(i64, i64)>, DbError> {
    on!(tx, c => sqlx::query_as("SELECT partition, epoch FROM partition_lease WHERE owner = $1 ORDER BY partition")
        .bind(owner).fetch_all(c).await)
}

/// Takes partitions that nobody holds. One whose row is locked is passed over: its former owner may have frozen inside a transaction, which
/// the server will end; the others are not kept waiting for that.
async fn take_free(tx: &mut Tx, owner: &str, count: usize, now_us: i64, expires_us: i64) -> Result<(), DbError> {
    let known: Vec<i64> = on!(tx, c => sqlx::query_scalar("SELECT partition FROM partition_lease").fetch_all(c).await)?;
    let sql = tx.dialect(
        "SELECT partition FROM partition_lease WHERE expires_at_us < $1",
        "SELECT partition FROM partition_lease WHERE expires_at_us < $1 FOR UPDATE SKIP LOCKED",
    );
    let expired: Vec<i64> = on!(tx, c => sqlx::query_scalar(sql).bind(now_us).fetch_all(c).await)?;
    let free =
        (0..i64::from(partition::COUNT)).filter(|partition| expired.contains(partition) || !known.contains(partition));
    for partition in free.take(count) {
        on!(tx, c => sqlx::query(
            "INSERT INTO partition_lease (partition, owner, epoch, expires_at_us) VALUES ($1, $2, 1, $3)
             ON CONFLICT (partition) DO UPDATE SET owner = excluded.owner, epoch = partition_lease.epoch + 1, expires_at_us = excluded.expires_at_us
             WHERE partition_lease.expires_at_us < $4")
            .bind(partition).bind(owner).bind(expires_us).bind(now_us).run(c).await)?;
    }
    Ok(())
}

/// Whether all these partitions (each with its epoch) are still the owner's. On PostgreSQL the rows are locked until commit, in one order, so
/// that a take-over waits for us, or we for it; then we find it gone.
pub(crate) async fn are_still_mine(tx: &mut Tx, epochs: &[(u8, i64)], owner: &str) -> Result<bool, DbError> {
    if epochs.is_empty() {
        return Ok(true);
    }
    let locked = tx.dialect("", " FOR SHARE");
    let held: Vec<(i64, i64)> = on!(tx, c => {
        let mut query = sqlx::QueryBuilder::new("SELECT partition, epoch FROM partition_lease WHERE owner = ");
        query.push_bind(owner).push(" AND partition IN (");
        let mut partitions = query.separated(", ");
        for (partition, _) in epochs {
            partitions.push_bind(i64::from(*partition));
        }
        query.push(") ORDER BY partition").push(locked);
        query.build_query_as().fetch_all(c).await
    })?;
    Ok(epochs
        .iter()
        .all(|(partition, epoch)| held.contains(&(i64::from(*partition), *epoch))))
}

/// Gives a named lease up at a clean end, so that others need not wait.
pub(crate) async fn release(tx: &mut Tx, name: &str, owner: &str) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("UPDATE lease SET expires_at_us = 0 WHERE name = $1 AND owner = $2").bind(name).bind(owner).run(c).await)?;
    Ok(())
}

/// The same for all partitions.
pub(crate) async fn release_partitions(tx: &mut Tx, owner: &str) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM instance WHERE owner = $1").bind(owner).run(c).await)?;
    on!(tx, c => sqlx::query("UPDATE partition_lease SET owner = '', expires_at_us = 0 WHERE owner = $1").bind(owner).run(c).await)?;
    Ok(())
}

/// Expires every lease, where it is known that no other process is alive.
pub(crate) async fn release_everyone(tx: &mut Tx) -> Result<(), DbError> {
    on!(tx, c => sqlx::query("DELETE FROM instance").run(c).await)?;
    on!(tx, c => sqlx::query("UPDATE lease SET expires_at_us = 0").run(c).await)?;
    on!(tx, c => sqlx::query("UPDATE partition_lease SET expires_at_us = 0").run(c).await)?;
    Ok(())
}
