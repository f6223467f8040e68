//! Every bad input gets a problem that says what is wrong and where; the good records of a bad batch are kept; the account balances.

use chassis::testing::contracts;
use serde_json::{Value, json};

use crate::app::{Account, Answer, TestApp, record};

const ONE: &str = "/api/v1/ingest";
const BATCH: &str = "/api/v1/ingest/batch";

/// Place and code of the first named error.
fn first_error(answer: &Answer) -> (&str, &str) {
    let error = &answer.body["errors"][0];
    (
        error["path"].as_str().unwrap_or_default(),
        error["code"].as_str().unwrap(),
    )
}

#[tokio::test]
async fn malformed_json_says_line_and_column() {
    let app = TestApp::start().await;
    for (path, body) in [
        (ONE, "{\"vehicle_id\": \"V1\",\n}"),
        (BATCH, "[{},\n}]"),
        (BATCH, "not json"),
        (BATCH, ""),
    ] {
        let answer = app.post_text(path, "application/json", body).await;
        assert_eq!(
            (answer.status, answer.problem()),
            (400, "request.malformed_json"),
            "{body}"
        );
        let position = first_error(&answer).0;
        assert!(position.contains(':'), "{position}");
    }
    assert_eq!(app.account().await, Account::default());
}

#[tokio::test]
async fn wrong_types_name_the_member() {
    let app = TestApp::start().await;
    app.register("V1").await;
    let good = record("V1", 0, json!({"Vehicle.Speed": 50}));
    for (member, value, path) in [
        ("vehicle_id", json!(5), "/vehicle_id"),
        ("timestamp", json!({}), "/timestamp"),
        ("sequence", json!("one"), "/sequence"),
        ("sequence", json!(-1), "/sequence"),
        ("data", json!([1]), "/data"),
        ("dtcs", json!([7]), "/dtcs/0"),
    ] {
        let mut bad = good.clone();
        bad[member] = value;
        let answer = app.post(ONE, &bad).await;
        assert_eq!(
            (answer.status, answer.problem()),
            (422, "record.wrong_shape"),
            "{}",
            answer.body
        );
        assert!(
            first_error(&answer)
                .0
                .starts_with(path.rsplit_once("/0").map_or(path, |(head, _)| head)),
            "{}",
            answer.body
        );
    }
    let mut bad = good.clone();
    bad["protocol"] = json!("SMOKE");
    assert_eq!(app.post(ONE, &bad).await.problem(), "record.protocol_unknown");
    bad = good.clone();
    bad["vehicle_id"] = json!("");
    assert_eq!(app.post(ONE, &bad).await.problem(), "record.vehicle_id_invalid");
    bad = good.clone();
    bad["data"] = json!({});
    assert_eq!(app.post(ONE, &bad).await.problem(), "record.empty");
    bad = good.clone();
    bad.as_object_mut().unwrap().remove("timestamp");
    assert_eq!(app.post(ONE, &bad).await.problem(), "record.wrong_shape");
    assert_eq!(app.account().await, Account::default());
}

#[tokio::test]
async fn a_single_record_that_cannot_be_kept_is_a_problem_and_in_quarantine() {
    let app = TestApp::start().await;
    app.register("V1").await;
    let speed = json!({"Vehicle.Speed": 50});
    let with = |vehicle_id: &str, member: &str, value: Value| {
        let mut record = record(vehicle_id, 0, speed.clone());
        record[member] = value;
        record
    };
    let cases = [
        (record("V9", 0, speed.clone()), "vehicle.unknown", "/vehicle_id"),
        (with("V9", "vin", json!("TOO-SHORT")), "vin.invalid", "/vin"),
        (with("V9", "vin", json!("WVWZZZ1JZXWO00010")), "vin.invalid", "/vin"),
        (with("V9", "vin", json!("1M8GDM9A1KP042788")), "vin.invalid", "/vin"),
        (
            with("V1", "timestamp", json!("2026-05-01T10:05:01Z")),
            "timestamp.future",
            "/timestamp",
        ),
        (
            with("V1", "timestamp", json!("1999-12-31T23:59:59Z")),
            "timestamp.ancient",
            "/timestamp",
        ),
        (
            with("V1", "timestamp", json!("01.05.2026 10:00")),
            "timestamp.malformed",
            "/timestamp",
        ),
        (
            record("V1", 0, json!({"Vehicle.Speed": 5000})),
            "record.nothing_usable",
            "/data",
        ),
    ];
    let count = cases.len() as u64;
    for (body, code, path) in cases {
        let answer = app.post(ONE, &body).await;
        assert_eq!((answer.status, answer.problem()), (422, code), "{}", answer.body);
        assert_eq!(first_error(&answer), (path, code));
        assert!(answer.body["params"]["quarantine_id"].is_string(), "{}", answer.body);
    }
    let account = app.settled_account().await;
    assert_eq!(
        account,
        Account {
            received: count,
            quarantined: count,
            ..Account::default()
        }
    );
    let listed = app.get("/api/v1/quarantine").await;
    assert_eq!(listed.body["items"].as_array().unwrap().len() as u64, count);
    let failed = app
        .runtime
        .published(
            "ingestion-service",
            "vehicle.telemetry.validation_failed",
            cases_len(count),
        )
        .await;
    failed.iter().for_each(contracts::validate_event);
}

fn cases_len(count: u64) -> usize {
    usize::try_from(count).unwrap()
}

#[tokio::test]
async fn impossible_values_are_set_apart_and_the_record_is_kept() {
    let app = TestApp::start().await;
    app.register("V1").await;
    let data = json!({"Vehicle.Speed": 50, "ENGINE_RPM": -5, "COOLANT_TEMPERATURE": 900, "ENGINE_LOAD": "much", "warp": 9,
        "FUEL_TANK": {"value": 3, "unit": "psi"}});
    let answer = app.post(ONE, &record("V1", 0, data)).await;
    assert_eq!(
        (
            answer.status,
            &answer.body["accepted"],
            &answer.body["readings_quarantined"]
        ),
        (202, &json!(1), &json!(5))
    );
    let mut codes: Vec<&str> = answer.body["warnings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| w["code"].as_str().unwrap())
        .collect();
    codes.sort_unstable();
    let expected = [
        "reading.not_a_number",
        "reading.out_of_range",
        "reading.out_of_range",
        "reading.unit_not_accepted",
        "reading.unknown_signal",
    ];
    assert_eq!(codes, expected);
    let account = app.settled_account().await;
    assert_eq!(
        account,
        Account {
            received: 1,
            stored: 1,
            readings_quarantined: 5,
            ..Account::default()
        }
    );
    assert_eq!(app.records("V1").await[0]["signals"], json!({"Vehicle.Speed": 50.0}));
    let failed = app
        .runtime
        .published("ingestion-service", "vehicle.telemetry.validation_failed", 1)
        .await;
    assert_eq!(failed.len(), 1, "one event for the request and vehicle");
    contracts::validate_event(&failed[0]);
}

#[tokio::test]
async fn a_batch_with_bad_rows_keeps_the_good_ones_and_names_the_bad() {
    let app = TestApp::start().await;
    app.register("V1").await;
    let good = |second| record("V1", second, json!({"Vehicle.Speed": 50}));
    let mut future = good(0);
    future["timestamp"] = json!("2030-01-01T00:00:00Z");
    let batch = json!([good(0), {"vehicle_id": 1}, good(1), future, record("V9", 0, json!({"Vehicle.Speed": 1})), 7, good(1), good(2)]);
    let answer = app.post(BATCH, &batch).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    for (name, count) in [
        ("received", 8),
        ("accepted", 3),
        ("duplicates", 1),
        ("quarantined", 2),
        ("rejected", 2),
    ] {
        assert_eq!(answer.body[name], count, "{name}: {}", answer.body);
    }
    let errors: Vec<(u64, &str)> = answer.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| (e["index"].as_u64().unwrap(), e["code"].as_str().unwrap()))
        .collect();
    let expected = [
        (1, "record.wrong_shape"),
        (3, "timestamp.future"),
        (4, "vehicle.unknown"),
        (5, "record.wrong_shape"),
    ];
    assert_eq!(errors, expected);
    let account = app.settled_account().await;
    assert_eq!(
        account,
        Account {
            received: 8,
            stored: 3,
            duplicate: 1,
            quarantined: 2,
            rejected: 2,
            ..Account::default()
        }
    );
}

#[tokio::test]
async fn a_vin_belongs_to_one_active_vehicle() {
    let app = TestApp::start().await;
    let with_vin = |vehicle_id: &str, second, vin: &str| {
        let mut record = record(vehicle_id, second, json!({"Vehicle.Speed": 50}));
        record["vin"] = json!(vin);
        record
    };
    assert_eq!(app.post(ONE, &with_vin("V1", 0, "WVWZZZ1JZXW000010")).await.status, 202);
    let taken = app.post(ONE, &with_vin("V2", 1, "WVWZZZ1JZXW000010")).await;
    assert_eq!((taken.status, taken.problem()), (422, "vin.taken"));
    let mismatch = app.post(ONE, &with_vin("V1", 2, "WVWZZZ1JZXW000011")).await;
    assert_eq!((mismatch.status, mismatch.problem()), (422, "vin.mismatch"));
    let account = app.settled_account().await;
    assert_eq!(
        account,
        Account {
            received: 3,
            stored: 1,
            quarantined: 2,
            ..Account::default()
        }
    );
    assert_eq!(app.get("/api/v1/vehicles/V2").await.status, 404);
}

#[tokio::test]
async fn without_a_valid_key_nothing_is_taken() {
    let app = TestApp::start().await;
    let body = record("V1", 0, json!({"Vehicle.Speed": 50}));
    let without = app.send(app.http.post(app.service.url(ONE)).json(&body)).await;
    assert_eq!((without.status, without.problem()), (401, "auth.required"));
    let wrong = app.post_as("cvk_wrong", ONE, &body).await;
    assert_eq!((wrong.status, wrong.problem()), (401, "auth.invalid"));
    app.issue_key("ten_b", "cvk_reader", &["vehicles:read"], None).await;
    let unscoped = app.post_as("cvk_reader", ONE, &body).await;
    assert_eq!((unscoped.status, unscoped.problem()), (403, "auth.forbidden"));
    assert_eq!(app.account().await, Account::default());
}

#[tokio::test]
async fn a_key_of_another_tenant_neither_sees_nor_touches_this_ones_vehicles() {
    let app = TestApp::start().await;
    app.register("V1").await;
    app.issue_key("ten_b", "cvk_b", &["telemetry:write", "vehicles:read"], None)
        .await;
    let answer = app
        .post_as("cvk_b", ONE, &record("V1", 0, json!({"Vehicle.Speed": 50})))
        .await;
    assert_eq!((answer.status, answer.problem()), (422, "vehicle.unknown"));
    for path in ["", "/latest", "/records", "/dtcs", "/history?signal=Vehicle.Speed"] {
        let request = app
            .http
            .get(app.service.url(&format!("/api/v1/vehicles/V1{path}")))
            .header("x-api-key", "cvk_b");
        let answer = app.send(request).await;
        assert_eq!((answer.status, answer.problem()), (404, "vehicle.not_found"), "{path}");
    }
    assert_eq!(
        app.account().await,
        Account::default(),
        "the other tenant's account is its own"
    );
}

#[tokio::test]
async fn a_device_key_posts_for_its_own_vehicles_only() {
    let app = TestApp::start().await;
    app.register("V1").await;
    app.register("V2").await;
    app.issue_key("default", "cvk_device", &["telemetry:write"], Some(&["V1"]))
        .await;
    let body = |vehicle_id| record(vehicle_id, 0, json!({"Vehicle.Speed": 50}));
    assert_eq!(app.post_as("cvk_device", ONE, &body("V1")).await.status, 202);
    let other = app.post_as("cvk_device", ONE, &body("V2")).await;
    assert_eq!((other.status, other.problem()), (404, "vehicle.forbidden"));
    let batch = app
        .post_as(
            "cvk_device",
            BATCH,
            &json!([body("V2"), record("V1", 1, json!({"Vehicle.Speed": 51}))]),
        )
        .await;
    assert_eq!(
        (&batch.body["accepted"], &batch.body["rejected"]),
        (&json!(1), &json!(1)),
        "{}",
        batch.body
    );
    assert!(app.settled_account().await.stored == 2);
    assert!(app.records("V2").await.is_empty());
}

#[tokio::test]
async fn bodies_over_a_limit_are_413_and_other_forms_415() {
    let app = TestApp::start_with(&[
        ("http.body_bytes_max", json!(10_000)),
        ("validation.batch_records_max", json!(3)),
    ])
    .await;
    app.register("V1").await;
    let large = app
        .post_text(BATCH, "application/json", format!("[{}]", " ".repeat(20_000)))
        .await;
    assert_eq!((large.status, large.problem()), (413, "request.too_large"));
    let packed = zstd::stream::encode_all(" ".repeat(1_000_000).as_bytes(), 1).unwrap();
    let request = app
        .http
        .post(app.service.url(BATCH))
        .header("x-api-key", chassis::testing::BOOTSTRAP_KEY);
    let bomb = app
        .send(
            request
                .header("content-type", "application/json")
                .header("content-encoding", "zstd")
                .body(packed),
        )
        .await;
    assert_eq!(
        (bomb.status, bomb.problem()),
        (413, "request.too_large"),
        "the limit holds after decompression"
    );
    let many: Vec<Value> = (0..4)
        .map(|second| record("V1", second, json!({"Vehicle.Speed": 5})))
        .collect();
    let many = app.post(BATCH, &json!(many)).await;
    assert_eq!((many.status, many.problem()), (413, "batch.too_long"));
    let xml = app.post_text(BATCH, "application/xml", "<record/>").await;
    assert_eq!((xml.status, xml.problem()), (415, "request.media_type"));
    assert_eq!(app.account().await, Account::default());
}

#[tokio::test]
async fn a_retired_vehicle_sends_into_quarantine() {
    let app = TestApp::start().await;
    app.register("V1").await;
    assert_eq!(
        app.post(ONE, &record("V1", 0, json!({"Vehicle.Speed": 5})))
            .await
            .status,
        202
    );
    assert_eq!(
        app.put("/api/v1/vehicles/V1", &json!({"status": "RETIRED"}))
            .await
            .status,
        200
    );
    let answer = app.post(ONE, &record("V1", 1, json!({"Vehicle.Speed": 5}))).await;
    assert_eq!((answer.status, answer.problem()), (422, "vehicle.retired"));
}

/// Attack: a small request whose every faulty code would be kept with the whole large record.
#[tokio::test]
async fn faulty_readings_keep_a_bounded_part_of_what_they_came_in() {
    let app = TestApp::start_with(&[("receipt.faulty_readings_kept_bytes_max", json!(150_000))]).await;
    app.register("V1").await;
    let mut bad = record("V1", 0, json!({"Vehicle.Speed": 50}));
    bad["junk"] = json!("x".repeat(50_000));
    bad["dtcs"] = json!(vec!["?"; 50]);
    let answer = app.post(ONE, &bad).await;
    assert_eq!(answer.status, 202, "{}", answer.body);
    let kept = app.get("/api/v1/quarantine?limit=100").await;
    assert_eq!(kept.body["items"].as_array().unwrap().len(), 2, "two of its bodies fit");
    bad["dtcs"] = json!(vec!["?"; 501]);
    bad["timestamp"] = json!("2026-05-01T12:00:01Z");
    assert_eq!(app.post(ONE, &bad).await.problem(), "record.too_many_readings");
}

/// Attack: U+0000 in a text, which PostgreSQL does not keep. Nobody else's records may suffer for it.
#[tokio::test]
async fn a_null_character_is_an_answer_and_no_failure() {
    let app = TestApp::start().await;
    app.register("V1").await;
    let good = |second: i64| record("V1", second, json!({"Vehicle.Speed": 50}));
    let mut bad = good(0);
    bad["timestamp"] = json!("\u{0}");
    let mut strange = good(1);
    strange["data"]["a\u{0}b"] = json!(1);
    let (first, second, third) = (good(2), good(3), good(4));
    let answers = tokio::join!(
        app.post(ONE, &first),
        app.post(ONE, &bad),
        app.post(ONE, &second),
        app.post(ONE, &strange),
        app.post(ONE, &third)
    );
    for good in [&answers.0, &answers.2, &answers.4] {
        assert_eq!(good.status, 202, "{}", good.body);
    }
    assert!((400..500).contains(&answers.1.status), "{}", answers.1.body);
    assert!(answers.3.status < 500, "{}", answers.3.body);
    for path in [
        "/api/v1/vehicles?fleet_id=%00",
        "/api/v1/quarantine?vehicle_id=%00",
        "/api/v1/conservation?to=-262143-01-01T00:00:00Z",
    ] {
        let answer = app.get(path).await;
        assert!(answer.status < 500, "{path}: {}", answer.body);
    }
}
