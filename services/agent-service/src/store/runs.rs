//! Runs: what each started from, where it stands, who works on it.

use chassis::clock::micros;
use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};

use super::Store;
use super::documents::{ExplanationDocument, FactsDocument};
use crate::domain::claims::PastCase;
use crate::domain::opinion::Explanation;
use crate::domain::run::{self, Run, RunFacts, RunStage};
use crate::error::Error;

#[derive(sqlx::FromRow)]
struct RunRow {
    decision_id: String,
    stage: String,
    facts: String,
    correlation_id: String,
    explanation: Option<String>,
}

#[derive(sqlx::FromRow)]
struct CaseRow {
    decision_id: String,
    failure_mode: String,
    features: String,
    verdict: Option<String>,
    found: Option<String>,
}

/// So many earlier cases of a component are compared.
const CASES_COMPARED_MAX: i64 = 500;

impl Store<'_> {
    /// Keeps a run at its first stage.
    pub async fn insert_run(
        &mut self,
        tenant: &TenantId,
        decision_id: &str,
        facts: &RunFacts,
        stage: RunStage,
        correlation_id: &str,
        recorded_at: DateTime<Utc>,
    ) -> Result<(), Error> {
        let document = serde_json::to_string(&FactsDocument::from(facts))?;
        let features = serde_json::to_string(&run::features(facts))?;
        on!(self.tx, c => sqlx::query(
            "INSERT INTO agent_run (tenant_id, decision_id, component, stage, facts, features, correlation_id, claimed_by,
                 claimed_until, recorded_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, '', $8, $9)")
            .bind(tenant.as_str()).bind(decision_id).bind(facts.trigger.component.code()).bind(stage.code())
            .bind(&document).bind(&features).bind(correlation_id).bind(DateTime::UNIX_EPOCH)
            .bind(micros(recorded_at)).run(c).await)?;
        Ok(())
    }

    /// One run; none for a decision that is older than runs are kept.
    pub async fn run(&mut self, tenant: &TenantId, decision_id: &str) -> Result<Option<Run>, Error> {
        let row: Option<RunRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT decision_id, stage, facts, correlation_id, explanation FROM agent_run
             WHERE tenant_id = $1 AND decision_id = $2")
            .bind(tenant.as_str()).bind(decision_id).fetch_optional(c).await)?;
        row.map(RunRow::into_domain).transpose()
    }

    /// The explanation that a decision was given, if it was.
    pub async fn explanation(&mut self, tenant: &TenantId, decision_id: &str) -> Result<Option<Explanation>, Error> {
        let text: Option<Option<String>> = on!(self.tx, c => sqlx::query_scalar(
            "SELECT explanation FROM agent_run WHERE tenant_id = $1 AND decision_id = $2")
            .bind(tenant.as_str()).bind(decision_id).fetch_optional(c).await)?;
        text.flatten().as_deref().map(explanation).transpose()
    }

    /// Claims runs that wait, or whose worker has been silent for too long, until `until`. Times are machine time.
    pub async fn claim_runs(
        &mut self,
        owner: &str,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: usize,
    ) -> Result<Vec<(TenantId, String)>, DbError> {
        let rows: Vec<(String, String)> = on!(self.tx, c => sqlx::query_as(
            "SELECT tenant_id, decision_id FROM agent_run WHERE stage <> 'DONE' AND claimed_until < $1
             ORDER BY claimed_until, recorded_at LIMIT $2")
            .bind(micros(now)).bind(i64::try_from(limit).unwrap_or(i64::MAX)).fetch_all(c).await)?;
        for (tenant, decision_id) in &rows {
            on!(self.tx, c => sqlx::query(
                "UPDATE agent_run SET claimed_by = $3, claimed_until = $4 WHERE tenant_id = $1 AND decision_id = $2")
                .bind(tenant).bind(decision_id).bind(owner).bind(micros(until)).run(c).await)?;
        }
        Ok(rows
            .into_iter()
            .map(|(tenant, id)| (TenantId::new(&tenant), id))
            .collect())
    }

    /// Frees every claim: with a database of its own, a starting process knows that all others have stopped.
    pub async fn release_runs(&mut self) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query("UPDATE agent_run SET claimed_until = $1 WHERE stage <> 'DONE'")
            .bind(DateTime::UNIX_EPOCH).run(c).await)?;
        Ok(())
    }

    /// Moves a run that `owner` holds from one stage to the next; false when it is not there, or no longer the owner's.
    pub async fn move_run(
        &mut self,
        tenant: &TenantId,
        decision_id: &str,
        owner: &str,
        (from, to): (RunStage, RunStage),
        said: &Explanation,
    ) -> Result<bool, Error> {
        let document = serde_json::to_string(&ExplanationDocument::from(said))?;
        let moved = on!(self.tx, c => sqlx::query(
            "UPDATE agent_run SET stage = $5, explanation = $6
             WHERE tenant_id = $1 AND decision_id = $2 AND claimed_by = $3 AND stage = $4")
            .bind(tenant.as_str()).bind(decision_id).bind(owner).bind(from.code()).bind(to.code()).bind(&document)
            .run(c).await)?;
        Ok(moved.rows_affected() > 0)
    }

    /// Earlier decisions of the tenant on the same component with how alike their facts are, and what was found.
    pub async fn past_cases(&mut self, tenant: &TenantId, run: &Run) -> Result<Vec<PastCase>, Error> {
        let rows: Vec<CaseRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT r.decision_id, d.failure_mode, r.features, o.verdict, o.failure_mode AS found
             FROM agent_run r
             JOIN decision d ON d.tenant_id = r.tenant_id AND d.decision_id = r.decision_id
             LEFT JOIN decision_outcome o ON o.tenant_id = r.tenant_id AND o.decision_id = r.decision_id
             WHERE r.tenant_id = $1 AND r.component = $2 AND r.decision_id <> $3
             ORDER BY r.recorded_at DESC LIMIT $4")
            .bind(tenant.as_str()).bind(run.facts.trigger.component.code()).bind(&run.decision_id)
            .bind(CASES_COMPARED_MAX).fetch_all(c).await)?;
        let features = run::features(&run.facts);
        let case = |row: CaseRow| {
            let others: Vec<String> = serde_json::from_str(&row.features)?;
            Ok(PastCase {
                similarity: crate::domain::values::rounded(run::similarity(&features, &others)),
                decision_id: row.decision_id,
                failure_mode: row.failure_mode,
                outcome: row.verdict.map(|verdict| match row.found {
                    Some(found) => format!("{verdict} {found}"),
                    None => verdict,
                }),
            })
        };
        rows.into_iter().map(case).collect()
    }
}

fn explanation(text: &str) -> Result<Explanation, Error> {
    serde_json::from_str::<ExplanationDocument>(text)?.into_domain()
}

impl RunRow {
    fn into_domain(self) -> Result<Run, Error> {
        let stage = RunStage::from_code(&self.stage).ok_or(Error::StoredValueUnknown {
            what: "stage",
            value: self.stage,
        })?;
        Ok(Run {
            stage,
            decision_id: self.decision_id,
            facts: serde_json::from_str::<FactsDocument>(&self.facts)?.into_domain()?,
            correlation_id: self.correlation_id,
            explanation: self.explanation.as_deref().map(explanation).transpose()?,
        })
    }
}
