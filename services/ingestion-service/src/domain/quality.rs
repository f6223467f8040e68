//! Doubts that only a vehicle's earlier readings can raise: jumps, stuck sensors, odometers that run backwards.
//!
//! The memory is advisory: it may be lost (restart, eviction) and then only fewer doubts are raised. Correctness rests elsewhere.

use chrono::{DateTime, Utc};

use super::record::{Flag, Record};
use super::signals::{Catalog, Kind, Signal, SignalId};

/// Rates are judged over one second at least: round-robin sampling gives steps that look infinitely fast.
const RATE_WINDOW_S_MIN: f64 = 1.0;
/// A silence longer than this starts the stuck rule anew.
const SILENCE_S_MAX: f64 = 600.0;

/// When an odometer is doubted.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OdometerRule {
    /// It may show this much less than before, or more than the way driven since, without doubt: rounding of different control units.
    pub tolerance_m: f64,
    /// After so many readings in a row that contradict the old one it was replaced: the new one is believed.
    pub replaced_after: u32,
}

impl OdometerRule {
    /// Whether a reading from the store may be remembered: the registry's odometer is raised by undoubted ones only. A glitch that was the
    /// last thing heard of a vehicle must not make its next readings doubtful.
    #[must_use]
    pub fn vouches(&self, signal: &Signal, value: f64, registry_km: Option<f64>) -> bool {
        let agrees = |km: f64| (value - km * 1_000.0).abs() <= self.tolerance_m;
        signal.kind != Kind::Odometer || registry_km.is_some_and(agrees)
    }
}

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
    pub fn judge(&mut self, catalog: &Catalog, rule: &OdometerRule, record: &mut Record) {
        for reading in &mut record.readings {
            let signal = catalog.get(reading.signal);
            if !is_checked(signal) {
                continue;
            }
            match self.last.iter_mut().find(|last| last.signal == reading.signal) {
                Some(last) if record.time <= last.time => {}
                Some(last) => reading.flag = last.next(signal, rule, reading.value, record.time),
                None => self.recall(catalog, reading.signal, reading.value, record.time),
            }
        }
    }
}

impl Last {
    fn next(&mut self, signal: &Signal, rule: &OdometerRule, value: f64, time: DateTime<Utc>) -> Option<Flag> {
        let passed_s = seconds(time, self.time);
        let change = value - self.value;
        let is_odometer = signal.kind == Kind::Odometer;
        let rounding = if is_odometer { rule.tolerance_m } else { 0.0 };
        let jumped = signal
            .max_rate_per_s
            .is_some_and(|rate| change.abs() > rate * passed_s.max(RATE_WINDOW_S_MIN) + rounding);
        let contradicts = is_odometer && (jumped || change < -rounding);
        // One glitch is not taken over: every right reading after it would contradict it.
        if contradicts && self.contradictions + 1 < rule.replaced_after {
            self.contradictions += 1;
            let backwards = change < 0.0;
            return Some(if backwards {
                Flag::OdometerBackwards
            } else {
                Flag::RateJump
            });
        }
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

    const RULE: OdometerRule = OdometerRule {
        tolerance_m: 1_000.0,
        replaced_after: 50,
    };

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
            memory.judge(&catalog, &RULE, &mut record);
            record.readings[0].flag
        };
        series.iter().map(judge).collect()
    }

    const COOLANT: &str = "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature";
    const ODOMETER: &str = "Vehicle.TraveledDistance";
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
        let back = Some(Flag::OdometerBackwards);
        assert_eq!(
            flags(ODOMETER, &[(0, 5e7), (10, 5e7 - 500.0), (20, 4e7), (30, 5.00005e7)]),
            [None, None, back, None]
        );
        let mut series = vec![(0, 5e7)];
        series.extend((1..60).map(|step| (i64::from(step), 1e6 + f64::from(step))));
        let found = flags(ODOMETER, &series);
        assert_eq!(found[49], back);
        assert_eq!(found[55], None);
    }

    #[test]
    fn a_glitch_of_the_odometer_is_the_only_reading_in_doubt() {
        let jump = Some(Flag::RateJump);
        let series = [(0, 5e7), (10, 2e9), (20, 5.0001e7), (30, 5.0002e7)];
        assert_eq!(flags(ODOMETER, &series), [None, jump, None, None]);
    }

    #[test]
    fn an_odometer_that_stays_far_above_is_believed_in_the_end() {
        let mut series = vec![(0, 5e7)];
        series.extend((1..60).map(|second| (second, 2e9)));
        let found = flags(ODOMETER, &series);
        assert!(found[1..=50].iter().all(|flag| *flag == Some(Flag::RateJump)));
        assert!(found[51..].iter().all(Option::is_none));
    }

    #[test]
    fn an_odometer_of_whole_kilometres_does_not_jump() {
        let series: Vec<(i64, f64)> = (0..200)
            .map(|second| (second, 5e7 + f64::from(i32::try_from(second).unwrap() / 40) * 1_000.0))
            .collect();
        assert!(flags(ODOMETER, &series).iter().all(Option::is_none));
    }

    #[test]
    fn only_an_odometer_that_the_registry_confirms_is_recalled() {
        let catalog = crate::config::signals().unwrap();
        let signal = |path| catalog.get(catalog.by_path(path).unwrap());
        for (metres, registry_km, is_vouched) in [
            (5e7, Some(50_000.5), true),
            (2e9, Some(50_000.0), false),
            (4e7, Some(50_000.0), false),
            (5e7, None, false),
        ] {
            assert_eq!(
                RULE.vouches(signal(ODOMETER), metres, registry_km),
                is_vouched,
                "{metres}"
            );
        }
        assert!(RULE.vouches(signal(RPM), 900.0, None));
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
            prop_assert!(flags(ODOMETER, &series).iter().all(Option::is_none));
        }

        #[test]
        fn spikes_and_dips_are_doubted_and_the_readings_between_them_are_not(
            steps in proptest::collection::vec((0.0f64..90.0, proptest::option::weighted(0.4, prop_oneof![1.0e7f64..2.9e9, -9.0e6f64..-20_000.0])), 1..200)
        ) {
            let mut at = 1e7;
            let (mut series, mut expected) = (vec![(0, at)], vec![None]);
            for (second, (step, glitch)) in (1..).zip(&steps) {
                at += step;
                series.push((second, at + glitch.unwrap_or(0.0)));
                expected.push(glitch.map(|by| if by < 0.0 { Flag::OdometerBackwards } else { Flag::RateJump }));
            }
            prop_assert_eq!(flags(ODOMETER, &series), expected);
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
