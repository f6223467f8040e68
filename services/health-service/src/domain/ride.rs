//! How much the body moves: what worn dampers let through.
//!
//! On a road of one roughness the vertical acceleration of a vehicle grows with the root of its speed (the displacement spectrum of
//! ISO 8608 falls with the square of the wave number), so its square by speed is one figure for every speed. Roads differ far more
//! than dampers do: only the average over hours of driving, beside the same vehicle's own past, says anything.

use prognostics::indicators::Ewma;
use prognostics::residuals::{Baseline, BaselinePrior};
use prognostics::snapshot::{Fields, Portable};

use super::signal::{Readings, Signal};

/// Slower than this the engine shakes the body more than the road does.
const SPEED_MIN_KMH: f64 = 30.0;
/// The sensor's offset, gravity where it is not taken off, is followed over this many records.
const OFFSET_RECORDS: f64 = 300.0;
/// Windows of driving over which motion is averaged, and windows that teach what is normal.
const WINDOWS: f64 = 90.0;
const LEARN_WINDOWS: f64 = 180.0;

/// Motion of one vehicle's body.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Ride {
    offset: Ewma,
    own: Baseline,
    recent: Ewma,
}

impl Ride {
    /// The square of the motion by speed, in (m/s²)² per km/h, if the record says anything of it.
    pub fn observe(&mut self, readings: &Readings) -> Option<f64> {
        let up = readings.get(Signal::VerticalAcceleration)?;
        let offset = self.offset.value();
        self.offset.observe(up, 1.0, OFFSET_RECORDS);
        let speed = readings.get(Signal::Speed).filter(|speed| *speed >= SPEED_MIN_KMH)?;
        Some((up - offset?).powi(2) / speed)
    }

    /// Takes the mean of a window. Once enough is known: how many times as much the body moves as it used to.
    pub fn judge(&mut self, mean_square: f64, trust: f64) -> Option<f64> {
        if !mean_square.is_finite() || mean_square <= 0.0 {
            return None;
        }
        // Logarithms: roads multiply.
        let level = 0.5 * mean_square.ln();
        self.own.observe(level, trust, &PRIOR);
        self.recent.observe(level, 1.0, WINDOWS);
        let known = self.own.is_frozen(&PRIOR);
        known.then(|| (self.recent.value().unwrap_or(level) - self.own.level(&PRIOR)).exp())
    }

    /// New dampers: what is normal is learned anew.
    pub fn forget(&mut self) {
        (self.own, self.recent) = Default::default();
    }
}

/// Nothing is believed before the vehicle has shown it.
const PRIOR: BaselinePrior = BaselinePrior {
    level: 0.0,
    weight: 0.0,
    tolerance: f64::INFINITY,
    windows: LEARN_WINDOWS,
};

impl Portable for Ride {
    fn fields(&mut self, fields: &mut dyn Fields) {
        self.offset.fields(fields);
        self.own.fields(fields);
        self.recent.fields(fields);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stretch of windows at 60 km/h on roads of changing roughness; `worn` multiplies the motion. 9.81 is in every reading.
    fn drive(ride: &mut Ride, windows: u32, worn: f64) -> Option<f64> {
        let mut said = None;
        for window in 0..windows {
            let road = 0.3 * (1.0 + 0.8 * f64::from(window % 7) / 7.0);
            let (mut sum, mut count) = (0.0, 0.0);
            for second in 0..60 {
                let sign = if second % 2 == 0 { 1.0 } else { -1.0 };
                let mut readings = Readings::default();
                readings.set(Signal::Speed, 60.0);
                readings.set(Signal::VerticalAcceleration, 9.81 + sign * worn * road);
                if let Some(square) = ride.observe(&readings) {
                    (sum, count) = (sum + square, count + 1.0);
                }
            }
            said = ride.judge(sum / f64::max(count, 1.0), 1.0);
        }
        said
    }

    #[test]
    fn worn_dampers_show_against_the_vehicles_own_past() {
        let mut ride = Ride::default();
        assert_eq!(drive(&mut ride, 100, 1.0), None, "not known yet");
        let sound = drive(&mut ride, 400, 1.0).unwrap();
        assert!((0.9..1.1).contains(&sound), "{sound}");
        let worn = drive(&mut ride, 400, 2.0).unwrap();
        assert!((1.8..2.2).contains(&worn), "{worn}");
        ride.forget();
        assert_eq!(drive(&mut ride, 100, 1.0), None);
    }

    #[test]
    fn a_dead_sensor_says_nothing() {
        let mut ride = Ride::default();
        let mut readings = Readings::default();
        readings.set(Signal::Speed, 60.0);
        readings.set(Signal::VerticalAcceleration, 0.0);
        assert_eq!(ride.observe(&readings), None);
        assert_eq!(ride.observe(&readings), Some(0.0));
        assert_eq!(ride.judge(0.0, 1.0), None);
    }
}
