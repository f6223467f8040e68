//! Does the clutch hold? In gear, engine speed is a fixed multiple of road speed; a slipping clutch breaks that under load.
//!
//! The gears are learned as clusters of the logarithm of that multiple at light load, where even a worn clutch holds (the torque
//! that a clutch carries falls with its wear: Bosch Automotive Handbook, "Clutch"). What is judged is how far the multiple lies
//! above its gear under load, beside what this vehicle showed when it was new to us: speed and engine speed are polled one
//! after the other, so a vehicle that gathers speed always seems to slip by a few per cent. A torque converter or a stepless
//! gear has no such clusters, and then nothing is said.

use prognostics::indicators::Recent;
use prognostics::residuals::{Baseline, BaselinePrior};
use prognostics::snapshot::{Fields, Portable};

use super::signal::{Readings, Signal};
use super::{Micros, SECOND};

/// Below these the clutch may be pressed, or one km/h of resolution is too coarse.
const SPEED_MIN_KMH: f64 = 25.0;
const RPM_MIN: f64 = 1_200.0;
/// Two readings of one pair are this far apart.
const APART: (Micros, Micros) = (SECOND * 9 / 10, SECOND * 5 / 2);
/// From pair to pair the multiple moves by less than this share unless a gear is being changed, and speed by less than this.
const STEADY_SHARE: f64 = 0.02;
const STEADY_KMH_PER_S: f64 = 2.0;
/// Engine load that leaves a worn clutch holding, and load that tries it, in percent.
const LIGHT_PERCENT: f64 = 50.0;
const HEAVY_PERCENT: f64 = 60.0;
/// A multiple this close to a gear is in it; gears of road vehicles lie further apart than twice this.
const NEAR: f64 = 0.06;
/// Readings of stepped gears lie this close around them.
const SHARP: f64 = 0.025;
/// Light pairs before anything is said, and the share of them that must lie sharply in gears.
const LEARN_PAIRS: f32 = 600.0;
const SHARP_SHARE: f32 = 0.6;
/// A gear must hold this share of the light pairs.
const GEAR_SHARE: f32 = 0.01;
/// What looks like slip beyond this is another gear.
const SLIP_MAX: f64 = 0.25;
/// Gears remembered: more than any car has; trucks change by halves, which their own slip signal makes up for.
const GEARS: usize = 8;
/// Pairs of speeds under load without which a window says nothing.
const PAIRS_MIN: u32 = 3;
/// What seems to slip in a sound vehicle, from polling alone, and how it is learned.
const OWN: BaselinePrior = BaselinePrior {
    level: 0.03,
    weight: 5.0,
    tolerance: 0.05,
    windows: 40.0,
};

#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Gear {
    /// Logarithm of engine speed in rpm by road speed in km/h.
    place: f32,
    pairs: f32,
}

/// The gears of one vehicle, and the last pair of speeds.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Gears {
    gears: [Gear; GEARS],
    learned: f32,
    sharp: f32,
    last_place: f32,
    last_speed: f32,
    last_at: Micros,
    own: Baseline,
    recent: Recent<7>,
}

impl Gears {
    /// Takes a record. Under load and in a steady gear it returns the share by which the engine turns faster than the gear
    /// says; otherwise nothing.
    pub fn observe(&mut self, readings: &Readings, at: Micros) -> Option<f64> {
        let (rpm, speed) = (readings.get(Signal::EngineSpeed)?, readings.get(Signal::Speed)?);
        let elapsed = at - self.last_at;
        if self.last_at > 0 && elapsed < APART.0 {
            return None;
        }
        if rpm < RPM_MIN || speed < SPEED_MIN_KMH {
            self.last_at = 0;
            return None;
        }
        let place = (rpm / speed).ln();
        let moved = (place - f64::from(self.last_place)).abs();
        let gained = (speed - f64::from(self.last_speed)).abs() * SECOND as f64 / elapsed.max(1) as f64;
        let steady = self.last_at > 0 && elapsed <= APART.1 && moved < STEADY_SHARE && gained <= STEADY_KMH_PER_S;
        (self.last_place, self.last_speed, self.last_at) = (place as f32, speed as f32, at);
        let load = readings.get(Signal::EngineLoad)?;
        if !steady {
            return None;
        }
        if load < LIGHT_PERCENT {
            self.learn(place);
            return None;
        }
        (load >= HEAVY_PERCENT).then(|| self.slip(place)).flatten()
    }

    /// Takes a window's mean slip over so many pairs of speeds. Returns slip now, as a median over windows, and the vehicle's own
    /// usual one, both as shares.
    pub fn judge(&mut self, slip: f64, pairs: u32, trust: f64) -> Option<(f64, f64)> {
        if pairs < PAIRS_MIN {
            return None;
        }
        self.own.observe(slip, trust, &OWN);
        self.recent.observe(slip);
        Some((self.recent.median()?, self.own.level(&OWN)))
    }

    /// A new clutch: slip seen of the old one no longer counts. The gears stay, they belong to the vehicle.
    pub fn forget_clutch(&mut self) {
        self.recent.clear();
        self.last_at = 0;
    }

    fn learn(&mut self, place: f64) {
        self.learned += 1.0;
        let away = |gear: &Gear| (f64::from(gear.place) - place).abs();
        let nearest = self.gears.iter_mut().filter(|gear| gear.pairs > 0.0);
        let nearest = nearest.min_by(|a, b| away(a).total_cmp(&away(b)));
        if let Some(gear) = nearest.filter(|gear| away(gear) < NEAR) {
            self.sharp += f32::from(u8::from(away(gear) < SHARP));
            gear.pairs += 1.0;
            gear.place += (place as f32 - gear.place) / gear.pairs.min(500.0);
        } else if let Some(least) = self.gears.iter_mut().min_by(|a, b| a.pairs.total_cmp(&b.pairs)) {
            // A cluster that nothing falls into is soon the least, and makes room.
            *least = Gear {
                place: place as f32,
                pairs: 1.0,
            };
        }
        // Old pairs fade, so that an early stretch on a chassis dynamometer or a wrong tyre does not stand for ever.
        if self.learned > 20_000.0 {
            self.learned *= 0.5;
            self.sharp *= 0.5;
            self.gears.iter_mut().for_each(|gear| gear.pairs *= 0.5);
        }
    }

    /// Whether clusters were seen that only stepped gears make.
    #[must_use]
    pub fn are_known(&self) -> bool {
        self.learned >= LEARN_PAIRS && self.sharp >= SHARP_SHARE * self.learned
    }

    /// The gears, as multiples in rpm by km/h, highest gear first.
    #[must_use]
    pub fn multiples(&self) -> Vec<f64> {
        let mut places: Vec<f64> = self.real().map(f64::exp).collect();
        places.sort_by(f64::total_cmp);
        places
    }

    fn real(&self) -> impl Iterator<Item = f64> + '_ {
        let least = GEAR_SHARE * self.learned;
        self.gears
            .iter()
            .filter(move |gear| gear.pairs > least)
            .map(|gear| f64::from(gear.place))
    }

    /// Above the next gear below; what lies just below a gear (resolution) belongs to it.
    fn slip(&self, place: f64) -> Option<f64> {
        if !self.are_known() {
            return None;
        }
        let below = self
            .real()
            .filter(|gear| *gear <= place + SHARP)
            .max_by(f64::total_cmp)?;
        Some((place - below).exp_m1()).filter(|slip| *slip < SLIP_MAX)
    }
}

impl Portable for Gears {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.f32(&mut self.learned);
        if self.learned == 0.0 {
            return;
        }
        self.own.fields(fields);
        self.recent.fields(fields);
        fields.f32(&mut self.sharp);
        fields.f32(&mut self.last_place);
        fields.f32(&mut self.last_speed);
        fields.i64(&mut self.last_at);
        for gear in &mut self.gears {
            fields.f32(&mut gear.place);
            fields.f32(&mut gear.pairs);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One second of driving at a speed in a gear of so many rpm by km/h.
    fn pair(gears: &mut Gears, second: Micros, speed: f64, multiple: f64, load: f64) -> Option<f64> {
        let mut readings = Readings::default();
        readings.set(Signal::Speed, speed.round());
        readings.set(Signal::EngineSpeed, speed * multiple);
        readings.set(Signal::EngineLoad, load);
        gears.observe(&readings, (1_000 + second) * SECOND)
    }

    fn taught() -> Gears {
        let mut gears = Gears::default();
        for second in 0..1_500 {
            let multiple = [48.0, 36.0, 29.0][(second / 100 % 3) as usize];
            pair(&mut gears, second, 60.0 + (second % 40) as f64 * 0.5, multiple, 30.0);
        }
        gears
    }

    #[test]
    fn gears_are_found_and_slip_is_seen_under_load_only() {
        let mut gears = taught();
        assert_eq!(gears.multiples().len(), 3, "{:?}", gears.multiples());
        let at = |gears: &mut Gears, second, multiple, load| {
            pair(gears, second, 80.0, multiple, load);
            pair(gears, second + 1, 80.0, multiple, load)
        };
        assert!(at(&mut gears, 2_000, 36.0, 80.0).unwrap().abs() < 0.01);
        assert!((at(&mut gears, 2_010, 36.0 * 1.08, 80.0).unwrap() - 0.08).abs() < 0.01);
        assert_eq!(at(&mut gears, 2_020, 36.0 * 1.08, 30.0), None);
        assert_eq!(
            at(&mut gears, 2_030, 20.0, 80.0),
            None,
            "below every gear the clutch is open"
        );
    }

    #[test]
    fn a_stepless_gear_says_nothing() {
        let mut gears = Gears::default();
        for second in 0..3_000 {
            let multiple = 25.0 * (1.0 + f64::from(second as u16 % 997) / 400.0 * 0.7);
            pair(&mut gears, second, 80.0, multiple, 30.0);
        }
        pair(&mut gears, 4_000, 80.0, 40.0, 80.0);
        assert_eq!(pair(&mut gears, 4_001, 80.0, 40.0, 80.0), None);
    }

    #[test]
    fn nonsense_teaches_nothing() {
        let mut gears = Gears::default();
        for (second, (speed, rpm)) in [(0.0, 2_000.0), (-5.0, 2_000.0), (50.0, 0.0), (1e300, 1e-300)]
            .iter()
            .enumerate()
        {
            let mut readings = Readings::default();
            readings.set(Signal::Speed, *speed);
            readings.set(Signal::EngineSpeed, *rpm);
            readings.set(Signal::EngineLoad, 30.0);
            assert_eq!(gears.observe(&readings, (1 + second as Micros) * SECOND), None);
        }
        assert!(!gears.are_known() && gears.learned == 0.0);
    }
}
