//! Claims: a head that says which version is the present one, and versions that are only ever inserted.

use chassis::ids::TenantId;
use chassis::on;
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::QueryBuilder;

use super::Store;
use super::stored::StoredReason;
use crate::domain::claim::{Claim, Content, Standing, Status, Version};
use crate::domain::money::Money;
use crate::domain::reason::Reason;
use crate::error::Error;

/// Which claims a list shows, newest first.
#[derive(Clone, Debug, Default)]
pub struct ClaimFilter {
    /// Only claims of these vehicles; `None` is all of the tenant.
    pub vehicle_ids: Option<Vec<String>>,
    pub status: Option<Status>,
    /// Only claims older than this one.
    pub after: Option<ClaimMark>,
    /// At most so many.
    pub limit: i64,
}

/// The place of a claim in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClaimMark {
    pub created_at: DateTime<Utc>,
    pub claim_id: String,
}

#[derive(sqlx::FromRow)]
struct ClaimRow {
    claim_id: String,
    vehicle_id: String,
    appointment_id: Option<String>,
    decision_id: Option<String>,
    created_at: DateTime<Utc>,
    #[sqlx(flatten)]
    version: VersionRow,
}

#[derive(sqlx::FromRow)]
struct VersionRow {
    version: i64,
    status: String,
    component: String,
    failure_mode: Option<String>,
    amount_minor: i64,
    currency: String,
    occurred_on: String,
    odometer_km: Option<f64>,
    covered: bool,
    reason: String,
    coverage_id: Option<String>,
    remark: Option<String>,
    description: Option<String>,
    written_by: String,
    written_at: DateTime<Utc>,
}

const CLAIMS: &str =
    "SELECT claim.claim_id, claim.vehicle_id, claim.appointment_id, claim.decision_id, claim.created_at,
        v.version, v.status, v.component, v.failure_mode, v.amount_minor, v.currency, v.occurred_on, v.odometer_km,
        v.covered, v.reason, v.coverage_id, v.remark, v.description, v.written_by, v.written_at
     FROM claim JOIN claim_version v
       ON v.tenant_id = claim.tenant_id AND v.claim_id = claim.claim_id AND v.version = claim.version
     WHERE claim.tenant_id = ";

impl Store<'_> {
    /// Writes a claim with its first version; says `false` where the visit has a claim already.
    pub async fn insert_claim(&mut self, tenant: &TenantId, claim: &Claim, first: &Version) -> Result<bool, Error> {
        let done = on!(self.tx, c => sqlx::query(
            "INSERT INTO claim (tenant_id, claim_id, vehicle_id, appointment_id, decision_id, created_at, version, status)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (tenant_id, appointment_id) DO NOTHING")
            .bind(tenant.as_str()).bind(&claim.claim_id).bind(&claim.vehicle_id).bind(&claim.appointment_id)
            .bind(&claim.decision_id).bind(claim.created_at).bind(first.number).bind(first.status.word())
            .run(c).await.map(|done| done.rows_affected()))?;
        if done == 1 {
            self.insert_version(tenant, &claim.claim_id, first).await?;
        }
        Ok(done == 1)
    }

    /// Adds a version and moves the head to it; says `false` where another writer was first.
    pub async fn add_version(&mut self, tenant: &TenantId, claim_id: &str, next: &Version) -> Result<bool, Error> {
        let done = on!(self.tx, c => sqlx::query(
            "UPDATE claim SET version = $3, status = $4 WHERE tenant_id = $1 AND claim_id = $2 AND version = $3 - 1")
            .bind(tenant.as_str()).bind(claim_id).bind(next.number).bind(next.status.word())
            .run(c).await.map(|done| done.rows_affected()))?;
        if done == 1 {
            self.insert_version(tenant, claim_id, next).await?;
        }
        Ok(done == 1)
    }

    async fn insert_version(&mut self, tenant: &TenantId, claim_id: &str, version: &Version) -> Result<(), Error> {
        let content = &version.content;
        let reason = serde_json::to_string(&StoredReason::from(&content.standing.reason))?;
        let remark = content
            .remark
            .as_ref()
            .map(|remark| serde_json::to_string(&StoredReason::from(remark)));
        let remark = remark.transpose()?;
        on!(self.tx, c => sqlx::query(
            "INSERT INTO claim_version (tenant_id, claim_id, version, status, component, failure_mode, amount_minor, currency,
                 occurred_on, odometer_km, covered, reason, coverage_id, remark, description, written_by, written_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)")
            .bind(tenant.as_str()).bind(claim_id).bind(version.number).bind(version.status.word())
            .bind(&content.component).bind(&content.failure_mode).bind(content.amount.amount_minor)
            .bind(&content.amount.currency).bind(content.occurred_on.to_string()).bind(content.odometer_km)
            .bind(content.standing.covered).bind(&reason).bind(&content.standing.coverage_id).bind(&remark)
            .bind(&content.description).bind(&version.written_by).bind(version.written_at)
            .run(c).await)?;
        Ok(())
    }

    /// A claim with its present version.
    pub async fn claim(&mut self, tenant: &TenantId, claim_id: &str) -> Result<Option<(Claim, Version)>, Error> {
        let row: Option<ClaimRow> = on!(self.tx, c => {
            let mut query = QueryBuilder::new(CLAIMS);
            query.push_bind(tenant.as_str()).push(" AND claim.claim_id = ").push_bind(claim_id);
            query.build_query_as().fetch_optional(c).await
        })?;
        row.map(claim).transpose()
    }

    /// The claim of a visit.
    pub async fn claim_id_of_visit(
        &mut self,
        tenant: &TenantId,
        appointment_id: &str,
    ) -> Result<Option<String>, Error> {
        Ok(on!(self.tx, c => sqlx::query_scalar(
            "SELECT claim_id FROM claim WHERE tenant_id = $1 AND appointment_id = $2")
            .bind(tenant.as_str()).bind(appointment_id).fetch_optional(c).await)?)
    }

    /// Claims with their present versions, newest first.
    pub async fn claims(&mut self, tenant: &TenantId, filter: &ClaimFilter) -> Result<Vec<(Claim, Version)>, Error> {
        if filter.vehicle_ids.as_ref().is_some_and(Vec::is_empty) {
            return Ok(Vec::new());
        }
        let rows: Vec<ClaimRow> = on!(self.tx, c => {
            let mut query = QueryBuilder::new(CLAIMS);
            query.push_bind(tenant.as_str());
            if let Some(vehicle_ids) = &filter.vehicle_ids {
                let mut list = query.push(" AND claim.vehicle_id IN (").separated(", ");
                for vehicle_id in vehicle_ids {
                    list.push_bind(vehicle_id);
                }
                query.push(")");
            }
            if let Some(status) = filter.status {
                query.push(" AND claim.status = ").push_bind(status.word());
            }
            if let Some(mark) = &filter.after {
                query.push(" AND (claim.created_at, claim.claim_id) < (").push_bind(mark.created_at);
                query.push(", ").push_bind(&mark.claim_id).push(")");
            }
            query.push(" ORDER BY claim.created_at DESC, claim.claim_id DESC LIMIT ").push_bind(filter.limit);
            query.build_query_as().fetch_all(c).await
        })?;
        rows.into_iter().map(claim).collect()
    }

    /// All versions of a claim, the first one first.
    pub async fn versions(&mut self, tenant: &TenantId, claim_id: &str) -> Result<Vec<Version>, Error> {
        let rows: Vec<VersionRow> = on!(self.tx, c => sqlx::query_as(
            "SELECT version, status, component, failure_mode, amount_minor, currency, occurred_on, odometer_km, covered,
                    reason, coverage_id, remark, description, written_by, written_at
             FROM claim_version WHERE tenant_id = $1 AND claim_id = $2 ORDER BY version")
            .bind(tenant.as_str()).bind(claim_id).fetch_all(c).await)?;
        rows.into_iter().map(version).collect()
    }
}

fn claim(row: ClaimRow) -> Result<(Claim, Version), Error> {
    let head = Claim {
        claim_id: row.claim_id,
        vehicle_id: row.vehicle_id,
        appointment_id: row.appointment_id,
        decision_id: row.decision_id,
        created_at: row.created_at,
    };
    Ok((head, version(row.version)?))
}

fn version(row: VersionRow) -> Result<Version, Error> {
    let content = Content {
        component: row.component,
        failure_mode: row.failure_mode,
        amount: Money {
            amount_minor: row.amount_minor,
            currency: row.currency,
        },
        // The column was written from a date, so it always reads back as one.
        occurred_on: row.occurred_on.parse::<NaiveDate>().unwrap_or_default(),
        odometer_km: row.odometer_km,
        standing: Standing {
            covered: row.covered,
            reason: reason(&row.reason)?,
            coverage_id: row.coverage_id,
        },
        remark: row.remark.as_deref().map(reason).transpose()?,
        description: row.description,
    };
    Ok(Version {
        number: row.version,
        // The column holds only our own words; a draft is the state that allows least.
        status: Status::parse(&row.status).unwrap_or(Status::Draft),
        content,
        written_by: row.written_by,
        written_at: row.written_at,
    })
}

fn reason(json: &str) -> Result<Reason, Error> {
    Ok(serde_json::from_str::<StoredReason>(json)?.into())
}
