//! From noisy readings to a calm indicator: smoothing, robust location, persistence and hysteresis.

use crate::snapshot::{Fields, Portable};

/// An exponentially weighted moving average over unevenly spaced samples.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ewma {
    value: f64,
    seen: bool,
}

impl Ewma {
    /// Takes a sample that stands for `span` of exposure, with the given time constant in the same unit. The first one
    /// sets the level. A sample that is not finite is skipped.
    pub fn observe(&mut self, sample: f64, span: f64, time_constant: f64) {
        if !sample.is_finite() {
            return;
        }
        if !self.seen {
            (self.value, self.seen) = (sample, true);
            return;
        }
        let weight = -(-(span.max(0.0)) / time_constant.max(f64::MIN_POSITIVE)).exp_m1();
        self.value += weight * (sample - self.value);
    }

    /// The present level; `None` before the first sample.
    #[must_use]
    pub fn value(&self) -> Option<f64> {
        self.seen.then_some(self.value)
    }
}

impl Portable for Ewma {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.f64(&mut self.value);
        fields.bool(&mut self.seen);
    }
}

/// The last `N` samples and their order statistics. `N` is small: this is a window for judgements, not a store.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recent<const N: usize> {
    samples: [f32; N],
    next: u8,
    held: u8,
}

impl<const N: usize> Default for Recent<N> {
    fn default() -> Self {
        const { assert!(N > 0 && N < 256, "a window holds 1 to 255 samples") }
        Self {
            samples: [0.0; N],
            next: 0,
            held: 0,
        }
    }
}

impl<const N: usize> Recent<N> {
    /// Takes a sample; one that is not finite is skipped.
    pub fn observe(&mut self, sample: f64) {
        if !sample.is_finite() {
            return;
        }
        self.samples[usize::from(self.next)] = sample as f32;
        self.next = (self.next + 1) % N as u8;
        self.held = (self.held + 1).min(N as u8);
    }

    /// How many samples are held.
    #[must_use]
    pub fn len(&self) -> usize {
        usize::from(self.held)
    }

    /// Whether nothing has been seen.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.held == 0
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        *self = Self::default();
    }

    /// The quantile at `level` (0..=1) of the samples held, by linear interpolation; `None` when there are none.
    #[must_use]
    pub fn quantile(&self, level: f64) -> Option<f64> {
        let mut sorted = self.samples;
        let held = &mut sorted[..self.len()];
        held.sort_unstable_by(f32::total_cmp);
        interpolate(held, level)
    }

    /// The median of the samples held.
    #[must_use]
    pub fn median(&self) -> Option<f64> {
        self.quantile(0.5)
    }
}

impl<const N: usize> Portable for Recent<N> {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.u8(&mut self.next);
        fields.u8(&mut self.held);
        self.next = self.next.min(N as u8 - 1);
        self.held = self.held.min(N as u8);
        for sample in &mut self.samples[..usize::from(self.held)] {
            fields.f32(sample);
        }
    }
}

fn interpolate(sorted: &[f32], level: f64) -> Option<f64> {
    let last = sorted.len().checked_sub(1)?;
    let place = level.clamp(0.0, 1.0) * last as f64;
    let below = place.floor() as usize;
    let above = (below + 1).min(last);
    let share = place - below as f64;
    Some(f64::from(sorted[below]) * (1.0 - share) + f64::from(sorted[above]) * share)
}

/// The median of a slice; `None` when it is empty. Sorts the slice.
#[must_use]
pub fn median(values: &mut [f64]) -> Option<f64> {
    let last = values.len().checked_sub(1)?;
    values.sort_unstable_by(f64::total_cmp);
    Some(0.5 * (values[last / 2] + values[last.div_ceil(2)]))
}

/// Median and scaled median absolute deviation (× 1.4826, consistent for the normal distribution; Hampel, JASA 69, 1974).
#[must_use]
pub fn robust_location_scale(values: &mut [f64]) -> Option<(f64, f64)> {
    let centre = median(values)?;
    values.iter_mut().for_each(|value| *value = (*value - centre).abs());
    Some((centre, 1.4826 * median(values)?))
}

/// Moves a level only as far as *all* of the last judgements agree: down to the highest of them, or up to the lowest.
/// A single odd window therefore changes nothing, and a lasting change passes in full.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Persistence {
    last: Recent<8>,
    level: f64,
    settled: bool,
}

impl Persistence {
    /// Takes a judgement and returns the level, or `None` while fewer than `needed` (1..=8) judgements have been seen.
    pub fn observe(&mut self, judgement: f64, needed: usize) -> Option<f64> {
        self.last.observe(judgement);
        let needed = needed.clamp(1, 8);
        if self.last.len() < needed {
            return None;
        }
        let (low, high) = self.range_of_last(needed)?;
        self.level = if self.settled {
            self.level.clamp(low, high)
        } else {
            high
        };
        self.settled = true;
        Some(self.level)
    }

    /// The level; `None` until it has settled.
    #[must_use]
    pub fn level(&self) -> Option<f64> {
        self.settled.then_some(self.level)
    }

    /// Starts anew at a level.
    pub fn reset(&mut self, level: f64) {
        *self = Self {
            last: Recent::default(),
            level,
            settled: true,
        };
    }

    fn range_of_last(&self, count: usize) -> Option<(f64, f64)> {
        let mut range: Option<(f64, f64)> = None;
        for back in 1..=count {
            let at = (usize::from(self.last.next) + 8 - back) % 8;
            let sample = f64::from(self.last.samples[at]);
            range = Some(range.map_or((sample, sample), |(low, high)| (low.min(sample), high.max(sample))));
        }
        range
    }
}

impl Portable for Persistence {
    fn fields(&mut self, fields: &mut dyn Fields) {
        self.last.fields(fields);
        fields.f64(&mut self.level);
        fields.bool(&mut self.settled);
    }
}

/// The band of a level among descending `floors`, with hysteresis: going down takes effect at a floor, coming up only
/// `gap` above it. Band 0 is the best; band `floors.len()` lies below all floors. Noise smaller than the gap cannot
/// make the band flap (Schmitt, Journal of Scientific Instruments 15, 1938).
#[must_use]
pub fn band_with_hysteresis(level: f64, present: Option<usize>, floors: &[f64], gap: f64) -> usize {
    let plain = floors.iter().take_while(|floor| level < **floor).count();
    match present {
        Some(present) if plain < present => floors
            .iter()
            .take(present)
            .take_while(|floor| level < **floor + gap)
            .count(),
        _ => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FLOORS: [f64; 4] = [0.8, 0.6, 0.4, 0.2];

    #[test]
    fn one_odd_window_changes_nothing() {
        let mut persistence = Persistence::default();
        for _ in 0..3 {
            persistence.observe(0.9, 3);
        }
        assert_eq!(persistence.observe(0.1, 3).map(|level| level as f32), Some(0.9));
        persistence.observe(0.1, 3);
        assert_eq!(persistence.observe(0.2, 3).map(|level| level as f32), Some(0.2));
    }

    #[test]
    fn order_statistics() {
        let mut recent = Recent::<5>::default();
        assert_eq!(recent.median(), None);
        for sample in [9.0, 1.0, f64::NAN, 5.0, 3.0, 7.0, 2.0] {
            recent.observe(sample);
        }
        assert_eq!(recent.len(), 5);
        assert_eq!(recent.median(), Some(3.0));
        assert_eq!(
            robust_location_scale(&mut [1.0, 2.0, 3.0, 4.0, 100.0]),
            Some((3.0, 1.4826))
        );
    }

    proptest! {
        #[test]
        fn noise_smaller_than_the_gap_does_not_flap(
            centre in 0.0f64..1.0, noise in prop::collection::vec(-0.024f64..0.024, 1..200),
        ) {
            let mut band = None;
            let mut changes = 0;
            for offset in noise {
                let next = band_with_hysteresis((centre + offset).clamp(0.0, 1.0), band, &FLOORS, 0.05);
                if band.is_some_and(|band| band != next) {
                    changes += 1;
                }
                band = Some(next);
            }
            // The first reading may fall on the better side of a floor; after one step down it must stay.
            prop_assert!(changes <= 1, "{changes} changes");
        }

        #[test]
        fn the_average_stays_within_its_samples(samples in prop::collection::vec(-1e6f64..1e6, 1..50), span in 0.0f64..100.0) {
            let mut ewma = Ewma::default();
            for sample in &samples {
                ewma.observe(*sample, span, 10.0);
            }
            let low = samples.iter().copied().fold(f64::INFINITY, f64::min);
            let high = samples.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let value = ewma.value().unwrap();
            prop_assert!(value >= low - 1e-6 && value <= high + 1e-6);
        }
    }
}
