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

    /// The exposure by which the life has ended with probability `probability`, found by bisection to a relative
    /// precision of about 1e-12. A life that does not end within `horizon` with that probability gives `horizon`,
    /// which then reads "at least this".
    fn quantile(&self, probability: f64, horizon: f64) -> f64 {
        if !(horizon > 0.0) || !(probability > 0.0) {
            return 0.0;
        }
        if self.cdf(horizon) < probability {
            return horizon;
        }
        let (mut low, mut high) = self.bracket(probability, horizon);
        for _ in 0..60 {
            let middle = 0.5 * (low + high);
            if self.cdf(middle) < probability {
                low = middle;
            } else {
                high = middle;
            }
            if high - low <= 1e-12 * high {
                break;
            }
        }
        high
    }

    /// Brings the upper end down by factors of 16, so that short lives inside a long horizon need few steps.
    fn bracket(&self, probability: f64, horizon: f64) -> (f64, f64) {
        let mut high = horizon;
        for _ in 0..24 {
            let lower = high / 16.0;
            if self.cdf(lower) < probability {
                return (lower, high);
            }
            high = lower;
        }
        (0.0, high)
    }

    /// The 5 %, 50 % and 95 % quantiles within `horizon`; always finite, non-negative and in order.
    fn quantiles(&self, horizon: f64) -> Quantiles {
        let p05 = self.quantile(0.05, horizon);
        let p50 = self.quantile(0.50, horizon).max(p05);
        let p95 = self.quantile(0.95, horizon).max(p50);
        Quantiles { p05, p50, p95 }
    }
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
        if !(time > 0.0) || !(self.pace > 0.0) {
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
        if !(exposure > 0.0) {
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
