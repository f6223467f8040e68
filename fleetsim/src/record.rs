//! One record as it is posted: one instant of one vehicle.

use std::sync::Arc;

use chrono::{DateTime, SecondsFormat, Utc};
use serde::ser::{SerializeMap, SerializeStruct};
use serde::{Serialize, Serializer};

/// How a value stands in a record's `data`.
#[derive(Debug, Clone, PartialEq)]
pub enum Reading {
    /// A bare number in the signal's own unit.
    Number(f64),
    /// A number with the unit that the logger gave.
    Quantity { value: f64, unit: Arc<str> },
    /// Yes or no.
    Flag(bool),
    /// What stood in the log and is no number: the platform judges it.
    Text(String),
    /// The log has the column, but this row ends before it.
    Missing,
}

impl Serialize for Reading {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(value) => serializer.serialize_f64(*value),
            Self::Quantity { value, unit } => {
                let mut map = serializer.serialize_map(Some(2))?;
                map.serialize_entry("value", value)?;
                map.serialize_entry("unit", unit.as_ref())?;
                map.end()
            }
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Missing => serializer.serialize_none(),
        }
    }
}

/// A record's time, or what stood in the log where a time should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stamp {
    /// A time, posted with milliseconds.
    At(DateTime<Utc>),
    /// No time could be read; the text is posted as it is, so that the platform quarantines it with its reason.
    Unreadable(String),
}

/// A trouble code with its status (`pending`, `confirmed` or `permanent`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TroubleCode {
    /// The code of SAE J2012, such as `P0217`.
    pub code: &'static str,
    /// How sure the control unit is.
    pub status: &'static str,
}

/// One instant of one vehicle, in the protocol `GENERIC`.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// The client's own name of the vehicle.
    pub vehicle_id: Arc<str>,
    /// Sent where it is known, because a first record with a VIN registers its vehicle.
    pub vin: Option<Arc<str>>,
    /// When the readings were true.
    pub stamp: Stamp,
    /// Counts up per vehicle, so that a repeated post is recognised.
    pub sequence: u64,
    /// Signal or column name and reading.
    pub data: Vec<(Arc<str>, Reading)>,
    /// Trouble codes present at that instant.
    pub dtcs: Vec<TroubleCode>,
    /// The log had no date: the time was made from a row number or clock and a given start.
    pub synthetic_time: bool,
}

struct Data<'a>(&'a [(Arc<str>, Reading)]);

impl Serialize for Data<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, reading) in self.0 {
            map.serialize_entry(name.as_ref(), reading)?;
        }
        map.end()
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_struct("Record", 8)?;
        map.serialize_field("vehicle_id", self.vehicle_id.as_ref())?;
        if let Some(vin) = &self.vin {
            map.serialize_field("vin", vin.as_ref())?;
        }
        let timestamp = match &self.stamp {
            Stamp::At(time) => time.to_rfc3339_opts(SecondsFormat::Millis, true),
            Stamp::Unreadable(text) => text.clone(),
        };
        map.serialize_field("timestamp", &timestamp)?;
        map.serialize_field("protocol", "GENERIC")?;
        map.serialize_field("sequence", &self.sequence)?;
        map.serialize_field("data", &Data(&self.data))?;
        if !self.dtcs.is_empty() {
            map.serialize_field("dtcs", &self.dtcs)?;
        }
        if self.synthetic_time {
            map.serialize_field("synthetic_time", &true)?;
        }
        map.end()
    }
}

/// Appends the record as one line of NDJSON.
///
/// # Errors
/// Never for a finite number; `serde_json` answers an error for none of our shapes.
pub fn append_line(body: &mut Vec<u8>, record: &Record) -> serde_json::Result<()> {
    serde_json::to_writer(&mut *body, record)?;
    body.push(b'\n');
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_has_the_wire_form() {
        let record = Record {
            vehicle_id: "V1".into(),
            vin: None,
            stamp: Stamp::At(DateTime::from_timestamp_millis(1_777_629_600_250).unwrap()),
            sequence: 3,
            data: vec![
                ("ENGINE_RPM".into(), Reading::Number(658.5)),
                (
                    "Engine Coolant Temperature".into(),
                    Reading::Quantity {
                        value: 88.0,
                        unit: "degC".into(),
                    },
                ),
                ("BROKEN".into(), Reading::Text("12,3,4".into())),
                ("LOST".into(), Reading::Missing),
            ],
            dtcs: vec![TroubleCode {
                code: "P0217",
                status: "confirmed",
            }],
            synthetic_time: true,
        };
        let mut body = Vec::new();
        append_line(&mut body, &record).unwrap();
        assert_eq!(
            serde_json::from_slice::<serde_json::Value>(&body).unwrap(),
            serde_json::json!({
                "vehicle_id": "V1", "timestamp": "2026-05-01T10:00:00.250Z", "protocol": "GENERIC", "sequence": 3,
                "data": {"ENGINE_RPM": 658.5, "Engine Coolant Temperature": {"value": 88.0, "unit": "degC"},
                         "BROKEN": "12,3,4", "LOST": null},
                "dtcs": [{"code": "P0217", "status": "confirmed"}], "synthetic_time": true
            })
        );
    }
}
