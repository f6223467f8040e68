//! The demo: a history that the platform computes in simulated business time, interrupted once by `kill -9`, and never told twice.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::platform::{Place, eventually, full_size, report};

/// Somebody of the demo, signed in.
struct Person<'p> {
    place: &'p Place,
    token: String,
}

impl Person<'_> {
    async fn get(&self, service: &str, path: &str) -> Value {
        let request = reqwest::Client::new().get(format!("{}{path}", self.place.url(service)));
        let response = request.bearer_auth(&self.token).send().await.expect("answered");
        let (status, body) = (response.status(), response.text().await.expect("a body"));
        assert!(status.is_success(), "GET {service} {path} answered {status}: {body}");
        serde_json::from_str(&body).expect("JSON")
    }

    async fn list(&self, service: &str, path: &str) -> Vec<Value> {
        let (mut items, mut cursor) = (Vec::new(), String::new());
        loop {
            let separator = if path.contains('?') { '&' } else { '?' };
            let page = self.get(service, &format!("{path}{separator}limit=200{cursor}")).await;
            items.extend(page["items"].as_array().expect("items").iter().cloned());
            match page["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return items,
            }
        }
    }
}

async fn sign_in<'p>(place: &'p Place, username: &str) -> Person<'p> {
    let secret = std::fs::read_to_string(place.data_dir().join("demo.secret.json")).expect("the demo's people");
    let cast: Value = serde_json::from_str(&secret).expect("JSON");
    let mut logins = cast["people"]
        .as_array()
        .expect("people")
        .iter()
        .chain([&cast["admin"]]);
    let login = logins.find(|login| login["username"] == username).expect("a login");
    let body = json!({"tenant": "ten_demo", "username": username, "password": login["password"]});
    let answer = place.make("analytics", "/api/v1/auth/login", &body).await;
    Person {
        place,
        token: answer["access_token"].as_str().expect("a token").to_owned(),
    }
}

async fn history(place: &Place) -> Value {
    let addresses = std::fs::read_to_string(place.data_dir().join("addresses.json")).expect("addresses");
    let addresses: Value = serde_json::from_str(&addresses).expect("JSON");
    let url = format!(
        "{}/status/history.json",
        addresses["gateway"].as_str().expect("the gateway")
    );
    reqwest::get(url).await.expect("answered").json().await.expect("JSON")
}

async fn wait_for(place: &Place, share: f64) -> Value {
    let (started, deadline) = (
        Instant::now(),
        Duration::from_secs(if full_size() { 1_200 } else { 180 }),
    );
    loop {
        let history = history(place).await;
        if history["share"].as_f64().is_some_and(|told| told >= share) {
            return history;
        }
        assert!(
            started.elapsed() < deadline,
            "the history stands: {history}\n{}",
            place.log()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn time(item: &Value, field: &str) -> DateTime<Utc> {
    let text = item[field].as_str().unwrap_or_else(|| panic!("no {field} in {item}"));
    text.parse().expect("a time")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_is_computed_survives_a_kill_and_is_told_once() {
    let (place, begun) = (Place::with_demo(20, 30, 40), Utc::now());
    let running = place.start();
    wait_for(&place, 0.4).await;
    running.kill();
    let running = place.start();
    wait_for(&place, 1.0).await;
    let manager = sign_in(&place, "marco").await;
    let alerts = alerts_were_delivered(&manager, begun).await;
    visits_follow_alerts(&manager, begun).await;
    numbers_agree(&manager, alerts).await;
    let records = place_records(&place).await;
    running.kill();

    let running = place.start();
    let third = eventually("the present", async || {
        let history = history(&place).await;
        (history["state"] == "LIVE").then_some(history)
    })
    .await;
    assert_eq!(third["records"], 0, "a second start tells nothing again: {third}");
    // Whoever happens to be driving goes on live.
    let more = place_records(&place).await - records;
    assert!((0.0..600.0).contains(&more), "{more} records more");
    running.kill();
}

/// Each alert has its deliveries; what would have left the house was held back; some were acknowledged. Returns how many alerts there are.
async fn alerts_were_delivered(manager: &Person<'_>, begun: DateTime<Utc>) -> usize {
    let alerts = manager.list("alert", "/api/v1/alerts").await;
    assert!(alerts.len() >= 5, "{} alerts", alerts.len());
    let acknowledged = alerts.iter().filter(|alert| alert["acknowledged_at"].is_string());
    assert!(acknowledged.clone().count() >= 2, "{alerts:?}");
    let (mut in_app, mut held_back) = (0, 0);
    for alert in &alerts {
        assert!(time(alert, "raised_at") < begun + chrono::Duration::hours(1), "{alert}");
        let id = alert["alert_id"].as_str().expect("an id");
        let ledger = manager.get("alert", &format!("/api/v1/alerts/{id}/deliveries")).await;
        for delivery in ledger["items"].as_array().expect("deliveries") {
            match delivery["channel"].as_str() {
                Some("IN_APP") => in_app += 1,
                _ => {
                    let historic = time(alert, "raised_at") < begun;
                    assert!(!historic || delivery["status"] == "SUPPRESSED", "{delivery}");
                    held_back += u32::from(delivery["reason"] == "simulated");
                }
            }
        }
    }
    assert!(
        in_app >= alerts.len() / 2 && held_back >= 2,
        "{in_app} in the app, {held_back} held back"
    );
    alerts.len()
}

/// Visits were booked and done in business time, and what was found is what the simulated vehicles had.
async fn visits_follow_alerts(manager: &Person<'_>, begun: DateTime<Utc>) {
    let visits = manager.list("scheduling", "/api/v1/appointments").await;
    let done: Vec<&Value> = visits.iter().filter(|visit| visit["status"] == "COMPLETED").collect();
    assert!(done.len() >= 3, "{visits:?}");
    let mut ids: Vec<&str> = visits
        .iter()
        .filter_map(|visit| visit["appointment_id"].as_str())
        .collect();
    ids.dedup();
    assert_eq!(ids.len(), visits.len());
    for visit in &done {
        assert!(time(visit, "created_at") <= time(visit, "completed_at"), "{visit}");
        assert!(
            time(visit, "completed_at") < begun + chrono::Duration::hours(1),
            "{visit}"
        );
    }
    let with = |verdict: &str| {
        let is = |visit: &&&Value| visit["findings"][0]["verdict"] == verdict;
        done.iter().filter(is).count()
    };
    let (confirmed, other) = (with("CONFIRMED"), with("OTHER_CAUSE"));
    assert!(confirmed >= 1 && confirmed + other >= 2, "{done:?}");
}

/// What the dashboards say is what the services list.
async fn numbers_agree(manager: &Person<'_>, alerts: usize) {
    let fleet = manager.get("analytics", "/api/v1/dashboards/fleet").await;
    let vehicles = &fleet["fleet_summary"]["vehicles"];
    assert_eq!(vehicles.as_u64().or(vehicles["value"].as_u64()), Some(20), "{fleet}");
    let decisions = manager.list("agent", "/api/v1/agents/decisions").await;
    assert!(
        decisions.len() >= alerts,
        "{} decisions, {alerts} alerts",
        decisions.len()
    );
    let claims = manager.list("warranty", "/api/v1/claims").await;
    report(
        "demo_small",
        json!({"alerts": alerts, "decisions": decisions.len(), "claims": claims.len()}),
    );
}

/// Records that ingestion has stored; every hour's account closes and nothing of a simulated vehicle was refused.
async fn place_records(place: &Place) -> f64 {
    let admin = sign_in(place, "admin").await;
    let accounts = admin.get("ingestion", "/api/v1/conservation").await;
    assert_eq!(accounts["balanced"], true, "{accounts}");
    let hours = accounts["hours"].as_array().expect("hours");
    let sum = |field: &str| hours.iter().filter_map(|hour| hour[field].as_f64()).sum::<f64>();
    assert_eq!((sum("quarantined"), sum("rejected")), (0.0, 0.0), "{accounts}");
    sum("stored") + sum("pending")
}
