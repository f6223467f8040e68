//! Window features of channels, kept up record by record in bounded memory.
//!
//! For each channel: means over the last 5, 15 and 30 records and their differences, the mean of all records, the
//! deviation and the trend over 30 records, and how far the level is from the unit's **own first 20 records**. The last is
//! what tells an old unit from one that was made a little different. For the fused channels, in which little is noise,
//! also trends over the whole life so far: what 30 records cannot tell from noise, hundreds can.

use crate::channels::OWN_PAST_RECORDS;
use crate::lines::{LINES, Lines, NAMES};
use crate::matrix::Matrix;

/// Records in the longest window.
pub const WINDOW: usize = 30;
const SHORT: usize = 5;
const MIDDLE: usize = 15;
/// What is said of each channel.
pub const PER_CHANNEL: [&str; 9] = [
    "mean_5",
    "mean_15",
    "mean_30",
    "mean_5_less_30",
    "mean_all",
    "deviation_30",
    "trend_30",
    "mean_5_less_own_past",
    "mean_15_less_own_past",
];

/// Records that are averaged to one step of a sequence.
pub const STEP_RECORDS: usize = 3;
/// Steps of a sequence.
pub const STEPS: usize = 16;
/// Records that are kept.
pub const KEPT: usize = STEPS * STEP_RECORDS;

/// The state of one unit: a ring of the last records, two sums a channel and three lines a fused channel.
#[derive(Debug, Clone)]
pub struct Features {
    channels: usize,
    scores: usize,
    exposure: f64,
    ring: Matrix,
    records: u64,
    all: Vec<Mean>,
    own_past: Vec<Mean>,
    lines: Vec<Lines>,
}

#[derive(Debug, Clone, Copy, Default)]
struct Mean {
    sum: f64,
    count: f64,
}

impl Mean {
    fn observe(&mut self, value: f32) {
        if value.is_finite() {
            self.sum += f64::from(value);
            self.count += 1.0;
        }
    }

    fn value(&self) -> f32 {
        if self.count > 0.0 {
            (self.sum / self.count) as f32
        } else {
            f32::NAN
        }
    }
}

impl Features {
    /// A unit of which nothing has been seen; of its channels the first `scores` are of single signals, the others fused.
    #[must_use]
    pub fn new(channels: usize, scores: usize) -> Self {
        Self {
            channels,
            scores: scores.min(channels),
            exposure: 0.0,
            ring: Matrix::zeros(KEPT, channels),
            records: 0,
            all: vec![Mean::default(); channels],
            own_past: vec![Mean::default(); channels],
            lines: vec![Lines::default(); channels.saturating_sub(scores)],
        }
    }

    /// How many features there are for so many channels, of which the first `scores` are of single signals.
    #[must_use]
    pub fn count(channels: usize, scores: usize) -> usize {
        channels * PER_CHANNEL.len() + 1 + channels.saturating_sub(scores) * LINES
    }

    /// How many inputs a step of the sequence has.
    #[must_use]
    pub fn step_inputs(channels: usize, scores: usize) -> usize {
        channels + channels.saturating_sub(scores) * (1 + LINES) + 1
    }

    /// Takes the channels of one record at an exposure; `NaN` is missing.
    pub fn observe(&mut self, exposure: f64, channels: &[f32]) {
        if self.channels == 0 {
            return;
        }
        self.exposure = exposure;
        let early = self.records < OWN_PAST_RECORDS as u64;
        let place = (self.records % KEPT as u64) as usize;
        for (index, slot) in self.ring.row_mut(place).iter_mut().enumerate() {
            let value = channels.get(index).copied().unwrap_or(f32::NAN);
            *slot = value;
            self.all[index].observe(value);
            if early {
                self.own_past[index].observe(value);
            }
        }
        for (lines, value) in self.lines.iter_mut().zip(channels.iter().skip(self.scores)) {
            lines.observe(*value);
        }
        self.records += 1;
    }

    /// Takes back what was seen of a channel in the last `records` records: it was not real. Its own past goes with it if
    /// it was made of them. `repair` then puts the other channels of each of these records right.
    pub fn take_back(&mut self, channel: usize, records: usize, mut repair: impl FnMut(&mut [f32])) {
        if channel >= self.channels {
            return;
        }
        let known = self.records.min(KEPT as u64).min(records as u64);
        for ago in 0..known {
            let row = self.ring.row_mut(((self.records - 1 - ago) % KEPT as u64) as usize);
            row[channel] = f32::NAN;
            repair(row);
        }
        if self.records < (OWN_PAST_RECORDS + records) as u64 {
            self.own_past[channel] = Mean::default();
        }
    }

    /// Writes the last steps, oldest first: each channel as its distance from the unit's own past, then that past itself
    /// for the fused channels, then the exposure, then the trends as they are now. Where there is no step yet or nothing
    /// was measured stands 0: nothing has moved.
    pub fn write_sequence(&self, out: &mut Vec<f32>) {
        let or_zero = |value: f32| if value.is_finite() { value } else { 0.0 };
        out.clear();
        let trends: Vec<f32> = self.lines.iter().flat_map(Lines::slopes).map(or_zero).collect();
        for step in (0..STEPS as u64).rev() {
            let newest = step * STEP_RECORDS as u64;
            let known = self.records.saturating_sub(newest).min(STEP_RECORDS as u64);
            for (channel, own) in self.own_past.iter().enumerate() {
                let mut mean = Mean::default();
                for ago in newest..newest + known {
                    mean.observe(self.ring.at(((self.records - 1 - ago) % KEPT as u64) as usize, channel));
                }
                out.push(or_zero(mean.value() - own.value()));
            }
            out.extend(self.own_past[self.scores..].iter().map(|own| or_zero(own.value())));
            out.push(or_zero(self.exposure as f32));
            out.extend(&trends);
        }
    }

    /// Bytes of state on the heap.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        4 * self.ring.values().len() + 2 * self.channels * size_of::<Mean>() + self.lines.len() * size_of::<Lines>()
    }

    /// How many records were seen.
    #[must_use]
    pub fn records(&self) -> u64 {
        self.records
    }

    /// Writes the features as they stand; the exposure so far is the last one. What cannot be said is `NaN`.
    pub fn write(&self, out: &mut Vec<f32>) {
        out.clear();
        let held = self.records.min(WINDOW as u64) as usize;
        for channel in 0..self.channels {
            let back = |ago: usize| {
                let place = (self.records - 1 - ago as u64) % KEPT as u64;
                self.ring.at(place as usize, channel)
            };
            let window = Window::over((0..held).map(back));
            let own_past = self.own_past[channel].value();
            let [short, middle, long] = window.means.map(|mean| mean.value());
            out.extend([
                short,
                middle,
                long,
                short - long,
                self.all[channel].value(),
                window.deviation(),
                window.trend(),
                short - own_past,
                middle - own_past,
            ]);
        }
        out.push(self.exposure as f32);
        out.extend(self.lines.iter().flat_map(Lines::slopes));
    }
}

/// Sums over one channel's window, walked from the newest record back.
#[derive(Default)]
struct Window {
    means: [Mean; 3],
    squares: f64,
    ago: f64,
    ago_squares: f64,
    ago_values: f64,
}

impl Window {
    fn over(values: impl Iterator<Item = f32>) -> Self {
        let mut window = Self::default();
        for (ago, value) in values.enumerate() {
            if !value.is_finite() {
                continue;
            }
            if ago < SHORT {
                window.means[0].observe(value);
            }
            if ago < MIDDLE {
                window.means[1].observe(value);
            }
            window.means[2].observe(value);
            let (ago, value) = (ago as f64, f64::from(value));
            window.squares += value * value;
            window.ago += ago;
            window.ago_squares += ago * ago;
            window.ago_values += ago * value;
        }
        window
    }

    fn deviation(&self) -> f32 {
        let Mean { sum, count } = self.means[2];
        if count < 3.0 {
            return f32::NAN;
        }
        ((self.squares - sum * sum / count).max(0.0) / (count - 1.0)).sqrt() as f32
    }

    /// The slope of the straight line through the window, per record.
    fn trend(&self) -> f32 {
        let Mean { sum, count } = self.means[2];
        let spread = self.ago_squares - self.ago * self.ago / count.max(1.0);
        if count < 5.0 || spread <= 0.0 {
            return f32::NAN;
        }
        (-(self.ago_values - self.ago * sum / count) / spread) as f32
    }
}

/// The names of all features, channel after channel; of the channels the first `scores` are of single signals.
#[must_use]
pub fn names(channels: &[String], scores: usize) -> Vec<String> {
    let of_channel = |channel: &String| PER_CHANNEL.map(|feature| format!("{channel}.{feature}"));
    let mut names: Vec<String> = channels.iter().flat_map(of_channel).collect();
    names.push("exposure".into());
    let trends = |channel: &String| NAMES.map(|trend| format!("{channel}.{trend}"));
    names.extend(channels.iter().skip(scores).flat_map(trends));
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_worked_by_hand() {
        let mut features = Features::new(1, 1);
        let mut out = Vec::new();
        features.write(&mut out);
        assert!(out[..9].iter().all(|value| value.is_nan()), "{out:?}");
        for record in 0..40 {
            features.observe(f64::from(record + 1), &[record as f32]);
        }
        features.write(&mut out);
        assert_eq!(out.len(), Features::count(1, 1));
        let expected = [37.0, 32.0, 24.5, 12.5, 19.5, 8.803_408, 1.0, 27.5, 22.5, 40.0];
        for (found, expected) in out.iter().zip(expected) {
            assert!((found - expected).abs() < 1e-4, "{out:?}");
        }
    }

    #[test]
    fn fused_channels_have_trends_over_the_whole_life() {
        let mut features = Features::new(2, 1);
        for record in 0..100 {
            features.observe(f64::from(record), &[0.0, 0.5 * record as f32]);
        }
        let mut out = Vec::new();
        features.write(&mut out);
        let named = names(&["a".into(), "b".into()], 1);
        assert_eq!((out.len(), named.len()), (Features::count(2, 1), Features::count(2, 1)));
        assert_eq!(named[19], "b.trend_all");
        assert!(out[19..].iter().all(|trend| (trend - 0.5).abs() < 1e-4), "{out:?}");
        features.write_sequence(&mut out);
        assert_eq!(out.len(), STEPS * Features::step_inputs(2, 1));
    }

    #[test]
    fn what_is_missing_is_left_out() {
        let mut features = Features::new(2, 2);
        for record in 0..30 {
            features.observe(f64::from(record), &[if record % 2 == 0 { 4.0 } else { f32::NAN }]);
        }
        let mut out = Vec::new();
        features.write(&mut out);
        assert_eq!(&out[..3], [4.0, 4.0, 4.0]);
        assert_eq!(out[6], 0.0);
        assert!(out[9..18].iter().all(|value| value.is_nan()));
    }
}
