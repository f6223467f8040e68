//! Counts and sums over the whole fleet, done by the database and added up by the rules.

use super::sight::only;
use super::{Sight, Store};
use crate::domain::fleet::Band;
use crate::domain::fleet::numbers::{CostNumbers, Estimate, FleetNumbers, Group, Settled};
use crate::domain::money::{Money, MoneySum};
use chassis::{DbError, on};
use sqlx::AssertSqlSafe;

/// Alerts and messages, counted.
#[derive(Debug, Clone, Default)]
pub struct AlertNumbers {
    /// Severity, state and count.
    pub by_severity: Vec<(String, String, u64)>,
    /// Channel, status and count.
    pub deliveries: Vec<(String, String, u64)>,
    pub acknowledged: u64,
    /// Mean seconds from raising to the first acknowledgement.
    pub mean_acknowledge_s: Option<f64>,
}

/// Warranty checks and claims, counted.
#[derive(Debug, Clone, Default)]
pub struct WarrantyNumbers {
    pub checks_covered: u64,
    pub checks_not_covered: u64,
    pub claims: u64,
    pub claimed: MoneySum,
}

/// Workshop visits, counted.
#[derive(Debug, Clone, Default)]
pub struct VisitNumbers {
    /// State and count.
    pub by_state: Vec<(String, u64)>,
    pub automatic: u64,
    /// Automatic visits that start before the 5 % quantile of the remaining life, after it, and of which it is not known.
    pub before_p05: u64,
    pub after_p05: u64,
}

#[derive(sqlx::FromRow)]
struct GroupRow {
    band: String,
    vehicles: i64,
    score_sum: Option<f64>,
    scored: i64,
    with_open_alerts: i64,
    with_serious_alerts: i64,
    with_visit: i64,
}

#[derive(sqlx::FromRow)]
struct EstimateRow {
    decisions: i64,
    low: Option<i64>,
    low_currency: Option<String>,
    high: Option<i64>,
    high_currency: Option<String>,
}

#[derive(sqlx::FromRow)]
struct SettledRow {
    visits: i64,
    high: Option<i64>,
    high_currency: Option<String>,
    cost: Option<i64>,
    cost_currency: Option<String>,
    confirmed: bool,
    nothing_found: bool,
}

/// An amount with its currency, where both are known.
pub(super) fn money(amount_minor: Option<i64>, currency: Option<String>) -> Option<Money> {
    Some(Money {
        amount_minor: amount_minor?,
        currency: currency?,
    })
}

impl Store<'_> {
    /// The fleet in numbers; retired vehicles are no part of it.
    pub async fn fleet_numbers(&mut self, sight: &Sight) -> Result<FleetNumbers, DbError> {
        let sql = sight.sql(
            self.tx,
            "SELECT band, COUNT(*) AS vehicles, SUM(score) AS score_sum, COUNT(score) AS scored,
                 COUNT(CASE WHEN open_alerts > 0 THEN 1 END) AS with_open_alerts,
                 COUNT(CASE WHEN worst_severity_rank >= 3 THEN 1 END) AS with_serious_alerts,
                 COUNT(next_visit_id) AS with_visit
             FROM vehicle_view WHERE tenant_id = $1 AND retired = FALSE{} GROUP BY band",
            "vehicle_id",
            2,
        );
        let rows: Vec<GroupRow> = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str())).fetch_all(c).await)?;
        let mut numbers = FleetNumbers::default();
        for row in rows {
            numbers.add(&Group {
                band: Band::parse(&row.band),
                vehicles: row.vehicles.unsigned_abs(),
                score_sum: row.score_sum.unwrap_or(0.0),
                scored: row.scored.unsigned_abs(),
                with_open_alerts: row.with_open_alerts.unsigned_abs(),
                with_serious_alerts: row.with_serious_alerts.unsigned_abs(),
                with_visit: row.with_visit.unsigned_abs(),
            });
        }
        Ok(numbers)
    }

    /// Vehicles by the component that is worst in them and its band.
    pub async fn worst_components(&mut self, sight: &Sight) -> Result<Vec<(String, u64, f64)>, DbError> {
        let sql = sight.sql(
            self.tx,
            "SELECT worst_component, COUNT(*), MIN(worst_score) FROM vehicle_view
             WHERE tenant_id = $1 AND retired = FALSE AND worst_component IS NOT NULL{}
             GROUP BY worst_component ORDER BY COUNT(*) DESC, worst_component",
            "vehicle_id",
            2,
        );
        let rows: Vec<(String, i64, f64)> = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str())).fetch_all(c).await)?;
        Ok(rows
            .into_iter()
            .map(|(component, count, worst)| (component, count.unsigned_abs(), worst))
            .collect())
    }

    /// What open decisions may cost, and what finished visits cost and saved.
    pub async fn cost_numbers(&mut self, sight: &Sight) -> Result<CostNumbers, DbError> {
        let mut costs = CostNumbers::default();
        let sql = sight.sql(
            self.tx,
            "SELECT COUNT(*) AS decisions, CAST(SUM(low_minor) AS BIGINT) AS low, low_currency,
                 CAST(SUM(high_minor) AS BIGINT) AS high, high_currency
             FROM decision_view WHERE tenant_id = $1 AND is_open = TRUE{} GROUP BY low_currency, high_currency",
            "vehicle_id",
            2,
        );
        let open: Vec<EstimateRow> = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str())).fetch_all(c).await)?;
        for row in open {
            costs.add_open(&Estimate {
                decisions: row.decisions.unsigned_abs(),
                low: money(row.low, row.low_currency),
                high: money(row.high, row.high_currency),
            });
        }
        let sql = sight.sql(
            self.tx,
            "SELECT COUNT(*) AS visits, CAST(SUM(d.high_minor) AS BIGINT) AS high, d.high_currency,
                 CAST(SUM(v.cost_minor) AS BIGINT) AS cost, v.cost_currency, v.confirmed, v.nothing_found
             FROM visit_view v LEFT JOIN decision_view d ON d.tenant_id = v.tenant_id AND d.decision_id = v.settles
             WHERE v.tenant_id = $1 AND v.state = 'COMPLETED'{}
             GROUP BY d.high_currency, v.cost_currency, v.confirmed, v.nothing_found",
            "v.vehicle_id",
            2,
        );
        let settled: Vec<SettledRow> = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str())).fetch_all(c).await)?;
        for row in settled {
            costs.add_settled(&Settled {
                visits: row.visits.unsigned_abs(),
                estimate_high: money(row.high, row.high_currency),
                cost: money(row.cost, row.cost_currency),
                confirmed: row.confirmed,
                nothing_found: row.nothing_found,
            });
        }
        Ok(costs)
    }

    /// Alerts and messages in numbers.
    pub async fn alert_numbers(&mut self, sight: &Sight) -> Result<AlertNumbers, DbError> {
        let sql = sight.sql(
            self.tx,
            "SELECT severity, state, COUNT(*) FROM alert_view WHERE tenant_id = $1 AND raised_at IS NOT NULL{}
             GROUP BY severity, state ORDER BY severity, state",
            "vehicle_id",
            2,
        );
        let by_severity: Vec<(String, String, i64)> = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str())).fetch_all(c).await)?;
        let statement = match sight.bound_to() {
            None => {
                "SELECT channel, status, COUNT(*) FROM delivery_view WHERE tenant_id = $1
                     GROUP BY channel, status ORDER BY channel, status"
            }
            // A delivery is about the vehicle of its alert.
            Some(_) => {
                "SELECT d.channel, d.status, COUNT(*) FROM delivery_view d
                        JOIN alert_view a ON a.tenant_id = d.tenant_id AND a.alert_id = d.alert_id
                        WHERE d.tenant_id = $1{} GROUP BY d.channel, d.status ORDER BY d.channel, d.status"
            }
        };
        let sql = sight.sql(self.tx, statement, "a.vehicle_id", 2);
        let deliveries: Vec<(String, String, i64)> = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str())).fetch_all(c).await)?;
        let sql = sight.sql(self.tx, "SELECT COUNT(acknowledged_s), CAST(AVG(acknowledged_s) AS DOUBLE PRECISION) FROM alert_view WHERE tenant_id = $1{}", "vehicle_id", 2);
        let (acknowledged, mean): (i64, Option<f64>) = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str())).fetch_one(c).await)?;
        let counted = |(a, b, n): (String, String, i64)| (a, b, n.unsigned_abs());
        Ok(AlertNumbers {
            by_severity: by_severity.into_iter().map(counted).collect(),
            deliveries: deliveries.into_iter().map(counted).collect(),
            acknowledged: acknowledged.unsigned_abs(),
            mean_acknowledge_s: mean,
        })
    }

    /// Warranty checks and claims in numbers.
    pub async fn warranty_numbers(&mut self, sight: &Sight) -> Result<WarrantyNumbers, DbError> {
        let sql = sight.sql(
            self.tx,
            "SELECT covered, COUNT(*) FROM coverage_view WHERE tenant_id = $1{} GROUP BY covered",
            "vehicle_id",
            2,
        );
        let checks: Vec<(bool, i64)> = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str())).fetch_all(c).await)?;
        let sql = sight.sql(self.tx, "SELECT currency, COUNT(*), CAST(SUM(amount_minor) AS BIGINT) FROM claim_view WHERE tenant_id = $1{} GROUP BY currency", "vehicle_id", 2);
        let claims: Vec<(String, i64, i64)> = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str())).fetch_all(c).await)?;
        let mut numbers = WarrantyNumbers::default();
        for (covered, count) in checks {
            *(if covered {
                &mut numbers.checks_covered
            } else {
                &mut numbers.checks_not_covered
            }) += count.unsigned_abs();
        }
        for (currency, count, amount_minor) in claims {
            numbers.claims += count.unsigned_abs();
            numbers.claimed.add(&currency, amount_minor);
        }
        Ok(numbers)
    }

    /// Visits in numbers.
    pub async fn visit_numbers(&mut self, sight: &Sight) -> Result<VisitNumbers, DbError> {
        let sql = sight.sql(
            self.tx,
            "SELECT state, COUNT(*) FROM visit_view WHERE tenant_id = $1{} GROUP BY state ORDER BY state",
            "vehicle_id",
            2,
        );
        let by_state: Vec<(String, i64)> = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str())).fetch_all(c).await)?;
        let sql = sight.sql(self.tx, "SELECT COUNT(*), COUNT(CASE WHEN starts_before_p05 = TRUE THEN 1 END), COUNT(CASE WHEN starts_before_p05 = FALSE THEN 1 END)
             FROM visit_view WHERE tenant_id = $1 AND automatic = TRUE AND state <> 'CANCELLED'{}", "vehicle_id", 2);
        let (automatic, before, after): (i64, i64, i64) = on!(self.tx, c => only!(sight, sqlx::query_as(AssertSqlSafe(sql))
            .bind(sight.tenant.as_str())).fetch_one(c).await)?;
        Ok(VisitNumbers {
            by_state: by_state
                .into_iter()
                .map(|(state, count)| (state, count.unsigned_abs()))
                .collect(),
            automatic: automatic.unsigned_abs(),
            before_p05: before.unsigned_abs(),
            after_p05: after.unsigned_abs(),
        })
    }
}
