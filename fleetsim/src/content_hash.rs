//! The content hash of a stored record, computed independently of the platform.
//!
//! Lower-case hexadecimal SHA-256 of `vehicle_id`, the time in RFC 3339 UTC with exactly six fractional digits and
//! `Z`, and the device's sequence (or nothing), each followed by a line feed, and then of one line `path=value` for
//! each signal in the order of the paths' bytes; the value is the canonical number as Rust prints an `f64` with
//! `{:?}`. Ingestion computes the same; both are held to the test vectors below.

use std::fmt::Write;

use chrono::{DateTime, SecondsFormat, Utc};
use sha2::{Digest, Sha256};

/// The hash of one record. `signals` may come in any order and are in canonical units.
#[must_use]
pub fn of(vehicle_id: &str, time: DateTime<Utc>, sequence: Option<i64>, signals: &[(&str, f64)]) -> String {
    let mut sorted: Vec<&(&str, f64)> = signals.iter().collect();
    sorted.sort_by(|a, b| a.0.cmp(b.0));
    let mut text = String::with_capacity(64 + signals.len() * 64);
    text.push_str(vehicle_id);
    text.push('\n');
    text.push_str(&time.to_rfc3339_opts(SecondsFormat::Micros, true));
    text.push('\n');
    if let Some(sequence) = sequence {
        let _ = write!(text, "{sequence}");
    }
    text.push('\n');
    for (path, value) in sorted {
        let _ = writeln!(text, "{path}={value:?}");
    }
    hex(&Sha256::digest(text.as_bytes()))
}

/// Lower-case hexadecimal of some bytes.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(text: &str) -> DateTime<Utc> {
        DateTime::parse_from_rfc3339(text).unwrap().to_utc()
    }

    /// The text is written out here and hashed by `sha256sum`, so that the vectors do not rest on this code.
    #[test]
    fn the_vectors_hold() {
        // printf 'V1\n2026-05-01T10:00:00.000000Z\n\nVehicle.Speed=53.0\n' | sha256sum
        assert_eq!(
            of("V1", at("2026-05-01T10:00:00Z"), None, &[("Vehicle.Speed", 53.0)]),
            "62aacd798d5c9520b3a2cb5e3a85708e9299b8577c1194792294751572389898"
        );
        // printf 'V2\n2026-05-01T10:00:00.123456Z\n7\nA=-0.5\nB=1e21\nC=0.1\n' | sha256sum
        assert_eq!(
            of(
                "V2",
                at("2026-05-01T12:00:00.123456789+02:00"),
                Some(7),
                &[("C", 0.1), ("B", 1e21), ("A", -0.5)]
            ),
            "36fab86b889dabddc934d6d525aeecdc43c427dc81c802df45ce8323a6f6961e"
        );
    }

    proptest! {
        #[test]
        fn the_order_of_signals_does_not_matter(values in proptest::collection::vec(-1e6f64..1e6, 1..8)) {
            let names: Vec<String> = (0..values.len()).map(|i| format!("Vehicle.S{i}")).collect();
            let mut signals: Vec<(&str, f64)> = names.iter().map(String::as_str).zip(values).collect();
            let forward = of("V", at("2026-05-01T10:00:00Z"), Some(1), &signals);
            signals.reverse();
            prop_assert_eq!(forward, of("V", at("2026-05-01T10:00:00Z"), Some(1), &signals));
        }

        #[test]
        fn a_changed_value_changes_the_hash(value in -1e6f64..1e6) {
            let one = of("V", at("2026-05-01T10:00:00Z"), None, &[("A", value)]);
            let other = of("V", at("2026-05-01T10:00:00Z"), None, &[("A", value + 1.0)]);
            prop_assert_ne!(one, other);
        }
    }
}
