//! Coverages, written once and read whole.

use chassis::ids::TenantId;
use chassis::on;
use chrono::{DateTime, Utc};

use super::Store;
use super::stored::StoredTerms;
use crate::domain::coverage::Coverage;
use crate::error::Error;

#[derive(sqlx::FromRow)]
struct CoverageRow {
    coverage_id: String,
    name: String,
    terms: String,
}

impl Store<'_> {
    /// Writes a coverage; says `false` where the tenant has one of this name.
    pub async fn insert_coverage(
        &mut self,
        tenant: &TenantId,
        coverage: &Coverage,
        created_at: DateTime<Utc>,
        created_by: &str,
    ) -> Result<bool, Error> {
        let terms = serde_json::to_string(&StoredTerms::from(&coverage.terms))?;
        let done = on!(self.tx, c => sqlx::query(
            "INSERT INTO coverage (tenant_id, coverage_id, name, terms, created_at, created_by)
             VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (tenant_id, name) DO NOTHING")
            .bind(tenant.as_str()).bind(&coverage.coverage_id).bind(&coverage.name).bind(&terms)
            .bind(created_at).bind(created_by).run(c).await.map(|done| done.rows_affected()))?;
        Ok(done == 1)
    }

    /// All coverages of a tenant, by name. Their number is bounded by `coverages.per_tenant_max`.
    pub async fn coverages(&mut self, tenant: &TenantId) -> Result<Vec<Coverage>, Error> {
        let rows: Vec<CoverageRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT coverage_id, name, terms FROM coverage WHERE tenant_id = $1 ORDER BY name, coverage_id")
            .bind(tenant.as_str()).fetch_all(c).await)?;
        rows.into_iter().map(coverage).collect()
    }

    /// One page of coverages by name, after a name.
    pub async fn coverage_page(&mut self, tenant: &TenantId, after: &str, limit: i64) -> Result<Vec<Coverage>, Error> {
        let rows: Vec<CoverageRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT coverage_id, name, terms FROM coverage WHERE tenant_id = $1 AND name > $2 ORDER BY name LIMIT $3")
            .bind(tenant.as_str()).bind(after).bind(limit).fetch_all(c).await)?;
        rows.into_iter().map(coverage).collect()
    }

    /// How many coverages a tenant has.
    pub async fn count_coverages(&mut self, tenant: &TenantId) -> Result<i64, Error> {
        Ok(
            on!(self.tx, c => sqlx::query_scalar("SELECT COUNT(*) FROM coverage WHERE tenant_id = $1")
            .bind(tenant.as_str()).fetch_one(c).await)?,
        )
    }
}

fn coverage(row: CoverageRow) -> Result<Coverage, Error> {
    let terms: StoredTerms = serde_json::from_str(&row.terms)?;
    Ok(Coverage {
        coverage_id: row.coverage_id,
        name: row.name,
        terms: terms.into(),
    })
}
