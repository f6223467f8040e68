//! Logistic regression with a ridge, by Newton's method (McCullagh & Nelder, "Generalized Linear Models", 1989).
//!
//! A baseline must not be set up to lose: columns are brought to equal spread, columns with a long tail are taken as
//! logarithms, a missing value is the mean with a column of its own that says so, and the ridge is the best of several on
//! rows left out.

use crate::linear::solve_positive_definite;
use crate::matrix::Matrix;
use crate::metrics::auc;
use crate::random::Random;

/// Ridges that are tried, as a share of the number of rows.
const RIDGES: [f64; 4] = [1e-4, 1e-3, 1e-2, 1e-1];
/// From this skewness on a column is taken as a logarithm.
const LONG_TAIL: f64 = 3.0;

/// How columns are brought to equal spread.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Scaling {
    columns: Vec<Column>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Column {
    logarithm: bool,
    mean: f64,
    sd: f64,
    has_gaps: bool,
}

impl Column {
    fn shaped(self, value: f32) -> f64 {
        let value = f64::from(value);
        if self.logarithm {
            value.signum() * value.abs().ln_1p()
        } else {
            value
        }
    }
}

impl Scaling {
    pub(super) fn learn(rows: &Matrix, known: &[usize]) -> Self {
        let column = |at: usize| {
            let values: Vec<f32> = known.iter().map(|row| rows.at(*row, at)).collect();
            let has_gaps = values.iter().any(|value| !value.is_finite());
            let plain = Column {
                logarithm: false,
                mean: 0.0,
                sd: 1.0,
                has_gaps,
            };
            let (_, _, skewness) = moments(&values, plain);
            let shaped = Column {
                logarithm: skewness.abs() > LONG_TAIL,
                ..plain
            };
            let (mean, sd, _) = moments(&values, shaped);
            Column { mean, sd, ..shaped }
        };
        Self {
            columns: (0..rows.columns()).map(column).collect(),
        }
    }

    /// Equal spread, `NaN` where a value is missing.
    pub(super) fn scores(&self, row: &[f32]) -> Vec<f32> {
        let score = |(column, value): (&Column, &f32)| ((column.shaped(*value) - column.mean) / column.sd) as f32;
        self.columns.iter().zip(row).map(score).collect()
    }

    /// Scores without gaps, a column for each column with gaps, and a one.
    fn inputs(&self, row: &[f32]) -> Vec<f64> {
        let scores = self.scores(row);
        let mut inputs: Vec<f64> = scores
            .iter()
            .map(|score| {
                if score.is_finite() {
                    f64::from(score.clamp(-8.0, 8.0))
                } else {
                    0.0
                }
            })
            .collect();
        let gaps = self.columns.iter().zip(&scores).filter(|(column, _)| column.has_gaps);
        inputs.extend(gaps.map(|(_, score)| f64::from(u8::from(!score.is_finite()))));
        inputs.push(1.0);
        inputs
    }
}

fn moments(values: &[f32], column: Column) -> (f64, f64, f64) {
    let shaped: Vec<f64> = values
        .iter()
        .filter(|value| value.is_finite())
        .map(|value| column.shaped(*value))
        .collect();
    let count = shaped.len().max(1) as f64;
    let mean = shaped.iter().sum::<f64>() / count;
    let sd = (shaped.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count).sqrt();
    let sd = if sd > 1e-12 { sd } else { 1.0 };
    let skewness = shaped.iter().map(|value| ((value - mean) / sd).powi(3)).sum::<f64>() / count;
    (mean, sd, skewness)
}

/// A fitted logistic regression.
#[derive(Debug, Clone, PartialEq)]
pub struct Logistic {
    scaling: Scaling,
    weights: Vec<f64>,
}

impl Logistic {
    /// Fits on the known rows with this ridge.
    #[must_use]
    pub fn fit(rows: &Matrix, labels: &[bool], known: &[usize], ridge: f64) -> Self {
        let scaling = Scaling::learn(rows, known);
        let inputs: Vec<Vec<f64>> = known.iter().map(|row| scaling.inputs(rows.row(*row))).collect();
        let size = inputs.first().map_or(0, Vec::len);
        let mut weights = vec![0.0; size];
        for _ in 0..25 {
            let Some(step) = newton_step(&inputs, labels, known, &weights, ridge) else {
                break;
            };
            // Newton's method may overshoot where classes part cleanly: a step has a greatest length.
            let length = step.iter().map(|step| step * step).sum::<f64>().sqrt();
            let share = if length > 5.0 { 5.0 / length } else { 1.0 };
            weights
                .iter_mut()
                .zip(&step)
                .for_each(|(weight, step)| *weight -= share * step);
            if length < 1e-6 {
                break;
            }
        }
        Self { scaling, weights }
    }

    /// Fits with the ridge that does best on a quarter of the known rows, then on all of them.
    #[must_use]
    pub fn fit_with_best_ridge(rows: &Matrix, labels: &[bool], known: &[usize], seed: u64) -> Self {
        let mut order = known.to_vec();
        Random::new(seed).shuffle(&mut order);
        let (judged, learned) = order.split_at(order.len() / 4);
        let skill = |ridge: f64| {
            let model = Self::fit(rows, labels, learned, ridge);
            let pairs: Vec<(f64, bool)> = judged
                .iter()
                .map(|row| (model.answer(rows.row(*row)), labels[*row]))
                .collect();
            auc(&pairs).unwrap_or(0.0)
        };
        let best = RIDGES
            .into_iter()
            .map(|ridge| (skill(ridge), ridge))
            .max_by(|a, b| a.0.total_cmp(&b.0));
        Self::fit(rows, labels, known, best.map_or(RIDGES[0], |best| best.1))
    }

    /// ln(p / (1 − p)) of a failure.
    #[must_use]
    pub fn answer(&self, row: &[f32]) -> f64 {
        self.scaling
            .inputs(row)
            .iter()
            .zip(&self.weights)
            .map(|(input, weight)| input * weight)
            .sum()
    }
}

fn newton_step(inputs: &[Vec<f64>], labels: &[bool], known: &[usize], weights: &[f64], ridge: f64) -> Option<Vec<f64>> {
    let size = weights.len();
    let mut curvature = vec![vec![0.0; size]; size];
    let mut slope = vec![0.0; size];
    for (input, row) in inputs.iter().zip(known) {
        let answer: f64 = input.iter().zip(weights).map(|(input, weight)| input * weight).sum();
        let p = 1.0 / (1.0 + (-answer).exp());
        let off = p - f64::from(u8::from(labels[*row]));
        let bend = (p * (1.0 - p)).max(1e-6);
        for a in 0..size {
            slope[a] += off * input[a];
            let scaled = bend * input[a];
            curvature[a][..=a]
                .iter_mut()
                .zip(input)
                .for_each(|(sum, other)| *sum += scaled * other);
        }
    }
    let strength = ridge * inputs.len() as f64;
    for a in 0..size {
        // The constant is not drawn to 0.
        if a + 1 < size {
            slope[a] += strength * weights[a];
            curvature[a][a] += strength;
        }
        curvature[a][a] += 1e-9;
    }
    solve_positive_definite(curvature, &slope)
}
