//! What a signal does beside what the same unit did while it was healthy, in the same operating regime.
//!
//! Comparing a unit with its own healthy past in the same regime is the largest single gain in prognostics: it removes
//! the differences between units and between uses before anything is judged.

use crate::snapshot::{Fields, Portable};

/// The healthy level of one signal in one regime, learned from the unit's own first windows and then frozen, so that a
/// slow fault cannot teach it that faulty is normal.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Baseline {
    learned: f64,
    mean: f64,
}

/// What is believed of a level before the unit has shown its own, and how it is learned.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BaselinePrior {
    /// The level to start from.
    pub level: f64,
    /// How many windows that belief is worth.
    pub weight: f64,
    /// A window further than this from the level learned so far is not taken as healthy.
    pub tolerance: f64,
    /// After this many windows the level is frozen.
    pub windows: f64,
}

impl Baseline {
    /// Takes the mean of a window with a trust of 0..=1. Returns whether it was used for learning.
    pub fn observe(&mut self, sample: f64, trust: f64, prior: &BaselinePrior) -> bool {
        let far = (sample - self.level(prior)).abs() > prior.tolerance;
        if !sample.is_finite() || far || self.is_frozen(prior) {
            return false;
        }
        let weight = if trust.is_finite() { trust.clamp(0.0, 1.0) } else { 0.0 };
        self.learned += weight;
        if self.learned > 0.0 {
            self.mean += weight / self.learned * (sample - self.mean);
        }
        true
    }

    /// The healthy level: the prior's, drawn towards what the unit has shown.
    #[must_use]
    pub fn level(&self, prior: &BaselinePrior) -> f64 {
        let total = self.learned + prior.weight;
        if total > 0.0 {
            (self.learned * self.mean + prior.weight * prior.level) / total
        } else {
            prior.level
        }
    }

    /// The deviation of a reading from the healthy level.
    #[must_use]
    pub fn residual(&self, sample: f64, prior: &BaselinePrior) -> f64 {
        sample - self.level(prior)
    }

    /// Whether learning is over.
    #[must_use]
    pub fn is_frozen(&self, prior: &BaselinePrior) -> bool {
        self.learned >= prior.windows
    }

    /// How many windows (weighed by trust) it rests on.
    #[must_use]
    pub fn windows(&self) -> f64 {
        self.learned
    }
}

impl Portable for Baseline {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.f64(&mut self.learned);
        fields.f64(&mut self.mean);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRIOR: BaselinePrior = BaselinePrior {
        level: 90.0,
        weight: 5.0,
        tolerance: 8.0,
        windows: 60.0,
    };

    #[test]
    fn it_learns_the_units_own_level_and_then_holds_it() {
        let mut baseline = Baseline::default();
        (0..60).for_each(|_| assert!(baseline.observe(86.0, 1.0, &PRIOR)));
        assert!((baseline.level(&PRIOR) - 86.0).abs() < 0.5);
        assert!(!baseline.observe(88.0, 1.0, &PRIOR), "frozen");
        assert!((baseline.residual(110.0, &PRIOR) - 23.7).abs() < 0.1);
    }

    #[test]
    fn a_window_far_off_or_without_trust_teaches_nothing() {
        let mut baseline = Baseline::default();
        assert!(!baseline.observe(115.0, 1.0, &PRIOR));
        assert!(!baseline.observe(f64::NAN, 1.0, &PRIOR));
        baseline.observe(85.0, 0.0, &PRIOR);
        assert_eq!(baseline.level(&PRIOR), 90.0);
    }
}
