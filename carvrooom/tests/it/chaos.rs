//! Harm under load: what was acknowledged is stored once, and each decision, alert, visit and mail is there once, whatever was done.
//!
//! The small case does each kind once, in one run; at full size (`cargo xtask bars reliability`) each kind has its own run and its own
//! line in the table of docs/reliability.md.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use serde_json::json;

use crate::harm::{Arena, Harm, hasten};
use crate::oracles::Oracles;
use crate::platform::{Place, SERVICES, eventually, full_size, report};
use crate::servers::{Servers, Transport};
use crate::smtp::Sink;
use crate::storm::{SEED, Storm, add_people};

/// Records a second of the load, beside the failing fleet.
fn rate() -> f64 {
    if full_size() { 1000.0 } else { 300.0 }
}

#[tokio::test(flavor = "multi_thread")]
async fn harm_to_seven_services_on_postgres_and_redis_loses_nothing_and_doubles_nothing() {
    let mut random = StdRng::seed_from_u64(SEED + 2);
    let sink = Sink::start().await;
    let mut place = Place::new();
    sink.receive_of(&mut place);
    hasten(&mut place);
    let mut arena = Arena::start(&place, StdRng::seed_from_u64(SEED + 3)).await;
    add_people(&place).await;
    if full_size() {
        for (number, harm) in Harm::all().into_iter().enumerate() {
            run(&place, &mut arena, &sink, &number.to_string(), &[harm; 5]).await;
        }
        return;
    }
    // Two of the seven kills, and each other kind.
    let mut kills = SERVICES.to_vec();
    kills.shuffle(&mut random);
    let mut harms = Harm::all();
    harms.retain(|harm| !matches!(harm, Harm::KillService(service) if !kills[..2].contains(service)));
    harms.shuffle(&mut random);
    run(&place, &mut arena, &sink, "all", &harms).await;
}

/// The harms one after another in a storm (and another, should one end too early), and the judgement.
async fn run(place: &Place, arena: &mut Arena<'_>, sink: &Sink, name: &str, harms: &[Harm]) {
    let seconds = harms.len() as f64 * 3.0 + 4.0;
    let mut storm = Storm::start(place, name, rate(), seconds).await;
    let mut ack_logs = Vec::new();
    let began = Instant::now();
    for (number, harm) in harms.iter().enumerate() {
        if !storm.rages() {
            ack_logs.push(storm.end().await);
            storm = Storm::start(place, &format!("{name}x{number}"), rate(), seconds / 2.0).await;
        }
        println!("{:.1} s: {}", began.elapsed().as_secs_f64(), harm.name());
        arena.suffer(*harm).await;
    }
    let harmed_s = began.elapsed().as_secs_f64();
    ack_logs.push(storm.end().await);
    let rested = Instant::now();
    let oracles = Oracles::ask(place, sink, &ack_logs).await;
    let what = match harms {
        [harm, rest @ ..] if rest.iter().all(|other| other == harm) => harm.name(),
        _ => "each kind once".to_owned(),
    };
    report(
        "harm",
        json!({"what": what, "seed": SEED, "times": harms.len(), "harmed_s": harmed_s, "at_rest_after_s": rested.elapsed().as_secs_f64(),
            "ground": "seven services with ten instances, PostgreSQL, Redis", "oracles": oracles}),
    );
    oracles.hold(2 * harms.len() as u64);
}

/// A storm on the launcher while `harm` is done to it; the judgement.
async fn storm_on(place: &Place, sink: &Sink, what: &str, ground: &str, times: u64, harm: impl AsyncFnOnce()) {
    add_people(place).await;
    let storm = Storm::start(place, "0", rate(), times as f64 * 6.0).await;
    harm().await;
    let ack_log = storm.end().await;
    let oracles = Oracles::ask(place, sink, &[ack_log]).await;
    report(
        "harm",
        json!({"what": what, "seed": SEED, "times": times, "ground": ground, "oracles": oracles}),
    );
    oracles.hold(times);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_master_of_the_redis_cluster_loses_nothing() {
    let times = if full_size() { 5 } else { 1 };
    let sink = Sink::start().await;
    let mut servers = Servers::start_cluster();
    let mut place = Place::on(&servers);
    sink.receive_of(&mut place);
    let running = place.start();
    let what = "kill -9 of a master of the Redis Cluster";
    storm_on(
        &place,
        &sink,
        what,
        "launcher, PostgreSQL, Redis Cluster (3 masters, 3 replicas)",
        times,
        async || {
            for time in 1..=times {
                let Transport::Cluster(cluster) = &mut servers.transport else {
                    return;
                };
                let master = cluster.a_master();
                cluster.nodes[master].kill();
                eventually("a replica in the master's place", async || {
                    cluster.is_whole().then_some(())
                })
                .await;
                cluster.nodes[master].resume();
                if time == times {
                    return;
                }
                // Before the next master dies, its shard must have somebody to follow it.
                eventually("the killed node as a replica", async || {
                    cluster.is_replica(master).then_some(())
                })
                .await;
            }
        },
    )
    .await;
    running.kill();
}

/// A file system of its own and a small one, so that it can be filled.
struct Disk(PathBuf);

impl Disk {
    fn mount(folder: &Path, megabytes: u32) -> Self {
        std::fs::create_dir_all(folder).expect("a folder");
        let size = format!("size={megabytes}m");
        let status = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &size, "none"])
            .arg(folder)
            .status();
        assert!(
            status.is_ok_and(|status| status.success()),
            "a tmpfs could not be mounted; this test needs root"
        );
        Self(folder.to_owned())
    }

    /// Writes until nothing more fits.
    fn fill(&self) {
        use std::io::Write;
        let mut ballast = std::fs::File::create(self.0.join("ballast")).expect("a file");
        for size in [1 << 20, 4096, 1] {
            while ballast.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn relieve(&self) {
        std::fs::remove_file(self.0.join("ballast")).expect("removed");
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("--lazy").arg(&self.0).status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_loses_nothing() {
    let times = if full_size() { 5 } else { 1 };
    let sink = Sink::start().await;
    let mut place = Place::new();
    sink.receive_of(&mut place);
    let disk = Disk::mount(&place.data_dir(), 400);
    let running = place.start();
    storm_on(&place, &sink, "disk full for 2 s", "launcher, SQLite files, embedded broker", times, async || {
        for _ in 0..times {
            tokio::time::sleep(Duration::from_secs(1)).await;
            disk.fill();
            let record = json!([{"vehicle_id": "load0-00000", "timestamp": chrono::Utc::now(), "protocol": "GENERIC", "data": {"Vehicle.Speed": 50}}]);
            eventually("a refusal for want of space", async || {
                let status = place.try_post("ingestion", "/api/v1/ingest/batch", &record).await?;
                (status >= 500).then_some(())
            })
            .await;
            tokio::time::sleep(Duration::from_secs(2)).await;
            disk.relieve();
        }
    })
    .await;
    running.kill();
    drop(disk);
}

/// `libfaketime` moves the wall clock of a process; its monotonic clock runs on, as on a machine whose time is set.
fn faketime() -> PathBuf {
    let library = std::fs::read_dir("/usr/lib")
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| entry.path().join("faketime/libfaketimeMT.so.1"));
    library
        .into_iter()
        .find(|path| path.exists())
        .expect("libfaketime: apt-get install faketime")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_jumping_clock_loses_nothing() {
    let sink = Sink::start().await;
    let mut place = Place::new();
    sink.receive_of(&mut place);
    let clock = place.folder().join("clock");
    std::fs::write(&clock, "+0\n").expect("a file");
    place.set("LD_PRELOAD", faketime().to_str().expect("a plain path"));
    place.set("FAKETIME_TIMESTAMP_FILE", clock.to_str().expect("a plain path"));
    place.set("FAKETIME_CACHE_DURATION", "1");
    place.set("FAKETIME_DONT_FAKE_MONOTONIC", "1");
    let running = place.start();
    let jumps: &[&str] = if full_size() {
        &["+1h", "-1h", "+10m", "-10m", "+0"]
    } else {
        &["+1h", "-10m", "+0"]
    };
    let what = "the wall clock jumps (+1 h, -1 h, +10 min, -10 min)";
    storm_on(
        &place,
        &sink,
        what,
        "launcher, SQLite files, embedded broker",
        jumps.len() as u64,
        async || {
            for jump in jumps {
                std::fs::write(&clock, format!("{jump}\n")).expect("a file");
                tokio::time::sleep(Duration::from_secs(3)).await;
            }
        },
    )
    .await;
    running.kill();
}
