//! Which thresholds were crossed when it was last looked.

use super::Store;
use chassis::{DbError, TenantId, on};
use chrono::{DateTime, Utc};

impl Store<'_> {
    /// Whether a threshold was exceeded when it was last looked.
    pub async fn was_exceeded(&mut self, tenant: &TenantId, threshold: &str) -> Result<bool, DbError> {
        let exceeded: Option<bool> = on!(self.tx, c => sqlx::query_scalar(
            "SELECT exceeded FROM threshold_state WHERE tenant_id = $1 AND threshold = $2")
            .bind(tenant.as_str()).bind(threshold).fetch_optional(c).await)?;
        Ok(exceeded.unwrap_or(false))
    }

    /// Notes that a threshold was crossed, in whichever direction.
    pub async fn note_threshold(
        &mut self,
        tenant: &TenantId,
        threshold: &str,
        exceeded: bool,
        since: DateTime<Utc>,
    ) -> Result<(), DbError> {
        on!(self.tx, c => sqlx::query(
            "INSERT INTO threshold_state (tenant_id, threshold, exceeded, since) VALUES ($1, $2, $3, $4)
             ON CONFLICT (tenant_id, threshold) DO UPDATE SET exceeded = excluded.exceeded, since = excluded.since")
            .bind(tenant.as_str()).bind(threshold).bind(exceeded).bind(since).run(c).await)?;
        Ok(())
    }

    /// Every tenant of which anything was heard.
    pub async fn heard_tenants(&mut self) -> Result<Vec<TenantId>, DbError> {
        let ids: Vec<String> = on!(self.tx, c => sqlx::query_scalar("SELECT DISTINCT tenant_id FROM vehicle_view ORDER BY tenant_id").fetch_all(c).await)?;
        Ok(ids.iter().map(|id| TenantId::new(id)).collect())
    }
}
