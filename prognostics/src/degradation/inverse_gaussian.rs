//! The inverse Gaussian distribution, and its fit to lives of which some have not ended.

use crate::intervals::Lifetime;
use crate::normal;

/// The inverse Gaussian distribution of a whole life (Chhikara & Folks, "The Inverse Gaussian Distribution", 1989).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InverseGaussian {
    mean: f64,
    shape: f64,
}

/// One life in a sample: how much exposure was seen, and whether it ended there. One that has not is *censored*: it
/// lasted at least this long, which is information too.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Life {
    /// Exposure seen so far.
    pub exposure: f64,
    /// Whether the life ended at that exposure.
    pub ended: bool,
}

impl InverseGaussian {
    /// A distribution with this mean and shape λ (variance mean³/λ); `None` unless both are positive and finite.
    #[must_use]
    pub fn new(mean: f64, shape: f64) -> Option<Self> {
        let good = |value: f64| value.is_finite() && value > 0.0;
        (good(mean) && good(shape)).then_some(Self { mean, shape })
    }

    /// The mean life.
    #[must_use]
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// The shape λ.
    #[must_use]
    pub fn shape(&self) -> f64 {
        self.shape
    }

    /// The distribution most likely to have produced the sample, ended lives entering by their density and censored ones
    /// by their survival. `None` without at least two ended lives: nothing honest can be said of the spread then.
    ///
    /// The likelihood is climbed by golden section in turns over ln mean and ln shape; about 2,000 evaluations.
    #[must_use]
    pub fn fit(lives: &[Life]) -> Option<Self> {
        let sound = |life: &&Life| life.exposure.is_finite() && life.exposure > 0.0;
        let ended: Vec<f64> = lives
            .iter()
            .filter(sound)
            .filter(|life| life.ended)
            .map(|life| life.exposure)
            .collect();
        if ended.len() < 2 {
            return None;
        }
        let mean = ended.iter().sum::<f64>() / ended.len() as f64;
        let likelihood = |ln_mean: f64, ln_shape: f64| -> f64 {
            let Some(candidate) = Self::new(ln_mean.exp(), ln_shape.exp()) else {
                return f64::NEG_INFINITY;
            };
            lives
                .iter()
                .filter(sound)
                .map(|life| candidate.ln_likelihood(*life))
                .sum()
        };
        let (mut ln_mean, mut ln_shape) = (mean.ln(), mean.ln() + 1.0);
        for _ in 0..25 {
            ln_mean = golden_section(|x| likelihood(x, ln_shape), ln_mean - 3.0, ln_mean + 3.0);
            ln_shape = golden_section(|x| likelihood(ln_mean, x), ln_shape - 4.0, ln_shape + 4.0);
        }
        Self::new(ln_mean.exp(), ln_shape.exp())
    }

    fn ln_likelihood(&self, life: Life) -> f64 {
        let k = life.exposure;
        if life.ended {
            let off = k - self.mean;
            0.5 * (self.shape / (2.0 * std::f64::consts::PI * k.powi(3))).ln()
                - self.shape * off * off / (2.0 * self.mean * self.mean * k)
        } else {
            (1.0 - self.cdf(k)).max(f64::MIN_POSITIVE).ln()
        }
    }
}

impl Lifetime for InverseGaussian {
    fn cdf(&self, exposure: f64) -> f64 {
        if exposure.is_nan() || exposure <= 0.0 {
            return 0.0;
        }
        if exposure.is_infinite() {
            return 1.0;
        }
        let root = (self.shape / exposure).sqrt();
        let ratio = exposure / self.mean;
        let direct = normal::cdf(root * (ratio - 1.0));
        let returned = (2.0 * self.shape / self.mean + normal::ln_cdf(-root * (ratio + 1.0))).exp();
        (direct + returned.min(1.0 - direct)).clamp(0.0, 1.0)
    }
}

fn golden_section(mut value: impl FnMut(f64) -> f64, mut low: f64, mut high: f64) -> f64 {
    let ratio = 0.618_033_988_749_894_9;
    let (mut left, mut right) = (high - ratio * (high - low), low + ratio * (high - low));
    let (mut at_left, mut at_right) = (value(left), value(right));
    for _ in 0..40 {
        if at_left >= at_right {
            high = right;
            (right, at_right) = (left, at_left);
            left = high - ratio * (high - low);
            at_left = value(left);
        } else {
            low = left;
            (left, at_left) = (right, at_right);
            right = low + ratio * (high - low);
            at_right = value(right);
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lives at evenly spaced probabilities: a sample without chance.
    fn sample(truth: &InverseGaussian, count: u32) -> Vec<f64> {
        (0..count)
            .map(|i| truth.quantile((f64::from(i) + 0.5) / f64::from(count), 1e9))
            .collect()
    }

    #[test]
    fn censored_lives_count_as_survivors() {
        let truth = InverseGaussian::new(100.0, 300.0).unwrap();
        let whole = sample(&truth, 400);
        let cut = 110.0;
        let censored: Vec<Life> = whole
            .iter()
            .map(|&k| Life {
                exposure: k.min(cut),
                ended: k <= cut,
            })
            .collect();
        let fitted = InverseGaussian::fit(&censored).unwrap();
        assert!((fitted.mean() / 100.0 - 1.0).abs() < 0.05, "{fitted:?}");
        let naive: Vec<Life> = censored.iter().copied().filter(|life| life.ended).collect();
        assert!(
            InverseGaussian::fit(&naive).unwrap().mean() < 80.0,
            "dropping survivors must look pessimistic"
        );
    }

    #[test]
    fn too_little_says_nothing() {
        assert_eq!(
            InverseGaussian::fit(&[Life {
                exposure: 5.0,
                ended: true
            }]),
            None
        );
        assert_eq!(InverseGaussian::new(f64::NAN, 1.0), None);
    }
}
