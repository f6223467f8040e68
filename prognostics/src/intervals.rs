//! Quantiles and intervals, always taken from a distribution by inverting its distribution function.

/// The 5 %, 50 % and 95 % quantiles of one distribution, in the unit of the exposure that defines it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantiles {
    /// One in twenty ends before this.
    pub p05: f64,
    /// The median.
    pub p50: f64,
    /// One in twenty lasts longer than this.
    pub p95: f64,
}

/// A distribution of a non-negative remaining life.
pub trait Lifetime {
    /// The probability that the life ends at or before `exposure`: 0 for `exposure ≤ 0`, never decreasing, at most 1.
    /// A distribution may be defective, that is stay below 1 for ever, when a life need not end at all.
    fn cdf(&self, exposure: f64) -> f64;

    /// The exposure by which the life has ended with probability `probability`, to a relative precision of about 1e-9. A
    /// life that does not end within `horizon` with that probability gives `horizon`, which then reads "at least this";
    /// one that is over (below 1e-15 of the horizon) gives 0.
    fn quantile(&self, probability: f64, horizon: f64) -> f64 {
        if horizon.is_nan() || horizon <= 0.0 || probability.is_nan() || probability <= 0.0 {
            return 0.0;
        }
        let above = self.cdf(horizon) - probability;
        if above < 0.0 {
            return horizon;
        }
        let mut end = Side {
            at: horizon,
            error: above,
        };
        // Short lives inside a long horizon: come down by factors of 16 until the root lies between.
        loop {
            let at = end.at / 16.0;
            if at < horizon * 1e-15 {
                return 0.0;
            }
            let error = self.cdf(at) - probability;
            if error < 0.0 {
                return root(|exposure| self.cdf(exposure) - probability, Side { at, error }, end);
            }
            end = Side { at, error };
        }
    }

    /// The 5 %, 50 % and 95 % quantiles within `horizon`; always finite, non-negative and in order.
    fn quantiles(&self, horizon: f64) -> Quantiles {
        let p05 = self.quantile(0.05, horizon);
        let p50 = self.quantile(0.50, horizon).max(p05);
        let p95 = self.quantile(0.95, horizon).max(p50);
        Quantiles { p05, p50, p95 }
    }
}

/// One end of a bracket.
#[derive(Clone, Copy)]
struct Side {
    at: f64,
    error: f64,
}

/// The root between `low` (error below 0) and `high` (error 0 or above): the Illinois variant of false position (Dowell &
/// Jarratt, BIT 11, 1971), with a bisection every third step, so that it can never crawl.
fn root(error: impl Fn(f64) -> f64, mut low: Side, mut high: Side) -> f64 {
    let mut kept_high = None;
    for step in 1..=90 {
        if high.at - low.at <= 1e-9 * high.at || high.error < 1e-13 {
            break;
        }
        let straight = low.at - low.error * (high.at - low.at) / (high.error - low.error);
        let inside = straight > low.at && straight < high.at;
        let at = if inside && step % 3 != 0 {
            straight
        } else {
            0.5 * (low.at + high.at)
        };
        let found = error(at);
        if found < 0.0 {
            low = Side { at, error: found };
            if kept_high == Some(true) {
                high.error *= 0.5;
            }
            kept_high = Some(true);
        } else {
            high = Side { at, error: found };
            if kept_high == Some(false) {
                low.error *= 0.5;
            }
            kept_high = Some(false);
        }
    }
    high.at
}

/// A life told in another unit when the pace between the units is itself uncertain: exposure = pace × time, with the pace
/// log-normal. Integrates over the pace by seven-point Gauss–Hermite quadrature (Abramowitz & Stegun, table 25.10).
#[derive(Debug, Clone, Copy)]
pub struct AtPace<L> {
    /// The life in units of exposure.
    pub life: L,
    /// The median pace, exposure per unit of time.
    pub pace: f64,
    /// The standard deviation of the pace's logarithm.
    pub pace_log_sd: f64,
}

const HERMITE: [(f64, f64); 7] = [
    (-2.651_961_356_835_233, 9.717_812_450_995_19e-4),
    (-1.673_551_628_767_471, 5.451_558_281_912_703e-2),
    (-0.816_287_882_858_964_7, 0.425_607_252_610_127_8),
    (0.0, 0.810_264_617_556_807_3),
    (0.816_287_882_858_964_7, 0.425_607_252_610_127_8),
    (1.673_551_628_767_471, 5.451_558_281_912_703e-2),
    (2.651_961_356_835_233, 9.717_812_450_995_19e-4),
];

impl<L: Lifetime> Lifetime for AtPace<L> {
    fn cdf(&self, time: f64) -> f64 {
        if time.is_nan() || time <= 0.0 || self.pace.is_nan() || self.pace <= 0.0 {
            return 0.0;
        }
        let spread = std::f64::consts::SQRT_2 * self.pace_log_sd.max(0.0);
        let mut sum = 0.0;
        let mut weights = 0.0;
        for (node, weight) in HERMITE {
            sum += weight * self.life.cdf(time * self.pace * (spread * node).exp());
            weights += weight;
        }
        (sum / weights).clamp(0.0, 1.0)
    }
}

/// What remains of a life of which `survived` has already passed without an end: a unit that has not failed is
/// censored, not new. P(T ≤ s + t | T > s).
#[derive(Debug, Clone, Copy)]
pub struct GivenSurvival<L> {
    /// The whole life.
    pub life: L,
    /// The exposure already survived.
    pub survived: f64,
}

impl<L: Lifetime> Lifetime for GivenSurvival<L> {
    fn cdf(&self, exposure: f64) -> f64 {
        if exposure.is_nan() || exposure <= 0.0 {
            return 0.0;
        }
        let before = self.life.cdf(self.survived);
        let remaining = 1.0 - before;
        if remaining <= f64::EPSILON {
            return 1.0;
        }
        ((self.life.cdf(self.survived + exposure) - before) / remaining).clamp(0.0, 1.0)
    }
}

impl<L: Lifetime + ?Sized> Lifetime for &L {
    fn cdf(&self, exposure: f64) -> f64 {
        (**self).cdf(exposure)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::degradation::InverseGaussian;
    use proptest::prelude::*;

    #[test]
    fn a_certain_pace_only_changes_the_unit() {
        let life = InverseGaussian::new(10_000.0, 30_000.0).unwrap();
        let days = AtPace {
            life,
            pace: 50.0,
            pace_log_sd: 0.0,
        };
        assert!((days.quantile(0.5, 1e6) - life.quantile(0.5, 1e6) / 50.0).abs() < 1e-6);
    }

    #[test]
    fn an_uncertain_pace_widens() {
        let life = InverseGaussian::new(10_000.0, 30_000.0).unwrap();
        let width = |pace_log_sd| {
            let q = AtPace {
                life,
                pace: 50.0,
                pace_log_sd,
            }
            .quantiles(1e6);
            q.p95 / q.p05
        };
        assert!(width(0.5) > 1.2 * width(0.1));
    }

    #[test]
    fn what_has_survived_is_not_new() {
        let life = InverseGaussian::new(100.0, 2_000.0).unwrap();
        let new = life.quantile(0.5, 1e6);
        let old = GivenSurvival { life, survived: 90.0 }.quantile(0.5, 1e6);
        assert!(old < 0.3 * new && old > 0.0, "{old} of {new}");
    }

    proptest! {
        #[test]
        fn the_quantile_undoes_the_distribution(mean in 1.0f64..1e6, spread in 0.05f64..20.0, p in 0.001f64..0.999) {
            let life = InverseGaussian::new(mean, mean / spread).unwrap();
            let at = life.quantile(p, mean * 1e7);
            if at > 0.0 && at < mean * 1e7 {
                prop_assert!((life.cdf(at) - p).abs() < 1e-6, "{} for {p}", life.cdf(at));
            }
        }
    }
}
