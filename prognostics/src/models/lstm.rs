//! A recurrent network as a model of remaining life: sequence in, centre and outer quantiles out.

use super::{Examples, Moment, RulModel, ordered};
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
        let [centre, low, high] = self
            .network
            .answer(moment.sequence)
            .map(|share| f64::from(share) * self.cap);
        ordered(low, centre, high, self.cap)
    }
}

impl Portable for LstmModel {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.f64(&mut self.cap);
        self.network.fields(fields);
    }
}
