//! Mean and precision of healthy scores.

use crate::linear::solve_positive_definite;
use crate::snapshot::{Fields, Portable};

/// The share of the covariance that is replaced by its diagonal, so that it can always be inverted (Ledoit & Wolf,
/// "A well-conditioned estimator for large-dimensional covariance matrices", 2004, with a fixed share).
const SHRINKAGE: f64 = 0.05;

/// Scores have a variance near 1. One that hardly moves while healthy moves by steps of its digits, and what is a step to
/// it must not be an alarm.
const VARIANCE_MIN: f64 = 0.1;

/// A multivariate normal.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Shape {
    mean: Vec<f64>,
    precision: Vec<Vec<f64>>,
}

impl Shape {
    pub(super) fn learn(rows: &[&[f32]], signals: usize) -> Self {
        let mut mean = vec![0.0; signals];
        for (signal, mean) in mean.iter_mut().enumerate() {
            let values = rows
                .iter()
                .map(|row| f64::from(row[signal]))
                .filter(|value| value.is_finite());
            let (sum, count) = values.fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
            *mean = sum / f64::max(count, 1.0);
        }
        let mut covariance = vec![vec![0.0; signals]; signals];
        let mut count = 0.0;
        for row in rows {
            let off: Vec<f64> = row
                .iter()
                .zip(&mean)
                .map(|(value, mean)| {
                    if value.is_finite() {
                        f64::from(*value) - mean
                    } else {
                        0.0
                    }
                })
                .collect();
            for (line, a) in covariance.iter_mut().zip(&off) {
                line.iter_mut().zip(&off).for_each(|(sum, b)| *sum += a * b);
            }
            count += 1.0;
        }
        for (a, line) in covariance.iter_mut().enumerate() {
            for (b, sum) in line.iter_mut().enumerate() {
                *sum /= f64::max(count, 1.0);
                if a == b {
                    *sum = sum.max(VARIANCE_MIN);
                } else {
                    *sum *= 1.0 - SHRINKAGE;
                }
            }
        }
        let column = |at: usize| {
            let unit: Vec<f64> = (0..signals).map(|row| f64::from(u8::from(row == at))).collect();
            solve_positive_definite(covariance.clone(), &unit).unwrap_or(unit)
        };
        Self {
            mean,
            precision: (0..signals).map(column).collect(),
        }
    }

    /// Distances from the mean, `NaN` where the score is missing.
    pub(super) fn centred(&self, scores: &[f32]) -> Vec<f64> {
        let score = |place: usize| scores.get(place).copied().map_or(f64::NAN, f64::from);
        self.mean
            .iter()
            .enumerate()
            .map(|(place, mean)| score(place) - mean)
            .collect()
    }

    /// T²; what is missing counts as in place.
    pub(super) fn distance(&self, centred: &[f64]) -> f64 {
        self.weighed(centred)
            .iter()
            .zip(centred)
            .map(|(a, b)| a * or_zero(*b))
            .sum()
    }

    /// For each signal, how far it is from what all others say of it, in standard deviations of that.
    pub(super) fn alone(&self, centred: &[f64]) -> Vec<f64> {
        let weighed = self.weighed(centred);
        weighed
            .iter()
            .zip(&self.precision)
            .enumerate()
            .map(|(at, (sum, row))| sum / row[at].sqrt())
            .collect()
    }

    fn weighed(&self, centred: &[f64]) -> Vec<f64> {
        let row = |row: &Vec<f64>| row.iter().zip(centred).map(|(a, b)| a * or_zero(*b)).sum();
        self.precision.iter().map(row).collect()
    }
}

fn or_zero(value: f64) -> f64 {
    if value.is_finite() { value } else { 0.0 }
}

impl Portable for Shape {
    fn fields(&mut self, fields: &mut dyn Fields) {
        self.mean.fields(fields);
        self.precision.fields(fields);
        let size = self.mean.len();
        self.precision.resize(size, Vec::new());
        self.precision.iter_mut().for_each(|row| row.resize(size, 0.0));
    }
}
