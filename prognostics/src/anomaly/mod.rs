//! What is not normal in this regime, and whether a sensor or the component is to blame.
//!
//! Healthy scores of a regime are taken as multivariate normal. Their distance is Hotelling's T² of an exponentially
//! weighted mean of the last records (MEWMA: Lowry, Woodall, Champ & Rigdon, Technometrics 34, 1992), which sees small
//! lasting shifts. Its limit is not taken from a table but from healthy records that were left out, so that units that
//! differ and noise that is not normal do not raise false alarms.
//!
//! The verdict follows reconstruction-based contributions (Alcala & Qin, Automatica 45, 2009): a broken sensor
//! contradicts all others, so that leaving it out makes the rest normal; a component that fails moves several signals
//! together, and no single one can be left out to explain it. A fault that shows in one signal only and comes slowly cannot
//! be told from a drifting sensor by these means; the verdict then depends on how sudden it came, and says so.

mod shape;

use crate::matrix::Matrix;
use crate::snapshot::{Fields, Portable};
use shape::Shape;

/// How much of a jump is remembered from record to record: long enough for the mean to cross its limit.
const FADING: f64 = 0.995;

/// How a detector is made.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DetectorSettings {
    /// The weight of the newest record in the mean (0..=1). Small sees small shifts late, 1 judges each record alone.
    pub newest: f64,
    /// The share of healthy records that may lie beyond the limit.
    pub false_alarms: f64,
    /// A signal whose single records lie so many standard deviations from what the others say, from one record to the
    /// next, came suddenly.
    pub sudden: f64,
}

impl Default for DetectorSettings {
    fn default() -> Self {
        Self {
            newest: 0.2,
            false_alarms: 0.01,
            sudden: 4.0,
        }
    }
}

/// Healthy records in the order of their units: one row of scores each.
#[derive(Debug, Clone, Copy)]
pub struct Healthy<'a> {
    /// Scores; `NaN` is missing.
    pub scores: &'a Matrix,
    /// The regime of each row.
    pub regimes: &'a [usize],
    /// The unit of each row.
    pub units: &'a [usize],
}

/// What is normal, regime by regime.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Detector {
    shapes: Vec<Shape>,
    newest: f64,
    sudden: f64,
    limit: f64,
    /// The limit of what is left when one signal is taken out.
    limit_without: f64,
}

/// Who is to blame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing is out of the ordinary.
    Normal,
    /// This signal contradicts all others and came suddenly: its sensor.
    Sensor(usize),
    /// Several signals moved together: the component.
    Component,
    /// One signal moved alone and slowly: a drifting sensor, or a fault that only this signal shows.
    Unclear(usize),
}

/// What is said of a unit's last records.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Finding {
    /// The distance in units of its limit: above 1 is not normal.
    pub distance: f64,
    /// The signal that speaks most.
    pub signal: usize,
    /// Who is to blame.
    pub verdict: Verdict,
}

/// The detector's state for one unit.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Watched {
    mean: Vec<f64>,
    /// How sudden each signal's largest change was, fading.
    jump: Vec<f64>,
    before: Vec<f64>,
    records: u64,
}

impl Detector {
    /// Learns what is normal. Every fifth unit is left out and sets the limits.
    #[must_use]
    pub fn learn(healthy: Healthy<'_>, settings: &DetectorSettings) -> Self {
        let signals = healthy.scores.columns();
        let count = healthy.regimes.iter().max().map_or(0, |most| most + 1);
        let rows = healthy
            .scores
            .rows()
            .min(healthy.regimes.len())
            .min(healthy.units.len());
        let left_out = |row: usize| healthy.units[row] % 5 == 4;
        let any_left_out = (0..rows).any(left_out);
        let of_regime = |regime: Option<usize>| -> Vec<&[f32]> {
            (0..rows)
                .filter(|row| !left_out(*row) && regime.is_none_or(|regime| healthy.regimes[*row] == regime))
                .map(|row| healthy.scores.row(row))
                .collect()
        };
        let pooled = Shape::learn(&of_regime(None), signals);
        // A regime with few records borrows the shape of all.
        let own = |regime: usize| {
            let rows = of_regime(Some(regime));
            if rows.len() >= 20 * signals {
                Shape::learn(&rows, signals)
            } else {
                pooled.clone()
            }
        };
        let mut detector = Self {
            shapes: (0..count).map(own).collect(),
            newest: settings.newest.clamp(0.01, 1.0),
            sudden: settings.sudden,
            limit: 1.0,
            limit_without: 1.0,
        };
        let mut watched = Watched::default();
        let mut unit = None;
        let (mut distances, mut without) = (Vec::new(), Vec::new());
        for row in (0..rows).filter(|row| left_out(*row) || !any_left_out) {
            if unit != Some(healthy.units[row]) {
                (unit, watched) = (Some(healthy.units[row]), Watched::default());
            }
            detector.observe(&mut watched, healthy.regimes[row], healthy.scores.row(row));
            if let Some((distance, rest, _)) = detector.distances(&watched, healthy.regimes[row]) {
                distances.push(distance);
                without.push(rest);
            }
        }
        let share = 1.0 - settings.false_alarms.clamp(0.0, 0.5);
        detector.limit = quantile(distances, share).max(f64::MIN_POSITIVE);
        detector.limit_without = quantile(without, share).max(f64::MIN_POSITIVE);
        detector
    }

    /// Takes one record of a unit. A missing score leaves the mean of its signal as it was.
    pub fn observe(&self, watched: &mut Watched, regime: usize, scores: &[f32]) {
        let Some(shape) = self.shapes.get(regime) else { return };
        let centred = shape.centred(scores);
        watched.mean.resize(centred.len(), 0.0);
        watched.jump.resize(centred.len(), 0.0);
        watched.before.resize(centred.len(), f64::NAN);
        let alone = shape.alone(&centred);
        for (place, value) in centred.iter().enumerate() {
            if !value.is_finite() {
                continue;
            }
            watched.mean[place] += self.newest * (value - watched.mean[place]);
            let change = (alone[place] - watched.before[place]).abs() / std::f64::consts::SQRT_2;
            watched.jump[place] = (watched.jump[place] * FADING).max(if change.is_finite() { change } else { 0.0 });
            watched.before[place] = alone[place];
        }
        watched.records += 1;
    }

    /// What is said of the unit; `None` before its first record or in an unknown regime.
    #[must_use]
    pub fn judge(&self, watched: &Watched, regime: usize) -> Option<Finding> {
        let (distance, without, signal) = self.distances(watched, regime)?;
        let distance = distance / self.limit;
        let verdict = if distance <= 1.0 {
            Verdict::Normal
        } else if without > self.limit_without {
            Verdict::Component
        } else if watched.jump[signal] >= self.sudden {
            Verdict::Sensor(signal)
        } else {
            Verdict::Unclear(signal)
        };
        Some(Finding {
            distance,
            signal,
            verdict,
        })
    }

    /// T² of all signals, the least T² with one signal left out, and that signal.
    fn distances(&self, watched: &Watched, regime: usize) -> Option<(f64, f64, usize)> {
        let shape = self.shapes.get(regime)?;
        if watched.records == 0 || watched.mean.is_empty() {
            return None;
        }
        // The mean of the first records is still noisier than it will be.
        let keep = 1.0 - self.newest;
        let spread = self.newest / (2.0 - self.newest) * (1.0 - keep.powf(2.0 * watched.records as f64));
        let all = shape.distance(&watched.mean) / spread;
        let parts = shape.alone(&watched.mean);
        let (signal, part) = parts
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
        Some((all, (all - part * part / spread).max(0.0), signal))
    }
}

fn quantile(mut values: Vec<f64>, level: f64) -> f64 {
    values.retain(|value| value.is_finite());
    values.sort_by(f64::total_cmp);
    let place = (level * values.len() as f64) as usize;
    values
        .get(place.min(values.len().saturating_sub(1)))
        .copied()
        .unwrap_or(1.0)
}

impl Portable for Detector {
    fn fields(&mut self, fields: &mut dyn Fields) {
        self.shapes.fields(fields);
        fields.f64(&mut self.newest);
        fields.f64(&mut self.sudden);
        fields.f64(&mut self.limit);
        fields.f64(&mut self.limit_without);
    }
}

impl Portable for Watched {
    fn fields(&mut self, fields: &mut dyn Fields) {
        self.mean.fields(fields);
        self.jump.fields(fields);
        self.before.fields(fields);
        fields.u64(&mut self.records);
    }
}

#[cfg(test)]
mod tests;
