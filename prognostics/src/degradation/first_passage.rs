//! First passage of a drifting Wiener process through a level, the drift itself being uncertain.

use crate::intervals::Lifetime;
use crate::normal;

/// The distribution of the exposure at which X first has grown by `distance`, where dX = μ dk + σ dB and μ is normal.
///
/// For a known drift this is the inverse Gaussian distribution (Chhikara & Folks, "The Inverse Gaussian Distribution",
/// Marcel Dekker, 1989). With μ ~ N(m, v) the mixture still has a closed form (Peng & Tseng, IEEE Transactions on
/// Reliability 58, 2009; Si et al., IEEE Transactions on Reliability 61, 2012):
///
/// F(k) = Φ((m·k − w)/s) + exp(2mw/σ² + 2vw²/σ⁴) · Φ(−(2vwk + σ²(mk + w))/(σ²·s)),  s² = v·k² + σ²·k
///
/// It is defective when the drift may be negative: then some lives never end, and high quantiles meet the horizon.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FirstPassage {
    distance: f64,
    drift: f64,
    drift_variance: f64,
    diffusion: f64,
}

impl FirstPassage {
    /// A first passage over `distance`. Values that are not finite are replaced by the cautious choice: a distance that
    /// is not a number is a life that is over, a drift that is not a number is none, and the diffusion is kept positive.
    #[must_use]
    pub fn new(distance: f64, drift: f64, drift_variance: f64, diffusion: f64) -> Self {
        let finite = |value: f64, otherwise: f64| if value.is_finite() { value } else { otherwise };
        Self {
            distance: finite(distance, 0.0),
            drift: finite(drift, 0.0),
            drift_variance: finite(drift_variance, 0.0).max(0.0),
            diffusion: finite(diffusion, 0.0).max(f64::MIN_POSITIVE),
        }
    }

    /// The distance still to go.
    #[must_use]
    pub fn distance(&self) -> f64 {
        self.distance
    }
}

impl Lifetime for FirstPassage {
    fn cdf(&self, exposure: f64) -> f64 {
        if self.distance <= 0.0 {
            return f64::from(u8::from(exposure > 0.0));
        }
        if exposure.is_nan() || exposure <= 0.0 {
            return 0.0;
        }
        let (w, m, v, diffusion) = (self.distance, self.drift, self.drift_variance, self.diffusion);
        let spread = (v * exposure * exposure + diffusion * exposure).sqrt();
        if !(spread > 0.0 && spread.is_finite()) {
            return f64::from(u8::from(m * exposure >= w));
        }
        let direct = normal::cdf((m * exposure - w) / spread);
        // Paths that had crossed and came back below. In logarithms, because the factor overflows long before the
        // product does; where even the logarithm has lost its digits the term is bounded by what is left.
        let w_diffusion = w / diffusion;
        let ln_factor = 2.0 * w_diffusion * (m + v * w_diffusion);
        let z = (2.0 * v * w_diffusion * exposure + m * exposure + w) / spread;
        let returned = if ln_factor.abs() < 1e12 {
            (ln_factor + normal::ln_cdf(-z)).exp()
        } else {
            0.0
        };
        let returned = if returned.is_finite() { returned } else { 0.0 };
        (direct + returned.min(1.0 - direct)).clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::degradation::InverseGaussian;
    use proptest::prelude::*;

    #[test]
    fn a_known_drift_is_the_inverse_gaussian() {
        let passage = FirstPassage::new(1.0, 2e-5, 0.0, 4e-7);
        let gaussian = InverseGaussian::new(1.0 / 2e-5, 1.0 / 4e-7).unwrap();
        for exposure in [1e3, 2e4, 5e4, 8e4, 3e5] {
            assert!((passage.cdf(exposure) - gaussian.cdf(exposure)).abs() < 1e-12);
        }
    }

    #[test]
    fn a_life_that_is_over_has_nothing_left() {
        let over = FirstPassage::new(-0.1, 2e-5, 0.0, 4e-7).quantiles(1e6);
        assert!(over.p95 < 1e-6, "{over:?}");
        assert!(FirstPassage::new(f64::NAN, 1.0, 1.0, 1.0).quantiles(1e6).p95 < 1e-6);
    }

    #[test]
    fn a_simulated_process_agrees_with_the_formula() {
        // A plain linear congruential generator keeps the test free of dependencies and the same on every machine.
        let mut seed = 0x2545_F491_4F6C_DD1Du64;
        let mut uniform = || {
            seed = seed
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            ((seed >> 11) as f64 + 0.5) / (1u64 << 53) as f64
        };
        let (m, v, diffusion, w) = (0.02f64, 0.00003f64, 0.002f64, 1.0f64);
        let passage = FirstPassage::new(w, m, v, diffusion);
        let (paths, step) = (1_500, 0.1);
        let mut ended = [0u32; 3];
        let marks = [30.0, 50.0, 80.0];
        for _ in 0..paths {
            let drift = m + v.sqrt() * normal::quantile(uniform());
            let (mut x, mut k) = (0.0, 0.0);
            while x < w && k < 80.0 {
                x += drift * step + (diffusion * step).sqrt() * normal::quantile(uniform());
                k += step;
            }
            for (count, mark) in ended.iter_mut().zip(marks) {
                *count += u32::from(x >= w && k <= mark);
            }
        }
        for (count, mark) in ended.iter().zip(marks) {
            let share = f64::from(*count) / f64::from(paths);
            assert!(
                (share - passage.cdf(mark)).abs() < 0.045,
                "{mark}: {share} against {}",
                passage.cdf(mark)
            );
        }
    }

    proptest! {
        #[test]
        fn the_distribution_never_decreases_and_its_quantile_undoes_it(
            w in 1e-3f64..10.0, drift in 1e-6f64..1e-1, relative_sd in 0.0f64..1.5, chance in 1e-3f64..1.0, p in 0.01f64..0.99,
        ) {
            let life = w / drift;
            let passage = FirstPassage::new(w, drift, (relative_sd * drift).powi(2), chance * chance / life);
            let mut last = 0.0;
            for step in 1..60 {
                let now = passage.cdf(life * f64::from(step) / 12.0);
                prop_assert!((0.0..=1.0).contains(&now) && now >= last - 1e-9);
                last = now;
            }
            let horizon = life * 1e6;
            let at = passage.quantile(p, horizon);
            if at < horizon {
                prop_assert!((passage.cdf(at) - p).abs() < 1e-6, "{} for {p}", passage.cdf(at));
            }
        }

        #[test]
        fn arbitrary_input_never_panics(w in prop::num::f64::ANY, m in prop::num::f64::ANY, v in prop::num::f64::ANY,
                                        d in prop::num::f64::ANY, k in prop::num::f64::ANY) {
            let value = FirstPassage::new(w, m, v, d).cdf(k);
            prop_assert!((0.0..=1.0).contains(&value), "{value}");
        }
    }
}
