//! Normalisation, case by case and by property.

use std::borrow::Cow;

use super::*;
use crate::domain::fault::ReadingFault as F;
use proptest::prelude::*;

fn limits() -> Limits {
    Limits {
        future_skew_max: TimeDelta::seconds(300),
        age_max: TimeDelta::days(3650),
        readings_max: 500,
    }
}

fn raw<'a>(protocol: Protocol, readings: Vec<(&'a str, RawValue<'a>)>) -> RawRecord<'a> {
    RawRecord {
        vehicle_id: "V1".into(),
        vin: None,
        timestamp: "2026-05-01T10:00:00Z".into(),
        protocol,
        sequence: None,
        readings: readings.into_iter().map(|(name, value)| (name.into(), value)).collect(),
        codes: Vec::new(),
        codes_read: false,
        synthetic_time: false,
    }
}

fn normalise(raw: &RawRecord<'_>) -> Result<Record, Refusal> {
    let catalog = crate::config::signals().unwrap();
    let now = "2026-05-01T10:00:30Z".parse().unwrap();
    Normaliser {
        catalog: &catalog,
        limits: &limits(),
        now,
    }
    .normalise(raw)
}

#[track_caller]
fn check(protocol: Protocol, name: &str, value: RawValue<'_>, path: &str, expected: f64) {
    let record = normalise(&raw(protocol, vec![(name, value)])).unwrap();
    let catalog = crate::config::signals().unwrap();
    let reading = record
        .readings
        .iter()
        .find(|reading| catalog.get(reading.signal).path == path)
        .unwrap();
    assert!(
        (reading.value - expected).abs() < 1e-6,
        "{} is not {expected}",
        reading.value
    );
}

#[track_caller]
fn check_fault(protocol: Protocol, name: &str, value: RawValue<'_>, signal: &str, fault: &F) {
    let good = ("Vehicle.Speed", RawValue::Number(50.0));
    let record = normalise(&raw(protocol, vec![good, (name, value)])).unwrap();
    assert_eq!(record.readings.len(), 1, "the good reading is kept");
    assert_eq!(
        record.faulty,
        [FaultyReading {
            signal: signal.to_owned(),
            fault: fault.clone()
        }]
    );
}

const RPM: &str = "Vehicle.Powertrain.CombustionEngine.Speed";
const COOLANT: &str = "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature";

fn measured<'a>(value: RawValue<'a>, unit: &'a str) -> RawValue<'a> {
    RawValue::Measured {
        value: Box::new(value),
        unit: Some(unit.into()),
    }
}

#[test]
fn readings_of_every_form_are_understood() {
    check(Protocol::Obd2, "PID_0C", RawValue::Text("3200".into()), RPM, 3200.0);
    check(
        Protocol::Obd2,
        "PID_0C",
        RawValue::Hexadecimal("0C80".into()),
        RPM,
        800.0,
    );
    check(
        Protocol::Obd2,
        "PID_A6",
        RawValue::Number(84_210.5),
        "Vehicle.TraveledDistance",
        84_210_500.0,
    );
    check(
        Protocol::Obd2,
        "PID_01",
        RawValue::Hexadecimal("82076504".into()),
        "Vehicle.Diagnostics.DTCCount",
        2.0,
    );
    check(Protocol::Generic, COOLANT, RawValue::Number(91.0), COOLANT, 91.0);
    check(
        Protocol::Generic,
        "COOLANT_TEMPERATURE ()",
        RawValue::Text("81.000000".into()),
        COOLANT,
        81.0,
    );
    check(
        Protocol::Generic,
        COOLANT,
        measured(RawValue::Number(194.0), "degF"),
        COOLANT,
        90.0,
    );
    check(
        Protocol::Generic,
        "Engine Coolant Temperature [Â°C]",
        RawValue::Text("31".into()),
        COOLANT,
        31.0,
    );
    check(
        Protocol::Generic,
        "ENGINE_COOLANT_TEMP",
        RawValue::Text("82C".into()),
        COOLANT,
        82.0,
    );
    check(
        Protocol::Generic,
        "vel",
        RawValue::Text("55 mph".into()),
        "Vehicle.Speed",
        88.513_92,
    );
    check(
        Protocol::Generic,
        "is_charging",
        RawValue::Boolean(true),
        "Vehicle.Powertrain.TractionBattery.Charging.IsCharging",
        1.0,
    );
}

#[test]
fn what_is_wrong_with_a_reading_is_named_and_the_others_stay() {
    let g = Protocol::Generic;
    check_fault(g, "warp", RawValue::Number(1.0), "warp", &F::UnknownSignal);
    check_fault(
        g,
        "ENGINE_RPM",
        RawValue::Text("fast".into()),
        RPM,
        &F::NotANumber("fast".into()),
    );
    check_fault(
        g,
        "ENGINE_RPM",
        RawValue::Unsupported("an array"),
        RPM,
        &F::WrongType("an array"),
    );
    let unit = F::Unit {
        unit: "kPa".into(),
        canonical: "Celsius".into(),
    };
    check_fault(g, COOLANT, measured(RawValue::Number(1.0), "kPa"), COOLANT, &unit);
    let range = F::OutOfRange {
        value: 400.0,
        min: -40.0,
        max: 150.0,
        unit: "Celsius".into(),
    };
    check_fault(g, COOLANT, RawValue::Number(400.0), COOLANT, &range);
    check_fault(
        Protocol::Obd2,
        "PID_0C",
        RawValue::Hexadecimal("0C".into()),
        RPM,
        &F::Raw(pids::PidFault::Length { expected: 2, found: 1 }),
    );
    check_fault(g, "VEHICLE_SPEED", RawValue::Number(51.0), "Vehicle.Speed", &F::Twice);
}

#[test]
fn missing_values_are_neither_kept_nor_faulty() {
    let values = ["", "-", "NA", "null", "NaN"].map(|text| ("Vehicle.Speed", RawValue::Text(text.into())));
    let mut readings = values.to_vec();
    readings.push(("ENGINE_RPM", RawValue::Missing));
    readings.push(("SHORT_TERM_FUEL_TRIM_BANK_1", RawValue::Number(99.218_75)));
    assert_eq!(
        normalise(&raw(Protocol::Generic, readings.clone())),
        Err(Refusal::Rejected(Rejection::Empty))
    );
    readings.push(("ENGINE_LOAD", RawValue::Number(20.0)));
    let record = normalise(&raw(Protocol::Generic, readings)).unwrap();
    assert_eq!((record.readings.len(), record.faulty.len()), (1, 0));
}

/// Silence says nothing about trouble codes; an empty list says that there are none. A list with a code that nobody understands is no
/// complete one.
#[test]
fn a_read_out_without_codes_is_a_record_of_its_own() {
    let mut read_out = raw(Protocol::Obd2, vec![]);
    assert_eq!(normalise(&read_out), Err(Refusal::Rejected(Rejection::Empty)));
    read_out.codes_read = true;
    let record = normalise(&read_out).unwrap();
    assert!(record.codes_read && record.codes.is_empty() && record.readings.is_empty());
    read_out.codes = vec![RawCode {
        code: "gibberish".into(),
        status: None,
        ecu: None,
    }];
    read_out.readings = vec![("PID_0C".into(), RawValue::Number(800.0))];
    let record = normalise(&read_out).unwrap();
    assert_eq!((record.codes_read, record.faulty.len()), (false, 1));
}

#[test]
fn times_outside_the_limits_are_quarantined() {
    let with = |timestamp: &'static str| {
        let mut raw = raw(Protocol::Generic, vec![("Vehicle.Speed", RawValue::Number(1.0))]);
        raw.timestamp = timestamp.into();
        normalise(&raw)
    };
    let fault = |timestamp| match with(timestamp) {
        Err(Refusal::Quarantined(fault)) => fault.code(),
        other => panic!("{other:?}"),
    };
    assert!(with("2026-05-01T12:00:00.123456789+02:00").is_ok());
    assert!(with("2026-05-01T10:05:30Z").is_ok());
    assert_eq!(fault("2026-05-01T10:05:31.5Z"), "timestamp.future");
    assert_eq!(fault("2012-01-01T00:00:00Z"), "timestamp.ancient");
    assert_eq!(fault("yesterday"), "timestamp.malformed");
}

#[test]
fn a_record_of_faulty_readings_alone_is_quarantined() {
    let found = normalise(&raw(Protocol::Generic, vec![("warp", RawValue::Number(1.0))]));
    assert_eq!(
        found,
        Err(Refusal::Quarantined(RecordFault::NothingUsable { faulty: 1 }))
    );
}

fn raw_value() -> impl Strategy<Value = RawValue<'static>> {
    let leaf = prop_oneof![
        any::<f64>().prop_map(RawValue::Number),
        "\\PC{0,12}".prop_map(|text| RawValue::Text(text.into())),
        any::<bool>().prop_map(RawValue::Boolean),
        "[0-9A-Fa-f ]{0,10}".prop_map(|text| RawValue::Hexadecimal(text.into())),
        Just(RawValue::Missing),
        Just(RawValue::Unsupported("an array")),
    ];
    leaf.prop_recursive(2, 4, 1, |inner| {
        (inner, proptest::option::of("\\PC{0,6}")).prop_map(|(value, unit)| RawValue::Measured {
            value: Box::new(value),
            unit: unit.map(Cow::from),
        })
    })
}

proptest! {
    #[test]
    fn kept_readings_lie_in_range_once_each_and_every_value_is_accounted_for(
        values in proptest::collection::vec((0usize..145, raw_value()), 0..20),
        obd2 in any::<bool>(),
    ) {
        let catalog = crate::config::signals().unwrap();
        let protocol = if obd2 { Protocol::Obd2 } else { Protocol::Generic };
        let readings = values.iter().map(|(index, value)| (catalog.all()[index % catalog.all().len()].path.as_str(), value.clone()));
        match normalise(&raw(protocol, readings.collect())) {
            Ok(record) => {
                prop_assert!(record.readings.windows(2).all(|pair| pair[0].signal < pair[1].signal));
                for reading in &record.readings {
                    let signal = catalog.get(reading.signal);
                    prop_assert!((signal.min..=signal.max).contains(&reading.value), "{}", signal.path);
                }
                prop_assert!(record.readings.len() + record.faulty.len() <= values.len());
            }
            Err(Refusal::Rejected(rejection)) => prop_assert_eq!(rejection, Rejection::Empty),
            Err(Refusal::Quarantined(fault)) => prop_assert_eq!(fault.code(), "record.nothing_usable"),
        }
    }
}
