//! What must hold for every vehicle and every log.

use proptest::prelude::*;

use super::codec::{decode, encode};
use super::component::{Band, ComponentKind};
use super::report::{Finding, What};
use super::rules::Rules;
use super::signal::{Readings, Signal};
use super::trouble_code::CodeStatus;
use super::vehicle::{Powertrain, Record, Vehicle};
use super::{Micros, SECOND};

const START: Micros = 1_714_550_400 * SECOND;

fn rules() -> Rules {
    let config: crate::config::Config = chassis::config::load(&crate::DEFINITION, &Default::default()).unwrap();
    config.rules().unwrap()
}

/// Any signal with any value that a device could send, nonsense included.
fn any_record() -> impl Strategy<Value = (Micros, Record<'static>)> {
    let value = prop_oneof![4 => -50.0f64..400.0, 1 => prop::num::f64::ANY];
    let readings = prop::collection::vec((0..super::signal::SIGNALS, value, 0.0f64..1.0), 0..8);
    let codes = prop::collection::vec(
        prop::sample::select(vec!["P0217", "P0301", "C0035", "P0700", "nonsense"]),
        0..2,
    );
    // Steps back, repeats, ordinary steps and pauses between trips.
    let step = prop_oneof![1 => -30i64..1, 6 => 1i64..90, 1 => 1_000i64..100_000];
    (step, readings, codes, any::<bool>()).prop_map(|(step, pairs, codes, codes_read)| {
        let mut readings = Readings::default();
        for (number, value, trust) in pairs {
            readings.set(Signal::ALL[number], value);
            readings.doubt(Signal::ALL[number], trust);
        }
        let codes = codes
            .into_iter()
            .map(|code| (code.into(), CodeStatus::Confirmed))
            .collect();
        let record = Record {
            at: 0,
            readings,
            codes,
            codes_read,
        };
        (step * SECOND, record)
    })
}

fn any_log(length: usize) -> impl Strategy<Value = Vec<Record<'static>>> {
    prop::collection::vec(any_record(), 1..length).prop_map(|steps| {
        let mut at = START;
        let place = |(step, mut record): (Micros, Record<'static>)| {
            at += step;
            record.at = at;
            record
        };
        steps.into_iter().map(place).collect()
    })
}

fn replay(log: &[Record<'_>], pieces: usize, rules: &Rules) -> (Vec<u8>, Vec<String>) {
    let mut vehicle = Vehicle::of(Powertrain::Diesel);
    let mut findings = Vec::new();
    for piece in log.chunks(log.len().div_ceil(pieces).max(1)) {
        for record in piece {
            vehicle.observe(record, false, rules, &mut findings);
        }
        // Between two batches only the bytes survive.
        vehicle = decode(&encode(&mut vehicle)).unwrap();
    }
    (
        encode(&mut vehicle),
        findings.iter().map(|finding| format!("{finding:?}")).collect(),
    )
}

/// A warm engine at a stand, one record every ten seconds, coolant as given.
fn warm(number: usize, coolant: f64) -> Record<'static> {
    let mut readings = Readings::default();
    readings.set(Signal::EngineSpeed, 2_000.0);
    readings.set(Signal::Speed, 0.0);
    readings.set(Signal::EngineLoad, 30.0);
    readings.set(Signal::CoolantTemperature, coolant);
    Record {
        at: START + 10 * SECOND * (number as Micros + 1),
        readings,
        codes: Vec::new(),
        codes_read: false,
    }
}

/// Alarms about a coolant that comes to `uphill` Celsius on a climb of five minutes every two hours, and is at 88 otherwise, under load too.
fn alarms_uphill(uphill: f64) -> usize {
    let rules = rules();
    let mut vehicle = Vehicle::of(Powertrain::Diesel);
    let mut findings = Vec::new();
    for number in 0..360 * 12 {
        let climbs = number > 360 * 4 && number % 720 < 30;
        let mut record = warm(number, if climbs { uphill } else { 88.0 });
        let (speed, load) = if number % 360 < 90 { (45.0, 80.0) } else { (80.0, 40.0) };
        record.readings.set(Signal::Speed, speed);
        record.readings.set(Signal::EngineLoad, load);
        vehicle.observe(&record, false, &rules, &mut findings);
    }
    let of_cooling = |finding: &&Finding| matches!(&finding.what, What::Alarmed { component, .. } if component.kind == ComponentKind::Cooling);
    findings.iter().filter(of_cooling).count()
}

/// A sound truck comes 20 above its own level on a long climb; a circuit that has lost its coolant boils there.
#[test]
fn a_hot_climb_alone_is_no_alarm_and_a_boiling_one_is() {
    assert_eq!(alarms_uphill(109.0), 0);
    assert!(alarms_uphill(121.0) > 0);
}

fn changes(findings: &[Finding], kind: ComponentKind) -> Vec<(Option<f64>, Option<Band>)> {
    let change = |finding: &Finding| match &finding.what {
        What::Changed { component, .. } if component.kind == kind => Some((component.score, component.band)),
        _ => None,
    };
    findings.iter().filter_map(change).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn scores_and_lives_are_always_sound(log in any_log(300)) {
        let rules = rules();
        let mut vehicle = Vehicle::default();
        let mut findings = Vec::new();
        for record in &log {
            vehicle.observe(record, false, &rules, &mut findings);
        }
        for report in vehicle.reports(&rules) {
            prop_assert!(report.score.is_none_or(|score| (0.0..=1.0).contains(&score)), "{report:?}");
            prop_assert!((0.0..1.0).contains(&report.confidence));
            prop_assert_eq!(report.score.is_some(), report.band.is_some());
            if let Some(remaining) = report.remaining {
                let (km, days) = (remaining.km, remaining.days);
                prop_assert!(km.p05 >= 0.0 && km.p05 <= km.p50 && km.p50 <= km.p95 && km.p95 <= rules.horizon_km);
                prop_assert!(days.p05 >= 0.0 && days.p05 <= days.p50 && days.p50 <= days.p95 && days.p95.is_finite());
            }
        }
        prop_assert!(vehicle.overall().score.is_none_or(|score| (0.0..=1.0).contains(&score)));
    }

    #[test]
    fn the_same_log_in_other_batches_gives_the_same_bytes_and_findings(log in any_log(200), pieces in 2usize..40) {
        let rules = rules();
        prop_assert_eq!(replay(&log, 1, &rules), replay(&log, pieces, &rules));
    }

    #[test]
    fn records_that_are_late_or_repeated_change_nothing(log in any_log(120), again in 0usize..120) {
        let rules = rules();
        let mut vehicle = Vehicle::default();
        let mut findings = Vec::new();
        log.iter().for_each(|record| vehicle.observe(record, false, &rules, &mut findings));
        let (before, late, told) = (vehicle.clone(), vehicle.late, findings.len());
        vehicle.observe(&log[again % log.len()], false, &rules, &mut findings);
        prop_assert_eq!(vehicle.late, late + 1);
        vehicle.late = late;
        prop_assert!(vehicle == before && findings.len() == told);
    }

    #[test]
    fn noise_smaller_than_the_gap_does_not_flap(noise in prop::collection::vec(-0.35f64..0.35, 600..900)) {
        // The level of the noise is a score right at a floor: about 0.6 for this rise of the coolant.
        let rules = rules();
        let mut vehicle = Vehicle::default();
        let mut findings = Vec::new();
        for (number, noise) in noise.iter().enumerate() {
            let coolant = if number < 300 { 88.0 } else { 88.0 + 12.4 };
            vehicle.observe(&warm(number, coolant + noise), false, &rules, &mut findings);
        }
        let bands: Vec<_> = changes(&findings, ComponentKind::Cooling).iter().map(|(_, band)| *band).collect();
        let turns = bands.windows(2).filter(|pair| pair[0] < pair[1]).count();
        prop_assert!(bands.len() <= 4 && turns <= 2, "{bands:?}");
    }
}

#[test]
fn one_odd_window_is_not_enough() {
    let rules = rules();
    let mut vehicle = Vehicle::default();
    let mut findings = Vec::new();
    for number in 0..600 {
        let coolant = if (400..408).contains(&number) { 116.0 } else { 88.0 };
        vehicle.observe(&warm(number, coolant), false, &rules, &mut findings);
    }
    assert_eq!(changes(&findings, ComponentKind::Cooling), []);
}

#[test]
fn a_lasting_rise_while_driving_is_a_warning_and_never_critical() {
    let rules = rules();
    let mut vehicle = Vehicle::default();
    let mut findings = Vec::new();
    for number in 0..2_000 {
        let mut record = warm(number, if number < 600 { 88.0 } else { 96.0 });
        record.readings.set(Signal::Speed, 80.0);
        vehicle.observe(&record, false, &rules, &mut findings);
    }
    let alarms = findings
        .iter()
        .filter(|finding| matches!(finding.what, What::Alarmed { .. }))
        .count();
    assert_eq!(
        (alarms, vehicle.report(ComponentKind::Cooling, &rules).band),
        (1, Some(Band::Poor))
    );
}

#[test]
fn an_alarm_is_told_once_an_hour_unless_worse_by_a_band() {
    let rules = rules();
    let mut vehicle = Vehicle::default();
    let mut findings = Vec::new();
    // Half an hour healthy, then two hours degraded, critical at the end.
    for number in 0..1_080 {
        let coolant = match number {
            0..180 => 88.0,
            180..900 => 106.5,
            _ => 112.5,
        };
        vehicle.observe(&warm(number, coolant), false, &rules, &mut findings);
    }
    let alarms: Vec<_> = findings
        .iter()
        .filter(|finding| matches!(finding.what, What::Alarmed { .. }))
        .collect();
    assert_eq!(alarms.len(), 2, "degraded once, critical once");
}

#[test]
fn what_was_found_in_old_data_is_told_once_when_the_data_is_live() {
    let rules = rules();
    let mut vehicle = Vehicle::default();
    let mut findings = Vec::new();
    for number in 0..600 {
        let coolant = if number < 180 { 88.0 } else { 112.0 };
        vehicle.observe(&warm(number, coolant), number < 500, &rules, &mut findings);
    }
    let alarms: Vec<_> = findings
        .iter()
        .filter(|finding| matches!(finding.what, What::Alarmed { .. }))
        .map(|finding| finding.historical)
        .collect();
    assert_eq!(alarms, [true, false]);
}

#[test]
fn a_repair_starts_from_a_prior_and_is_not_perfection() {
    let rules = rules();
    let mut vehicle = Vehicle::default();
    let mut findings = Vec::new();
    for number in 0..600 {
        vehicle.observe(
            &warm(number, if number < 180 { 88.0 } else { 112.0 }),
            false,
            &rules,
            &mut findings,
        );
    }
    assert_eq!(
        vehicle.report(ComponentKind::Cooling, &rules).band,
        Some(Band::Critical)
    );
    vehicle.repair(ComponentKind::Cooling, START, false, &rules);
    let repaired = vehicle.report(ComponentKind::Cooling, &rules);
    assert_eq!(repaired.score, Some(0.95));
    assert!(repaired.factors.is_empty() && repaired.confidence < 0.2);
    // A repair that did not help is found out again.
    findings.clear();
    for number in 600..900 {
        vehicle.observe(&warm(number, 112.0), false, &rules, &mut findings);
    }
    assert_eq!(
        vehicle.report(ComponentKind::Cooling, &rules).band,
        Some(Band::Critical)
    );
}

#[test]
fn a_component_whose_signals_never_came_has_no_score() {
    let rules = rules();
    let mut vehicle = Vehicle::of(Powertrain::Petrol);
    let mut findings = Vec::new();
    for number in 0..300 {
        vehicle.observe(&warm(number, 88.0), false, &rules, &mut findings);
    }
    let tyres = vehicle.report(ComponentKind::Tyres, &rules);
    assert_eq!((tyres.score, tyres.band, tyres.confidence), (None, None, 0.0));
    assert!(
        vehicle
            .reports(&rules)
            .iter()
            .all(|report| report.kind != ComponentKind::Aftertreatment)
    );
}

#[test]
fn brake_pads_wear_towards_a_life_in_kilometres() {
    let rules = rules();
    let mut vehicle = Vehicle::of(Powertrain::Petrol);
    let mut findings = Vec::new();
    // 1 % of the lining in 500 km, 25 km an hour apart.
    for number in 0..1_600i32 {
        let driven_km = f64::from(number) * 25.0;
        let mut readings = Readings::default();
        readings.set(Signal::TraveledDistance, 1_000.0 * (20_000.0 + driven_km));
        readings.set(Signal::PadWearFrontLeft, driven_km / 500.0);
        let record = Record {
            at: START + Micros::from(number + 1) * 3_600 * SECOND,
            readings,
            codes: Vec::new(),
            codes_read: false,
        };
        vehicle.observe(&record, false, &rules, &mut findings);
    }
    let report = vehicle.report(ComponentKind::Brakes, &rules);
    let km = report.remaining.unwrap().km;
    assert!(
        (8_000.0..12_000.0).contains(&km.p50),
        "80 % are worn after 40,000 km: 10,000 km are left, {km:?}"
    );
    assert!(km.p05 < 10_000.0 && km.p95 > 10_000.0, "{km:?}");
    assert_eq!(vehicle.odometer_km().map(f64::round), Some(59_975.0));
}

#[test]
fn trust_below_one_weighs_less() {
    let rules = rules();
    let score = |trust: f64| {
        let mut vehicle = Vehicle::default();
        let mut findings = Vec::new();
        for number in 0..600 {
            let mut record = warm(number, if number < 300 { 88.0 } else { 106.0 });
            record.readings.doubt(Signal::CoolantTemperature, trust);
            vehicle.observe(&record, false, &rules, &mut findings);
        }
        vehicle.report(ComponentKind::Cooling, &rules).score.unwrap()
    };
    assert!(
        score(0.3) > score(0.7) && score(0.7) > score(1.0),
        "{} {} {}",
        score(0.3),
        score(0.7),
        score(1.0)
    );
}
