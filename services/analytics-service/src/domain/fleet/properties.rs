//! Properties of the fleet picture: whatever order events come in and however often, the numbers are the same.

use super::change::*;
use super::numbers::{FleetNumbers, Group};
use super::vehicle::Vehicle;
use super::{Band, Severity, Stamp};
use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;
use std::collections::BTreeMap;

type Said = (String, Stamp, Change);

fn at(minutes: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_780_000_000, 0).unwrap() + Duration::minutes(minutes)
}

fn reason() -> Reason {
    Reason {
        code: "x".into(),
        params_json: "{}".into(),
        text: "x".into(),
    }
}

pub(super) fn decision(component: &str) -> DecisionDetail {
    DecisionDetail {
        component: component.into(),
        severity: Severity::Critical,
        urgency: "IMMEDIATE".into(),
        failure_code: "cooling.leak".into(),
        failure_name: "coolant leak".into(),
        decision: reason(),
        action: None,
        cost_low: None,
        cost_high: None,
        rul_km: None,
        odometer_km: None,
        historical: false,
    }
}

fn plan(decision_id: &str, starts: i64) -> VisitPlan {
    VisitPlan {
        component: None,
        alert_id: None,
        decision_id: Some(decision_id.into()),
        center_id: "c".into(),
        bay_id: "b".into(),
        technician_id: "t".into(),
        service_code: "s".into(),
        starts_at: at(starts),
        ends_at: at(starts + 60),
        automatic: true,
        why: reason(),
        price: None,
        starts_before_p05: None,
    }
}

fn outcome(component: &str, decision_id: Option<&str>, minutes: i64, acted: bool) -> Outcome {
    let verdict = if acted { Verdict::Confirmed } else { Verdict::NotFound };
    let findings = vec![Finding {
        component: component.into(),
        verdict,
        acted,
    }];
    Outcome {
        completed_at: at(minutes),
        decision_id: decision_id.map(str::to_owned),
        technician_id: None,
        odometer_km: None,
        cost: None,
        findings,
    }
}

fn change() -> impl Strategy<Value = Change> {
    let component = prop::sample::select(vec!["cooling", "brakes", "engine"]);
    (0_u8..15, component, 0_u8..3, 0_u8..10, 0_i64..500).prop_map(|(kind, component, id, level, minutes)| {
        let score = (level > 0).then(|| f64::from(level) / 10.0);
        let band = Band::ALL[usize::from(level) % 5];
        let component_name = component.to_owned();
        let decision_id = format!("dec_{component}_{id}");
        let alert_id = format!("alert_{component}_{id}");
        let visit_id = format!("apt_{component}_{id}");
        match kind {
            0 => Change::Registered(Registration {
                retired: level == 9,
                ..Registration::default()
            }),
            1 => Change::Overall(Overall {
                score,
                band,
                odometer_km: None,
            }),
            2 | 3 => Change::Component {
                component: component_name,
                reading: Reading {
                    score,
                    band,
                    rul_km: None,
                    confidence: None,
                },
            },
            4 => Change::DecisionMade {
                decision_id,
                detail: decision(component),
            },
            5 => Change::WarrantyJudged {
                decision_id,
                covered: level > 4,
            },
            6 => Change::AlertRaised {
                alert_id,
                detail: AlertDetail {
                    decision_id: Some(decision_id),
                    component: component_name,
                    severity: Severity::ALL[usize::from(level) % 5],
                    failure_code: None,
                    title: reason(),
                },
            },
            7 => Change::AlertAcknowledged {
                alert_id,
                by: format!("usr_{level}"),
            },
            8 => Change::AlertResolved { alert_id },
            9 => Change::VisitPlanned {
                visit_id,
                plan: plan(&decision_id, minutes),
            },
            10 => Change::VisitStarted { visit_id },
            11 => Change::VisitCancelled { visit_id },
            12 => Change::DecisionScored { decision_id },
            13 => Change::Repaired {
                component: component_name,
                at: at(minutes),
                odometer_km: None,
            },
            _ => Change::VisitCompleted {
                visit_id,
                outcome: outcome(component, Some(&decision_id), minutes, level > 4),
            },
        }
    })
}

/// What producers said about a few vehicles; each saying has its own instant and sequence, as one producer gives them.
fn history() -> impl Strategy<Value = Vec<Said>> {
    prop::collection::vec((0_u8..4, 0_i64..300, change()), 0..40).prop_map(|said| {
        let stamped = said.into_iter().enumerate();
        stamped
            .map(|(i, (vehicle, minutes, change))| {
                (
                    format!("V{vehicle}"),
                    Stamp {
                        time: at(minutes),
                        sequence: i as i64,
                    },
                    change,
                )
            })
            .collect()
    })
}

/// The history, and the same history in another order with repetitions.
fn history_and_permutation() -> impl Strategy<Value = (Vec<Said>, Vec<Said>)> {
    history().prop_flat_map(|said| {
        let repeats = prop::collection::vec(prop::sample::select(vec![0_usize, 0, 1, 2]), said.len());
        (Just(said), repeats).prop_flat_map(|(said, repeats)| {
            let repeated: Vec<Said> = said
                .iter()
                .zip(repeats)
                .flat_map(|(one, n)| std::iter::repeat_n(one.clone(), n + 1))
                .collect();
            (Just(said), Just(repeated).prop_shuffle())
        })
    })
}

fn fold(said: &[Said]) -> BTreeMap<String, Vehicle> {
    let mut fleet: BTreeMap<String, Vehicle> = BTreeMap::new();
    for (vehicle, stamp, change) in said {
        fleet.entry(vehicle.clone()).or_default().apply(*stamp, change.clone());
    }
    fleet
}

fn numbers(fleet: &BTreeMap<String, Vehicle>) -> FleetNumbers {
    let mut numbers = FleetNumbers::default();
    fleet
        .values()
        .filter_map(|vehicle| Group::of(&vehicle.overview()))
        .for_each(|group| numbers.add(&group));
    numbers
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn order_and_repetition_do_not_matter((said, permuted) in history_and_permutation()) {
        let (one, other) = (fold(&said), fold(&permuted));
        prop_assert_eq!(&one, &other);
        prop_assert_eq!(numbers(&one), numbers(&other));
    }

    #[test]
    fn the_distribution_adds_up_to_the_vehicles(said in history()) {
        let fleet = fold(&said);
        let numbers = numbers(&fleet);
        prop_assert_eq!(numbers.by_band.values().sum::<u64>(), numbers.vehicles);
        prop_assert_eq!(numbers.by_band.len(), Band::ALL.len());
        let retired = fleet.values().filter(|vehicle| vehicle.overview().retired).count() as u64;
        prop_assert_eq!(numbers.vehicles + retired, fleet.len() as u64);
        prop_assert!(numbers.with_serious_alerts <= numbers.with_open_alerts && numbers.with_open_alerts <= numbers.vehicles);
        if let Some(mean) = numbers.mean_score() {
            prop_assert!((0.0..=1.0).contains(&mean));
        }
    }

    #[test]
    fn a_repaired_component_leaves_the_action_list((_, said) in history_and_permutation(), place in 0_usize..41) {
        // Wherever the report of the repair arrives among the events, earlier decisions on that component are closed.
        let repair = Change::VisitCompleted { visit_id: "apt_repair".into(), outcome: outcome("cooling", None, 1_000, true) };
        let mut with_repair = said;
        with_repair.insert(place.min(with_repair.len()), ("V0".into(), Stamp { time: at(1_000), sequence: 1_000 }, repair));
        let fleet = fold(&with_repair);
        let open_on_cooling = fleet["V0"].decisions.values().filter(|decision| {
            decision.is_open() && decision.made.as_ref().is_some_and(|made| made.value.component == "cooling")
        });
        prop_assert_eq!(open_on_cooling.count(), 0);
    }

    #[test]
    fn a_component_has_one_open_decision_at_most(said in history()) {
        for vehicle in fold(&said).values() {
            for component in ["cooling", "brakes", "engine"] {
                let open = vehicle.decisions.values().filter(|decision| {
                    decision.is_open() && decision.made.as_ref().is_some_and(|made| made.value.component == component)
                });
                prop_assert!(open.count() <= 1);
            }
        }
    }
}

#[test]
fn a_decision_after_the_repair_is_open_again() {
    let mut vehicle = Vehicle::default();
    let stamp = |minutes, sequence| Stamp {
        time: at(minutes),
        sequence,
    };
    vehicle.apply(
        stamp(0, 1),
        Change::DecisionMade {
            decision_id: "dec_1".into(),
            detail: decision("cooling"),
        },
    );
    assert!(vehicle.decisions["dec_1"].is_open());
    let done = Change::VisitCompleted {
        visit_id: "apt_1".into(),
        outcome: outcome("cooling", Some("dec_1"), 60, true),
    };
    vehicle.apply(stamp(60, 2), done);
    assert!(!vehicle.decisions["dec_1"].is_open());
    vehicle.apply(
        stamp(90, 3),
        Change::DecisionMade {
            decision_id: "dec_2".into(),
            detail: decision("cooling"),
        },
    );
    assert!(vehicle.decisions["dec_2"].is_open(), "the repair did not hold");
    assert!(!vehicle.decisions["dec_1"].is_open());
}

#[test]
fn a_decision_that_was_not_found_is_settled_though_nothing_was_repaired() {
    let stamp = |minutes, sequence| Stamp {
        time: at(minutes),
        sequence,
    };
    let decision_id = || "dec_1".to_owned();
    let made = Change::DecisionMade {
        decision_id: decision_id(),
        detail: decision("cooling"),
    };
    // Another decision brought it to the workshop; there the cooling was looked at too.
    let visit = Change::VisitCompleted {
        visit_id: "apt_1".into(),
        outcome: outcome("cooling", None, 60, false),
    };
    let scored = Change::DecisionScored {
        decision_id: decision_id(),
    };
    let said = [(stamp(0, 1), made), (stamp(60, 2), visit), (stamp(60, 3), scored)];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
        let mut vehicle = Vehicle::default();
        for place in order {
            vehicle.apply(said[place].0, said[place].1.clone());
        }
        assert!(!vehicle.decisions["dec_1"].is_open(), "{order:?}");
    }
}

#[test]
fn a_decision_that_is_made_twice_counts_from_its_newest_time() {
    let stamp = |minutes, sequence| Stamp {
        time: at(minutes),
        sequence,
    };
    let made = || Change::DecisionMade {
        decision_id: "dec_1".into(),
        detail: decision("cooling"),
    };
    let changes = [
        (stamp(0, 1), made()),
        (
            stamp(60, 2),
            Change::Repaired {
                component: "cooling".into(),
                at: at(60),
                odometer_km: None,
            },
        ),
        (stamp(90, 3), made()),
    ];
    for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1]] {
        let mut vehicle = Vehicle::default();
        for place in order {
            vehicle.apply(changes[place].0, changes[place].1.clone());
        }
        assert!(vehicle.decisions["dec_1"].is_open(), "{order:?}");
    }
}
