//! The places of events: one after the other in each partition, without gaps, whatever is appended twice or taken back.

use std::collections::{BTreeMap, HashSet};

use chassis::testing::{Ground, Producer, TestRuntime, TestService, eventually};
use chassis::{Cause, NewEvent, TenantId};
use chrono::DateTime;
use rand::{RngExt, SeedableRng};
use serde_json::json;

use crate::toy;

const NOW: DateTime<chrono::Utc> = DateTime::UNIX_EPOCH;

fn event(key: u32, id: Option<String>) -> NewEvent {
    NewEvent {
        kind: "thing.happened",
        schema_version: "1.0",
        tenant: TenantId::new("ten_a"),
        key: format!("k{key}"),
        subject: None,
        time: NOW,
        cause: Cause::new(),
        id,
        data: json!({"note": "n"}),
    }
}

/// Each partition's event ids by place; places must count from 1.
async fn placed(test: &TestRuntime, producer: &str, count: usize) -> BTreeMap<u8, Vec<String>> {
    let events = eventually(&format!("{count} events of {producer}"), || async {
        let events = test.all_published(producer).await;
        (events.len() >= count).then_some(events)
    })
    .await;
    let mut ids: BTreeMap<u8, Vec<String>> = BTreeMap::new();
    for event in events {
        let partition = ids.entry(event.partition).or_default();
        partition.push(event.id);
        assert_eq!(event.sequence, partition.len() as i64);
    }
    ids
}

/// Appends in transactions of random sizes events of which many have the id of an earlier one, also in the same transaction.
async fn tell_with_repetitions(source: &Producer, seed: u64) -> BTreeMap<u8, Vec<String>> {
    let mut random = rand::rngs::StdRng::seed_from_u64(seed);
    let mut seen = HashSet::new();
    let mut expected: BTreeMap<u8, Vec<String>> = BTreeMap::new();
    for _ in 0..40 {
        let mut events = Vec::new();
        for _ in 0..random.random_range(1..12) {
            let number = random.random_range(0..150);
            let event = event(number % 7, Some(format!("evt_{number}")));
            if seen.insert(number) {
                let partition = chassis::partition::of("ten_a", &event.key);
                expected.entry(partition).or_default().push(format!("evt_{number}"));
            }
            events.push(event);
        }
        source.deliver_all(&events).await;
    }
    expected
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_that_is_there_takes_no_second_place() {
    let test = TestRuntime::start(NOW);
    for (seed, name) in [(1, "first-service"), (2, "second-service"), (3, "third-service")] {
        let source = test.producer(name).await;
        let expected = tell_with_repetitions(&source, seed).await;
        let count = expected.values().map(Vec::len).sum();
        assert_eq!(placed(&test, name, count).await, expected, "seed {seed}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_taken_back_leaves_no_gap() {
    let test = TestRuntime::start(NOW);
    let (app, service) = toy::build(test.runtime()).await;
    let served = TestService::start(&test, service).await;
    for (id, commits) in [("evt_a", true), ("evt_b", false), ("evt_c", true), ("evt_b", true)] {
        let mut tx = app.database().begin().await.expect("a transaction");
        let event = event(1, Some(id.to_owned()));
        chassis::outbox::append(&mut tx, &event).await.expect("appended");
        match commits {
            true => tx.commit().await.expect("committed"),
            false => tx.rollback().await.expect("taken back"),
        }
    }
    let ids = placed(&test, "toy-service", 3).await;
    assert_eq!(ids.into_values().collect::<Vec<_>>(), [["evt_a", "evt_c", "evt_b"]]);
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_an_earlier_version_left_unplaced_is_placed_once() {
    let test = TestRuntime::start_on(&Ground::Embedded, NOW);
    let source = test.producer("source-service").await;
    let mut expected: BTreeMap<u8, Vec<String>> = BTreeMap::new();
    for number in 0..20 {
        let id = source
            .deliver_event(event(number % 3, Some(format!("evt_{number}"))))
            .await;
        let partition = chassis::partition::of("ten_a", &format!("k{}", number % 3));
        expected.entry(partition).or_default().push(id);
    }
    let mut tx = source.database().begin().await.expect("a transaction");
    // As it stood when the last seven waited for a relay.
    for sql in [
        "UPDATE outbox SET sequence = NULL WHERE id > 13",
        "DELETE FROM stream_head",
        "INSERT INTO stream_head (partition, sequence) SELECT partition, MAX(sequence) FROM outbox WHERE sequence IS NOT NULL GROUP BY partition",
        include_str!("../../migrations/0005_places.sql"),
    ] {
        chassis::on!(tx, c => sqlx::raw_sql(sql).execute(c).await.map(|_| ())).expect("applied");
    }
    tx.commit().await.expect("committed");
    assert_eq!(placed(&test, "source-service", 20).await, expected);
    source.deliver_event(event(1, None)).await;
    placed(&test, "source-service", 21).await;
}
