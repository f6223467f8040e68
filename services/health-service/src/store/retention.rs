//! History gets coarser with age, and ends; so do predictions.

use chassis::on;
use chrono::{DateTime, Utc};

use super::Store;
use crate::error::Error;

/// Rows that one statement removes: bounds one transaction.
const ROWS_MAX: i64 = 5_000;

impl Store<'_> {
    /// Of the routine points before an instant keeps the last of each day and component; changes, repairs and faults all stay. Returns
    /// how many rows went; call again while that is not 0.
    pub async fn thin_history(&mut self, before: DateTime<Utc>) -> Result<u64, Error> {
        let done = on!(self.tx, c => sqlx::query(
            "DELETE FROM health_history WHERE (tenant_id, vehicle_id, time, component, id) IN (
                SELECT tenant_id, vehicle_id, time, component, id FROM (
                    SELECT tenant_id, vehicle_id, time, component, id,
                           ROW_NUMBER() OVER (PARTITION BY tenant_id, vehicle_id, component, day ORDER BY time DESC, id DESC) AS place
                    FROM health_history WHERE time < $1 AND reason = 'COMPUTED' AND day > 0) AS by_day
                WHERE place > 1 LIMIT $2)")
            .bind(before).bind(ROWS_MAX).run(c).await)?;
        Ok(done.rows_affected())
    }

    /// Forgets history before an instant.
    pub async fn forget_history(&mut self, before: DateTime<Utc>) -> Result<u64, Error> {
        let done = on!(self.tx, c => sqlx::query(
            "DELETE FROM health_history WHERE (tenant_id, vehicle_id, time, component, id) IN (
                SELECT tenant_id, vehicle_id, time, component, id FROM health_history WHERE time < $1 LIMIT $2)")
            .bind(before).bind(ROWS_MAX).run(c).await)?;
        Ok(done.rows_affected())
    }

    /// Predictions that have waited too long for an outcome were not wrong: watching them ended.
    pub async fn censor_old_predictions(&mut self, before: DateTime<Utc>, now: DateTime<Utc>) -> Result<u64, Error> {
        let done = on!(self.tx, c => sqlx::query(
            "UPDATE prediction SET outcome = 'CENSORED', outcome_at = $2 WHERE outcome = 'PENDING' AND made_at < $1")
            .bind(before).bind(now).run(c).await)?;
        Ok(done.rows_affected())
    }
}
