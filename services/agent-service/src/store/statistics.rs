//! Counts over decisions, for the status page.

use std::collections::BTreeMap;

use chassis::{DbError, TenantId, on};

use super::Store;
use crate::domain::outcome::{ActedBy, Adoption, Score};

/// What one agent has done.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AgentStatistics {
    pub agent: String,
    pub decisions: u64,
    /// Mean confidence of its decisions, 0..1.
    pub mean_confidence: f64,
    pub score: Score,
}

/// What all have done in one tenant.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Statistics {
    pub agents: Vec<AgentStatistics>,
    pub by_severity: BTreeMap<String, u64>,
    pub reviews_open: u64,
    pub adoption: Adoption,
}

impl Statistics {
    /// The score over all agents.
    pub fn score(&self) -> Score {
        self.agents.iter().fold(Score::default(), |sum, agent| Score {
            confirmed: sum.confirmed + agent.score.confirmed,
            other_cause: sum.other_cause + agent.score.other_cause,
            not_found: sum.not_found + agent.score.not_found,
        })
    }
}

impl Store<'_> {
    /// Counts a tenant's decisions, outcomes and open reviews.
    pub async fn statistics(&mut self, tenant: &TenantId) -> Result<Statistics, DbError> {
        let decisions: Vec<(String, String, i64, f64)> = on!(self.tx, c => sqlx::query_as(
            "SELECT agent_used, severity, COUNT(*), SUM(confidence) FROM decision
             WHERE tenant_id = $1 GROUP BY agent_used, severity")
            .bind(tenant.as_str()).fetch_all(c).await)?;
        let outcomes: Vec<(String, String, i64)> = on!(self.tx, c => sqlx::query_as(
            "SELECT agent_used, verdict, COUNT(*) FROM decision d
             JOIN decision_outcome o ON o.tenant_id = d.tenant_id AND o.decision_id = d.decision_id
             WHERE d.tenant_id = $1 GROUP BY agent_used, verdict")
            .bind(tenant.as_str()).fetch_all(c).await)?;
        let reviews_open: i64 = on!(self.tx, c => sqlx::query_scalar(
            "SELECT COUNT(*) FROM review r JOIN decision d ON d.tenant_id = r.tenant_id AND d.decision_id = r.decision_id
             WHERE r.tenant_id = $1 AND verdict IS NULL AND d.status = 'OPEN'")
            .bind(tenant.as_str()).fetch_one(c).await)?;
        let mut statistics = gather(decisions, outcomes, reviews_open);
        statistics.adoption = self.adoption(tenant).await?;
        Ok(statistics)
    }

    async fn adoption(&mut self, tenant: &TenantId) -> Result<Adoption, DbError> {
        let rows: Vec<(String, i64)> = on!(self.tx, c => sqlx::query_as(
            "SELECT CASE WHEN o.appointment_id IS NOT NULL THEN 'VISIT' WHEN o.verdict IS NOT NULL THEN 'FEEDBACK'
                 WHEN r.verdict = 'APPROVE' THEN 'REVIEW' ELSE 'NOBODY' END AS acted_by, COUNT(*)
             FROM decision d
             LEFT JOIN decision_outcome o ON o.tenant_id = d.tenant_id AND o.decision_id = d.decision_id
             LEFT JOIN review r ON r.tenant_id = d.tenant_id AND r.decision_id = d.decision_id
             WHERE d.tenant_id = $1 AND d.status <> 'SUPERSEDED' GROUP BY acted_by")
            .bind(tenant.as_str()).fetch_all(c).await)?;
        let of = |who: ActedBy| {
            let row = rows.iter().find(|(code, _)| code == who.code());
            row.map_or(0, |(_, count)| count.unsigned_abs())
        };
        Ok(Adoption {
            decisions: rows.iter().map(|(_, count)| count.unsigned_abs()).sum(),
            by_visit: of(ActedBy::Visit),
            by_feedback: of(ActedBy::Feedback),
            by_review: of(ActedBy::Review),
        })
    }
}

fn gather(
    decisions: Vec<(String, String, i64, f64)>,
    outcomes: Vec<(String, String, i64)>,
    reviews_open: i64,
) -> Statistics {
    let mut agents: BTreeMap<String, AgentStatistics> = BTreeMap::new();
    let mut by_severity: BTreeMap<String, u64> = BTreeMap::new();
    for (agent, severity, count, confidence_sum) in decisions {
        let entry = agents.entry(agent).or_default();
        entry.decisions += count.unsigned_abs();
        // A sum until all severities are in; divided below.
        entry.mean_confidence += confidence_sum;
        *by_severity.entry(severity).or_default() += count.unsigned_abs();
    }
    for (agent, verdict, count) in outcomes {
        let score = &mut agents.entry(agent).or_default().score;
        match verdict.as_str() {
            "CONFIRMED" => score.confirmed += count.unsigned_abs(),
            "OTHER_CAUSE" => score.other_cause += count.unsigned_abs(),
            _ => score.not_found += count.unsigned_abs(),
        }
    }
    let finished = agents.into_iter().map(|(agent, entry)| AgentStatistics {
        agent,
        mean_confidence: entry.mean_confidence / (entry.decisions.max(1) as f64),
        ..entry
    });
    Statistics {
        agents: finished.collect(),
        by_severity,
        reviews_open: reviews_open.unsigned_abs(),
        adoption: Adoption::default(),
    }
}
