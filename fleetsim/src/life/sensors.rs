//! From what is true to what is sent: noise, resolution, age, missing readings, silent stretches and broken sensors.
//!
//! The shape is that of the public logs as measured. An OBD-II poller asks
//! one parameter after the other: in the 27-parameter Etios logs a value is renewed every fourth second, so that the
//! values of a record are of different ages. The SEAT Leon logs pause for more than a second once in 26 minutes, every
//! fourth time for more than ten seconds and now and then for minutes. `tests/it/life_noise.rs` compares both.

use super::signals::{SIGNALS, Signal};
use crate::dice::Dice;

/// Seconds in which a poller comes round to every parameter.
pub(crate) const POLL_S: i64 = 4;
/// Pauses of a device in a second of driving.
const PAUSES_A_SECOND: f64 = 5.5e-4;
/// Share of readings that an answered record lacks (timeouts on the bus).
const MISSING: f64 = 3e-4;
/// Sensors of a vehicle fail once in so many kilometres.
const SENSOR_FAULT_KM: f64 = 120_000.0;
/// A broken sensor that no workshop sees lasts so long, in km.
const SENSOR_FAULT_LASTS_KM: f64 = 15_000.0;

/// How a sensor fails.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Breakage {
    /// It shows so much more, in multiples of a tenth of its usual value.
    Offset(f64),
    /// It shows what it showed first.
    Stuck,
    /// Its noise is so many times the usual one.
    Noisy(f64),
    /// It answers only now and then.
    Silent,
}

impl Breakage {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Offset(_) => "offset",
            Self::Stuck => "stuck",
            Self::Noisy(_) => "noisy",
            Self::Silent => "silent",
        }
    }
}

/// A broken sensor.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Broken {
    pub(crate) signal: Signal,
    pub(crate) breakage: Breakage,
    pub(crate) until_km: f64,
    stuck_at: Option<f64>,
}

/// All sensors of a vehicle and its device.
#[derive(Debug, Clone)]
pub(crate) struct Sensors {
    /// What is sent, by signal.
    shown: [f64; SIGNALS],
    /// Which signals the vehicle has; filled once.
    pub(crate) has: Vec<Signal>,
    /// Whether the device polls, and values are therefore of different ages.
    polls: bool,
    pub(crate) broken: Option<Broken>,
    next_fault_km: f64,
    silent_s: f64,
    dice: Dice,
}

impl Sensors {
    pub(crate) fn new(has: Vec<Signal>, polls: bool, odometer_km: f64, mut dice: Dice) -> Self {
        Self {
            shown: [f64::NAN; SIGNALS],
            has,
            polls,
            broken: None,
            next_fault_km: odometer_km + SENSOR_FAULT_KM * dice.exponential(),
            silent_s: 0.0,
            dice,
        }
    }

    /// Breaks a sensor when its time has come; answers the new fault, or that the old one is over.
    pub(crate) fn age(&mut self, odometer_km: f64) -> (Option<Broken>, Option<Broken>) {
        let over = self.broken.filter(|broken| odometer_km >= broken.until_km);
        if over.is_some() {
            self.broken = None;
        }
        if self.broken.is_some() || odometer_km < self.next_fault_km {
            return (None, over);
        }
        self.next_fault_km = odometer_km + SENSOR_FAULT_KM * self.dice.exponential();
        let can_break: Vec<Signal> = self.has.iter().copied().filter(|signal| breaks(*signal)).collect();
        if can_break.is_empty() {
            return (None, over);
        }
        let breakage = match self.dice.below(4) {
            0 => Breakage::Offset(if self.dice.chance(0.5) { 1.0 } else { -1.0 } * self.dice.between(1.0, 4.0)),
            1 => Breakage::Stuck,
            2 => Breakage::Noisy(self.dice.between(6.0, 25.0)),
            _ => Breakage::Silent,
        };
        let broken = Broken {
            signal: can_break[self.dice.below(can_break.len())],
            breakage,
            until_km: odometer_km + SENSOR_FAULT_LASTS_KM * self.dice.exponential(),
            stuck_at: None,
        };
        self.broken = Some(broken);
        (Some(broken), over)
    }

    /// Whether the device says nothing in this second of driving.
    pub(crate) fn is_silent(&mut self) -> bool {
        if self.silent_s > 0.0 {
            self.silent_s -= 1.0;
            return true;
        }
        if self.dice.chance(PAUSES_A_SECOND) {
            self.silent_s = self.dice.lognormal(4.0, 1.5).min(600.0);
        }
        false
    }

    /// Whether a signal is read in this second.
    pub(crate) fn reads(&self, signal: Signal, time_s: i64) -> bool {
        !self.polls || i64::from(signal as u8) % POLL_S == time_s.rem_euclid(POLL_S)
    }

    /// Reads one signal whose true value is given.
    pub(crate) fn read(&mut self, signal: Signal, truth: f64) {
        let sensor = signal.sensor();
        let mut noise = sensor.noise;
        let mut value = truth;
        if let Some(broken) = self.broken.as_mut().filter(|broken| broken.signal == signal) {
            match broken.breakage {
                Breakage::Offset(tenths) => value += tenths * 0.1 * usual(signal),
                Breakage::Stuck => value = *broken.stuck_at.get_or_insert(truth),
                Breakage::Noisy(times) => noise = (noise * times).max(0.02 * usual(signal) * times / 6.0),
                Breakage::Silent => {}
            }
            if broken.breakage == Breakage::Stuck {
                noise = 0.0;
            }
        }
        if noise > 0.0 {
            value += noise * self.dice.noise();
        }
        let (low, high) = limits(signal);
        self.shown[signal as usize] = ((value / sensor.step).round() * sensor.step).clamp(low, high);
    }

    /// A signal has no value now.
    pub(crate) fn lose(&mut self, signal: Signal) {
        self.shown[signal as usize] = f64::NAN;
    }

    /// What the device sends of a signal now, if anything.
    pub(crate) fn shown(&mut self, signal: Signal) -> Option<f64> {
        let value = self.shown[signal as usize];
        let silent = self
            .broken
            .is_some_and(|broken| broken.signal == signal && broken.breakage == Breakage::Silent);
        let missing = self.dice.chance(if silent { 0.8 } else { MISSING });
        (!value.is_nan() && !missing).then_some(value)
    }

    /// Forgets what was read: after a stop nothing is known until it is polled again.
    pub(crate) fn forget(&mut self) {
        self.shown = [f64::NAN; SIGNALS];
    }
}

/// Sensors that break; flags, counters and speed are not among them.
fn breaks(signal: Signal) -> bool {
    signal.sensor().noise > 0.0 && !matches!(signal, Signal::Speed | Signal::Rpm | Signal::Bounce | Signal::LongTrim)
}

/// A usual size of the value, against which an offset is measured.
fn usual(signal: Signal) -> f64 {
    match signal {
        Signal::BatteryVoltage | Signal::ChargingVoltage => 14.0,
        Signal::CellLow | Signal::CellHigh => 0.5,
        Signal::Manifold | Signal::Barometer => 100.0,
        Signal::OilPressure => 300.0,
        Signal::RailPressure => 60_000.0,
        Signal::Exhaust | Signal::Catalyst | Signal::FilterTemperature => 400.0,
        Signal::FilterPressure => 3_000.0,
        Signal::NoxIn | Signal::NoxOut => 500.0,
        Signal::PackVoltage => 380.0,
        Signal::Range => 200_000.0,
        Signal::TyreFrontLeft | Signal::TyreFrontRight | Signal::TyreRearLeft | Signal::TyreRearRight => 300.0,
        Signal::Crankcase => 3.0,
        _ => 80.0,
    }
}

/// What the sensor can show at all.
fn limits(signal: Signal) -> (f64, f64) {
    match signal {
        Signal::Load
        | Signal::Throttle
        | Signal::Pedal
        | Signal::BrakePedal
        | Signal::FuelLevel
        | Signal::DefLevel
        | Signal::CoolantLevel
        | Signal::PadLeft
        | Signal::PadRight
        | Signal::BrakeFluid
        | Signal::PackCharge
        | Signal::PackHealth
        | Signal::FanSpeed => (0.0, 100.0),
        Signal::SootLoad => (0.0, 200.0),
        Signal::ShortTrim | Signal::LongTrim | Signal::ClutchSlip => (-100.0, 99.21875),
        Signal::Air | Signal::Intake | Signal::GearboxTemperature | Signal::OilTemperature => (-40.0, 119.0),
        Signal::Coolant => (-40.0, 140.0),
        Signal::TyreTemperature | Signal::MotorTemperature => (-45.0, 145.0),
        Signal::PackTemperature => (-45.0, 110.0),
        Signal::Exhaust | Signal::Catalyst | Signal::FilterTemperature | Signal::DiscTemperature => (-40.0, 990.0),
        Signal::BatteryCurrent | Signal::PackCurrent => (-1_900.0, 1_900.0),
        Signal::Crankcase => (-20.0, 60.0),
        Signal::Bounce | Signal::Timing => (-60.0, 60.0),
        Signal::NoxIn | Signal::NoxOut => (-150.0, 2_900.0),
        _ => (0.0, f64::MAX),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sensors(polls: bool) -> Sensors {
        Sensors::new(
            vec![Signal::Coolant, Signal::Rpm, Signal::Intake],
            polls,
            0.0,
            Dice::new(5, 5),
        )
    }

    #[test]
    fn readings_are_noisy_and_quantised() {
        let mut sensors = sensors(false);
        let mut sum = 0.0;
        for _ in 0..4_000 {
            sensors.read(Signal::Exhaust, 88.4);
            let value = sensors.shown[Signal::Exhaust as usize];
            assert!(value.fract() == 0.0 && (78.0..=99.0).contains(&value));
            sum += value;
        }
        assert!((sum / 4_000.0 - 88.4).abs() < 0.2);
    }

    #[test]
    fn a_poller_comes_round_in_four_seconds() {
        let sensors = sensors(true);
        for signal in Signal::ALL {
            let read = (100..104).filter(|second| sensors.reads(signal, *second)).count();
            assert_eq!(read, 1);
        }
    }

    #[test]
    fn pauses_and_missing_readings_are_as_rare_as_in_the_logs() {
        let mut sensors = sensors(false);
        let (mut pauses, mut before, mut longest, mut length) = (0, false, 0, 0);
        for _ in 0..400_000 {
            let silent = sensors.is_silent();
            pauses += u32::from(silent && !before);
            length = if silent { length + 1 } else { 0 };
            longest = longest.max(length);
            before = silent;
        }
        // 6.4e-4 a second in the SEAT Leon logs: 256 in 400,000 s.
        assert!((160..320).contains(&pauses), "{pauses}");
        assert!((30..=600).contains(&longest), "{longest}");
    }

    #[test]
    fn sensors_break_and_recover() {
        let mut sensors = sensors(false);
        let (mut broke, mut recovered) = (0, 0);
        for km in 0..1_500_000 {
            let (new, over) = sensors.age(f64::from(km));
            broke += u32::from(new.is_some());
            recovered += u32::from(over.is_some());
            assert!(new.is_none_or(|broken| breaks(broken.signal)));
        }
        assert!(
            (5..30).contains(&broke) && (broke - 1..=broke).contains(&recovered),
            "{broke} {recovered}"
        );
        sensors.broken = Some(Broken {
            signal: Signal::Intake,
            breakage: Breakage::Stuck,
            until_km: f64::MAX,
            stuck_at: None,
        });
        sensors.read(Signal::Intake, 30.0);
        sensors.read(Signal::Intake, 50.0);
        assert_eq!(sensors.shown[Signal::Intake as usize], 30.0);
    }
}
