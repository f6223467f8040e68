//! Three families of models of remaining life behind one trait.
//!
//! * [`DegradationModel`]: a stochastic process of wear and its first passage; few parameters, honest from the start;
//! * [`TreesModel`]: boosted trees with squared and quantile loss on window features;
//! * [`LstmModel`]: a recurrent network on the sequence, with the same losses.
//!
//! Each answers with quantiles; none of them is calibrated by itself: that is the work of [`crate::conformal`].

mod degradation;
mod lstm;
mod trees;

pub use degradation::DegradationModel;
pub use lstm::{LstmModel, LstmTraining};
pub use trees::{TreesModel, TreesTraining};

use crate::intervals::Quantiles;
use crate::matrix::Matrix;
use crate::snapshot::{Fields, Portable};

/// What is known of a unit at one moment.
#[derive(Debug, Clone, Copy)]
pub struct Moment<'a> {
    /// Window features ([`crate::features`]).
    pub features: &'a [f32],
    /// The last steps of all channels, oldest first ([`crate::features::Features::write_sequence`]).
    pub sequence: &'a [f32],
}

/// A model of remaining life.
pub trait RulModel {
    /// The remaining life at this moment, between 0 and the cap that the model was trained with. `p50` is the centre:
    /// a mean or a median, whichever the family gives.
    fn predict(&self, moment: &Moment<'_>) -> Quantiles;
}

/// Moments of many units with what came true, to learn from.
#[derive(Debug, Clone, Default)]
pub struct Examples {
    /// Window features, a row each.
    pub features: Matrix,
    /// Sequences, a row each.
    pub sequences: Matrix,
    /// Remaining life up to the cap.
    pub targets: Vec<f32>,
    /// Which run it is from.
    pub runs: Vec<usize>,
    /// The cap on remaining life.
    pub cap: f64,
    /// How many channels there are; the last one is the channel regressed on progress to failure.
    pub channels: usize,
    /// Inputs of one step of a sequence; the channels come first.
    pub step_inputs: usize,
}

impl Examples {
    /// One example as a moment.
    ///
    /// # Panics
    /// When there is no such example.
    #[must_use]
    pub fn moment(&self, example: usize) -> Moment<'_> {
        Moment {
            features: self.features.row(example),
            sequence: self.sequences.row(example),
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.targets.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.targets.is_empty()
    }
}

/// Which family a model is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// A stochastic process of wear.
    Degradation,
    /// Boosted trees.
    Trees,
    /// A recurrent network.
    Lstm,
}

impl Family {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Degradation, Self::Trees, Self::Lstm];

    /// Its name in commands and reports.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Degradation => "degradation",
            Self::Trees => "trees",
            Self::Lstm => "lstm",
        }
    }
}

/// A model of any family, so that it can be kept.
#[derive(Debug, Clone, PartialEq)]
pub enum AnyModel {
    /// A stochastic process of wear.
    Degradation(DegradationModel),
    /// Boosted trees.
    Trees(TreesModel),
    /// A recurrent network.
    Lstm(LstmModel),
}

impl AnyModel {
    /// Its family.
    #[must_use]
    pub fn family(&self) -> Family {
        match self {
            Self::Degradation(_) => Family::Degradation,
            Self::Trees(_) => Family::Trees,
            Self::Lstm(_) => Family::Lstm,
        }
    }
}

impl Default for AnyModel {
    fn default() -> Self {
        Self::Degradation(DegradationModel::default())
    }
}

impl RulModel for AnyModel {
    fn predict(&self, moment: &Moment<'_>) -> Quantiles {
        match self {
            Self::Degradation(model) => model.predict(moment),
            Self::Trees(model) => model.predict(moment),
            Self::Lstm(model) => model.predict(moment),
        }
    }
}

impl Portable for AnyModel {
    fn fields(&mut self, fields: &mut dyn Fields) {
        let mut tag = self.family() as u8;
        fields.u8(&mut tag);
        if tag != self.family() as u8 {
            *self = match tag {
                1 => Self::Trees(TreesModel::default()),
                2 => Self::Lstm(LstmModel::default()),
                _ => Self::Degradation(DegradationModel::default()),
            };
        }
        match self {
            Self::Degradation(model) => model.fields(fields),
            Self::Trees(model) => model.fields(fields),
            Self::Lstm(model) => model.fields(fields),
        }
    }
}

/// Three numbers as quantiles between 0 and `cap`, in order around the centre.
fn ordered(low: f64, centre: f64, high: f64, cap: f64) -> Quantiles {
    let centre = if centre.is_finite() {
        centre.clamp(0.0, cap)
    } else {
        cap
    };
    let low = if low.is_finite() { low.clamp(0.0, centre) } else { 0.0 };
    let high = if high.is_finite() { high.clamp(centre, cap) } else { cap };
    Quantiles {
        p05: low,
        p50: centre,
        p95: high,
    }
}
