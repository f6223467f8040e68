//! What the store must do on every database that it stands on: the numbers that the database counts are those of the
//! rules, whatever was heard and however it was cut into batches.

use super::{Sight, Store};
use crate::domain::fleet::change::{
    AlertDetail, Change, DecisionDetail, Finding, Outcome, Overall, Reading, Reason, Registration, RemainingKm,
    Verdict, VisitPlan,
};
use crate::domain::fleet::news::{Heard, News};
use crate::domain::fleet::numbers::{FleetNumbers, Group};
use crate::domain::fleet::vehicle::Vehicle;
use crate::domain::fleet::{Band, Severity, Stamp};
use crate::domain::kpi::Period;
use crate::domain::money::Money;
use crate::domain::role::Role;
use crate::domain::throttle::Limits;
use crate::domain::user::{Contact, Rights, Status, User};
use crate::use_cases::record_events::record_events;
use chassis::{Database, DbError, TenantId};
use chrono::{DateTime, Duration, Utc};
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;

const TENANT: &str = "ten_suite";

async fn database(folder: &std::path::Path) -> Database {
    chassis::testing::empty_database(folder, crate::DEFINITION.migrations).await
}

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

fn decision(component: &str, level: u8) -> DecisionDetail {
    let euro = |amount_minor| {
        Some(Money {
            amount_minor,
            currency: "EUR".into(),
        })
    };
    DecisionDetail {
        component: component.into(),
        severity: Severity::ALL[usize::from(level) % 5],
        urgency: "IMMEDIATE".into(),
        failure_code: format!("{component}.fault"),
        failure_name: "fault".into(),
        decision: reason(),
        action: Some(reason()),
        cost_low: euro(100),
        cost_high: euro(i64::from(level) * 100),
        rul_km: None,
        odometer_km: None,
        historical: false,
    }
}

fn plan(decision_id: String, minutes: i64) -> VisitPlan {
    let id = |text: &str| text.to_owned();
    VisitPlan {
        component: None,
        alert_id: None,
        decision_id: Some(decision_id),
        center_id: id("c"),
        bay_id: id("b"),
        technician_id: id("t"),
        service_code: id("s"),
        starts_at: at(minutes),
        ends_at: at(minutes + 60),
        automatic: true,
        why: reason(),
        price: None,
        starts_before_p05: Some(true),
    }
}

fn change() -> impl Strategy<Value = Change> {
    (
        0_u8..10,
        prop::sample::select(vec!["cooling", "brakes"]),
        0_u8..2,
        0_u8..10,
        0_i64..500,
    )
        .prop_map(|(kind, component, id, level, minutes)| {
            let score = Some(f64::from(level) / 8.0);
            let band = Band::ALL[usize::from(level) % 5];
            let decision_id = format!("dec_{component}_{id}");
            let (alert_id, visit_id) = (format!("alert_{component}_{id}"), format!("apt_{component}_{id}"));
            let component = component.to_owned();
            match kind {
                0 => Change::Registered(Registration {
                    retired: level > 7,
                    ..Registration::default()
                }),
                1 => Change::Overall(Overall {
                    score,
                    band,
                    odometer_km: None,
                }),
                2 => Change::Component {
                    component,
                    reading: Reading {
                        score,
                        band,
                        rul_km: None,
                        confidence: None,
                    },
                },
                3 => Change::DecisionMade {
                    decision_id,
                    detail: decision(&component, level),
                },
                4 => Change::AlertRaised {
                    alert_id,
                    detail: AlertDetail {
                        decision_id: Some(decision_id),
                        component,
                        severity: Severity::ALL[usize::from(level) % 5],
                        failure_code: None,
                        title: reason(),
                    },
                },
                5 => Change::AlertAcknowledged {
                    alert_id,
                    by: "usr_x".into(),
                },
                6 => Change::AlertResolved { alert_id },
                7 => Change::VisitPlanned {
                    visit_id,
                    plan: plan(decision_id, minutes),
                },
                8 => Change::VisitCancelled { visit_id },
                _ => Change::VisitCompleted {
                    visit_id,
                    outcome: outcome(component, decision_id, minutes, level > 4),
                },
            }
        })
}

fn outcome(component: String, decision_id: String, minutes: i64, acted: bool) -> Outcome {
    let findings = vec![Finding {
        component,
        verdict: Verdict::Confirmed,
        acted,
    }];
    let (completed_at, decision_id) = (at(minutes), Some(decision_id));
    Outcome {
        completed_at,
        decision_id,
        technician_id: None,
        odometer_km: None,
        cost: None,
        findings,
    }
}

/// Entity ids are a vehicle's own, as producers give them.
fn own_ids(change: Change, vehicle: &str) -> Change {
    let own = |id: String| format!("{id}_{vehicle}");
    match change {
        Change::DecisionMade { decision_id, detail } => Change::DecisionMade {
            decision_id: own(decision_id),
            detail,
        },
        Change::AlertRaised { alert_id, mut detail } => {
            detail.decision_id = detail.decision_id.map(own);
            Change::AlertRaised {
                alert_id: own(alert_id),
                detail,
            }
        }
        Change::AlertAcknowledged { alert_id, by } => Change::AlertAcknowledged {
            alert_id: own(alert_id),
            by,
        },
        Change::AlertResolved { alert_id } => Change::AlertResolved {
            alert_id: own(alert_id),
        },
        Change::VisitPlanned { visit_id, mut plan } => {
            plan.decision_id = plan.decision_id.map(own);
            Change::VisitPlanned {
                visit_id: own(visit_id),
                plan,
            }
        }
        Change::VisitCancelled { visit_id } => Change::VisitCancelled {
            visit_id: own(visit_id),
        },
        Change::VisitCompleted { visit_id, mut outcome } => {
            outcome.decision_id = outcome.decision_id.map(own);
            Change::VisitCompleted {
                visit_id: own(visit_id),
                outcome,
            }
        }
        other => other,
    }
}

fn history() -> impl Strategy<Value = Vec<Heard>> {
    prop::collection::vec((0_u8..3, 0_i64..300, change()), 1..40).prop_map(|said| {
        let heard = said.into_iter().enumerate().map(|(i, (vehicle, minutes, change))| {
            let vehicle_id = format!("V{vehicle}");
            let changes = vec![own_ids(change, &vehicle_id)];
            let stamp = Stamp {
                time: at(minutes),
                sequence: i as i64,
            };
            Heard {
                tenant_id: TENANT.into(),
                entry: None,
                stamp,
                partition: 0,
                news: News::Vehicle { vehicle_id, changes },
            }
        });
        heard.collect()
    })
}

fn fold(heard: &[Heard]) -> BTreeMap<String, Vehicle> {
    let mut fleet: BTreeMap<String, Vehicle> = BTreeMap::new();
    for event in heard {
        if let News::Vehicle { vehicle_id, changes } = &event.news {
            let vehicle = fleet.entry(vehicle_id.clone()).or_default();
            changes
                .iter()
                .for_each(|change| vehicle.apply(event.stamp, change.clone()));
        }
    }
    fleet
}

/// What the database says after hearing it all in batches of one size.
async fn counted(heard: &[Heard], batch: usize) -> (FleetNumbers, usize, u64) {
    let folder = tempfile::tempdir().unwrap();
    let database = database(folder.path()).await;
    for events in heard.chunks(batch) {
        let mut tx = database.begin().await.unwrap();
        record_events(&mut tx, events, at(0)).await.unwrap();
        tx.commit().await.unwrap();
    }
    let whole = Sight::whole(&TenantId::new(TENANT));
    let mut tx = database.read().await.unwrap();
    let mut store = Store::on(&mut tx);
    let numbers = store.fleet_numbers(&whole).await.unwrap();
    let actions = store.open_decisions(&whole).await.unwrap().len();
    let open = store.cost_numbers(&whole).await.unwrap().open_decisions;
    let foreign = store
        .fleet_numbers(&Sight::whole(&TenantId::new("ten_other")))
        .await
        .unwrap();
    assert_eq!(foreign.vehicles, 0, "another tenant sees nothing");
    drop(tx);
    database.close().await;
    (numbers, actions, open)
}

#[test]
fn the_database_counts_what_the_rules_say_however_batches_are_cut() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    let mut runner = TestRunner::new(ProptestConfig::with_cases(24));
    let cases = (history(), 1_usize..12);
    let judged = runner.run(&cases, |(heard, batch)| {
        let fleet = fold(&heard);
        let mut numbers = FleetNumbers::default();
        fleet
            .values()
            .filter_map(|vehicle| Group::of(&vehicle.overview()))
            .for_each(|group| numbers.add(&group));
        let open: Vec<(&Vehicle, Severity)> = fleet
            .values()
            .flat_map(|vehicle| vehicle.decisions.values().map(move |decision| (vehicle, decision)))
            .filter(|(_, decision)| decision.is_open())
            .filter_map(|(vehicle, decision)| Some((vehicle, decision.made.as_ref()?.value.severity)))
            .collect();
        let listed = open
            .iter()
            .filter(|(vehicle, severity)| !vehicle.overview().retired && *severity >= Severity::Warning);
        let (stored, actions, stored_open) = runtime.block_on(counted(&heard, batch));
        prop_assert_eq!((stored.vehicles, &stored.by_band), (numbers.vehicles, &numbers.by_band));
        prop_assert_eq!(stored.with_open_alerts, numbers.with_open_alerts);
        prop_assert_eq!(stored.with_serious_alerts, numbers.with_serious_alerts);
        prop_assert_eq!(stored.with_visit, numbers.with_visit);
        let difference = stored.mean_score().unwrap_or(0.0) - numbers.mean_score().unwrap_or(0.0);
        prop_assert!(difference.abs() < 1e-9);
        prop_assert_eq!(actions, listed.count());
        prop_assert_eq!(stored_open, open.len() as u64);
        Ok(())
    });
    judged.unwrap();
}

fn raised(number: usize) -> Heard {
    Heard {
        tenant_id: TENANT.into(),
        entry: None,
        stamp: Stamp {
            time: at(1),
            sequence: 1,
        },
        partition: 0,
        news: News::Vehicle {
            vehicle_id: "V1".into(),
            changes: vec![Change::AlertRaised {
                alert_id: format!("alert_{number}"),
                detail: AlertDetail {
                    decision_id: None,
                    component: "cooling".into(),
                    severity: Severity::Critical,
                    failure_code: None,
                    title: reason(),
                },
            }],
        },
    }
}

/// Loads the vehicle, lets an alert be raised and saves it, as the consumer does.
async fn hear(database: &Database, heard: Heard) -> Result<(), DbError> {
    let mut tx = database.begin_bulk().await?;
    record_events(&mut tx, &[heard], at(0)).await?;
    tx.commit().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_writers_about_one_vehicle_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let database = database(folder.path()).await;
    hear(&database, raised(0)).await.unwrap();
    let mut writers = tokio::task::JoinSet::new();
    for number in 1..9 {
        let database = database.clone();
        writers.spawn(async move { chassis::again(|| hear(&database, raised(number))).await.unwrap() });
    }
    writers.join_all().await;
    let tenant = TenantId::new(TENANT);
    let mut tx = database.read().await.unwrap();
    let row = Store::on(&mut tx).vehicle_row(&tenant, "V1").await.unwrap().unwrap();
    assert_eq!(row.open_alerts, 9);
}

/// A prediction about V1, or a report of a visit to it.
fn told(number: i64, change: Change) -> Heard {
    let news = News::Vehicle {
        vehicle_id: "V1".into(),
        changes: vec![change],
    };
    let stamp = Stamp {
        time: at(number),
        sequence: number,
    };
    Heard {
        stamp,
        news,
        ..raised(0)
    }
}

#[tokio::test]
async fn a_list_that_was_cut_off_is_none_whatever_becomes_of_its_rows() {
    let folder = tempfile::tempdir().unwrap();
    let database = database(folder.path()).await;
    let detail = DecisionDetail {
        rul_km: Some(RemainingKm {
            p05: 1.0,
            p50: 2.0,
            p95: 3.0,
        }),
        odometer_km: Some(10_000.0),
        ..decision("cooling", 3)
    };
    let made = Change::DecisionMade {
        decision_id: "dec".into(),
        detail,
    };
    hear(&database, told(1, made)).await.unwrap();
    for number in 2..5 {
        let outcome = Outcome {
            odometer_km: Some(10_500.0),
            ..outcome("brakes".into(), format!("dec_{number}"), number, true)
        };
        let visit_id = format!("apt_{number}");
        hear(&database, told(number, Change::VisitCompleted { visit_id, outcome }))
            .await
            .unwrap();
    }
    let sight = Sight::whole(&TenantId::new(TENANT));
    let period = Period::last_days(7, at(10));
    let mut tx = database.read().await.unwrap();
    let mut store = Store::on(&mut tx);
    // One prediction and three reports, none of which is about its component.
    for (max, expected) in [(1, None), (2, None), (3, None), (4, Some(1))] {
        let read = store.predictions(&sight, &period, max).await.unwrap();
        assert_eq!(read.map(|predictions| predictions.len()), expected, "at most {max}");
    }
    for (max, expected) in [(1, None), (2, Some(1))] {
        let read = store.made_decisions(&sight, &period, max).await.unwrap();
        assert_eq!(read.map(|decisions| decisions.len()), expected, "at most {max}");
    }
}

fn admin(number: usize) -> User {
    User {
        tenant_id: TENANT.into(),
        user_id: format!("usr_{number}"),
        contact: Contact {
            username: format!("admin{number}"),
            display_name: None,
            email: None,
            locale: "en".into(),
        },
        rights: Rights {
            role: Role::Admin,
            status: Status::Active,
            vehicle_ids: Vec::new(),
            fleet_ids: Vec::new(),
            depot_ids: Vec::new(),
        },
        created_at: at(0),
    }
}

/// An admin who leaves, unless nobody else would be left.
async fn leave(database: &Database, number: usize) -> Result<bool, DbError> {
    let (tenant, mut user) = (TenantId::new(TENANT), admin(number));
    let mut tx = database.begin().await?;
    let mut store = Store::on(&mut tx);
    if store.other_active_admins(&tenant, &user.user_id).await? == 0 {
        return Ok(false);
    }
    user.rights.status = Status::Disabled;
    store.save_user(&user).await?;
    tx.commit().await?;
    Ok(true)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_eight_admins_who_leave_at_once_one_stays() {
    let folder = tempfile::tempdir().unwrap();
    let database = database(folder.path()).await;
    let mut tx = database.begin().await.unwrap();
    for number in 0..8 {
        assert!(Store::on(&mut tx).add_user(&admin(number), "hash").await.unwrap());
    }
    tx.commit().await.unwrap();
    let mut leaving = tokio::task::JoinSet::new();
    for number in 0..8 {
        let database = database.clone();
        leaving.spawn(async move { chassis::again(|| leave(&database, number)).await.unwrap() });
    }
    let left = leaving.join_all().await.into_iter().filter(|left| *left).count();
    assert_eq!(left, 7);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_tries_at_once_are_all_counted() {
    let folder = tempfile::tempdir().unwrap();
    let database = database(folder.path()).await;
    let limits = Limits {
        failures_max: 100,
        window: Duration::hours(1),
    };
    let mut tries = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let database = database.clone();
        tries.spawn(async move {
            let mut tx = database.begin_bulk().await.unwrap();
            let mut store = Store::on(&mut tx);
            let known = store.lock_tries("user_1", at(0)).await.unwrap();
            store.save_tries("user_1", known.counted(&limits, at(0))).await.unwrap();
            tx.commit().await.unwrap();
        });
    }
    tries.join_all().await;
    let mut tx = database.begin_bulk().await.unwrap();
    let mut store = Store::on(&mut tx);
    assert_eq!(store.lock_tries("user_1", at(0)).await.unwrap().failures, 8);
    store.forget_tries(at(1)).await.unwrap();
    assert_eq!(store.lock_tries("user_1", at(0)).await.unwrap().failures, 0);
}
