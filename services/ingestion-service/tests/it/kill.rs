//! The process is killed at its named places, as `kill -9` would, and started anew: whatever was acknowledged is stored once.
//!
//! Built with `sabotage-ack-before-commit`, the service acknowledges too early, and the same run must find the loss.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use chassis::testing::ports::free_port;
use serde_json::{Value, json};

const KEY: &str = "cvk_kill_test";

/// The service as a process of its own.
struct Process {
    child: Child,
    url: String,
}

impl Process {
    async fn start(folder: &Path, failpoint: &str) -> Self {
        let port = free_port();
        let child = Command::new(env!("CARGO_BIN_EXE_ingestion-service"))
            .args(["--data-dir", folder.to_str().unwrap(), "serve"])
            .env("CARVROOOM_BOOTSTRAP_KEY", KEY)
            .env("CARVROOOM_TOKEN_SECRET", "a-secret-for-tests-that-is-long-enough")
            .env("CARVROOOM_FAILPOINT", failpoint)
            .env("INGESTION__HTTP__PORT", port.to_string())
            .env("RUST_LOG", "warn")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut process = Self {
            child,
            url: format!("http://127.0.0.1:{port}"),
        };
        let deadline = std::time::Instant::now() + chassis::testing::DEADLINE;
        // A place that start-up passes too may kill the process before it is ready; that is a death like any other.
        while process.child.try_wait().unwrap().is_none() {
            if reqwest::get(format!("{}/ready", process.url))
                .await
                .is_ok_and(|answer| answer.status() == 200)
            {
                break;
            }
            assert!(std::time::Instant::now() < deadline, "the service did not become ready");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        process
    }

    /// Posts one record; `None` if the process died before it answered.
    async fn post(&self, http: &reqwest::Client, second: usize) -> Option<u16> {
        let time = chrono::Utc::now() - chrono::TimeDelta::hours(1)
            + chrono::TimeDelta::seconds(i64::try_from(second).unwrap());
        let body = json!({"vehicle_id": "V1", "vin": "WVWZZZ1JZXW000010", "timestamp": chassis::rfc3339(time), "protocol": "GENERIC",
            "sequence": second, "data": {"Vehicle.Speed": 50}});
        let request = http
            .post(format!("{}/api/v1/ingest", self.url))
            .header("x-api-key", KEY)
            .json(&body);
        Some(request.send().await.ok()?.status().as_u16())
    }

    async fn get(&self, path: &str) -> Value {
        let request = reqwest::Client::new()
            .get(format!("{}{path}", self.url))
            .header("x-api-key", KEY);
        request.send().await.unwrap().json().await.unwrap()
    }

    fn kill(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Sequences that were acknowledged before the process died at its place. Records go in waves, each once the last is stored or the process
/// dead: however many records the store gathers for a commit, a place on its way is passed in every wave.
async fn acknowledged_until_death(process: &mut Process, from: usize) -> BTreeSet<u64> {
    let http = reqwest::Client::builder()
        .timeout(Duration::from_secs(10))
        .build()
        .unwrap();
    let mut acknowledged = BTreeSet::new();
    for second in from..from + WAVES * WAVE {
        match process.post(&http, second).await {
            Some(202) => acknowledged.insert(second as u64),
            Some(status) => panic!("answered {status}"),
            None => break,
        };
        if (second + 1 - from).is_multiple_of(WAVE) {
            stored_or_dead(process, &http).await;
        }
    }
    let deadline = std::time::Instant::now() + chassis::testing::DEADLINE;
    while process.child.try_wait().unwrap().is_none() {
        assert!(std::time::Instant::now() < deadline, "the place was never reached");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    acknowledged
}

/// Waits until what was posted is stored, or the process died on the way there.
async fn stored_or_dead(process: &mut Process, http: &reqwest::Client) {
    let deadline = std::time::Instant::now() + chassis::testing::DEADLINE;
    while process.child.try_wait().unwrap().is_none() {
        let request = http
            .get(format!("{}/api/v1/conservation", process.url))
            .header("x-api-key", KEY);
        if let Ok(answer) = request.send().await
            && let Ok(account) = answer.json::<Value>().await
            && nothing_is_pending(&account)
        {
            return;
        }
        assert!(std::time::Instant::now() < deadline, "records stay pending");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

fn nothing_is_pending(account: &Value) -> bool {
    account["hours"]
        .as_array()
        .is_some_and(|hours| hours.iter().all(|hour| hour["pending"] == 0))
}

/// Sequences in the store once nothing is pending.
async fn stored(process: &Process) -> Vec<u64> {
    chassis::testing::eventually("nothing is pending", || async {
        let account = process.get("/api/v1/conservation").await;
        assert_eq!(account["balanced"], true, "{account}");
        nothing_is_pending(&account).then_some(())
    })
    .await;
    let records = process.get("/api/v1/vehicles/V1/records?limit=1000").await;
    let items = records["items"].as_array().cloned().unwrap_or_default();
    items
        .iter()
        .map(|record| record["sequence"].as_u64().unwrap())
        .collect()
}

/// Records posted between two looks at the store, and how often that is done for one place.
const WAVE: usize = 10;
const WAVES: usize = 10;

/// Each place with the visit at which it kills. Commits of the kit happen at start-up and for leases too, so they get a later one.
const PLACES: [&str; 10] = [
    "ingestion.receipt.before_commit:3",
    "ingestion.receipt.after_commit:3",
    "ingestion.acknowledge.before:3",
    "ingestion.acknowledge.after:3",
    "ingestion.store.before_commit:3",
    "ingestion.store.after_commit:3",
    "ingestion-service.commit.before:30",
    "ingestion-service.commit.after:30",
    "ingestion-service.publish.before:3",
    "ingestion-service.publish.after:3",
];

#[cfg(not(feature = "sabotage-ack-before-commit"))]
#[tokio::test]
async fn killed_at_every_place_nothing_acknowledged_is_lost_or_doubled() {
    let folder = tempfile::tempdir().unwrap();
    let mut acknowledged = BTreeSet::new();
    for (round, place) in PLACES.iter().enumerate() {
        let mut process = Process::start(folder.path(), place).await;
        acknowledged.extend(acknowledged_until_death(&mut process, round * WAVES * WAVE).await);
        let process = Process::start(folder.path(), "").await;
        let found = stored(&process).await;
        let once: BTreeSet<u64> = found.iter().copied().collect();
        assert_eq!(once.len(), found.len(), "{place}: a record is there twice");
        let lost: Vec<&u64> = acknowledged.difference(&once).collect();
        assert!(lost.is_empty(), "{place}: acknowledged and lost: {lost:?}");
        process.kill();
    }
    assert!(acknowledged.len() >= PLACES.len());
}

#[cfg(feature = "sabotage-ack-before-commit")]
#[tokio::test]
async fn a_build_that_acknowledges_too_early_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let mut process = Process::start(folder.path(), PLACES[0]).await;
    let acknowledged = acknowledged_until_death(&mut process, 0).await;
    let process = Process::start(folder.path(), "").await;
    let found: BTreeSet<u64> = stored(&process).await.into_iter().collect();
    assert!(
        acknowledged.difference(&found).next().is_some(),
        "the sabotage went unnoticed"
    );
    process.kill();
}
