//! Straight lines through all that a unit has shown, kept up record by record in bounded memory.
//!
//! Least squares in which older records count less, by a constant factor a record ("discounted least squares": R. G. Brown,
//! "Smoothing, Forecasting and Prediction of Discrete Time Series", 1963). Time is counted back from the newest record, so
//! that the sums stay small however long the unit is followed.

/// By how much a record fades with each later one: not at all, and to a third within 60 and within 25 records.
const KEEP: [f64; LINES] = [1.0, 1.0 - 1.0 / 60.0, 1.0 - 1.0 / 25.0];
/// Lines through each channel.
pub(crate) const LINES: usize = 3;
/// What the slopes are called, in the order of [`Lines::slopes`].
pub(crate) const NAMES: [&str; LINES] = ["trend_all", "trend_fading_60", "trend_fading_25"];
/// Records that a slope needs.
const WEIGHT_MIN: f64 = 4.0;

/// The lines through one channel.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Lines([Line; LINES]);

impl Lines {
    /// Takes the value of one more record; one that is missing only lets the others grow older.
    pub(crate) fn observe(&mut self, value: f32) {
        for (line, keep) in self.0.iter_mut().zip(KEEP) {
            line.observe(f64::from(value), keep);
        }
    }

    /// Slopes per record; `NaN` where nothing can be said yet.
    pub(crate) fn slopes(&self) -> [f32; LINES] {
        self.0.map(|line| line.slope())
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Line {
    weight: f64,
    ago: f64,
    ago_squares: f64,
    values: f64,
    ago_values: f64,
}

impl Line {
    fn observe(&mut self, value: f64, keep: f64) {
        self.ago_squares = keep * (self.ago_squares + 2.0 * self.ago + self.weight);
        self.ago = keep * (self.ago + self.weight);
        self.ago_values = keep * (self.ago_values + self.values);
        self.weight *= keep;
        self.values *= keep;
        if value.is_finite() {
            self.weight += 1.0;
            self.values += value;
        }
    }

    fn slope(&self) -> f32 {
        let spread = self.ago_squares - self.ago * self.ago / self.weight.max(1.0);
        if self.weight < WEIGHT_MIN || spread <= 0.0 {
            return f32::NAN;
        }
        (-(self.ago_values - self.ago * self.values / self.weight) / spread) as f32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_through_a_straight_line_has_its_slope() {
        let mut lines = Lines::default();
        assert!(lines.slopes().iter().all(|slope| slope.is_nan()));
        for record in 0..200 {
            lines.observe(if record % 7 == 3 {
                f32::NAN
            } else {
                2.0 - 0.25 * record as f32
            });
        }
        for slope in lines.slopes() {
            assert!((slope + 0.25).abs() < 1e-4, "{slope}");
        }
    }

    #[test]
    fn what_fades_sooner_follows_sooner() {
        let mut lines = Lines::default();
        (0..100).for_each(|_| lines.observe(1.0));
        (0..30).for_each(|record| lines.observe(1.0 + record as f32));
        let [all, slow, fast] = lines.slopes();
        assert!(
            0.0 < all && all < slow && slow < fast && fast < 1.0,
            "{all} {slow} {fast}"
        );
    }
}
