//! What the store promises, whatever database it stands on.

use std::sync::Arc;

use chassis::{Cause, Clock, Failpoints, TenantId};
use chrono::{DateTime, Duration, Utc};
use futures::TryStreamExt;

use super::{DecisionFilter, Position, ReviewFilter, Store};
use crate::domain::component::Component;
use crate::domain::decision::{Rules, Trigger};
use crate::domain::diagnosis::ConfidenceRules;
use crate::domain::outcome::Verdict;
use crate::domain::record::{DecisionRecord, Example, Outcome, Warranty};
use crate::domain::review::ReviewRules;
use crate::domain::severity::{ForetoldRules, Severity};
use crate::domain::symptoms::Observations;
use crate::domain::values::Reason;
use crate::domain::vehicle::{LastHealth, Powertrain, Vehicle};
use crate::error::Error;
use crate::llm::Neighbours;
use crate::use_cases::{App, Decided, ExportLimits, Listing, decide, export_training, list_decisions, list_reviews};

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
        foretold: ForetoldRules {
            day_below_days: 2.0,
            service_from_days: 14.0,
        },
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
        exports: ExportLimits {
            examples_max: 5,
            page: 2,
        },
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

/// Four vehicles with a decision a day in turn, each unsure enough for a review, and each with what the warranty says.
async fn four_vehicles(fixture: &Fixture) {
    for number in 0..16 {
        let mut trigger = trigger(&format!("evt_{number}"), Severity::Warning, 30 * number);
        trigger.vehicle_id = format!("V{}", number % 4);
        let id = decided(fixture, &trigger).await.decision_id().to_owned();
        let mut tx = fixture.app.database.begin().await.unwrap();
        let mut store = Store::new(&mut tx);
        let at = trigger.occurred_at;
        store
            .put_warranty(&fixture.tenant, &id, &warranty(&id), at)
            .await
            .unwrap();
        tx.commit().await.unwrap();
    }
}

/// Two of them, among very many others.
fn two_of_them() -> Option<Vec<String>> {
    let others = (0..20_000).map(|number| format!("X{number}"));
    Some(["V1", "V3"].map(String::from).into_iter().chain(others).collect())
}

#[tokio::test]
async fn who_sees_some_vehicles_only_gets_full_pages_of_their_decisions() {
    let fixture = fixture().await;
    four_vehicles(&fixture).await;
    let filter = |visible_vehicle_ids| DecisionFilter {
        visible_vehicle_ids,
        ..DecisionFilter::default()
    };
    let (mut sizes, mut seen, mut after) = (Vec::new(), Vec::new(), Some(String::new()));
    while let Some(start) = after {
        let listing = Listing {
            filter: filter(two_of_them()),
            after: start,
            limit: 3,
        };
        let page = list_decisions(&fixture.app, &fixture.tenant, &listing).await.unwrap();
        sizes.push(page.items.len());
        seen.extend(page.items);
        after = page.next;
    }
    assert_eq!(sizes, [3, 3, 2]);
    assert!(seen.is_sorted_by(|one, next| one.decision.decided_for > next.decision.decided_for));
    let visible = |record: &DecisionRecord| ["V1", "V3"].contains(&record.decision.vehicle_id.as_str());
    assert!(seen.iter().all(visible));
    let own = |record: &DecisionRecord| record.warranty == Some(warranty(&record.decision.decision_id));
    assert!(seen.iter().all(own), "each with what became of it");

    let nothing = filter(Some(Vec::new()));
    let mut tx = fixture.app.database.read().await.unwrap();
    let none = Store::new(&mut tx)
        .decisions(&fixture.tenant, &nothing, &Position::start(), 9)
        .await
        .unwrap();
    assert_eq!(none, []);
}

/// The latest decision on each vehicle alone waits for a word; the two that may be seen fill two pages.
#[tokio::test]
async fn who_sees_some_vehicles_only_gets_full_pages_of_their_reviews() {
    let fixture = fixture().await;
    four_vehicles(&fixture).await;
    let filter = ReviewFilter {
        answered: false,
        visible_vehicle_ids: two_of_them(),
    };
    let first = list_reviews(&fixture.app, &fixture.tenant, &filter, "", 1)
        .await
        .unwrap();
    let cursor = first.next.unwrap();
    let second = list_reviews(&fixture.app, &fixture.tenant, &filter, &cursor, 1)
        .await
        .unwrap();
    let mut vehicles = [&first.items[0].vehicle_id, &second.items[0].vehicle_id];
    vehicles.sort();
    assert_eq!((vehicles, second.next), ([&"V1".to_owned(), &"V3".to_owned()], None));
}

fn warranty(decision_id: &str) -> Warranty {
    let reason = Reason::new(
        "warranty.covered",
        [("decision", decision_id.into())],
        "Covered.".to_owned(),
    );
    Warranty {
        covered: true,
        reason,
        coverage_id: None,
    }
}

#[tokio::test]
async fn examples_are_exported_in_pages_up_to_their_limit() {
    let fixture = fixture().await;
    let mut told = Vec::new();
    for number in 0..5 {
        let trigger = trigger(&format!("evt_{number}"), Severity::Warning, 30 * number);
        let id = decided(&fixture, &trigger).await.decision_id().to_owned();
        let mut tx = fixture.app.database.begin().await.unwrap();
        let mut store = Store::new(&mut tx);
        for agent in ["battery", "engine"] {
            asked(&mut store, &fixture.tenant, &id, agent).await;
        }
        // Nothing was found of the second: that is an answer to nothing.
        let verdict = if number == 1 {
            Verdict::NotFound
        } else {
            Verdict::Confirmed
        };
        let outcome = Outcome {
            verdict,
            failure_mode: None,
            appointment_id: None,
            told_by: None,
            note: None,
            found_at: trigger.occurred_at,
        };
        store.put_outcome(&fixture.tenant, &id, &outcome).await.unwrap();
        tx.commit().await.unwrap();
        told.push(id);
    }
    let pages: Vec<Vec<Example>> = export_training(fixture.app.clone(), fixture.tenant.clone())
        .try_collect()
        .await
        .unwrap();
    let sizes: Vec<usize> = pages.iter().map(Vec::len).collect();
    assert_eq!(sizes, [2, 2, 1], "five at most, two at once");
    let exported: Vec<(&str, &str)> = pages
        .iter()
        .flatten()
        .map(|example| (example.decision_id.as_str(), example.agent.as_str()))
        .collect();
    let (last, before, third) = (told[4].as_str(), told[3].as_str(), told[2].as_str());
    assert_eq!(
        exported,
        [
            (last, "battery"),
            (last, "engine"),
            (before, "battery"),
            (before, "engine"),
            (third, "battery")
        ]
    );
    let mut wider = fixture.app.clone();
    wider.exports.examples_max = 100;
    let pages: Vec<Vec<Example>> = export_training(wider, fixture.tenant.clone())
        .try_collect()
        .await
        .unwrap();
    assert_eq!(pages.concat().len(), 8, "four decisions of two workers");
    let other = export_training(fixture.app.clone(), TenantId::new("ten_b"));
    assert_eq!(other.try_concat().await.unwrap(), []);
}

/// A worker's first call about a decision.
async fn asked(store: &mut Store<'_>, tenant: &TenantId, decision_id: &str, agent: &str) {
    chassis::on!(store.tx, c => sqlx::query(
        "INSERT INTO agent_call (tenant_id, decision_id, agent, number, state, provider, model, prompt_hash, prompt, tokens,
             cost_micro, started_at) VALUES ($1, $2, $3, 1, 'DONE', 'p', 'm', 'h', '{}', 0, 0, $4)")
        .bind(tenant.as_str()).bind(decision_id).bind(agent).bind(start()).run(c).await)
    .unwrap();
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
