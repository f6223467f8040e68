//! What the store promises, whatever database it stands on.

use std::sync::Arc;

use chassis::{Cause, Clock, Failpoints, TenantId};
use chrono::{DateTime, Duration, Utc};

use super::{DecisionFilter, Position, Store};
use crate::domain::component::Component;
use crate::domain::decision::{Rules, Trigger};
use crate::domain::diagnosis::ConfidenceRules;
use crate::domain::review::ReviewRules;
use crate::domain::severity::Severity;
use crate::domain::symptoms::Observations;
use crate::domain::vehicle::{LastHealth, Powertrain, Vehicle};
use crate::error::Error;
use crate::llm::Neighbours;
use crate::use_cases::{App, Decided, decide};

struct Fixture {
    app: App,
    tenant: TenantId,
    _folder: tempfile::TempDir,
}

fn start() -> DateTime<Utc> {
    "2026-05-04T08:00:00Z".parse().unwrap()
}

async fn fixture() -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let database = chassis::testing::empty_database(folder.path(), crate::DEFINITION.migrations).await;
    let rules = Rules {
        confidence: ConfidenceRules {
            coverage_weight: 0.25,
            source_weight: 0.2,
        },
        review_below: 0.7,
        repeat_after_hours: 24,
        alternatives_max: 3,
        plausible_min: 0.15,
    };
    let knowledge = Arc::new(crate::knowledge::builtin().unwrap());
    let app = App {
        clock: Clock::manual(start()),
        database,
        knowledge,
        rules,
        review: ReviewRules {
            below: 0.7,
            cost_minor: i64::MAX,
            stop_below: 0.0,
        },
        desk: None,
        neighbours: Neighbours::default(),
        failpoints: Failpoints::default(),
        currency: "EUR".into(),
        run_waits: chassis::Bell::new(),
    };
    Fixture {
        app,
        tenant: TenantId::new("ten_a"),
        _folder: folder,
    }
}

fn trigger(event_id: &str, asked: Severity, hours: i64) -> Trigger {
    Trigger {
        event_id: event_id.to_owned(),
        vehicle_id: "V1".to_owned(),
        component: Component::Battery12v,
        asked,
        occurred_at: start() + Duration::hours(hours),
        historical: false,
        manual: false,
        observations: Observations {
            risk_factors: Vec::new(),
            evidence: Vec::new(),
            trouble_codes: vec!["P0562".to_owned()],
            trouble_codes_read: Some(true),
            reported_present: vec!["battery_12v.cranking_voltage_low".to_owned()],
            reported_absent: Vec::new(),
        },
        source_confidence: 0.9,
        rul_km: None,
        rul_days: None,
        odometer_km: Some(81_000.5),
    }
}

async fn try_to_decide(fixture: &Fixture, trigger: &Trigger) -> Result<Decided, Error> {
    let mut tx = fixture.app.database.begin().await?;
    let mut store = Store::new(&mut tx);
    let done = decide(&fixture.app, &mut store, &fixture.tenant, trigger, &Cause::new()).await?;
    tx.commit().await?;
    Ok(done)
}

async fn decided(fixture: &Fixture, trigger: &Trigger) -> Decided {
    chassis::again(|| try_to_decide(fixture, trigger)).await.unwrap()
}

#[tokio::test]
async fn a_decision_is_read_back_as_it_was_made() {
    let fixture = fixture().await;
    let made = decided(&fixture, &trigger("evt_1", Severity::Critical, 0)).await;
    let mut tx = fixture.app.database.read().await.unwrap();
    let mut store = Store::new(&mut tx);
    let record = store
        .decision(&fixture.tenant, made.decision_id())
        .await
        .unwrap()
        .unwrap();
    let decision = &record.decision;
    assert_eq!(
        (decision.severity, decision.component),
        (Severity::Critical, Component::Battery12v)
    );
    assert_eq!(decision.failure_mode.code, "battery_12v.sulphation");
    assert_eq!((decision.decided_for, decision.odometer_km), (start(), Some(81_000.5)));
    assert_eq!((record.revision, record.repeats), (0, 0));
    let steps = store.steps(&fixture.tenant, made.decision_id()).await.unwrap();
    let names: Vec<&str> = steps.iter().map(|step| step.step.as_str()).collect();
    assert_eq!(
        names,
        [
            "receive",
            "classify",
            "route",
            "analyse",
            "aggregate",
            "decide",
            "publish"
        ]
    );
    assert!(steps.iter().all(|step| step.started_at <= step.finished_at));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_writers_with_findings_of_one_fault_make_one_decision() {
    let fixture = Arc::new(fixture().await);
    let writers = (0..8).map(|number| {
        let (fixture, event_id) = (fixture.clone(), format!("evt_{number}"));
        tokio::spawn(async move { decided(&fixture, &trigger(&event_id, Severity::Warning, 0)).await })
    });
    let outcomes: Vec<Decided> = futures_of(writers).await;
    let made = outcomes
        .iter()
        .filter(|outcome| matches!(outcome, Decided::Made { .. }))
        .count();
    assert_eq!(made, 1, "{outcomes:?}");
    let mut tx = fixture.app.database.read().await.unwrap();
    let record = Store::new(&mut tx)
        .decision(&fixture.tenant, outcomes[0].decision_id())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(record.repeats, 7, "the others are covered by it");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn eight_writers_with_the_same_trigger_make_one_decision() {
    let fixture = Arc::new(fixture().await);
    let writers = (0..8).map(|_| {
        let fixture = fixture.clone();
        tokio::spawn(async move { decided(&fixture, &trigger("evt_1", Severity::Warning, 0)).await })
    });
    let outcomes: Vec<Decided> = futures_of(writers).await;
    assert_eq!(
        outcomes
            .iter()
            .filter(|outcome| matches!(outcome, Decided::Made { .. }))
            .count(),
        1
    );
    let first = outcomes[0].decision_id();
    assert!(outcomes.iter().all(|outcome| outcome.decision_id() == first));
}

async fn futures_of<T>(tasks: impl Iterator<Item = tokio::task::JoinHandle<T>>) -> Vec<T> {
    let tasks: Vec<_> = tasks.collect();
    let mut done = Vec::with_capacity(tasks.len());
    for task in tasks {
        done.push(task.await.unwrap());
    }
    done
}

#[tokio::test]
async fn repeats_are_linked_until_something_is_worse_or_a_day_has_passed() {
    let fixture = fixture().await;
    let first = decided(&fixture, &trigger("evt_1", Severity::Warning, 0)).await;
    let repeat = decided(&fixture, &trigger("evt_2", Severity::Warning, 3)).await;
    assert_eq!(
        repeat,
        Decided::Covered {
            decision_id: first.decision_id().to_owned()
        }
    );
    let worse = decided(&fixture, &trigger("evt_3", Severity::Critical, 4)).await;
    assert!(matches!(worse, Decided::Made { .. }));
    let milder = decided(&fixture, &trigger("evt_4", Severity::Warning, 5)).await;
    assert_eq!(
        milder,
        Decided::Covered {
            decision_id: worse.decision_id().to_owned()
        }
    );
    let later = decided(&fixture, &trigger("evt_5", Severity::Warning, 30)).await;
    assert!(matches!(later, Decided::Made { .. }));
    let mut tx = fixture.app.database.read().await.unwrap();
    let mut store = Store::new(&mut tx);
    let open = store
        .open_decisions(&fixture.tenant, "V1", Component::Battery12v)
        .await
        .unwrap();
    let open: Vec<&str> = open.iter().map(|open| open.decision_id.as_str()).collect();
    assert_eq!(open, [later.decision_id()], "the latest one alone is open");
    assert_eq!(
        store
            .decision(&fixture.tenant, first.decision_id())
            .await
            .unwrap()
            .unwrap()
            .repeats,
        1
    );
}

#[tokio::test]
async fn a_list_is_paged_without_gap_or_repeat() {
    let fixture = fixture().await;
    for number in 0..5 {
        decided(
            &fixture,
            &trigger(&format!("evt_{number}"), Severity::Warning, 30 * number),
        )
        .await;
    }
    let mut tx = fixture.app.database.read().await.unwrap();
    let mut store = Store::new(&mut tx);
    let mut after = Position::start();
    let mut seen = Vec::new();
    loop {
        let page = store
            .decisions(&fixture.tenant, &DecisionFilter::default(), &after, 2)
            .await
            .unwrap();
        let Some(last) = page.last() else { break };
        after = Position {
            time: last.decision.decided_for,
            id: last.decision.decision_id.clone(),
        };
        after = Position::from_text(&after.to_text()).unwrap();
        seen.extend(page.into_iter().map(|record| record.decision.decided_for));
    }
    assert_eq!(seen.len(), 5);
    assert!(seen.is_sorted_by(|earlier, later| earlier > later));
}

#[tokio::test]
async fn older_news_of_a_vehicle_or_its_health_changes_nothing() {
    let fixture = fixture().await;
    let vehicle = |powertrain, hours| Vehicle {
        vehicle_id: "V1".to_owned(),
        powertrain,
        vehicle_class: "VAN".to_owned(),
        make: None,
        model: None,
        model_year: Some(2021),
        changed_at: start() + Duration::hours(hours),
    };
    let health = |score, hours| LastHealth {
        vehicle_id: "V1".to_owned(),
        component: "brakes".to_owned(),
        health_score: Some(score),
        status: "FAIR".to_owned(),
        observed_at: start() + Duration::hours(hours),
    };
    let mut tx = fixture.app.database.begin().await.unwrap();
    let mut store = Store::new(&mut tx);
    store
        .put_vehicle(&fixture.tenant, &vehicle(Powertrain::Diesel, 2))
        .await
        .unwrap();
    store
        .put_vehicle(&fixture.tenant, &vehicle(Powertrain::Petrol, 1))
        .await
        .unwrap();
    store.put_health(&fixture.tenant, &health(0.5, 2)).await.unwrap();
    store.put_health(&fixture.tenant, &health(0.9, 1)).await.unwrap();
    let known = store.vehicle(&fixture.tenant, "V1").await.unwrap().unwrap();
    assert_eq!((known.powertrain, known.model_year), (Powertrain::Diesel, Some(2021)));
    assert_eq!(
        store.health(&fixture.tenant, "V1").await.unwrap()[0].health_score,
        Some(0.5)
    );
    assert!(store.vehicle(&TenantId::new("ten_b"), "V1").await.unwrap().is_none());
}
