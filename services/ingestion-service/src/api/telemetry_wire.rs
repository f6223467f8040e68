//! Reads telemetry from request bodies: typed, on borrowed text, with one bad record never spoiling its neighbours.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{Deserializer, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue as RawJson;

use super::telemetry_scan::{Scan, scan_record};
use crate::domain::fault::Rejection;
use crate::domain::record::{Protocol, RawCode, RawRecord, RawValue};
use crate::error::{Error, Unreadable};
use crate::use_cases::ingest_records::Element;

/// Reads a body that is one record.
pub fn parse_one(body: &[u8], _records_max: usize) -> Result<Vec<Element<'_>>, Error> {
    let raw: &RawJson = serde_json::from_slice(body).map_err(|error| unreadable(&error))?;
    Ok(vec![element(raw.get())])
}

/// Reads a body that is a JSON array of records.
pub fn parse_array(body: &[u8], records_max: usize) -> Result<Vec<Element<'_>>, Error> {
    let quick = std::str::from_utf8(body)
        .ok()
        .and_then(|text| scan_array(text, records_max));
    if let Some(elements) = quick {
        return Ok(elements);
    }
    let elements: Vec<&RawJson> = serde_json::from_slice(body).map_err(|error| unreadable(&error))?;
    if elements.len() > records_max {
        return Err(Error::BatchTooLong { max: records_max });
    }
    Ok(elements.into_iter().map(|raw| element(raw.get())).collect())
}

/// Reads an array in one pass; only elements that are not plain are read the thorough way. `None` if it is not a whole array of at most
/// so many elements: then the thorough way says why.
fn scan_array(text: &str, records_max: usize) -> Option<Vec<Element<'_>>> {
    let mut scan = Scan::new(text);
    scan.expect(b'[')?;
    let mut elements = Vec::with_capacity(text.len() / 256);
    if scan.expect(b']').is_none() {
        loop {
            scan.blanks();
            let rest = scan.rest();
            let next = match scan_record(rest) {
                Some((record, length)) => Element {
                    raw: &rest[..length],
                    record: Ok(record),
                },
                None => {
                    let mut thorough = serde_json::Deserializer::from_str(rest);
                    self::thorough(<&RawJson>::deserialize(&mut thorough).ok()?.get())
                }
            };
            scan.skip(next.raw.len());
            elements.push(next);
            if elements.len() > records_max {
                return None;
            }
            if scan.expect(b',').is_none() {
                scan.expect(b']')?;
                break;
            }
        }
    }
    scan.blanks();
    scan.rest().is_empty().then_some(elements)
}

/// Reads a body that has one record on each line; blank lines are passed over.
pub fn parse_lines(body: &[u8], records_max: usize) -> Result<Vec<Element<'_>>, Error> {
    let text = std::str::from_utf8(body).map_err(|error| {
        let line = body[..error.valid_up_to()]
            .iter()
            .filter(|byte| **byte == b'\n')
            .count()
            + 1;
        Error::BodyUnreadable(Unreadable {
            position: format!("{line}:1"),
            detail: "the line is not UTF-8".to_owned(),
        })
    })?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let mut elements = Vec::new();
    for line in lines {
        if elements.len() == records_max {
            return Err(Error::BatchTooLong { max: records_max });
        }
        elements.push(element(line));
    }
    Ok(elements)
}

fn unreadable(error: &serde_json::Error) -> Error {
    let position = format!("{}:{}", error.line(), error.column());
    Error::BodyUnreadable(Unreadable {
        position,
        detail: error.to_string(),
    })
}

fn element(raw: &str) -> Element<'_> {
    match scan_record(raw) {
        Some((record, length)) if length == raw.len() => Element {
            raw,
            record: Ok(record),
        },
        _ => thorough(raw),
    }
}

/// Reads a record of any form, or says what is wrong with it.
fn thorough(raw: &str) -> Element<'_> {
    let record = match serde_json::from_str::<WireRecord<'_>>(raw) {
        Ok(wire) => wire.into_record(),
        Err(_) => Err(rejection(raw)),
    };
    Element { raw, record }
}

/// Reads a bad record once more, this time noting where it goes wrong.
fn rejection(raw: &str) -> Rejection {
    let mut deserializer = serde_json::Deserializer::from_str(raw);
    match serde_path_to_error::deserialize::<_, WireRecord<'_>>(&mut deserializer) {
        Err(error) => {
            let path = format!("/{}", error.path().to_string().replace('.', "/"));
            let path = if path == "//" { String::new() } else { path };
            let inner = error.into_inner();
            let detail = inner.to_string();
            if inner.is_data() {
                Rejection::Shape { path, detail }
            } else {
                Rejection::Malformed { detail }
            }
        }
        Ok(_) => Rejection::Malformed {
            detail: "something follows the record".to_owned(),
        },
    }
}

/// A record on the wire; unknown members are ignored.
#[derive(Deserialize)]
struct WireRecord<'a> {
    #[serde(borrow)]
    vehicle_id: Text<'a>,
    #[serde(borrow, default)]
    vin: Option<Text<'a>>,
    #[serde(borrow)]
    timestamp: Text<'a>,
    #[serde(borrow)]
    protocol: Text<'a>,
    #[serde(default)]
    sequence: Option<i64>,
    #[serde(borrow, default)]
    data: Data<'a>,
    #[serde(borrow, default)]
    dtcs: Option<Vec<Code<'a>>>,
    #[serde(default)]
    synthetic_time: Option<bool>,
}

impl<'a> WireRecord<'a> {
    fn into_record(self) -> Result<RawRecord<'a>, Rejection> {
        let Some(protocol) = Protocol::parse(&self.protocol.0) else {
            return Err(Rejection::Protocol(self.protocol.0.chars().take(40).collect()));
        };
        if !crate::domain::vehicle::is_vehicle_id(&self.vehicle_id.0) {
            return Err(Rejection::VehicleId);
        }
        if self.sequence.is_some_and(|sequence| sequence < 0) {
            return Err(Rejection::Shape {
                path: "/sequence".to_owned(),
                detail: "a sequence is not negative".to_owned(),
            });
        }
        Ok(RawRecord {
            vehicle_id: self.vehicle_id.0,
            vin: self.vin.map(|text| text.0).filter(|text| !text.trim().is_empty()),
            timestamp: self.timestamp.0,
            protocol,
            sequence: self.sequence,
            readings: self.data.0,
            codes_read: self.dtcs.is_some(),
            codes: self.dtcs.unwrap_or_default().into_iter().map(|code| code.0).collect(),
            synthetic_time: self.synthetic_time.unwrap_or(false),
        })
    }
}

/// A text that borrows from the body where it holds no escapes.
#[derive(Clone)]
struct Text<'a>(Cow<'a, str>);

impl<'de: 'a, 'a> Deserialize<'de> for Text<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(TextVisitor).map(Self)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Cow<'de, str>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("a text")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}

/// The readings of a record, in the order sent.
#[derive(Default)]
struct Data<'a>(Vec<(Cow<'a, str>, RawValue<'a>)>);

impl<'de: 'a, 'a> Deserialize<'de> for Data<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(DataVisitor).map(Self)
    }
}

struct DataVisitor;

impl<'de> Visitor<'de> for DataVisitor {
    type Value = Vec<(Cow<'de, str>, RawValue<'de>)>;

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("an object of readings")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut readings = Vec::with_capacity(map.size_hint().unwrap_or(16));
        while let Some(Text(name)) = map.next_key()? {
            let value = map.next_value::<&'de RawJson>()?;
            readings.push((name, reading(value.get()).map_err(A::Error::custom)?));
        }
        Ok(readings)
    }
}

/// Reads a value by its first character. Numbers are parsed exactly, which the JSON library by default does not promise for the last bit.
fn reading(json: &str) -> Result<RawValue<'_>, serde_json::Error> {
    Ok(match json.as_bytes().first() {
        Some(b'"') => RawValue::Text(serde_json::from_str::<Text<'_>>(json)?.0),
        Some(b'{') => measured(json),
        Some(b'[') => RawValue::Unsupported("an array"),
        Some(b't') => RawValue::Boolean(true),
        Some(b'f') => RawValue::Boolean(false),
        Some(b'n') => RawValue::Missing,
        _ => json
            .parse()
            .map_or(RawValue::Unsupported("a number beyond all bounds"), finite),
    })
}

fn finite(number: f64) -> RawValue<'static> {
    if number.is_finite() {
        RawValue::Number(number)
    } else {
        RawValue::Unsupported("a number beyond all bounds")
    }
}

/// `{"value": 194, "unit": "degF"}` or `{"hex": "0C80"}`.
#[derive(Deserialize)]
struct Measured<'a> {
    #[serde(borrow, default)]
    value: Option<&'a RawJson>,
    #[serde(borrow, default)]
    unit: Option<Text<'a>>,
    #[serde(borrow, default)]
    hex: Option<Text<'a>>,
}

fn measured(json: &str) -> RawValue<'_> {
    let Ok(wire) = serde_json::from_str::<Measured<'_>>(json) else {
        return RawValue::Unsupported("an object whose members have the wrong type");
    };
    let inner = wire.value.map(|value| {
        if value.get().starts_with('{') {
            Ok(RawValue::Unsupported("an object"))
        } else {
            reading(value.get())
        }
    });
    match (wire.hex, inner) {
        (Some(hex), None) => RawValue::Hexadecimal(hex.0),
        (None, Some(Ok(value))) => RawValue::Measured {
            value: Box::new(value),
            unit: wire.unit.map(|unit| unit.0),
        },
        _ => RawValue::Unsupported("an object with neither value nor hex"),
    }
}

/// `"P0301"` or `{"code": "P0301", "status": "pending", "ecu": "7E8"}`.
struct Code<'a>(RawCode<'a>);

#[derive(Deserialize)]
struct CodeObject<'a> {
    #[serde(borrow)]
    code: Text<'a>,
    #[serde(borrow, default)]
    status: Option<Text<'a>>,
    #[serde(borrow, default)]
    ecu: Option<Text<'a>>,
}

impl<'de: 'a, 'a> Deserialize<'de> for Code<'a> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let json = <&'de RawJson>::deserialize(deserializer)?.get();
        let code = if json.starts_with('"') {
            let code: Text<'_> = serde_json::from_str(json).map_err(D::Error::custom)?;
            RawCode {
                code: code.0,
                status: None,
                ecu: None,
            }
        } else {
            let object: CodeObject<'_> = serde_json::from_str(json).map_err(D::Error::custom)?;
            RawCode {
                code: object.code.0,
                status: object.status.map(|text| text.0),
                ecu: object.ecu.map(|text| text.0),
            }
        };
        Ok(Self(code))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const GOOD: &str = r#"{"vehicle_id":"V1","timestamp":"2026-05-01T10:00:00Z","protocol":"OBD2","sequence":7,
        "data":{"PID_0C":"3200","PID_05":{"hex":"7B"},"x":{"value":194,"unit":"degF"},"b":true,"n":null,"a":[1]},
        "dtcs":["P0301",{"code":"P0420","status":"pending","ecu":"7E8"}],"unknown":1}"#;

    #[test]
    fn a_record_is_read_in_all_its_forms() {
        let elements = parse_one(GOOD.as_bytes(), 1).unwrap();
        let record = elements[0].record.as_ref().unwrap();
        let value = |name: &str| record.readings.iter().find(|(own, _)| own == name).unwrap().1.clone();
        assert_eq!(value("PID_0C"), RawValue::Text("3200".into()));
        assert_eq!(value("PID_05"), RawValue::Hexadecimal("7B".into()));
        assert_eq!(
            value("x"),
            RawValue::Measured {
                value: Box::new(RawValue::Number(194.0)),
                unit: Some("degF".into())
            }
        );
        assert_eq!(value("b"), RawValue::Boolean(true));
        assert_eq!(value("n"), RawValue::Missing);
        assert_eq!(value("a"), RawValue::Unsupported("an array"));
        assert_eq!((record.sequence, record.codes.len()), (Some(7), 2));
        assert_eq!(record.codes[1].status.as_deref(), Some("pending"));
    }

    #[test]
    fn a_bad_element_is_rejected_with_its_place_and_its_neighbours_stay() {
        let body = format!(r#"[{GOOD},{{"vehicle_id":5}},7,{GOOD}]"#);
        let elements = parse_array(body.as_bytes(), 10).unwrap();
        assert!(elements[0].record.is_ok() && elements[3].record.is_ok());
        assert!(matches!(&elements[1].record, Err(Rejection::Shape { path, .. }) if path == "/vehicle_id"));
        assert_eq!(elements[2].record.as_ref().unwrap_err().code(), "record.wrong_shape");
    }

    #[test]
    fn lines_are_read_one_by_one() {
        let body = format!(
            "{}\n\n{{\"vehicle_id\":\n{}",
            GOOD.replace('\n', ""),
            GOOD.replace('\n', "")
        );
        let elements = parse_lines(body.as_bytes(), 10).unwrap();
        assert_eq!(elements.len(), 3);
        assert!(matches!(elements[1].record, Err(Rejection::Malformed { .. })));
        assert!(matches!(
            parse_lines(body.as_bytes(), 2),
            Err(Error::BatchTooLong { max: 2 })
        ));
    }

    #[test]
    fn what_is_no_json_says_where() {
        let Err(Error::BodyUnreadable(unreadable)) = parse_array(b"[\n{]", 10) else {
            panic!("accepted")
        };
        assert_eq!(unreadable.position, "2:2");
    }

    #[test]
    fn numbers_keep_their_last_bit() {
        for number in [0.1 + 0.2, 13.370_000_000_000_001, 1e-310, 123_456_789.123_456_79] {
            assert_eq!(reading(&format!("{number:?}")).unwrap(), RawValue::Number(number));
        }
    }

    /// Both ways read the same, or the quick one leaves it to the other.
    fn check_both_ways(text: &str) {
        if let Some((record, length)) = scan_record(text) {
            let thorough = thorough(&text[..length]);
            assert_eq!(Ok(record), thorough.record, "{text}");
        }
        let elements = |elements: Vec<Element<'_>>| {
            let owned = |element: Element<'_>| format!("{} {:?}", element.raw, element.record);
            elements.into_iter().map(owned).collect::<Vec<_>>()
        };
        if let Some(quick) = scan_array(text, 100) {
            let raw: Vec<&RawJson> = serde_json::from_str(text).unwrap();
            let slow = raw.into_iter().map(|raw| thorough(raw.get())).collect();
            assert_eq!(elements(quick), elements(slow), "{text}");
        }
    }

    const PLAIN: &str = r#"{"vehicle_id":"V1","vin":"","timestamp":"2026-05-01T10:00:00Z","protocol":"GENERIC","sequence":7,
        "synthetic_time":false,"data":{"a":-1.50e+2,"b":"82C","c":true,"d":null,"e":0}}"#;

    #[test]
    fn a_plain_record_goes_the_quick_way() {
        let (record, length) = scan_record(PLAIN).unwrap();
        assert_eq!((record.readings.len(), length), (5, PLAIN.len()));
        for number in ["01", "1.", ".5", "1e", "+1", "-", "1e999", "0x1", "NaN"] {
            assert!(scan_record(&PLAIN.replace("-1.50e+2", number)).is_none(), "{number}");
        }
        assert_eq!(scan_array(&format!(" [ {PLAIN} , {PLAIN} ] "), 2).unwrap().len(), 2);
        assert!(scan_array(&format!("[{PLAIN},{PLAIN}]"), 1).is_none());
        assert!(scan_array(&format!("[{PLAIN},]"), 9).is_none());
        assert!(scan_array(&format!("[{PLAIN}] x"), 9).is_none());
        check_both_ways(&format!("[{PLAIN},{GOOD},7,{PLAIN}]"));
    }

    proptest! {
        #[test]
        fn both_ways_read_the_same_from_mangled_records(
            edits in proptest::collection::vec((0usize..300, prop_oneof![any::<char>(), proptest::char::range(' ', '~')]), 1..4),
            in_array in any::<bool>(),
        ) {
            let mut text: Vec<char> = PLAIN.chars().collect();
            for (at, character) in edits {
                let at = at % text.len();
                text[at] = character;
            }
            let text: String = text.into_iter().collect();
            check_both_ways(&if in_array { format!("[{PLAIN},{text}]") } else { text });
        }

        #[test]
        fn arbitrary_bytes_never_panic(body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = parse_one(&body, 10);
            let _ = parse_array(&body, 10);
            let _ = parse_lines(&body, 10);
        }

        #[test]
        fn mangled_records_never_panic(at in 0usize..300, byte in any::<u8>()) {
            let mut body = GOOD.as_bytes().to_vec();
            let at = at % body.len();
            body[at] = byte;
            let _ = parse_one(&body, 1);
        }
    }
}
