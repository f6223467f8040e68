//! Boosted trees as a model of remaining life: one booster for the mean and two for the outer quantiles.

use super::{Examples, Moment, RulModel, ordered};
use crate::intervals::Quantiles;
use crate::snapshot::{Fields, Portable};
use crate::trees::{BoostSettings, Booster, Lesson, Loss, Prepared};

/// How the boosters are trained.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TreesTraining {
    /// For the centre.
    pub centre: BoostSettings,
    /// For the outer quantiles.
    pub outer: BoostSettings,
}

impl Default for TreesTraining {
    fn default() -> Self {
        let centre = BoostSettings {
            trees: 300,
            leaves: 12,
            leaf_weight_min: 50.0,
            rate: 0.05,
            row_share: 0.15,
            feature_share: 0.4,
            l2: 1.0,
        };
        let outer = BoostSettings {
            trees: 150,
            rate: 0.08,
            leaf_weight_min: 40.0,
            row_share: 0.2,
            ..centre
        };
        Self { centre, outer }
    }
}

/// Boosted trees that say remaining life.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TreesModel {
    cap: f64,
    centre: Booster,
    low: Booster,
    high: Booster,
}

impl TreesModel {
    /// Learns from examples, of which those with weight 0 are left out; the same seed gives the same model.
    #[must_use]
    pub fn fit(examples: &Examples, weights: &[f32], training: &TreesTraining, seed: u64) -> Self {
        let lesson = Lesson {
            features: &examples.features,
            targets: &examples.targets,
            weights,
        };
        let prepared = Prepared::new(&examples.features);
        let fit = |loss, settings: &BoostSettings, part: u64| {
            Booster::fit_prepared(&prepared, lesson, loss, settings, seed ^ (part << 32))
        };
        Self {
            cap: examples.cap,
            centre: fit(Loss::Squared, &training.centre, 0),
            low: fit(Loss::Quantile(0.05), &training.outer, 1),
            high: fit(Loss::Quantile(0.95), &training.outer, 2),
        }
    }

    /// How often each feature is asked for by the centre's trees: what the model looks at.
    #[must_use]
    pub fn feature_counts(&self, features: usize) -> Vec<u32> {
        self.centre.feature_counts(features)
    }
}

impl RulModel for TreesModel {
    fn predict(&self, moment: &Moment<'_>) -> Quantiles {
        let answer = |booster: &Booster| booster.answer(moment.features);
        ordered(answer(&self.low), answer(&self.centre), answer(&self.high), self.cap)
    }
}

impl Portable for TreesModel {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.f64(&mut self.cap);
        self.centre.fields(fields);
        self.low.fields(fields);
        self.high.fields(fields);
    }
}
