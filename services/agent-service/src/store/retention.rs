//! What is kept for how long: steps and calls for a month, what a decision came to for a year.

use chassis::clock::micros;
use chassis::{DbError, on};
use chrono::{DateTime, Utc};

use super::Store;

/// Rows that hold how a decision was reached, with the time that they age by (machine time).
const DETAILS: [&str; 3] = [
    "DELETE FROM decision_step WHERE finished_at < $1",
    "DELETE FROM agent_call WHERE started_at < $1",
    "DELETE FROM agent_tool_use WHERE used_at < $1",
];

/// Rows that hang on a decision which is forgotten.
const OF_DECISION: [&str; 6] = [
    "DELETE FROM agent_run WHERE tenant_id = $1 AND decision_id = $2",
    "DELETE FROM review WHERE tenant_id = $1 AND decision_id = $2",
    "DELETE FROM decision_outcome WHERE tenant_id = $1 AND decision_id = $2",
    "DELETE FROM decision_warranty WHERE tenant_id = $1 AND decision_id = $2",
    "DELETE FROM decision_trigger WHERE tenant_id = $1 AND decision_id = $2",
    "DELETE FROM decision WHERE tenant_id = $1 AND decision_id = $2",
];

/// So many decisions are forgotten in one transaction.
const BATCH: i64 = 500;

impl Store<'_> {
    /// Forgets how decisions were reached before that instant (machine time).
    pub async fn forget_details(&mut self, before: DateTime<Utc>) -> Result<(), DbError> {
        for sql in DETAILS {
            on!(self.tx, c => sqlx::query(sql).bind(micros(before)).run(c).await)?;
        }
        Ok(())
    }

    /// Forgets what was spent on days before that instant's (machine time).
    pub async fn forget_spend(&mut self, before: DateTime<Utc>) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query("DELETE FROM llm_day WHERE day < $1").bind(super::calls::day(before)).run(c).await)?;
        Ok(())
    }

    /// Forgets decisions that were recorded before that instant (business time) and are not open; returns how many.
    pub async fn forget_decisions(&mut self, before: DateTime<Utc>) -> Result<usize, DbError> {
        let old: Vec<(String, String)> = on!(self.tx, c => sqlx::query_as(
            "SELECT tenant_id, decision_id FROM decision WHERE recorded_at < $1 AND status <> 'OPEN' LIMIT $2")
            .bind(micros(before)).bind(BATCH).fetch_all(c).await)?;
        for (tenant, decision_id) in &old {
            for sql in OF_DECISION {
                on!(self.tx, c => sqlx::query(sql).bind(tenant).bind(decision_id).run(c).await)?;
            }
        }
        Ok(old.len())
    }
}
