//! The whole chain: a vehicle's coolant leaks, and in the end it is repaired, the alert resolved and everything on record.

use chrono::{Duration, Utc};
use fleetsim::drive::{AtPresent, DriveOptions, FaultKind, control, drive};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use crate::platform::{KEY, Place, eventually, seed_workshops};

#[tokio::test(flavor = "multi_thread")]
async fn from_telemetry_to_a_repaired_vehicle() {
    let place = Place::new();
    let running = place.start();
    seed_workshops(&place).await;
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

    let alert = eventually("a critical alert", async || {
        let alerts = place.list("alert", "/api/v1/alerts").await;
        alerts
            .into_iter()
            .find(|alert| ["CRITICAL", "EMERGENCY"].contains(&alert["severity"].as_str().unwrap_or("")))
    })
    .await;
    let vehicle = alert["vehicle_id"].as_str().expect("a vehicle").to_owned();
    assert_eq!(alert["component"], "cooling", "{alert}");
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
    let before = component(&place, &vehicle).await;
    assert!(before["health_score"].as_f64().expect("a score") < 0.3, "{before}");

    repair(&place, &visit).await;
    eventually("the component's reset", async || {
        (component(&place, &vehicle).await["health_score"].as_f64()? > 0.6).then_some(())
    })
    .await;
    eventually("the alert's end", async || {
        let alert = place
            .get("alert", &format!("/api/v1/alerts/{}", alert["alert_id"].as_str()?))
            .await;
        (alert["status"] == "RESOLVED").then_some(())
    })
    .await;
    audited(&place, &vehicle).await;
    running.kill();
}

async fn component(place: &Place, vehicle: &str) -> Value {
    place
        .get("health", &format!("/api/v1/health/{vehicle}/component/cooling"))
        .await
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
