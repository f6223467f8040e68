//! Writes what belongs to no single lifecycle: deliveries, warranty checks and claims, repairs, each day's health and telemetry counts.

use super::entities::{Named, ROWS_MAX};
use super::{Sight, Store, day_number};
use crate::domain::fleet::news::{Claim, Coverage, Delivery};
use crate::domain::fleet::vehicle::{DayHealth, Vehicle};
use crate::domain::fleet::{Latest, Stamp};
use chassis::{DbError, on, partition};
use chrono::{DateTime, NaiveDate, Utc};
use std::collections::BTreeMap;

/// How a sum of a day's health changes, by (tenant, day, band, partition).
pub type TrendDelta = BTreeMap<(String, i64, &'static str, i64), (i64, i64, i64)>;

/// Adds to the deltas what one vehicle's day contributes less than before, and more than before.
pub fn contribute(
    deltas: &mut TrendDelta,
    (tenant_id, vehicle_id): (&str, &str),
    day: NaiveDate,
    before: Option<&Latest<DayHealth>>,
    now: &Latest<DayHealth>,
) {
    let place = i64::from(partition::of(tenant_id, vehicle_id));
    let mut add = |health: DayHealth, sign: i64| {
        let key = (tenant_id.to_owned(), day_number(day), health.band.as_str(), place);
        let sum = deltas.entry(key).or_default();
        sum.0 += sign;
        sum.1 += sign * i64::from(health.score_micro.is_some());
        sum.2 += sign * health.score_micro.unwrap_or(0);
    };
    if before.is_some_and(|before| before.value == now.value) {
        return;
    }
    if let Some(before) = before {
        add(before.value, -1);
    }
    add(now.value, 1);
}

impl Store<'_> {
    /// Notes what became of messages; the newest word counts.
    pub async fn save_deliveries(&mut self, deliveries: &[Named<'_, (Stamp, Delivery)>]) -> Result<(), DbError> {
        for some in deliveries.chunks(ROWS_MAX) {
            on!(self.tx, c => {
                let mut query = sqlx::QueryBuilder::new(
                    "INSERT INTO delivery_view (tenant_id, delivery_id, alert_id, channel, status, time, sequence) ");
                query.push_values(some, |mut to, named| {
                    let (stamp, delivery) = named.value;
                    to.push_bind(named.tenant_id).push_bind(named.id).push_bind(&delivery.alert_id).push_bind(&delivery.channel)
                        .push_bind(&delivery.status).push_bind(stamp.time).push_bind(stamp.sequence);
                });
                query.push(
                    " ON CONFLICT (tenant_id, delivery_id) DO UPDATE SET channel = excluded.channel, status = excluded.status,
                         time = excluded.time, sequence = excluded.sequence
                     WHERE delivery_view.time < excluded.time
                        OR (delivery_view.time = excluded.time AND delivery_view.sequence < excluded.sequence)");
                query.build().run(c).await
            })?;
        }
        Ok(())
    }

    /// Notes warranty checks; the newest word counts.
    pub async fn save_coverages(&mut self, checks: &[Named<'_, (Stamp, Coverage)>]) -> Result<(), DbError> {
        for some in checks.chunks(ROWS_MAX) {
            on!(self.tx, c => {
                let mut query = sqlx::QueryBuilder::new(
                    "INSERT INTO coverage_view (tenant_id, check_id, vehicle_id, component, covered, decision_id, checked_at, sequence) ");
                query.push_values(some, |mut to, named| {
                    let (stamp, check) = named.value;
                    to.push_bind(named.tenant_id).push_bind(named.id).push_bind(named.vehicle_id).push_bind(&check.component)
                        .push_bind(check.covered).push_bind(&check.decision_id).push_bind(stamp.time).push_bind(stamp.sequence);
                });
                query.push(
                    " ON CONFLICT (tenant_id, check_id) DO UPDATE SET vehicle_id = excluded.vehicle_id,
                         component = excluded.component, covered = excluded.covered, decision_id = excluded.decision_id,
                         checked_at = excluded.checked_at, sequence = excluded.sequence
                     WHERE coverage_view.checked_at IS NULL OR coverage_view.checked_at < excluded.checked_at
                        OR (coverage_view.checked_at = excluded.checked_at AND coverage_view.sequence < excluded.sequence)");
                query.build().run(c).await
            })?;
        }
        Ok(())
    }

    /// Notes claims; the newest word counts.
    pub async fn save_claims(&mut self, claims: &[Named<'_, (Stamp, Claim)>]) -> Result<(), DbError> {
        for some in claims.chunks(ROWS_MAX) {
            on!(self.tx, c => {
                let mut query = sqlx::QueryBuilder::new(
                    "INSERT INTO claim_view (tenant_id, claim_id, vehicle_id, component, amount_minor, currency, decision_id,
                         claimed_at, sequence) ");
                query.push_values(some, |mut to, named| {
                    let (stamp, claim) = named.value;
                    to.push_bind(named.tenant_id).push_bind(named.id).push_bind(named.vehicle_id).push_bind(&claim.component)
                        .push_bind(claim.amount.amount_minor).push_bind(&claim.amount.currency).push_bind(&claim.decision_id)
                        .push_bind(stamp.time).push_bind(stamp.sequence);
                });
                query.push(
                    " ON CONFLICT (tenant_id, claim_id) DO UPDATE SET vehicle_id = excluded.vehicle_id,
                         component = excluded.component, amount_minor = excluded.amount_minor, currency = excluded.currency,
                         decision_id = excluded.decision_id, claimed_at = excluded.claimed_at, sequence = excluded.sequence
                     WHERE claim_view.claimed_at IS NULL OR claim_view.claimed_at < excluded.claimed_at
                        OR (claim_view.claimed_at = excluded.claimed_at AND claim_view.sequence < excluded.sequence)");
                query.build().run(c).await
            })?;
        }
        Ok(())
    }

    /// Notes the work that was done on vehicles.
    pub async fn save_repairs(&mut self, vehicles: &[Named<'_, Vehicle>]) -> Result<(), DbError> {
        let repairs = vehicles
            .iter()
            .flat_map(|named| named.value.repairs.iter().map(move |repair| (named, repair)));
        let rows: Vec<_> = repairs.collect();
        for some in rows.chunks(ROWS_MAX) {
            on!(self.tx, c => {
                let mut query = sqlx::QueryBuilder::new(
                    "INSERT INTO repair_view (tenant_id, vehicle_id, component, done_at, odometer_km) ");
                query.push_values(some, |mut to, (named, ((component, done_at), odometer_km))| {
                    to.push_bind(named.tenant_id).push_bind(named.vehicle_id).push_bind(component).push_bind(*done_at)
                        .push_bind(**odometer_km);
                });
                query.push(
                    " ON CONFLICT (tenant_id, vehicle_id, component, done_at) DO UPDATE SET odometer_km = excluded.odometer_km
                     WHERE excluded.odometer_km IS NOT NULL
                       AND (repair_view.odometer_km IS NULL OR repair_view.odometer_km < excluded.odometer_km)");
                query.build().run(c).await
            })?;
        }
        Ok(())
    }

    /// Writes the days of vehicles' health that were touched.
    pub async fn save_days(&mut self, vehicles: &[Named<'_, Vehicle>]) -> Result<(), DbError> {
        let days = vehicles
            .iter()
            .flat_map(|named| named.value.days.iter().map(move |day| (named, day)));
        let rows: Vec<_> = days.collect();
        for some in rows.chunks(ROWS_MAX) {
            on!(self.tx, c => {
                let mut query = sqlx::QueryBuilder::new(
                    "INSERT INTO health_day (tenant_id, vehicle_id, day, time, sequence, band, score_micro) ");
                query.push_values(some, |mut to, (named, (day, health))| {
                    to.push_bind(named.tenant_id).push_bind(named.vehicle_id).push_bind(day_number(**day))
                        .push_bind(health.stamp.time).push_bind(health.stamp.sequence).push_bind(health.value.band.as_str())
                        .push_bind(health.value.score_micro);
                });
                query.push(
                    " ON CONFLICT (tenant_id, vehicle_id, day) DO UPDATE SET time = excluded.time, sequence = excluded.sequence,
                         band = excluded.band, score_micro = excluded.score_micro");
                query.build().run(c).await
            })?;
        }
        Ok(())
    }

    /// Moves the sums of the fleet's days.
    pub async fn move_trend(&mut self, deltas: &TrendDelta) -> Result<(), DbError> {
        let rows: Vec<_> = deltas.iter().filter(|(_, delta)| **delta != (0, 0, 0)).collect();
        for some in rows.chunks(ROWS_MAX) {
            on!(self.tx, c => {
                let mut query = sqlx::QueryBuilder::new(
                    "INSERT INTO health_trend (tenant_id, day, band, partition, vehicles, scored, score_micro) ");
                query.push_values(some, |mut to, ((tenant_id, day, band, place), (vehicles, scored, score_micro))| {
                    to.push_bind(tenant_id).push_bind(*day).push_bind(*band).push_bind(*place).push_bind(*vehicles)
                        .push_bind(*scored).push_bind(*score_micro);
                });
                query.push(
                    " ON CONFLICT (tenant_id, day, band, partition) DO UPDATE SET vehicles = health_trend.vehicles + excluded.vehicles,
                         scored = health_trend.scored + excluded.scored,
                         score_micro = health_trend.score_micro + excluded.score_micro");
                query.build().run(c).await
            })?;
        }
        Ok(())
    }

    /// Adds records to the counts of hours.
    pub async fn count_telemetry(
        &mut self,
        records: &BTreeMap<(String, DateTime<Utc>, u8), i64>,
    ) -> Result<(), DbError> {
        let rows: Vec<_> = records.iter().collect();
        for some in rows.chunks(ROWS_MAX) {
            on!(self.tx, c => {
                let mut query = sqlx::QueryBuilder::new("INSERT INTO telemetry_count (tenant_id, hour, partition, records) ");
                query.push_values(some, |mut to, ((tenant_id, hour, place), count)| {
                    to.push_bind(tenant_id).push_bind(*hour).push_bind(i64::from(*place)).push_bind(**count);
                });
                query.push(
                    " ON CONFLICT (tenant_id, hour, partition) DO UPDATE SET records = telemetry_count.records + excluded.records");
                query.build().run(c).await
            })?;
        }
        Ok(())
    }

    /// Records of all vehicles since an instant; they are not counted by vehicle, so it is not known of some.
    pub async fn telemetry_records(&mut self, sight: &Sight, since: DateTime<Utc>) -> Result<Option<i64>, DbError> {
        if sight.bound_to().is_some() {
            return Ok(None);
        }
        on!(self.tx, c => sqlx::query_scalar(
            "SELECT CAST(COALESCE(SUM(records), 0) AS BIGINT) FROM telemetry_count WHERE tenant_id = $1 AND hour >= $2")
            .bind(sight.tenant.as_str()).bind(since).fetch_one(c).await)
        .map(Some)
    }
}
