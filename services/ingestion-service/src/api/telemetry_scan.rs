//! The quick way through a body: most records are plain (known members, texts without escapes, bare numbers) and are read in one pass,
//! borrowing every text. Whatever is not plain is left to the thorough way, so that both read the same from any body; tests compare them.

use std::borrow::Cow;

use crate::domain::record::{Protocol, RawRecord, RawValue};
use crate::domain::vehicle::is_vehicle_id;

/// A plain record at the start of a text, and how many bytes it takes. `None` says nothing about the record but that it is not plain.
#[must_use]
pub(super) fn scan_record(text: &str) -> Option<(RawRecord<'_>, usize)> {
    let mut scan = Scan { text, at: 0 };
    let mut found = Found::default();
    scan.members(|scan, name| found.member(scan, name))?;
    Some((found.into_record()?, scan.at))
}

/// The members of a record as far as they were met.
#[derive(Default)]
struct Found<'a> {
    vehicle_id: Option<&'a str>,
    vin: Option<&'a str>,
    timestamp: Option<&'a str>,
    protocol: Option<&'a str>,
    sequence: Option<i64>,
    data: Option<Vec<(Cow<'a, str>, RawValue<'a>)>>,
    synthetic_time: Option<bool>,
}

impl<'a> Found<'a> {
    fn member(&mut self, scan: &mut Scan<'a>, name: &'a str) -> Option<()> {
        match name {
            "vehicle_id" => once(&mut self.vehicle_id, scan.string()?),
            "vin" => once(&mut self.vin, scan.string()?),
            "timestamp" => once(&mut self.timestamp, scan.string()?),
            "protocol" => once(&mut self.protocol, scan.string()?),
            "sequence" => once(&mut self.sequence, scan.number()?.parse().ok()?),
            "synthetic_time" => match scan.value()? {
                RawValue::Boolean(synthetic) => once(&mut self.synthetic_time, synthetic),
                _ => None,
            },
            "data" => {
                let mut readings = Vec::with_capacity(16);
                scan.members(|scan, name| {
                    readings.push((Cow::Borrowed(name), scan.value()?));
                    Some(())
                })?;
                once(&mut self.data, readings)
            }
            _ => None,
        }
    }

    fn into_record(self) -> Option<RawRecord<'a>> {
        let vehicle_id = self.vehicle_id.filter(|id| is_vehicle_id(id))?;
        Some(RawRecord {
            vehicle_id: Cow::Borrowed(vehicle_id),
            vin: self.vin.filter(|vin| !vin.trim().is_empty()).map(Cow::Borrowed),
            timestamp: Cow::Borrowed(self.timestamp?),
            protocol: Protocol::parse(self.protocol?)?,
            sequence: match self.sequence {
                Some(negative) if negative < 0 => return None,
                sequence => sequence,
            },
            readings: self.data.unwrap_or_default(),
            codes: Vec::new(),
            codes_read: false,
            synthetic_time: self.synthetic_time.unwrap_or(false),
        })
    }
}

/// A member that stands twice is not plain.
fn once<T>(place: &mut Option<T>, value: T) -> Option<()> {
    place.replace(value).is_none().then_some(())
}

/// Where the body is being read.
pub(super) struct Scan<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Scan<'a> {
    /// Begins at the start of a text.
    #[must_use]
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// What is left.
    #[must_use]
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Goes on behind so many bytes.
    pub(super) fn skip(&mut self, bytes: usize) {
        self.at += bytes;
    }

    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    /// Passes JSON's white space.
    pub(super) fn blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// Passes one character after white space.
    pub(super) fn expect(&mut self, byte: u8) -> Option<()> {
        self.blanks();
        (self.peek()? == byte).then(|| self.at += 1)
    }

    /// The members of an object, each value read by `member`.
    fn members(&mut self, mut member: impl FnMut(&mut Self, &'a str) -> Option<()>) -> Option<()> {
        self.expect(b'{')?;
        self.blanks();
        if self.peek()? == b'}' {
            self.at += 1;
            return Some(());
        }
        loop {
            self.blanks();
            let name = self.string()?;
            self.expect(b':')?;
            self.blanks();
            member(self, name)?;
            self.blanks();
            match self.peek()? {
                b',' => self.at += 1,
                b'}' => {
                    self.at += 1;
                    return Some(());
                }
                _ => return None,
            }
        }
    }

    /// A text without escapes.
    fn string(&mut self) -> Option<&'a str> {
        if self.peek()? != b'"' {
            return None;
        }
        let start = self.at + 1;
        let bytes = &self.text.as_bytes()[start..];
        let length = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))?;
        if bytes[length] != b'"' {
            return None;
        }
        self.at = start + length + 1;
        Some(&self.text[start..start + length])
    }

    /// The text of a number by JSON's grammar.
    fn number(&mut self) -> Option<&'a str> {
        let (start, bytes) = (self.at, self.text.as_bytes());
        let mut at = start + usize::from(bytes.get(start) == Some(&b'-'));
        let digits = |at: usize| bytes[at..].iter().take_while(|byte| byte.is_ascii_digit()).count();
        let whole = digits(at);
        if whole == 0 || (whole > 1 && bytes[at] == b'0') {
            return None;
        }
        at += whole;
        if bytes.get(at) == Some(&b'.') {
            let fraction = digits(at + 1);
            if fraction == 0 {
                return None;
            }
            at += 1 + fraction;
        }
        if matches!(bytes.get(at), Some(b'e' | b'E')) {
            at += 1 + usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
            let exponent = digits(at.min(bytes.len()));
            if exponent == 0 {
                return None;
            }
            at += exponent;
        }
        self.at = at;
        Some(&self.text[start..at])
    }

    /// A bare value; an object or an array is not plain. Numbers are parsed exactly.
    fn value(&mut self) -> Option<RawValue<'a>> {
        match self.peek()? {
            b'"' => Some(RawValue::Text(Cow::Borrowed(self.string()?))),
            b't' => self.word("true", RawValue::Boolean(true)),
            b'f' => self.word("false", RawValue::Boolean(false)),
            b'n' => self.word("null", RawValue::Missing),
            _ => {
                let number: f64 = self.number()?.parse().ok()?;
                number.is_finite().then_some(RawValue::Number(number))
            }
        }
    }

    fn word(&mut self, word: &str, value: RawValue<'a>) -> Option<RawValue<'a>> {
        self.rest().starts_with(word).then(|| {
            self.at += word.len();
            value
        })
    }
}
