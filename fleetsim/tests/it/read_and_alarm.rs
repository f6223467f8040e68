//! Reading and alarms against a stand-in whose delays and gaps are known.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::routing::{get, post};
use chrono::{DateTime, TimeDelta, Utc};
use fleetsim::alarm::{AlarmOptions, alarm};
use fleetsim::load::read::{ReadOptions, read};
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

/// How long the stand-in's slow path takes, and how long after a post its alert is raised.
const DELAY: Duration = Duration::from_millis(60);

/// When the first record of each failing vehicle was posted.
type Posted = Arc<Mutex<Vec<(String, DateTime<Utc>)>>>;

async fn start() -> (String, Posted) {
    let posted = Posted::default();
    let router = Router::new()
        .route("/fast/{vehicle}", get(async |Path(vehicle): Path<String>| vehicle))
        .route("/slow", get(async || tokio::time::sleep(DELAY).await))
        .route("/broken", get(async || StatusCode::SERVICE_UNAVAILABLE))
        .route("/api/v1/vehicles", post(async || StatusCode::CREATED))
        .route("/api/v1/ingest/batch", post(take))
        .route("/api/v1/alerts", get(alerts))
        .with_state(posted.clone());
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, router).await });
    (url, posted)
}

async fn take(State(posted): State<Posted>, body: String) -> (StatusCode, axum::Json<Value>) {
    let records: Vec<Value> = body.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let vehicle_id = records[0]["vehicle_id"].as_str().unwrap().to_owned();
    posted.lock().push((vehicle_id, Utc::now()));
    let verdict = json!({"receipt_id": "rcp_1", "received": records.len(), "accepted": records.len(), "errors": []});
    (StatusCode::ACCEPTED, axum::Json(verdict))
}

/// Two alerts of each vehicle but the last, one a page, the later one first.
async fn alerts(State(posted): State<Posted>, Query(query): Query<HashMap<String, String>>) -> axum::Json<Value> {
    let posted = posted.lock();
    let delay = TimeDelta::from_std(DELAY).unwrap();
    let mut all = Vec::new();
    for (vehicle_id, at) in posted.iter().take(posted.len().saturating_sub(1)) {
        for raised_at in [*at + delay * 10, *at + delay] {
            all.push(json!({"vehicle_id": vehicle_id, "raised_at": raised_at}));
        }
    }
    let from: usize = query.get("cursor").map_or(0, |cursor| cursor.parse().unwrap());
    let next = (from + 1 < all.len()).then(|| (from + 1).to_string());
    axum::Json(json!({"items": all.into_iter().skip(from).take(1).collect::<Vec<_>>(), "next_cursor": next}))
}

fn reading(url: &str, paths: &[&str]) -> ReadOptions {
    ReadOptions {
        url: url.to_owned(),
        key: "secret".into(),
        rate: 200.0,
        seconds: 0.5,
        paths: paths.iter().map(|path| (*path).to_owned()).collect(),
        vehicles: 10,
        prefix: "load".into(),
        connections: 16,
        progress: false,
        stop: CancellationToken::new(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_path_is_read_in_turn_and_timed_by_itself() {
    let (url, _) = start().await;
    let report = read(reading(&url, &["/fast/{vehicle}", "/slow"])).await.unwrap();
    assert_eq!(
        (report.sent, report.answered, report.refused, report.unanswered),
        (100, 100, 0, 0)
    );
    assert!(report.paths["/slow"].p50 >= 60.0, "{report:?}");
    assert!(
        report.paths["/fast/{vehicle}"].p50 < report.paths["/slow"].p50,
        "{report:?}"
    );
    assert!(report.requests_per_second <= 200.0, "{report:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_that_are_no_success_are_counted_apart() {
    let (url, _) = start().await;
    let report = read(reading(&url, &["/broken"])).await.unwrap();
    assert_eq!((report.answered, report.refused), (0, 100));
    let nobody = read(reading("http://127.0.0.1:1", &["/broken"])).await.unwrap();
    assert_eq!((nobody.answered, nobody.unanswered), (0, 100));
    assert!(read(reading(&url, &[])).await.is_err());
    assert!(read(reading(&url, &["no-slash"])).await.is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alarm_counts_from_the_post_to_the_first_alert_and_misses_are_told() {
    let (url, _) = start().await;
    let stop = CancellationToken::new();
    let options = AlarmOptions {
        url: url.clone(),
        alerts_url: url,
        key: "secret".into(),
        samples: 5,
        rate: 100.0,
        prefix: "alarm".into(),
        progress: false,
        stop: stop.clone(),
    };
    // The last vehicle never has an alert: nobody waits for it longer than asked.
    let ended = tokio::spawn(async move {
        tokio::time::sleep(Duration::from_secs(2)).await;
        stop.cancel();
    });
    let report = alarm(&options).await.unwrap();
    ended.await.unwrap();
    assert_eq!((report.samples, report.missing), (5, 1));
    assert!(
        report.latency_ms.p50 >= 60.0 && report.latency_ms.max < 600.0,
        "{report:?}"
    );
}
