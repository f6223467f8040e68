//! Remaining life as the first passage of a wear process, with population and noise learned from runs.
//!
//! The channel that was regressed on progress to failure is mapped by isotonic regression (Barlow et al., "Statistical
//! Inference under Order Restrictions", 1972) to a wear between 0 (new, or further from failure than the cap) and 1
//! (failed). On that scale wear grows evenly on average, so a Wiener process with drift is a fair picture of it; the
//! pace of a unit is updated from its own last increments, starting from how paces differ between units.

use super::{Examples, Moment, RulModel, ordered};
use crate::degradation::{FirstPassage, WearEvidence, WearPrior};
use crate::features::{PER_CHANNEL, STEP_RECORDS, STEPS};
use crate::indicators::median;
use crate::intervals::{Lifetime, Quantiles};
use crate::snapshot::{Fields, Portable};

/// Steps of a sequence that make one level.
const STEPS_A_LEVEL: usize = 5;
/// Points of the map from level to wear.
const KNOTS: usize = 24;

/// A population of wear processes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct DegradationModel {
    cap: f64,
    channels: u64,
    /// As it was trained; only kept for the format of artefacts.
    step_inputs: u64,
    level: Vec<f64>,
    wear: Vec<f64>,
    pace_relative_sd: f64,
    chance_sd: f64,
    noise_sd: f64,
}

impl DegradationModel {
    /// Learns the map, the spread of paces and the noise from the examples that have a weight.
    #[must_use]
    pub fn fit(examples: &Examples, weights: &[f32]) -> Self {
        let mut model = Self {
            cap: examples.cap,
            channels: examples.channels as u64,
            step_inputs: examples.step_inputs as u64,
            pace_relative_sd: 0.5,
            chance_sd: 0.2,
            noise_sd: 0.1,
            ..Self::default()
        };
        let levels: Vec<f64> = (0..examples.len())
            .map(|at| model.level(&examples.moment(at)))
            .collect();
        let counted: Vec<usize> = (0..examples.len())
            .filter(|at| weights.get(*at).is_some_and(|weight| *weight > 0.0))
            .collect();
        let wear = |at: usize| 1.0 - f64::from(examples.targets[at]) / examples.cap;
        let mut pairs: Vec<(f64, f64)> = counted
            .iter()
            .map(|at| (levels[*at], wear(*at)))
            .filter(|pair| pair.0.is_finite())
            .collect();
        pairs.sort_by(|a, b| a.0.total_cmp(&b.0));
        (model.level, model.wear) = isotonic_knots(&pairs);
        model.learn_spread(examples, &counted, &levels);
        model
    }

    /// Where the unit stands, on the scale of the fused channel.
    fn level(&self, moment: &Moment<'_>) -> f64 {
        let last = (self.channels as usize).wrapping_sub(1).wrapping_mul(PER_CHANNEL.len());
        let place = last.wrapping_add(PER_CHANNEL.len() - 1);
        moment.features.get(place).copied().map_or(f64::NAN, f64::from)
    }

    fn wear(&self, level: f64) -> f64 {
        let above = self.level.partition_point(|knot| *knot < level);
        if above == 0 || self.level.is_empty() {
            return self.wear.first().copied().unwrap_or(0.0);
        }
        if above == self.level.len() {
            return self.wear[above - 1];
        }
        let (low, high) = (self.level[above - 1], self.level[above]);
        let share = if high > low { (level - low) / (high - low) } else { 1.0 };
        self.wear[above - 1] + share * (self.wear[above] - self.wear[above - 1])
    }

    /// Wear now and one and two levels before, newest first, as far as the sequence goes.
    fn last_wears(&self, moment: &Moment<'_>) -> Vec<f64> {
        // A later version may put more into a step: the channels come first all the same.
        let (channels, inputs) = (self.channels as usize, moment.sequence.len() / STEPS);
        if channels == 0 || channels > inputs {
            return Vec::new();
        }
        let step = |at: usize| {
            moment
                .sequence
                .get(at * inputs + channels - 1)
                .copied()
                .map_or(0.0, f64::from)
        };
        let mean = |newest: usize| (newest + 1 - STEPS_A_LEVEL..=newest).map(step).sum::<f64>() / STEPS_A_LEVEL as f64;
        (0..STEPS / STEPS_A_LEVEL)
            .map(|back| self.wear(mean(STEPS - 1 - back * STEPS_A_LEVEL)))
            .collect()
    }

    /// How far apart paces are between units, how rough wear is, and how far the map is off at a moment.
    fn learn_spread(&mut self, examples: &Examples, counted: &[usize], levels: &[f64]) {
        let mut noise = Vec::new();
        let mut increments = Vec::new();
        let mut paces: Vec<(usize, WearEvidence)> = Vec::new();
        let span = (STEPS_A_LEVEL * STEP_RECORDS) as f64;
        for &at in counted {
            let (target, wear) = (f64::from(examples.targets[at]), self.wear(levels[at]));
            if !levels[at].is_finite() || target >= examples.cap {
                continue;
            }
            let wears = self.last_wears(&examples.moment(at));
            noise.push((wear - (1.0 - target / examples.cap)).abs());
            if let [newest, before, ..] = wears[..] {
                increments.push((newest - before).powi(2));
                if paces.last().is_none_or(|(run, _)| *run != examples.runs[at]) {
                    paces.push((examples.runs[at], WearEvidence::default()));
                }
                if let Some((_, evidence)) = paces.last_mut() {
                    evidence.observe(newest - before, span);
                }
            }
        }
        let each: Vec<f64> = paces
            .iter()
            .map(|(_, seen)| seen.growth / seen.exposure * examples.cap)
            .collect();
        let mean = each.iter().sum::<f64>() / each.len().max(1) as f64;
        let spread = each.iter().map(|pace| (pace - mean).powi(2)).sum::<f64>() / each.len().max(1) as f64;
        if each.len() > 2 && mean > 0.0 {
            self.pace_relative_sd = (spread.sqrt() / mean).clamp(0.1, 1.0);
        }
        if let Some(typical) = median(&mut noise) {
            self.noise_sd = (1.4826 * typical).clamp(0.01, 0.5);
        }
        if let Some(typical) = median(&mut increments) {
            // Over one whole life of `cap`; the typical square of a normal number is 0.455 of its variance.
            self.chance_sd = (typical / 0.455 * examples.cap / span).sqrt().clamp(0.02, 1.0) * 0.5;
        }
    }
}

impl RulModel for DegradationModel {
    fn predict(&self, moment: &Moment<'_>) -> Quantiles {
        let level = self.level(moment);
        if !level.is_finite() || self.cap.is_nan() || self.cap <= 0.0 {
            return ordered(0.0, self.cap, self.cap, self.cap.max(0.0));
        }
        let mut evidence = WearEvidence::default();
        let wears = self.last_wears(moment);
        for pair in wears.windows(2).take(2).filter(|pair| pair[0] > 0.1) {
            evidence.observe(pair[0] - pair[1], (STEPS_A_LEVEL * STEP_RECORDS) as f64);
        }
        let prior = WearPrior::from_expected_life(self.cap, self.pace_relative_sd, self.chance_sd);
        let posterior = prior.update(&evidence);
        let left = 1.0 - self.wear(level);
        let life = Blurred(
            BLUR.map(|(sds, weight)| (weight, posterior.first_passage((left + sds * self.noise_sd).max(1e-3)))),
        );
        let q = life.quantiles(self.cap);
        ordered(q.p05, q.p50, q.p95, self.cap)
    }
}

/// Five-point Gauss–Hermite quadrature of a standard normal (Abramowitz & Stegun, table 25.10).
const BLUR: [(f64, f64); 5] = [
    (-2.856_970_013_872_806, 0.011_257_411_327_720_7),
    (-1.355_626_179_974_266, 0.222_075_922_005_612_6),
    (0.0, 0.533_333_333_333_333_3),
    (1.355_626_179_974_266, 0.222_075_922_005_612_6),
    (2.856_970_013_872_806, 0.011_257_411_327_720_7),
];

/// A first passage from a place that is itself only known to some spread.
struct Blurred([(f64, FirstPassage); 5]);

impl Lifetime for Blurred {
    fn cdf(&self, exposure: f64) -> f64 {
        self.0
            .iter()
            .map(|(weight, passage)| weight * passage.cdf(exposure))
            .sum()
    }

    /// All three at once, to a ten-thousandth of a probability or of the horizon: that is far below what such a forecast is
    /// worth, and every value of the distribution function serves all three searches.
    fn quantiles(&self, horizon: f64) -> Quantiles {
        let mut known = vec![(0.0, 0.0), (horizon, self.cdf(horizon))];
        let p50 = self.coarse_quantile(0.50, &mut known);
        let p05 = self.coarse_quantile(0.05, &mut known);
        let p95 = self.coarse_quantile(0.95, &mut known);
        Quantiles {
            p05: p05.min(p50),
            p50,
            p95: p95.max(p50),
        }
    }
}

/// To how much of a probability, and of the horizon, quantiles are looked for.
const COARSE: f64 = 1e-4;

impl Blurred {
    /// The exposure at a probability between the `known` points of the distribution function, which grow in number: regula
    /// falsi, with a bisection every third step. Above all of them it is the last: at least this.
    fn coarse_quantile(&self, probability: f64, known: &mut Vec<(f64, f64)>) -> f64 {
        for step in 1..60 {
            let above = known.partition_point(|point| point.1 < probability);
            let (Some(low), Some(high)) = (known.get(above.wrapping_sub(1)), known.get(above)) else {
                break;
            };
            let straight = low.0 + (high.0 - low.0) * (probability - low.1) / (high.1 - low.1);
            let horizon = known.last().map_or(0.0, |point| point.0);
            if high.0 - low.0 < COARSE * horizon || high.1 - low.1 < COARSE {
                return straight;
            }
            let at = if step % 3 == 0 {
                0.5 * (low.0 + high.0)
            } else {
                straight
            };
            let found = self.cdf(at).clamp(low.1, high.1);
            if (found - probability).abs() < COARSE {
                return at;
            }
            known.insert(above, (at, found));
        }
        known.last().map_or(0.0, |point| point.0)
    }
}

/// Means of equally many pairs each, made increasing by pooling adjacent violators.
fn isotonic_knots(pairs: &[(f64, f64)]) -> (Vec<f64>, Vec<f64>) {
    let size = pairs.len().div_ceil(KNOTS).max(1);
    let mut pools: Vec<(f64, f64, f64)> = Vec::new();
    for chunk in pairs.chunks(size) {
        let count = chunk.len() as f64;
        let (x, y) = chunk.iter().fold((0.0, 0.0), |(x, y), pair| (x + pair.0, y + pair.1));
        pools.push((x, y, count));
        while let [.., before, last] = pools[..]
            && before.1 / before.2 >= last.1 / last.2
        {
            pools.truncate(pools.len() - 2);
            pools.push((before.0 + last.0, before.1 + last.1, before.2 + last.2));
        }
    }
    pools.iter().map(|(x, y, count)| (x / count, y / count)).unzip()
}

impl Portable for DegradationModel {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.f64(&mut self.cap);
        fields.u64(&mut self.channels);
        fields.u64(&mut self.step_inputs);
        self.level.fields(fields);
        self.wear.fields(fields);
        let keep = self.level.len().min(self.wear.len());
        self.level.truncate(keep);
        self.wear.truncate(keep);
        fields.f64(&mut self.pace_relative_sd);
        fields.f64(&mut self.chance_sd);
        fields.f64(&mut self.noise_sd);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coarse_search_finds_what_the_fine_one_finds() {
        for left in [0.02, 0.1, 0.3, 0.7, 1.0] {
            for growth in [-0.05, 0.0, 0.1, 0.3] {
                let mut evidence = WearEvidence::default();
                evidence.observe(growth, 15.0);
                let posterior = WearPrior::from_expected_life(125.0, 0.4, 0.2).update(&evidence);
                let passage =
                    |(sds, weight): (f64, f64)| (weight, posterior.first_passage((left + 0.1 * sds).max(1e-3)));
                let life = Blurred(BLUR.map(passage));
                let coarse = life.quantiles(125.0);
                for (probability, at) in [(0.05, coarse.p05), (0.5, coarse.p50), (0.95, coarse.p95)] {
                    let fine = life.quantile(probability, 125.0);
                    let off = (life.cdf(at) - life.cdf(fine)).abs();
                    assert!(
                        (at - fine).abs() < 0.05 || off < 3e-4,
                        "{left} {growth} {probability}: {at} {fine}"
                    );
                }
            }
        }
    }
}
