//! Evidence that is sent at different paces: the rare and bad counts as much as the frequent and good.

use prognostics::snapshot::{Fields, Portable};

use super::codec::{decode, decode_older, encode};
use super::component::{Band, ComponentKind};
use super::report::{Finding, What};
use super::rules::Rules;
use super::signal::{Readings, Signal};
use super::trouble_code::CodeStatus;
use super::vehicle::{Powertrain, Record, Vehicle};
use super::{Micros, SECOND};

pub(super) const START: Micros = 1_714_550_400 * SECOND;
pub(super) const DAY: i64 = 86_400;

fn rules() -> Rules {
    let config: crate::config::Config = chassis::config::load(&crate::DEFINITION, &Default::default()).unwrap();
    config.rules().unwrap()
}

/// The end of a state, which older formats lack.
struct Added(Vehicle);

impl Portable for Added {
    fn fields(&mut self, fields: &mut dyn Fields) {
        self.0.fields_of_format_5(fields);
        self.0.fields_of_format_6(fields);
        self.0.fields_of_format_7(fields);
    }
}

/// What only the newest format has.
struct Newest(Vehicle);

impl Portable for Newest {
    fn fields(&mut self, fields: &mut dyn Fields) {
        self.0.fields_of_format_6(fields);
        self.0.fields_of_format_7(fields);
    }
}

pub(super) struct Drive {
    pub(super) vehicle: Vehicle,
    pub(super) findings: Vec<Finding>,
    pub(super) rules: Rules,
}

impl Drive {
    pub(super) fn new() -> Self {
        Self {
            vehicle: Vehicle::of(Powertrain::Petrol),
            findings: Vec::new(),
            rules: rules(),
        }
    }

    pub(super) fn record(&mut self, second: i64, values: &[(Signal, f64)], code: Option<&'static str>) {
        let mut readings = Readings::default();
        values.iter().for_each(|(signal, value)| readings.set(*signal, *value));
        let record = Record {
            at: START + second * SECOND,
            readings,
            codes: code
                .map(|code| (code.into(), CodeStatus::Confirmed))
                .into_iter()
                .collect(),
            codes_read: false,
        };
        self.vehicle.observe(&record, false, &self.rules, &mut self.findings);
    }

    pub(super) fn alarms(&self, kind: ComponentKind) -> usize {
        let is =
            |finding: &&Finding| matches!(&finding.what, What::Alarmed { component, .. } if component.kind == kind);
        self.findings.iter().filter(is).count()
    }

    /// Days from the start on which the end of a component's alarm was told, and since when.
    pub(super) fn recoveries(&self, kind: ComponentKind) -> Vec<(i64, i64)> {
        let days = |at: Micros| (at - START) / (DAY * SECOND);
        let ends = self.findings.iter().filter_map(|finding| match &finding.what {
            What::Recovered { component, since, .. } if component.kind == kind => {
                Some((days(finding.at), days(*since)))
            }
            _ => None,
        });
        ends.collect()
    }

    pub(super) fn band(&self, kind: ComponentKind) -> Option<Band> {
        self.vehicle.report(kind, &self.rules).band
    }
}

/// The anti-lock system tells its state every ten seconds, one pad its wear every five minutes.
pub(super) fn pads(drive: &mut Drive, minutes: std::ops::Range<i64>, percent: impl Fn(i64) -> f64) {
    for second in (60 * minutes.start..60 * minutes.end).step_by(10) {
        let mut values = vec![(Signal::Speed, 50.0), (Signal::AbsError, 0.0)];
        if second % 300 == 0 {
            values.push((Signal::PadWearFrontLeft, percent(second / 300)));
        }
        drive.record(second, &values, None);
    }
}

#[test]
fn pads_that_are_told_rarely_alarm_beside_a_signal_that_is_told_always() {
    let mut drive = Drive::new();
    pads(&mut drive, 0..10, |_| 97.0);
    assert_eq!(drive.alarms(ComponentKind::Brakes), 0, "two readings are not enough");
    pads(&mut drive, 10..30, |_| 97.0);
    assert_eq!(drive.band(ComponentKind::Brakes), Some(Band::Critical));
    assert_eq!(drive.alarms(ComponentKind::Brakes), 1, "and it does not flap");
    // Between two readings the report still says why.
    let report = drive.vehicle.report(ComponentKind::Brakes, &drive.rules);
    assert!(
        report
            .factors
            .iter()
            .any(|factor| factor.kind.signal() == Some(Signal::PadWearFrontLeft))
    );
    // Wear does not come back unseen, however long its signal is silent.
    for second in (3_600..3_600 + 20 * DAY).step_by(600) {
        drive.record(second, &[(Signal::Speed, 0.0), (Signal::AbsError, 0.0)], None);
    }
    assert_eq!(drive.band(ComponentKind::Brakes), Some(Band::Critical));
    drive
        .vehicle
        .repair(ComponentKind::Brakes, START + 21 * DAY * SECOND, false, &drive.rules);
    assert_eq!(drive.band(ComponentKind::Brakes), Some(Band::Excellent));
}

#[test]
fn one_odd_reading_of_a_rare_signal_alarms_nobody() {
    let mut drive = Drive::new();
    pads(&mut drive, 0..300, |number| if number % 7 == 6 { 97.0 } else { 20.0 });
    assert_eq!(drive.alarms(ComponentKind::Brakes), 0);
    assert_eq!(drive.band(ComponentKind::Brakes), Some(Band::Excellent));
}

/// One start in a day: rest, crank, ten minutes of driving with the state of charge, if sent, in every record.
pub(super) fn starts(
    drive: &mut Drive,
    days: std::ops::Range<i64>,
    dip: f64,
    charge: Option<f64>,
    code: Option<&'static str>,
) {
    let charge = charge.map(|percent| (Signal::BatteryCharge, percent));
    for day in days {
        for second in 0..600 {
            let (rpm, volts) = match second {
                0..5 => (0.0, 12.5),
                5 => (0.0, dip),
                6 => (900.0, dip),
                _ => (900.0, 14.1),
            };
            let mut values = vec![(Signal::EngineSpeed, rpm), (Signal::BatteryVoltage, volts)];
            values.extend(charge);
            drive.record(day * DAY + second, &values, code.filter(|_| second % 60 == 0));
        }
    }
}

#[test]
fn a_battery_that_falls_while_cranking_alarms_although_its_charge_is_told_as_good_always() {
    let mut drive = Drive::new();
    starts(&mut drive, 0..5, 10.5, Some(95.0), None);
    assert_eq!(drive.alarms(ComponentKind::Battery12v), 0);
    starts(&mut drive, 5..12, 6.3, Some(95.0), None);
    assert_eq!(drive.band(ComponentKind::Battery12v), Some(Band::Critical));
    assert!(drive.alarms(ComponentKind::Battery12v) > 0);
}

#[test]
fn a_stored_minor_code_does_not_hide_what_starts_show() {
    let mut drive = Drive::new();
    starts(&mut drive, 0..12, 6.3, None, Some("P0615"));
    assert_eq!(drive.band(ComponentKind::Battery12v), Some(Band::Critical));
    // And a code caps what signals call good.
    let mut drive = Drive::new();
    starts(&mut drive, 0..12, 10.5, None, Some("P0615"));
    let score = drive.vehicle.report(ComponentKind::Battery12v, &drive.rules).score;
    assert_eq!(score, Some(0.5));
}

#[test]
fn a_condition_is_not_held_for_ever() {
    let mut drive = Drive::new();
    let warm = [(Signal::EngineSpeed, 2_000.0), (Signal::CoolantTemperature, 88.0)];
    for second in (0..7_200).step_by(10) {
        let level = (second % 600 == 0).then_some((Signal::CoolantLevel, 10.0));
        let values: Vec<_> = warm.into_iter().chain(level).collect();
        drive.record(second, &values, None);
    }
    assert_eq!(drive.band(ComponentKind::Cooling), Some(Band::Critical));
    for second in (7_200..5 * DAY).step_by(60) {
        drive.record(second, &warm, None);
    }
    assert_eq!(drive.band(ComponentKind::Cooling), Some(Band::Critical));
    for second in (5 * DAY..8 * DAY).step_by(60) {
        drive.record(second, &warm, None);
    }
    assert_eq!(
        drive.band(ComponentKind::Cooling),
        Some(Band::Excellent),
        "somebody may have filled it up"
    );
}

#[test]
fn the_end_of_an_alarm_is_told_once_and_only_after_days_of_health() {
    let mut drive = Drive::new();
    let battery = ComponentKind::Battery12v;
    starts(&mut drive, 0..12, 6.3, Some(95.0), None);
    assert!(drive.alarms(battery) > 0);
    // Well for two days, and ill again: nothing has ended.
    starts(&mut drive, 12..15, 10.5, Some(95.0), None);
    starts(&mut drive, 15..20, 6.3, Some(95.0), None);
    assert_eq!(drive.recoveries(battery), []);
    starts(&mut drive, 20..40, 10.5, Some(95.0), None);
    let told = drive.recoveries(battery);
    assert_eq!(told.len(), 1, "{told:?}");
    let (told_on, since) = told[0];
    assert!(since >= 20 && told_on >= since + 3, "{told:?}");
    // What falls ill later is a new alarm with an end of its own.
    let alarms = drive.alarms(battery);
    starts(&mut drive, 40..52, 6.3, Some(95.0), None);
    assert!(drive.alarms(battery) > alarms);
    starts(&mut drive, 52..70, 10.5, Some(95.0), None);
    assert_eq!(drive.recoveries(battery).len(), 2);
}

#[test]
fn a_component_that_was_never_alarmed_of_or_is_silent_does_not_recover() {
    let mut drive = Drive::new();
    starts(&mut drive, 0..30, 10.5, Some(95.0), None);
    assert_eq!(drive.recoveries(ComponentKind::Battery12v), []);
    pads(&mut drive, 30 * DAY / 60..30 * DAY / 60 + 30, |_| 97.0);
    assert!(drive.alarms(ComponentKind::Brakes) > 0);
    let at = START + 31 * DAY * SECOND;
    drive.vehicle.repair(ComponentKind::Brakes, at, false, &drive.rules);
    for second in (31 * DAY..60 * DAY).step_by(600) {
        drive.record(second, &[(Signal::Speed, 0.0)], None);
    }
    assert_eq!(
        drive.recoveries(ComponentKind::Brakes),
        [],
        "nothing was seen of the new part"
    );
    assert!(
        drive
            .vehicle
            .end_alarm(ComponentKind::Brakes, at, false, &drive.rules)
            .is_some()
    );
    assert!(
        drive
            .vehicle
            .end_alarm(ComponentKind::Brakes, at, false, &drive.rules)
            .is_none()
    );
}

#[test]
fn an_alarm_without_an_end_is_kept_with_the_state() {
    let mut drive = Drive::new();
    starts(&mut drive, 0..12, 6.3, Some(95.0), None);
    starts(&mut drive, 12..14, 10.5, Some(95.0), None);
    let bytes = encode(&mut drive.vehicle);
    let newest = encode(&mut Newest(drive.vehicle.clone())).len();
    let older: Vehicle = decode_older(&bytes[..bytes.len() - newest]).unwrap();
    drive.vehicle = decode(&bytes).unwrap();
    starts(&mut drive, 14..30, 10.5, Some(95.0), None);
    assert_eq!(drive.recoveries(ComponentKind::Battery12v).len(), 1);
    // Of a state from before it is not known that anybody waits.
    let mut drive = Drive {
        vehicle: older,
        ..Drive::new()
    };
    starts(&mut drive, 14..30, 10.5, Some(95.0), None);
    assert_eq!(drive.recoveries(ComponentKind::Battery12v), []);
}

#[test]
fn evidence_is_kept_with_the_state_and_a_state_from_before_has_none() {
    let mut drive = Drive::new();
    pads(&mut drive, 0..30, |_| 97.0);
    let bytes = encode(&mut drive.vehicle);
    assert_eq!(decode::<Vehicle>(&bytes).unwrap(), drive.vehicle);
    let added = encode(&mut Added(drive.vehicle.clone())).len();
    let mut older: Vehicle = decode_older(&bytes[..bytes.len() - added]).unwrap();
    assert_eq!(
        older.report(ComponentKind::Brakes, &drive.rules).band,
        Some(Band::Critical),
        "the score stands until its evidence speaks again"
    );
    drive.record(1_800, &[(Signal::PadWearFrontLeft, 97.0)], None);
    older.observe(
        &Record {
            at: START + 1_800 * SECOND,
            ..Record::default()
        },
        false,
        &drive.rules,
        &mut Vec::new(),
    );
    assert_eq!(
        older.report(ComponentKind::Brakes, &drive.rules).band,
        Some(Band::Critical)
    );
}

#[test]
fn a_repair_of_a_part_before_the_present_one_is_told_late() {
    let mut drive = Drive::new();
    pads(&mut drive, 60..90, |_| 97.0);
    let at = |minute: i64| START + 60 * minute * SECOND;
    let late = |drive: &Drive, minute| drive.vehicle.is_told_late(ComponentKind::Brakes, at(minute));
    assert!(late(&drive, 30), "all that was seen is of the part that came after");
    assert!(!late(&drive, 85) && !late(&drive, 95));
    drive.vehicle.repair(ComponentKind::Brakes, at(95), false, &drive.rules);
    assert!(late(&drive, 85) && !late(&drive, 95) && !late(&drive, 96));
    pads(&mut drive, 100..110, |_| 5.0);
    assert!(late(&drive, 97), "nothing was seen between the two repairs");
    assert!(!late(&drive, 105));
    drive.vehicle = decode(&encode(&mut drive.vehicle)).unwrap();
    assert!(
        late(&drive, 97) && !late(&drive, 105),
        "and that is kept with the state"
    );
}
