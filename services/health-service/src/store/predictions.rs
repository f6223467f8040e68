//! Predictions as they were said, and what became of them. Written once, scored once, never made afterwards.

use chassis::{TenantId, on};
use chrono::{DateTime, Utc};
use sqlx::QueryBuilder;

use super::{ROWS_MAX, Store};
use crate::error::Error;

/// The outcome is not known yet.
pub const PENDING: &str = "PENDING";
/// The part's life ended, and its end lay within the 90 % interval.
pub const HELD: &str = "HELD";
/// It ended before the interval began.
pub const TOO_LONG: &str = "TOO_LONG";
/// It ended after the interval was over.
pub const TOO_SHORT: &str = "TOO_SHORT";
/// Watching ended before the life did: it lasted at least this long.
pub const CENSORED: &str = "CENSORED";

/// A prediction.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct PredictionRow {
    pub vehicle_id: String,
    pub component: String,
    pub model_id: String,
    pub day: i64,
    pub life: i64,
    pub vehicle_class: String,
    pub shadow: bool,
    pub made_at: DateTime<Utc>,
    pub distance_km: f64,
    pub odometer_km: Option<f64>,
    pub km_per_day: f64,
    pub score: f64,
    pub rul_km_p05: f64,
    pub rul_km_p50: f64,
    pub rul_km_p95: f64,
}

/// What became of a prediction.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    pub model_id: String,
    pub day: i64,
    pub outcome: &'static str,
    /// Kilometres that it lasted, or at least lasted; no more than the model can see.
    pub truth_km: f64,
    pub pinball_km: Option<f64>,
    /// The one prediction that stands for its life where lives are counted.
    pub drawn: bool,
}

/// Counts of one component, class and model.
#[derive(Debug, Clone, PartialEq, sqlx::FromRow)]
pub struct CalibrationRow {
    pub component: String,
    pub vehicle_class: String,
    pub model_id: String,
    pub shadow: bool,
    pub pending: i64,
    pub held: i64,
    pub too_long: i64,
    pub too_short: i64,
    pub censored: i64,
    /// Censored ones that had outlasted their interval by then: known to be too short.
    pub outlasted: i64,
    pub lives: i64,
    pub lives_held: i64,
    pub mean_width_km: Option<f64>,
    pub mean_error_km: Option<f64>,
    pub mean_pinball_km: Option<f64>,
    pub from_at: Option<DateTime<Utc>>,
    pub until_at: Option<DateTime<Utc>>,
}

/// What two models lost on the lives that both forecast.
#[derive(Debug, Clone, Copy, PartialEq, sqlx::FromRow)]
pub struct PairedRow {
    pub lives: i64,
    pub loss_km: Option<f64>,
    pub previous_loss_km: Option<f64>,
}

/// Predictions of one part that are looked at when its life ends; the strides of `domain::freeze` leave far fewer.
const PENDING_MAX: i64 = 5_000;
/// Groups on the page: components × classes × models, bounded.
const GROUPS_MAX: i64 = 1_000;

impl Store<'_> {
    /// Freezes predictions; one that is there already stays as it was said first.
    pub async fn freeze(&mut self, tenant: &TenantId, rows: &[PredictionRow]) -> Result<(), Error> {
        for chunk in rows.chunks(ROWS_MAX) {
            on!(self.tx, c => {
                let mut query = QueryBuilder::new(
                    "INSERT INTO prediction (tenant_id, vehicle_id, component, model_id, day, life, vehicle_class, shadow, made_at,
                        distance_km, odometer_km, km_per_day, score, rul_km_p05, rul_km_p50, rul_km_p95, outcome) ");
                query.push_values(chunk, |mut row, said| {
                    row.push_bind(tenant.as_str()).push_bind(&said.vehicle_id).push_bind(&said.component);
                    row.push_bind(&said.model_id).push_bind(said.day).push_bind(said.life).push_bind(&said.vehicle_class);
                    row.push_bind(said.shadow).push_bind(said.made_at).push_bind(said.distance_km);
                    row.push_bind(said.odometer_km).push_bind(said.km_per_day).push_bind(said.score);
                    row.push_bind(said.rul_km_p05).push_bind(said.rul_km_p50).push_bind(said.rul_km_p95);
                    row.push_bind(PENDING);
                });
                query.push(" ON CONFLICT DO NOTHING");
                query.build().run(c).await
            })?;
        }
        Ok(())
    }

    /// Predictions of a part whose outcome is not known, made before an instant of event time, oldest first. Without a component: of
    /// every part of the vehicle.
    pub async fn pending_predictions(
        &mut self,
        tenant: &TenantId,
        vehicle_id: &str,
        component: Option<&str>,
        before: DateTime<Utc>,
    ) -> Result<Vec<PredictionRow>, Error> {
        Ok(on!(self.tx, c => sqlx::query_as(
            "SELECT vehicle_id, component, model_id, day, life, vehicle_class, shadow, made_at, distance_km, odometer_km, km_per_day,
                    score, rul_km_p05, rul_km_p50, rul_km_p95
             FROM prediction
             WHERE tenant_id = $1 AND vehicle_id = $2 AND ($3 = '' OR component = $3) AND outcome = 'PENDING' AND made_at < $4
             ORDER BY component, day, model_id LIMIT $5")
            .bind(tenant.as_str()).bind(vehicle_id).bind(component.unwrap_or_default()).bind(before).bind(PENDING_MAX)
            .fetch_all(c).await)?)
    }

    /// Scores predictions of a part.
    pub async fn score_predictions(
        &mut self,
        tenant: &TenantId,
        vehicle_id: &str,
        component: &str,
        scored: &[Scored],
        at: DateTime<Utc>,
    ) -> Result<(), Error> {
        for one in scored {
            on!(self.tx, c => sqlx::query(
                "UPDATE prediction SET outcome = $6, truth_km = $7, pinball_km = $8, drawn = $9, outcome_at = $10
                 WHERE tenant_id = $1 AND vehicle_id = $2 AND component = $3 AND model_id = $4 AND day = $5 AND outcome = 'PENDING'")
                .bind(tenant.as_str()).bind(vehicle_id).bind(component).bind(&one.model_id).bind(one.day)
                .bind(one.outcome).bind(one.truth_km).bind(one.pinball_km).bind(one.drawn).bind(at)
                .run(c).await)?;
        }
        Ok(())
    }

    /// A part that is not the one that was predicted: what was said after it was replaced, before we knew.
    pub async fn drop_predictions_from(
        &mut self,
        tenant: &TenantId,
        vehicle_id: &str,
        component: &str,
        from: DateTime<Utc>,
    ) -> Result<(), Error> {
        on!(self.tx, c => sqlx::query(
            "DELETE FROM prediction WHERE tenant_id = $1 AND vehicle_id = $2 AND component = $3 AND outcome = 'PENDING' AND made_at >= $4")
            .bind(tenant.as_str()).bind(vehicle_id).bind(component).bind(from).run(c).await)?;
        Ok(())
    }

    /// Counts and losses by component, class and model.
    pub async fn calibration(&mut self, tenant: &TenantId) -> Result<Vec<CalibrationRow>, Error> {
        Ok(on!(self.tx, c => sqlx::query_as(
            "SELECT component, vehicle_class, model_id, shadow,
                    COUNT(CASE WHEN outcome = 'PENDING' THEN 1 END) AS pending,
                    COUNT(CASE WHEN outcome = 'HELD' THEN 1 END) AS held,
                    COUNT(CASE WHEN outcome = 'TOO_LONG' THEN 1 END) AS too_long,
                    COUNT(CASE WHEN outcome = 'TOO_SHORT' THEN 1 END) AS too_short,
                    COUNT(CASE WHEN outcome = 'CENSORED' THEN 1 END) AS censored,
                    COUNT(CASE WHEN outcome = 'CENSORED' AND truth_km > rul_km_p95 THEN 1 END) AS outlasted,
                    COUNT(CASE WHEN drawn = TRUE THEN 1 END) AS lives,
                    COUNT(CASE WHEN drawn = TRUE AND outcome = 'HELD' THEN 1 END) AS lives_held,
                    AVG(CASE WHEN pinball_km IS NOT NULL THEN rul_km_p95 - rul_km_p05 END) AS mean_width_km,
                    AVG(CASE WHEN pinball_km IS NOT NULL THEN ABS(rul_km_p50 - truth_km) END) AS mean_error_km,
                    AVG(pinball_km) AS mean_pinball_km,
                    MIN(made_at) AS from_at, MAX(outcome_at) AS until_at
             FROM prediction WHERE tenant_id = $1
             GROUP BY component, vehicle_class, model_id, shadow
             ORDER BY component, vehicle_class, shadow, model_id LIMIT $2")
            .bind(tenant.as_str()).bind(GROUPS_MAX).fetch_all(c).await)?)
    }

    /// The losses of two models on lives whose end is known, on the days on which both spoke. Class `any` means every class.
    pub async fn paired_losses(
        &mut self,
        tenant: &TenantId,
        component: &str,
        vehicle_class: &str,
        model_id: &str,
        previous: &str,
    ) -> Result<PairedRow, Error> {
        // Each life counts once, however many days it was watched.
        Ok(on!(self.tx, c => sqlx::query_as(
            "SELECT COUNT(*) AS lives, AVG(loss) AS loss_km, AVG(previous_loss) AS previous_loss_km FROM (
                SELECT AVG(a.pinball_km) AS loss, AVG(b.pinball_km) AS previous_loss
                FROM prediction a
                JOIN prediction b ON b.tenant_id = a.tenant_id AND b.vehicle_id = a.vehicle_id AND b.component = a.component
                                 AND b.day = a.day AND b.life = a.life
                WHERE a.tenant_id = $1 AND a.component = $2 AND ($3 = 'any' OR a.vehicle_class = $3)
                  AND a.model_id = $4 AND b.model_id = $5 AND a.pinball_km IS NOT NULL AND b.pinball_km IS NOT NULL
                GROUP BY a.vehicle_id, a.life) AS by_life")
            .bind(tenant.as_str()).bind(component).bind(vehicle_class).bind(model_id).bind(previous)
            .fetch_one(c).await)?)
    }
}
