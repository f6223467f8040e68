//! The whole chain: a vehicle's coolant leaks, and in the end it is repaired, the alert resolved and everything on record.

use chrono::{Duration, Utc};
use fleetsim::drive::{AtPresent, DriveOptions, FaultKind, control, drive};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::platform::{KEY, Place, eventually, seed_workshops};
use crate::servers::Servers;
use crate::seven::{Doors, Seven};

#[tokio::test(flavor = "multi_thread")]
async fn from_telemetry_to_a_repaired_vehicle() {
    let place = Place::new();
    let running = place.start();
    chain(&place).await;
    running.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn from_telemetry_to_a_repaired_vehicle_on_postgres_and_redis() {
    let servers = Servers::start();
    let place = Place::on(&servers);
    let running = place.start();
    chain(&place).await;
    running.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn from_telemetry_to_a_repaired_vehicle_on_postgres_and_a_redis_cluster() {
    let servers = Servers::start_cluster();
    let place = Place::on(&servers);
    let running = place.start();
    chain(&place).await;
    running.kill();
}

#[tokio::test(flavor = "multi_thread")]
async fn from_telemetry_to_a_repaired_vehicle_with_each_service_alone() {
    let servers = Servers::start();
    let mut place = Place::new();
    place.set("CARVROOOM_ADMIN_PASSWORD", "a password for the tests");
    let _seven = Seven::start(&place, &servers, &Doors::of(&servers), |_| 1).await;
    chain(&place).await;
}

async fn chain(place: &Place) {
    seed_workshops(place).await;
    let options = DriveOptions {
        vehicles: 3,
        failures: vec![(FaultKind::CoolantLeak, 1)],
        seed: 7,
        at_present: AtPresent::Stop,
        sample_s: 10,
        ..DriveOptions::new(&place.url("ingestion"), KEY, Utc::now() - Duration::hours(20))
    };
    let (_handle, simulation) = control(CancellationToken::new());
    let driven = drive(options, simulation).await.expect("the fleet drove");
    assert!(driven.failures >= 1, "{driven:?}");

    let alert = eventually("a critical alert of the leaking vehicle", async || {
        let alerts = place.list("alert", "/api/v1/alerts").await;
        alerts.into_iter().find(|alert| {
            let grave = ["CRITICAL", "EMERGENCY"].contains(&alert["severity"].as_str().unwrap_or(""));
            grave && alert["component"] == "cooling"
        })
    })
    .await;
    let vehicle = alert["vehicle_id"].as_str().expect("a vehicle").to_owned();
    let visit = eventually("a booked visit", async || {
        let visits = place
            .list("scheduling", &format!("/api/v1/appointments?vehicle_id={vehicle}"))
            .await;
        visits
            .into_iter()
            .find(|visit| visit["alert_id"] == alert["alert_id"] && visit["status"] == "SCHEDULED")
    })
    .await;
    let decision_id = alert["decision_id"].as_str().expect("a decision");
    let decision = eventually("the warranty's answer on the decision", async || {
        let decision = place
            .get("agent", &format!("/api/v1/agents/decision/{decision_id}"))
            .await;
        decision["warranty"]["reason"]["text"].is_string().then_some(decision)
    })
    .await;
    assert_eq!(decision["llm_model_used"], Value::Null);
    let before = component(place, &vehicle).await;
    assert!(before["health_score"].as_f64().expect("a score") < 0.3, "{before}");

    look_at(place, decision_id, &visit).await;
    repair(place, &visit).await;
    eventually("the component's reset", async || {
        (component(place, &vehicle).await["health_score"].as_f64()? > 0.6).then_some(())
    })
    .await;
    eventually("the alert's end", async || {
        let alert = place
            .get("alert", &format!("/api/v1/alerts/{}", alert["alert_id"].as_str()?))
            .await;
        (alert["status"] == "RESOLVED").then_some(())
    })
    .await;
    audited(place, &vehicle).await;
}

async fn component(place: &Place, vehicle: &str) -> Value {
    place
        .get("health", &format!("/api/v1/health/{vehicle}/component/cooling"))
        .await
}

/// Where the decision waits for a person, its visit is provisional and no work begins; one approves, and the visit is confirmed.
async fn look_at(place: &Place, decision_id: &str, visit: &Value) {
    if visit["provisional"] != true {
        return;
    }
    let path = format!(
        "/api/v1/appointments/{}",
        visit["appointment_id"].as_str().expect("an id")
    );
    let reviews = place.list("agent", "/api/v1/agents/reviews?status=OPEN").await;
    let of_decision = |review: &&Value| review["decision_id"] == decision_id;
    let review = reviews
        .iter()
        .find(of_decision)
        .expect("what holds a visit is to be looked at");
    let review_id = review["review_id"].as_str().expect("an id");
    let verdict = json!({"verdict": "APPROVE", "reason": "The level is low."});
    place
        .make("agent", &format!("/api/v1/agents/reviews/{review_id}"), &verdict)
        .await;
    eventually("a confirmed visit", async || {
        (place.get("scheduling", &path).await["provisional"] == false).then_some(())
    })
    .await;
}

async fn repair(place: &Place, visit: &Value) {
    let id = visit["appointment_id"].as_str().expect("an id");
    place
        .make("scheduling", &format!("/api/v1/appointments/{id}/start"), &json!({}))
        .await;
    let report = json!({"findings": [{"component": "cooling", "verdict": "CONFIRMED", "action": "REPLACED"}], "cost": {"amount_minor": 41500, "currency": "EUR"}});
    place
        .make("scheduling", &format!("/api/v1/appointments/{id}/complete"), &report)
        .await;
}

/// The audit log holds every link of the chain, and the fleet's numbers are made from it.
async fn audited(place: &Place, vehicle: &str) {
    let links = [
        "vehicle.registered",
        "component.critical",
        "agent.decision.made",
        "warranty.coverage.checked",
        "alert.created",
        "appointment.scheduled",
        "technician.assigned",
        "appointment.completed",
        "alert.resolved",
    ];
    eventually("the chain in the audit log", async || {
        let entries = place.list("analytics", "/api/v1/audit/logs").await;
        let types: Vec<&str> = entries.iter().filter_map(|entry| entry["type"].as_str()).collect();
        links.iter().all(|link| types.contains(link)).then_some(())
    })
    .await;
    let dashboard = place.get("analytics", "/api/v1/dashboards/fleet").await;
    assert_eq!(
        dashboard["fleet_summary"]["vehicles"]
            .as_u64()
            .or(dashboard["fleet_summary"]["vehicles"]["value"].as_u64()),
        Some(3),
        "{dashboard}"
    );
    let own = place.get("analytics", "/api/v1/audit/logs?type=alert.created").await;
    assert!(
        own["items"]
            .as_array()
            .is_some_and(|items| items.iter().any(|item| item.to_string().contains(vehicle))),
        "{own}"
    );
}
