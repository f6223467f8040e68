//! This service subscribes to no one: telemetry comes in by HTTP. Its own committed batches are read back by the telemetry store.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

/// A committed batch, as `vehicle.telemetry.received` carries it.
#[derive(Deserialize)]
pub struct Batch<'a> {
    #[serde(borrow)]
    pub records: Vec<BatchRecord<'a>>,
}

/// One record of a committed batch.
#[derive(Deserialize)]
pub struct BatchRecord<'a> {
    #[serde(borrow)]
    pub vehicle_id: Cow<'a, str>,
    pub time: chrono::DateTime<chrono::Utc>,
    pub sequence: Option<i64>,
    #[serde(borrow)]
    pub protocol: Cow<'a, str>,
    #[serde(borrow)]
    pub signals: Values<'a>,
    #[serde(borrow, default)]
    pub flags: Option<&'a RawValue>,
    #[serde(default)]
    pub dtcs: Vec<BatchCode>,
}

/// A trouble code of a committed record.
#[derive(Deserialize)]
pub struct BatchCode {
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
