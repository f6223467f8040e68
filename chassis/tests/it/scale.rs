//! Several instances of a service on one ground: they share the partitions, keep each key's order, and take over from each other.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use chassis::testing::{Ground, TestRuntime, TestService, eventually};
use chrono::{DateTime, Utc};

use crate::source::{Source, notes};
use crate::toy::{self, App};

const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

async fn instance(ground: &Ground, name: &str, lease_ms: i64) -> (App, TestService) {
    let test = TestRuntime::start_on(ground, NOW);
    let (app, service) = toy::build_as(name, lease_ms, test.runtime()).await;
    (app, TestService::start(&test, service).await)
}

fn heard_by(heard: &[toy::Heard], name: &str) -> usize {
    heard.iter().filter(|(_, _, by)| by == name).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn four_instances_share_the_partitions_and_keep_the_order() {
    let ground = Ground::servers();
    let mut source = Source::start(&TestRuntime::start_on(&ground, NOW)).await;
    let (app, first) = instance(&ground, "a", 600).await;
    let mut others = Vec::new();
    for name in ["b", "c", "d"] {
        others.push(instance(&ground, name, 600).await);
    }
    let notes = notes(100);
    let each_has_some = || async {
        let heard = app.heard().await;
        ["a", "b", "c", "d"]
            .iter()
            .all(|name| heard_by(&heard, name) > 0)
            .then_some(())
    };
    // Each round waits until it was heard: what is tried is sharing, and a source that outran four debug builds would only try
    // how long its backlog takes.
    let deadline = Instant::now() + Duration::from_secs(60);
    while each_has_some().await.is_none() {
        assert!(Instant::now() < deadline, "the instances do not share");
        source.tell(&notes, 1).await;
        source.all_heard(&app).await;
    }
    source.all_heard(&app).await;
    first.stop().await;
    for (_, served) in others {
        served.stop().await;
    }
    source.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_instance_that_ends_hands_over_at_once() {
    let ground = Ground::servers();
    let mut source = Source::start(&TestRuntime::start_on(&ground, NOW)).await;
    let lease = Duration::from_secs(9);
    let (_, first) = instance(&ground, "a", lease.as_millis() as i64).await;
    let notes = notes(100);
    let (app, second) = instance(&ground, "b", lease.as_millis() as i64).await;
    source.tell(&notes, 3).await;
    source.all_heard(&app).await;
    first.stop().await;
    let stopped = Instant::now();
    source.tell(&notes, 3).await;
    source.all_heard(&app).await;
    assert!(
        stopped.elapsed() < lease / 2,
        "handed over after {:?}",
        stopped.elapsed()
    );
    second.stop().await;
    source.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_owner_s_commit_is_refused() {
    let ground = Ground::servers();
    let mut source = Source::start(&TestRuntime::start_on(&ground, NOW)).await;
    let (late, first) = instance(&ground, "late", 500).await;
    let held = late.gate.lock().await;
    source.tell(&notes(1), 1).await;
    eventually("the event inside the transaction", || async {
        (late.handled.load(Ordering::SeqCst) == 1).then_some(())
    })
    .await;
    let (app, second) = instance(&ground, "other", 500).await;
    let heard = source.all_heard(&app).await;
    assert_eq!(heard_by(&heard, "other"), 1, "taken over while its owner slept");
    drop(held);
    source.tell(&notes(1), 5).await;
    source.all_heard(&app).await;
    first.stop().await;
    second.stop().await;
    source.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_whose_commit_was_not_answered_is_not_applied_twice() {
    for ground in [Ground::Embedded, Ground::servers()] {
        let test = TestRuntime::start_on(&ground, NOW);
        let mut source = Source::start(&test).await;
        let (app, service) = toy::build(test.runtime()).await;
        let served = TestService::start(&test, service).await;
        source.tell(&notes(1), 3).await;
        source.all_heard(&app).await;
        // As if event 4 had been committed and its answer lost: the position has moved, and the consumer does not know.
        let beside = test.database_of(&toy::DEFINITION).await;
        let mut tx = beside.begin().await.expect("a transaction");
        chassis::on!(tx, c => sqlx::query("UPDATE consumer_position SET sequence = 4 WHERE producer = 'source-service'")
            .run(c).await)
        .expect("moved");
        tx.commit().await.expect("committed");
        source.tell(&notes(1), 2).await;
        let heard = eventually("what came after", || async {
            let heard = app.heard().await;
            (heard.len() >= 4).then_some(heard)
        })
        .await;
        let numbers: Vec<i64> = heard.iter().map(|(_, number, _)| *number).collect();
        assert_eq!(numbers, [1, 2, 3, 5]);
        beside.close().await;
        served.stop().await;
    }
}
