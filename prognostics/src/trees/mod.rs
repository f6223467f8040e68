//! Gradient boosted trees on histograms, with squared, quantile and logistic loss.
//!
//! Boosting: J. H. Friedman, "Greedy function approximation: a gradient boosting machine", Annals of Statistics 29, 2001,
//! and "Stochastic gradient boosting", 2002 (a share of the rows for each tree). Histograms, growth by the best leaf and
//! the larger child by subtraction: Ke et al., "LightGBM", NIPS 2017. Missing values go where they lower the loss: Chen &
//! Guestrin, "XGBoost", KDD 2016. With the quantile loss (Koenker & Bassett, Econometrica 46, 1978) each leaf is set
//! to the quantile of what is left to explain in it, as Friedman does for the absolute error.

mod bins;
mod grow;
mod tree;

pub use tree::{Node, Tree};

use crate::matrix::Matrix;
use crate::random::Random;
use crate::snapshot::{Fields, Portable};
use bins::Binned;
use grow::{Grower, Grown, Sample};

/// What the trees make small.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Loss {
    /// The squared error: the answer is the mean.
    Squared,
    /// The pinball loss at this level (0..1): the answer is that quantile.
    Quantile(f64),
    /// The logarithmic loss of a yes (1) or no (0): the answer is ln(p / (1 − p)).
    Logistic,
}

/// How trees are grown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BoostSettings {
    /// How many trees.
    pub trees: usize,
    /// Leaves of a tree at most.
    pub leaves: usize,
    /// The least weight (number of rows where rows weigh 1) of a leaf.
    pub leaf_weight_min: f64,
    /// How much of each tree's answer is taken.
    pub rate: f64,
    /// The share of the rows that a tree sees.
    pub row_share: f64,
    /// The share of the features that a tree sees.
    pub feature_share: f64,
    /// Ridge on the leaves.
    pub l2: f64,
}

impl Default for BoostSettings {
    fn default() -> Self {
        Self {
            trees: 200,
            leaves: 24,
            leaf_weight_min: 20.0,
            rate: 0.06,
            row_share: 0.5,
            feature_share: 0.4,
            l2: 1.0,
        }
    }
}

/// What to learn from: rows of features, a target and a weight for each.
#[derive(Debug, Clone, Copy)]
pub struct Lesson<'a> {
    /// The features; `NaN` is missing.
    pub features: &'a Matrix,
    /// One target a row.
    pub targets: &'a [f32],
    /// One weight a row, not negative.
    pub weights: &'a [f32],
}

/// Features made ready for boosting: cut into bins.
pub struct Prepared(Binned);

impl Prepared {
    /// Cuts every feature into bins by its quantiles.
    #[must_use]
    pub fn new(features: &Matrix) -> Self {
        Self(Binned::new(features))
    }
}

/// A sum of trees.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Booster {
    start: f32,
    trees: Vec<Tree>,
}

impl Booster {
    /// Learns trees. The same seed gives the same trees. Targets that are not finite are refused by weight 0.
    #[must_use]
    pub fn fit(lesson: Lesson<'_>, loss: Loss, settings: &BoostSettings, seed: u64) -> Self {
        Self::fit_prepared(&Prepared::new(lesson.features), lesson, loss, settings, seed)
    }

    /// The same with features that were prepared before, so that several boosters can share that work.
    #[must_use]
    pub fn fit_prepared(
        prepared: &Prepared,
        lesson: Lesson<'_>,
        loss: Loss,
        settings: &BoostSettings,
        seed: u64,
    ) -> Self {
        let binned = &prepared.0;
        let mut booster = Self::default();
        let rows = lesson
            .features
            .rows()
            .min(lesson.targets.len())
            .min(lesson.weights.len());
        let usable: Vec<u32> = (0..rows as u32)
            .filter(|row| lesson.targets[*row as usize].is_finite() && lesson.weights[*row as usize] > 0.0)
            .collect();
        if usable.is_empty() || lesson.features.columns() == 0 {
            return booster;
        }
        booster.start = start(lesson, &usable, loss);
        let mut random = Random::new(seed);
        let mut answers = vec![booster.start; rows];
        for _ in 0..settings.trees {
            let sample = sample(binned, &usable, settings, &mut random);
            let slope = |row: &u32| {
                let row = *row as usize;
                slope(loss, lesson.targets[row], answers[row], lesson.weights[row])
            };
            let slopes: Vec<[f32; 2]> = sample.rows.iter().map(slope).collect();
            let Grown { mut tree, leaves } = Grower::new(settings, binned, &sample, &slopes).grow();
            if let Loss::Quantile(level) = loss {
                for (node, places) in leaves {
                    let residual = |place: &u32| {
                        let row = sample.rows[*place as usize] as usize;
                        (lesson.targets[row] - answers[row], lesson.weights[row])
                    };
                    tree.set_leaf(node, weighted_quantile(places.iter().map(residual).collect(), level));
                }
            }
            tree.scale(settings.rate as f32);
            for row in &usable {
                answers[*row as usize] += tree.answer(lesson.features.row(*row as usize));
            }
            booster.trees.push(tree);
        }
        booster
    }

    /// The answer for these features, on the scale that the loss gives.
    #[must_use]
    pub fn answer(&self, features: &[f32]) -> f64 {
        f64::from(
            self.trees
                .iter()
                .fold(self.start, |sum, tree| sum + tree.answer(features)),
        )
    }

    /// How often each of so many features is asked for.
    #[must_use]
    pub fn feature_counts(&self, features: usize) -> Vec<u32> {
        let mut counts = vec![0; features];
        self.trees.iter().for_each(|tree| tree.count_features(&mut counts));
        counts
    }
}

impl Portable for Booster {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.f32(&mut self.start);
        self.trees.fields(fields);
    }
}

fn start(lesson: Lesson<'_>, usable: &[u32], loss: Loss) -> f32 {
    let pairs = usable
        .iter()
        .map(|row| (lesson.targets[*row as usize], lesson.weights[*row as usize]));
    let (sum, weight) = pairs.fold((0.0, 0.0), |(sum, weight), (target, w)| {
        (sum + f64::from(target) * f64::from(w), weight + f64::from(w))
    });
    let mean = sum / weight;
    match loss {
        // A quantile is approached from the mean: where many targets are equal (a cap), the quantile itself may lie on
        // them, and there every row has the same slope, so that no tree would ever find a split.
        Loss::Squared | Loss::Quantile(_) => mean as f32,
        Loss::Logistic => {
            let p = mean.clamp(1e-6, 1.0 - 1e-6);
            (p / (1.0 - p)).ln() as f32
        }
    }
}

/// The gradient of the loss at the present answer and the weight of the step (the second derivative, or 1).
fn slope(loss: Loss, target: f32, answer: f32, weight: f32) -> [f32; 2] {
    match loss {
        Loss::Squared => [weight * (answer - target), weight],
        Loss::Quantile(level) => {
            let level = level as f32;
            [weight * if target > answer { -level } else { 1.0 - level }, weight]
        }
        Loss::Logistic => {
            let p = 1.0 / (1.0 + (-answer).exp());
            [weight * (p - target), weight * (p * (1.0 - p)).max(1e-6)]
        }
    }
}

fn sample(binned: &Binned, usable: &[u32], settings: &BoostSettings, random: &mut Random) -> Sample {
    let mut rows: Vec<u32> = usable
        .iter()
        .copied()
        .filter(|_| random.uniform() < settings.row_share)
        .collect();
    if rows.is_empty() {
        rows = usable.to_vec();
    }
    let mut features: Vec<usize> = (0..binned.features).filter(|f| !binned.cuts[*f].is_empty()).collect();
    random.shuffle(&mut features);
    features.truncate(((features.len() as f64 * settings.feature_share).ceil() as usize).max(1));
    features.sort_unstable();
    Sample::new(binned, rows, features)
}

fn weighted_quantile(mut pairs: Vec<(f32, f32)>, level: f64) -> f32 {
    pairs.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let total: f64 = pairs.iter().map(|pair| f64::from(pair.1)).sum();
    let mut sum = 0.0;
    for (value, weight) in &pairs {
        sum += f64::from(*weight);
        if sum >= level * total {
            return *value;
        }
    }
    pairs.last().map_or(0.0, |pair| pair.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// y = 10·[x₀ > 0] + x₁ + noise, with every tenth x₁ missing and then worth 5.
    fn data(rows: usize) -> (Matrix, Vec<f32>) {
        let mut random = Random::new(11);
        let mut features = Matrix::new(2);
        let mut targets = Vec::new();
        for row in 0..rows {
            let (a, b) = (random.normal() as f32, random.normal() as f32);
            // Only two values, so that the step does not fall inside a bin.
            let a = a.signum();
            let b = if row % 10 == 0 { f32::NAN } else { b };
            features.push_row(&[a, b]);
            let step = if a > 0.0 { 10.0 } else { 0.0 };
            targets.push(step + if b.is_nan() { 5.0 } else { b } + 0.5 * random.normal() as f32);
        }
        (features, targets)
    }

    fn fit(loss: Loss, seed: u64) -> (Booster, Matrix, Vec<f32>) {
        let (features, targets) = data(3_000);
        let weights = vec![1.0; targets.len()];
        let lesson = Lesson {
            features: &features,
            targets: &targets,
            weights: &weights,
        };
        let settings = BoostSettings {
            trees: 120,
            rate: 0.1,
            feature_share: 1.0,
            ..BoostSettings::default()
        };
        (Booster::fit(lesson, loss, &settings, seed), features, targets)
    }

    #[test]
    fn the_mean_and_what_is_missing_are_learned() {
        let (booster, features, targets) = fit(Loss::Squared, 1);
        let error = |row: usize| (booster.answer(features.row(row)) - f64::from(targets[row])).powi(2);
        let rmse = ((0..3_000).map(error).sum::<f64>() / 3_000.0).sqrt();
        assert!(rmse < 0.6, "{rmse}");
        assert!((booster.answer(&[1.0, f32::NAN]) - 15.0).abs() < 0.6);
        assert!((booster.answer(&[-1.0, 0.0]) - 0.0).abs() < 0.6);
    }

    #[test]
    fn quantiles_hold_their_share() {
        for level in [0.05, 0.5, 0.95] {
            let (booster, features, targets) = fit(Loss::Quantile(level), 2);
            let below = (0..3_000).filter(|row| f64::from(targets[*row]) <= booster.answer(features.row(*row)));
            let share = below.count() as f64 / 3_000.0;
            assert!((share - level).abs() < 0.03, "{level}: {share}");
        }
    }

    #[test]
    fn a_quantile_that_lies_on_a_cap_is_learned_below_it() {
        let mut random = Random::new(5);
        let mut features = Matrix::new(1);
        let mut targets = Vec::new();
        for _ in 0..3_000 {
            let x = random.uniform();
            features.push_row(&[x as f32]);
            targets.push((200.0 * x + 5.0 * random.normal()).min(100.0) as f32);
        }
        let weights = vec![1.0; targets.len()];
        let lesson = Lesson {
            features: &features,
            targets: &targets,
            weights: &weights,
        };
        let settings = BoostSettings {
            trees: 120,
            rate: 0.1,
            feature_share: 1.0,
            ..BoostSettings::default()
        };
        let booster = Booster::fit(lesson, Loss::Quantile(0.95), &settings, 1);
        assert!(
            (40.0..62.0).contains(&booster.answer(&[0.2])),
            "{}",
            booster.answer(&[0.2])
        );
    }

    #[test]
    fn the_same_seed_gives_the_same_trees() {
        assert_eq!(fit(Loss::Squared, 3).0, fit(Loss::Squared, 3).0);
        assert_ne!(fit(Loss::Squared, 3).0, fit(Loss::Squared, 4).0);
    }

    #[test]
    fn nothing_to_learn_answers_without_panic() {
        let features = Matrix::new(3);
        let lesson = Lesson {
            features: &features,
            targets: &[],
            weights: &[],
        };
        assert_eq!(
            Booster::fit(lesson, Loss::Squared, &BoostSettings::default(), 1).answer(&[1.0]),
            0.0
        );
        let mut features = Matrix::new(1);
        features.push_row(&[f32::NAN]);
        features.push_row(&[f32::INFINITY]);
        let lesson = Lesson {
            features: &features,
            targets: &[f32::NAN, 4.0],
            weights: &[1.0, 1.0],
        };
        assert_eq!(
            Booster::fit(lesson, Loss::Squared, &BoostSettings::default(), 1).answer(&[]),
            4.0
        );
    }
}
