//! Training: batches, losses and the optimiser.

use super::cell::Tape;
use super::{Network, OUTPUTS};
use crate::matrix::Matrix;
use crate::random::Random;

/// The level of the lower outer quantile; the upper one mirrors it.
const OUTER: f32 = 0.05;
/// How much the quantile losses weigh beside the squared error of the centre.
const OUTER_WEIGHT: f32 = 0.25;

/// Sequences and their targets, about 0 to 1.
pub struct Batches<'a> {
    /// One sequence a row: steps of inputs, oldest first.
    pub sequences: &'a Matrix,
    /// Inputs of one step.
    pub inputs: usize,
    /// One target a row.
    pub targets: &'a [f32],
    /// One weight a row: those with 0 are left out, the others count alike.
    pub weights: &'a [f32],
}

/// How a network is trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrainSettings {
    /// Cells of the recurrent layer.
    pub hidden: usize,
    /// How many passes.
    pub epochs: usize,
    /// Sequences drawn in each pass: neighbours in a run are nearly the same, so not all are needed.
    pub sequences_an_epoch: usize,
    /// Sequences of one step of the optimiser.
    pub batch: usize,
    /// The highest rate.
    pub rate: f64,
    /// Decoupled weight decay.
    pub decay: f64,
    /// Standard deviation of noise added to the inputs, in their standard deviations.
    pub noise: f64,
}

impl Default for TrainSettings {
    fn default() -> Self {
        Self {
            hidden: 16,
            epochs: 6,
            sequences_an_epoch: 6_000,
            batch: 32,
            rate: 4e-3,
            decay: 1e-2,
            noise: 0.2,
        }
    }
}

impl Network {
    /// Learns from sequences; the same seed gives the same network.
    #[must_use]
    pub fn fit(batches: &Batches<'_>, settings: &TrainSettings, seed: u64) -> Self {
        let mut random = Random::new(seed);
        let usable = |row: &usize| {
            let target = batches.targets.get(*row).is_some_and(|target| target.is_finite());
            target && batches.weights.get(*row).is_some_and(|weight| *weight > 0.0)
        };
        let rows: Vec<usize> = (0..batches.sequences.rows()).filter(usable).collect();
        let inputs = batches.inputs;
        if rows.is_empty() || inputs == 0 || batches.sequences.columns() < inputs {
            return Self::default();
        }
        let scale = input_scale(batches);
        let mut network = Self::new(inputs, settings.hidden.max(1), scale, &mut random);
        let steps = batches.sequences.columns() / inputs;
        let batch = settings.batch.max(1);
        let mut tape = Tape::new(network.layout(), steps, batch);
        let passes = settings.epochs * settings.sequences_an_epoch.div_ceil(batch);
        let mut adam = Adam::new(network.weights.len());
        let mut average = network.weights.clone();
        let mut gradient = vec![0.0; network.weights.len()];
        let mut of_answers = vec![0.0; batch * OUTPUTS];
        let mut targets = vec![0.0; batch];
        let mut sequence = Vec::new();
        for pass in 0..passes {
            for (place, target) in targets.iter_mut().enumerate() {
                let row = rows[random.below(rows.len())];
                noisy(
                    batches.sequences.row(row),
                    &network.scale,
                    settings.noise,
                    &mut random,
                    &mut sequence,
                );
                tape.load(place, &sequence, &network.scale);
                *target = batches.targets[row];
            }
            tape.forward(&network.weights);
            slopes(tape.answers(), &targets, &mut of_answers);
            gradient.fill(0.0);
            tape.backward(&network.weights, &of_answers, &mut gradient);
            let progress = pass as f64 / passes as f64;
            let rate =
                settings.rate * 0.5 * (1.0 + (std::f64::consts::PI * progress).cos()) * (20.0 * progress).min(1.0);
            adam.step(&mut network.weights, &mut gradient, rate, settings.decay);
            // The average starts late: what was learned in the beginning is not worth keeping.
            let keep = if progress < 0.6 { 0.0 } else { 0.99 };
            for (average, weight) in average.iter_mut().zip(&network.weights) {
                *average = keep * *average + (1.0 - keep) * weight;
            }
        }
        network.weights = average;
        network
    }
}

/// Noise on the inputs, so that a network does not learn single sequences by heart (Bishop, Neural Computation 7, 1995).
/// The noise is uniform with the given standard deviation: cheap to draw, and its shape does not matter.
fn noisy(row: &[f32], scale: &[f32], noise: f64, random: &mut Random, out: &mut Vec<f32>) {
    out.clear();
    let width = (noise * 12f64.sqrt()) as f32;
    if width <= 0.0 {
        out.extend_from_slice(row);
        return;
    }
    out.extend(
        row.chunks_exact(scale.len())
            .flatten()
            .zip(scale.iter().cycle())
            .map(|(value, scale)| {
                let draw = (random.bits() >> 40) as f32 / (1u32 << 24) as f32 - 0.5;
                value + width * draw / scale
            }),
    );
}

/// One over the standard deviation of each input.
fn input_scale(batches: &Batches<'_>) -> Vec<f32> {
    let mut sums = vec![[0.0f64; 3]; batches.inputs];
    for row in batches.sequences.values().chunks_exact(batches.inputs) {
        for (sum, value) in sums.iter_mut().zip(row).filter(|(_, value)| value.is_finite()) {
            let value = f64::from(*value);
            *sum = [sum[0] + 1.0, sum[1] + value, sum[2] + value * value];
        }
    }
    let scale = |[count, sum, squares]: [f64; 3]| {
        let sd = (squares / count.max(1.0) - (sum / count.max(1.0)).powi(2))
            .max(0.0)
            .sqrt();
        if sd > 1e-6 { (1.0 / sd) as f32 } else { 1.0 }
    };
    sums.into_iter().map(scale).collect()
}

/// The gradient of the loss by the answers, averaged over the batch.
fn slopes(answers: &[f32], targets: &[f32], out: &mut [f32]) {
    let share = 1.0 / targets.len() as f32;
    let rows = answers.chunks_exact(OUTPUTS).zip(out.chunks_exact_mut(OUTPUTS));
    for ((answer, slope), target) in rows.zip(targets) {
        slope[0] = share * 2.0 * (answer[0] - target);
        let pinball = |level: f32, answer: f32| if *target > answer { -level } else { 1.0 - level };
        slope[1] = share * OUTER_WEIGHT * pinball(OUTER, answer[1]);
        slope[2] = share * OUTER_WEIGHT * pinball(1.0 - OUTER, answer[2]);
    }
}

struct Adam {
    mean: Vec<f32>,
    square: Vec<f32>,
    steps: i32,
}

impl Adam {
    fn new(count: usize) -> Self {
        Self {
            mean: vec![0.0; count],
            square: vec![0.0; count],
            steps: 0,
        }
    }

    fn step(&mut self, weights: &mut [f32], gradient: &mut [f32], rate: f64, decay: f64) {
        const KEEP_MEAN: f32 = 0.9;
        const KEEP_SQUARE: f32 = 0.99;
        const LARGEST: f32 = 1.0;
        let norm = gradient.iter().map(|value| value * value).sum::<f32>().sqrt();
        let shrink = if norm > LARGEST { LARGEST / norm } else { 1.0 };
        self.steps += 1;
        let of_mean = 1.0 - KEEP_MEAN.powi(self.steps);
        let of_square = 1.0 - KEEP_SQUARE.powi(self.steps);
        let (rate, decay) = (rate as f32, (rate * decay) as f32);
        let state = self.mean.iter_mut().zip(&mut self.square);
        for ((weight, slope), (mean, square)) in weights.iter_mut().zip(gradient).zip(state) {
            let slope = *slope * shrink;
            *mean = KEEP_MEAN * *mean + (1.0 - KEEP_MEAN) * slope;
            *square = KEEP_SQUARE * *square + (1.0 - KEEP_SQUARE) * slope * slope;
            *weight -= rate * (*mean / of_mean) / ((*square / of_square).sqrt() + 1e-7) + decay * *weight;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The target is the mean of the first input over the sequence plus noise of a spread of 0.1.
    fn data() -> (Matrix, Vec<f32>) {
        let mut random = Random::new(4);
        let mut sequences = Matrix::new(12);
        let mut targets = Vec::new();
        for _ in 0..2_000 {
            let row: Vec<f32> = (0..12).map(|_| random.uniform() as f32).collect();
            let mean = row.iter().step_by(2).sum::<f32>() / 6.0;
            sequences.push_row(&row);
            targets.push(mean + 0.1 * random.normal() as f32);
        }
        (sequences, targets)
    }

    #[test]
    fn it_learns_the_mean_and_the_outer_quantiles() {
        let (sequences, targets) = data();
        let batches = Batches {
            sequences: &sequences,
            inputs: 2,
            targets: &targets,
            weights: &[1.0; 2_000],
        };
        let settings = TrainSettings {
            hidden: 8,
            epochs: 12,
            sequences_an_epoch: 3_000,
            noise: 0.0,
            ..Default::default()
        };
        let network = Network::fit(&batches, &settings, 1);
        let (mut squares, mut inside) = (0.0, 0);
        for (row, target) in targets.iter().enumerate() {
            let [centre, low, high] = network.answer(sequences.row(row));
            squares += (centre - target).powi(2);
            inside += usize::from((low..=high).contains(target));
        }
        let rmse = (squares / targets.len() as f32).sqrt();
        assert!(rmse < 0.112, "{rmse}");
        let share = inside as f64 / targets.len() as f64;
        assert!((0.85..0.95).contains(&share), "{share}");
        assert_eq!(network, Network::fit(&batches, &settings, 1));
    }

    #[test]
    fn broken_input_is_answered_without_panic() {
        let (sequences, targets) = data();
        let batches = Batches {
            sequences: &sequences,
            inputs: 2,
            targets: &targets,
            weights: &[1.0; 2_000],
        };
        let settings = TrainSettings {
            hidden: 4,
            epochs: 1,
            sequences_an_epoch: 50,
            ..Default::default()
        };
        let network = Network::fit(&batches, &settings, 1);
        assert!(network.answer(&[f32::NAN; 12]).iter().all(|answer| answer.is_finite()));
        assert!(
            network
                .answer(&[f32::INFINITY; 2])
                .iter()
                .all(|answer| answer.is_finite())
        );
        assert!(network.answer(&[1.0; 3]).iter().all(|answer| answer.is_nan()));
        assert!(Network::default().answer(&[]).iter().all(|answer| answer.is_nan()));
        let empty = Batches {
            sequences: &Matrix::new(4),
            inputs: 2,
            targets: &[],
            weights: &[],
        };
        assert_eq!(Network::fit(&empty, &settings, 1), Network::default());
    }
}
