//! A calendar of visits as iCalendar (RFC 5545): lines folded at 75 octets, text escaped, times in UTC.

use chrono::{DateTime, Utc};

/// One visit in the calendar.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Stable over the visit's life, so that a change replaces the entry.
    pub uid: String,
    /// Grows with every change.
    pub sequence: i64,
    pub stamp: DateTime<Utc>,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub summary: String,
    pub description: String,
    pub location: String,
    pub cancelled: bool,
}

/// The whole calendar object, each line ended by CRLF.
pub fn write(name: &str, entries: &[Entry]) -> String {
    let mut out = String::new();
    line(&mut out, "BEGIN", "VCALENDAR");
    line(&mut out, "VERSION", "2.0");
    line(&mut out, "PRODID", "-//CarVrooom2//scheduling-service//EN");
    line(&mut out, "CALSCALE", "GREGORIAN");
    line(&mut out, "METHOD", "PUBLISH");
    line(&mut out, "X-WR-CALNAME", &escape(name));
    for entry in entries {
        line(&mut out, "BEGIN", "VEVENT");
        line(&mut out, "UID", &escape(&entry.uid));
        line(&mut out, "SEQUENCE", &entry.sequence.to_string());
        line(&mut out, "DTSTAMP", &stamp(entry.stamp));
        line(&mut out, "DTSTART", &stamp(entry.starts_at));
        line(&mut out, "DTEND", &stamp(entry.ends_at));
        line(&mut out, "SUMMARY", &escape(&entry.summary));
        line(&mut out, "DESCRIPTION", &escape(&entry.description));
        line(&mut out, "LOCATION", &escape(&entry.location));
        line(
            &mut out,
            "STATUS",
            if entry.cancelled { "CANCELLED" } else { "CONFIRMED" },
        );
        line(&mut out, "END", "VEVENT");
    }
    line(&mut out, "END", "VCALENDAR");
    out
}

fn stamp(at: DateTime<Utc>) -> String {
    at.format("%Y%m%dT%H%M%SZ").to_string()
}

/// Backslash, semicolon, comma and line break have a meaning in TEXT values; other control characters are dropped.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\\' | ';' | ',' => escaped.extend(['\\', letter]),
            '\n' => escaped.push_str("\\n"),
            letter if letter.is_control() && letter != '\t' => {}
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// A content line holds at most 75 octets; what is longer goes on after CRLF and a space, never inside a character.
fn line(out: &mut String, name: &str, value: &str) {
    const OCTETS_MAX: usize = 75;
    let mut used = 0;
    for letter in name.chars().chain([':']).chain(value.chars()) {
        if used + letter.len_utf8() > OCTETS_MAX {
            out.push_str("\r\n ");
            used = 1;
        }
        out.push(letter);
        used += letter.len_utf8();
    }
    out.push_str("\r\n");
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn entry(summary: &str) -> Entry {
        let starts_at = "2026-05-04T07:00:00Z".parse().unwrap();
        Entry {
            uid: "apt_1@carvrooom".into(),
            sequence: 2,
            stamp: starts_at,
            starts_at,
            ends_at: "2026-05-04T09:30:00Z".parse().unwrap(),
            summary: summary.into(),
            description: String::new(),
            location: String::new(),
            cancelled: false,
        }
    }

    fn unfold(text: &str) -> String {
        text.replace("\r\n ", "")
    }

    fn unescape(text: &str) -> String {
        let mut out = String::new();
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            match (letter, letter == '\\') {
                (_, true) => match letters.next() {
                    Some('n') => out.push('\n'),
                    Some(other) => out.push(other),
                    None => {}
                },
                (letter, false) => out.push(letter),
            }
        }
        out
    }

    #[test]
    fn a_visit_becomes_an_event() {
        let text = write("Visits", &[entry("V1, cooling; 2.5 h")]);
        assert!(text.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"), "{text}");
        assert!(
            text.contains("DTSTART:20260504T070000Z\r\nDTEND:20260504T093000Z\r\n"),
            "{text}"
        );
        assert!(text.contains("SUMMARY:V1\\, cooling\\; 2.5 h\r\n"), "{text}");
        assert!(text.ends_with("END:VEVENT\r\nEND:VCALENDAR\r\n"), "{text}");
    }

    proptest! {
        #[test]
        fn lines_are_short_and_text_survives(summary in "[\\PC\n]{0,200}") {
            let text = write("Visits", &[entry(&summary)]);
            for line in text.split("\r\n") {
                prop_assert!(line.len() <= 75, "{} octets", line.len());
                prop_assert!(!line.contains(['\r', '\n']));
            }
            let unfolded = unfold(&text);
            let value = unfolded.split("\r\n").find_map(|line| line.strip_prefix("SUMMARY:")).unwrap();
            prop_assert_eq!(unescape(value), summary);
        }
    }
}
