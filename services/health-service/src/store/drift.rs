//! What models saw and said, then and now.

use chassis::{TenantId, on};
use chrono::{DateTime, Utc};

use super::Store;
use crate::error::Error;

/// What one prediction saw and said.
#[derive(Debug, Clone, Copy, PartialEq, sqlx::FromRow)]
pub struct SeenRow {
    pub score: f64,
    pub km_per_day: f64,
    pub rul_km_p05: f64,
    pub rul_km_p50: f64,
    pub rul_km_p95: f64,
}

/// How far one figure of a model has moved.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct DriftRow {
    pub model_id: String,
    pub component: String,
    pub vehicle_class: String,
    pub feature: String,
    /// Population stability index.
    pub stability_index: f64,
    pub reference_count: i64,
    pub recent_count: i64,
    pub drifting: bool,
    pub computed_at: DateTime<Utc>,
}

impl Store<'_> {
    /// The tenants, models, components and classes with predictions made from an instant on.
    pub async fn watched_models(
        &mut self,
        since: DateTime<Utc>,
    ) -> Result<Vec<(String, String, String, String)>, Error> {
        Ok(on!(self.tx, c => sqlx::query_as(
            "SELECT DISTINCT tenant_id, model_id, component, vehicle_class FROM prediction WHERE made_at >= $1
             ORDER BY tenant_id, model_id, component, vehicle_class")
            .bind(since).fetch_all(c).await)?)
    }

    /// What a model saw first, or last: so many predictions from one end of its time, before or from an instant on.
    pub async fn seen(
        &mut self,
        tenant: &TenantId,
        (model_id, component, vehicle_class): (&str, &str, &str),
        recent_from: Option<DateTime<Utc>>,
        limit: i64,
    ) -> Result<Vec<SeenRow>, Error> {
        let Some(from) = recent_from else {
            return Ok(on!(self.tx, c => sqlx::query_as(
                "SELECT score, km_per_day, rul_km_p05, rul_km_p50, rul_km_p95 FROM prediction
                 WHERE tenant_id = $1 AND model_id = $2 AND component = $3 AND vehicle_class = $4
                 ORDER BY made_at, vehicle_id LIMIT $5")
                .bind(tenant.as_str()).bind(model_id).bind(component).bind(vehicle_class).bind(limit).fetch_all(c).await)?);
        };
        Ok(on!(self.tx, c => sqlx::query_as(
            "SELECT score, km_per_day, rul_km_p05, rul_km_p50, rul_km_p95 FROM prediction
             WHERE tenant_id = $1 AND model_id = $2 AND component = $3 AND vehicle_class = $4 AND made_at >= $6
             ORDER BY made_at DESC, vehicle_id LIMIT $5")
            .bind(tenant.as_str()).bind(model_id).bind(component).bind(vehicle_class).bind(limit).bind(from)
            .fetch_all(c).await)?)
    }

    /// Keeps what was found.
    pub async fn keep_drift(&mut self, tenant: &TenantId, drift: &DriftRow) -> Result<(), Error> {
        on!(self.tx, c => sqlx::query(
            "INSERT INTO model_drift (tenant_id, model_id, component, vehicle_class, feature, stability_index, reference_count,
                                      recent_count, drifting, computed_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
             ON CONFLICT (tenant_id, model_id, component, vehicle_class, feature) DO UPDATE
             SET stability_index = excluded.stability_index, reference_count = excluded.reference_count,
                 recent_count = excluded.recent_count, drifting = excluded.drifting, computed_at = excluded.computed_at")
            .bind(tenant.as_str()).bind(&drift.model_id).bind(&drift.component).bind(&drift.vehicle_class).bind(&drift.feature)
            .bind(drift.stability_index).bind(drift.reference_count).bind(drift.recent_count).bind(drift.drifting)
            .bind(drift.computed_at)
            .run(c).await)?;
        Ok(())
    }

    /// What was last found of a tenant's models.
    pub async fn list_drift(&mut self, tenant: &TenantId) -> Result<Vec<DriftRow>, Error> {
        Ok(on!(self.tx, c => sqlx::query_as(
            "SELECT model_id, component, vehicle_class, feature, stability_index, reference_count, recent_count, drifting, computed_at
             FROM model_drift WHERE tenant_id = $1 ORDER BY model_id, component, vehicle_class, feature LIMIT 5000")
            .bind(tenant.as_str()).fetch_all(c).await)?)
    }
}
