//! What reviewers said of decisions, and which alerts those decisions led to.

use chassis::{TenantId, on};

use super::codec::{self, StoredJob, corrupt};
use super::{AlertJob, Store};
use crate::domain::review::Verdict;
use crate::error::Result;

impl Store<'_> {
    /// Keeps a verdict. False if the decision has one: a review is answered once.
    pub async fn keep_verdict(&mut self, tenant: &TenantId, decision_id: &str, verdict: Verdict) -> Result<bool> {
        let written = on!(self.tx, c => sqlx::query(
            "INSERT INTO decision_verdicts (tenant_id, decision_id, verdict) VALUES ($1, $2, $3)
             ON CONFLICT (tenant_id, decision_id) DO NOTHING")
            .bind(tenant.as_str()).bind(decision_id).bind(verdict.name()).run(c).await)?;
        Ok(written.rows_affected() == 1)
    }

    pub async fn verdict(&mut self, tenant: &TenantId, decision_id: &str) -> Result<Option<Verdict>> {
        let name: Option<String> = on!(self.tx, c => sqlx::query_scalar(
            "SELECT verdict FROM decision_verdicts WHERE tenant_id = $1 AND decision_id = $2")
            .bind(tenant.as_str()).bind(decision_id).fetch_optional(c).await)?;
        let read = |name: String| Verdict::parse(&name).ok_or_else(|| corrupt("decision_verdict"));
        name.map(read).transpose()
    }

    /// The alerts that a decision led to: one, unless alerting says it twice.
    pub async fn alerts_of_decision(&mut self, tenant: &TenantId, decision_id: &str) -> Result<Vec<AlertJob>> {
        let rows: Vec<(String, String)> = on!(self.tx, c => sqlx::query_as(
            "SELECT alert_id, job FROM alert_jobs WHERE tenant_id = $1 AND decision_id = $2 ORDER BY alert_id")
            .bind(tenant.as_str()).bind(decision_id).fetch_all(c).await)?;
        let read = |(alert_id, job): (String, String)| {
            Ok(AlertJob {
                alert_id,
                decision_id: Some(decision_id.to_owned()),
                job: codec::from_text::<StoredJob>("job", &job)?.job()?,
            })
        };
        rows.into_iter().map(read).collect()
    }
}
