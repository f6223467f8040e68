//! From raw to canonical: names, units, ranges, times.

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
    /// Readings in one record, and trouble codes.
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
        // Each code may be faulty as each reading may.
        if raw.readings.len().max(raw.codes.len()) > self.limits.readings_max {
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
            codes_read: raw.codes_read,
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
        if record.readings.is_empty() && record.codes.is_empty() && !record.codes_read {
            return Err(match record.faulty.len() {
                0 => Refusal::Rejected(Rejection::Empty),
                faulty => Refusal::Quarantined(RecordFault::NothingUsable { faulty }),
            });
        }
        Ok(record)
    }

    fn time(&self, text: &str) -> Result<DateTime<Utc>, RecordFault> {
        let time = chassis::times::parse(text.trim())
            .ok_or_else(|| RecordFault::TimestampMalformed(abridged(text)))?
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
    fn number<'t>(&self, text: &'t str) -> Result<Option<(f64, &'t str)>, ReadingFault> {
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
        _ => {
            record.codes_read = false;
            record.faulty.push(FaultyReading {
                signal: "dtcs".to_owned(),
                fault: ReadingFault::TroubleCode(abridged(&raw.code)),
            });
        }
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
mod tests;
