//! The partitioned log: effect and position together, order, poison, restart.

use std::sync::atomic::Ordering;

use chassis::testing::{TestRuntime, TestService, eventually};
use chrono::{DateTime, Utc};
use serde_json::json;

use crate::toy;

const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

#[tokio::test(flavor = "multi_thread")]
async fn an_event_takes_effect_once_and_what_it_causes_keeps_its_correlation() {
    let test = TestRuntime::start(NOW);
    let source = test.producer("source-service").await;
    let (app, service) = toy::build(test.runtime()).await;
    let served = TestService::start(&test, service).await;
    source
        .deliver("thing.happened", "ten_a", "k", NOW, json!({"note": "n1"}))
        .await;
    source.deliver("thing.ignored", "ten_a", "k", NOW, json!({})).await;
    source
        .deliver("thing.happened", "ten_a", "k", NOW, json!({"note": "n1"}))
        .await;
    let written = test.published("toy-service", "note.written", 2).await;
    assert_eq!(app.times("ten_a", "n1").await, Some(2));
    assert_eq!(app.times("ten_b", "n1").await, None);
    assert_eq!(written.iter().map(|event| event.sequence).collect::<Vec<_>>(), [1, 2]);
    assert_ne!(written[0].correlation_id, written[1].correlation_id);
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_goes_on_where_the_positions_stand() {
    let test = TestRuntime::start(NOW);
    let source = test.producer("source-service").await;
    let (_, service) = toy::build(test.runtime()).await;
    let served = TestService::start(&test, service).await;
    for number in 0..50 {
        source
            .deliver(
                "thing.happened",
                "ten_a",
                &format!("k{number}"),
                NOW,
                json!({"note": "n"}),
            )
            .await;
    }
    test.published("toy-service", "note.written", 50).await;
    served.stop().await;

    let again = test.restart();
    let source = again.producer("source-service").await;
    source
        .deliver("thing.happened", "ten_a", "k1", NOW, json!({"note": "n"}))
        .await;
    let (app, service) = toy::build(again.runtime()).await;
    let served = TestService::start(&again, service).await;
    again.published("toy-service", "note.written", 51).await;
    assert_eq!(app.times("ten_a", "n").await, Some(51));
    served.stop().await;
}

/// How far the database says that the source's streams were read.
async fn kept(app: &toy::App) -> i64 {
    let mut tx = app.database().read().await.expect("a transaction");
    let sql =
        "SELECT CAST(COALESCE(SUM(sequence), 0) AS BIGINT) FROM consumer_position WHERE producer = 'source-service'";
    chassis::on!(tx, c => sqlx::query_scalar(sql).fetch_one(c).await).expect("positions")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_concerns_others_is_passed_over_and_kept_with_the_next_effect_or_soon() {
    let test = TestRuntime::start(NOW);
    let source = test.producer("source-service").await;
    let (app, service) = toy::build(test.runtime()).await;
    let served = TestService::start(&test, service).await;
    let deliver = async |kind, data| source.deliver(kind, "ten_a", "k", NOW, data).await;
    for _ in 0..3 {
        deliver("thing.ignored", json!({})).await;
    }
    eventually("three are known to the database", async || {
        (kept(&app).await == 3).then_some(())
    })
    .await;
    deliver("thing.ignored", json!({})).await;
    deliver("thing.happened", json!({"note": "n"})).await;
    test.published("toy-service", "note.written", 1).await;
    assert_eq!((kept(&app).await, app.times("ten_a", "n").await), (5, Some(1)));
    // A restart reads on behind it.
    deliver("thing.ignored", json!({})).await;
    eventually("the last is known to the database", async || {
        (kept(&app).await == 6).then_some(())
    })
    .await;
    served.stop().await;
    let again = test.restart();
    let source = again.producer("source-service").await;
    let (app, service) = toy::build(again.runtime()).await;
    let served = TestService::start(&again, service).await;
    source
        .deliver("thing.happened", "ten_a", "k", NOW, json!({"note": "n"}))
        .await;
    again.published("toy-service", "note.written", 2).await;
    assert_eq!((kept(&app).await, app.times("ten_a", "n").await), (7, Some(2)));
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_poison_event_stands_aside_and_the_rest_goes_on() {
    let test = TestRuntime::start(NOW);
    let source = test.producer("source-service").await;
    source
        .deliver("thing.happened", "default", "k", NOW, json!({"note": "before"}))
        .await;
    let poison = source
        .deliver("thing.happened", "default", "k", NOW, json!({"nothing": 1}))
        .await;
    source
        .deliver("thing.happened", "default", "k", NOW, json!({"note": "after"}))
        .await;
    let (app, service) = toy::build(test.runtime()).await;
    let served = TestService::start(&test, service).await;
    test.published("toy-service", "note.written", 2).await;
    assert_eq!(
        (
            app.times("default", "before").await,
            app.times("default", "after").await
        ),
        (Some(1), Some(1))
    );
    let client = reqwest::Client::new();
    let letters = client
        .get(served.url("/api/v1/dead-letters"))
        .header("x-api-key", chassis::testing::BOOTSTRAP_KEY);
    let letters: serde_json::Value = letters.send().await.expect("answered").json().await.expect("JSON");
    assert_eq!(letters["items"][0]["id"], poison);
    assert_eq!(letters["items"][0]["code"], "event.data.invalid");
    let replay = client
        .post(served.url(&format!("/api/v1/dead-letters/{poison}/replay")))
        .header("x-api-key", chassis::testing::BOOTSTRAP_KEY);
    assert_eq!(replay.send().await.expect("answered").status(), 422);
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_passing_failure_is_tried_again_without_loss() {
    let test = TestRuntime::start(NOW);
    let source = test.producer("source-service").await;
    let (app, service) = toy::build(test.runtime()).await;
    app.transient_failures.store(3, Ordering::SeqCst);
    source
        .deliver("thing.happened", "ten_a", "k", NOW, json!({"note": "n"}))
        .await;
    let served = TestService::start(&test, service).await;
    eventually("the effect", || async {
        (app.times("ten_a", "n").await == Some(1)).then_some(())
    })
    .await;
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_cannot_go_on_stops_no_other() {
    let test = TestRuntime::start(NOW);
    let source = test.producer("source-service").await;
    // The stuck one comes first in every round: its partition has the lowest number.
    let mut keys: Vec<String> = (0..8).map(|number| format!("k{number}")).collect();
    keys.sort_by_key(|key| chassis::partition::of("ten_a", key));
    keys.dedup_by_key(|key| chassis::partition::of("ten_a", key));
    let tell = async |key: &str, note: &str| {
        source
            .deliver("thing.happened", "ten_a", key, NOW, json!({"note": note}))
            .await
    };
    tell(&keys[0], "stuck").await;
    tell(&keys[0], "behind").await;
    let (app, service) = toy::build(test.runtime()).await;
    let served = TestService::start(&test, service).await;
    for (round, key) in keys[1..].iter().enumerate() {
        let note = format!("free{round}");
        tell(key, &note).await;
        eventually(&note, || async {
            (app.times("ten_a", &note).await == Some(1)).then_some(())
        })
        .await;
    }
    assert_eq!(app.times("ten_a", "behind").await, None);
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backlog_of_large_events_is_read_in_order_and_whole() {
    let test = TestRuntime::start(NOW);
    let source = test.producer("source-service").await;
    let large = "x".repeat(1 << 20);
    for number in 0..24_i64 {
        let data = json!({"note": format!("n{}", number % 3), "number": number, "large": large});
        source
            .deliver("thing.happened", "ten_a", &format!("k{}", number % 3), NOW, data)
            .await;
    }
    let (app, service) = toy::build(test.runtime()).await;
    let served = TestService::start(&test, service).await;
    test.published("toy-service", "note.written", 24).await;
    for note in 0..3 {
        assert_eq!(app.times("ten_a", &format!("n{note}")).await, Some(8));
        let heard = app.heard().await.into_iter();
        let numbers: Vec<i64> = heard
            .filter(|(name, ..)| *name == format!("n{note}"))
            .map(|(_, number, _)| number)
            .collect();
        assert!(numbers.is_sorted() && numbers.len() == 8, "{numbers:?}");
    }
    served.stop().await;
}
