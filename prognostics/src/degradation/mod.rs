//! Wear as a Wiener process with drift, learned from increments, and its first passage as the remaining life.
//!
//! The indicator is modelled as X(k) = X(0) + μ·k + σ·B(k) over an exposure k (kilometres, hours, cycles). Review of
//! the family: Si, Wang, Hu & Zhou, "Remaining useful life estimation – a review on the statistical data driven
//! approaches", European Journal of Operational Research 213 (2011), section 3. The life ends when X first reaches a
//! threshold.

mod first_passage;
mod inverse_gaussian;

pub use first_passage::FirstPassage;
pub use inverse_gaussian::{InverseGaussian, Life};

use crate::snapshot::{Fields, Portable};

/// What is believed about drift and diffusion before any increment was seen: a normal–inverse-gamma prior.
///
/// The prior is meant to be wide: a cold start must give wide intervals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WearPrior {
    /// Expected growth of the indicator per unit of exposure.
    pub drift: f64,
    /// How much exposure the belief in `drift` is worth.
    pub drift_exposure: f64,
    /// Shape of the inverse gamma belief in the diffusion σ²; above 1, so that its mean exists.
    pub diffusion_shape: f64,
    /// Scale of the inverse gamma belief in σ².
    pub diffusion_scale: f64,
}

impl WearPrior {
    /// A prior from three figures that can be read off life data: the exposure after which an indicator is expected to
    /// have grown from 0 to 1, the relative standard deviation of the pace between units, and the standard deviation
    /// that chance alone adds to the indicator over one such life.
    #[must_use]
    pub fn from_expected_life(expected_life: f64, pace_relative_sd: f64, chance_sd: f64) -> Self {
        let expected_life = positive_or(expected_life, 1.0);
        let drift = 1.0 / expected_life;
        let diffusion = positive_or(chance_sd * chance_sd, 1e-6) / expected_life;
        let drift_variance = positive_or((pace_relative_sd * drift).powi(2), 1e-12 * drift * drift);
        let shape = 3.0;
        Self {
            drift,
            drift_exposure: diffusion / drift_variance,
            diffusion_shape: shape,
            diffusion_scale: diffusion * (shape - 1.0),
        }
    }

    /// The belief after the evidence, by the conjugate update of the normal–inverse-gamma family
    /// (Gelman et al., "Bayesian Data Analysis", 3rd ed., section 3.3), with exposure in the place of the sample size.
    #[must_use]
    pub fn update(&self, evidence: &WearEvidence) -> WearPosterior {
        let exposure = self.drift_exposure + evidence.exposure;
        let drift = (self.drift_exposure * self.drift + evidence.growth) / exposure;
        let shape = self.diffusion_shape + 0.5 * evidence.increments;
        let misfit = evidence.roughness + self.drift_exposure * self.drift * self.drift - exposure * drift * drift;
        let scale = self.diffusion_scale + 0.5 * misfit.max(0.0);
        let diffusion = scale / (shape - 1.0);
        WearPosterior {
            drift,
            drift_variance: diffusion / exposure,
            diffusion,
        }
    }
}

/// The sufficient statistics of all increments seen: four numbers, however long the history.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct WearEvidence {
    /// Exposure covered by increments.
    pub exposure: f64,
    /// Sum of the increments.
    pub growth: f64,
    /// Sum of increment² / exposure.
    pub roughness: f64,
    /// Number of increments (a fraction after forgetting).
    pub increments: f64,
}

impl WearEvidence {
    /// Takes one increment of the indicator over `exposure`. Anything not finite, or an exposure that is not positive,
    /// is no evidence and changes nothing; the return value says whether it counted.
    ///
    /// Measurement noise in the indicator enters as roughness: it widens intervals and never narrows them. The caller
    /// should let enough exposure pass between two readings for growth to be larger than one step of the sensor.
    pub fn observe(&mut self, increment: f64, exposure: f64) -> bool {
        let roughness = increment * increment / exposure;
        if !(increment.is_finite() && exposure.is_finite() && exposure > 0.0 && roughness.is_finite()) {
            return false;
        }
        self.exposure += exposure;
        self.growth += increment;
        self.roughness += roughness;
        self.increments += 1.0;
        true
    }

    /// Lets old evidence fade so that a change of pace is followed: everything is multiplied by `keep` (0..=1).
    pub fn forget(&mut self, keep: f64) {
        let keep = if keep.is_finite() { keep.clamp(0.0, 1.0) } else { 1.0 };
        self.exposure *= keep;
        self.growth *= keep;
        self.roughness *= keep;
        self.increments *= keep;
    }
}

impl Portable for WearEvidence {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.f64(&mut self.exposure);
        fields.f64(&mut self.growth);
        fields.f64(&mut self.roughness);
        fields.f64(&mut self.increments);
    }
}

/// The belief about a unit's pace of wear.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WearPosterior {
    /// Expected growth per unit of exposure.
    pub drift: f64,
    /// Variance of that expectation.
    pub drift_variance: f64,
    /// Diffusion σ² per unit of exposure (its posterior mean).
    pub diffusion: f64,
}

impl WearPosterior {
    /// The distribution of the exposure until the indicator has grown by `distance`; a distance that is not positive is
    /// a life that is over.
    #[must_use]
    pub fn first_passage(&self, distance: f64) -> FirstPassage {
        FirstPassage::new(distance, self.drift, self.drift_variance, self.diffusion)
    }
}

fn positive_or(value: f64, otherwise: f64) -> f64 {
    if value.is_finite() && value > 0.0 {
        value
    } else {
        otherwise
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intervals::Lifetime;
    use proptest::prelude::*;

    #[test]
    fn a_cold_start_is_wide_and_evidence_narrows_it() {
        let prior = WearPrior::from_expected_life(50_000.0, 0.5, 0.15);
        let cold = prior.update(&WearEvidence::default()).first_passage(1.0).quantiles(1e7);
        assert!(cold.p95 / cold.p05 > 4.0, "{cold:?}");
        let mut evidence = WearEvidence::default();
        (0..40).for_each(|_| assert!(evidence.observe(0.02, 1_000.0)));
        let warm = prior.update(&evidence).first_passage(1.0).quantiles(1e7);
        assert!(warm.p95 / warm.p05 < 2.5, "{warm:?}");
    }

    proptest! {
        #[test]
        fn more_exposure_of_the_same_drift_narrows(
            life in 1e3f64..1e6, factor in 0.3f64..3.0, few in 1u32..20, more in 1u32..60, distance in 0.05f64..1.0,
        ) {
            let prior = WearPrior::from_expected_life(life, 0.5, 0.15);
            let step = life / 100.0;
            let seen = |count: u32| {
                let mut evidence = WearEvidence::default();
                (0..count).for_each(|_| { evidence.observe(factor * step / life, step); });
                prior.update(&evidence)
            };
            let (early, late) = (seen(few), seen(few + more));
            prop_assert!(late.drift_variance < early.drift_variance);
            let spread = |posterior: WearPosterior| {
                let q = posterior.first_passage(distance).quantiles(1e12);
                (q.p95 - q.p05) / q.p50
            };
            prop_assert!(spread(late) <= spread(early) * 1.02, "{} {}", spread(late), spread(early));
        }

        #[test]
        fn any_finite_input_gives_ordered_finite_quantiles(
            life in prop::num::f64::ANY, pace in prop::num::f64::ANY, chance in prop::num::f64::ANY,
            increments in prop::collection::vec((prop::num::f64::ANY, prop::num::f64::ANY), 0..20),
            distance in prop::num::f64::ANY, horizon in 1.0f64..1e9,
        ) {
            let mut evidence = WearEvidence::default();
            for (increment, exposure) in increments {
                evidence.observe(increment, exposure);
            }
            let q = WearPrior::from_expected_life(life, pace, chance).update(&evidence)
                .first_passage(distance).quantiles(horizon);
            prop_assert!(q.p05 >= 0.0 && q.p05 <= q.p50 && q.p50 <= q.p95 && q.p95 <= horizon, "{q:?}");
        }
    }
}
