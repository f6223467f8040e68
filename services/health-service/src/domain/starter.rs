//! The engine's state, and what its starts say about the 12 V battery.
//!
//! A start is read as three figures: the voltage at rest before it, the lowest voltage while cranking, and the time until
//! the voltage is back. At one reading a second the dip is often missed, so the figures are medians over several starts.

use prognostics::indicators::Recent;
use prognostics::snapshot::{Fields, Portable};

use super::signal::{Readings, Signal};
use super::{Micros, SECOND};

/// Whether the engine runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(u8)]
pub enum EngineState {
    /// No signal has said so lately.
    #[default]
    Unknown,
    Off,
    Running,
}

/// Below this an engine is not running by itself: starters turn at 100 to 300 rpm.
const RUNNING_RPM: f64 = 400.0;
/// Above this, and below running, the starter turns the engine.
const CRANKING_RPM: f64 = 50.0;
/// Above this with the engine off the voltage is surface charge or a charger, not rest (a full battery rests at 12.7 V).
const SURFACE_CHARGE: f64 = 13.0;
/// A fall by more than this below the voltage before it is cranking.
const CRANKING_DROP: f64 = 0.8;
/// Values are polled in turn, so the dip may be reported some seconds after the engine has caught.
const LATE_READINGS: Micros = 6 * SECOND;
/// The engine's state is taken as unknown when nothing has told it for this long.
const STATE_MEMORY: Micros = 1_800 * SECOND;
/// A parked vehicle's rest voltage counts once in this time.
const REST_EVERY: Micros = 1_800 * SECOND;
/// The longest recovery that is told.
const RECOVERY_MAX_S: f64 = 120.0;

/// No 12 V system is charged above this.
const TWELVE_VOLT_MAX: f64 = 18.0;
/// So many readings in a row above it make a 24 V system.
const HIGH_READINGS: u8 = 10;

/// Engine state and battery figures of one vehicle.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Starter {
    state: u8,
    state_since: Micros,
    state_seen: Micros,
    off_volts: Recent<5>,
    crank_min: f32,
    crank_at: Micros,
    finished: bool,
    rest_pushed: Micros,
    /// Rest voltages before the last starts.
    pub rest: Recent<5>,
    /// Lowest voltages of the last starts whose dip was caught.
    pub cranking: Recent<5>,
    /// Seconds until the voltage was back after those starts.
    pub recovery: Recent<5>,
    /// Whether a figure came since the battery was last judged.
    pub fresh: bool,
    high_volts: u8,
}

impl Starter {
    /// Takes the engine's state and the battery's voltage from a record.
    pub fn observe(&mut self, readings: &Readings, at: Micros) {
        let before = self.state_at(at);
        if let Some(state) = told_state(readings) {
            if state != before {
                self.state_since = at;
                if state == EngineState::Running && before == EngineState::Off {
                    self.finished = false;
                } else if state == EngineState::Off {
                    self.begin_rest();
                }
            }
            (self.state, self.state_seen) = (state as u8, at);
        }
        self.recognise_system(readings);
        if let Some(volts) = self.twelve_volt(readings) {
            match self.state_at(at) {
                EngineState::Off if is_cranking(readings) => self.note_dip(volts, at),
                EngineState::Off => self.observe_off(volts, at),
                EngineState::Running if !self.finished => self.observe_start(volts, at),
                _ => {}
            }
        }
    }

    /// The battery's voltage on a 12 V scale; a value that fits neither system is none.
    #[must_use]
    pub fn twelve_volt(&self, readings: &Readings) -> Option<f64> {
        let volts = readings.get(Signal::BatteryVoltage).filter(|volts| *volts > 3.0)?;
        match self.is_24_volt() {
            true => Some(volts / 2.0),
            false => Some(volts).filter(|volts| *volts <= TWELVE_VOLT_MAX),
        }
    }

    fn is_24_volt(&self) -> bool {
        self.high_volts >= HIGH_READINGS
    }

    /// A 24 V system is recognised, for good, by some high readings in a row: one alone is a glitch.
    fn recognise_system(&mut self, readings: &Readings) {
        if self.is_24_volt() {
            return;
        }
        match readings.get(Signal::BatteryVoltage) {
            Some(volts) if volts > TWELVE_VOLT_MAX => self.high_volts += 1,
            Some(_) => self.high_volts = 0,
            None => {}
        }
    }

    /// The engine's state at an instant.
    #[must_use]
    pub fn state_at(&self, at: Micros) -> EngineState {
        match self.state {
            _ if at - self.state_seen > STATE_MEMORY => EngineState::Unknown,
            1 => EngineState::Off,
            2 => EngineState::Running,
            _ => EngineState::Unknown,
        }
    }

    /// How long the engine has been running without a break; 0 when it is not.
    #[must_use]
    pub fn running_for(&self, at: Micros) -> Micros {
        if self.state_at(at) == EngineState::Running {
            at - self.state_since
        } else {
            0
        }
    }

    /// Whether the vehicle stands with its engine off.
    #[must_use]
    pub fn is_off(&self, at: Micros) -> bool {
        self.state_at(at) == EngineState::Off
    }

    /// A pause of the data: what was begun is over.
    pub fn end_trip(&mut self) {
        self.push_rest(self.state_seen);
        self.begin_rest();
        self.state = EngineState::Unknown as u8;
    }

    /// A parked vehicle that keeps reporting: its rest voltage counts now and then.
    pub fn close_window(&mut self, at: Micros) {
        if self.is_off(at) && self.crank_min == 0.0 && at - self.rest_pushed >= REST_EVERY && self.off_volts.len() >= 2
        {
            self.push_rest(at);
        }
    }

    /// The voltage at rest before the start that is under way; none while surface charge hides it.
    fn rest_before(&self) -> Option<f64> {
        self.off_volts.median().filter(|volts| *volts < SURFACE_CHARGE)
    }

    /// A new battery: its past figures are forgotten.
    pub fn forget_battery(&mut self) {
        self.rest.clear();
        self.cranking.clear();
        self.recovery.clear();
        self.fresh = false;
    }

    fn begin_rest(&mut self) {
        self.off_volts.clear();
        (self.crank_min, self.crank_at) = (0.0, 0);
        self.finished = true;
    }

    /// Surface charge is kept among the readings: a dip is told by what was there before, whether that was rest or not.
    fn observe_off(&mut self, volts: f64, at: Micros) {
        let before = self.off_volts.median();
        if before.is_some_and(|before| volts < before - CRANKING_DROP) {
            self.note_dip(volts, at);
        } else if self.crank_min == 0.0 {
            self.off_volts.observe(volts);
        }
    }

    /// The first seconds after the engine has caught.
    fn observe_start(&mut self, volts: f64, at: Micros) {
        let Some(rest) = self.rest_before() else {
            self.finished = true;
            return;
        };
        if at - self.state_since <= LATE_READINGS && volts < rest - CRANKING_DROP {
            self.note_dip(volts, at);
        }
        let back = volts >= rest;
        let waited = (at
            - if self.crank_at > 0 {
                self.crank_at
            } else {
                self.state_since
            }) as f64
            / SECOND as f64;
        if at - self.state_since > LATE_READINGS && (back || waited > RECOVERY_MAX_S) {
            self.finish_start(waited.min(RECOVERY_MAX_S));
            self.push_rest(at);
            self.begin_rest();
        }
    }

    fn note_dip(&mut self, volts: f64, at: Micros) {
        if self.crank_min == 0.0 {
            self.crank_at = at;
        }
        if self.crank_min == 0.0 || (volts as f32) < self.crank_min {
            self.crank_min = volts as f32;
        }
    }

    fn finish_start(&mut self, waited_s: f64) {
        if self.crank_min > 0.0 {
            self.cranking.observe(f64::from(self.crank_min));
            self.recovery.observe(waited_s);
            self.fresh = true;
        }
    }

    fn push_rest(&mut self, at: Micros) {
        if let Some(rest) = self.rest_before() {
            self.rest.observe(rest);
            self.rest_pushed = at;
            self.fresh = true;
        }
    }
}

fn is_cranking(readings: &Readings) -> bool {
    readings
        .get(Signal::EngineSpeed)
        .is_some_and(|rpm| (CRANKING_RPM..RUNNING_RPM).contains(&rpm))
}

fn told_state(readings: &Readings) -> Option<EngineState> {
    let running = match readings.get(Signal::EngineSpeed) {
        Some(rpm) => rpm >= RUNNING_RPM,
        None => readings.get(Signal::EngineRunning)? > 0.5,
    };
    Some(if running {
        EngineState::Running
    } else {
        EngineState::Off
    })
}

impl Portable for Starter {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.u8(&mut self.state);
        fields.i64(&mut self.state_since);
        fields.i64(&mut self.state_seen);
        self.off_volts.fields(fields);
        fields.f32(&mut self.crank_min);
        fields.i64(&mut self.crank_at);
        fields.bool(&mut self.finished);
        fields.i64(&mut self.rest_pushed);
        self.rest.fields(fields);
        self.cranking.fields(fields);
        self.recovery.fields(fields);
        fields.bool(&mut self.fresh);
        fields.u8(&mut self.high_volts);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(starter: &mut Starter, second: Micros, rpm: f64, volts: f64) {
        let mut readings = Readings::default();
        readings.set(Signal::EngineSpeed, rpm);
        readings.set(Signal::BatteryVoltage, volts);
        starter.observe(&readings, (1_000 + second) * SECOND);
    }

    #[test]
    fn a_start_gives_rest_dip_and_recovery() {
        let mut starter = Starter::default();
        (0..5).for_each(|second| told(&mut starter, second, 0.0, 12.4));
        told(&mut starter, 5, 0.0, 9.9);
        told(&mut starter, 6, 1_500.0, 9.9);
        (7..30).for_each(|second| told(&mut starter, second, 1_000.0, 14.0));
        assert_eq!(starter.rest.median().map(|volts| volts as f32), Some(12.4));
        assert_eq!(starter.cranking.median().map(|volts| volts as f32), Some(9.9));
        assert_eq!(starter.recovery.median(), Some(8.0));
        assert!(starter.fresh);
    }

    #[test]
    fn surface_charge_after_a_trip_is_not_rest() {
        let mut starter = Starter::default();
        (0..100).for_each(|second| told(&mut starter, second, 900.0, 14.1));
        (100..104).for_each(|second| told(&mut starter, second, 0.0, 13.4));
        starter.end_trip();
        assert!(starter.rest.is_empty());
    }

    /// Short trips in a row: the surface charge of the last one is still there when the starter turns again, and what it pulls
    /// the voltage down to is no rest.
    #[test]
    fn cranking_from_surface_charge_is_not_rest() {
        for cranking_rpm in [220.0, 0.0] {
            let mut starter = Starter::default();
            (0..5).for_each(|second| told(&mut starter, second, 0.0, 13.1));
            told(&mut starter, 5, cranking_rpm, 10.4);
            told(&mut starter, 6, cranking_rpm, 10.6);
            (7..30).for_each(|second| told(&mut starter, second, 800.0, 14.3));
            starter.end_trip();
            assert!(starter.rest.is_empty(), "{cranking_rpm}");
            assert!(starter.cranking.is_empty(), "{cranking_rpm}");
        }
    }

    #[test]
    fn a_log_that_begins_with_cranking_knows_no_rest() {
        let mut starter = Starter::default();
        told(&mut starter, 0, 180.0, 10.1);
        (1..20).for_each(|second| told(&mut starter, second, 800.0, 14.3));
        assert!(starter.rest.is_empty() && !starter.fresh);
    }

    #[test]
    fn rest_is_told_once_the_surface_charge_is_gone() {
        let mut starter = Starter::default();
        (0..5).for_each(|second| told(&mut starter, second, 0.0, 13.1));
        (5..10).for_each(|second| told(&mut starter, second, 0.0, 12.8));
        (10..12).for_each(|second| told(&mut starter, second, 220.0, 10.4));
        (12..30).for_each(|second| told(&mut starter, second, 800.0, 14.3));
        assert_eq!(starter.rest.median().map(|volts| volts as f32), Some(12.8));
        assert_eq!(starter.cranking.median().map(|volts| volts as f32), Some(10.4));
    }

    #[test]
    fn trucks_are_halved_and_glitches_are_not_trucks() {
        let mut readings = Readings::default();
        readings.set(Signal::BatteryVoltage, 27.6);
        let mut starter = Starter::default();
        told(&mut starter, 0, 900.0, 27.6);
        told(&mut starter, 1, 900.0, 14.1);
        assert_eq!(starter.twelve_volt(&readings), None);
        (2..20).for_each(|second| told(&mut starter, second, 900.0, 27.6));
        assert_eq!(starter.twelve_volt(&readings), Some(13.8));
    }

    const RESTS_AT: f64 = 12.6;
    const CRANKS_AT: f64 = 10.4;

    proptest! {
        /// A sound battery over short trips and pauses of any length, seen every so many seconds, by cars that tell the starter's
        /// speed and cars that do not: nothing but its rest is taken for rest, and nothing but its dips for dips.
        #[test]
        fn a_sound_battery_is_never_seen_weak(
            pauses in prop::collection::vec((20i64..5_400, 1i64..12), 1..12),
            every in 1i64..20,
            cranking_rpm in prop::sample::select(vec![0.0, 220.0]),
        ) {
            let mut starter = Starter::default();
            let (mut second, mut surface_v) = (0, 0.0);
            for (pause_s, cranks_s) in pauses {
                for parked in (0..pause_s).filter(|parked| parked % every == 0 || parked + 3 > pause_s) {
                    let surface_v = surface_v * (-(parked as f64) / 1_800.0).exp();
                    told(&mut starter, second + parked, 0.0, RESTS_AT + surface_v);
                }
                second += pause_s;
                for cranked in (0..cranks_s).filter(|cranked| cranked % every == 0) {
                    told(&mut starter, second + cranked, cranking_rpm, CRANKS_AT);
                }
                second += cranks_s;
                (0..600).step_by(every as usize).for_each(|driven| told(&mut starter, second + driven, 900.0, 14.3));
                second += 600;
                surface_v = 0.6;
                if let Some(rest) = starter.rest.median() {
                    prop_assert!((RESTS_AT - 0.01..SURFACE_CHARGE).contains(&rest), "{rest}");
                }
                if let Some(dip) = starter.cranking.median() {
                    prop_assert!((dip - CRANKS_AT).abs() < 0.01, "{dip}");
                }
            }
        }
    }
}
