//! What is normal for this very vehicle: the healthy levels that residuals are taken from.

use prognostics::residuals::{Baseline, BaselinePrior};
use prognostics::snapshot::{Fields, Portable};

use super::rules::Rules;

/// Learned references of one vehicle.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct References {
    /// Coolant by regime: standing, urban, road, at load.
    pub coolant: [Baseline; 4],
    /// Tyre pressure by axle, with the first reading of each as the level to start from (0 = none yet).
    pub tyre: [Baseline; 2],
    tyre_first: [f32; 2],
}

impl References {
    /// The pressure that an axle's tyres should have, learning from this window while the reference is open.
    pub fn axle_pressure(&mut self, axle: usize, higher_kpa: f64, trust: f64, rules: &Rules) -> f64 {
        if self.tyre_first[axle] <= 0.0 {
            self.tyre_first[axle] = higher_kpa as f32;
        }
        let first = f64::from(self.tyre_first[axle]);
        let prior = BaselinePrior {
            level: first,
            tolerance: rules.tyre.tolerance * first,
            ..rules.tyre
        };
        self.tyre[axle].observe(higher_kpa, trust, &prior);
        self.tyre[axle].level(&prior)
    }

    /// New tyres: their pressure is learned anew.
    pub fn forget_tyres(&mut self) {
        (self.tyre, self.tyre_first) = Default::default();
    }
}

impl Portable for References {
    fn fields(&mut self, fields: &mut dyn Fields) {
        self.coolant.fields(fields);
        self.tyre.fields(fields);
        self.tyre_first.iter_mut().for_each(|first| fields.f32(first));
    }
}
