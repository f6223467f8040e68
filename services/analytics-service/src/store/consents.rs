//! Consents of tenants to be read by SUPPORT people.

use super::Store;
use crate::domain::consent::Consent;
use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};

#[derive(sqlx::FromRow)]
struct Row {
    consent_id: String,
    reason: Option<String>,
    granted_by: String,
    granted_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    revoked_at: Option<DateTime<Utc>>,
}

impl From<Row> for Consent {
    fn from(row: Row) -> Consent {
        Consent {
            consent_id: row.consent_id,
            reason: row.reason,
            granted_by: row.granted_by,
            granted_at: row.granted_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
        }
    }
}

impl Store<'_> {
    /// Adds a consent.
    pub async fn add_consent(&mut self, tenant: &TenantId, consent: &Consent) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query(
            "INSERT INTO support_consent (tenant_id, consent_id, reason, granted_by, granted_at, expires_at)
             VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(tenant.as_str()).bind(&consent.consent_id).bind(&consent.reason).bind(&consent.granted_by)
            .bind(consent.granted_at).bind(consent.expires_at).run(c).await)?;
        Ok(())
    }

    /// The end of the running consent that ends last.
    pub async fn consent_ends(
        &mut self,
        tenant: &TenantId,
        now: DateTime<Utc>,
    ) -> Result<Option<DateTime<Utc>>, DbError> {
        let row: Option<(DateTime<Utc>,)> = on!(self.tx, c => sqlx::query_as(
            "SELECT expires_at FROM support_consent WHERE tenant_id = $1 AND revoked_at IS NULL AND expires_at > $2
             ORDER BY expires_at DESC LIMIT 1")
            .bind(tenant.as_str()).bind(now).fetch_optional(c).await)?;
        Ok(row.map(|(ends,)| ends))
    }

    /// A consent by id.
    pub async fn consent(&mut self, tenant: &TenantId, consent_id: &str) -> Result<Option<Consent>, DbError> {
        let row: Option<Row> = on!(self.tx, c => sqlx::query_as(
            "SELECT consent_id, reason, granted_by, granted_at, expires_at, revoked_at FROM support_consent
             WHERE tenant_id = $1 AND consent_id = $2")
            .bind(tenant.as_str()).bind(consent_id).fetch_optional(c).await)?;
        Ok(row.map(Consent::from))
    }

    /// The consents after an id, in order of ids.
    pub async fn consents(&mut self, tenant: &TenantId, after: &str, limit: usize) -> Result<Vec<Consent>, DbError> {
        let rows: Vec<Row> = on!(self.tx, c => sqlx::query_as(
            "SELECT consent_id, reason, granted_by, granted_at, expires_at, revoked_at FROM support_consent
             WHERE tenant_id = $1 AND consent_id > $2 ORDER BY consent_id LIMIT $3")
            .bind(tenant.as_str()).bind(after).bind(limit as i64).fetch_all(c).await)?;
        Ok(rows.into_iter().map(Consent::from).collect())
    }

    /// Revokes a consent; false when it was revoked before.
    pub async fn revoke_consent(
        &mut self,
        tenant: &TenantId,
        consent_id: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, DbError> {
        let done = on!(self.tx, c => sqlx::query(
            "UPDATE support_consent SET revoked_at = $3 WHERE tenant_id = $1 AND consent_id = $2 AND revoked_at IS NULL")
            .bind(tenant.as_str()).bind(consent_id).bind(now).run(c).await)?;
        Ok(done.rows_affected() == 1)
    }
}
