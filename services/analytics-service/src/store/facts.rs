//! Reads what key figures are made of. Each list is bounded: a tenant with more in one period must ask for a shorter one.

use super::numbers::money;
use super::sight::only;
use super::{Sight, Store, day_number, day_of};
use crate::domain::fleet::change::RemainingKm;
use crate::domain::fleet::{Band, Severity};
use crate::domain::kpi::{
    AlertFact, CheckFact, ClaimFact, DecisionFact, HealthFact, Period, ServiceFact, SettledFact, TrendFact, VisitFact,
};
use crate::domain::money::MicroMoney;
use chassis::{DbError, on};
use chrono::{DateTime, Utc};
use sqlx::AssertSqlSafe;

/// Facts of one kind in one period.
pub const FACTS_MAX: usize = 500_000;

type Time = DateTime<Utc>;

#[derive(sqlx::FromRow)]
struct VisitRow {
    visit_id: String,
    vehicle_id: String,
    component: Option<String>,
    state: String,
    automatic: Option<bool>,
    starts_before_p05: Option<bool>,
    planned_at: Option<Time>,
    started_at: Option<Time>,
    cancelled_at: Option<Time>,
    completed_at: Option<Time>,
    reported_at: Option<Time>,
    cost_minor: Option<i64>,
    cost_currency: Option<String>,
    confirmed: bool,
    nothing_found: bool,
    stood_km: Option<f64>,
}

impl From<VisitRow> for VisitFact {
    fn from(row: VisitRow) -> VisitFact {
        VisitFact {
            visit_id: row.visit_id,
            vehicle_id: row.vehicle_id,
            component: row.component,
            state: row.state,
            automatic: row.automatic,
            starts_before_p05: row.starts_before_p05,
            planned_at: row.planned_at,
            started_at: row.started_at,
            cancelled_at: row.cancelled_at,
            completed_at: row.completed_at,
            reported_at: row.reported_at,
            cost: money(row.cost_minor, row.cost_currency),
            confirmed: row.confirmed,
            nothing_found: row.nothing_found,
            odometer_km: row.stood_km,
        }
    }
}

#[derive(sqlx::FromRow)]
pub(super) struct DecisionRow {
    decision_id: Option<String>,
    decided_vehicle_id: Option<String>,
    decided_component: Option<String>,
    failure_code: Option<String>,
    severity_rank: Option<i64>,
    made_at: Option<Time>,
    rul_p05_km: Option<f64>,
    rul_p50_km: Option<f64>,
    rul_p95_km: Option<f64>,
    decided_km: Option<f64>,
    covered: Option<bool>,
    llm_model: Option<String>,
    llm_calls: Option<i64>,
    llm_tokens: Option<i64>,
    llm_cost_micro: Option<i64>,
    llm_currency: Option<String>,
    explained_at: Option<Time>,
}

/// The quantiles where all are known.
pub(super) fn remaining(p05: Option<f64>, p50: Option<f64>, p95: Option<f64>) -> Option<RemainingKm> {
    Some(RemainingKm {
        p05: p05?,
        p50: p50?,
        p95: p95?,
    })
}

/// The severity of this rank.
pub(super) fn severity(rank: i64) -> Severity {
    Severity::ALL
        .into_iter()
        .find(|severity| severity.rank() == rank)
        .unwrap_or(Severity::Unknown)
}

impl DecisionRow {
    /// None where there was no decision, or only words about one that was never heard.
    pub(super) fn into_fact(self) -> Option<DecisionFact> {
        Some(DecisionFact {
            decision_id: self.decision_id?,
            vehicle_id: self.decided_vehicle_id?,
            component: self.decided_component,
            failure_code: self.failure_code,
            severity: severity(self.severity_rank.unwrap_or(0)),
            made_at: self.made_at?,
            rul_km: remaining(self.rul_p05_km, self.rul_p50_km, self.rul_p95_km),
            odometer_km: self.decided_km,
            covered: self.covered,
            llm_model: self.llm_model,
            llm_calls: self.llm_calls.unwrap_or(0),
            llm_tokens: self.llm_tokens.unwrap_or(0),
            llm_cost: self
                .llm_cost_micro
                .zip(self.llm_currency)
                .map(|(amount_micro, currency)| MicroMoney { amount_micro, currency }),
            explained_at: self.explained_at,
        })
    }
}

#[derive(sqlx::FromRow)]
struct SettledRow {
    #[sqlx(flatten)]
    visit: VisitRow,
    #[sqlx(flatten)]
    decision: DecisionRow,
    km_per_day: Option<f64>,
    previous_km: Option<f64>,
    claimed: bool,
}

macro_rules! visit_columns {
    () => {
        "v.visit_id, v.vehicle_id, v.component, v.state, v.automatic, v.starts_before_p05, v.planned_at, v.started_at, v.cancelled_at,
         v.completed_at, v.reported_at, v.cost_minor, v.cost_currency, v.confirmed, v.nothing_found, v.odometer_km AS stood_km "
    };
}

macro_rules! decision_columns {
    () => {
        "d.decision_id, d.vehicle_id AS decided_vehicle_id, d.component AS decided_component, d.failure_code, d.severity_rank, d.made_at,
         d.rul_p05_km, d.rul_p50_km, d.rul_p95_km, d.odometer_km AS decided_km, d.covered, d.llm_model, d.llm_calls, d.llm_tokens,
         d.llm_cost_micro, d.llm_currency, d.explained_at "
    };
}
pub(super) use decision_columns;

/// Rows, where there are no more of them than were read. Asked before any is folded or dropped: a list that was cut off would be short
/// enough after that.
pub(super) fn whole<R>(rows: Vec<R>, max: usize) -> Option<Vec<R>> {
    (rows.len() < max).then_some(rows)
}

impl Store<'_> {
    /// Visits that were first booked in the period.
    pub async fn booked_visits(&mut self, sight: &Sight, period: &Period) -> Result<Vec<VisitFact>, DbError> {
        let sql = sight.sql(
            self.tx,
            concat!(
                "SELECT ",
                visit_columns!(),
                "FROM visit_view v WHERE v.tenant_id = $1 AND v.planned_at >= $2 AND v.planned_at < $3{}
                     LIMIT $4"
            ),
            "v.vehicle_id",
            5,
        );
        let rows: Vec<VisitRow> = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str()).bind(period.start()).bind(period.end()).bind(FACTS_MAX as i64)).fetch_all(c).await)?;
        Ok(rows.into_iter().map(VisitFact::from).collect())
    }

    /// Visits in which a vehicle stood in the period.
    pub async fn standing_visits(&mut self, sight: &Sight, period: &Period) -> Result<Vec<VisitFact>, DbError> {
        let sql = sight.sql(
            self.tx,
            concat!(
                "SELECT ",
                visit_columns!(),
                "FROM visit_view v WHERE v.tenant_id = $1 AND v.started_at < $3
                     AND (v.completed_at IS NULL OR v.completed_at > $2)
                     AND (v.cancelled_at IS NULL OR v.cancelled_at > $2 OR v.completed_at IS NOT NULL){} LIMIT $4"
            ),
            "v.vehicle_id",
            5,
        );
        let rows: Vec<VisitRow> = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str()).bind(period.start()).bind(period.end()).bind(FACTS_MAX as i64)).fetch_all(c).await)?;
        Ok(rows.into_iter().map(VisitFact::from).collect())
    }

    /// Visits that were completed in the period, with what they settled.
    pub async fn settled_visits(&mut self, sight: &Sight, period: &Period) -> Result<Vec<SettledFact>, DbError> {
        let sql = sight.sql(self.tx, concat!("SELECT ", visit_columns!(), ", ", decision_columns!(), ", w.km_per_day,
                     (SELECT MAX(r.odometer_km) FROM repair_view r WHERE r.tenant_id = v.tenant_id AND r.vehicle_id = v.vehicle_id
                        AND r.component = d.component AND r.done_at < v.completed_at) AS previous_km,
                     EXISTS (SELECT 1 FROM claim_view k WHERE k.tenant_id = v.tenant_id AND k.vehicle_id = v.vehicle_id
                        AND k.component = v.component) AS claimed
                     FROM visit_view v
                     LEFT JOIN decision_view d ON d.tenant_id = v.tenant_id AND d.decision_id = v.settles
                     LEFT JOIN vehicle_view w ON w.tenant_id = v.tenant_id AND w.vehicle_id = v.vehicle_id
                     WHERE v.tenant_id = $1 AND v.completed_at >= $2 AND v.completed_at < $3{} LIMIT $4"), "v.vehicle_id", 5);
        let rows: Vec<SettledRow> = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str()).bind(period.start()).bind(period.end()).bind(FACTS_MAX as i64)).fetch_all(c).await)?;
        let fact = |row: SettledRow| SettledFact {
            visit: row.visit.into(),
            decision: row.decision.into_fact(),
            km_per_day: row.km_per_day,
            previous_km: row.previous_km.unwrap_or(0.0),
            claimed: row.claimed,
        };
        Ok(rows.into_iter().map(fact).collect())
    }

    /// Decisions that were made in the period; none where there are `max` of them or more.
    pub async fn made_decisions(
        &mut self,
        sight: &Sight,
        period: &Period,
        max: usize,
    ) -> Result<Option<Vec<DecisionFact>>, DbError> {
        let sql = sight.sql(
            self.tx,
            concat!(
                "SELECT ",
                decision_columns!(),
                "FROM decision_view d WHERE d.tenant_id = $1 AND d.made_at >= $2 AND d.made_at < $3{}
                     LIMIT $4"
            ),
            "d.vehicle_id",
            5,
        );
        let rows: Vec<DecisionRow> = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str()).bind(period.start()).bind(period.end()).bind(max as i64)).fetch_all(c).await)?;
        Ok(whole(rows, max).map(|rows| rows.into_iter().filter_map(DecisionRow::into_fact).collect()))
    }

    /// Alerts that were raised in the period, and whether they were right.
    pub async fn raised_alerts(&mut self, sight: &Sight, period: &Period) -> Result<Vec<AlertFact>, DbError> {
        self.alerts_where("a.raised_at >= $2 AND a.raised_at < $3", true, sight, period)
            .await
    }

    /// EMERGENCY alerts that were open in the period; whether they were right is not looked up.
    pub async fn emergencies(&mut self, sight: &Sight, period: &Period) -> Result<Vec<AlertFact>, DbError> {
        self.alerts_where(
            "a.severity = 'EMERGENCY' AND a.raised_at < $3 AND (a.resolved_at IS NULL OR a.resolved_at > $2)",
            false,
            sight,
            period,
        )
        .await
    }

    async fn alerts_where(
        &mut self,
        condition: &'static str,
        judged: bool,
        sight: &Sight,
        period: &Period,
    ) -> Result<Vec<AlertFact>, DbError> {
        type Row = (
            String,
            String,
            Option<String>,
            String,
            Time,
            Option<Time>,
            Option<Time>,
            i64,
            i64,
        );
        let verdicts = match judged {
            true => "(SELECT COUNT(*) FROM visit_view v WHERE v.tenant_id = a.tenant_id AND v.settles = a.decision_id AND v.confirmed = TRUE),
                     (SELECT COUNT(*) FROM visit_view v WHERE v.tenant_id = a.tenant_id AND v.settles = a.decision_id AND v.nothing_found = TRUE)",
            false => "CAST(0 AS BIGINT), CAST(0 AS BIGINT)",
        };
        let sql = format!(
            "SELECT a.alert_id, a.vehicle_id, a.component, a.severity, a.raised_at, a.acknowledged_at, a.resolved_at,
                 {verdicts}
             FROM alert_view a WHERE a.tenant_id = $1 AND {condition}{{}} LIMIT $4"
        );
        let sql = sight.sql(self.tx, &sql, "a.vehicle_id", 5);
        let rows: Vec<Row> = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str()).bind(period.start()).bind(period.end()).bind(FACTS_MAX as i64)).fetch_all(c).await)?;
        let fact = |(
            alert_id,
            vehicle_id,
            component,
            severity,
            raised_at,
            acknowledged_at,
            resolved_at,
            right,
            wrong,
        ): Row| AlertFact {
            alert_id,
            vehicle_id,
            component,
            severity: Severity::parse(&severity),
            raised_at,
            acknowledged_at,
            resolved_at,
            confirmed: (right + wrong > 0).then_some(right > 0),
        };
        Ok(rows.into_iter().map(fact).collect())
    }

    /// How long each vehicle was in service.
    pub async fn services(&mut self, sight: &Sight) -> Result<Vec<ServiceFact>, DbError> {
        let sql = sight.sql(self.tx, "SELECT vehicle_id, first_seen_at, retired_at FROM vehicle_view WHERE tenant_id = $1 AND first_seen_at IS NOT NULL{} LIMIT $2", "vehicle_id", 3);
        let rows: Vec<(String, Time, Option<Time>)> = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str()).bind(FACTS_MAX as i64)).fetch_all(c).await)?;
        let fact = |(vehicle_id, first_seen_at, retired_at)| ServiceFact {
            vehicle_id,
            first_seen_at,
            retired_at,
        };
        Ok(rows.into_iter().map(fact).collect())
    }

    /// The fleet's health by day.
    pub async fn health_trend(&mut self, sight: &Sight, period: &Period) -> Result<Vec<TrendFact>, DbError> {
        let statement = match sight.bound_to() {
            None => "SELECT day, band, CAST(SUM(vehicles) AS BIGINT), CAST(SUM(scored) AS BIGINT), CAST(SUM(score_micro) AS BIGINT)
                     FROM health_trend WHERE tenant_id = $1 AND day >= $2 AND day < $3 GROUP BY day, band ORDER BY day, band",
            Some(_) => "SELECT day, band, COUNT(*), COUNT(score_micro), CAST(COALESCE(SUM(score_micro), 0) AS BIGINT)
                        FROM health_day WHERE tenant_id = $1 AND day >= $2 AND day < $3{} GROUP BY day, band ORDER BY day, band",
        };
        let sql = sight.sql(self.tx, statement, "vehicle_id", 4);
        let rows: Vec<(i64, String, i64, i64, i64)> = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str()).bind(day_number(period.from)).bind(day_number(period.to))).fetch_all(c).await)?;
        let fact = |(day, band, vehicles, scored, score_micro): (i64, String, i64, i64, i64)| TrendFact {
            day: day_of(day),
            band: Band::parse(&band),
            vehicles: vehicles.unsigned_abs(),
            scored: scored.unsigned_abs(),
            score_micro,
        };
        Ok(rows.into_iter().map(fact).collect())
    }

    /// Each vehicle's newest health of the period; those that are retired are left out.
    pub async fn newest_health(&mut self, sight: &Sight, period: &Period) -> Result<Vec<HealthFact>, DbError> {
        let sql = sight.sql(self.tx, "SELECT h.vehicle_id, h.time, h.band, h.score_micro FROM vehicle_view w JOIN health_day h
               ON h.tenant_id = w.tenant_id AND h.vehicle_id = w.vehicle_id
              AND h.day = (SELECT MAX(x.day) FROM health_day x WHERE x.tenant_id = w.tenant_id AND x.vehicle_id = w.vehicle_id
                             AND x.day >= $2 AND x.day < $3)
             WHERE w.tenant_id = $1 AND w.retired = FALSE{} LIMIT $4", "w.vehicle_id", 5);
        let rows: Vec<(String, Time, String, Option<i64>)> = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str()).bind(day_number(period.from)).bind(day_number(period.to)).bind(FACTS_MAX as i64)).fetch_all(c).await)?;
        let fact = |(vehicle_id, time, band, score_micro): (String, Time, String, Option<i64>)| HealthFact {
            vehicle_id,
            time,
            band: Band::parse(&band),
            score_micro,
        };
        Ok(rows.into_iter().map(fact).collect())
    }

    /// Warranty checks of the period.
    pub async fn checks(&mut self, sight: &Sight, period: &Period) -> Result<Vec<CheckFact>, DbError> {
        let sql = sight.sql(
            self.tx,
            "SELECT check_id, vehicle_id, component, covered, checked_at FROM coverage_view
             WHERE tenant_id = $1 AND checked_at >= $2 AND checked_at < $3{} LIMIT $4",
            "vehicle_id",
            5,
        );
        let rows: Vec<(String, String, String, bool, Time)> = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str()).bind(period.start()).bind(period.end()).bind(FACTS_MAX as i64)).fetch_all(c).await)?;
        let fact = |(check_id, vehicle_id, component, covered, checked_at)| CheckFact {
            check_id,
            vehicle_id,
            component,
            covered,
            checked_at,
        };
        Ok(rows.into_iter().map(fact).collect())
    }

    /// Claims of the period.
    pub async fn claims(&mut self, sight: &Sight, period: &Period) -> Result<Vec<ClaimFact>, DbError> {
        let sql = sight.sql(
            self.tx,
            "SELECT claim_id, vehicle_id, component, amount_minor, currency, claimed_at FROM claim_view
             WHERE tenant_id = $1 AND claimed_at >= $2 AND claimed_at < $3{} LIMIT $4",
            "vehicle_id",
            5,
        );
        let rows: Vec<(String, String, String, i64, String, Time)> = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str()).bind(period.start()).bind(period.end()).bind(FACTS_MAX as i64)).fetch_all(c).await)?;
        let fact = |(claim_id, vehicle_id, component, amount_minor, currency, claimed_at): (
            String,
            String,
            String,
            i64,
            String,
            Time,
        )| {
            ClaimFact {
                claim_id,
                vehicle_id,
                component,
                amount: crate::domain::money::Money { amount_minor, currency },
                claimed_at,
            }
        };
        Ok(rows.into_iter().map(fact).collect())
    }
}
