//! How fast the numbers are: a part of the size in CI, all of it by `cargo xtask bars numbers`.

use crate::app::{By, PASSWORD, TestApp, now};
use crate::life::{Life, Told, begin};
use analytics_service::DEFINITION;
use analytics_service::events::consumed::{placed, understand};
use analytics_service::use_cases::place_vehicles::place_vehicles;
use analytics_service::use_cases::record_events::record_events;
use chassis::testing::{BOOTSTRAP_KEY, eventually};
use chassis::{Cause, Event, NewEvent, TenantId, partition};
use chrono::Duration;
use serde_json::json;
use std::collections::BTreeMap;
use std::time::Instant;

fn full() -> bool {
    std::env::var("CARVROOOM_BARS").is_ok_and(|bars| bars == "full")
}

/// Prints a measurement for `cargo xtask bars`.
fn bar(name: &str, value: f64, unit: &str, limit: &str) {
    let line = json!({"name": name, "value": (value * 100.0).round() / 100.0, "unit": unit, "limit": limit});
    println!("bar {line}");
}

fn event((producer, kind, vehicle, minute, data): &Told, sequence: i64) -> Event {
    let time = begin() + Duration::minutes(*minute);
    Event {
        id: format!("evt_{sequence}"),
        source: (*producer).to_owned(),
        kind: (*kind).to_owned(),
        tenant: TenantId::new("default"),
        subject: Some(vehicle.clone()),
        time,
        recorded_time: time,
        historical: false,
        correlation_id: "cor_bars".to_owned(),
        partition: partition::of("default", vehicle),
        sequence,
        schema_version: "1.0".to_owned(),
        data: serde_json::to_vec(data).unwrap().into(),
    }
}

/// Asked so often, for a percentile.
const ASKED: usize = 600;
/// The same of what is computed anew each time.
const COMPUTED: usize = 20;

/// How long a path takes: the first answer, and the 99th percentile of those after it, ms.
async fn measure(app: &TestApp, path: &str, by: By<'_>, count: usize) -> (f64, f64) {
    let mut took: Vec<f64> = Vec::new();
    for _ in 0..count {
        let started = Instant::now();
        let (status, body) = app.get(&format!("/api/v1/{path}"), by).await;
        assert_eq!(status, 200, "{path}: {body}");
        took.push(started.elapsed().as_secs_f64() * 1e3);
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let first = took.remove(0);
    took.sort_by(f64::total_cmp);
    (first, took[(took.len() * 99).div_ceil(100) - 1])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn dashboards_of_a_large_fleet_answer_at_once() {
    let vehicles = if full() { 10_000 } else { 300 };
    let app = TestApp::start().await;
    let admin = app.token("default", "admin", crate::app::ADMIN_PASSWORD).await;
    let owner = app.user(&admin, "olga", "OWNER").await;
    let mut told = Life::of(3, vehicles).told;
    let registered = told.iter_mut().filter(|told| told.1 == "vehicle.registered");
    registered.take(30).for_each(|told| told.4["owner_id"] = json!(owner));
    hear(&app, &told).await;
    let bound = manager_of_half(&app, &admin, vehicles).await;
    let (all, bound) = (By::Key(BOOTSTRAP_KEY), By::Token(&bound));
    let count = |often: usize| if full() { often } else { 10 };
    let mut missed = Vec::new();
    for (path, by, count, limit_ms) in [
        ("dashboards/fleet".to_owned(), all, count(ASKED), 100.0),
        (format!("dashboards/owner/{owner}"), all, count(ASKED), 1000.0),
        ("dashboards/technician/t".to_owned(), all, count(ASKED), 1000.0),
        ("metrics/fleet-health".to_owned(), all, count(COMPUTED), 3000.0),
        ("metrics/uptime".to_owned(), all, count(COMPUTED), 3000.0),
        ("metrics/cost-avoidance".to_owned(), all, count(COMPUTED), 3000.0),
        ("metrics/alert-stats".to_owned(), all, count(COMPUTED), 3000.0),
        ("metrics/calibration".to_owned(), all, count(COMPUTED), 3000.0),
        ("metrics/booking".to_owned(), all, count(COMPUTED), 3000.0),
        ("metrics/warranty-stats".to_owned(), all, count(COMPUTED), 3000.0),
        ("metrics/llm-spend".to_owned(), all, count(COMPUTED), 3000.0),
        ("metrics/cost-avoidance/rows".to_owned(), all, count(COMPUTED), 3000.0),
        ("kpis".to_owned(), all, count(ASKED), 1000.0),
        ("dashboards/executive".to_owned(), all, count(ASKED), 100.0),
        ("dashboards/fleet".to_owned(), bound, count(ASKED), 1000.0),
    ] {
        let (first, p99) = measure(&app, &path, by, count).await;
        let whom = if matches!(by, By::Token(_)) {
            ", of some of them"
        } else {
            ""
        };
        let path = path.replace(&owner, "{user_id}");
        let name = format!("{path} with {vehicles} vehicles{whom}");
        bar(&format!("{name}, p99 warm"), p99, "ms", &format!("< {limit_ms}"));
        bar(&format!("{name}, first"), first, "ms", "none");
        if full() && p99 >= limit_ms {
            missed.push(format!("{name}: {p99:.0} ms"));
        }
    }
    let (_, fleet) = app.get("/api/v1/dashboards/fleet", By::Key(BOOTSTRAP_KEY)).await;
    let costs: Vec<i64> = fleet["action_list"]
        .as_array()
        .unwrap()
        .iter()
        .map(|action| action["waiting_cost_week"]["amount_minor"].as_i64().unwrap())
        .collect();
    assert!(
        (costs.len() == 100 || !full() && costs.len() > 50) && costs.is_sorted_by(|a, b| a >= b),
        "the dearest first: {costs:?}"
    );
    reports(&app).await;
    app.service.stop().await;
    // Said last, so that one miss does not hide what stands after it.
    assert!(missed.is_empty(), "{missed:?}");
}

/// A manager of one of the two fleets, once their vehicles are known to be there.
async fn manager_of_half(app: &TestApp, admin: &str, vehicles: usize) -> String {
    let body = json!({"username": "half", "role": "FLEET_MANAGER", "password": PASSWORD, "fleet_ids": ["fleet_a"]});
    let (status, body) = app.post("/api/v1/users", By::Token(admin), body).await;
    assert_eq!(status, 201, "{body}");
    let manager = app.token("default", "half", PASSWORD).await;
    let known = |_: u16, body: &serde_json::Value| {
        // Some are retired.
        body["fleet_summary"]["vehicles"]
            .as_u64()
            .is_some_and(|count| count as usize > vehicles * 2 / 5)
    };
    app.until(
        "/api/v1/dashboards/fleet",
        By::Token(&manager),
        "half of the vehicles",
        known,
    )
    .await;
    manager
}

/// Records what was told as the consumer does, without a broker.
async fn hear(app: &TestApp, told: &[Told]) {
    let database = app.runtime.database_of(&DEFINITION).await;
    let events: Vec<Event> = told.iter().zip(1..).map(|(told, n)| event(told, n)).collect();
    let heard: Vec<_> = events.iter().map(|event| understand(event).unwrap()).collect();
    let started = Instant::now();
    for batch in heard.chunks(500) {
        let mut tx = database.begin_bulk().await.unwrap();
        record_events(&mut tx, batch, now()).await.unwrap();
        tx.commit().await.unwrap();
    }
    let rate = heard.len() as f64 / started.elapsed().as_secs_f64();
    bar("live consumption of events", rate, "events/s", "none");
    let placed: Vec<_> = events.iter().filter_map(|event| placed(event).unwrap()).collect();
    for some in placed.chunks(500) {
        let mut tx = database.begin_bulk().await.unwrap();
        place_vehicles(&mut tx, some).await.unwrap();
        tx.commit().await.unwrap();
    }
    database.close().await;
}

/// Both reports as PDF; to be looked at they are kept where `CARVROOOM_KEEP_REPORTS` says.
async fn reports(app: &TestApp) {
    for kind in ["fleet", "executive"] {
        let wanted = json!({"kind": kind, "format": "pdf", "from": "2026-04-01", "to": "2026-05-02"});
        let started = Instant::now();
        let (status, report) = app
            .post("/api/v1/reports/generate", By::Key(BOOTSTRAP_KEY), wanted)
            .await;
        assert_eq!(status, 201, "{report}");
        bar(
            &format!("{kind} report as PDF"),
            started.elapsed().as_secs_f64() * 1e3,
            "ms",
            "none",
        );
        let path = report["path"].as_str().unwrap();
        let request = app.http.get(app.service.url(path)).header("x-api-key", BOOTSTRAP_KEY);
        let bytes = request.send().await.unwrap().bytes().await.unwrap();
        if let Ok(folder) = std::env::var("CARVROOOM_KEEP_REPORTS") {
            std::fs::write(format!("{folder}/large-{kind}.pdf"), &bytes).unwrap();
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuild_is_fast() {
    let vehicles = if full() { 4_000 } else { 20 };
    let app = TestApp::start().await;
    let told = Life::of(5, vehicles).told;
    archive(&app, &told).await;
    let rebuild = "/api/v1/read-models/rebuild";
    eventually_heard(&app, told.len()).await;
    let before = memory_bytes("VmRSS:", true);
    let (status, _) = app.post(rebuild, By::Key(BOOTSTRAP_KEY), json!({})).await;
    assert_eq!(status, 202);
    let body = loop {
        let (_, body) = app.get(rebuild, By::Key(BOOTSTRAP_KEY)).await;
        if body["running"] == false && body["last"].is_object() {
            break body;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    };
    let grown = memory_bytes("VmHWM:", false).saturating_sub(before);
    let days = body["last"]["rows"]["health_day"].as_f64().unwrap();
    let name = format!("memory that a rebuild takes beside what the process held, of {vehicles} vehicles");
    bar(&name, grown as f64 / 1e6, "MB", "none");
    bar(
        "the same by vehicle and day of health",
        grown as f64 / days,
        "bytes",
        "none",
    );
    let held = body["last"]["held_seconds"].as_f64().unwrap();
    bar("consumers wait for a rebuild", held, "s", "none");
    // Lines of access are events too.
    assert!(body["last"]["events"].as_u64().unwrap() >= told.len() as u64, "{body}");
    let rate = body["last"]["events_per_second"].as_f64().unwrap();
    bar(
        &format!("rebuild of the read models from {} events", told.len()),
        rate,
        "events/s",
        ">= 20000",
    );
    assert!(!full() || rate >= 20_000.0, "{body}");
    app.service.stop().await;
}

/// A line of what the kernel says about this process's memory; the highest mark can be set back to what is held now.
fn memory_bytes(line: &str, set_back: bool) -> u64 {
    if set_back {
        let _ = std::fs::write("/proc/self/clear_refs", "5");
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let said = status
        .lines()
        .find_map(|text| text.strip_prefix(line)?.trim().strip_suffix(" kB"));
    said.and_then(|kib| kib.parse::<u64>().ok()).unwrap_or(0) * 1024
}

/// Appends to the stand-ins' outboxes many events a transaction, and lets each relay place them.
async fn archive(app: &TestApp, told: &[Told]) {
    let mut by_producer: BTreeMap<&'static str, Vec<NewEvent>> = BTreeMap::new();
    for (producer, kind, vehicle, minute, data) in told {
        by_producer.entry(producer).or_default().push(NewEvent {
            kind,
            schema_version: "1.0",
            tenant: TenantId::new("default"),
            key: vehicle.clone(),
            subject: Some(vehicle.clone()),
            time: begin() + Duration::minutes(*minute),
            cause: Cause::new(),
            id: None,
            data: data.clone(),
        });
    }
    for (name, events) in by_producer {
        let producer = app.runtime.producer(name).await;
        producer.deliver_all(&events).await;
    }
}

/// Waits as long as it takes, as long as it goes on.
async fn eventually_heard(app: &TestApp, count: usize) {
    let database = app.runtime.database_of(&DEFINITION).await;
    let mut last = -1;
    loop {
        let mut tx = database.read().await.unwrap();
        let heard: i64 = chassis::on!(tx, c => sqlx::query_scalar("SELECT COUNT(*) FROM audit_entry WHERE sequence IS NOT NULL").fetch_one(c).await).unwrap();
        drop(tx);
        if heard >= count as i64 {
            break;
        }
        if heard == last {
            eventually("more of the archive", || async {
                let mut tx = database.read().await.unwrap();
                let now: i64 = chassis::on!(tx, c => sqlx::query_scalar("SELECT COUNT(*) FROM audit_entry WHERE sequence IS NOT NULL").fetch_one(c).await).unwrap();
                (now > last).then_some(())
            })
            .await;
        }
        last = heard;
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    database.close().await;
}
