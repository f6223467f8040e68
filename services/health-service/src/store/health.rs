//! Scores as lists need them: worst first, by band and component.

use std::collections::BTreeMap;

use chassis::{TenantId, on};
use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;

use super::{ROWS_MAX, Store};
use crate::error::Error;

/// Score and status of components, by vehicle and component.
pub type ComponentRows = BTreeMap<(String, &'static str), (Option<f64>, &'static str)>;

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

/// What stands for no score: worse than none is known, so they come last.
const UNSCORED: f64 = 2.0;
/// The status of a vehicle without a score.
const NOTHING_KNOWN: &str = "NOT_ENOUGH_DATA";

impl HealthFilter {
    fn begin(&self) -> (f64, &str) {
        let after = self.after.as_ref();
        after.map_or((-1.0, ""), |(score, vehicle_id)| (*score, vehicle_id))
    }
}

/// The few that are looked up once for a list. Joined to those in service, PostgreSQL took seconds for the worst fifty of ten thousand
/// vehicles until it had gathered statistics of the tables: a new fleet's first minutes.
const RETIRED: &str = "(SELECT v.vehicle_id FROM vehicle v WHERE v.retired = TRUE AND v.tenant_id = ";

impl Store<'_> {
    /// Vehicles that are not retired, worst first; those without a score come last. A page reads about as many rows as it shows: the indexes
    /// are on what is sorted by.
    pub async fn list_health(
        &mut self,
        tenant: &TenantId,
        filter: &HealthFilter,
        limit: usize,
    ) -> Result<Vec<HealthRow>, Error> {
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        match filter.component {
            Some(component) => self.list_component(tenant, component, filter, limit).await,
            None => self.list_overall(tenant, filter, limit).await,
        }
    }

    async fn list_component(
        &mut self,
        tenant: &TenantId,
        component: &str,
        filter: &HealthFilter,
        limit: i64,
    ) -> Result<Vec<HealthRow>, Error> {
        let (score, vehicle_id) = filter.begin();
        Ok(on!(self.tx, c => {
            let mut query = QueryBuilder::new(
                "SELECT h.vehicle_id, h.score, h.status, s.overall_score, s.overall_status, s.seen_at
                 FROM component_health h
                 JOIN vehicle_state s ON s.tenant_id = h.tenant_id AND s.vehicle_id = h.vehicle_id
                 WHERE h.tenant_id = ");
            query.push_bind(tenant.as_str()).push(" AND h.component = ").push_bind(component);
            if let Some(status) = &filter.status {
                query.push(" AND h.status = ").push_bind(status);
            }
            query.push(" AND (COALESCE(h.score, 2.0), h.vehicle_id) > (").push_bind(score).push(", ").push_bind(vehicle_id);
            query.push(") AND h.vehicle_id NOT IN ").push(RETIRED).push_bind(tenant.as_str());
            query.push(") ORDER BY COALESCE(h.score, 2.0), h.vehicle_id LIMIT ").push_bind(limit);
            query.build_query_as().fetch_all(c).await
        })?)
    }

    async fn list_overall(
        &mut self,
        tenant: &TenantId,
        filter: &HealthFilter,
        limit: i64,
    ) -> Result<Vec<HealthRow>, Error> {
        let (score, vehicle_id) = filter.begin();
        // Those of which nothing was computed yet stand among those without a score.
        let silent = filter.status.as_deref().is_none_or(|status| status == NOTHING_KNOWN);
        let silent_after = if score < UNSCORED { "" } else { vehicle_id };
        Ok(on!(self.tx, c => {
            let mut query = QueryBuilder::new(
                "SELECT vehicle_id, score, status, score AS overall_score, status AS overall_status, seen_at FROM (SELECT * FROM (
                    SELECT s.vehicle_id, s.overall_score AS score, s.overall_status AS status, s.seen_at
                    FROM vehicle_state s WHERE s.tenant_id = ");
            query.push_bind(tenant.as_str());
            if let Some(status) = &filter.status {
                query.push(" AND s.overall_status = ").push_bind(status);
            }
            query.push(" AND (COALESCE(s.overall_score, 2.0), s.vehicle_id) > (").push_bind(score).push(", ").push_bind(vehicle_id);
            query.push(") AND s.vehicle_id NOT IN ").push(RETIRED).push_bind(tenant.as_str());
            query.push(") ORDER BY COALESCE(s.overall_score, 2.0), s.vehicle_id LIMIT ").push_bind(limit);
            query.push(") computed");
            if silent {
                query.push(" UNION ALL SELECT * FROM (SELECT v.vehicle_id, CAST(NULL AS DOUBLE PRECISION) AS score, ");
                query.push_bind(NOTHING_KNOWN).push(" AS status, CAST(NULL AS TIMESTAMPTZ) AS seen_at
                    FROM vehicle v WHERE v.silent = TRUE AND v.retired = FALSE AND v.tenant_id = ").push_bind(tenant.as_str());
                query.push(" AND v.vehicle_id > ").push_bind(silent_after);
                query.push(" ORDER BY v.vehicle_id LIMIT ").push_bind(limit).push(") silent");
            }
            query.push(") listed ORDER BY COALESCE(score, 2.0), vehicle_id LIMIT ").push_bind(limit);
            query.build_query_as().fetch_all(c).await
        })?)
    }

    /// Keeps the scores of components as they were last told.
    pub async fn keep_components(&mut self, tenant: &TenantId, rows: &ComponentRows) -> Result<(), Error> {
        let rows: Vec<_> = rows.iter().collect();
        for chunk in rows.chunks(ROWS_MAX) {
            on!(self.tx, c => {
                let mut query = QueryBuilder::new(
                    "INSERT INTO component_health (tenant_id, vehicle_id, component, score, status) ");
                query.push_values(chunk, |mut row, ((vehicle_id, component), (score, status))| {
                    row.push_bind(tenant.as_str()).push_bind(vehicle_id).push_bind(*component).push_bind(*score).push_bind(*status);
                });
                query.push(" ON CONFLICT (tenant_id, vehicle_id, component) DO UPDATE SET score = excluded.score, status = excluded.status");
                query.build().run(c).await
            })?;
        }
        Ok(())
    }
}
