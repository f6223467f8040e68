//! Times of RFC 3339 on the hot path: what devices and events carry is read and written without the general machinery of a calendar.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::de::{Deserializer, Error, Visitor};

/// Reads a time of RFC 3339. The usual form (`2026-05-01T10:00:00.123Z`) is read at once, any other by chrono.
pub fn parse(text: &str) -> Option<DateTime<Utc>> {
    parse_usual(text.as_bytes()).or_else(|| Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc()))
}

/// For `#[serde(deserialize_with = "chassis::times::deserialize")]`.
pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DateTime<Utc>, D::Error> {
    struct Text;
    impl Visitor<'_> for Text {
        type Value = DateTime<Utc>;
        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("a time of RFC 3339")
        }
        fn visit_str<E: Error>(self, text: &str) -> Result<DateTime<Utc>, E> {
            parse(text).ok_or_else(|| E::custom(format!("{text:?} is not a time of RFC 3339")))
        }
    }
    deserializer.deserialize_str(Text)
}

/// Appends a time with six fractional digits and `Z`: `2026-05-01T10:00:00.123000Z`.
pub fn write_micros(time: DateTime<Utc>, out: &mut Vec<u8>) {
    let (seconds, micros) = (time.timestamp(), time.timestamp_subsec_micros());
    let (year, month, day) = civil(seconds.div_euclid(86_400));
    if !(0..=9_999).contains(&year) {
        out.extend_from_slice(time.to_rfc3339_opts(chrono::SecondsFormat::Micros, true).as_bytes());
        return;
    }
    let second = seconds.rem_euclid(86_400) as u32;
    let mut text = *b"0000-00-00T00:00:00.000000Z";
    put(&mut text[0..4], year as u32);
    put(&mut text[5..7], month);
    put(&mut text[8..10], day);
    put(&mut text[11..13], second / 3_600);
    put(&mut text[14..16], second / 60 % 60);
    put(&mut text[17..19], second % 60);
    // A leap second counts beyond a million.
    put(&mut text[20..26], micros % 1_000_000);
    if micros >= 1_000_000 {
        text[17..19].copy_from_slice(b"60");
    }
    out.extend_from_slice(&text);
}

fn put(digits: &mut [u8], mut number: u32) {
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
    }
}

fn parse_usual(text: &[u8]) -> Option<DateTime<Utc>> {
    let [head @ .., b'Z'] = text else { return None };
    let (head, fraction) = match head.get(19) {
        None => (head, &[][..]),
        Some(b'.') if head.len() > 20 && head.len() <= 29 => (&head[..19], &head[20..]),
        Some(_) => return None,
    };
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if head.len() != 19 || marks.iter().any(|(at, mark)| head[*at] != *mark) {
        return None;
    }
    let (year, month, day) = (number(&head[0..4])?, number(&head[5..7])?, number(&head[8..10])?);
    let (hour, minute, second) = (number(&head[11..13])?, number(&head[14..16])?, number(&head[17..19])?);
    if !(1..=12).contains(&month) || hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    let days = days(i64::from(year), month, day);
    // A day that its month does not have comes back as another date.
    if civil(days) != (i64::from(year), month, day) {
        return None;
    }
    let nanos = number(fraction)? * 10_u32.pow(9 - fraction.len() as u32);
    DateTime::from_timestamp(days * 86_400 + i64::from(hour * 3_600 + minute * 60 + second), nanos)
}

/// A number of at most nine digits; 0 for none.
fn number(digits: &[u8]) -> Option<u32> {
    let mut number = 0;
    for digit in digits {
        if !digit.is_ascii_digit() {
            return None;
        }
        number = number * 10 + u32::from(digit - b'0');
    }
    Some(number)
}

/// Days since 1970-01-01 of a date of the Gregorian calendar (H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`).
fn days(year: i64, month: u32, day: u32) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let year_of_era = year.rem_euclid(400);
    let months = i64::from((month + 9) % 12);
    let day_of_year = (153 * months + 2) / 5 + i64::from(day) - 1;
    era * 146_097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year - 719_468
}

/// Year, month and day of days since 1970-01-01 (`civil_from_days` of the same).
fn civil(days: i64) -> (i64, u32, u32) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let months = (5 * day_of_year + 2) / 153;
    let day = (day_of_year - (153 * months + 2) / 5 + 1) as u32;
    let month = if months < 10 { months + 3 } else { months - 9 } as u32;
    (year_of_era + era * 400 + i64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::SecondsFormat;
    use proptest::prelude::*;

    fn by_chrono(text: &str) -> Option<DateTime<Utc>> {
        Some(DateTime::parse_from_rfc3339(text).ok()?.to_utc())
    }

    #[test]
    fn odd_forms_are_read_as_chrono_reads_them() {
        for text in [
            "2026-02-29T10:00:00Z",
            "2024-02-29T10:00:00Z",
            "2026-05-01T10:00:00.123456789Z",
            "2026-05-01T10:00:00.1234567891Z",
            "2026-05-01T10:00:00.Z",
            "2026-05-01T10:00:60Z",
            "2026-05-01T24:00:00Z",
            "2026-13-01T10:00:00Z",
            "2026-05-00T10:00:00Z",
            "2026-05-01t10:00:00z",
            "2026-05-01T10:00:00+02:00",
            "0000-01-01T00:00:00Z",
            "Z",
            "",
        ] {
            assert_eq!(parse(text), by_chrono(text), "{text}");
        }
    }

    proptest! {
        #[test]
        fn times_are_written_and_read_as_chrono_does(seconds in -62_167_219_200i64..253_402_300_799, nanos in 0u32..1_000_000_000) {
            let time = DateTime::from_timestamp(seconds, nanos).unwrap();
            let mut text = Vec::new();
            write_micros(time, &mut text);
            let text = String::from_utf8(text).unwrap();
            prop_assert_eq!(&text, &time.to_rfc3339_opts(SecondsFormat::Micros, true));
            prop_assert_eq!(parse(&text), by_chrono(&text));
            let nanos = time.to_rfc3339_opts(SecondsFormat::AutoSi, true);
            prop_assert_eq!(parse(&nanos), Some(time));
        }

        #[test]
        fn mangled_times_are_read_as_chrono_reads_them(at in 0usize..24, character in any::<char>()) {
            let mut text: Vec<char> = "2026-05-01T10:00:00.123Z".chars().collect();
            text[at] = character;
            let text: String = text.into_iter().collect();
            prop_assert_eq!(parse(&text), by_chrono(&text));
        }
    }
}
