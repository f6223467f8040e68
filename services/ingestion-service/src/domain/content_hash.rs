//! The content hash of a record: what a verifier compares with what it sent.

use std::fmt::Write as _;

use chrono::{DateTime, SecondsFormat, Utc};
use sha2::{Digest, Sha256};

/// SHA-256 over vehicle, time, sequence and each signal with its value, one a line. It is computed from what is stored, when it is asked for.
#[must_use]
pub fn content_hash(vehicle_id: &str, time: DateTime<Utc>, sequence: Option<i64>, signals: &[(&str, f64)]) -> String {
    let mut text = String::with_capacity(64 + signals.len() * 64);
    let time = time.to_rfc3339_opts(SecondsFormat::Micros, true);
    let sequence = sequence.map(|sequence| sequence.to_string()).unwrap_or_default();
    let mut sorted: Vec<&(&str, f64)> = signals.iter().collect();
    sorted.sort_by_key(|(path, _)| *path);
    // Writing to a String cannot fail.
    let _ = write!(text, "{vehicle_id}\n{time}\n{sequence}\n");
    for (path, value) in sorted {
        let _ = writeln!(text, "{path}={value:?}");
    }
    chassis::ids::hex(&Sha256::digest(text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_the_documented_one() {
        let time = "2026-05-01T12:00:00.5+02:00"
            .parse::<DateTime<chrono::FixedOffset>>()
            .unwrap()
            .to_utc();
        let text = "V1\n2026-05-01T10:00:00.500000Z\n7\nVehicle.A=1.0\nVehicle.B=0.30000000000000004\n";
        let expected = chassis::ids::hex(&Sha256::digest(text.as_bytes()));
        assert_eq!(
            content_hash("V1", time, Some(7), &[("Vehicle.B", 0.1 + 0.2), ("Vehicle.A", 1.0)]),
            expected
        );
        let text = "V1\n2026-05-01T10:00:00.500000Z\n\n";
        assert_eq!(
            content_hash("V1", time, None, &[]),
            chassis::ids::hex(&Sha256::digest(text.as_bytes()))
        );
    }
}
