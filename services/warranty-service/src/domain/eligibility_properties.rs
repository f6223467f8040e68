//! Properties of eligibility over many vehicles, coverages and questions.

use chrono::{Days, Months, NaiveDate};
use proptest::prelude::*;

use super::coverage::{AppliesTo, Coverage, Covers, Exclusion, Terms};
use super::eligibility::{Question, judge};
use super::ground::Ground;
use super::vehicle::{Powertrain, Vehicle, VehicleClass};
use super::wear_parts::WearParts;

fn wear() -> WearParts {
    WearParts {
        components: vec!["tyres".into()],
        failure_modes: vec!["brakes.pad_wear".into()],
    }
}

fn component() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["engine", "cooling", "brakes", "tyres", "a_new_component"]).prop_map(String::from)
}

fn failure_mode() -> impl Strategy<Value = Option<String>> {
    let codes = vec!["cooling.leak", "brakes.pad_wear", "tyres.slow_leak"];
    prop::option::of(prop::sample::select(codes).prop_map(String::from))
}

fn day() -> impl Strategy<Value = NaiveDate> {
    // Seven years around two leap days.
    (0..2_600u64).prop_map(|days| NaiveDate::from_ymd_opt(2019, 6, 1).unwrap() + Days::new(days))
}

fn km() -> impl Strategy<Value = f64> {
    (0..400_000u32).prop_map(f64::from)
}

/// A Seat Leon, of which anything but its id may not be known.
fn vehicle() -> impl Strategy<Value = Vehicle> {
    let known = prop::array::uniform4(any::<bool>());
    (known, prop::option::of(day()), prop::option::of(km())).prop_map(|(known, in_service_date, odometer_km)| {
        let leon = leon(in_service_date, odometer_km);
        Vehicle {
            make: leon.make.filter(|_| known[0]),
            model: leon.model.filter(|_| known[1]),
            powertrain: if known[2] { leon.powertrain } else { Powertrain::Unknown },
            vehicle_class: if known[3] {
                leon.vehicle_class
            } else {
                VehicleClass::Unknown
            },
            ..leon
        }
    })
}

fn leon(in_service_date: Option<NaiveDate>, odometer_km: Option<f64>) -> Vehicle {
    Vehicle {
        vehicle_id: "V1".into(),
        make: Some("Seat".into()),
        model: Some("Leon".into()),
        powertrain: Powertrain::Petrol,
        vehicle_class: VehicleClass::Car,
        in_service_date,
        odometer_km,
    }
}

fn applies_to() -> impl Strategy<Value = AppliesTo> {
    prop::sample::select(vec![
        AppliesTo {
            every_vehicle: true,
            ..AppliesTo::default()
        },
        AppliesTo {
            vehicle_ids: vec!["V1".into()],
            ..AppliesTo::default()
        },
        AppliesTo {
            makes: vec!["SEAT".into()],
            ..AppliesTo::default()
        },
        AppliesTo {
            makes: vec!["Fiat".into()],
            ..AppliesTo::default()
        },
        AppliesTo {
            powertrains: vec![Powertrain::Petrol],
            ..AppliesTo::default()
        },
        AppliesTo {
            models: vec!["Leon".into()],
            vehicle_classes: vec![VehicleClass::Car, VehicleClass::Van],
            ..AppliesTo::default()
        },
    ])
}

fn terms() -> impl Strategy<Value = Terms> {
    let covers = (
        any::<bool>(),
        prop::collection::vec(component(), 0..3),
        prop::option::of(failure_mode()),
    );
    let exclusions = prop::collection::vec(component(), 0..2);
    let lasts = (
        prop::option::of(1..80u32),
        prop::option::of(km()),
        prop_oneof![Just(0u32), 0..60u32],
    );
    (covers, exclusions, applies_to(), lasts).prop_map(|(covers, excluded, applies_to, lasts)| Terms {
        covers: Covers {
            everything: covers.0,
            components: covers.1,
            failure_modes: covers.2.flatten().into_iter().collect(),
        },
        exclusions: vec![Exclusion {
            components: excluded,
            failure_modes: vec![],
            code: "maintenance".into(),
        }],
        applies_to,
        duration_months: lasts.0,
        limit_km: lasts.1,
        waiting_days: lasts.2,
    })
}

fn coverages() -> impl Strategy<Value = Vec<Coverage>> {
    prop::collection::vec(terms(), 0..4).prop_map(|all| {
        all.into_iter()
            .enumerate()
            .map(|(index, terms)| Coverage {
                coverage_id: format!("cov_{index}"),
                name: format!("C{index}"),
                terms,
            })
            .collect()
    })
}

fn question() -> impl Strategy<Value = Question> {
    (component(), failure_mode(), day(), prop::option::of(km())).prop_map(
        |(component, failure_mode, on, odometer_km)| Question {
            component,
            failure_mode,
            on,
            odometer_km,
        },
    )
}

fn expired(ground: &Ground) -> bool {
    matches!(ground, Ground::ExpiredByDate { .. } | Ground::ExpiredByKm { .. })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn covered_names_a_coverage_of_the_vehicle_and_every_answer_has_a_reason(
        vehicle in vehicle(), coverages in coverages(), question in question()
    ) {
        let answer = judge(Some(&vehicle), &coverages, &wear(), &question);
        let reason = answer.ground.reason();
        prop_assert!(reason.code.starts_with("warranty.") && !reason.text.is_empty());
        prop_assert_eq!(reason.code == "warranty.covered", answer.covered());
        if answer.covered() {
            let id = answer.ground.coverage_id().unwrap();
            let named = coverages.iter().find(|coverage| coverage.coverage_id == id).unwrap();
            prop_assert!(named.terms.applies_to.matches(&vehicle));
            prop_assert!(named.terms.exclusion(&question.component, question.failure_mode.as_deref()).is_none());
        }
        prop_assert_eq!(answer.covered(), answer.considered.iter().any(|opinion| opinion.ground.is_covered()));
    }

    #[test]
    fn once_expired_a_coverage_never_covers_again_later_or_farther(
        vehicle in vehicle(), terms in terms(), question in question(), days in 0..2_000u64, more_km in km()
    ) {
        let coverage = [Coverage { coverage_id: "cov_1".into(), name: "C".into(), terms }];
        let now = judge(Some(&vehicle), &coverage, &wear(), &question);
        let later = Question {
            on: question.on + Days::new(days),
            odometer_km: now.odometer_km.map(|km| km + more_km),
            ..question.clone()
        };
        let then = judge(Some(&vehicle), &coverage, &wear(), &later);
        if expired(&now.ground) {
            prop_assert!(expired(&then.ground), "{:?} then {:?}", now.ground, then.ground);
        }
        // The same said backwards: what is covered later was covered at every earlier moment after its start.
        if then.covered() {
            prop_assert!(now.covered() || matches!(now.ground, Ground::NotStarted { .. }), "{:?}", now.ground);
        }
    }

    #[test]
    fn learning_the_odometer_or_the_date_never_revives_what_had_expired(
        vehicle in vehicle(), terms in terms(), question in question(), date in day(), odometer in km()
    ) {
        let coverage = [Coverage { coverage_id: "cov_1".into(), name: "C".into(), terms }];
        let before = judge(Some(&vehicle), &coverage, &wear(), &question);
        let told = Vehicle {
            in_service_date: vehicle.in_service_date.or(Some(date)),
            odometer_km: vehicle.odometer_km.or(Some(odometer)),
            ..vehicle.clone()
        };
        let after = judge(Some(&told), &coverage, &wear(), &question);
        if expired(&before.ground) {
            prop_assert!(expired(&after.ground));
        }
        if !before.may_change {
            prop_assert_eq!(before.covered(), after.covered());
        }
    }

    #[test]
    fn only_an_answer_that_waits_changes_when_the_vehicle_becomes_known(
        vehicle in vehicle(), coverages in coverages(), question in question(), date in day(), odometer in km()
    ) {
        let before = judge(Some(&vehicle), &coverages, &wear(), &question);
        let told = leon(vehicle.in_service_date.or(Some(date)), vehicle.odometer_km.or(Some(odometer)));
        let after = judge(Some(&told), &coverages, &wear(), &question);
        prop_assert!(!(before.covered() && before.may_change));
        if !before.may_change {
            prop_assert_eq!(before.covered(), after.covered(), "{:?} then {:?}", before, after);
        }
        prop_assert!(!after.may_change, "nothing is left to learn");
    }

    #[test]
    fn the_last_day_and_the_last_km_are_covered_and_the_next_are_not(
        in_service in day(), months in 1..80u32, limit in km(), waiting in 0..20u64
    ) {
        let terms = Terms {
            covers: Covers { everything: true, ..Covers::default() },
            applies_to: AppliesTo { every_vehicle: true, ..AppliesTo::default() },
            duration_months: Some(months), limit_km: Some(limit), waiting_days: waiting as u32, ..Terms::default()
        };
        let coverage = [Coverage { coverage_id: "cov_1".into(), name: "C".into(), terms }];
        let vehicle = Vehicle {
            vehicle_id: "V1".into(), make: None, model: None, powertrain: Powertrain::Unknown,
            vehicle_class: VehicleClass::Unknown, in_service_date: Some(in_service), odometer_km: None,
        };
        let ask = |on: NaiveDate, odometer: f64| {
            let question = Question {
                component: "engine".into(), failure_mode: None, on, odometer_km: Some(odometer),
            };
            judge(Some(&vehicle), &coverage, &wear(), &question).ground
        };
        let (first, last) = (in_service + Days::new(waiting), in_service + Months::new(months));
        prop_assert!(ask(first, limit).is_covered());
        prop_assert!(ask(last, limit).is_covered());
        prop_assert!(ask(last, 0.0).is_covered());
        let (last_moment, early) = (ask(last + Days::new(1), 0.0), ask(first - Days::new(1), 0.0));
        prop_assert_eq!(last_moment, Ground::ExpiredByDate { coverage_id: "cov_1".into(), expired_on: last });
        prop_assert_eq!(early, Ground::NotStarted { coverage_id: "cov_1".into(), starts_on: first });
        let beyond = Ground::ExpiredByKm { coverage_id: "cov_1".into(), expires_km: limit, odometer_km: limit + 0.1 };
        prop_assert_eq!(ask(last, limit + 0.1), beyond);
    }

    #[test]
    fn a_wear_part_is_covered_only_by_its_own_name_and_an_unknown_vehicle_never(
        vehicle in vehicle(), coverages in coverages(), question in question()
    ) {
        let wears = wear().find(&question.component, question.failure_mode.as_deref()).is_some();
        let answer = judge(Some(&vehicle), &coverages, &wear(), &question);
        if wears && answer.covered() {
            let id = answer.ground.coverage_id().unwrap();
            let covers = &coverages.iter().find(|coverage| coverage.coverage_id == id).unwrap().terms.covers;
            let mode = question.failure_mode.as_deref();
            prop_assert!(covers.names_component(&question.component) || covers.names_failure_mode(mode));
        }
        let nobody = judge(None, &coverages, &wear(), &question);
        prop_assert_eq!(nobody.ground, Ground::VehicleUnknown);
    }

    #[test]
    fn the_order_in_which_coverages_are_listed_does_not_matter(
        vehicle in vehicle(), coverages in coverages(), question in question()
    ) {
        let mut reversed = coverages.clone();
        reversed.reverse();
        let (one, other) = (
            judge(Some(&vehicle), &coverages, &wear(), &question),
            judge(Some(&vehicle), &reversed, &wear(), &question),
        );
        prop_assert_eq!(one, other);
    }
}
