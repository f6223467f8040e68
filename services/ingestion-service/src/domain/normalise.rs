//! From raw to canonical: names, units, ranges, times.

use std::borrow::Cow;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};

use super::fault::{FaultyReading, ReadingFault, RecordFault, Rejection};
use super::pids;
use super::record::{Protocol, RawCode, RawRecord, RawValue, Reading, Record};
use super::signals::{Catalog, Kind, Signal, SignalId};
use super::trouble_code::{self, CodeStatus, TroubleCode};
use super::units::{self, Unit};

/// Limits of what is taken.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Furthest that a record may lie in the future.
    pub future_skew_max: TimeDelta,
    /// Oldest record that is taken.
    pub age_max: TimeDelta,
    /// Readings in one record.
    pub readings_max: usize,
}

/// Why a record is not kept.
#[derive(Debug, Clone, PartialEq)]
pub enum Refusal {
    Quarantined(RecordFault),
    Rejected(Rejection),
}

/// Turns raw records into canonical ones.
#[derive(Debug)]
pub struct Normaliser<'c> {
    pub catalog: &'c Catalog,
    pub limits: &'c Limits,
    /// Business time.
    pub now: DateTime<Utc>,
}

/// Texts that loggers write where there is no value.
const MISSING_TEXTS: [&str; 7] = ["", "-", "--", "na", "n/a", "null", "nan"];

impl Normaliser<'_> {
    /// Normalises one record. Faulty readings are set apart in [`Record::faulty`]; the others are kept.
    pub fn normalise(&self, raw: &RawRecord<'_>) -> Result<Record, Refusal> {
        if raw.readings.len() > self.limits.readings_max {
            return Err(Refusal::Rejected(Rejection::TooManyReadings {
                max: self.limits.readings_max,
            }));
        }
        let time = self.time(&raw.timestamp).map_err(Refusal::Quarantined)?;
        let mut record = Record {
            vehicle_id: raw.vehicle_id.clone().into_owned(),
            time,
            sequence: raw.sequence,
            protocol: raw.protocol,
            readings: Vec::with_capacity(raw.readings.len()),
            codes: Vec::new(),
            synthetic_time: raw.synthetic_time,
            faulty: Vec::new(),
        };
        for (name, value) in &raw.readings {
            self.read(raw.protocol, name, value, &mut record);
        }
        keep_first_of_each(self.catalog, &mut record);
        for code in &raw.codes {
            read_code(code, &mut record);
        }
        if record.readings.is_empty() && record.codes.is_empty() {
            return Err(match record.faulty.len() {
                0 => Refusal::Rejected(Rejection::Empty),
                faulty => Refusal::Quarantined(RecordFault::NothingUsable { faulty }),
            });
        }
        Ok(record)
    }

    fn time(&self, text: &str) -> Result<DateTime<Utc>, RecordFault> {
        let time = DateTime::parse_from_rfc3339(text.trim())
            .map_err(|_| RecordFault::TimestampMalformed(abridged(text)))?
            .with_timezone(&Utc)
            .trunc_subsecs(6);
        let ahead = time - self.now;
        if ahead > self.limits.future_skew_max {
            let skew_max_s = self.limits.future_skew_max.num_seconds();
            return Err(RecordFault::TimestampFuture {
                ahead_s: ahead.num_seconds(),
                skew_max_s,
            });
        }
        if -ahead > self.limits.age_max {
            let age_max_days = self.limits.age_max.num_days();
            return Err(RecordFault::TimestampAncient {
                age_days: -ahead.num_days(),
                age_max_days,
            });
        }
        Ok(time)
    }

    fn read(&self, protocol: Protocol, name: &str, value: &RawValue<'_>, record: &mut Record) {
        if matches!(value, RawValue::Missing) {
            return;
        }
        let pid = if protocol == Protocol::Obd2 {
            pids::parse_name(name)
        } else {
            None
        };
        let result = match (pid, value) {
            (Some(pid), RawValue::Hexadecimal(text)) => self.decode(pid, text, record),
            (Some(pid), value) => self.scaled(pid, value, record),
            (None, value) => self.named(name, value, record),
        };
        if let Err(fault) = result {
            record.faulty.push(FaultyReading {
                signal: self.path_of(pid, name),
                fault,
            });
        }
    }

    /// The canonical path of a name if it is understood, the name itself otherwise.
    fn path_of(&self, pid: Option<u8>, name: &str) -> String {
        let by_pid = pid.and_then(pids::find).map(|entry| entry.outputs[0].path.to_owned());
        let by_name = || {
            self.catalog
                .named(name)
                .map(|named| self.catalog.get(named.id).path.clone())
        };
        by_pid.or_else(by_name).unwrap_or_else(|| abridged(name))
    }

    /// A raw answer: one PID may give several readings.
    fn decode(&self, pid: u8, text: &str, record: &mut Record) -> Result<(), ReadingFault> {
        let answer = pids::parse_hexadecimal(text).map_err(ReadingFault::Raw)?;
        for (path, unit, value) in pids::decode(pid, &answer).map_err(ReadingFault::Raw)? {
            let signal = self.catalog.by_path(path).ok_or(ReadingFault::UnknownSignal)?;
            self.keep(signal, value, Unit::parse(unit), record);
        }
        Ok(())
    }

    /// A value that the logger has already scaled by the PID's formula.
    fn scaled(&self, pid: u8, value: &RawValue<'_>, record: &mut Record) -> Result<(), ReadingFault> {
        let entry = pids::find(pid).ok_or(ReadingFault::UnknownSignal)?;
        let output = &entry.outputs[0];
        let signal = self.catalog.by_path(output.path).ok_or(ReadingFault::UnknownSignal)?;
        self.measure(signal, value, Unit::parse(output.unit), record)
    }

    fn named(&self, name: &str, value: &RawValue<'_>, record: &mut Record) -> Result<(), ReadingFault> {
        let named = self.catalog.named(name).ok_or(ReadingFault::UnknownSignal)?;
        let signal = self.catalog.get(named.id);
        let unit = match named.unit {
            Some(unit) => Some(self.unit(signal, unit)?),
            None => signal.unit,
        };
        self.measure(named.id, value, unit, record)
    }

    /// Reads the number and the unit of a value; `assumed` holds where the value itself names none.
    fn measure(
        &self,
        id: SignalId,
        value: &RawValue<'_>,
        assumed: Option<Unit>,
        record: &mut Record,
    ) -> Result<(), ReadingFault> {
        let signal = self.catalog.get(id);
        let (inner, unit) = match value {
            RawValue::Measured {
                value,
                unit: Some(unit),
            } => (&**value, Some(self.unit(signal, unit)?)),
            RawValue::Measured { value, unit: None } => (&**value, assumed),
            other => (other, assumed),
        };
        match inner {
            RawValue::Number(number) if number.is_nan() => {}
            RawValue::Number(number) => self.keep(id, *number, unit, record),
            RawValue::Boolean(boolean) => self.keep(id, f64::from(u8::from(*boolean)), unit, record),
            RawValue::Missing => {}
            RawValue::Text(text) => {
                let Some((number, behind)) = self.number(text)? else {
                    return Ok(());
                };
                let unit = if behind.is_empty() {
                    unit
                } else {
                    Some(self.unit(signal, behind)?)
                };
                self.keep(id, number, unit, record);
            }
            RawValue::Measured { .. } => return Err(ReadingFault::WrongType("an object in an object")),
            RawValue::Hexadecimal(_) => return Err(ReadingFault::WrongType("raw bytes of no PID")),
            RawValue::Unsupported(found) => return Err(ReadingFault::WrongType(found)),
        }
        Ok(())
    }

    /// The number in a text with what stands behind it; `None` where the text says that there is no value.
    fn number<'t>(&self, text: &'t Cow<'_, str>) -> Result<Option<(f64, &'t str)>, ReadingFault> {
        let text = text.trim();
        if MISSING_TEXTS.iter().any(|missing| text.eq_ignore_ascii_case(missing)) {
            return Ok(None);
        }
        match text {
            "true" | "on" | "ON" => return Ok(Some((1.0, ""))),
            "false" | "off" | "OFF" => return Ok(Some((0.0, ""))),
            _ => {}
        }
        units::split_number(text)
            .map(Some)
            .ok_or_else(|| ReadingFault::NotANumber(abridged(text)))
    }

    fn unit(&self, signal: &Signal, text: &str) -> Result<Unit, ReadingFault> {
        let accepted = Unit::parse(text).filter(|unit| signal.accepts.contains(unit));
        accepted.ok_or_else(|| ReadingFault::Unit {
            unit: abridged(text),
            canonical: signal.unit.map_or("", Unit::name).to_owned(),
        })
    }

    /// Converts and checks the range; what is outside is set apart.
    fn keep(&self, id: SignalId, value: f64, unit: Option<Unit>, record: &mut Record) {
        let signal = self.catalog.get(id);
        let converted = match (unit, signal.unit) {
            (Some(from), Some(to)) => from.convert(value, to),
            _ => Some(value),
        };
        let Some(value) = converted else {
            let unit = unit.map_or("", Unit::name).to_owned();
            let fault = ReadingFault::Unit {
                unit,
                canonical: signal.unit.map_or("", Unit::name).to_owned(),
            };
            record.faulty.push(FaultyReading {
                signal: signal.path.clone(),
                fault,
            });
            return;
        };
        if signal.missing.contains(&value) {
            return;
        }
        let boolean_holds = signal.kind != Kind::Boolean || value == 0.0 || value == 1.0;
        if !(signal.min..=signal.max).contains(&value) || !boolean_holds {
            let unit = signal.unit.map_or("", Unit::name).to_owned();
            let fault = ReadingFault::OutOfRange {
                value,
                min: signal.min,
                max: signal.max,
                unit,
            };
            record.faulty.push(FaultyReading {
                signal: signal.path.clone(),
                fault,
            });
            return;
        }
        // Minus zero becomes zero, so that equal values print and hash alike.
        record.readings.push(Reading {
            signal: id,
            value: value + 0.0,
            flag: None,
        });
    }
}

/// Orders the readings by signal and sets repetitions apart; the first value sent stays.
fn keep_first_of_each(catalog: &Catalog, record: &mut Record) {
    record.readings.sort_by_key(|reading| reading.signal);
    let faulty = &mut record.faulty;
    record.readings.dedup_by(|later, first| {
        let twice = later.signal == first.signal;
        if twice && later.value != first.value {
            let signal = catalog.get(later.signal).path.clone();
            faulty.push(FaultyReading {
                signal,
                fault: ReadingFault::Twice,
            });
        }
        twice
    });
}

fn read_code(raw: &RawCode<'_>, record: &mut Record) {
    let status = match raw.status.as_deref() {
        None => Some(CodeStatus::Confirmed),
        Some(word) => CodeStatus::parse(word),
    };
    match (trouble_code::parse_code(&raw.code), status) {
        (Some(code), Some(status)) => {
            record.codes.push(TroubleCode {
                code,
                status,
                ecu: raw.ecu.as_deref().map(abridged),
            });
        }
        _ => record.faulty.push(FaultyReading {
            signal: "dtcs".to_owned(),
            fault: ReadingFault::TroubleCode(abridged(&raw.code)),
        }),
    }
}

/// Texts of devices go into reasons at a bounded length and without control characters.
fn abridged(text: &str) -> String {
    text.chars()
        .filter(|character| !character.is_control())
        .take(80)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::fault::ReadingFault as F;
    use proptest::prelude::*;

    fn limits() -> Limits {
        Limits {
            future_skew_max: TimeDelta::seconds(300),
            age_max: TimeDelta::days(3650),
            readings_max: 500,
        }
    }

    fn raw<'a>(protocol: Protocol, readings: Vec<(&'a str, RawValue<'a>)>) -> RawRecord<'a> {
        RawRecord {
            vehicle_id: "V1".into(),
            vin: None,
            timestamp: "2026-05-01T10:00:00Z".into(),
            protocol,
            sequence: None,
            readings: readings.into_iter().map(|(name, value)| (name.into(), value)).collect(),
            codes: Vec::new(),
            synthetic_time: false,
        }
    }

    fn normalise(raw: &RawRecord<'_>) -> Result<Record, Refusal> {
        let catalog = crate::config::signals().unwrap();
        let now = "2026-05-01T10:00:30Z".parse().unwrap();
        Normaliser {
            catalog: &catalog,
            limits: &limits(),
            now,
        }
        .normalise(raw)
    }

    #[track_caller]
    fn check(protocol: Protocol, name: &str, value: RawValue<'_>, path: &str, expected: f64) {
        let record = normalise(&raw(protocol, vec![(name, value)])).unwrap();
        let catalog = crate::config::signals().unwrap();
        let reading = record
            .readings
            .iter()
            .find(|reading| catalog.get(reading.signal).path == path)
            .unwrap();
        assert!(
            (reading.value - expected).abs() < 1e-6,
            "{} is not {expected}",
            reading.value
        );
    }

    #[track_caller]
    fn check_fault(protocol: Protocol, name: &str, value: RawValue<'_>, signal: &str, fault: &F) {
        let good = ("Vehicle.Speed", RawValue::Number(50.0));
        let record = normalise(&raw(protocol, vec![good, (name, value)])).unwrap();
        assert_eq!(record.readings.len(), 1, "the good reading is kept");
        assert_eq!(
            record.faulty,
            [FaultyReading {
                signal: signal.to_owned(),
                fault: fault.clone()
            }]
        );
    }

    const RPM: &str = "Vehicle.Powertrain.CombustionEngine.Speed";
    const COOLANT: &str = "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature";

    fn measured<'a>(value: RawValue<'a>, unit: &'a str) -> RawValue<'a> {
        RawValue::Measured {
            value: Box::new(value),
            unit: Some(unit.into()),
        }
    }

    #[test]
    fn readings_of_every_form_are_understood() {
        check(Protocol::Obd2, "PID_0C", RawValue::Text("3200".into()), RPM, 3200.0);
        check(
            Protocol::Obd2,
            "PID_0C",
            RawValue::Hexadecimal("0C80".into()),
            RPM,
            800.0,
        );
        check(
            Protocol::Obd2,
            "PID_A6",
            RawValue::Number(84_210.5),
            "Vehicle.TraveledDistance",
            84_210_500.0,
        );
        check(
            Protocol::Obd2,
            "PID_01",
            RawValue::Hexadecimal("82076504".into()),
            "Vehicle.Diagnostics.DTCCount",
            2.0,
        );
        check(Protocol::Generic, COOLANT, RawValue::Number(91.0), COOLANT, 91.0);
        check(
            Protocol::Generic,
            "COOLANT_TEMPERATURE ()",
            RawValue::Text("81.000000".into()),
            COOLANT,
            81.0,
        );
        check(
            Protocol::Generic,
            COOLANT,
            measured(RawValue::Number(194.0), "degF"),
            COOLANT,
            90.0,
        );
        check(
            Protocol::Generic,
            "Engine Coolant Temperature [Â°C]",
            RawValue::Text("31".into()),
            COOLANT,
            31.0,
        );
        check(
            Protocol::Generic,
            "ENGINE_COOLANT_TEMP",
            RawValue::Text("82C".into()),
            COOLANT,
            82.0,
        );
        check(
            Protocol::Generic,
            "vel",
            RawValue::Text("55 mph".into()),
            "Vehicle.Speed",
            88.513_92,
        );
        check(
            Protocol::Generic,
            "is_charging",
            RawValue::Boolean(true),
            "Vehicle.Powertrain.TractionBattery.Charging.IsCharging",
            1.0,
        );
    }

    #[test]
    fn what_is_wrong_with_a_reading_is_named_and_the_others_stay() {
        let g = Protocol::Generic;
        check_fault(g, "warp", RawValue::Number(1.0), "warp", &F::UnknownSignal);
        check_fault(
            g,
            "ENGINE_RPM",
            RawValue::Text("fast".into()),
            RPM,
            &F::NotANumber("fast".into()),
        );
        check_fault(
            g,
            "ENGINE_RPM",
            RawValue::Unsupported("an array"),
            RPM,
            &F::WrongType("an array"),
        );
        let unit = F::Unit {
            unit: "kPa".into(),
            canonical: "Celsius".into(),
        };
        check_fault(g, COOLANT, measured(RawValue::Number(1.0), "kPa"), COOLANT, &unit);
        let range = F::OutOfRange {
            value: 400.0,
            min: -40.0,
            max: 150.0,
            unit: "Celsius".into(),
        };
        check_fault(g, COOLANT, RawValue::Number(400.0), COOLANT, &range);
        check_fault(
            Protocol::Obd2,
            "PID_0C",
            RawValue::Hexadecimal("0C".into()),
            RPM,
            &F::Raw(pids::PidFault::Length { expected: 2, found: 1 }),
        );
        check_fault(g, "VEHICLE_SPEED", RawValue::Number(51.0), "Vehicle.Speed", &F::Twice);
    }

    #[test]
    fn missing_values_are_neither_kept_nor_faulty() {
        let values = ["", "-", "NA", "null", "NaN"].map(|text| ("Vehicle.Speed", RawValue::Text(text.into())));
        let mut readings = values.to_vec();
        readings.push(("ENGINE_RPM", RawValue::Missing));
        readings.push(("SHORT_TERM_FUEL_TRIM_BANK_1", RawValue::Number(99.218_75)));
        assert_eq!(
            normalise(&raw(Protocol::Generic, readings.clone())),
            Err(Refusal::Rejected(Rejection::Empty))
        );
        readings.push(("ENGINE_LOAD", RawValue::Number(20.0)));
        let record = normalise(&raw(Protocol::Generic, readings)).unwrap();
        assert_eq!((record.readings.len(), record.faulty.len()), (1, 0));
    }

    #[test]
    fn times_outside_the_limits_are_quarantined() {
        let with = |timestamp: &'static str| {
            let mut raw = raw(Protocol::Generic, vec![("Vehicle.Speed", RawValue::Number(1.0))]);
            raw.timestamp = timestamp.into();
            normalise(&raw)
        };
        let fault = |timestamp| match with(timestamp) {
            Err(Refusal::Quarantined(fault)) => fault.code(),
            other => panic!("{other:?}"),
        };
        assert!(with("2026-05-01T12:00:00.123456789+02:00").is_ok());
        assert!(with("2026-05-01T10:05:30Z").is_ok());
        assert_eq!(fault("2026-05-01T10:05:31.5Z"), "timestamp.future");
        assert_eq!(fault("2012-01-01T00:00:00Z"), "timestamp.ancient");
        assert_eq!(fault("yesterday"), "timestamp.malformed");
    }

    #[test]
    fn a_record_of_faulty_readings_alone_is_quarantined() {
        let found = normalise(&raw(Protocol::Generic, vec![("warp", RawValue::Number(1.0))]));
        assert_eq!(
            found,
            Err(Refusal::Quarantined(RecordFault::NothingUsable { faulty: 1 }))
        );
    }

    fn raw_value() -> impl Strategy<Value = RawValue<'static>> {
        let leaf = prop_oneof![
            any::<f64>().prop_map(RawValue::Number),
            "\\PC{0,12}".prop_map(|text| RawValue::Text(text.into())),
            any::<bool>().prop_map(RawValue::Boolean),
            "[0-9A-Fa-f ]{0,10}".prop_map(|text| RawValue::Hexadecimal(text.into())),
            Just(RawValue::Missing),
            Just(RawValue::Unsupported("an array")),
        ];
        leaf.prop_recursive(2, 4, 1, |inner| {
            (inner, proptest::option::of("\\PC{0,6}")).prop_map(|(value, unit)| RawValue::Measured {
                value: Box::new(value),
                unit: unit.map(Cow::from),
            })
        })
    }

    proptest! {
        #[test]
        fn kept_readings_lie_in_range_once_each_and_every_value_is_accounted_for(
            values in proptest::collection::vec((0usize..145, raw_value()), 0..20),
            obd2 in any::<bool>(),
        ) {
            let catalog = crate::config::signals().unwrap();
            let protocol = if obd2 { Protocol::Obd2 } else { Protocol::Generic };
            let readings = values.iter().map(|(index, value)| (catalog.all()[index % catalog.all().len()].path.as_str(), value.clone()));
            match normalise(&raw(protocol, readings.collect())) {
                Ok(record) => {
                    prop_assert!(record.readings.windows(2).all(|pair| pair[0].signal < pair[1].signal));
                    for reading in &record.readings {
                        let signal = catalog.get(reading.signal);
                        prop_assert!((signal.min..=signal.max).contains(&reading.value), "{}", signal.path);
                    }
                    prop_assert!(record.readings.len() + record.faulty.len() <= values.len());
                }
                Err(Refusal::Rejected(rejection)) => prop_assert_eq!(rejection, Rejection::Empty),
                Err(Refusal::Quarantined(fault)) => prop_assert_eq!(fault.code(), "record.nothing_usable"),
            }
        }
    }
}
