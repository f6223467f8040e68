//! The journal of the graph's steps.

use chassis::clock::micros;
use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};

use super::Store;
use crate::domain::record::JournalEntry;
use crate::error::Error;
use crate::events::published;

#[derive(sqlx::FromRow)]
struct StepRow {
    position: i64,
    step: String,
    started_at: DateTime<Utc>,
    finished_at: DateTime<Utc>,
    output: String,
}

impl Store<'_> {
    /// Writes a decision's steps.
    pub async fn insert_steps(
        &mut self,
        tenant: &TenantId,
        decision_id: &str,
        steps: &[JournalEntry],
    ) -> Result<(), DbError> {
        for step in steps {
            on!(self.tx, c => sqlx::query(
                "INSERT INTO decision_step (tenant_id, decision_id, position, step, started_at, finished_at, output)
                 VALUES ($1, $2, $3, $4, $5, $6, $7)")
                .bind(tenant.as_str()).bind(decision_id).bind(step.position).bind(&step.step)
                .bind(micros(step.started_at)).bind(micros(step.finished_at))
                .bind(published::json(&step.output).to_string()).run(c).await)?;
        }
        Ok(())
    }

    /// A decision's steps in order.
    pub async fn steps(&mut self, tenant: &TenantId, decision_id: &str) -> Result<Vec<JournalEntry>, Error> {
        let rows: Vec<StepRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT position, step, started_at, finished_at, output
             FROM decision_step WHERE tenant_id = $1 AND decision_id = $2 ORDER BY position")
            .bind(tenant.as_str()).bind(decision_id).fetch_all(c).await)?;
        let entry = |row: StepRow| {
            let output: serde_json::Value = serde_json::from_str(&row.output)?;
            let StepRow {
                position,
                step,
                started_at,
                finished_at,
                ..
            } = row;
            Ok(JournalEntry {
                position,
                step,
                started_at,
                finished_at,
                output: published::value(&output),
            })
        };
        rows.into_iter().map(entry).collect()
    }
}
