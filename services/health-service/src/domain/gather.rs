//! From a record to what it says: distance driven, and features of the window by operating regime.

use prognostics::snapshot::{Fields, Portable};

use super::rules::Rules;
use super::signal::{Readings, Signal};
use super::vehicle::Vehicle;
use super::window::Feature;
use super::{Micros, SECOND};

/// Coolant is warmed up from here on: thermostats open between 82 and 92 °C.
const WARM_CELSIUS: f64 = 78.0;
/// Speeds that separate the regimes standing, town and road.
const REGIMES_KMH: [f64; 2] = [10.0, 60.0];
/// From this engine load on, heat must be carried away at a high rate.
const HIGH_LOAD_PERCENT: f64 = 60.0;
/// No road vehicle is faster for long.
const SPEED_MAX_KMH: f64 = 300.0;

/// Odometer readings that do not fit the way driven. One is a glitch; many that fit each other are another odometer.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Refused {
    count: u64,
    km: f64,
    at: Micros,
}

/// So many refused readings in a row that fit each other are believed.
const REFUSED_MAX: u64 = 10;

impl Refused {
    /// Takes a reading that does not fit. True when it and those before it fit each other so well that they are another odometer.
    fn fits(&mut self, odometer_km: f64, at: Micros) -> bool {
        let fits = self.count > 0 && is_way(odometer_km - self.km, at - self.at);
        self.count = if fits { self.count + 1 } else { 1 };
        (self.km, self.at) = (odometer_km, at);
        self.count >= REFUSED_MAX
    }
}

impl Portable for Refused {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.u64(&mut self.count);
        fields.f64(&mut self.km);
        fields.i64(&mut self.at);
    }
}

/// Whether a road vehicle can have gone so far in a time.
fn is_way(km: f64, elapsed: Micros) -> bool {
    let hours = elapsed as f64 / (3_600.0 * SECOND as f64);
    (0.0..=1.0 + SPEED_MAX_KMH * hours).contains(&km)
}

impl Vehicle {
    /// Distance: by the odometer where it moves plausibly, else by integrating speed.
    pub(super) fn drive(&mut self, readings: &Readings, at: Micros) {
        let elapsed = if self.last_at > 0 { at - self.last_at } else { 0 };
        let mut by_speed = 0.0;
        if let Some(speed) = readings.get(Signal::Speed) {
            by_speed = self.odometry.by_speed(speed, f64::from(self.last_speed), at);
            self.last_speed = speed as f32;
        }
        let metres = readings
            .get(Signal::TraveledDistance)
            .filter(|_| !readings.is_flagged(Signal::TraveledDistance));
        let driven = match metres {
            Some(metres) => self.odometer_read(metres / 1_000.0, by_speed, at),
            None if self.odometer_at == 0 => {
                self.odometer_km += by_speed;
                by_speed
            }
            None if self.refused.count > 0 => self.odometry.is_refused(by_speed),
            // Most likely the next odometer reading brings this stretch.
            None => self.odometry.stands_still(by_speed),
        };
        self.distance_km += driven;
        self.usage.observe(driven, elapsed);
    }

    /// The km that an odometer reading adds to the way driven.
    fn odometer_read(&mut self, odometer_km: f64, by_speed: f64, at: Micros) -> f64 {
        let moved = odometer_km - self.odometer_km;
        let first = self.odometer_at == 0;
        if !first && is_way(moved, at - self.odometer_at) {
            (self.odometer_km, self.odometer_at) = (odometer_km, at);
            self.refused = Refused::default();
            return if moved > 0.0 {
                self.odometry.moves_on(moved)
            } else {
                self.odometry.stands_still(by_speed)
            };
        }
        if first || self.refused.fits(odometer_km, at) {
            // A cluster that was replaced or reset, or the first one: what is driven goes on from here.
            (self.odometer_km, self.odometer_at, self.odometer_known) = (odometer_km, at, true);
            self.refused = Refused::default();
            self.odometry.begins_anew();
            return if first { 0.0 } else { by_speed };
        }
        self.odometry.is_refused(by_speed)
    }

    /// Sorts a record's readings into the window's features, by regime.
    pub(super) fn gather(&mut self, readings: &Readings, at: Micros, rules: &Rules) {
        if let Some(slip) = self.gears.observe(readings, at) {
            let trust = readings.trust(Signal::EngineSpeed).min(readings.trust(Signal::Speed));
            self.window.observe(Feature::GearSlip, slip, trust);
        }
        if let Some(square) = self.ride.observe(readings) {
            self.window
                .observe(Feature::Bounce, square, readings.trust(Signal::VerticalAcceleration));
        }
        let running_for = self.starter.running_for(at);
        if running_for == 0 {
            self.warm = self.warm && !self.starter.is_off(at);
        }
        let settled = running_for >= rules.settle_us;
        if settled {
            self.gather_warm(readings, running_for, rules);
        }
        let charging = running_for >= 60 * SECOND && readings.get(Signal::ChargingVoltage).is_none();
        if charging && let Some(volts) = self.starter.twelve_volt(readings) {
            self.window
                .observe(Feature::RunningVoltage, volts, readings.trust(Signal::BatteryVoltage));
        }
        for signal in readings.iter() {
            let Some(feature) = plain_feature(signal) else { continue };
            let Some(value) = readings.get(signal) else { continue };
            match feature {
                // Air brakes are filled by the engine: low pressure right after the start is normal.
                Feature::BrakeAir if !settled => {}
                Feature::RunningVoltage if running_for < 60 * SECOND => {}
                Feature::RunningVoltage if value > 18.0 => {
                    self.window.observe(feature, value / 2.0, readings.trust(signal))
                }
                Feature::TransmissionSlip => self.window.observe(feature, value.abs(), readings.trust(signal)),
                _ => self.window.observe(feature, value, readings.trust(signal)),
            }
        }
        if let (Some(low), Some(high)) = (
            readings.get(Signal::CellVoltageMin),
            readings.get(Signal::CellVoltageMax),
        ) {
            let trust = readings
                .trust(Signal::CellVoltageMin)
                .min(readings.trust(Signal::CellVoltageMax));
            self.window.observe(Feature::CellSpread, (high - low).max(0.0), trust);
        }
    }

    /// Readings that mean something only once the engine has run for a while.
    fn gather_warm(&mut self, readings: &Readings, running_for: Micros, rules: &Rules) {
        let speed = readings.get(Signal::Speed).unwrap_or(f64::from(self.last_speed));
        if let Some(coolant) = readings.get(Signal::CoolantTemperature) {
            self.warm |= coolant >= WARM_CELSIUS || running_for >= rules.warm_up_us;
            if self.warm {
                let load = readings.get(Signal::EngineLoad).unwrap_or(0.0);
                let feature = match speed {
                    _ if load >= HIGH_LOAD_PERCENT => Feature::CoolantAtLoad,
                    speed if speed < REGIMES_KMH[0] => Feature::CoolantStanding,
                    speed if speed < REGIMES_KMH[1] => Feature::CoolantUrban,
                    _ => Feature::CoolantRoad,
                };
                self.window
                    .observe(feature, coolant, readings.trust(Signal::CoolantTemperature));
            }
        }
        // Without a coolant signal the run time alone says that trims have settled.
        let closed_loop = self.warm || readings.get(Signal::CoolantTemperature).is_none();
        if closed_loop && let Some((trim, trust)) = worst_trim(readings) {
            self.window.observe(Feature::FuelTrim, trim, trust);
        }
        if let (Some(pressure), Some(rpm)) = (readings.get(Signal::OilPressure), readings.get(Signal::EngineSpeed)) {
            let asked = (rules.oil_kpa_per_1000_rpm * rpm / 1_000.0).max(60.0);
            let trust = readings.trust(Signal::OilPressure);
            self.window
                .observe(Feature::OilPressureRatio, (pressure / asked).min(5.0), trust);
        }
    }
}

/// The features that are read from the coolant's temperature.
pub(super) const COOLANT: [Feature; 4] = [
    Feature::CoolantStanding,
    Feature::CoolantUrban,
    Feature::CoolantRoad,
    Feature::CoolantAtLoad,
];

/// The worse bank's long-term trim with half of its short-term one: the long-term value is what has been learned, the
/// short-term one is where it is going.
fn worst_trim(readings: &Readings) -> Option<(f64, f64)> {
    let bank = |long: Signal, short: Signal| {
        let trim = readings.get(long)? + 0.5 * readings.get(short).unwrap_or(0.0);
        Some((trim, readings.trust(long)))
    };
    let first = bank(Signal::LongTrim1, Signal::ShortTrim1);
    let second = bank(Signal::LongTrim2, Signal::ShortTrim2);
    [first, second]
        .into_iter()
        .flatten()
        .max_by(|a, b| a.0.abs().total_cmp(&b.0.abs()))
}

/// Features that are one signal's value as it is.
fn plain_feature(signal: Signal) -> Option<Feature> {
    Some(match signal {
        Signal::CoolantLevel => Feature::CoolantLevel,
        Signal::ChargingVoltage => Feature::RunningVoltage,
        Signal::OilTemperature => Feature::OilTemperature,
        Signal::OilLevel => Feature::OilLevel,
        Signal::TransmissionTemperature => Feature::TransmissionTemperature,
        Signal::TransmissionSlip => Feature::TransmissionSlip,
        Signal::ClutchWear => Feature::ClutchWear,
        Signal::PadWearFrontLeft => Feature::PadWearFrontLeft,
        Signal::PadWearFrontRight => Feature::PadWearFrontRight,
        Signal::PadWearRearLeft => Feature::PadWearRearLeft,
        Signal::PadWearRearRight => Feature::PadWearRearRight,
        Signal::BrakeFluidLevel => Feature::BrakeFluid,
        Signal::BrakeAirPressure1 | Signal::BrakeAirPressure2 => Feature::BrakeAir,
        Signal::AbsError => Feature::AbsError,
        Signal::TyrePressureFrontLeft => Feature::TyreFrontLeft,
        Signal::TyrePressureFrontRight => Feature::TyreFrontRight,
        Signal::TyrePressureRearLeft => Feature::TyreRearLeft,
        Signal::TyrePressureRearRight => Feature::TyreRearRight,
        Signal::BatteryCharge => Feature::BatteryCharge,
        Signal::SootLoad => Feature::SootLoad,
        Signal::ExhaustFluidLevel => Feature::ExhaustFluid,
        Signal::TractionHealth => Feature::TractionHealth,
        _ => return None,
    })
}
