//! Reads the remaining lives that were promised, and what became of them.

use super::facts::{DecisionRow, decision_columns, whole};
use super::mirror::{StoredFinding, To, read};
use super::sight::only;
use super::{Sight, Store};
use crate::domain::fleet::change::Finding;
use crate::domain::kpi::{Period, PredictionFact, ReportFact};
use chassis::{DbError, on};
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;
use std::collections::HashMap;

#[derive(sqlx::FromRow)]
struct PredictionRow {
    #[sqlx(flatten)]
    decision: DecisionRow,
    repaired_at: Option<DateTime<Utc>>,
    repaired_km: Option<f64>,
    now_km: Option<f64>,
}

#[derive(sqlx::FromRow)]
struct ReportRow {
    vehicle_id: String,
    settles: Option<String>,
    completed_at: DateTime<Utc>,
    reported_at: Option<DateTime<Utc>>,
    odometer_km: f64,
    findings: Option<String>,
}

/// Reports of each vehicle, the first first.
type Reports = HashMap<String, Vec<ReportFact>>;

impl Store<'_> {
    /// Remaining lives that decisions of the period gave, and what became of them; none where there are `max` of them, or of the reports that
    /// tell it, or more.
    pub async fn predictions(
        &mut self,
        sight: &Sight,
        period: &Period,
        max: usize,
    ) -> Result<Option<Vec<PredictionFact>>, DbError> {
        let sql = sight.sql(self.tx, concat!("SELECT ", decision_columns!(), ",
                     (SELECT MIN(r.done_at) FROM repair_view r WHERE r.tenant_id = d.tenant_id AND r.vehicle_id = d.vehicle_id
                        AND r.component = d.component AND r.done_at >= d.made_at) AS repaired_at,
                     (SELECT MIN(r.odometer_km) FROM repair_view r WHERE r.tenant_id = d.tenant_id AND r.vehicle_id = d.vehicle_id
                        AND r.component = d.component AND r.done_at >= d.made_at) AS repaired_km, w.odometer_km AS now_km
                     FROM decision_view d
                     LEFT JOIN vehicle_view w ON w.tenant_id = d.tenant_id AND w.vehicle_id = d.vehicle_id
                     WHERE d.tenant_id = $1 AND d.made_at >= $2 AND d.made_at < $3 AND d.rul_p50_km IS NOT NULL
                        AND d.odometer_km IS NOT NULL{} LIMIT $4"), "d.vehicle_id", 5);
        let rows: Vec<PredictionRow> = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str()).bind(period.start()).bind(period.end()).bind(max as i64)).fetch_all(c).await)?;
        let (Some(rows), Some(reports)) = (whole(rows, max), self.reports_after(sight, period, max).await?) else {
            return Ok(None);
        };
        let fact = |row: PredictionRow| {
            let decision = row.decision.into_fact()?;
            let of_vehicle = reports.get(&decision.vehicle_id).map_or(&[][..], Vec::as_slice);
            let now_km = row.repaired_km.or(row.now_km);
            Some(PredictionFact::of(decision, of_vehicle, row.repaired_at, now_km))
        };
        Ok(Some(rows.into_iter().filter_map(fact).collect()))
    }

    /// Reports of visits that came after a prediction of the period for their vehicle, or settle one.
    async fn reports_after(&mut self, sight: &Sight, period: &Period, max: usize) -> Result<Option<Reports>, DbError> {
        let findings = self.tx.dialect(
            "json_extract(v.detail, '$.completed.value.findings')",
            "v.detail::json #>> '{completed,value,findings}'",
        );
        let statement = format!(
            "SELECT v.vehicle_id, v.settles, v.completed_at, v.reported_at, v.odometer_km, {findings} AS findings
             FROM visit_view v WHERE v.tenant_id = $1 AND v.completed_at IS NOT NULL AND v.odometer_km IS NOT NULL
                AND EXISTS (SELECT 1 FROM decision_view d WHERE d.tenant_id = v.tenant_id AND d.vehicle_id = v.vehicle_id
                        AND d.made_at >= $2 AND d.made_at < $3 AND d.rul_p50_km IS NOT NULL AND d.odometer_km IS NOT NULL
                        AND (d.made_at <= v.completed_at OR d.decision_id = v.settles)){{}}
             ORDER BY v.completed_at, v.visit_id LIMIT $4"
        );
        let sql = sight.sql(self.tx, &statement, "v.vehicle_id", 5);
        let rows: Vec<ReportRow> = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str()).bind(period.start()).bind(period.end()).bind(max as i64)).fetch_all(c).await)?;
        let Some(rows) = whole(rows, max) else {
            return Ok(None);
        };
        let mut reports = Reports::new();
        for row in rows {
            let stored: Vec<StoredFinding> = row.findings.as_deref().map(read).transpose()?.unwrap_or_default();
            let findings: Vec<Finding> = stored.to();
            reports.entry(row.vehicle_id).or_default().push(ReportFact {
                settles: row.settles,
                completed_at: row.completed_at,
                reported_at: row.reported_at.unwrap_or(row.completed_at),
                odometer_km: row.odometer_km,
                findings,
            });
        }
        Ok(Some(reports))
    }
}
