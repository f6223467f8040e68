//! Is it the component or the sensor? A quantity with inertia cannot jump; a signal that does so again and again is a
//! broken sensor, its readings count no more, and that is what is reported.

use prognostics::snapshot::{Fields, Portable};

use super::component::ComponentKind;
use super::rules::Rules;
use super::signal::{Readings, Signal};
use super::{Micros, SECOND};

/// A watched signal: the step and the rate (per second) beyond which a change is physically impossible, and the
/// component that the sensor belongs to.
struct Limit {
    signal: Signal,
    step: f64,
    rate: f64,
    component: ComponentKind,
}

/// Thermal masses set the rates: litres of coolant or oil, or the body of an intake, do not change by many degrees within
/// seconds. Coolant gets more room than the others: in a leaking circuit the sensor meets steam and liquid in turn, and
/// that must not pass for a broken sensor. Open or shorted sensors read an end of their scale, far beyond any of these.
const LIMITS: [Limit; 6] = [
    Limit {
        signal: Signal::CoolantTemperature,
        step: 30.0,
        rate: 5.0,
        component: ComponentKind::Cooling,
    },
    Limit {
        signal: Signal::IntakeTemperature,
        step: 15.0,
        rate: 5.0,
        component: ComponentKind::Engine,
    },
    Limit {
        signal: Signal::OilTemperature,
        step: 15.0,
        rate: 3.0,
        component: ComponentKind::Lubrication,
    },
    Limit {
        signal: Signal::TransmissionTemperature,
        step: 15.0,
        rate: 3.0,
        component: ComponentKind::Transmission,
    },
    Limit {
        signal: Signal::AirTemperature,
        step: 10.0,
        rate: 2.0,
        component: ComponentKind::Engine,
    },
    Limit {
        signal: Signal::TractionHealth,
        step: 10.0,
        rate: 0.1,
        component: ComponentKind::TractionBattery,
    },
];

/// Readings further apart than this say nothing about jumps.
const NEIGHBOURS: Micros = 60 * SECOND;
/// After a jump the signal is not used for this long, whichever of the two values was wrong.
const HOLD: Micros = 30 * SECOND;

/// After so long an engine has cooled, unless it ran unseen: two such starts in a row are no chance.
const COOLED: Micros = 6 * 3_600 * SECOND;
const HOT_CELSIUS: f64 = 60.0;
const FROZEN_STARTS: u8 = 2;

/// A verdict about a sensor.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SensorVerdict {
    pub signal: Signal,
    pub component: ComponentKind,
    /// The last value that was impossible.
    pub observed: f64,
    /// The value before it.
    pub before: f64,
    /// True when the sensor was found broken, false when it has been sound again for long.
    pub broken: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Watch {
    last: f32,
    last_at: Micros,
    jumps: f32,
    jumped_at: Micros,
    broken: bool,
    /// Cold starts in a row at which a hot reading had not moved by a digit.
    frozen_starts: u8,
}

/// The watched sensors of one vehicle.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Sensors {
    watches: [Watch; LIMITS.len()],
}

impl Sensors {
    /// Checks the watched signals of a record, withdraws what cannot be used, and returns what has newly been found,
    /// of each sensor.
    pub fn check(&mut self, readings: &mut Readings, at: Micros, rules: &Rules) -> Vec<SensorVerdict> {
        let mut found = Vec::new();
        for (limit, watch) in LIMITS.iter().zip(&mut self.watches) {
            let flagged = readings.is_flagged(limit.signal);
            let Some(value) = readings.get(limit.signal) else {
                // The reading itself may have been kept back because it lies outside its range.
                if flagged {
                    watch.note_jump(at, rules);
                }
                continue;
            };
            let before = f64::from(watch.last);
            watch.sees_start(value, at, limit);
            // A flag on a value that is here is another's opinion of the same two values; the limits here decide.
            if watch.sees_jump(value, at, limit) {
                watch.note_jump(at, rules);
            }
            (watch.last, watch.last_at) = (value as f32, at);
            let jumps = watch.jumps_at(at, rules);
            let broken = if watch.frozen_starts >= FROZEN_STARTS {
                true
            } else if watch.broken {
                jumps > 0.5
            } else {
                // Jumps fade from the moment they happen: the sum of three is always a little less than 3.
                jumps > rules.sensor_jumps - 1.0
            };
            if broken != watch.broken {
                watch.broken = broken;
                let component = limit.component;
                found.push(SensorVerdict {
                    signal: limit.signal,
                    component,
                    observed: value,
                    before,
                    broken,
                });
            }
            if broken || (watch.jumps > 0.0 && at - watch.jumped_at < HOLD) {
                readings.withdraw(limit.signal);
            }
        }
        found
    }

    /// The sensors of a component that are broken now.
    pub fn broken(&self, component: ComponentKind) -> impl Iterator<Item = Signal> + '_ {
        LIMITS
            .iter()
            .zip(&self.watches)
            .filter(move |(limit, watch)| watch.broken && limit.component == component)
            .map(|(limit, _)| limit.signal)
    }
}

impl Watch {
    /// Engines, gearboxes and their oil cool down overnight: a hot reading that is the same to the last digit after hours is a frozen one.
    fn sees_start(&mut self, value: f64, at: Micros, limit: &Limit) {
        let cools = matches!(
            limit.signal,
            Signal::CoolantTemperature | Signal::OilTemperature | Signal::TransmissionTemperature
        );
        if !cools || self.last_at == 0 || at - self.last_at < COOLED {
            return;
        }
        let frozen = f64::from(self.last) >= HOT_CELSIUS && value as f32 == self.last;
        self.frozen_starts = if frozen {
            self.frozen_starts.saturating_add(1)
        } else {
            0
        };
    }

    fn sees_jump(&self, value: f64, at: Micros, limit: &Limit) -> bool {
        if self.last_at == 0 || at - self.last_at > NEIGHBOURS {
            return false;
        }
        let change = (value - f64::from(self.last)).abs();
        let seconds = (at - self.last_at) as f64 / SECOND as f64;
        change > limit.step && change > limit.rate * seconds
    }

    fn note_jump(&mut self, at: Micros, rules: &Rules) {
        self.jumps = self.jumps_at(at, rules) as f32 + 1.0;
        self.jumped_at = at;
    }

    fn jumps_at(&self, at: Micros, rules: &Rules) -> f64 {
        let age = (at - self.jumped_at).max(0) as f64 / rules.sensor_memory_us.max(1) as f64;
        f64::from(self.jumps) * (-age).exp()
    }
}

impl Sensors {
    /// What format 3 added.
    pub(super) fn late_fields(&mut self, fields: &mut dyn Fields) {
        self.watches
            .iter_mut()
            .for_each(|watch| fields.u8(&mut watch.frozen_starts));
    }
}

impl Portable for Sensors {
    fn fields(&mut self, fields: &mut dyn Fields) {
        for watch in &mut self.watches {
            fields.i64(&mut watch.last_at);
            if watch.last_at == 0 {
                continue;
            }
            fields.f32(&mut watch.last);
            fields.f32(&mut watch.jumps);
            fields.i64(&mut watch.jumped_at);
            fields.bool(&mut watch.broken);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules() -> Rules {
        let config: crate::config::Config = chassis::config::load(&crate::DEFINITION, &Default::default()).unwrap();
        config.rules().unwrap()
    }

    /// Readings of two sensors that jump together every ten minutes; returns what was found in each record.
    fn found(jumps: i64) -> Vec<Vec<Signal>> {
        let (rules, mut sensors) = (rules(), Sensors::default());
        let mut found = Vec::new();
        for second in (0..600 * (jumps + 1)).step_by(10) {
            let high = second % 600 == 590 && second / 600 < jumps;
            let mut readings = Readings::default();
            readings.set(Signal::IntakeTemperature, if high { 120.0 } else { 30.0 });
            readings.set(Signal::AirTemperature, if high { 80.0 } else { 20.0 });
            let verdicts = sensors.check(&mut readings, (1_000 + second) * SECOND, &rules);
            let signals: Vec<Signal> = verdicts.iter().map(|verdict| verdict.signal).collect();
            if !signals.is_empty() {
                found.push(signals);
            }
        }
        found
    }

    #[test]
    fn all_sensors_that_break_in_one_record_are_told() {
        assert_eq!(
            found(3),
            [vec![Signal::IntakeTemperature, Signal::AirTemperature]],
            "there and back twice are more than three jumps"
        );
    }

    /// The documents say three; one glitch is two, there and back.
    #[test]
    fn three_jumps_within_an_hour_make_a_broken_sensor_and_two_do_not() {
        assert!(found(1).is_empty());
        let (rules, mut sensors) = (rules(), Sensors::default());
        let mut broken_after = None;
        for jump in 1..=4 {
            let mut readings = Readings::default();
            readings.flag(Signal::IntakeTemperature);
            sensors.check(&mut readings, jump * 1_500 * SECOND, &rules);
            readings.set(Signal::IntakeTemperature, 30.0);
            sensors.check(&mut readings, (jump * 1_500 + 1) * SECOND, &rules);
            if broken_after.is_none() && sensors.broken(ComponentKind::Engine).next().is_some() {
                broken_after = Some(jump);
            }
        }
        assert_eq!(broken_after, Some(3));
    }
}
