//! A small long short-term memory network: inference, training by back-propagation through time, and Adam.
//!
//! The cell: Hochreiter & Schmidhuber, Neural Computation 9, 1997, with forget gates (Gers, Schmidhuber & Cummins, Neural
//! Computation 12, 2000). The optimiser: Kingma & Ba, "Adam", ICLR 2015, with decoupled weight decay (Loshchilov & Hutter,
//! ICLR 2019), a cosine-shaped rate and the weights averaged over the last part of training (Polyak & Juditsky, SIAM
//! Journal on Control and Optimization 30, 1992). Remaining life from sequences of sensor readings: Zheng et al., "Long
//! short-term memory network for remaining useful life estimation", ICPHM 2017.
//!
//! Plain loops over `f32`, one thread, no dependency: the networks are small, and the result is the same on every machine
//! and for every number of cores.

mod cell;
mod train;

pub use train::{Batches, TrainSettings};

use crate::random::Random;
use crate::snapshot::{Fields, Portable};
use cell::{Layout, Tape};

/// What a network answers: centre, lower and upper quantile.
pub const OUTPUTS: usize = 3;

/// A trained network of one recurrent layer and a linear read-out of its last state.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Network {
    inputs: u64,
    hidden: u64,
    scale: Vec<f32>,
    weights: Vec<f32>,
}

impl Network {
    fn new(inputs: usize, hidden: usize, scale: Vec<f32>, random: &mut Random) -> Self {
        let layout = Layout { inputs, hidden };
        let mut weights = vec![0.0; layout.count()];
        // Glorot & Bengio, AISTATS 2010; the forget gate starts open (Jozefowicz et al., ICML 2015).
        let spread = (2.0 / (inputs + hidden) as f64).sqrt() * 0.7;
        for weight in &mut weights[..layout.gate_bias()] {
            *weight = (spread * random.normal()) as f32;
        }
        weights[layout.gate_bias() + hidden..layout.gate_bias() + 2 * hidden].fill(1.0);
        let read_out = (1.0 / hidden as f64).sqrt() * 0.5;
        for weight in &mut weights[layout.read_out()..layout.read_out_bias()] {
            *weight = (read_out * random.normal()) as f32;
        }
        weights[layout.read_out_bias()..].copy_from_slice(&[0.7, 0.5, 0.9]);
        Self {
            inputs: inputs as u64,
            hidden: hidden as u64,
            scale,
            weights,
        }
    }

    /// Inputs of one step.
    #[must_use]
    pub fn inputs(&self) -> usize {
        self.inputs as usize
    }

    fn layout(&self) -> Layout {
        Layout {
            inputs: self.inputs as usize,
            hidden: self.hidden as usize,
        }
    }

    /// The answers for one sequence: steps of inputs, oldest first. `NaN` when the sequence does not fit the network.
    #[must_use]
    pub fn answer(&self, sequence: &[f32]) -> [f32; OUTPUTS] {
        let layout = self.layout();
        let fits = layout.inputs > 0
            && self.weights.len() == layout.count()
            && self.scale.len() == layout.inputs
            && !sequence.is_empty()
            && sequence.len().is_multiple_of(layout.inputs);
        if !fits {
            return [f32::NAN; OUTPUTS];
        }
        let mut tape = Tape::new(layout, sequence.len() / layout.inputs, 1);
        tape.load(0, sequence, &self.scale);
        tape.forward(&self.weights);
        let mut answers = [0.0; OUTPUTS];
        answers.copy_from_slice(tape.answers());
        answers
    }
}

impl Portable for Network {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.u64(&mut self.inputs);
        fields.u64(&mut self.hidden);
        self.inputs = self.inputs.min(1 << 16);
        self.hidden = self.hidden.min(1 << 16);
        self.scale.fields(fields);
        self.weights.fields(fields);
    }
}
