//! A small seeded generator, so that every result can be repeated bit by bit on every machine.

/// xoshiro256++ (Blackman & Vigna, "Scrambled linear pseudorandom number generators", ACM Transactions on Mathematical
/// Software 47, 2021), seeded through SplitMix64. Not for secrets.
#[derive(Debug, Clone)]
pub struct Random {
    state: [u64; 4],
}

impl Random {
    /// A generator that always gives the same numbers for the same seed.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut splitter = seed;
        let mut next = || {
            splitter = splitter.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = splitter;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            z ^ (z >> 31)
        };
        Self {
            state: [next(), next(), next(), next()],
        }
    }

    /// A generator for one part of a larger task: independent of the others and of the order they run in.
    #[must_use]
    pub fn for_part(seed: u64, part: u64) -> Self {
        Self::new(seed ^ part.wrapping_add(1).wrapping_mul(0xD1B5_4A32_D192_ED03))
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        let [a, b, c, d] = self.state;
        let result = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let (c, d) = (c ^ a, d ^ b);
        self.state = [a ^ d, b ^ c, c ^ (b << 17), d.rotate_left(45)];
        result
    }

    /// A number in 0..1, never 1.
    pub fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// A whole number below `bound`; 0 when the bound is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        ((self.uniform() * bound as f64) as usize).min(bound.saturating_sub(1))
    }

    /// A standard normal number, by inversion.
    pub fn normal(&mut self) -> f64 {
        crate::normal::quantile(self.uniform().clamp(1e-300, 1.0 - 1e-16))
    }

    /// Puts the items into a random order (Fisher & Yates).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_repeats_and_is_even() {
        let draw = |seed| {
            let mut random = Random::new(seed);
            (0..8).map(|_| random.bits()).collect::<Vec<_>>()
        };
        assert_eq!(draw(7), draw(7));
        assert_ne!(draw(7), draw(8));
        let mut random = Random::new(1);
        let mean = (0..20_000).map(|_| random.uniform()).sum::<f64>() / 20_000.0;
        assert!((mean - 0.5).abs() < 0.01, "{mean}");
        let square = (0..20_000).map(|_| random.normal().powi(2)).sum::<f64>() / 20_000.0;
        assert!((square - 1.0).abs() < 0.05, "{square}");
        assert_eq!(random.below(0), 0);
    }
}
