//! Stored records as text: each is one line of a block, in the words of `vehicle.telemetry.received`.

use std::borrow::Cow;

use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A stored record.
#[derive(Deserialize)]
pub struct Line<'a> {
    #[serde(borrow)]
    pub vehicle_id: Cow<'a, str>,
    #[serde(deserialize_with = "chassis::times::deserialize")]
    pub time: DateTime<Utc>,
    pub sequence: Option<i64>,
    #[serde(borrow)]
    pub protocol: Cow<'a, str>,
    #[serde(borrow)]
    pub signals: Values<'a>,
    #[serde(borrow, default)]
    pub flags: Option<&'a RawValue>,
    #[serde(default)]
    pub dtcs: Vec<Code>,
}

/// What tells a record from others of its vehicle.
#[derive(Deserialize)]
pub struct LineKey<'a> {
    #[serde(borrow)]
    pub vehicle_id: Cow<'a, str>,
    #[serde(deserialize_with = "chassis::times::deserialize")]
    pub time: DateTime<Utc>,
    pub sequence: Option<i64>,
}

/// A trouble code of a record.
#[derive(Deserialize)]
pub struct Code {
    pub code: String,
    pub status: String,
    pub ecu: Option<String>,
}

/// Path and value of each signal, in the order of the document. Numbers are read exactly (as Rust prints and parses them), so that a
/// value keeps its bits on the way through the log.
pub struct Values<'a> {
    pub json: &'a str,
    pub pairs: Vec<(&'a str, f64)>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Values<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = <&'de RawValue>::deserialize(deserializer)?;
        let mut pairs = serde_json::Deserializer::from_str(raw.get());
        let pairs = pairs.deserialize_map(PairsVisitor).map_err(serde::de::Error::custom)?;
        Ok(Self { json: raw.get(), pairs })
    }
}

struct PairsVisitor;

impl<'de> Visitor<'de> for PairsVisitor {
    type Value = Vec<(&'de str, f64)>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an object of numbers")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut pairs = Vec::with_capacity(map.size_hint().unwrap_or(16));
        while let Some(path) = map.next_key::<&'de str>()? {
            let number = map.next_value::<&'de RawValue>()?.get();
            pairs.push((path, number.parse().map_err(serde::de::Error::custom)?));
        }
        Ok(pairs)
    }
}

/// The value of one signal in a line, without reading the rest. `quoted` is the path between quotation marks, with a colon behind: in JSON
/// that cannot stand within a text, and `signals` is the first object that has it.
#[must_use]
pub fn value_of(line: &str, quoted: &str) -> Option<f64> {
    let start = line.find(quoted)? + quoted.len();
    let rest = &line[start..];
    rest[..rest.find([',', '}'])?].trim().parse().ok()
}

/// The time of a line, without reading the rest; it stands before everything that could hold another.
#[must_use]
pub fn time_of(line: &str) -> Option<DateTime<Utc>> {
    const NAMED: &str = "\"time\":\"";
    let rest = &line[line.find(NAMED)? + NAMED.len()..];
    chassis::times::parse(&rest[..rest.find('"')?])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_value_is_found_without_reading_the_rest() {
        let line =
            r#"{"vehicle_id":"\"A\":1","time":"2026-05-01T10:00:00Z","signals":{"B":1.5,"A":-2e3},"trust":{"A":0.3}}"#;
        assert_eq!(value_of(line, "\"A\":"), Some(-2000.0));
        assert_eq!(value_of(line, "\"B\":"), Some(1.5));
        assert_eq!(value_of(line, "\"C\":"), None);
        let hostile = r#"{"vehicle_id":"\"time\":\"x","time":"2026-05-01T10:00:00Z","signals":{}}"#;
        assert_eq!(time_of(hostile), "2026-05-01T10:00:00Z".parse().ok());
        assert_eq!(time_of(r#"{"vehicle_id":"V","time":"soon"}"#), None);
    }
}
