//! Chance that stays the same: the same seed gives the same bits on every machine and with every version of every
//! library, so that a fleet can be made again from its seed alone (but for the last digit of a system's own `ln`).
//!
//! Xoshiro256++ (Blackman & Vigna, ACM Transactions on Mathematical Software 47, 2021), seeded by SplitMix64.

use std::f64::consts::TAU;

/// Finaliser of SplitMix64 (Steele, Lea & Flood, OOPSLA 2014): a good spread for a few cycles.
pub(crate) fn mix(seed: u64) -> u64 {
    let mut x = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// One stream of draws.
#[derive(Debug, Clone)]
pub(crate) struct Dice {
    state: [u64; 4],
}

impl Dice {
    /// A stream of its own for each pair of seed and number.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut word = mix(seed) ^ mix(stream.wrapping_add(0x5851_f42d_4c95_7f2d));
        let state = [(); 4].map(|()| {
            word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
            mix(word)
        });
        Self { state }
    }

    /// A stream that starts from this one and then goes its own way.
    pub(crate) fn fork(&mut self) -> Self {
        let seed = self.bits();
        Self::new(seed, 0)
    }

    pub(crate) fn bits(&mut self) -> u64 {
        let s = &mut self.state;
        let result = s[0].wrapping_add(s[3]).rotate_left(23).wrapping_add(s[0]);
        let t = s[1] << 17;
        s[2] ^= s[0];
        s[3] ^= s[1];
        s[1] ^= s[2];
        s[0] ^= s[3];
        s[2] ^= t;
        s[3] = s[3].rotate_left(45);
        result
    }

    /// Uniform in [0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform between two numbers.
    pub(crate) fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.uniform()
    }

    /// A whole number from 0 to below `count`.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        ((self.uniform() * count as f64) as usize).min(count.saturating_sub(1))
    }

    /// True with a probability.
    pub(crate) fn chance(&mut self, probability: f64) -> bool {
        self.uniform() < probability
    }

    /// Standard normal (Box & Muller 1958): for parameters, where tails matter.
    pub(crate) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (TAU * self.uniform()).cos()
    }

    /// Nearly standard normal, from the sum of four 16-bit uniforms (variance 1, ends at ±3.46): for the noise of
    /// sensors, of which thousands are drawn for each record.
    pub(crate) fn noise(&mut self) -> f64 {
        let bits = self.bits();
        let sum = (bits & 0xffff) + (bits >> 16 & 0xffff) + (bits >> 32 & 0xffff) + (bits >> 48);
        (sum as f64 - 131_070.0) * (1.732_050_8 / 65_536.0)
    }

    /// Exponential of mean 1.
    pub(crate) fn exponential(&mut self) -> f64 {
        -(1.0 - self.uniform()).ln()
    }

    /// Lognormal by its median.
    pub(crate) fn lognormal(&mut self, median: f64, sigma: f64) -> f64 {
        median * (sigma * self.normal()).exp()
    }

    /// Weibull, given that it is more than `survived`.
    pub(crate) fn weibull_beyond(&mut self, shape: f64, scale: f64, survived: f64) -> f64 {
        scale * ((survived / scale).powf(shape) + self.exponential()).powf(1.0 / shape)
    }

    /// The place of a weight, with a probability in proportion to it.
    pub(crate) fn pick(&mut self, weights: &[f64]) -> usize {
        let mut left = self.uniform() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return index;
            }
        }
        weights.len().saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments(mut draw: impl FnMut() -> f64) -> (f64, f64) {
        let draws: Vec<f64> = (0..50_000).map(|_| draw()).collect();
        let mean = draws.iter().sum::<f64>() / draws.len() as f64;
        let variance = draws.iter().map(|draw| (draw - mean) * (draw - mean)).sum::<f64>() / draws.len() as f64;
        (mean, variance)
    }

    #[test]
    fn draws_have_their_moments() {
        let mut dice = Dice::new(1, 2);
        for (name, (mean, variance), (expected_mean, expected_variance)) in [
            ("uniform", moments(|| dice.uniform()), (0.5, 1.0 / 12.0)),
            ("normal", moments(|| dice.normal()), (0.0, 1.0)),
            ("noise", moments(|| dice.noise()), (0.0, 1.0)),
            ("exponential", moments(|| dice.exponential()), (1.0, 1.0)),
            ("weibull", moments(|| dice.weibull_beyond(1.0, 2.0, 0.0)), (2.0, 4.0)),
            // An exponential life has no memory: what is left after 3 is as long as it was at first.
            (
                "beyond",
                moments(|| dice.weibull_beyond(1.0, 2.0, 3.0) - 3.0),
                (2.0, 4.0),
            ),
        ] {
            assert!((mean - expected_mean).abs() < 0.05, "{name} {mean}");
            assert!((variance / expected_variance - 1.0).abs() < 0.05, "{name} {variance}");
        }
    }

    #[test]
    fn streams_are_their_own_and_repeatable() {
        let draws = |seed, stream| {
            let mut dice = Dice::new(seed, stream);
            (0..8).map(|_| dice.bits()).collect::<Vec<u64>>()
        };
        assert_eq!(draws(1, 2), draws(1, 2));
        assert_ne!(draws(1, 2), draws(1, 3));
        assert_ne!(draws(1, 2), draws(2, 2));
        let mut dice = Dice::new(1, 2);
        assert_ne!(dice.fork().bits(), dice.bits());
    }

    #[test]
    fn picks_follow_their_weights() {
        let mut dice = Dice::new(9, 9);
        let mut counts = [0; 3];
        (0..10_000).for_each(|_| counts[dice.pick(&[1.0, 0.0, 3.0])] += 1);
        assert_eq!(counts[1], 0);
        assert!((2_300..2_700).contains(&counts[0]), "{counts:?}");
        assert!((0..1_000).all(|_| dice.below(7) < 7));
    }
}
