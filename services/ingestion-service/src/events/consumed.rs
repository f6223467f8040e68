//! This service subscribes to no one: telemetry comes in by HTTP. Its own committed batches are read back by the telemetry store; where a
//! batch does not say where its records stand (those of older versions), they are found in the JSON.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::store::lines::LineKey;
use crate::store::places::{Place, Places};

/// A committed batch, as `vehicle.telemetry.received` carries it.
#[derive(Deserialize)]
struct Batch<'a> {
    #[serde(borrow)]
    records: Vec<&'a RawValue>,
}

/// Finds the records in the data of a `vehicle.telemetry.received`.
///
/// # Errors
/// When it is not such data.
pub fn places_in(data: &str) -> Result<Places, serde_json::Error> {
    let batch: Batch<'_> = serde_json::from_str(data)?;
    let mut places = Places::default();
    for raw in batch.records {
        let key: LineKey<'_> = serde_json::from_str(raw.get())?;
        let known = places.vehicle_ids.iter().position(|id| *id == key.vehicle_id);
        let vehicle = known.unwrap_or_else(|| {
            places.vehicle_ids.push(key.vehicle_id.clone().into_owned());
            places.vehicle_ids.len() - 1
        });
        places.records.push(Place {
            vehicle,
            time_us: key.time.timestamp_micros(),
            sequence: key.sequence.unwrap_or(-1),
            // The text borrows from the data.
            start: raw.get().as_ptr() as usize - data.as_ptr() as usize,
            length: raw.get().len(),
            covered: false,
        });
    }
    Ok(places)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_found_in_the_data() {
        let one = r#"{"vehicle_id":"V1","time":"2026-05-01T10:00:00Z","sequence":7,"signals":{}}"#;
        let other = r#"{"vehicle_id":"V2","time":"2026-05-01T10:00:01Z","signals":{}}"#;
        let data = format!(r#"{{"receipt_ids":["rcp_1"],"records":[{one},{other}, {one}]}}"#);
        let places = places_in(&data).unwrap();
        assert_eq!(places.vehicle_ids, ["V1", "V2"]);
        let texts: Vec<&str> = places
            .records
            .iter()
            .map(|place| &data[place.start..place.start + place.length])
            .collect();
        assert_eq!(texts, [one, other, one]);
        assert_eq!(places.records[1].sequence, -1);
        assert_eq!(places.records[0].time_us, 1_777_629_600_000_000);
    }
}
