//! What a rebuild of the read models needs of the store: nobody writes meanwhile, and all is emptied.

use super::Store;
use chassis::{DbError, on};

/// Every table that is told from events. Telemetry counts are no part of it: their events are not kept for good.
const TABLES: [&str; 10] = [
    "vehicle_view",
    "decision_view",
    "alert_view",
    "visit_view",
    "delivery_view",
    "coverage_view",
    "claim_view",
    "repair_view",
    "health_day",
    "health_trend",
];

/// The advisory lock of the read models: shared by consumers, exclusive for a rebuild.
const READ_MODELS: i64 = 7_007_001;

impl Store<'_> {
    /// Keeps a rebuild away for this transaction. SQLite has one writer anyway.
    pub async fn share_read_models(&mut self) -> Result<(), DbError> {
        self.lock_read_models("SELECT pg_advisory_xact_lock_shared($1)").await
    }

    /// Waits until nobody writes read models, and keeps everybody from it for this transaction.
    pub async fn own_read_models(&mut self) -> Result<(), DbError> {
        self.lock_read_models("SELECT pg_advisory_xact_lock($1)").await
    }

    async fn lock_read_models(&mut self, on_postgres: &'static str) -> Result<(), DbError> {
        match self.tx.dialect(None, Some(on_postgres)) {
            Some(sql) => on!(self.tx, c => sqlx::query(sql).bind(READ_MODELS).run(c).await).map(|_| ()),
            None => Ok(()),
        }
    }

    /// Empties the read models.
    pub async fn clear_read_models(&mut self) -> Result<(), DbError> {
        for table in TABLES {
            let sql = format!("DELETE FROM {table}");
            on!(self.tx, c => sqlx::query(sqlx::AssertSqlSafe(sql)).run(c).await)?;
        }
        Ok(())
    }

    /// How many rows each read model has, all tenants together.
    pub async fn count_read_models(&mut self) -> Result<Vec<(&'static str, i64)>, DbError> {
        let mut counts = Vec::with_capacity(TABLES.len());
        for table in TABLES {
            let sql = format!("SELECT COUNT(*) AS n FROM {table}");
            let row = on!(self.tx, c => sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(c).await)?;
            counts.push((table, row));
        }
        Ok(counts)
    }
}
