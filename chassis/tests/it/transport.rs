//! Redis may lose everything, and keeps only a window: the producer's archive remembers.

use chassis::config::Secret;
use chassis::testing::servers::Redis;
use chassis::testing::{BOOTSTRAP_KEY, Ground, TestRuntime, TestService, eventually};
use chrono::{DateTime, Utc};

use crate::source::{Source, notes};
use crate::toy;

const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

/// The ground of this test, with a Redis of its own.
fn ground(redis: &Redis, window_bytes: usize) -> Ground {
    let Ground::Servers {
        database_url,
        mut broker,
    } = Ground::servers()
    else {
        unreachable!("servers")
    };
    broker.redis_url = redis.url();
    broker.window_bytes = window_bytes;
    Ground::Servers { database_url, broker }
}

/// The ground as another process sees it: the source's archive is an address.
fn far_from(ground: &Ground, source: &Source) -> Ground {
    let mut far = ground.clone();
    if let Ground::Servers { broker, .. } = &mut far {
        broker
            .archives
            .insert("source-service".to_owned(), source.served.url(""));
        broker.archive_key = Secret::new(BOOTSTRAP_KEY);
    }
    far
}

/// Events of the source that Redis has now.
fn kept(redis: &Redis) -> usize {
    let keys = redis.command(&["KEYS", "*{source-service:*"]);
    keys.lines()
        .filter_map(|key| redis.command(&["XLEN", key]).parse::<usize>().ok())
        .sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_that_was_off_for_longer_than_the_window_catches_up_exactly() {
    let redis = Redis::start();
    let ground = ground(&redis, 64 * 4096);
    let mut source = Source::start(&TestRuntime::start_on(&ground, NOW)).await;
    let far = TestRuntime::start_on(&far_from(&ground, &source), NOW);
    let (app, service) = toy::build(far.runtime()).await;
    let served = TestService::start(&far, service).await;
    source.tell(&notes(2), 5).await;
    source.all_heard(&app).await;
    served.stop().await;
    source.tell(&notes(2), 700).await;
    eventually("the window to pass", || async {
        // Redis trims whole nodes of a stream, of a hundred entries.
        let kept = kept(&redis);
        (1..800).contains(&kept).then_some(())
    })
    .await;

    let again = far.restart();
    let (app, service) = toy::build(again.runtime()).await;
    let served = TestService::start(&again, service).await;
    source.all_heard(&app).await;
    served.stop().await;
    source.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_emptied_redis_is_refilled_and_nothing_is_missed() {
    let redis = Redis::start();
    let ground = ground(&redis, 64 << 20);
    let mut source = Source::start(&TestRuntime::start_on(&ground, NOW)).await;
    let far = TestRuntime::start_on(&far_from(&ground, &source), NOW);
    let (app, service) = toy::build(far.runtime()).await;
    let served = TestService::start(&far, service).await;
    source.tell(&notes(20), 10).await;
    source.all_heard(&app).await;
    assert_eq!(redis.command(&["FLUSHALL"]), "OK");
    eventually("the streams to be filled again", || async {
        (kept(&redis) == 200).then_some(())
    })
    .await;
    // What is told before the loss is noticed stands in streams that begin with it; what came before is in the archive.
    assert_eq!(redis.command(&["FLUSHALL"]), "OK");
    source.tell(&notes(20), 10).await;
    source.all_heard(&app).await;
    // Whoever comes now has it all.
    served.stop().await;
    source.tell(&notes(20), 10).await;
    assert_eq!(redis.command(&["FLUSHALL"]), "OK");
    let again = far.restart();
    let (app, service) = toy::build(again.runtime()).await;
    let served = TestService::start(&again, service).await;
    source.all_heard(&app).await;
    served.stop().await;
    source.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_starts_and_writes_while_redis_is_away() {
    let mut redis = Redis::start();
    let ground = ground(&redis, 64 << 20);
    redis.kill();
    let mut source = Source::start(&TestRuntime::start_on(&ground, NOW)).await;
    let far = TestRuntime::start_on(&far_from(&ground, &source), NOW);
    let (app, service) = toy::build(far.runtime()).await;
    let served = TestService::start(&far, service).await;
    source.tell(&notes(5), 5).await;
    redis.resume();
    source.all_heard(&app).await;
    // And again while everybody is connected.
    redis.kill();
    source.tell(&notes(5), 5).await;
    redis.resume();
    source.all_heard(&app).await;
    served.stop().await;
    source.served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_archive_that_is_away_stops_nobody_else_s_events() {
    let redis = Redis::start();
    let ground = ground(&redis, 64 << 20);
    let test = TestRuntime::start_on(&ground, NOW);
    let mut source = Source::start(&test).await;
    // Identity has events that Redis lost, and its archive has no address.
    let identity = test.producer("analytics-service").await;
    let issued = chassis::testing::key_issued("key_1", "cvk_b", "SERVICE", &[]);
    identity
        .deliver("identity.key.issued", "ten_b", "key_1", NOW, issued)
        .await;
    let heads = redis.command(&["KEYS", "*analytics-service*:log"]);
    assert!(!heads.is_empty() && redis.command(&["DEL", &heads]) == "1", "{heads}");
    let far = TestRuntime::start_on(&far_from(&ground, &source), NOW);
    let (app, service) = toy::build(far.runtime()).await;
    let served = TestService::start(&far, service).await;
    source.tell(&notes(20), 5).await;
    source.all_heard(&app).await;
    served.stop().await;
    source.served.stop().await;
}
