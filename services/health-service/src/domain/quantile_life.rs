//! A whole distribution from three quantiles, for models that say no more than those.
//!
//! Between and beyond the quantiles the logarithm of the life is normal in two pieces that meet at the median, so that the
//! distribution goes exactly through 5, 50 and 95 %. Fernández & Steel, "On Bayesian modeling of fat tails and skewness",
//! JASA 93 (1998), is the family; here it is fixed by its quantiles.

use prognostics::intervals::{Lifetime, Quantiles};
use prognostics::normal::cdf;

/// The 95 % point of the standard normal distribution.
const Z95: f64 = 1.644_853_626_951_472_2;
/// Lives are told in km: below this nothing is left.
const LEAST: f64 = 1e-3;

/// A life of two log-normal halves.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct QuantileLife {
    ln_median: f64,
    below_sd: f64,
    above_sd: f64,
    /// From this distance on in km nothing is known, and the probability of failing before it at most.
    silent_from: f64,
    at_most: f64,
}

impl QuantileLife {
    /// The life with these quantiles; `None` when they are not finite, negative or out of order.
    #[must_use]
    pub fn new(quantiles: Quantiles) -> Option<Self> {
        let Quantiles { p05, p50, p95 } = quantiles;
        let sound = p05 >= 0.0 && p05 <= p50 && p50 <= p95 && p95.is_finite();
        let ln = |life: f64| life.max(LEAST).ln();
        sound.then(|| Self {
            ln_median: ln(p50),
            below_sd: ((ln(p50) - ln(p05)) / Z95).max(1e-6),
            above_sd: ((ln(p95) - ln(p50)) / Z95).max(1e-6),
            silent_from: f64::INFINITY,
            at_most: 1.0,
        })
    }

    /// The same, said by a model that sees `cap_km` far: a quantile at the cap is no end but means that the part lasts longer, so no
    /// failure is claimed beyond.
    #[must_use]
    pub fn silent_beyond(self, cap_km: f64, said: Quantiles) -> Self {
        let levels = [(said.p05, 0.05), (said.p50, 0.5), (said.p95, 0.95)];
        let at_most = levels
            .iter()
            .find(|(km, _)| *km >= cap_km)
            .map_or(1.0, |(_, level)| *level);
        Self {
            silent_from: cap_km,
            at_most,
            ..self
        }
    }
}

impl Lifetime for QuantileLife {
    fn cdf(&self, exposure: f64) -> f64 {
        if exposure.is_nan() || exposure <= 0.0 {
            return 0.0;
        }
        let away = exposure.min(self.silent_from).ln() - self.ln_median;
        let failed = cdf(away / if away < 0.0 { self.below_sd } else { self.above_sd });
        failed.min(self.at_most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_out_of_order_is_no_life() {
        let life = |p05, p50, p95| QuantileLife::new(Quantiles { p05, p50, p95 });
        assert!(life(3.0, 2.0, 4.0).is_none() && life(f64::NAN, 2.0, 4.0).is_none());
        assert!(life(1.0, 2.0, f64::INFINITY).is_none() && life(-1.0, 2.0, 3.0).is_none());
        assert!(life(0.0, 0.0, 0.0).unwrap().cdf(1.0) > 0.999);
    }

    #[test]
    fn nothing_is_claimed_beyond_what_the_model_sees() {
        let cap = 20_000.0;
        let probability = |p05, p50, km| {
            let said = Quantiles { p05, p50, p95: cap };
            QuantileLife::new(said).unwrap().silent_beyond(cap, said).cdf(km)
        };
        for beyond in [cap, cap + 1.0, 5.0 * cap] {
            assert!(probability(cap, cap, beyond) <= 0.05);
            assert!(probability(9_000.0, cap, beyond) <= 0.5);
            assert!((probability(9_000.0, 15_000.0, beyond) - 0.95).abs() < 1e-6);
        }
        assert!((probability(9_000.0, 15_000.0, 9_000.0) - 0.05).abs() < 1e-6);
    }

    proptest! {
        #[test]
        fn it_goes_through_its_quantiles(p05 in 1.0f64..5_000.0, down in 1.01f64..10.0, up in 1.01f64..10.0) {
            let quantiles = Quantiles { p05, p50: p05 * down, p95: p05 * down * up };
            let life = QuantileLife::new(quantiles).unwrap();
            for (at, probability) in [(quantiles.p05, 0.05), (quantiles.p50, 0.5), (quantiles.p95, 0.95)] {
                prop_assert!((life.cdf(at) - probability).abs() < 1e-6, "{} at {at}", life.cdf(at));
            }
            prop_assert!(life.cdf(quantiles.p50 * 1.001) >= life.cdf(quantiles.p50 * 0.999));
        }
    }
}
