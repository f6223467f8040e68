//! What is said of a unit, and what speaks for it.

use super::{Prognoser, Tracker};
use crate::features::PER_CHANNEL;
use crate::intervals::Quantiles;

/// What is said of a unit's remaining life.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Forecast {
    /// Quantiles in the unit of the exposure. One that equals the cap means "at least this".
    Remaining(Quantiles),
    /// Nothing honest can be said.
    NotEnoughData(Reason),
}

/// Why nothing is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// Too few records.
    FewRecords,
    /// Too many signals are missing or frozen.
    LostSignals,
    /// The models never saw anything like it, or there are none.
    Untrained,
}

impl Forecast {
    /// The quantiles, if there are any.
    #[must_use]
    pub fn quantiles(&self) -> Option<Quantiles> {
        match self {
            Self::Remaining(quantiles) => Some(*quantiles),
            Self::NotEnoughData(_) => None,
        }
    }
}

/// How one signal moved and how much that speaks for failure.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Contribution {
    /// The signal, by its column.
    pub signal: usize,
    /// How far its mean over 15 records is from the unit's own past, in standard deviations of its regime.
    pub moved: f64,
    /// What that adds to the channel that was regressed on progress to failure (0 new, 1 failed).
    pub towards_failure: f64,
}

impl Prognoser {
    /// What speaks for and against failure, the strongest first.
    #[must_use]
    pub fn contributions(&self, unit: &Tracker) -> Vec<Contribution> {
        let mut features = Vec::new();
        unit.features().write(&mut features);
        let weights = self.channels.progress_weights();
        let mut found: Vec<Contribution> = self
            .channels
            .signals_used()
            .zip(weights)
            .enumerate()
            .filter_map(|(place, (signal, weight))| {
                let moved = f64::from(*features.get((place + 1) * PER_CHANNEL.len() - 1)?);
                moved.is_finite().then_some(Contribution {
                    signal,
                    moved,
                    towards_failure: moved * weight,
                })
            })
            .collect();
        found.sort_by(|a, b| b.towards_failure.abs().total_cmp(&a.towards_failure.abs()));
        found
    }
}
