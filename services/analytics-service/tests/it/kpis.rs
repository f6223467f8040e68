//! Every key figure equals its recomputation from the raw archives, however events were ordered and repeated; a rebuild changes nothing.

use crate::app::{By, TestApp, now};
use crate::archive::Archive;
use crate::figures::{Window, recompute};
use crate::life::{Life, Told, begin};
use analytics_service::DEFINITION;
use chassis::testing::{BOOTSTRAP_KEY, eventually};
use chassis::{Cause, NewEvent, TenantId, on};
use chrono::Duration;
use serde_json::{Value, json};

pub(crate) const PRODUCERS: [&str; 6] = [
    "ingestion-service",
    "health-service",
    "agent-service",
    "alert-service",
    "scheduling-service",
    "warranty-service",
];
/// Tells it all, and waits until the last of it was heard.
pub(crate) async fn tell(app: &TestApp, told: Vec<Told>) {
    let mut producers = std::collections::BTreeMap::new();
    for name in PRODUCERS {
        producers.insert(name, app.producer(name).await);
    }
    let count = told.len();
    for (producer, kind, vehicle, minute, data) in told {
        let event = NewEvent {
            kind,
            schema_version: "1.0",
            tenant: TenantId::new("default"),
            key: vehicle.clone(),
            subject: Some(vehicle),
            time: begin() + Duration::minutes(minute),
            cause: Cause::new(),
            id: Some(chassis::ids::new_id("evt")),
            data,
        };
        producers[producer].deliver_event(event).await;
    }
    let database = app.runtime.database_of(&DEFINITION).await;
    eventually("all that was told", || async {
        let mut tx = database.read().await.unwrap();
        let heard: i64 = on!(tx, c => sqlx::query_scalar("SELECT COUNT(*) FROM audit_entry WHERE sequence IS NOT NULL").fetch_one(c).await).unwrap();
        (heard >= count as i64).then_some(())
    })
    .await;
    database.close().await;
}

async fn kpis(app: &TestApp, query: &str) -> Value {
    let (status, body) = app.get(&format!("/api/v1/kpis?{query}"), By::Key(BOOTSTRAP_KEY)).await;
    assert_eq!(status, 200, "{body}");
    body
}

/// Two numbers that differ by rounding alone, or nothing on both sides.
fn same(one: &Value, other: &Value) -> bool {
    match (one.as_f64(), other.as_f64()) {
        (Some(one), Some(other)) => (one - other).abs() <= 1e-9 * one.abs().max(1.0),
        (one, other) => one.is_none() && other.is_none(),
    }
}

pub(crate) fn compare(items: &[Value], expected: &serde_json::Map<String, Value>) {
    assert_eq!(items.len(), expected.len());
    for item in items {
        let id = item["id"].as_str().unwrap();
        let expected = &expected[id];
        assert!(
            same(&item["value"], &expected["value"]),
            "{id}: {} is not {}",
            item["value"],
            expected["value"]
        );
        let numbers = expected["numbers"].as_object().unwrap();
        assert_eq!(item["numbers"].as_object().unwrap().len(), numbers.len(), "{id}");
        for (name, number) in numbers {
            assert!(
                same(&item["numbers"][name], number),
                "{id}.{name}: {} is not {number}",
                item["numbers"][name]
            );
        }
        for (name, amount) in expected["amounts"].as_object().unwrap() {
            let money = &item["amounts"][name];
            let told = money[0]["amount_minor"].as_f64().unwrap_or(0.0);
            assert!(same(&json!(told), amount), "{id}.{name}: {money} is not {amount}");
        }
    }
}

#[tokio::test]
async fn every_figure_equals_its_recomputation_and_a_rebuild_changes_nothing() {
    let app = TestApp::start().await;
    let seed = rand::random();
    println!("seed {seed}");
    tell(&app, Life::of(seed, 14).unreliable()).await;
    let mut events = Vec::new();
    for name in PRODUCERS {
        events.extend(app.runtime.all_published(name).await);
    }
    let archive = Archive::of(events);
    let day = |days: i64| (now() + Duration::days(days)).date_naive();
    for (from, to) in [(-90, 1), (-20, -8), (-12, 1)] {
        let window = Window {
            from: day(from),
            to: day(to),
            now: now(),
        };
        let body = kpis(&app, &format!("from={}&to={}", window.from, window.to)).await;
        compare(body["items"].as_array().unwrap(), &recompute(&archive, window));
    }
    let before = picture(&app).await;
    let rebuild = "/api/v1/read-models/rebuild";
    let (status, _) = app.post(rebuild, By::Key(BOOTSTRAP_KEY), json!({})).await;
    assert_eq!(status, 202);
    let done = |_: u16, body: &Value| body["running"] == false && body["last"]["events"].is_number();
    let body = app.until(rebuild, By::Key(BOOTSTRAP_KEY), "the rebuild", done).await;
    assert_eq!(
        (&body["last"]["error"], &body["last"]["events_not_understood"]),
        (&Value::Null, &json!(0))
    );
    let after = picture(&app).await;
    for (table, (before, after)) in TABLES.iter().zip(before.into_iter().zip(after)) {
        assert!(
            !before.is_empty() && before == after,
            "{table:?} differs after the rebuild"
        );
    }
}

const TABLES: [(&str, &str); 9] = [
    (
        "vehicle_view",
        "vehicle_id || state || band || COALESCE(next_visit_id, '') || CAST(open_alerts AS TEXT) || COALESCE(CAST(km_per_day AS TEXT), '')",
    ),
    (
        "decision_view",
        "decision_id || detail || CAST(is_open AS TEXT) || COALESCE(CAST(odometer_km AS TEXT), '')",
    ),
    (
        "alert_view",
        "alert_id || detail || CAST(is_open AS TEXT) || COALESCE(CAST(acknowledged_s AS TEXT), '')",
    ),
    (
        "visit_view",
        "visit_id || detail || CAST(is_open AS TEXT) || CAST(confirmed AS TEXT) || COALESCE(component, '')",
    ),
    (
        "coverage_view",
        "check_id || CAST(covered AS TEXT) || CAST(checked_at AS TEXT) || CAST(sequence AS TEXT)",
    ),
    (
        "claim_view",
        "claim_id || CAST(amount_minor AS TEXT) || CAST(claimed_at AS TEXT) || CAST(sequence AS TEXT)",
    ),
    (
        "repair_view",
        "vehicle_id || component || CAST(done_at AS TEXT) || COALESCE(CAST(odometer_km AS TEXT), '')",
    ),
    (
        "health_day",
        "vehicle_id || CAST(day AS TEXT) || band || CAST(sequence AS TEXT) || COALESCE(CAST(score_micro AS TEXT), '')",
    ),
    (
        "health_trend",
        "CAST(day AS TEXT) || band || CAST(partition AS TEXT) || CAST(vehicles AS TEXT) || CAST(score_micro AS TEXT)",
    ),
];

/// The rows of every read model as texts. A sum that came back to nothing is none.
async fn picture(app: &TestApp) -> Vec<Vec<String>> {
    let database = app.runtime.database_of(&DEFINITION).await;
    let mut all = Vec::new();
    for (table, row) in TABLES {
        let kept = if table == "health_trend" {
            "WHERE vehicles <> 0"
        } else {
            ""
        };
        let sql = format!("SELECT {row} FROM {table} {kept} ORDER BY 1");
        let mut tx = database.read().await.unwrap();
        let rows: Vec<String> = on!(tx, c => sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_all(c).await).unwrap();
        all.push(rows);
    }
    database.close().await;
    all
}

#[tokio::test]
async fn rows_lead_to_events_page_by_page_and_bad_periods_are_refused() {
    let app = TestApp::start().await;
    tell(&app, Life::of(7, 6).told).await;
    for id in [
        "fleet-health",
        "uptime",
        "cost-avoidance",
        "alert-stats",
        "calibration",
        "booking",
        "warranty-stats",
        "llm-spend",
    ] {
        let path = format!("/api/v1/metrics/{id}/rows?limit=3");
        let (mut rows, mut cursor) = (Vec::new(), String::new());
        loop {
            let (status, body) = app.get(&format!("{path}{cursor}"), By::Key(BOOTSTRAP_KEY)).await;
            assert_eq!(status, 200, "{id}: {body}");
            rows.extend(body["items"].as_array().unwrap().clone());
            let Some(next) = body["next_cursor"].as_str() else {
                break;
            };
            cursor = format!("&cursor={next}");
        }
        let whole = app
            .get(&format!("/api/v1/metrics/{id}/rows?limit=1000"), By::Key(BOOTSTRAP_KEY))
            .await
            .1;
        assert_eq!(Value::from(rows.clone()), whole["items"], "{id}: pages are the whole");
        assert!(!rows.is_empty(), "{id}");
        assert!(
            rows.iter().all(|row| !row["events"].as_array().unwrap().is_empty()),
            "{id}: {rows:?}"
        );
    }
    for (query, status) in [
        ("from=2026-05-01&to=2026-05-01", 422),
        ("from=1990-01-01&to=2026-05-01", 422),
        ("from=tomorrow", 400),
        ("step=year", 400),
        ("from=2026-04-01&to=-5", 400),
    ] {
        let (answered, body) = app
            .get(&format!("/api/v1/metrics/uptime?{query}"), By::Key(BOOTSTRAP_KEY))
            .await;
        assert_eq!(answered, status, "{query}: {body}");
    }
    let (status, body) = app.get("/api/v1/metrics/nothing", By::Key(BOOTSTRAP_KEY)).await;
    assert_eq!((status, &body["code"]), (404, &json!("kpi.not_found")));
}
