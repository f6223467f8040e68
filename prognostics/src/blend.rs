//! One answer from several models: weights that do best on units none of them has seen.
//!
//! A convex blend ("stacked regressions": Breiman, Machine Learning 24, 1996, with weights not negative). The weights are
//! found on a grid, for the centre by squared error and for each outer quantile by pinball loss; a model that does not
//! help gets 0.

use crate::intervals::Quantiles;
use crate::metrics::pinball_at;
use crate::snapshot::{Fields, Portable};

/// What a further model must save to be asked at all, as a share of the loss.
const WORTH_ASKING: f64 = 0.01;
/// Steps of the grid from 0 to 1.
const GRID: usize = 20;

/// The weight of each model for each of the three quantiles.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Blend {
    low: Vec<f64>,
    centre: Vec<f64>,
    high: Vec<f64>,
}

impl Blend {
    /// Finds weights. `predicted[m][i]` is what model `m` said of case `i`, whose truth is `truths[i]`.
    #[must_use]
    pub fn learn(predicted: &[Vec<Quantiles>], truths: &[f64]) -> Self {
        let of = |take: fn(&Quantiles) -> f64, loss: &dyn Fn(f64, f64) -> f64| {
            let columns: Vec<Vec<f64>> = predicted.iter().map(|model| model.iter().map(take).collect()).collect();
            best(&columns, truths, loss)
        };
        Self {
            low: of(|q| q.p05, &|answer, truth| pinball_at(0.05, answer, truth)),
            centre: of(|q| q.p50, &|answer, truth| (answer - truth).powi(2)),
            high: of(|q| q.p95, &|answer, truth| pinball_at(0.95, answer, truth)),
        }
    }

    /// The weights of the centre, model by model.
    #[must_use]
    pub fn centre_weights(&self) -> &[f64] {
        &self.centre
    }

    /// The blend of what each model says; `None` without models.
    #[must_use]
    pub fn of(&self, predicted: &[Quantiles]) -> Option<Quantiles> {
        if predicted.is_empty() || self.centre.is_empty() {
            return None;
        }
        let sum = |weights: &[f64], take: fn(&Quantiles) -> f64| -> f64 {
            weights.iter().zip(predicted).map(|(weight, q)| weight * take(q)).sum()
        };
        let p50 = sum(&self.centre, |q| q.p50);
        Some(Quantiles {
            p05: sum(&self.low, |q| q.p05).min(p50),
            p50,
            p95: sum(&self.high, |q| q.p95).max(p50),
        })
    }

    /// Whether a model has no weight in any quantile, so that it need not be asked.
    #[must_use]
    pub fn ignores(&self, model: usize) -> bool {
        [&self.low, &self.centre, &self.high]
            .iter()
            .all(|weights| weights.get(model).is_none_or(|weight| *weight == 0.0))
    }
}

/// The weights on the grid with the least mean loss.
fn best(columns: &[Vec<f64>], truths: &[f64], loss: &dyn Fn(f64, f64) -> f64) -> Vec<f64> {
    let mut best: Option<(f64, Vec<f64>)> = None;
    for weights in simplex(columns.len(), GRID) {
        let one = |case: usize| {
            let answer: f64 = weights
                .iter()
                .zip(columns)
                .map(|(weight, column)| weight * column[case])
                .sum();
            loss(answer, truths[case])
        };
        let asked = weights.iter().filter(|weight| **weight > 0.0).count();
        let total = (0..truths.len()).map(one).sum::<f64>() * (1.0 + WORTH_ASKING * asked as f64);
        if best.as_ref().is_none_or(|(least, _)| total < *least) {
            best = Some((total, weights));
        }
    }
    best.map(|(_, weights)| weights).unwrap_or_default()
}

/// All ways to share 1 among so many models in steps.
fn simplex(models: usize, left: usize) -> Vec<Vec<f64>> {
    match models {
        0 => Vec::new(),
        1 => vec![vec![left as f64 / GRID as f64]],
        _ => (0..=left)
            .flat_map(|own| {
                simplex(models - 1, left - own).into_iter().map(move |mut rest| {
                    rest.insert(0, own as f64 / GRID as f64);
                    rest
                })
            })
            .collect(),
    }
}

impl Portable for Blend {
    fn fields(&mut self, fields: &mut dyn Fields) {
        self.low.fields(fields);
        self.centre.fields(fields);
        self.high.fields(fields);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn two_half_right_models_are_better_together_and_a_wrong_one_is_left_out() {
        let mut random = Random::new(1);
        let truths: Vec<f64> = (0..400).map(|_| 100.0 * random.uniform()).collect();
        let mut model = |noise: f64, off: f64| -> Vec<Quantiles> {
            truths
                .iter()
                .map(|truth| {
                    let p50 = truth + off + noise * random.normal();
                    Quantiles {
                        p05: p50 - 1.6 * noise,
                        p50,
                        p95: p50 + 1.6 * noise,
                    }
                })
                .collect()
        };
        let predicted = [model(5.0, 0.0), model(5.0, 0.0), model(5.0, 60.0)];
        let blend = Blend::learn(&predicted, &truths);
        let weights = blend.centre_weights();
        assert!((weights[0] - 0.5).abs() < 0.11 && weights[2] < 0.06, "{weights:?}");
        let one: Vec<Quantiles> = predicted.iter().map(|model| model[0]).collect();
        let q = blend.of(&one).unwrap();
        assert!(q.p05 <= q.p50 && q.p50 <= q.p95);
        assert_eq!(Blend::default().of(&[]), None);
    }
}
