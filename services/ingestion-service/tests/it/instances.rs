//! Two instances of the service on one PostgreSQL and one Redis: they share vehicles, batches and accounts without a word to each other.

use std::collections::BTreeSet;

use chassis::testing::{Ground, TestRuntime, eventually};
use serde_json::{Value, json};

use crate::app::{Account, TestApp, record, start_of_test};

const VIN: &str = "WVWZZZ1JZXW000010";

async fn two() -> [TestApp; 2] {
    let ground = Ground::servers();
    let start = || TestRuntime::start_on(&ground, start_of_test());
    [TestApp::on(start(), &[]).await, TestApp::on(start(), &[]).await]
}

fn batch(vehicle_id: &str, from: i64, records: i64) -> Value {
    let one = |second| record(vehicle_id, second, json!({"Vehicle.Speed": second % 100}));
    Value::from((from..from + records).map(one).collect::<Vec<_>>())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_both_take_is_stored_once_and_the_account_closes() {
    let apps = two().await;
    for vehicle in 0..4 {
        apps[0].register(&format!("V{vehicle}")).await;
    }
    let mut posts = Vec::new();
    for round in 0..20 {
        for app in &apps {
            // Neighbouring rounds overlap by half, and both instances are sent everything.
            let vehicle_id = format!("V{}", round % 4);
            posts.push(async move {
                let answer = app
                    .post("/api/v1/ingest/batch", &batch(&vehicle_id, round / 4 * 25, 50))
                    .await;
                assert_eq!(answer.status, 202, "{}", answer.body);
            });
        }
    }
    futures::future::join_all(posts).await;
    let account = apps[1].settled_account().await;
    let expected = Account {
        received: 2000,
        stored: 4 * 150,
        duplicate: 2000 - 4 * 150,
        ..Account::default()
    };
    assert_eq!(account, expected);
    for vehicle in 0..4 {
        let records = apps[0].records(&format!("V{vehicle}")).await;
        let sequences: Vec<i64> = records
            .iter()
            .map(|record| record["sequence"].as_i64().unwrap())
            .collect();
        assert_eq!(sequences, (0..150).collect::<Vec<_>>());
        let hashes: BTreeSet<&str> = records
            .iter()
            .map(|record| record["content_hash"].as_str().unwrap())
            .collect();
        assert_eq!(hashes.len(), 150);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_two_vehicles_with_one_vin_at_two_doors_one_is_registered() {
    let apps = two().await;
    let newcomer = |vehicle_id: &str| {
        let mut record = record(vehicle_id, 0, json!({"Vehicle.Speed": 50}));
        record["vin"] = json!(VIN);
        record
    };
    let (one, other) = tokio::join!(async { apps[0].post("/api/v1/ingest", &newcomer("A")).await }, async {
        apps[1].post("/api/v1/ingest", &newcomer("B")).await
    },);
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 422], "{} {}", one.body, other.body);
    let account = apps[0].settled_account().await;
    assert_eq!((account.received, account.stored, account.quarantined), (2, 1, 1));
    apps[0]
        .runtime
        .published("ingestion-service", "vehicle.registered", 1)
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_item_that_both_replay_is_taken_once() {
    let apps = two().await;
    let refused = apps[0]
        .post("/api/v1/ingest", &record("V1", 0, json!({"Vehicle.Speed": 50})))
        .await;
    assert_eq!(refused.problem(), "vehicle.unknown");
    let item = refused.body["params"]["quarantine_id"].as_str().unwrap().to_owned();
    apps[0].register("V1").await;
    let path = format!("/api/v1/quarantine/{item}/replay");
    let (one, other) = tokio::join!(
        apps[0].post_text(&path, "application/json", ""),
        apps[1].post_text(&path, "application/json", ""),
    );
    let mut statuses = [one.status, other.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [202, 409], "{} {}", one.body, other.body);
    let account = apps[1].settled_account().await;
    assert_eq!((account.received, account.stored, account.quarantined), (2, 1, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_changes_in_the_registry_the_other_heeds() {
    let apps = two().await;
    apps[0].register("V1").await;
    let answer = apps[1]
        .post("/api/v1/ingest", &record("V1", 0, json!({"Vehicle.Speed": 50})))
        .await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    let retired = apps[0].put("/api/v1/vehicles/V1", &json!({"status": "RETIRED"})).await;
    assert_eq!(retired.status, 200, "{}", retired.body);
    let mut second = 1;
    eventually("the retired vehicle's records are refused", || {
        second += 1;
        let body = record("V1", second, json!({"Vehicle.Speed": 50}));
        let app = &apps[1];
        async move {
            let answer = app.post("/api/v1/ingest", &body).await;
            (answer.status == 422 && answer.problem() == "vehicle.retired").then_some(())
        }
    })
    .await;
}
