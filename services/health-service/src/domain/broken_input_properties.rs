//! Broken inputs: nothing panics, and no confident number comes out of them.

use proptest::prelude::*;

use super::codec::{decode, encode};
use super::component::ComponentKind;
use super::report::{ComponentReport, Finding, Reason, What};
use super::rules::Rules;
use super::signal::{Readings, Signal};
use super::vehicle::{Powertrain, Record, Vehicle};
use super::{Micros, SECOND};

const START: Micros = 1_714_550_400 * SECOND;
const HOUR: Micros = 3_600 * SECOND;

fn rules() -> Rules {
    let config: crate::config::Config = chassis::config::load(&crate::DEFINITION, &Default::default()).unwrap();
    config.rules().unwrap()
}

fn record(at: Micros, values: &[(Signal, f64)]) -> Record<'static> {
    let mut readings = Readings::default();
    values.iter().for_each(|(signal, value)| readings.set(*signal, *value));
    Record {
        at,
        readings,
        codes: Vec::new(),
        codes_read: false,
    }
}

fn drive(records: impl IntoIterator<Item = Record<'static>>) -> (Vehicle, Vec<Finding>) {
    let rules = rules();
    let (mut vehicle, mut findings) = (Vehicle::of(Powertrain::Petrol), Vec::new());
    for record in records {
        vehicle.observe(&record, false, &rules, &mut findings);
    }
    (vehicle, findings)
}

/// A part that is said to be known well and whose life is said to be known closely.
fn is_confident(report: &ComponentReport) -> bool {
    let narrow = report
        .remaining
        .is_some_and(|left| left.km.p95 - left.km.p05 < 0.3 * left.km.p50);
    report.confidence > 0.5 && narrow
}

/// Ten hours of driving a day at 50 km/h with pads that wear by 1 % in 500 km, an hour between records.
fn pads(hour: i64, percent: f64, odometer_km: f64) -> Record<'static> {
    let at = START + (hour / 10 * 24 + hour % 10) * HOUR;
    record(
        at,
        &[
            (Signal::Speed, 50.0),
            (Signal::TraveledDistance, 1_000.0 * odometer_km),
            (Signal::PadWearFrontLeft, percent),
        ],
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn one_record_in_all_says_nothing(number in 0..super::signal::SIGNALS, value in prop::num::f64::ANY) {
        let (vehicle, findings) = drive([record(START, &[(Signal::ALL[number], value)])]);
        let is_fault = |finding: &Finding| matches!(finding.what, What::Changed { reason: Reason::SensorFault, .. });
        prop_assert!(findings.iter().all(is_fault));
        for report in vehicle.judged_now(&rules()).reports(&rules()) {
            prop_assert!(report.score.is_none() && report.remaining.is_none() && report.confidence == 0.0, "{report:?}");
        }
    }

    #[test]
    fn records_of_nothing_but_nan_say_nothing(count in 1usize..400, step in 1i64..5_000) {
        let every: Vec<(Signal, f64)> = Signal::ALL.iter().map(|signal| (*signal, f64::NAN)).collect();
        let (vehicle, findings) = drive((0..count).map(|number| record(START + (1 + number as Micros) * step * SECOND, &every)));
        prop_assert!(findings.is_empty());
        prop_assert!(vehicle.reports(&rules()).iter().all(|report| report.score.is_none()));
    }

    #[test]
    fn gaps_of_days_are_not_driving_and_make_no_one_sure(days in prop::collection::vec(1i64..30, 5..40), percent in 5.0f64..60.0) {
        let mut at = START;
        let records: Vec<_> = days.iter().enumerate().map(|(number, gap)| {
            at += gap * 24 * HOUR;
            record(at, &[(Signal::Speed, 80.0), (Signal::PadWearFrontLeft, percent + 0.01 * number as f64)])
        }).collect();
        let (vehicle, _) = drive(records);
        prop_assert!(vehicle.distance_km() < 1.0, "speed is not integrated over days: {}", vehicle.distance_km());
        for report in vehicle.reports(&rules()) {
            prop_assert!(!is_confident(&report), "{report:?}");
        }
    }

    #[test]
    fn an_odometer_that_jumps_back_loses_no_way(back_km in 10.0f64..40_000.0, jump in 50i64..400) {
        let odometer = |hour: i64| 40_000.0 + 50.0 * hour as f64 - if hour >= jump { back_km } else { 0.0 };
        let (vehicle, _) = drive((0..600).map(|hour| pads(hour, 20.0 + hour as f64 / 10.0, odometer(hour))));
        // The few hours until the new odometer is believed are lost where speed is told only hourly.
        let expected = 50.0 * 599.0;
        prop_assert!((vehicle.distance_km() - expected).abs() < 13.0 * 50.0, "{}", vehicle.distance_km());
        let left = vehicle.report(ComponentKind::Brakes, &rules()).remaining.unwrap();
        prop_assert!(left.km.p05 < 10_000.0 && left.km.p95 > 10_000.0, "{:?}: 20 % at 1 % in 500 km", left.km);
        prop_assert!((300.0..600.0).contains(&vehicle.usage.km_per_day()), "{}", vehicle.usage.km_per_day());
    }

    #[test]
    fn one_odometer_glitch_changes_nothing(glitch in prop::num::f64::ANY, place in 50i64..400) {
        let odometer = |hour: i64| if hour == place { glitch } else { 40_000.0 + 50.0 * hour as f64 };
        let (vehicle, _) = drive((0..500).map(|hour| pads(hour, 20.0, odometer(hour))));
        prop_assert!((vehicle.distance_km() - 50.0 * 499.0).abs() < 1.0, "{}", vehicle.distance_km());
    }

    #[test]
    fn whatever_bytes_a_state_is_cut_to_is_refused_or_read(cut in 0usize..4_000) {
        let (mut vehicle, _) = drive((0..200).map(|hour| pads(hour, 20.0 + hour as f64 / 10.0, 40_000.0 + 50.0 * hour as f64)));
        let bytes = encode(&mut vehicle);
        let read = decode::<Vehicle>(&bytes[..cut.min(bytes.len())]);
        prop_assert_eq!(read.is_ok(), cut >= bytes.len());
    }
}

#[test]
fn pads_that_read_the_same_for_ever_get_no_life() {
    let frozen = |hours: i64| drive((0..hours).map(|hour| pads(hour, 40.0, 40_000.0 + 50.0 * hour as f64))).0;
    let soon = frozen(100).report(ComponentKind::Brakes, &rules());
    assert!(!is_confident(&soon), "{soon:?}");
    let late = frozen(600).report(ComponentKind::Brakes, &rules());
    assert!(late.remaining.is_none() && late.confidence < 0.25, "{late:?}");
    // Trained models are silenced too.
    assert!(frozen(100).may_be_forecast(ComponentKind::Brakes, &rules()));
    assert!(!frozen(600).may_be_forecast(ComponentKind::Brakes, &rules()));
}

#[test]
fn coolant_that_never_cools_overnight_is_a_broken_sensor() {
    let rules = rules();
    let day = |day: i64| {
        (0..60).map(move |minute| {
            let at = START + day * 24 * HOUR + minute * 60 * SECOND;
            record(
                at,
                &[
                    (Signal::EngineSpeed, 2_000.0),
                    (Signal::Speed, 60.0),
                    (Signal::CoolantTemperature, 88.0),
                ],
            )
        })
    };
    let (vehicle, findings) = drive((0..4).flat_map(day));
    let faults = findings.iter().filter(|finding| {
        matches!(
            finding.what,
            What::Changed {
                reason: Reason::SensorFault,
                ..
            }
        )
    });
    assert_eq!(faults.count(), 1);
    let cooling = vehicle.report(ComponentKind::Cooling, &rules);
    assert_eq!(
        (cooling.score, &*cooling.broken_sensors),
        (None, &[Signal::CoolantTemperature][..])
    );
}

#[test]
fn wear_falls_by_a_revision_that_says_why_and_by_nothing_else() {
    use super::life::Why;
    let rules = rules();
    let score = |vehicle: &Vehicle| vehicle.report(ComponentKind::Brakes, &rules).score.unwrap();
    let log = |after: f64, hours: i64| {
        let percent = move |hour: i64| {
            if hour < 100 {
                70.0 + (hour % 3) as f64
            } else {
                after + (hour % 2) as f64
            }
        };
        drive((0..100 + hours).map(move |hour| pads(hour, percent(hour), 40_000.0 + 50.0 * hour as f64)))
    };
    let (worn, _) = log(70.0, 0);
    let (lower, _) = log(60.0, 20);
    assert!(
        (score(&lower) - score(&worn)).abs() < 0.05,
        "a lower reading is noise until it lasts"
    );
    let (remeasured, findings) = log(60.0, 100);
    assert!(score(&remeasured) > score(&worn));
    let revision = remeasured.report(ComponentKind::Brakes, &rules).revision.unwrap();
    assert_eq!(revision.why(), Why::Remeasured);
    let told = |finding: &&Finding| match &finding.what {
        What::Changed { component, .. } => component.revision.is_some_and(|revision| revision.at == finding.at),
        _ => false,
    };
    assert_eq!(findings.iter().filter(told).count(), 1, "the revision is told once");
    let (renewed, _) = log(3.0, 10);
    assert_eq!(
        renewed.report(ComponentKind::Brakes, &rules).revision.unwrap().why(),
        Why::Renewed
    );
}

/// Driving at 60 km/h, a record every ten seconds, with the odometer (in km from the start) that a cluster tells.
fn at_60_kmh(hours: i64, odometer: impl Fn(f64) -> Option<f64>) -> Vehicle {
    drive((0..360 * hours).map(|number| {
        let km = number as f64 / 6.0;
        let told = odometer(km).map(|km| (Signal::TraveledDistance, 1_000.0 * (40_000.0 + km)));
        let values: Vec<_> = [(Signal::Speed, 60.0)].into_iter().chain(told).collect();
        record(START + 10 * number * SECOND, &values)
    }))
    .0
}

#[test]
fn an_odometer_that_falls_silent_or_stands_still_stops_no_distance() {
    let silent = at_60_kmh(20, |km| (km < 100.0).then_some(km));
    let still = at_60_kmh(20, |km| Some(km.min(100.0)));
    for vehicle in [silent, still] {
        assert!(
            (1_170.0..=1_200.5).contains(&vehicle.distance_km()),
            "{}",
            vehicle.distance_km()
        );
        assert!(vehicle.usage.km_per_day() > 300.0, "{}", vehicle.usage.km_per_day());
    }
}

#[test]
fn what_speed_counted_ahead_of_the_odometer_is_not_counted_again() {
    // Told every 200 km only, and in steps of 10 km.
    let rare = at_60_kmh(20, |km| (km % 200.0 < 0.1).then_some(km));
    let coarse = at_60_kmh(20, |km| Some((km / 10.0).floor() * 10.0));
    // Silent for 300 km, then back where it should be.
    let back = at_60_kmh(20, |km| (!(100.0..400.0).contains(&km)).then_some(km));
    for vehicle in [rare, coarse, back] {
        assert!(
            (1_170.0..=1_201.0).contains(&vehicle.distance_km()),
            "{}",
            vehicle.distance_km()
        );
    }
}

#[test]
fn speed_that_comes_in_records_of_its_own_is_integrated_over_its_own_time() {
    // A record of something else lies between any two speeds.
    let (vehicle, _) = drive((0..3_600).map(|second| {
        let value = if second % 10 == 0 {
            (Signal::Speed, 60.0)
        } else {
            (Signal::EngineLoad, 30.0)
        };
        record(START + second * SECOND, &[value])
    }));
    assert!(
        (59.0..=60.5).contains(&vehicle.distance_km()),
        "{}",
        vehicle.distance_km()
    );
}

#[test]
fn records_of_one_instant_add_up_and_a_repeated_one_changes_nothing() {
    use super::trouble_code::CodeStatus;
    let rules = rules();
    let (mut vehicle, mut findings) = (Vehicle::of(Powertrain::Petrol), Vec::new());
    let first = record(START, &[(Signal::Speed, 50.0)]);
    let mut second = record(START, &[(Signal::Speed, 90.0), (Signal::PadWearFrontLeft, 20.0)]);
    second.codes.push(("P0217".into(), CodeStatus::Confirmed));
    for record in [&first, &second] {
        vehicle.observe(record, false, &rules, &mut findings);
    }
    assert_eq!((vehicle.records, vehicle.late, vehicle.last_at), (2, 0, START));
    assert_eq!(vehicle.report(ComponentKind::Cooling, &rules).codes, ["P0217"]);
    assert_eq!(
        vehicle.window.mean(super::window::Feature::PadWearFrontLeft),
        Some(20.0)
    );
    assert_eq!(vehicle.last_speed, 50.0, "the first to speak of a signal is heard");
    let before = encode(&mut vehicle);
    for record in [&first, &second] {
        let mut again: Vehicle = decode(&before).unwrap();
        again.observe(record, false, &rules, &mut findings);
        assert_eq!(again.late, 1);
        again.late = 0;
        assert_eq!(encode(&mut again), before);
    }
}
