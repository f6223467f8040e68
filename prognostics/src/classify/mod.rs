//! Will it fail, yes or no: classifiers for data without a history, and the honest way to judge them.
//!
//! * [`Classifier::Trees`]: boosted trees with logistic loss ([`crate::trees`]);
//! * [`Classifier::Logistic`]: logistic regression with a ridge, the baseline that anything better must beat;
//! * [`Classifier::Anomaly`]: only what is normal is learned, and the distance from it is the answer ([`crate::anomaly`]).
//!
//! [`left_out`] gives every row the answer of a model that has not seen it.

mod logistic;

pub use logistic::Logistic;

use crate::anomaly::{Detector, DetectorSettings, Healthy, Watched};
use crate::matrix::Matrix;
use crate::metrics::threshold_of_least_cost;
use crate::random::Random;
use crate::trees::{BoostSettings, Booster, Lesson, Loss};

/// A kind of classifier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Classifier {
    /// Boosted trees.
    Trees(BoostSettings),
    /// Logistic regression; the ridge is chosen on a part of the training rows.
    Logistic,
    /// The distance from the rows that did not fail.
    Anomaly,
}

/// What a missed failure and a needless check cost.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Costs {
    /// Of a failure that was not called.
    pub missed: f64,
    /// Of a call without failure.
    pub needless: f64,
}

/// The answers to rows by models that have not seen them, and what each would have been called.
#[derive(Debug, Clone, PartialEq)]
pub struct LeftOut {
    /// One answer a row: the larger, the more likely a failure.
    pub answers: Vec<f64>,
    /// Whether a row would have been called a failure, by a threshold that was set on the other folds.
    pub called: Vec<bool>,
}

/// Answers every row by a model trained on the other folds, which hold equally many failures each. Thresholds are set for
/// the least cost on the answers of the other folds.
#[must_use]
pub fn left_out(kind: Classifier, rows: &Matrix, labels: &[bool], costs: Costs, folds: usize, seed: u64) -> LeftOut {
    let fold_of = stratified_folds(labels, folds.max(2), seed);
    let mut answers = vec![0.0; labels.len()];
    for fold in 0..folds.max(2) {
        let known: Vec<usize> = (0..labels.len()).filter(|row| fold_of[*row] != fold).collect();
        let answer = train(kind, rows, labels, &known, seed ^ fold as u64);
        for row in (0..labels.len()).filter(|row| fold_of[*row] == fold) {
            answers[row] = answer(rows.row(row));
        }
    }
    let mut called = vec![false; labels.len()];
    for fold in 0..folds.max(2) {
        let others = (0..labels.len()).filter(|row| fold_of[*row] != fold);
        let pairs: Vec<(f64, bool)> = others.map(|row| (answers[row], labels[row])).collect();
        let threshold = threshold_of_least_cost(&pairs, costs.missed, costs.needless);
        for row in (0..labels.len()).filter(|row| fold_of[*row] == fold) {
            called[row] = answers[row] >= threshold;
        }
    }
    LeftOut { answers, called }
}

type Answer = Box<dyn Fn(&[f32]) -> f64>;

fn train(kind: Classifier, rows: &Matrix, labels: &[bool], known: &[usize], seed: u64) -> Answer {
    let targets: Vec<f32> = labels.iter().map(|label| f32::from(u8::from(*label))).collect();
    match kind {
        Classifier::Trees(settings) => {
            let mut weights = vec![0.0; labels.len()];
            known.iter().for_each(|row| weights[*row] = 1.0);
            let lesson = Lesson {
                features: rows,
                targets: &targets,
                weights: &weights,
            };
            let booster = Booster::fit(lesson, Loss::Logistic, &settings, seed);
            Box::new(move |row| booster.answer(row))
        }
        Classifier::Logistic => {
            let model = Logistic::fit_with_best_ridge(rows, labels, known, seed);
            Box::new(move |row| model.answer(row))
        }
        Classifier::Anomaly => {
            let scaling = logistic::Scaling::learn(rows, known);
            let mut scores = Matrix::new(rows.columns());
            for row in known.iter().filter(|row| !labels[**row]) {
                scores.push_row(&scaling.scores(rows.row(*row)));
            }
            let units: Vec<usize> = (0..scores.rows()).collect();
            let regimes = vec![0; units.len()];
            let healthy = Healthy {
                scores: &scores,
                regimes: &regimes,
                units: &units,
            };
            let single = DetectorSettings {
                newest: 1.0,
                ..DetectorSettings::default()
            };
            let detector = Detector::learn(healthy, &single);
            Box::new(move |row| {
                let mut watched = Watched::default();
                detector.observe(&mut watched, 0, &scaling.scores(row));
                detector.judge(&watched, 0).map_or(0.0, |finding| finding.distance)
            })
        }
    }
}

fn stratified_folds(labels: &[bool], folds: usize, seed: u64) -> Vec<usize> {
    let mut fold_of = vec![0; labels.len()];
    let mut random = Random::new(seed);
    for kind in [false, true] {
        let mut rows: Vec<usize> = (0..labels.len()).filter(|row| labels[*row] == kind).collect();
        random.shuffle(&mut rows);
        rows.into_iter()
            .enumerate()
            .for_each(|(place, row)| fold_of[row] = place % folds);
    }
    fold_of
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::auc;

    /// A failure is likely where |x₀| is large: no straight line can see it. x₁ helps a straight line a little.
    fn data() -> (Matrix, Vec<bool>) {
        let mut random = Random::new(21);
        let mut rows = Matrix::new(3);
        let mut labels = Vec::new();
        for _ in 0..1_500 {
            let (a, b) = (random.normal(), random.normal());
            rows.push_row(&[a as f32, b as f32, f32::NAN]);
            labels.push(2.0 * a.abs() + 0.5 * b + 0.5 * random.normal() > 3.2);
        }
        (rows, labels)
    }

    fn auc_of(kind: Classifier) -> f64 {
        let (rows, labels) = data();
        let costs = Costs {
            missed: 10.0,
            needless: 1.0,
        };
        let found = left_out(kind, &rows, &labels, costs, 5, 1);
        assert_eq!(found, left_out(kind, &rows, &labels, costs, 5, 1));
        let pairs: Vec<(f64, bool)> = found.answers.into_iter().zip(labels).collect();
        auc(&pairs).unwrap()
    }

    #[test]
    fn each_kind_sees_what_it_can_see() {
        let settings = BoostSettings {
            trees: 60,
            leaves: 6,
            rate: 0.1,
            feature_share: 1.0,
            ..BoostSettings::default()
        };
        let (trees, logistic) = (auc_of(Classifier::Trees(settings)), auc_of(Classifier::Logistic));
        assert!(trees > 0.87 && (0.5..0.75).contains(&logistic), "{trees} {logistic}");
        assert!(auc_of(Classifier::Anomaly) > 0.8);
    }
}
