//! Every key figure equals its recomputation from the raw archives, however events were ordered and repeated; a rebuild changes nothing.

use crate::app::{By, TestApp, now};
use crate::archive::Archive;
use crate::explanations;
use crate::figures::{Window, recompute};
use analytics_service::DEFINITION;
use chassis::testing::{BOOTSTRAP_KEY, eventually};
use chassis::{Cause, NewEvent, TenantId, on};
use chrono::{DateTime, Duration, Utc};
use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Value, json};

pub(crate) const PRODUCERS: [&str; 6] = [
    "ingestion-service",
    "health-service",
    "agent-service",
    "alert-service",
    "scheduling-service",
    "warranty-service",
];
const COMPONENTS: [&str; 3] = ["cooling", "brakes", "battery_12v"];

/// An event that will be told: producer, type, vehicle, minutes after the start, data.
pub(crate) type Told = (&'static str, &'static str, String, i64, Value);

/// A fleet's life, by chance.
pub(crate) struct Life {
    dice: StdRng,
    pub(crate) told: Vec<Told>,
}

/// The lives begin so many days before the test's present.
const DAYS: i64 = 24;

pub(crate) fn begin() -> DateTime<Utc> {
    now() - Duration::days(DAYS)
}

/// The vehicles of two fleets take turns.
fn fleet_of(vehicle: &str) -> &'static str {
    let is_even = vehicle.bytes().last().is_some_and(|digit| digit % 2 == 0);
    if is_even { "fleet_a" } else { "fleet_b" }
}

fn euro(amount_minor: i64) -> Value {
    json!({"amount_minor": amount_minor, "currency": "EUR"})
}

impl Life {
    pub(crate) fn of(seed: u64, vehicles: usize) -> Life {
        let mut life = Life {
            dice: StdRng::seed_from_u64(seed),
            told: Vec::new(),
        };
        for number in 0..vehicles {
            life.vehicle(&format!("V{number:05}"));
        }
        life
    }

    fn chance(&mut self, share: f64) -> bool {
        self.dice.random_bool(share)
    }

    fn say(&mut self, producer: &'static str, kind: &'static str, vehicle: &str, minute: i64, mut data: Value) {
        data["vehicle_id"] = json!(vehicle);
        self.told.push((producer, kind, vehicle.to_owned(), minute, data));
    }

    fn vehicle(&mut self, vehicle: &str) {
        let since = self.dice.random_range(0..600);
        let registered = json!({"status": "ACTIVE", "owner_id": "usr_o", "fleet_id": fleet_of(vehicle), "make": "=cmd", "model": "Etios"});
        self.say("ingestion-service", "vehicle.registered", vehicle, since, registered);
        let daily = self.dice.random_range(20.0..200.0_f64).round();
        for day in 0..DAYS {
            if self.chance(0.7) {
                self.health(vehicle, since + day * 1440 + 700, 10_000.0 + daily * day as f64);
            }
        }
        for (number, component) in COMPONENTS.into_iter().enumerate() {
            if self.chance(0.8) {
                let day = self.dice.random_range(1..DAYS - 6);
                self.trouble(
                    vehicle,
                    component,
                    number,
                    (since + day * 1440 + 800, 10_000.0 + daily * day as f64),
                );
            }
        }
        if self.chance(0.15) {
            let minute = since + (DAYS - 2) * 1440 + 5;
            self.say(
                "ingestion-service",
                "vehicle.retired",
                vehicle,
                minute,
                json!({"status": "RETIRED"}),
            );
        }
    }

    fn health(&mut self, vehicle: &str, minute: i64, odometer_km: f64) {
        let score = f64::from(self.dice.random_range(0..1000_u32)) / 1000.0;
        let bands = ["CRITICAL", "POOR", "FAIR", "GOOD", "EXCELLENT"];
        let (status, score) = match self.chance(0.05) {
            true => ("NOT_ENOUGH_DATA", Value::Null),
            false => (bands[(score * 5.0) as usize], json!(score)),
        };
        let data =
            json!({"overall_health_score": score, "status": status, "odometer_km": odometer_km, "components": []});
        self.say("health-service", "vehicle.health.computed", vehicle, minute, data);
    }

    fn trouble(&mut self, vehicle: &str, component: &str, number: usize, (minute, odometer_km): (i64, f64)) {
        let id = |prefix: &str| format!("{prefix}_{vehicle}_{number}");
        let severity = ["WARNING", "CRITICAL", "EMERGENCY"][self.dice.random_range(0..3)];
        let p50 = self.dice.random_range(50.0..3000.0_f64).round();
        let life = json!({"p05": (p50 / 4.0).round(), "p50": p50, "p95": p50 * 2.0});
        let life = if self.chance(0.8) { life } else { Value::Null };
        let made = json!({"decision_id": id("dec"), "component": component, "severity": severity, "urgency": "WITHIN_WEEK",
            "failure_mode": {"code": format!("{component}.fault"), "name": "Fault"}, "decision": {"code": "decision.repair"},
            "rul_km": life, "odometer_km": odometer_km, "estimated_cost": {"low": euro(9_000), "high": euro(40_000)}});
        if self.chance(0.9) {
            self.say("agent-service", "agent.decision.made", vehicle, minute, made);
        }
        for (later, data) in explanations::told_later(&mut self.dice, component, &id("dec")) {
            self.say("agent-service", "agent.decision.revised", vehicle, minute + later, data);
        }
        if self.chance(0.6) {
            let data = json!({"check_id": id("chk"), "decision_id": id("dec"), "component": component, "covered": self.chance(0.5)});
            self.say(
                "warranty-service",
                "warranty.coverage.checked",
                vehicle,
                minute + 1,
                data,
            );
        }
        let raised = json!({"alert_id": id("alert"), "decision_id": id("dec"), "component": component, "severity": severity,
            "title": {"code": "t"}});
        self.say("alert-service", "alert.created", vehicle, minute + 2, raised);
        if self.chance(0.7) {
            let wait = self.dice.random_range(1..900);
            let data = json!({"alert_id": id("alert"), "by": "usr_m"});
            self.say("alert-service", "alert.acknowledged", vehicle, minute + 2 + wait, data);
        }
        if self.chance(0.8) {
            self.visit(vehicle, component, &id, (minute + 10, odometer_km));
        }
        if self.chance(0.5) {
            let data = json!({"alert_id": id("alert"), "reason": "REPAIRED"});
            let minute = minute + self.dice.random_range(60..5000);
            self.say("alert-service", "alert.resolved", vehicle, minute, data);
        }
        if self.chance(0.1) {
            let at = begin() + Duration::minutes(minute + 3000);
            let data =
                json!({"component": component, "repaired_at": at.to_rfc3339(), "odometer_km": odometer_km + 77.0});
            self.say(
                "ingestion-service",
                "vehicle.repair.recorded",
                vehicle,
                minute + 3100,
                data,
            );
        }
    }

    fn visit(
        &mut self,
        vehicle: &str,
        component: &str,
        id: &dyn Fn(&str) -> String,
        (minute, odometer_km): (i64, f64),
    ) {
        let starts = minute + self.dice.random_range(300..3000);
        let at = |minute: i64| json!((begin() + Duration::minutes(minute)).to_rfc3339());
        let early = [json!(true), json!(false), Value::Null][self.dice.random_range(0..3)].clone();
        let plan = json!({"appointment_id": id("apt"), "component": component, "decision_id": id("dec"), "alert_id": id("alert"),
            "center_id": "c", "bay_id": "b", "technician_id": "t", "service_code": "s", "starts_at": at(starts), "ends_at": at(starts + 60),
            "booked_by": if self.chance(0.8) { "AUTO" } else { "USER" }, "why": {"code": "w"}, "starts_before_p05": early});
        self.say(
            "scheduling-service",
            "appointment.scheduled",
            vehicle,
            minute,
            plan.clone(),
        );
        if self.chance(0.2) {
            let mut moved = plan;
            moved["starts_before_p05"] = json!(true);
            self.say(
                "scheduling-service",
                "appointment.rescheduled",
                vehicle,
                minute + 20,
                moved,
            );
        }
        if self.chance(0.15) {
            let data = json!({"appointment_id": id("apt")});
            self.say(
                "scheduling-service",
                "appointment.cancelled",
                vehicle,
                minute + 30,
                data,
            );
            return;
        }
        self.work(vehicle, component, id, (starts, odometer_km));
    }

    fn work(&mut self, vehicle: &str, component: &str, id: &dyn Fn(&str) -> String, (starts, odometer_km): (i64, f64)) {
        let at = |minute: i64| json!((begin() + Duration::minutes(minute)).to_rfc3339());
        self.say(
            "scheduling-service",
            "appointment.started",
            vehicle,
            starts,
            json!({"appointment_id": id("apt")}),
        );
        if self.chance(0.15) {
            return;
        }
        let long = self.dice.random_range(30..700);
        let (verdict, action) = [
            ("CONFIRMED", "REPLACED"),
            ("NOT_FOUND", "NONE"),
            ("OTHER_CAUSE", "ADJUSTED"),
        ][self.dice.random_range(0..3)];
        let done = json!({"appointment_id": id("apt"), "decision_id": id("dec"), "completed_at": at(starts + long),
            "odometer_km": odometer_km + self.dice.random_range(0.0..4000.0_f64).round(), "cost": euro(self.dice.random_range(5_000..60_000)),
            "findings": [{"component": component, "verdict": verdict, "action": action}]});
        self.say(
            "scheduling-service",
            "appointment.completed",
            vehicle,
            starts + long + 3,
            done,
        );
        if self.chance(0.3) {
            let data = json!({"claim_id": id("claim"), "component": component, "amount": euro(20_000), "decision_id": id("dec")});
            self.say(
                "warranty-service",
                "warranty.claim.submitted",
                vehicle,
                starts + long + 900,
                data,
            );
        }
    }

    /// As an unreliable world tells it: in any order, some of it twice.
    pub(crate) fn unreliable(mut self) -> Vec<Told> {
        let twice: Vec<Told> = self
            .told
            .iter()
            .filter(|_| self.dice.random_bool(0.15))
            .cloned()
            .collect();
        self.told.extend(twice);
        self.told.shuffle(&mut self.dice);
        self.told
    }
}

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
