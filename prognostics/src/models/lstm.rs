//! A recurrent network as a model of remaining life: sequence in, centre and outer quantiles out.

use super::{Examples, Moment, RulModel, ordered};
use crate::features::STEPS;
use crate::intervals::Quantiles;
use crate::lstm::{Batches, Network, TrainSettings};
use crate::snapshot::{Fields, Portable};

pub use crate::lstm::TrainSettings as LstmTraining;

/// A recurrent network that says remaining life.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LstmModel {
    cap: f64,
    network: Network,
}

impl LstmModel {
    /// Learns from examples, of which those with weight 0 are left out; the same seed gives the same model.
    #[must_use]
    pub fn fit(examples: &Examples, weights: &[f32], training: &TrainSettings, seed: u64) -> Self {
        let scaled: Vec<f32> = examples
            .targets
            .iter()
            .map(|target| target / examples.cap as f32)
            .collect();
        let batches = Batches {
            sequences: &examples.sequences,
            inputs: examples.step_inputs,
            targets: &scaled,
            weights,
        };
        Self {
            cap: examples.cap,
            network: Network::fit(&batches, training, seed),
        }
    }
}

impl RulModel for LstmModel {
    fn predict(&self, moment: &Moment<'_>) -> Quantiles {
        let inputs = self.network.inputs();
        let answers = if moment.sequence.len() > STEPS * inputs {
            // Trained when a step had fewer inputs: later ones were added behind.
            let stride = moment.sequence.len() / STEPS;
            let steps = moment.sequence.chunks_exact(stride);
            let known: Vec<f32> = steps.flat_map(|step| &step[..inputs.min(stride)]).copied().collect();
            self.network.answer(&known)
        } else {
            self.network.answer(moment.sequence)
        };
        let [centre, low, high] = answers.map(|share| f64::from(share) * self.cap);
        ordered(low, centre, high, self.cap)
    }
}

impl Portable for LstmModel {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.f64(&mut self.cap);
        self.network.fields(fields);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matrix::Matrix;
    use crate::random::Random;

    #[test]
    fn a_model_of_fewer_inputs_reads_the_beginning_of_each_step() {
        let mut random = Random::new(3);
        let mut examples = Examples {
            sequences: Matrix::new(2 * STEPS),
            cap: 100.0,
            step_inputs: 2,
            ..Examples::default()
        };
        for _ in 0..200 {
            let row: Vec<f32> = (0..2 * STEPS).map(|_| random.uniform() as f32).collect();
            examples.targets.push(100.0 * row[0]);
            examples.sequences.push_row(&row);
        }
        let training = TrainSettings {
            hidden: 4,
            epochs: 1,
            sequences_an_epoch: 64,
            ..TrainSettings::default()
        };
        let model = LstmModel::fit(&examples, &[1.0; 200], &training, 1);
        let old = examples.sequences.row(7).to_vec();
        let new: Vec<f32> = old.chunks_exact(2).flat_map(|step| [step[0], step[1], 5.0]).collect();
        let ask = |sequence: &[f32]| {
            let moment = Moment {
                features: &[],
                sequence,
            };
            model.predict(&moment)
        };
        assert_eq!(ask(&old), ask(&new));
    }
}
