//! Runs: what one unit showed from some beginning to its failure or to the end of the record.

use crate::matrix::Matrix;

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// The unit failed just after the last record.
    Failed,
    /// The record ends while the unit still works: *censored*, which is not the same as healthy.
    Censored,
}

/// The history of one unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Whose history it is.
    pub unit: u32,
    /// The exposure (cycles, hours, kilometres) at each record, never decreasing.
    pub exposure: Vec<f64>,
    /// What says how the unit is used: load, speed, surroundings. One row a record.
    pub settings: Matrix,
    /// What is measured. One row a record.
    pub signals: Matrix,
    /// How it ended.
    pub ending: Ending,
}

impl Run {
    /// How many records there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.exposure.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.exposure.is_empty()
    }

    /// The exposure left after a record; `None` for a run that has not failed, or for no such record.
    #[must_use]
    pub fn remaining(&self, record: usize) -> Option<f64> {
        let end = *self.exposure.last()?;
        let at = *self.exposure.get(record)?;
        (self.ending == Ending::Failed).then_some(end - at)
    }

    /// What was known after the first `records` records: the same run, cut there and therefore censored.
    #[must_use]
    pub fn cut(&self, records: usize) -> Self {
        let records = records.min(self.len());
        Self {
            unit: self.unit,
            exposure: self.exposure[..records].to_vec(),
            settings: self.settings.first_rows(records),
            signals: self.signals.first_rows(records),
            ending: if records == self.len() {
                self.ending
            } else {
                Ending::Censored
            },
        }
    }
}

/// Units split into `folds` groups of nearly equal size, in random order: fold of each run. Units are split and never
/// rows, because the rows of one unit know each other.
#[must_use]
pub fn folds_by_unit(runs: usize, folds: usize, seed: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..runs).collect();
    crate::random::Random::new(seed).shuffle(&mut order);
    let mut fold = vec![0; runs];
    for (place, run) in order.into_iter().enumerate() {
        fold[run] = place % folds.max(1);
    }
    fold
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cut_run_is_censored_and_knows_no_remaining_life() {
        let mut signals = Matrix::new(1);
        (0..4).for_each(|value| signals.push_row(&[value as f32]));
        let run = Run {
            unit: 1,
            exposure: vec![1.0, 2.0, 3.0, 4.0],
            settings: Matrix::new(0),
            signals,
            ending: Ending::Failed,
        };
        assert_eq!(run.remaining(1), Some(2.0));
        let cut = run.cut(2);
        assert_eq!((cut.len(), cut.ending, cut.remaining(0)), (2, Ending::Censored, None));
        assert_eq!(cut.signals.rows(), 2);
    }

    #[test]
    fn folds_are_even_and_repeat() {
        let folds = folds_by_unit(103, 5, 9);
        assert_eq!(folds, folds_by_unit(103, 5, 9));
        for fold in 0..5 {
            let size = folds.iter().filter(|at| **at == fold).count();
            assert!((20..=21).contains(&size));
        }
    }
}
