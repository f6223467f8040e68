//! `kill -9` under load, at random moments and at every named failpoint: what was acknowledged is stored once, and no alert,
//! decision, visit or mail is there twice.

use std::collections::BTreeMap;
use std::time::Duration;

use fleetsim::verify::{VerifyOptions, verify};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::json;

use crate::oracles::Oracles;
use crate::platform::{KEY, Place, full_size, report};
use crate::smtp::Sink;
use crate::storm::{SEED, Storm, add_people};

/// Every named failpoint: before and after each commit, publish, acknowledgement and send.
fn failpoints() -> Vec<String> {
    let services = [
        "ingestion",
        "health",
        "agent",
        "alert",
        "scheduling",
        "warranty",
        "analytics",
    ];
    let mut points: Vec<String> = services
        .iter()
        .flat_map(|service| {
            ["commit.before", "commit.after", "publish.before", "publish.after"]
                .map(|step| format!("{service}-service.{step}"))
        })
        .collect();
    points.extend(
        [
            "ingestion.receipt.before_commit",
            "ingestion.receipt.after_commit",
            "ingestion.acknowledge.before",
            "ingestion.acknowledge.after",
            "alert.send.before",
            "alert.send.after",
        ]
        .map(str::to_owned),
    );
    points
}

async fn prepare(sink: &Sink) -> Place {
    let mut place = Place::new();
    sink.receive_of(&mut place);
    let running = place.start();
    add_people(&place).await;
    running.kill();
    place
}

#[tokio::test(flavor = "multi_thread")]
async fn random_kills_lose_nothing_and_double_nothing() {
    let kills: u32 = if full_size() { 50 } else { 3 };
    let mut random = StdRng::seed_from_u64(SEED);
    let sink = Sink::start().await;
    let place = prepare(&sink).await;
    let mut running = place.start();
    let storm = Storm::start(&place, "0", 2000.0, f64::from(kills) * 2.5 + 3.0).await;
    for _ in 0..kills {
        tokio::time::sleep(Duration::from_millis(random.random_range(50..3000))).await;
        running.kill();
        running = place.start();
    }
    let ack_log = storm.end().await;
    let oracles = Oracles::ask(&place, &sink, &[ack_log]).await;
    report(
        "random_kills",
        json!({"seed": SEED, "kills": kills, "oracles": oracles}),
    );
    oracles.hold(u64::from(kills));
    running.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn every_failpoint_loses_nothing_and_doubles_nothing() {
    let all = failpoints();
    let chosen: Vec<&String> = if full_size() {
        all.iter().collect()
    } else {
        all.iter().step_by(11).collect()
    };
    let mut random = StdRng::seed_from_u64(SEED + 1);
    let sink = Sink::start().await;
    let place = prepare(&sink).await;
    let mut ack_logs = Vec::new();
    let mut died: BTreeMap<String, bool> = BTreeMap::new();
    for (round, point) in chosen.iter().enumerate() {
        // The first commits of a start are the kit's own; the storm's come after them.
        let visits = if point.contains("commit") {
            random.random_range(4..9)
        } else {
            random.random_range(1..4)
        };
        let armed = format!("{point}:{visits}");
        let running = place.start();
        let storm = Storm::start(&place, &(round + 1).to_string(), 2000.0, 6.0).await;
        running.kill();
        if let Some(mut running) = place.try_start(&armed) {
            if point.starts_with("analytics") {
                issue_keys(&place).await;
            }
            for _ in 0..200 {
                if running.has_died() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
            died.insert((*point).clone(), running.has_died());
        } else {
            died.insert((*point).clone(), true);
        }
        let running = place.start();
        ack_logs.push(storm.end().await);
        running.kill();
    }
    let running = place.start();
    let oracles = Oracles::ask(&place, &sink, &ack_logs).await;
    let alive: Vec<&String> = died
        .iter()
        .filter(|(_, died)| !**died)
        .map(|(point, _)| point)
        .collect();
    report(
        "failpoints",
        json!({"points": chosen.len(), "never_reached": alive, "oracles": oracles}),
    );
    oracles.hold(2 * chosen.len() as u64);
    assert!(alive.is_empty(), "failpoints that were never reached: {alive:?}");
    running.kill();
}

/// The storm causes no identity event, so that keys must be issued for analytics to publish. It may die over any of them.
async fn issue_keys(place: &Place) {
    let key = json!({"kind": "DEVICE", "name": "storm", "scopes": ["telemetry:write"]});
    for _ in 0..5 {
        place.try_post("analytics", "/api/v1/api-keys", &key).await;
    }
}

/// The deliberately broken build (feature `sabotage-ack-before-commit`) must be caught: `cargo xtask bars chain` names it here.
#[tokio::test(flavor = "multi_thread")]
async fn a_build_that_acknowledges_too_early_is_caught() {
    if std::env::var("CARVROOOM_SABOTAGED").is_err() {
        println!("not run: CARVROOOM_SABOTAGED does not name the sabotaged build");
        return;
    }
    let sink = Sink::start().await;
    let place = prepare(&sink).await;
    let mut running = place.start();
    let storm = Storm::start(&place, "0", 2000.0, 20.0).await;
    let mut random = StdRng::seed_from_u64(SEED);
    for _ in 0..6 {
        tokio::time::sleep(Duration::from_millis(random.random_range(500..3000))).await;
        running.kill();
        running = place.start();
    }
    let ack_log = storm.end().await;
    place.drained().await;
    let verdict = verify(&VerifyOptions {
        url: place.url("ingestion"),
        key: KEY.to_owned(),
        ack_log,
        wait_s: 30,
        progress: false,
    })
    .await
    .expect("verified");
    report(
        "sabotage",
        json!({"lost": verdict.lost, "acknowledged": verdict.acknowledged}),
    );
    assert!(
        verdict.lost > 0,
        "acknowledging before the commit went unnoticed: {verdict:?}"
    );
    running.kill();
}
