//! Scores as lists need them: worst first, by band and component.

use chassis::{TenantId, on};
use chrono::{DateTime, Utc};

use super::Store;
use crate::error::Error;

/// One vehicle in a list.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct HealthRow {
    pub vehicle_id: String,
    /// Score that the list is ordered by: the component's if one was asked for, else the overall one.
    pub score: Option<f64>,
    pub status: String,
    pub overall_score: Option<f64>,
    pub overall_status: String,
    pub seen_at: Option<DateTime<Utc>>,
}

/// Which vehicles to list.
#[derive(Debug, Clone, Default)]
pub struct HealthFilter {
    /// A component's name; its score is listed then.
    pub component: Option<&'static str>,
    /// A band's name.
    pub status: Option<String>,
    /// Score and vehicle after which the page begins; a score of 2 stands for vehicles without one.
    pub after: Option<(f64, String)>,
}

impl Store<'_> {
    /// Vehicles that are not retired, worst first; those without a score come last.
    pub async fn list_health(
        &mut self,
        tenant: &TenantId,
        filter: &HealthFilter,
        limit: usize,
    ) -> Result<Vec<HealthRow>, Error> {
        let (score, vehicle_id) = filter.after.clone().unwrap_or((-1.0, String::new()));
        let status = filter.status.as_deref().unwrap_or("");
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        if let Some(component) = filter.component {
            return Ok(on!(self.tx, c => sqlx::query_as(
                "SELECT h.vehicle_id, h.score, h.status, s.overall_score, s.overall_status, s.seen_at
                 FROM component_health h
                 JOIN vehicle_state s ON s.tenant_id = h.tenant_id AND s.vehicle_id = h.vehicle_id
                 JOIN vehicle v ON v.tenant_id = h.tenant_id AND v.vehicle_id = h.vehicle_id
                 WHERE h.tenant_id = $1 AND h.component = $2 AND v.retired = FALSE AND ($3 = '' OR h.status = $3)
                   AND (COALESCE(h.score, 2.0) > $4 OR (COALESCE(h.score, 2.0) = $4 AND h.vehicle_id > $5))
                 ORDER BY COALESCE(h.score, 2.0), h.vehicle_id LIMIT $6")
                .bind(tenant.as_str()).bind(component).bind(status).bind(score).bind(vehicle_id).bind(limit)
                .fetch_all(c).await)?);
        }
        Ok(on!(self.tx, c => sqlx::query_as(
            "SELECT v.vehicle_id, s.overall_score AS score, COALESCE(s.overall_status, 'NOT_ENOUGH_DATA') AS status,
                    s.overall_score, COALESCE(s.overall_status, 'NOT_ENOUGH_DATA') AS overall_status, s.seen_at
             FROM vehicle v
             LEFT JOIN vehicle_state s ON s.tenant_id = v.tenant_id AND s.vehicle_id = v.vehicle_id
             WHERE v.tenant_id = $1 AND v.retired = FALSE AND ($2 = '' OR COALESCE(s.overall_status, 'NOT_ENOUGH_DATA') = $2)
               AND (COALESCE(s.overall_score, 2.0) > $3 OR (COALESCE(s.overall_score, 2.0) = $3 AND v.vehicle_id > $4))
             ORDER BY COALESCE(s.overall_score, 2.0), v.vehicle_id LIMIT $5")
            .bind(tenant.as_str()).bind(status).bind(score).bind(vehicle_id).bind(limit)
            .fetch_all(c).await)?)
    }

    /// Keeps the score of a component as it was last told.
    pub async fn keep_component(
        &mut self,
        tenant: &TenantId,
        vehicle_id: &str,
        component: &str,
        score: Option<f64>,
        status: &str,
    ) -> Result<(), Error> {
        on!(self.tx, c => sqlx::query(
            "INSERT INTO component_health (tenant_id, vehicle_id, component, score, status) VALUES ($1, $2, $3, $4, $5)
             ON CONFLICT (tenant_id, vehicle_id, component) DO UPDATE SET score = excluded.score, status = excluded.status")
            .bind(tenant.as_str()).bind(vehicle_id).bind(component).bind(score).bind(status)
            .execute(c).await)?;
        Ok(())
    }
}
