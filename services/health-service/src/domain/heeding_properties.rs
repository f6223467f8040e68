//! Rules and models together: warnings alarm, and what a model gives long enough is spared.

use std::sync::Arc;

use prognostics::intervals::Quantiles;

use super::SECOND;
use super::class::Group;
use super::codec::{decode, encode};
use super::component::{Band, ComponentKind};
use super::evidence_properties::{DAY, Drive, START, pads, starts};
use super::foretold::{Limit, When};
use super::models::{Card, Forecaster, Healthy, Model, ModelKey, Panel, Panels};
use super::rules::Rules;
use super::signal::Signal;
use super::trained::Reference;
use super::vehicle::Vehicle;

/// A model that reads residuals and gives every part so many km for sure.
#[derive(Debug)]
struct Lasts(f64, Arc<Healthy>, Limit);

impl Forecaster for Lasts {
    fn remaining_km(&self, _: &Vehicle, _: ComponentKind, _: &Rules) -> Option<Quantiles> {
        Some(Quantiles {
            p05: self.0,
            p50: 2.0 * self.0,
            p95: 3.0 * self.0,
        })
    }

    fn warns(&self) -> Option<Limit> {
        Some(self.2)
    }

    fn healthy(&self) -> Option<&Arc<Healthy>> {
        Some(&self.1)
    }
}

/// Where it speaks for the batteries of every class.
fn where_batteries_last(km: f64) -> Drive {
    where_they_last(km, ComponentKind::Battery12v, 0.0)
}

/// Where it speaks for a component of every class, and warns below so many km.
fn where_they_last(km: f64, component: ComponentKind, below_km: f64) -> Drive {
    let mut drive = Drive::new();
    let limit = Limit {
        when: When::Sure,
        below_km,
    };
    let reference = Reference::default();
    let healthy = Arc::new(Healthy { reference, hash: 1 });
    let group = Some(Group::PetrolCar);
    let key = ModelKey { component, group };
    let card = Card {
        model_id: "lasts".to_owned(),
        family: "trees".to_owned(),
        key: Some(key),
        data_hash: String::new(),
        about: String::new(),
        evaluation: None,
    };
    let champion = Some(Arc::new(Model {
        card,
        forecaster: Some(Arc::new(Lasts(km, healthy, limit))),
        shipped: true,
    }));
    let panel = Panel {
        champion,
        shadows: Vec::new(),
    };
    drive.rules.panels = Panels::new([(key, panel)].into());
    drive
}

#[test]
fn weak_starts_alone_alarm_only_where_the_battery_may_soon_fail() {
    let battery = ComponentKind::Battery12v;
    let mut lasting = where_batteries_last(20_000.0);
    starts(&mut lasting, 0..12, 6.3, Some(95.0), None);
    assert_eq!(
        (lasting.alarms(battery), lasting.band(battery)),
        (0, Some(Band::Excellent))
    );
    let mut failing = where_batteries_last(100.0);
    starts(&mut failing, 0..12, 6.3, Some(95.0), None);
    assert!(failing.alarms(battery) > 0);
    // What needs no forecast: an empty battery, and what the car itself has stored.
    let mut flat = where_batteries_last(20_000.0);
    starts(&mut flat, 0..12, 6.3, Some(3.0), None);
    assert!(flat.alarms(battery) > 0);
    let mut coded = where_batteries_last(20_000.0);
    starts(&mut coded, 0..12, 6.3, None, Some("P0615"));
    assert_eq!(coded.band(battery), Some(Band::Fair));
}

/// A day of driving with pads that are worn so far.
fn drives_with_pads(drive: &mut Drive, day: i64, percent: f64) {
    let start = 60 * 24 * day;
    pads(drive, start..start + 60, |_| percent);
}

#[test]
fn a_models_warning_alarms_and_its_end_is_told() {
    let brakes = ComponentKind::Brakes;
    let mut drive = where_they_last(1_000.0, brakes, 3_000.0);
    drives_with_pads(&mut drive, 0, 20.0);
    assert_eq!((drive.alarms(brakes), drive.band(brakes)), (1, Some(Band::Poor)));
    let report = drive.vehicle.report(brakes, &drive.rules);
    let first = report.factors[0];
    assert_eq!((first.kind.code(), first.unit()), ("brakes.forecast.short", "km"));
    // √(2,000 · 3,000) km.
    assert!((first.observed - 2_449.5).abs() < 0.1 && (first.expected - 3_000.0).abs() < f64::EPSILON);
    // What it says is kept with the state, and one from before knows nothing of it.
    let bytes = encode(&mut drive.vehicle);
    assert_eq!(decode::<Vehicle>(&bytes).unwrap(), drive.vehicle);
    // Nearer to the end the score falls and does not rise again, but critical is what is measured now, and no forecast.
    drive.rules = where_they_last(0.0, brakes, 3_000.0).rules;
    drives_with_pads(&mut drive, 1, 20.0);
    let score = drive.vehicle.report(brakes, &drive.rules).score;
    assert_eq!((drive.alarms(brakes), drive.band(brakes)), (1, Some(Band::Poor)));
    drive.rules = where_they_last(1_500.0, brakes, 3_000.0).rules;
    drives_with_pads(&mut drive, 3, 20.0);
    assert_eq!(drive.vehicle.report(brakes, &drive.rules).score, score);
    // Far above its limit the warning ends, and the pads' own wear counts again.
    drive.rules = where_they_last(9_000.0, brakes, 3_000.0).rules;
    (4..9).for_each(|day| drives_with_pads(&mut drive, day, 20.0));
    assert_eq!((drive.alarms(brakes), drive.band(brakes)), (1, Some(Band::Excellent)));
    assert_eq!(drive.recoveries(brakes).len(), 1);
    assert!(drive.vehicle.report(brakes, &drive.rules).factors.is_empty());
}

#[test]
fn a_warning_ends_with_the_part_with_its_sensor_and_with_its_model() {
    let brakes = ComponentKind::Brakes;
    let warned = || {
        let mut drive = where_they_last(500.0, brakes, 3_000.0);
        drives_with_pads(&mut drive, 0, 20.0);
        assert_eq!(drive.alarms(brakes), 1);
        drive
    };
    let mut repaired = warned();
    let at = START + DAY * SECOND;
    repaired.vehicle.repair(brakes, at, false, &repaired.rules);
    assert_eq!(repaired.band(brakes), Some(Band::Excellent));
    let mut without = warned();
    without.rules.panels = Panels::default();
    drives_with_pads(&mut without, 1, 20.0);
    assert_eq!(without.band(brakes), Some(Band::Excellent));
    // A part of which nothing but a forecast speaks is not called sound when that ends.
    let mut silent = where_they_last(500.0, ComponentKind::Lubrication, 3_000.0);
    drives_with_pads(&mut silent, 0, 20.0);
    assert_eq!(silent.band(ComponentKind::Lubrication), Some(Band::Poor));
    silent.rules.panels = Panels::default();
    drives_with_pads(&mut silent, 1, 20.0);
    let score = silent.vehicle.report(ComponentKind::Lubrication, &silent.rules).score;
    assert!(score.is_some_and(|score| (score - silent.rules.repaired_score).abs() < 1e-6));
    // And no model is believed that reads a broken sensor.
    let cooling = ComponentKind::Cooling;
    let mut broken = where_they_last(500.0, cooling, 3_000.0);
    let coolant = |drive: &mut Drive, second: i64, celsius: f64| {
        let values = [(Signal::EngineSpeed, 2_000.0), (Signal::CoolantTemperature, celsius)];
        drive.record(second, &values, None);
    };
    (0..300).for_each(|second| coolant(&mut broken, second, 88.0));
    assert_eq!(broken.band(cooling), Some(Band::Poor));
    (300..400).for_each(|second| coolant(&mut broken, second, if second % 2 == 0 { 88.0 } else { -40.0 }));
    assert!(!broken.vehicle.is_warned_of(cooling));
}

#[test]
fn pads_alarm_when_they_are_worn_through_or_may_soon_be() {
    let brakes = ComponentKind::Brakes;
    let alarms = |km, percent| {
        let mut drive = where_they_last(km, brakes, 0.0);
        drives_with_pads(&mut drive, 0, percent);
        drive.alarms(brakes)
    };
    assert_eq!(alarms(8_000.0, 90.0), 0);
    assert!(alarms(500.0, 90.0) > 0 && alarms(8_000.0, 100.0) > 0);
    assert_eq!(alarms(8_000.0, 97.0), 0);
}
