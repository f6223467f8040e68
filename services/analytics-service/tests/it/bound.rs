//! Who is bound to a fleet gets the sums of that fleet: the same as if nothing else had ever been told, and not a row about another.

use crate::app::{By, PASSWORD, TestApp, now, text};
use crate::archive::Archive;
use crate::figures::{Window, recompute};
use crate::kpis::{PRODUCERS, compare, tell};
use crate::life::Life;
use chassis::Event;
use chassis::testing::{BOOTSTRAP_KEY, token};
use chrono::{DateTime, Duration};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

const FLEET: &str = "/api/v1/dashboards/fleet";

/// A manager of one fleet, signed in.
async fn manager_of(app: &TestApp, admin: &str, fleet: &str) -> String {
    let name = format!("manager_{fleet}");
    let body = json!({"username": name, "role": "FLEET_MANAGER", "password": PASSWORD, "fleet_ids": [fleet]});
    let (status, body) = app.post("/api/v1/users", By::Token(admin), body).await;
    assert_eq!(status, 201, "{body}");
    app.token("default", &name, PASSWORD).await
}

fn about(event: &Event) -> String {
    let data: Value = serde_json::from_slice(&event.data).unwrap();
    text(&data["vehicle_id"])
}

/// The vehicles of each fleet. One that was retired stays where it was.
fn fleets(events: &[Event]) -> BTreeMap<String, BTreeSet<String>> {
    let archive = Archive::of(events.to_vec());
    let mut fleets: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (vehicle, (_, data)) in archive.last(&["vehicle.registered"], "vehicle_id") {
        fleets.entry(text(&data["fleet_id"])).or_default().insert(vehicle);
    }
    fleets
}

/// Those that are in service.
fn active(archive: &Archive, vehicles: &BTreeSet<String>) -> BTreeSet<String> {
    vehicles.difference(&archive.retired()).cloned().collect()
}

/// Vehicles by band, each by its newest health.
fn distribution(archive: &Archive, vehicles: &BTreeSet<String>) -> BTreeMap<String, u64> {
    let mut newest: BTreeMap<&str, &str> = vehicles.iter().map(|vehicle| (vehicle.as_str(), "UNKNOWN")).collect();
    for (_, data) in archive.health() {
        let status = data["status"].as_str().unwrap();
        let band = if status == "NOT_ENOUGH_DATA" { "UNKNOWN" } else { status };
        if let Some(known) = newest.get_mut(data["vehicle_id"].as_str().unwrap()) {
            *known = band;
        }
    }
    let mut counts = BTreeMap::new();
    for band in newest.values() {
        *counts.entry((*band).to_owned()).or_insert(0) += 1;
    }
    counts
}

/// Vehicles with health on each day of the dashboard's thirty.
fn days(archive: &Archive) -> BTreeMap<String, usize> {
    let mut days: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (time, data) in archive.health() {
        let day = time.date_naive();
        if day > (now() - Duration::days(30)).date_naive() && day <= now().date_naive() {
            days.entry(day.to_string())
                .or_default()
                .insert(text(&data["vehicle_id"]));
        }
    }
    days.into_iter().map(|(day, vehicles)| (day, vehicles.len())).collect()
}

async fn check_figures(app: &TestApp, manager: &str, archive: &Archive) {
    let day = |days: i64| (now() + Duration::days(days)).date_naive();
    for (from, to) in [(-90, 1), (-12, 1)] {
        let window = Window {
            from: day(from),
            to: day(to),
            now: now(),
        };
        let path = format!("/api/v1/kpis?from={}&to={}", window.from, window.to);
        let (status, body) = app.get(&path, By::Token(manager)).await;
        assert_eq!(status, 200, "{body}");
        compare(body["items"].as_array().unwrap(), &recompute(archive, window));
    }
}

async fn check_dashboard(app: &TestApp, manager: &str, archive: &Archive, vehicles: &BTreeSet<String>) -> Value {
    let active = active(archive, vehicles);
    let of_all = |_: u16, body: &Value| body["fleet_summary"]["vehicles"] == active.len();
    let body = app.until(FLEET, By::Token(manager), "their vehicles", of_all).await;
    let told = body["health_distribution"].as_object().unwrap().iter();
    let told: BTreeMap<String, u64> = told
        .map(|(band, count)| (band.clone(), count.as_u64().unwrap()))
        .filter(|(_, count)| *count > 0)
        .collect();
    assert_eq!(told, distribution(archive, &active));
    let trend = body["health_trend"].as_array().unwrap().iter();
    let trend: BTreeMap<String, usize> = trend
        .map(|day| (text(&day["day"]), day["vehicles"].as_u64().unwrap() as usize))
        .collect();
    assert_eq!(trend, days(archive));
    assert_eq!(body["telemetry_records_24h"], Value::Null, "not counted by vehicle");
    let (_, asked) = app.get(&format!("{FLEET}/actions"), By::Token(manager)).await;
    assert_eq!(asked["action_choices"], body["action_choices"]);
    for list in [&body["action_list"], &asked["action_list"], &body["worst_vehicles"]] {
        for row in list.as_array().unwrap() {
            assert!(vehicles.contains(row["vehicle_id"].as_str().unwrap()), "{row}");
        }
    }
    body
}

async fn check_rows(app: &TestApp, manager: &str, vehicles: &BTreeSet<String>) {
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
        let (status, body) = app
            .get(&format!("/api/v1/metrics/{id}/rows?limit=1000"), By::Token(manager))
            .await;
        assert_eq!(status, 200, "{id}: {body}");
        for row in body["items"].as_array().unwrap() {
            assert!(vehicles.contains(row["vehicle_id"].as_str().unwrap()), "{id}: {row}");
        }
    }
    let (status, jobs) = app.get("/api/v1/dashboards/technician/t", By::Token(manager)).await;
    assert_eq!(status, 200);
    for job in jobs["jobs"].as_array().unwrap() {
        assert!(vehicles.contains(job["vehicle_id"].as_str().unwrap()), "{job}");
    }
}

#[tokio::test]
async fn a_bound_manager_gets_the_figures_of_their_fleet_and_of_no_other() {
    let app = TestApp::start().await;
    let admin = app.token("default", "admin", crate::app::ADMIN_PASSWORD).await;
    let seed = rand::random();
    println!("seed {seed}");
    tell(&app, Life::of(seed, 16).unreliable()).await;
    let mut events = Vec::new();
    for name in PRODUCERS {
        events.extend(app.runtime.all_published(name).await);
    }
    let fleets = fleets(&events);
    let (mut seen, mut told) = (0, Vec::new());
    for fleet in ["fleet_a", "fleet_b"] {
        let nothing = BTreeSet::new();
        let vehicles = fleets.get(fleet).unwrap_or(&nothing);
        let own = events.iter().filter(|event| vehicles.contains(&about(event))).cloned();
        let archive = Archive::of(own.collect());
        let manager = manager_of(&app, &admin, fleet).await;
        let body = check_dashboard(&app, &manager, &archive, vehicles).await;
        check_figures(&app, &manager, &archive).await;
        check_rows(&app, &manager, vehicles).await;
        let (status, executive) = app.get("/api/v1/dashboards/executive", By::Token(&manager)).await;
        assert_eq!((status, &executive["fleet_summary"]), (200, &body["fleet_summary"]));
        seen += active(&archive, vehicles).len();
        told.push(body);
    }
    let whole = |_: u16, body: &Value| body["fleet_summary"]["vehicles"] == seen;
    let whole = app.until(FLEET, By::Key(BOOTSTRAP_KEY), "the whole fleet", whole).await;
    for member in ["with_open_alerts", "with_visit"] {
        let sum: u64 = told
            .iter()
            .map(|body| body["fleet_summary"][member].as_u64().unwrap())
            .sum();
        assert_eq!(whole["fleet_summary"][member], sum, "{member}: the fleets add up");
    }
    reports(&app, &admin, &fleets).await;
}

/// Reports of bound people: about their own vehicles, and for their own eyes and those of whoever sees everything.
async fn reports(app: &TestApp, admin: &str, fleets: &BTreeMap<String, BTreeSet<String>>) {
    let manager = app.token("default", "manager_fleet_a", PASSWORD).await;
    let other = app.token("default", "manager_fleet_b", PASSWORD).await;
    let wanted = json!({"kind": "fleet", "format": "csv"});
    let generate = "/api/v1/reports/generate";
    let (status, own) = app.post(generate, By::Token(&manager), wanted.clone()).await;
    assert_eq!(status, 201, "{own}");
    let (_, of_all) = app.post(generate, By::Token(admin), wanted).await;
    only_names(app, &text(&own["path"]), &manager, fleets).await;
    let list = |by: &str| {
        let by = by.to_owned();
        async move {
            let (_, body) = app.get("/api/v1/reports", By::Token(&by)).await;
            let ids = body["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|report| text(&report["report_id"]));
            ids.collect::<BTreeSet<_>>()
        }
    };
    let (own_id, all_id) = (text(&own["report_id"]), text(&of_all["report_id"]));
    assert_eq!(list(&manager).await, BTreeSet::from([own_id.clone()]));
    assert_eq!(list(&other).await, BTreeSet::new());
    assert_eq!(list(admin).await, BTreeSet::from([own_id, all_id]));
    for (path, by, expected) in [
        (&own["path"], &other, 404),
        (&of_all["path"], &manager, 404),
        (&own["path"], &admin.to_owned(), 200),
    ] {
        assert_eq!(app.get(&text(path), By::Token(by)).await.0, expected);
    }
    weekly(app, admin, [&manager, &other], fleets).await;
}

/// The file says nothing of a vehicle of another fleet.
async fn only_names(app: &TestApp, path: &str, by: &str, fleets: &BTreeMap<String, BTreeSet<String>>) {
    let request = app.http.get(app.service.url(path)).bearer_auth(by);
    let response = request.send().await.unwrap();
    assert_eq!(response.status().as_u16(), 200);
    let csv = response.text().await.unwrap();
    assert!(csv.contains("summary,vehicles,"), "{csv}");
    let foreign = fleets
        .iter()
        .filter(|(fleet, _)| *fleet != "fleet_a")
        .flat_map(|(_, vehicles)| vehicles);
    for vehicle in foreign {
        assert!(!csv.contains(vehicle.as_str()), "{vehicle} is in\n{csv}");
    }
}

async fn weekly(app: &TestApp, admin: &str, [manager, other]: [&str; 2], fleets: &BTreeMap<String, BTreeSet<String>>) {
    let schedules = "/api/v1/reports/schedules";
    let (_, me) = app.get("/api/v1/users/me", By::Token(admin)).await;
    let for_admin = json!({"kind": "fleet", "format": "csv", "recipient_ids": [me["user_id"]]});
    let (status, body) = app.post(schedules, By::Token(manager), for_admin).await;
    assert_eq!(
        (status, &body["code"]),
        (422, &json!("schedule.refused")),
        "to oneself alone"
    );
    let (status, schedule) = app
        .post(schedules, By::Token(manager), json!({"kind": "fleet", "format": "csv"}))
        .await;
    assert_eq!(status, 201, "{schedule}");
    let (_, list) = app.get(schedules, By::Token(other)).await;
    assert_eq!(list["items"], json!([]));
    let path = format!("{schedules}/{}", text(&schedule["schedule_id"]));
    assert_eq!(app.send("DELETE", &path, By::Token(other), None).await.0, 404);
    app.runtime
        .clock()
        .advance_to(text(&schedule["due_at"]).parse::<DateTime<_>>().unwrap());
    let weekly = app
        .until("/api/v1/reports", By::Token(manager), "the weekly report", |_, body| {
            body["items"][0]["schedule_id"] == schedule["schedule_id"]
        })
        .await;
    only_names(app, &text(&weekly["items"][0]["path"]), manager, fleets).await;
    let (_, list) = app.get("/api/v1/reports", By::Token(other)).await;
    assert_eq!(list["items"], json!([]));
    assert_eq!(app.send("DELETE", &path, By::Token(manager), None).await.0, 204);
}

#[tokio::test]
async fn who_was_bound_to_nothing_before_keeps_no_report_about_everything() {
    let app = TestApp::start().await;
    let free = token("default", chassis::Role::FleetManager, "usr_m", None);
    let wanted = json!({"kind": "executive", "format": "csv"});
    let (status, report) = app.post("/api/v1/reports/generate", By::Token(&free), wanted).await;
    assert_eq!(status, 201, "{report}");
    let bound = token("default", chassis::Role::FleetManager, "usr_m", Some(&["V1"]));
    let (_, list) = app.get("/api/v1/reports", By::Token(&bound)).await;
    assert_eq!(list["items"], json!([]));
    assert_eq!(app.get(&text(&report["path"]), By::Token(&bound)).await.0, 404);
}
