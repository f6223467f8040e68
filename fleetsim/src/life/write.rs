//! Records as text: NDJSON as the platform takes it, or CSV of canonical paths and units as models are trained on.

use super::Dialect;
use super::signals::{Signal, in_dialect};
use super::truth::Happening;
use super::vehicle::{Sink, Vehicle};

/// Form of the telemetry files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// One record a line, in the vehicle's own dialect: what a device would post.
    Ndjson,
    /// One record a row, canonical VSS paths and units: `timestamp,sequence,<paths>,dtcs`.
    Csv,
}

impl Format {
    /// Ending of the files' names.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Ndjson => "ndjson",
            Self::Csv => "csv",
        }
    }
}

/// Renders records into a buffer.
#[derive(Debug, Default)]
pub(crate) struct Text {
    pub(crate) bytes: Vec<u8>,
    pub(crate) records: u64,
    pub(crate) readings: u64,
    day: i64,
    /// `2026-05-01T` of that day.
    day_text: Vec<u8>,
}

impl Text {
    /// The header row of a vehicle's CSV file.
    pub(crate) fn csv_header(&mut self, vehicle: &Vehicle) {
        self.bytes.extend_from_slice(b"timestamp,sequence");
        for signal in &vehicle.sensors.has {
            self.bytes.push(b',');
            self.bytes.extend_from_slice(signal.path().as_bytes());
        }
        self.bytes.extend_from_slice(b",dtcs\n");
    }

    pub(crate) fn append(&mut self, format: Format, vehicle: &Vehicle, time_s: i64, readings: &[(Signal, f64)]) {
        self.records += 1;
        self.readings += readings.len() as u64;
        match format {
            Format::Ndjson => self.append_json(vehicle, time_s, readings),
            Format::Csv => self.append_csv(vehicle, time_s, readings),
        }
    }

    fn append_json(&mut self, vehicle: &Vehicle, time_s: i64, readings: &[(Signal, f64)]) {
        self.bytes.extend_from_slice(b"{\"vehicle_id\":\"");
        self.bytes.extend_from_slice(vehicle.id.as_bytes());
        self.bytes.extend_from_slice(b"\",\"timestamp\":\"");
        self.append_time(time_s);
        self.bytes.extend_from_slice(match vehicle.dialect {
            Dialect::Obd2 => b"\",\"protocol\":\"OBD2\",\"sequence\":",
            Dialect::Vss | Dialect::J1939 => b"\",\"protocol\":\"GENERIC\",\"sequence\":".as_slice(),
        });
        whole(&mut self.bytes, vehicle.sequence);
        self.bytes.extend_from_slice(b",\"data\":{");
        let mut first = true;
        for (signal, value) in readings {
            let Some(name) = signal.name(vehicle.dialect) else {
                continue;
            };
            if !std::mem::take(&mut first) {
                self.bytes.push(b',');
            }
            self.bytes.push(b'"');
            self.bytes.extend_from_slice(name.as_bytes());
            self.bytes.extend_from_slice(b"\":");
            let (value, digits, unit) = in_dialect(*signal, vehicle.dialect, *value);
            match unit {
                None => fixed(&mut self.bytes, value, digits),
                Some(unit) => {
                    self.bytes.extend_from_slice(b"{\"value\":");
                    fixed(&mut self.bytes, value, digits);
                    self.bytes.extend_from_slice(b",\"unit\":\"");
                    self.bytes.extend_from_slice(unit.as_bytes());
                    self.bytes.extend_from_slice(b"\"}");
                }
            }
        }
        self.bytes.push(b'}');
        for (index, code) in vehicle.codes().iter().enumerate() {
            self.bytes
                .extend_from_slice(if index == 0 { b",\"dtcs\":[" } else { b"," });
            self.bytes.extend_from_slice(b"{\"code\":\"");
            self.bytes.extend_from_slice(code.code.as_bytes());
            self.bytes.extend_from_slice(b"\",\"status\":\"");
            self.bytes.extend_from_slice(status(code.confirmed).as_bytes());
            self.bytes.extend_from_slice(b"\"}");
        }
        self.bytes
            .extend_from_slice(if vehicle.codes().is_empty() { b"}\n" } else { b"]}\n" });
    }

    fn append_csv(&mut self, vehicle: &Vehicle, time_s: i64, readings: &[(Signal, f64)]) {
        self.append_time(time_s);
        self.bytes.push(b',');
        whole(&mut self.bytes, vehicle.sequence);
        // Both are in the order of the signals.
        let mut left = readings.iter().peekable();
        for signal in &vehicle.sensors.has {
            self.bytes.push(b',');
            if let Some((_, value)) = left.next_if(|(next, _)| next == signal) {
                fixed(&mut self.bytes, *value, signal.sensor().digits);
            }
        }
        self.bytes.push(b',');
        for (index, code) in vehicle.codes().iter().enumerate() {
            if index > 0 {
                self.bytes.push(b' ');
            }
            self.bytes.extend_from_slice(code.code.as_bytes());
            self.bytes.push(b':');
            self.bytes.extend_from_slice(status(code.confirmed).as_bytes());
        }
        self.bytes.push(b'\n');
    }

    fn append_time(&mut self, time_s: i64) {
        let day = time_s.div_euclid(86_400);
        if day != self.day || self.day_text.is_empty() {
            self.day = day;
            self.day_text.clear();
            self.day_text.extend_from_slice(date(time_s).as_bytes());
            self.day_text.push(b'T');
        }
        self.bytes.extend_from_slice(&self.day_text);
        let second = time_s.rem_euclid(86_400);
        for (number, mark) in [(second / 3_600, b':'), (second / 60 % 60, b':'), (second % 60, b'Z')] {
            self.bytes
                .extend_from_slice(&[b'0' + (number / 10) as u8, b'0' + (number % 10) as u8, mark]);
        }
    }
}

fn status(confirmed: bool) -> &'static str {
    if confirmed { "confirmed" } else { "pending" }
}

/// `2026-05-01`.
pub(crate) fn date(time_s: i64) -> String {
    let time = chrono::DateTime::from_timestamp(time_s, 0).unwrap_or_default();
    time.format("%Y-%m-%d").to_string()
}

/// `2026-05-01T10:00:00Z`.
pub(crate) fn date_time(time_s: i64) -> String {
    let time = chrono::DateTime::from_timestamp(time_s, 0).unwrap_or_default();
    time.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn whole(bytes: &mut Vec<u8>, number: u64) {
    let mut digits = [0_u8; 20];
    let (mut at, mut left) = (digits.len(), number);
    loop {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
        if left == 0 {
            break;
        }
    }
    bytes.extend_from_slice(&digits[at..]);
}

/// A number with so many digits behind the point, without zeros at its end.
fn fixed(bytes: &mut Vec<u8>, value: f64, digits: usize) {
    const POWERS: [u64; 6] = [1, 10, 100, 1_000, 10_000, 100_000];
    let power = POWERS[digits.min(5)];
    let scaled = (value.abs() * power as f64).round() as u64;
    if value < 0.0 && scaled > 0 {
        bytes.push(b'-');
    }
    whole(bytes, scaled / power);
    let (mut part, mut power) = (scaled % power, power);
    if part > 0 {
        bytes.push(b'.');
        while part > 0 {
            power /= 10;
            bytes.push(b'0' + (part / power) as u8);
            part %= power;
        }
    }
}

/// Counts what a fleet sends, rendered but not kept: for measuring how fast it is made.
#[derive(Debug)]
pub struct Measure {
    format: Format,
    text: Text,
    bytes: u64,
}

impl Measure {
    /// Counts records of a format.
    #[must_use]
    pub fn new(format: Format) -> Self {
        Self {
            format,
            text: Text::default(),
            bytes: 0,
        }
    }

    /// Records, readings and bytes so far.
    #[must_use]
    pub fn counts(&self) -> (u64, u64, u64) {
        (self.text.records, self.text.readings, self.bytes)
    }
}

impl Sink for Measure {
    fn record(&mut self, vehicle: &Vehicle, time_s: i64, readings: &[(Signal, f64)]) {
        self.text.append(self.format, vehicle, time_s, readings);
        self.bytes += self.text.bytes.len() as u64;
        self.text.bytes.clear();
    }

    fn happened(&mut self, _: &Vehicle, _: Happening) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_are_written_short() {
        let text = |value, digits| {
            let mut bytes = Vec::new();
            fixed(&mut bytes, value, digits);
            String::from_utf8(bytes).unwrap()
        };
        assert_eq!(text(88.0, 0), "88");
        assert_eq!(text(-0.4, 0), "0");
        assert_eq!(text(-7.03125, 5), "-7.03125");
        assert_eq!(text(14.2350, 4), "14.235");
        assert_eq!(text(0.392_156, 3), "0.392");
        assert_eq!(text(5.0, 3), "5");
    }

    #[test]
    fn times_are_rfc_3339() {
        let mut text = Text::default();
        for time_s in [1_777_629_600, 1_777_629_661, 1_777_766_399] {
            text.bytes.clear();
            text.append_time(time_s);
            assert_eq!(String::from_utf8(text.bytes.clone()).unwrap(), date_time(time_s));
        }
    }

    proptest! {
        #[test]
        fn numbers_are_read_back(value in -1e6f64..1e6, digits in 0usize..6) {
            let mut bytes = Vec::new();
            fixed(&mut bytes, value, digits);
            let read: f64 = String::from_utf8(bytes).unwrap().parse().unwrap();
            prop_assert!((read - value).abs() <= 0.500_001 / 10_f64.powi(i32::try_from(digits).unwrap()));
        }
    }
}
