//! From raw signals to channels that mean the same in every regime and for every unit (data manipulation and state
//! detection in ISO 13374-1).
//!
//! Each signal becomes a score: its distance from the mean of its regime, in standard deviations of that regime. Signals
//! that never change are left out. To the scores are added fused channels: the principal directions in which units move
//! away from their own beginning towards failure, and one direction regressed on the progress towards failure. A single
//! score is mostly noise; a fused channel is what many noisy scores agree on.

use crate::linear::{Ridge, principal_directions};
use crate::regimes::Regimes;
use crate::runs::{Ending, Run};
use crate::snapshot::{Fields, Portable};

/// How many principal directions are kept.
const DIRECTIONS: usize = 3;
/// A score beyond this is no measurement but a dropout, and counts as missing.
const SCORE_MAX: f32 = 12.0;
/// Records at the beginning of a run that count as its own healthy past.
pub const OWN_PAST_RECORDS: usize = 20;
/// Records that are averaged before directions are learned.
const SMOOTHING: usize = 15;

/// What turns signals into channels; learned from runs, then fixed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Channels {
    regimes: Regimes,
    kept: Vec<u64>,
    mean: Vec<Vec<f64>>,
    sd: Vec<Vec<f64>>,
    fused: Vec<Vec<f64>>,
}

impl Channels {
    /// Learns regimes, levels and directions. `cap` is the remaining life beyond which a unit counts as new.
    #[must_use]
    pub fn learn(runs: &[Run], cap: f64, seed: u64) -> Self {
        let mut channels = Self {
            regimes: Regimes::learn(runs, seed),
            ..Self::default()
        };
        channels.learn_levels(runs);
        channels.learn_directions(runs, cap);
        channels
    }

    /// The regimes of use.
    #[must_use]
    pub fn regimes(&self) -> &Regimes {
        &self.regimes
    }

    /// Which signals are used, by their column.
    #[must_use]
    pub fn signals(&self) -> Vec<usize> {
        self.kept.iter().map(|signal| *signal as usize).collect()
    }

    /// Which signals are used, by their column, without a copy.
    pub fn signals_used(&self) -> impl Iterator<Item = usize> + '_ {
        self.kept.iter().map(|signal| *signal as usize)
    }

    /// What each signal used weighs in the channel that was regressed on progress to failure.
    #[must_use]
    pub fn progress_weights(&self) -> &[f64] {
        self.fused.last().map_or(&[], Vec::as_slice)
    }

    /// How many channels there are: scores first, then fused ones.
    #[must_use]
    pub fn count(&self) -> usize {
        self.kept.len() + self.fused.len()
    }

    /// How many of the channels are scores of single signals.
    #[must_use]
    pub fn scores(&self) -> usize {
        self.kept.len()
    }

    /// The score of one signal (by its place among those used) in a regime.
    #[must_use]
    pub fn score(&self, regime: usize, place: usize, value: f32) -> f32 {
        if !value.is_finite() {
            return f32::NAN;
        }
        let score = (f64::from(value) - self.mean[regime][place]) / self.sd[regime][place];
        let score = score as f32;
        if score.abs() <= SCORE_MAX { score } else { f32::NAN }
    }

    /// Writes the channels of one record into `out`. A signal that is missing gives `NaN`, and the fused channels are
    /// made of what is there.
    ///
    /// # Panics
    /// When `out` has not [`Channels::count`] places.
    pub fn write(&self, settings: &[f32], signals: &[f32], out: &mut [f32]) {
        if self.mean.is_empty() {
            out.fill(f32::NAN);
            return;
        }
        let regime = self.regimes.of(settings).min(self.mean.len() - 1);
        let (scores, fused) = out.split_at_mut(self.kept.len());
        for (place, (signal, score)) in self.kept.iter().zip(scores.iter_mut()).enumerate() {
            let value = signals.get(*signal as usize).copied().unwrap_or(f32::NAN);
            *score = self.score(regime, place, value);
        }
        self.fuse(scores, fused);
    }

    /// Makes the fused channels of a record anew from its scores, after one of them was taken back.
    pub fn fuse_again(&self, channels: &mut [f32]) {
        if channels.len() == self.count() {
            let (scores, fused) = channels.split_at_mut(self.kept.len());
            self.fuse(scores, fused);
        }
    }

    fn fuse(&self, scores: &[f32], out: &mut [f32]) {
        let present = scores.iter().any(|score| score.is_finite());
        for (weights, fused) in self.fused.iter().zip(out) {
            let terms = weights.iter().zip(scores).filter(|(_, score)| score.is_finite());
            let sum: f64 = terms.map(|(weight, score)| weight * f64::from(*score)).sum();
            *fused = if present { sum as f32 } else { f32::NAN };
        }
    }

    fn learn_levels(&mut self, runs: &[Run]) {
        let signals = runs.first().map_or(0, |run| run.signals.columns());
        let regimes = self.regimes.count();
        let mut sums = vec![vec![Moments::default(); signals]; regimes];
        for run in runs {
            for record in 0..run.len() {
                let regime = self.regimes.of(run.settings.row(record));
                let row = run.signals.row(record);
                sums[regime]
                    .iter_mut()
                    .zip(row)
                    .for_each(|(sum, value)| sum.observe(f64::from(*value)));
            }
        }
        let moves = |signal: usize| sums.iter().any(|regime| regime[signal].sd().is_some());
        self.kept = (0..signals)
            .filter(|signal| moves(*signal))
            .map(|signal| signal as u64)
            .collect();
        for regime in &sums {
            let kept = self.kept.iter().map(|signal| &regime[*signal as usize]);
            let (mean, sd) = kept.map(|sum| (sum.mean, sum.sd().unwrap_or(1.0))).unzip();
            self.mean.push(mean);
            self.sd.push(sd);
        }
    }

    fn learn_directions(&mut self, runs: &[Run], cap: f64) {
        let size = self.kept.len();
        let mut covariance = vec![vec![0.0; size]; size];
        let mut ridge = Ridge::new(size + 1);
        for run in runs.iter().filter(|run| run.ending == Ending::Failed) {
            let scores = self.scores_of(run);
            let own_past = mean_of(&scores[..scores.len().min(OWN_PAST_RECORDS)], size);
            for record in (SMOOTHING..run.len()).step_by(3) {
                let level = mean_of(&scores[record + 1 - SMOOTHING..=record], size);
                let mut moved: Vec<f64> = level.iter().zip(&own_past).map(|(level, own)| level - own).collect();
                let left = run.remaining(record).unwrap_or(0.0).min(cap) / cap;
                for (row, a) in covariance.iter_mut().zip(&moved) {
                    let weight = (1.0 - left).powi(2);
                    row.iter_mut().zip(&moved).for_each(|(sum, b)| *sum += weight * a * b);
                }
                moved.push(1.0);
                ridge.observe(&moved, 1.0 - left);
            }
        }
        self.fused = principal_directions(covariance, DIRECTIONS.min(size));
        let mut weights = ridge.weights(1e-3);
        weights.truncate(size);
        if size > 0 {
            self.fused.push(weights);
        }
    }

    fn scores_of(&self, run: &Run) -> Vec<Vec<f64>> {
        let one = |record: usize| {
            let regime = self.regimes.of(run.settings.row(record));
            let row = run.signals.row(record);
            let score = |(place, signal): (usize, &u64)| {
                let score = self.score(regime, place, row[*signal as usize]);
                if score.is_finite() { f64::from(score) } else { 0.0 }
            };
            self.kept.iter().enumerate().map(score).collect()
        };
        (0..run.len()).map(one).collect()
    }
}

impl Portable for Channels {
    fn fields(&mut self, fields: &mut dyn Fields) {
        self.regimes.fields(fields);
        self.kept.fields(fields);
        self.mean.fields(fields);
        self.sd.fields(fields);
        self.fused.fields(fields);
    }
}

fn mean_of(rows: &[Vec<f64>], size: usize) -> Vec<f64> {
    let mut sum = vec![0.0; size];
    for row in rows {
        sum.iter_mut()
            .zip(row)
            .for_each(|(sum, value)| *sum += value / rows.len() as f64);
    }
    sum
}

/// Mean and spread of a stream (Welford, Technometrics 4, 1962).
#[derive(Debug, Clone, Copy, Default)]
struct Moments {
    count: f64,
    mean: f64,
    squares: f64,
}

impl Moments {
    fn observe(&mut self, value: f64) {
        if value.is_finite() {
            self.count += 1.0;
            let off = value - self.mean;
            self.mean += off / self.count;
            self.squares += off * (value - self.mean);
        }
    }

    /// The standard deviation; `None` when the value does not change, beyond the rounding of its digits.
    fn sd(&self) -> Option<f64> {
        let sd = (self.squares / self.count.max(1.0)).sqrt();
        (sd > 1e-6 * self.mean.abs().max(1e-6)).then_some(sd)
    }
}
