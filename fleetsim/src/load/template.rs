//! One post, rendered once and then written over: between two posts only digits change, and none changes its place.
//! That costs a fraction of a microsecond a record, where serialising anew costs several.

use std::io::Write;

use chrono::{DateTime, SecondsFormat};

use super::plan::{Place, Plan, SIGNALS};

/// How bodies are packed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Compression {
    /// As they are: the server shares its processors with the generator, and packing would burn them.
    #[default]
    None,
    /// RFC 1952, level 1.
    Gzip,
    /// RFC 8878, level 1.
    Zstd,
}

/// Where a record's digits stand, from its beginning.
struct Slots {
    vehicle: usize,
    vehicle_digits: usize,
    time: usize,
    sequence: usize,
    values: Vec<usize>,
}

/// The body of one post, to be filled again and again.
pub(crate) struct Body {
    plan: Plan,
    bytes: Vec<u8>,
    /// Bytes of a record with its line feed.
    stride: usize,
    slots: Slots,
    /// The second that `second_text` shows.
    second: i64,
    /// `2026-05-01T10:00:00.`
    second_text: [u8; 20],
}

/// Width of a time with milliseconds and `Z`.
const TIME_WIDTH: usize = 24;
/// Width of a sequence.
const SEQUENCE_DIGITS: usize = 10;

impl Body {
    pub(crate) fn new(plan: &Plan) -> Self {
        let (mut record, slots) = render(plan);
        // A single record is one JSON value, a batch is one record a line.
        if plan.batch > 1 {
            record.push(b'\n');
        }
        Self {
            bytes: record.repeat(plan.batch as usize),
            stride: record.len(),
            slots,
            second: i64::MIN,
            second_text: [b'0'; 20],
            plan: plan.clone(),
        }
    }

    /// The body of post `batch`, whose last records were true at `base_ms`.
    pub(crate) fn fill(&mut self, batch: u64, base_ms: i64) -> &[u8] {
        for (index, place) in self.plan.places(batch, base_ms).enumerate() {
            let begin = index * self.stride;
            self.write_record(begin, place);
        }
        &self.bytes
    }

    fn write_record(&mut self, begin: usize, place: Place) {
        let second = place.time_ms.div_euclid(1_000);
        if second != self.second {
            self.second = second;
            self.second_text = second_text(second);
        }
        let record = &mut self.bytes[begin..begin + self.stride];
        let slots = &self.slots;
        digits(
            &mut record[slots.vehicle..slots.vehicle + slots.vehicle_digits],
            place.vehicle,
        );
        record[slots.time..slots.time + 20].copy_from_slice(&self.second_text);
        let milliseconds = place.time_ms.rem_euclid(1_000) as u64;
        digits(&mut record[slots.time + 20..slots.time + 23], milliseconds);
        digits(
            &mut record[slots.sequence..slots.sequence + SEQUENCE_DIGITS],
            place.sequence,
        );
        for (index, at) in slots.values.iter().enumerate() {
            let signal = &SIGNALS[index];
            let ticks = self.plan.ticks(index, place);
            let text = &mut record[*at..*at + signal.width()];
            if signal.in_hundredths() {
                let point = text.len() - 3;
                digits(&mut text[..point], ticks / 100);
                digits(&mut text[point + 1..], ticks % 100);
            } else {
                digits(text, ticks);
            }
        }
    }
}

/// A record with its digits left at zero, and where they stand.
fn render(plan: &Plan) -> (Vec<u8>, Slots) {
    let mut record = format!("{{\"vehicle_id\":\"{}-", plan.prefix).into_bytes();
    let vehicle = record.len();
    record.resize(vehicle + plan.id_digits(), b'0');
    record.extend_from_slice(b"\",\"timestamp\":\"");
    let time = record.len();
    record.resize(time + TIME_WIDTH - 1, b'0');
    record.extend_from_slice(b"Z\",\"protocol\":\"GENERIC\",\"sequence\":");
    let sequence = record.len();
    record.resize(sequence + SEQUENCE_DIGITS, b'0');
    record.extend_from_slice(b",\"data\":{");
    let mut values = Vec::with_capacity(plan.readings);
    for (index, signal) in SIGNALS.iter().take(plan.readings).enumerate() {
        if index > 0 {
            record.push(b',');
        }
        record.extend_from_slice(format!("\"{}\":", signal.path).as_bytes());
        values.push(record.len());
        record.resize(record.len() + signal.width(), b'0');
        if signal.in_hundredths() {
            let point = record.len() - 3;
            record[point] = b'.';
        }
    }
    record.extend_from_slice(b"}}");
    let slots = Slots {
        vehicle,
        vehicle_digits: plan.id_digits(),
        time,
        sequence,
        values,
    };
    (record, slots)
}

/// `2026-05-01T10:00:00.`; a time that no calendar holds is written as the epoch.
fn second_text(second: i64) -> [u8; 20] {
    let time = DateTime::from_timestamp(second, 0).unwrap_or_default();
    let text = time.to_rfc3339_opts(SecondsFormat::Millis, true);
    let mut first = [b'0'; 20];
    first.copy_from_slice(&text.as_bytes()[..20]);
    first
}

/// Writes the lowest digits of a number over the whole field.
fn digits(field: &mut [u8], mut number: u64) {
    for byte in field.iter_mut().rev() {
        *byte = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

/// Packs a body into `packed`, whose old content is dropped.
///
/// # Errors
/// When the library refuses, which it does for no body.
pub(crate) fn pack(compression: Compression, body: &[u8], packed: &mut Vec<u8>) -> std::io::Result<()> {
    packed.clear();
    match compression {
        Compression::None => packed.extend_from_slice(body),
        Compression::Gzip => {
            let mut encoder = flate2::write::GzEncoder::new(packed, flate2::Compression::fast());
            encoder.write_all(body)?;
            encoder.finish()?;
        }
        Compression::Zstd => zstd::stream::copy_encode(body, packed, 1)?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::plan::tests::plan;
    use super::*;
    use serde_json::Value;

    #[test]
    fn a_filled_body_says_what_the_plan_says() {
        for (vehicles, batch) in [(120, 500), (3, 1)] {
            let plan = plan(vehicles, batch);
            let mut body = Body::new(&plan);
            for (number, base_ms) in [(0, 1_777_629_600_250), (5, 1_777_629_699_003), (1, 1_777_629_600_999)] {
                let text = String::from_utf8(body.fill(number, base_ms).to_vec()).unwrap();
                let records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
                assert_eq!(records.len() as u64, batch);
                for (record, place) in records.iter().zip(plan.places(number, base_ms)) {
                    assert_eq!(record["vehicle_id"], plan.vehicle_id(place.vehicle));
                    assert_eq!(record["sequence"], place.sequence);
                    let time = DateTime::from_timestamp_millis(place.time_ms).unwrap();
                    assert_eq!(record["timestamp"], time.to_rfc3339_opts(SecondsFormat::Millis, true));
                    assert_eq!(record["data"].as_object().unwrap().len(), plan.readings);
                    for (index, signal) in SIGNALS.iter().enumerate().take(plan.readings) {
                        let value = signal.number(plan.ticks(index, place));
                        assert_eq!(record["data"][signal.path], value, "{}", signal.path);
                    }
                }
            }
        }
    }

    #[test]
    fn packed_bodies_are_unpacked_to_the_same() {
        let mut body = Body::new(&plan(60, 100));
        let text = body.fill(0, 1_777_629_600_250).to_vec();
        let mut packed = b"left from before".to_vec();
        pack(Compression::None, &text, &mut packed).unwrap();
        assert_eq!(packed, text);
        pack(Compression::Zstd, &text, &mut packed).unwrap();
        assert_eq!(zstd::stream::decode_all(packed.as_slice()).unwrap(), text);
        pack(Compression::Gzip, &text, &mut packed).unwrap();
        let mut plain = Vec::new();
        std::io::Read::read_to_end(&mut flate2::read::GzDecoder::new(packed.as_slice()), &mut plain).unwrap();
        assert_eq!(plain, text);
    }
}
