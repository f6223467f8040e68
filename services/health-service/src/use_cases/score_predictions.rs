//! A part's life is over: what was predicted of it is held against what came.

use chassis::TenantId;
use chassis::ids::derived_id;
use chrono::{DateTime, Utc};
use prognostics::intervals::Quantiles;
use prognostics::metrics::pinball_at;

use crate::domain::component::{Band, ComponentKind};
use crate::domain::vehicle::Vehicle;
use crate::error::Error;
use crate::models::Models;
use crate::store::{CENSORED, HELD, PredictionRow, Scored, Store, TOO_LONG, TOO_SHORT};

/// How a life ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// A fault was confirmed and mended: that is the end of a useful life.
    Failed,
    /// The fault was mended while the part was POOR, as we had warned: how long it would have lasted nobody will know.
    Prevented,
    /// The part was replaced or watching it ended, and nobody says that it had failed.
    Unknown,
}

/// Where and when it ended.
#[derive(Debug, Clone, Copy)]
pub struct Ending {
    pub end: End,
    pub at: DateTime<Utc>,
    /// The odometer as the workshop read it.
    pub odometer_km: Option<f64>,
}

impl End {
    /// What a workshop's word comes to for a part that we judged so. A confirmed fault in a part that we called FAIR or better is one that we
    /// did not see coming, and in one that was CRITICAL the end was there: both are held against what was said.
    #[must_use]
    pub fn seen_in(self, band: Option<Band>) -> Self {
        match (self, band) {
            (Self::Failed, Some(Band::Poor)) => Self::Prevented,
            _ => self,
        }
    }
}

/// Scores what is pending of a component. Predictions made after the end were about a part that was not there any more: they go.
pub async fn score_predictions(
    store: &mut Store<'_>,
    tenant: &TenantId,
    vehicle_id: &str,
    component: ComponentKind,
    vehicle: &Vehicle,
    models: &Models,
    ending: Ending,
) -> Result<(), Error> {
    let name = component.as_str();
    let pending = store
        .pending_predictions(tenant, vehicle_id, Some(name), ending.at)
        .await?;
    store.drop_predictions_from(tenant, vehicle_id, name, ending.at).await?;
    let Some(last) = pending.last() else { return Ok(()) };
    let end_km = distance_at(vehicle, last, ending.at);
    let truth = |said: &PredictionRow| {
        let by_odometer = said.odometer_km.zip(ending.odometer_km).map(|(then, now)| now - then);
        // A workshop's figure that runs backwards, or a thousand times too far, is a slip of the pen.
        let by_distance = (end_km - said.distance_km).max(0.0);
        by_odometer
            .filter(|km| *km >= 0.0 && (*km - by_distance).abs() <= 1_000.0 + 0.2 * by_distance)
            .unwrap_or(by_distance)
    };
    let drawn_day = draw(vehicle_id, &pending, &truth);
    let score = |said: &PredictionRow| {
        let truth_km = within(truth(said), cap_of(models, &said.model_id));
        let quantiles = Quantiles {
            p05: said.rul_km_p05,
            p50: said.rul_km_p50,
            p95: said.rul_km_p95,
        };
        let failed = ending.end == End::Failed;
        Scored {
            model_id: said.model_id.clone(),
            day: said.day,
            outcome: if failed { outcome(truth_km, quantiles) } else { CENSORED },
            truth_km,
            pinball_km: failed.then(|| loss(truth_km, quantiles)),
            drawn: failed && Some(said.day) == drawn_day,
        }
    };
    let scored: Vec<Scored> = pending.iter().map(score).collect();
    for one in &scored {
        metrics::counter!("health_predictions_scored_total", "component" => name, "outcome" => one.outcome)
            .increment(1);
    }
    store
        .score_predictions(tenant, vehicle_id, name, &scored, ending.at)
        .await
}

/// How far a model can see, in km.
fn cap_of(models: &Models, model_id: &str) -> Option<f64> {
    models.get(model_id)?.forecaster.as_ref()?.cap_km()
}

/// A life as a model could see it: its last quantile at the cap says "at least so far", and is held by any longer life.
fn within(truth_km: f64, cap_km: Option<f64>) -> f64 {
    cap_km.map_or(truth_km, |cap_km| truth_km.min(cap_km))
}

fn outcome(truth_km: f64, said: Quantiles) -> &'static str {
    if truth_km < said.p05 {
        TOO_LONG
    } else if truth_km > said.p95 {
        TOO_SHORT
    } else {
        HELD
    }
}

/// Mean pinball loss of the three quantiles (Koenker & Bassett, Econometrica 46, 1978).
fn loss(truth_km: f64, said: Quantiles) -> f64 {
    let of = |level, predicted| pinball_at(level, predicted, truth_km);
    (of(0.05, said.p05) + of(0.5, said.p50) + of(0.95, said.p95)) / 3.0
}

/// The vehicle's own count at the end. Where records came after it, the way since is taken off by the vehicle's pace.
fn distance_at(vehicle: &Vehicle, last: &PredictionRow, at: DateTime<Utc>) -> f64 {
    let after_days = (vehicle.last_at - at.timestamp_micros()).max(0) as f64 / 86_400e6;
    (vehicle.distance_km() - after_days * vehicle.usage.km_per_day()).max(last.distance_km)
}

/// The day whose predictions stand for this life: the one nearest to a place drawn evenly over its kilometres, as test units are cut
/// at random places. The draw is a hash, so that a replay draws the same.
fn draw(vehicle_id: &str, pending: &[PredictionRow], truth: &impl Fn(&PredictionRow) -> f64) -> Option<i64> {
    let first = pending.first()?;
    let hash = derived_id("drw", &[vehicle_id, &first.component, &first.life.to_string()]);
    let digits = hash.rsplit('_').next().unwrap_or_default();
    let share = u32::from_str_radix(digits.get(..8).unwrap_or("0"), 16).unwrap_or(0) as f64 / f64::from(u32::MAX);
    let place = share * truth(first);
    let away = |said: &&PredictionRow| (truth(said) - place).abs();
    pending
        .iter()
        .min_by(|a, b| away(a).total_cmp(&away(b)))
        .map(|said| said.day)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAID: Quantiles = Quantiles {
        p05: 100.0,
        p50: 200.0,
        p95: 400.0,
    };

    #[test]
    fn the_ends_of_the_interval_belong_to_it() {
        for (truth, expected) in [(99.9, TOO_LONG), (100.0, HELD), (400.0, HELD), (400.1, TOO_SHORT)] {
            assert_eq!(outcome(truth, SAID), expected, "{truth}");
        }
    }

    #[test]
    fn a_life_beyond_the_models_cap_holds_a_prediction_that_reaches_it() {
        let cap = Some(400.0);
        assert_eq!(outcome(within(9_000.0, cap), SAID), HELD);
        assert_eq!(outcome(within(9_000.0, None), SAID), TOO_SHORT);
        assert_eq!(outcome(within(50.0, cap), SAID), TOO_LONG);
        let sure = Quantiles {
            p05: 400.0,
            p50: 400.0,
            p95: 400.0,
        };
        assert_eq!(loss(within(9_000.0, cap), sure), 0.0);
    }

    #[test]
    fn only_what_was_warned_of_and_mended_in_time_was_prevented() {
        assert_eq!(End::Failed.seen_in(Some(Band::Poor)), End::Prevented);
        for band in [
            None,
            Some(Band::Excellent),
            Some(Band::Good),
            Some(Band::Fair),
            Some(Band::Critical),
        ] {
            assert_eq!(End::Failed.seen_in(band), End::Failed, "{band:?}");
        }
        assert_eq!(End::Unknown.seen_in(Some(Band::Poor)), End::Unknown);
    }

    #[test]
    fn the_loss_is_least_at_the_median_of_what_was_said() {
        assert!(loss(200.0, SAID) < loss(150.0, SAID) && loss(200.0, SAID) < loss(260.0, SAID));
        assert!((loss(200.0, SAID) - (0.05 * 100.0 + 0.0 + 0.05 * 200.0) / 3.0).abs() < 1e-9);
    }
}
