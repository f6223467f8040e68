//! Doubts that only a vehicle's earlier readings can raise: jumps, stuck sensors, odometers that run backwards.
//!
//! The memory is advisory: it may be lost (restart, eviction) and then only fewer doubts are raised. Correctness rests elsewhere.

use chrono::{DateTime, Utc};

use super::record::{Flag, Record};
use super::signals::{Catalog, Kind, Signal, SignalId};

/// An odometer may show this much less than before without doubt: rounding of different control units.
const ODOMETER_TOLERANCE_M: f64 = 1_000.0;
/// After so many readings below the old one the odometer was replaced: the new one is believed.
const ODOMETER_REPLACED_AFTER: u32 = 50;
/// Rates are judged over one second at least: round-robin sampling gives steps that look infinitely fast.
const RATE_WINDOW_S_MIN: f64 = 1.0;
/// A silence longer than this starts the stuck rule anew.
const SILENCE_S_MAX: f64 = 600.0;

/// What is remembered of one signal of one vehicle.
#[derive(Debug, Clone, PartialEq)]
struct Last {
    signal: SignalId,
    value: f64,
    time: DateTime<Utc>,
    /// Since when the value has not moved.
    unmoved_since: DateTime<Utc>,
    /// Readings in a row that contradicted the value (odometer).
    contradictions: u32,
}

/// What is remembered of one vehicle: its checked signals only.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Memory {
    last: Vec<Last>,
}

impl Memory {
    /// Remembers a reading from the store, so that a restart does not forget the odometer.
    pub fn recall(&mut self, catalog: &Catalog, signal: SignalId, value: f64, time: DateTime<Utc>) {
        if is_checked(catalog.get(signal)) && self.last.iter().all(|last| last.signal != signal) {
            self.last.push(Last {
                signal,
                value,
                time,
                unmoved_since: time,
                contradictions: 0,
            });
        }
    }

    /// Flags the doubtful readings of a record and remembers it. A record older than what is remembered is neither judged nor remembered.
    pub fn judge(&mut self, catalog: &Catalog, record: &mut Record) {
        for reading in &mut record.readings {
            let signal = catalog.get(reading.signal);
            if !is_checked(signal) {
                continue;
            }
            match self.last.iter_mut().find(|last| last.signal == reading.signal) {
                Some(last) if record.time <= last.time => {}
                Some(last) => reading.flag = last.next(signal, reading.value, record.time),
                None => self.recall(catalog, reading.signal, reading.value, record.time),
            }
        }
    }
}

impl Last {
    fn next(&mut self, signal: &Signal, value: f64, time: DateTime<Utc>) -> Option<Flag> {
        let passed_s = seconds(time, self.time);
        let change = value - self.value;
        if signal.kind == Kind::Odometer && change < -ODOMETER_TOLERANCE_M {
            self.contradictions += 1;
            if self.contradictions < ODOMETER_REPLACED_AFTER {
                return Some(Flag::OdometerBackwards);
            }
        }
        let jumped = signal
            .max_rate_per_s
            .is_some_and(|rate| change.abs() > rate * passed_s.max(RATE_WINDOW_S_MIN));
        if change != 0.0 || passed_s > SILENCE_S_MAX {
            self.unmoved_since = time;
        }
        self.value = value;
        self.time = time;
        self.contradictions = 0;
        if jumped {
            return Some(Flag::RateJump);
        }
        let unmoved_s = seconds(time, self.unmoved_since);
        let stuck = value != 0.0 && signal.stuck_after_s.is_some_and(|limit| unmoved_s > limit);
        stuck.then_some(Flag::Stuck)
    }
}

fn is_checked(signal: &Signal) -> bool {
    signal.kind == Kind::Odometer || signal.max_rate_per_s.is_some() || signal.stuck_after_s.is_some()
}

fn seconds(later: DateTime<Utc>, earlier: DateTime<Utc>) -> f64 {
    (later - earlier).as_seconds_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::record::{Protocol, Reading};
    use chrono::TimeDelta;
    use proptest::prelude::*;

    /// Feeds `(second, value)` of one signal and returns the flags.
    fn flags(path: &str, series: &[(i64, f64)]) -> Vec<Option<Flag>> {
        let catalog = crate::config::signals().unwrap();
        let signal = catalog.by_path(path).unwrap();
        let start: DateTime<Utc> = "2026-05-01T10:00:00Z".parse().unwrap();
        let mut memory = Memory::default();
        let judge = |&(second, value): &(i64, f64)| {
            let mut record = Record {
                vehicle_id: "V1".to_owned(),
                time: start + TimeDelta::seconds(second),
                sequence: None,
                protocol: Protocol::Generic,
                readings: vec![Reading {
                    signal,
                    value,
                    flag: None,
                }],
                codes: Vec::new(),
                codes_read: false,
                synthetic_time: false,
                faulty: Vec::new(),
            };
            memory.judge(&catalog, &mut record);
            record.readings[0].flag
        };
        series.iter().map(judge).collect()
    }

    const COOLANT: &str = "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature";
    const RPM: &str = "Vehicle.Powertrain.CombustionEngine.Speed";

    #[test]
    fn a_jump_is_flagged_and_a_slow_change_is_not() {
        let jump = Some(Flag::RateJump);
        assert_eq!(
            flags(COOLANT, &[(0, 90.0), (1, 93.0), (2, 20.0), (3, 92.0)]),
            [None, None, jump, jump]
        );
        assert_eq!(flags(COOLANT, &[(0, 90.0), (60, 20.0)]), [None, None]);
    }

    #[test]
    fn a_sensor_that_does_not_move_is_stuck_unless_it_shows_zero() {
        let unmoved: Vec<(i64, f64)> = (0..40).map(|step| (step * 10, 1840.0)).collect();
        let found = flags(RPM, &unmoved);
        assert_eq!(found[30], None);
        assert_eq!(found[31], Some(Flag::Stuck));
        let parked: Vec<(i64, f64)> = (0..40).map(|step| (step * 10, 0.0)).collect();
        assert!(flags(RPM, &parked).iter().all(Option::is_none));
    }

    #[test]
    fn an_odometer_runs_forward_until_it_was_evidently_replaced() {
        let path = "Vehicle.TraveledDistance";
        let back = Some(Flag::OdometerBackwards);
        assert_eq!(
            flags(path, &[(0, 5e7), (10, 5e7 - 500.0), (20, 4e7), (30, 5.00005e7)]),
            [None, None, back, None]
        );
        let mut series = vec![(0, 5e7)];
        series.extend((1..60).map(|step| (i64::from(step), 1e6 + f64::from(step))));
        let found = flags(path, &series);
        assert_eq!(found[49], back);
        assert_eq!(found[55], None);
    }

    #[test]
    fn late_records_are_not_judged() {
        assert_eq!(flags(COOLANT, &[(10, 90.0), (5, 20.0), (11, 90.0)]), [None, None, None]);
    }

    proptest! {
        #[test]
        fn a_rising_odometer_is_never_doubted(steps in proptest::collection::vec(0.0f64..50.0, 1..50)) {
            let mut at = 1e7;
            let series: Vec<(i64, f64)> = steps.iter().enumerate().map(|(second, step)| {
                at += step;
                (i64::try_from(second).unwrap(), at)
            }).collect();
            prop_assert!(flags("Vehicle.TraveledDistance", &series).iter().all(Option::is_none));
        }

        #[test]
        fn a_signal_within_its_rate_is_never_a_jump(steps in proptest::collection::vec(-9.0f64..9.0, 1..60)) {
            let mut at = 50.0;
            let series: Vec<(i64, f64)> = steps.iter().enumerate().map(|(second, step)| {
                at += step;
                (i64::try_from(second).unwrap(), at)
            }).collect();
            prop_assert!(flags(COOLANT, &series).iter().all(Option::is_none));
        }
    }
}
