//! The quarantine: seen, corrected, replayed.

use chassis::Role;
use serde_json::json;

use crate::app::{Account, TestApp, record};

#[tokio::test]
async fn a_quarantined_record_is_corrected_and_replayed_once() {
    let app = TestApp::start().await;
    let lost = record("V1", 0, json!({"Vehicle.Speed": 50}));
    let refused = app.post("/api/v1/ingest", &lost).await;
    assert_eq!(refused.problem(), "vehicle.unknown");
    let item = app
        .get("/api/v1/quarantine?code=vehicle.unknown&vehicle_id=V1")
        .await
        .body["items"][0]
        .clone();
    assert_eq!(
        (&item["scope"], &item["reason"]["code"]),
        (&json!("RECORD"), &json!("vehicle.unknown"))
    );
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(item["body"].as_str().unwrap()).unwrap(),
        lost
    );
    let replay = format!("/api/v1/quarantine/{}/replay", item["quarantine_id"].as_str().unwrap());
    assert_eq!(refused.body["params"]["quarantine_id"], item["quarantine_id"]);

    let mut corrected = lost;
    corrected["vin"] = json!("WVWZZZ1JZXW000010");
    let answer = app.post(&replay, &corrected).await;
    assert_eq!(
        (answer.status, &answer.body["accepted"]),
        (202, &json!(1)),
        "{}",
        answer.body
    );
    let again = app.post(&replay, &corrected).await;
    assert_eq!((again.status, again.problem()), (409, "quarantine.replayed"));
    let account = app.settled_account().await;
    assert_eq!(
        account,
        Account {
            received: 2,
            stored: 1,
            quarantined: 1,
            ..Account::default()
        }
    );
    assert!(
        app.get("/api/v1/quarantine").await.body["items"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    assert_eq!(
        app.get("/api/v1/quarantine?open=false").await.body["items"][0]["replay_receipt"],
        answer.body["receipt_id"]
    );
}

#[tokio::test]
async fn a_record_is_replayed_as_it_was_when_the_cause_is_gone() {
    let app = TestApp::start().await;
    let refused = app
        .post("/api/v1/ingest", &record("V1", 0, json!({"Vehicle.Speed": 50})))
        .await;
    let replay = format!(
        "/api/v1/quarantine/{}/replay",
        refused.body["params"]["quarantine_id"].as_str().unwrap()
    );
    app.register("V1").await;
    let answer = app.post_text(&replay, "application/json", "").await;
    assert_eq!(
        (answer.status, &answer.body["accepted"]),
        (202, &json!(1)),
        "{}",
        answer.body
    );
    app.settled_account().await;
    assert_eq!(app.records("V1").await.len(), 1);
}

#[tokio::test]
async fn what_cannot_be_replayed_says_so() {
    let app = TestApp::start().await;
    app.register("V1").await;
    app.post(
        "/api/v1/ingest",
        &record("V1", 0, json!({"Vehicle.Speed": 50, "ENGINE_RPM": -1})),
    )
    .await;
    let item = app.get("/api/v1/quarantine").await.body["items"][0].clone();
    assert_eq!(
        (&item["scope"], &item["code"]),
        (&json!("READING"), &json!("reading.out_of_range"))
    );
    assert_eq!(item["signal"], "Vehicle.Powertrain.CombustionEngine.Speed");
    let replay = format!("/api/v1/quarantine/{}/replay", item["quarantine_id"].as_str().unwrap());
    assert_eq!(
        app.post_text(&replay, "application/json", "").await.problem(),
        "quarantine.not_replayable"
    );
    assert_eq!(
        app.post("/api/v1/quarantine/qua_none/replay", &json!({}))
            .await
            .problem(),
        "quarantine.not_found"
    );
}

#[tokio::test]
async fn the_quarantine_is_paged_the_newest_first() {
    let app = TestApp::start().await;
    for second in 0..5 {
        app.post("/api/v1/ingest", &record("V1", second, json!({"Vehicle.Speed": 50})))
            .await;
    }
    let first = app.get("/api/v1/quarantine?limit=3").await.body;
    assert_eq!(first["items"][0]["record_time"], "2026-05-01T10:00:04Z");
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = app
        .get(&format!("/api/v1/quarantine?limit=3&cursor={cursor}"))
        .await
        .body;
    assert_eq!(second["items"].as_array().unwrap().len(), 2);
    assert!(second["next_cursor"].is_null());
}

/// Attack: who is bound to one vehicle reads, and settles, what others have sent.
#[tokio::test]
async fn who_is_bound_to_vehicles_finds_their_items_only() {
    let app = TestApp::start().await;
    let speed = json!({"Vehicle.Speed": 50});
    for vehicle_id in ["V1", "V2"] {
        app.post("/api/v1/ingest", &record(vehicle_id, 0, speed.clone())).await;
    }
    let of_v2 = app.get("/api/v1/quarantine?vehicle_id=V2").await.body["items"][0]["quarantine_id"].clone();
    app.register("V1").await;
    let scopes = ["telemetry:write", "vehicles:read"];
    app.issue_key("default", "cvk_v1", &scopes, Some(&["V1"])).await;
    let manager = app.token("default", Role::FleetManager, Some(&["V1"])).await;
    let by_key = async |path: &str| {
        let request = app.http.get(app.service.url(path)).header("x-api-key", "cvk_v1");
        app.send(request).await
    };
    for query in ["", "?vehicle_id=V2", "?open=false"] {
        let path = format!("/api/v1/quarantine{query}");
        for answer in [by_key(&path).await, app.get_as(&manager, &path).await] {
            assert_eq!(answer.status, 200, "{}", answer.body);
            assert!(!answer.body.to_string().contains("V2"), "{path}: {}", answer.body);
        }
    }
    assert_eq!(by_key("/api/v1/quarantine").await.body["items"][0]["vehicle_id"], "V1");

    let replay = format!("/api/v1/quarantine/{}/replay", of_v2.as_str().unwrap());
    let stolen = app.post_as("cvk_v1", &replay, &record("V1", 1, speed.clone())).await;
    let never_was = app
        .post_as("cvk_v1", "/api/v1/quarantine/qua_none/replay", &record("V1", 1, speed))
        .await;
    assert_eq!((stolen.status, stolen.problem()), (404, "quarantine.not_found"));
    assert_eq!(stolen.body["detail"], never_was.body["detail"]);
    let still_open = app.get("/api/v1/quarantine?vehicle_id=V2").await;
    assert_eq!(still_open.body["items"][0]["quarantine_id"], of_v2);
    assert!(app.records("V1").await.is_empty());
}

#[tokio::test]
async fn the_account_is_not_shown_in_part() {
    let app = TestApp::start().await;
    let bound = app.token("default", Role::FleetManager, Some(&["V1"])).await;
    let answer = app.get_as(&bound, "/api/v1/conservation").await;
    assert_eq!((answer.status, answer.problem()), (403, "conservation.not_visible"));
    let unbound = app.token("default", Role::FleetManager, None).await;
    assert_eq!(app.get_as(&unbound, "/api/v1/conservation").await.status, 200);
}

/// Attack: records as large as a body may be, so that one page of the quarantine fills the memory.
#[tokio::test]
async fn a_page_weighs_no_more_than_it_may() {
    let app = TestApp::start_with(&[
        ("validation.record_bytes_max", json!(5_000)),
        ("store.quarantine_page_bytes_max", json!(10_000)),
    ])
    .await;
    let junk = |second: i64, bytes: usize| {
        let mut lost = record("V9", second, json!({"Vehicle.Speed": 50}));
        lost["junk"] = json!("x".repeat(bytes));
        lost
    };
    let alone = app.post("/api/v1/ingest", &junk(0, 5_000)).await;
    assert_eq!((alone.status, alone.problem()), (413, "record.too_large"));
    let batch: Vec<_> = (0..5)
        .map(|second| junk(second, 4_500))
        .chain([junk(5, 5_000)])
        .collect();
    let answer = app.post("/api/v1/ingest/batch", &json!(batch)).await;
    assert_eq!(
        (
            &answer.body["quarantined"],
            &answer.body["rejected"],
            &answer.body["errors"][5]["code"]
        ),
        (&json!(5), &json!(1), &json!("record.too_large")),
        "{}",
        answer.body
    );
    let (mut pages, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = app.get(&format!("/api/v1/quarantine?limit=1000{cursor}")).await.body;
        pages.push(page["items"].as_array().unwrap().len());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(pages, [3, 2], "a page ends behind the item that reaches its bytes");
}
