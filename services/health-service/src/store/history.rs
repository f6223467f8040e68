//! What was told of a vehicle's components, and when.

use chassis::{TenantId, on};
use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;

use super::{ROWS_MAX, Store};
use crate::error::Error;

/// One point of a component's history.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct HistoryRow {
    pub id: String,
    pub component: String,
    pub time: DateTime<Utc>,
    pub score: Option<f64>,
    pub status: String,
    pub overall_score: Option<f64>,
    pub rul_km_p05: Option<f64>,
    pub rul_km_p50: Option<f64>,
    pub rul_km_p95: Option<f64>,
    pub odometer_km: Option<f64>,
    pub reason: String,
}

/// Where a page of history ended.
#[derive(Debug, Clone, PartialEq)]
pub struct HistoryMark {
    pub time: DateTime<Utc>,
    pub component: String,
    pub id: String,
}

/// Which part of a vehicle's history is wanted.
#[derive(Debug, Clone)]
pub struct HistorySpan {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    /// A component's name, or empty for all.
    pub component: &'static str,
    pub after: Option<HistoryMark>,
}

impl Store<'_> {
    /// Adds points, each with its vehicle; one that is there already (a replay) is left alone.
    pub async fn add_history(&mut self, tenant: &TenantId, points: &[(String, HistoryRow)]) -> Result<(), Error> {
        for chunk in points.chunks(ROWS_MAX) {
            on!(self.tx, c => {
                let mut query = QueryBuilder::new(
                    "INSERT INTO health_history (tenant_id, vehicle_id, component, time, id, score, status, overall_score,
                                                 rul_km_p05, rul_km_p50, rul_km_p95, odometer_km, reason, day) ");
                query.push_values(chunk, |mut row, (vehicle_id, point)| {
                    row.push_bind(tenant.as_str()).push_bind(vehicle_id).push_bind(&point.component).push_bind(point.time);
                    row.push_bind(&point.id).push_bind(point.score).push_bind(&point.status).push_bind(point.overall_score);
                    row.push_bind(point.rul_km_p05).push_bind(point.rul_km_p50).push_bind(point.rul_km_p95);
                    row.push_bind(point.odometer_km).push_bind(&point.reason);
                    row.push_bind(point.time.timestamp().div_euclid(86_400));
                });
                query.push(" ON CONFLICT DO NOTHING").build().run(c).await
            })?;
        }
        Ok(())
    }

    /// A vehicle's history, oldest first.
    pub async fn list_history(
        &mut self,
        tenant: &TenantId,
        vehicle_id: &str,
        span: &HistorySpan,
        limit: usize,
    ) -> Result<Vec<HistoryRow>, Error> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let (time, component, id) = span.after.clone().map_or_else(
            || (DateTime::UNIX_EPOCH, String::new(), String::new()),
            |mark| (mark.time, mark.component, mark.id),
        );
        Ok(on!(self.tx, c => sqlx::query_as(
            "SELECT id, component, time, score, status, overall_score, rul_km_p05, rul_km_p50, rul_km_p95, odometer_km, reason
             FROM health_history
             WHERE tenant_id = $1 AND vehicle_id = $2 AND time >= $3 AND time < $4 AND ($5 = '' OR component = $5)
               AND (time > $6 OR (time = $6 AND (component > $7 OR (component = $7 AND id > $8))))
             ORDER BY time, component, id LIMIT $9")
            .bind(tenant.as_str()).bind(vehicle_id).bind(span.from).bind(span.to).bind(span.component)
            .bind(time).bind(component).bind(id).bind(limit)
            .fetch_all(c).await)?)
    }
}
