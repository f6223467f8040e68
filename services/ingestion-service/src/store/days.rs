//! PostgreSQL keeps blocks in one partition for each UTC day: made before they are needed, dropped when their time is over. SQLite has one
//! table, from which old blocks are deleted in bounded steps.

use std::collections::BTreeSet;

use chassis::database::Connection;
use chassis::{Database, DbError, Tx, on};
use parking_lot::Mutex;
use sqlx::AssertSqlSafe;

use super::Store;
use super::blocks::DAY_US;
use super::telemetry::from_micros;

/// Vehicles whose old blocks are deleted in one transaction.
const VEHICLES_MAX: i64 = 200;
/// Days that one transaction makes or drops: each holds several locks until it ends, and PostgreSQL's table of locks serves everybody.
const DAYS_MAX: usize = 100;

/// The days that are known to have a partition.
#[derive(Default)]
pub struct Days(Mutex<BTreeSet<i64>>);

impl Days {
    /// Makes the partitions of days (given by their first microsecond) that are not there. Two instances may do so at once: the second
    /// waits for the first and finds the work done.
    pub async fn prepare(&self, database: &Database, days: impl IntoIterator<Item = i64>) -> Result<(), DbError> {
        if !database.is_shared() {
            return Ok(());
        }
        let missing: Vec<i64> = {
            let known = self.0.lock();
            days.into_iter().filter(|day| !known.contains(day)).collect()
        };
        if missing.is_empty() {
            return Ok(());
        }
        // The days of many vehicles are the same ones.
        let missing: Vec<i64> = BTreeSet::from_iter(missing).into_iter().collect();
        for some in missing.chunks(DAYS_MAX) {
            make(database, some).await?;
            self.0.lock().extend(some);
        }
        Ok(())
    }

    /// What is known may be wrong: another instance has dropped a day.
    pub fn forget(&self) {
        self.0.lock().clear();
    }

    /// Takes away what lies before a day. On PostgreSQL whole partitions; returns how many partitions or blocks went.
    pub async fn drop_before(&self, database: &Database, first_kept_us: i64) -> Result<u64, DbError> {
        if database.is_shared() {
            self.forget();
            return drop_partitions(database, first_kept_us).await;
        }
        let (mut after, mut dropped) = ((String::new(), String::new()), 0);
        loop {
            let mut tx = database.begin_bulk().await?;
            let vehicles: Vec<(String, String)> = on!(tx, c => sqlx::query_as(
                "SELECT tenant_id, vehicle_id FROM vehicle WHERE (tenant_id, vehicle_id) > ($1, $2) ORDER BY tenant_id, vehicle_id LIMIT $3")
                .bind(&after.0).bind(&after.1).bind(VEHICLES_MAX).fetch_all(c).await)?;
            for (tenant, vehicle_id) in &vehicles {
                let done = on!(tx, c => sqlx::query(
                    "DELETE FROM telemetry_block WHERE tenant_id = $1 AND vehicle_id = $2 AND from_us < $3")
                    .bind(tenant).bind(vehicle_id).bind(first_kept_us).run(c).await)?;
                dropped += done.rows_affected();
            }
            tx.commit().await?;
            match vehicles.into_iter().next_back() {
                Some(last) => after = last,
                None => return Ok(dropped),
            }
        }
    }
}

/// Makes the partitions of days that are not there, in one transaction.
async fn make(database: &Database, days: &[i64]) -> Result<(), DbError> {
    let mut tx = database.begin_bulk().await?;
    lock_days(&mut tx).await?;
    if let Connection::Postgres(c) = tx.connection() {
        for day in days {
            let (name, to) = (name_of(*day), day + DAY_US);
            let there: bool = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL")
                .bind(&name)
                .fetch_one(&mut *c)
                .await?;
            if !there {
                // Attaching an empty table lets readers and writers go on; CREATE … PARTITION OF would stop them.
                let sql = format!(
                    "CREATE TABLE {name} (LIKE telemetry_block INCLUDING ALL); ALTER TABLE telemetry_block ATTACH PARTITION {name} FOR VALUES FROM ({day}) TO ({to})"
                );
                sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *c).await?;
            }
        }
    }
    tx.commit().await
}

async fn drop_partitions(database: &Database, first_kept_us: i64) -> Result<u64, DbError> {
    let mut dropped = 0;
    loop {
        let some = drop_some_partitions(database, first_kept_us).await?;
        if some == 0 {
            return Ok(dropped);
        }
        dropped += some;
    }
}

/// Drops the oldest partitions before a day, in one transaction; returns how many.
async fn drop_some_partitions(database: &Database, first_kept_us: i64) -> Result<u64, DbError> {
    let mut dropped = 0;
    let mut tx = database.begin_bulk().await?;
    lock_days(&mut tx).await?;
    if let Connection::Postgres(c) = tx.connection() {
        let names: Vec<String> = sqlx::query_scalar(
            "SELECT c.relname::TEXT FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
             WHERE i.inhparent = 'telemetry_block'::regclass ORDER BY c.relname",
        )
        .fetch_all(&mut *c)
        .await?;
        let first_kept = name_of(first_kept_us);
        for name in names.iter().filter(|name| **name < first_kept).take(DAYS_MAX) {
            let sql = AssertSqlSafe(format!("DROP TABLE {name}"));
            sqlx::raw_sql(sql).execute(&mut *c).await?;
            dropped += 1;
        }
    }
    tx.commit().await?;
    Ok(dropped)
}

/// One instance at a time changes the list of days.
async fn lock_days(tx: &mut Tx) -> Result<(), DbError> {
    let sql = "SELECT pg_advisory_xact_lock(hashtext(current_setting('search_path')), 1)";
    on!(tx, c => sqlx::query(sql).run(c).await)?;
    Ok(())
}

/// Names sort as their days do (years have four digits here).
fn name_of(day_us: i64) -> String {
    format!("telemetry_block_{}", from_micros(day_us).format("%Y%m%d"))
}

impl Store<'_> {
    /// Deletes receipts that are older than a time, at most `limit`; returns how many.
    pub async fn forget_receipts(&mut self, before: chrono::DateTime<chrono::Utc>, limit: i64) -> Result<u64, DbError> {
        let sql = self.tx.dialect(
            "DELETE FROM receipt WHERE received_at < $1 AND rowid IN (SELECT rowid FROM receipt ORDER BY rowid LIMIT $2)",
            "DELETE FROM receipt WHERE ctid IN (SELECT ctid FROM receipt WHERE received_at < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)",
        );
        let done = on!(self.tx, c => sqlx::query(sql).bind(chassis::clock::micros(before)).bind(limit).run(c).await)?;
        Ok(done.rows_affected())
    }

    /// Deletes quarantined items that are older than a time, replayed or not, at most `limit`; returns how many. The account counted them
    /// when they came and keeps that count.
    pub async fn forget_quarantine(
        &mut self,
        before: chrono::DateTime<chrono::Utc>,
        limit: i64,
    ) -> Result<u64, DbError> {
        let sql = self.tx.dialect(
            "DELETE FROM quarantine WHERE quarantined_us < $1 AND rowid IN (SELECT rowid FROM quarantine ORDER BY rowid LIMIT $2)",
            "DELETE FROM quarantine WHERE ctid IN (SELECT ctid FROM quarantine WHERE quarantined_us < $1 LIMIT $2 FOR UPDATE SKIP LOCKED)",
        );
        let done = on!(self.tx, c => sqlx::query(sql).bind(before.timestamp_micros()).bind(limit).run(c).await)?;
        Ok(done.rows_affected())
    }
}

#[cfg(test)]
mod tests {
    use super::super::suite::{database, today};
    use super::*;

    /// Attack: a backfill of many years, whose days are made (and later dropped) in one transaction that needs more locks than there are.
    #[tokio::test]
    async fn many_days_are_made_and_dropped_in_steps() {
        let (database, _folder) = database().await;
        let days = (0..250).map(|day| today() + day * DAY_US);
        Days::default()
            .prepare(&database, days.clone().chain(days))
            .await
            .unwrap();
        let mut tx = database.read().await.unwrap();
        if let Connection::Postgres(c) = tx.connection() {
            let sql = "SELECT COUNT(*), COUNT(DISTINCT xmin::TEXT) FROM pg_inherits WHERE inhparent = 'telemetry_block'::regclass";
            let made: (i64, i64) = sqlx::query_as(sql).fetch_one(c).await.unwrap();
            assert_eq!(made, (250, 3), "partitions, and transactions that made them");
            drop(tx);
            let end = today() + 250 * DAY_US;
            assert_eq!(drop_some_partitions(&database, end).await.unwrap(), 100);
            assert_eq!(drop_partitions(&database, end).await.unwrap(), 150);
        }
    }
}
