//! What is usual for each agent, and who is suspended.

use chassis::clock::micros;
use chassis::ids::derived_id;
use chassis::{Cause, DbError, NewEvent, TenantId, on, outbox};
use chrono::{DateTime, Utc};

use super::Store;
use super::documents::BaselineDocument;
use crate::domain::behaviour::{Baseline, Deviation};
use crate::error::Error;
use crate::events::published::{self, Escalation};

/// An agent's state in one tenant.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentState {
    pub agent: String,
    pub baseline: Baseline,
    pub suspended_at: Option<DateTime<Utc>>,
    /// Code of the deviation.
    pub suspended_for: Option<String>,
}

#[derive(sqlx::FromRow)]
struct AgentRow {
    agent: String,
    baseline: String,
    suspended_at: Option<DateTime<Utc>>,
    suspended_for: Option<String>,
}

impl Store<'_> {
    /// Every agent that has used a language model.
    pub async fn agents(&mut self, tenant: &TenantId) -> Result<Vec<AgentState>, Error> {
        let rows: Vec<AgentRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT agent, baseline, suspended_at, suspended_for FROM agent_behaviour WHERE tenant_id = $1 ORDER BY agent")
            .bind(tenant.as_str()).fetch_all(c).await)?;
        let state = |row: AgentRow| {
            Ok(AgentState {
                baseline: serde_json::from_str::<BaselineDocument>(&row.baseline)?.into(),
                agent: row.agent,
                suspended_at: row.suspended_at,
                suspended_for: row.suspended_for,
            })
        };
        rows.into_iter().map(state).collect()
    }

    /// Keeps what is usual for an agent.
    pub async fn put_baseline(&mut self, tenant: &TenantId, agent: &str, baseline: &Baseline) -> Result<(), Error> {
        let document = serde_json::to_string(&BaselineDocument::from(baseline))?;
        on!(self.tx, c => sqlx::query(
            "INSERT INTO agent_behaviour (tenant_id, agent, baseline) VALUES ($1, $2, $3)
             ON CONFLICT (tenant_id, agent) DO UPDATE SET baseline = excluded.baseline")
            .bind(tenant.as_str()).bind(agent).bind(&document).run(c).await)?;
        Ok(())
    }

    /// Suspends an agent's use of language models and tells so once.
    #[expect(clippy::too_many_arguments, reason = "who, why, over which decision and when")]
    pub async fn suspend(
        &mut self,
        tenant: &TenantId,
        agent: &str,
        deviation: Deviation,
        decision_id: &str,
        vehicle_id: &str,
        at: DateTime<Utc>,
        cause: &Cause,
    ) -> Result<(), Error> {
        let suspended = on!(self.tx, c => sqlx::query(
            "UPDATE agent_behaviour SET suspended_at = $3, suspended_for = $4
             WHERE tenant_id = $1 AND agent = $2 AND suspended_at IS NULL")
            .bind(tenant.as_str()).bind(agent).bind(micros(at)).bind(deviation.code()).run(c).await)?;
        if suspended.rows_affected() == 0 {
            return Ok(());
        }
        let event = NewEvent {
            kind: published::ESCALATION,
            schema_version: published::SCHEMA_VERSION,
            tenant: tenant.clone(),
            key: vehicle_id.to_owned(),
            subject: Some(agent.to_owned()),
            time: at,
            cause: cause.clone(),
            id: Some(derived_id("evt", &[tenant.as_str(), decision_id, agent, "escalation"])),
            data: serde_json::to_value(Escalation::new(agent, deviation, decision_id))?,
        };
        outbox::append(self.tx, &event).await?;
        Ok(())
    }

    /// Lets an agent use language models again; false when it was not suspended.
    pub async fn resume_agent(&mut self, tenant: &TenantId, agent: &str) -> Result<bool, DbError> {
        let resumed = on!(self.tx, c => sqlx::query(
            "UPDATE agent_behaviour SET suspended_at = NULL, suspended_for = NULL
             WHERE tenant_id = $1 AND agent = $2 AND suspended_at IS NOT NULL")
            .bind(tenant.as_str()).bind(agent).run(c).await)?;
        Ok(resumed.rows_affected() > 0)
    }

    /// In how many runs an agent used a model since then (machine time).
    pub async fn runs_since(&mut self, tenant: &TenantId, agent: &str, since: DateTime<Utc>) -> Result<i64, DbError> {
        on!(self.tx, c => sqlx::query_scalar(
            "SELECT COUNT(DISTINCT decision_id) FROM agent_call WHERE tenant_id = $1 AND agent = $2 AND started_at > $3")
            .bind(tenant.as_str()).bind(agent).bind(micros(since)).fetch_one(c).await)
    }
}
