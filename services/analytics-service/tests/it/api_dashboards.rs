//! Dashboards and metrics: each role's screen, and that every number says how it was computed.

use crate::app::{By, TestApp, text};
use crate::events_fleet::{FLEET, Producers, chain};
use chassis::Role;
use chassis::identity::Tokens;
use chassis::testing::{BOOTSTRAP_KEY, sources, token};
use serde_json::{Value, json};

async fn filled() -> TestApp {
    let app = TestApp::start().await;
    let producers = Producers::of(&app).await;
    chain(&producers, "V1", 9).await;
    chain(&producers, "V2", 7).await;
    let delivered = json!({"alert_id": "alert_V2", "delivery_id": "dlv_1", "channel": "IN_APP", "status": "SENT"});
    producers
        .say("alert-service", "alert.delivered", "V2", 30, delivered)
        .await;
    let claim = json!({"claim_id": "claim_1", "amount": {"amount_minor": 900, "currency": "EUR"}});
    producers
        .say("warranty-service", "warranty.claim.submitted", "V1", 70, claim)
        .await;
    app.until(FLEET, By::Key(BOOTSTRAP_KEY), "both chains", |_, body| {
        body["cost_metrics"]["completed_visits"] == 1
            && body["fleet_summary"]["with_visit"] == 1
            && body["fleet_summary"]["with_open_alerts"] == 1
            && body["action_list"][0]["vehicle_id"] == "V2"
    })
    .await;
    app
}

#[tokio::test]
async fn what_is_due_today_is_counted_by_vehicle() {
    let app = filled().await;
    let (_, body) = app.get(FLEET, By::Key(BOOTSTRAP_KEY)).await;
    let due: std::collections::BTreeSet<&str> = body["action_list"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|action| {
            action["next_visit"].is_null() && ["IMMEDIATE", "WITHIN_24H"].contains(&action["urgency"].as_str().unwrap())
        })
        .map(|action| action["vehicle_id"].as_str().unwrap())
        .collect();
    assert_eq!(body["due_today"], due.len(), "{body}");
    app.service.stop().await;
}

/// A hundred and twenty decisions about brakes, which are dear to wait with, and three about tyres of one depot, which are not.
async fn with_more_than_a_list_holds() -> TestApp {
    let app = TestApp::start().await;
    let producers = Producers::of(&app).await;
    let tyres = (0..3).map(|number| (format!("Tyre-{number}"), "tyres", "WARNING", "dep_south"));
    let brakes = (0..120).map(|number| (format!("Brake-{number}"), "brakes", "EMERGENCY", "dep_north"));
    for (vehicle, component, severity, depot) in tyres.chain(brakes) {
        let registered = json!({"status": "ACTIVE", "depot_id": depot});
        producers
            .say("ingestion-service", "vehicle.registered", &vehicle, 0, registered)
            .await;
        let decided = json!({"decision_id": format!("dec_{vehicle}"), "component": component, "severity": severity});
        producers
            .say("agent-service", "agent.decision.made", &vehicle, 5, decided)
            .await;
    }
    let all = |_: u16, body: &Value| body["actions_total"] == 123 && body["fleet_summary"]["vehicles"] == 123;
    app.until(FLEET, By::Key(BOOTSTRAP_KEY), "all decisions", all).await;
    app
}

#[tokio::test]
async fn what_the_list_does_not_hold_is_found_by_what_it_is_about() {
    let app = with_more_than_a_list_holds().await;
    let (_, dashboard) = app.get(FLEET, By::Key(BOOTSTRAP_KEY)).await;
    let listed = dashboard["action_list"].as_array().unwrap();
    assert_eq!(listed.len(), 100);
    assert!(listed.iter().all(|action| action["component"] == "brakes"));
    let choices = json!({"components": {"brakes": 120, "tyres": 3}, "severities": {"EMERGENCY": 120, "WARNING": 3},
        "depots": {"dep_north": 120, "dep_south": 3}});
    assert_eq!(dashboard["action_choices"], choices);
    for (query, total) in [
        ("", 123),
        ("component=tyres", 3),
        ("severity=WARNING", 3),
        ("depot_id=dep_south", 3),
        ("vehicle=tyre-", 3),
        ("vehicle=TYRE-1&component=tyres", 1),
        ("component=tyres&severity=EMERGENCY", 0),
        ("component=%25", 0),
    ] {
        let path = format!("{FLEET}/actions?{query}");
        let (status, body) = app.get(&path, By::Key(BOOTSTRAP_KEY)).await;
        assert_eq!(
            (status, &body["actions_total"]),
            (200, &json!(total)),
            "{query}: {body}"
        );
        assert_eq!(body["action_list"].as_array().unwrap().len(), total.min(100), "{query}");
        assert_eq!(body["action_choices"], choices, "{query}: whatever is asked for");
    }
    for query in ["severity=terrible", "colour=red"] {
        let (status, body) = app
            .get(&format!("{FLEET}/actions?{query}"), By::Key(BOOTSTRAP_KEY))
            .await;
        assert_eq!(status, 400, "{query}: {body}");
    }
    app.service.stop().await;
}

/// Every number of an answer that neither has a method itself nor stands below something that has.
fn unexplained(path: &str, value: &Value, method: &Value, found: &mut Vec<String>) {
    let explained = method.get(path).is_some();
    match value {
        _ if explained => {}
        Value::Number(_) => found.push(path.to_owned()),
        Value::Object(members) => {
            for (name, member) in members.iter().filter(|(name, _)| *name != "method") {
                let path = if path.is_empty() {
                    name.clone()
                } else {
                    format!("{path}.{name}")
                };
                unexplained(&path, member, method, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| unexplained(path, item, method, found)),
        _ => {}
    }
}

#[tokio::test]
async fn every_number_says_how_it_was_computed() {
    let app = filled().await;
    for path in [
        "dashboards/fleet",
        "dashboards/fleet/actions",
        "dashboards/executive",
        "dashboards/technician/tech_1",
        "metrics/fleet-health",
        "metrics/alert-stats",
        "metrics/warranty-stats",
    ] {
        let (status, body) = app.get(&format!("/api/v1/{path}"), By::Key(BOOTSTRAP_KEY)).await;
        assert_eq!(status, 200, "{path}: {body}");
        let mut found = Vec::new();
        unexplained("", &body, &body["method"], &mut found);
        assert_eq!(found, Vec::<String>::new(), "{path}");
        let named = body["method"].as_object().unwrap().keys();
        for member in named {
            let mut at = &body;
            for part in member.split('.') {
                at = at
                    .get(part)
                    .unwrap_or_else(|| panic!("{path} explains {member}, which it does not have"));
            }
        }
    }
}

#[tokio::test]
async fn the_distribution_adds_up_and_metrics_agree() {
    let app = filled().await;
    let (_, health) = app.get("/api/v1/metrics/fleet-health", By::Key(BOOTSTRAP_KEY)).await;
    let counts = health["health_distribution"].as_object().unwrap();
    let sum: u64 = counts.values().map(|count| count.as_u64().unwrap()).sum();
    assert_eq!((sum, counts.len()), (2, 6));
    assert_eq!(health["fleet_summary"]["vehicles"], 2);
    assert_eq!(
        health["worst_components"],
        json!([{"component": "cooling", "vehicles": 2, "lowest_score": 0.1}])
    );
    let (_, alerts) = app.get("/api/v1/metrics/alert-stats", By::Key(BOOTSTRAP_KEY)).await;
    let stats = &alerts["alert_stats"];
    assert_eq!(stats["acknowledged"], 2);
    assert_eq!(stats["mean_acknowledge_s"], 300.0);
    let done = |_: u16, body: &Value| {
        body["alert_stats"]["deliveries"] == json!([{"of": "IN_APP", "state": "SENT", "count": 1}])
    };
    app.until(
        "/api/v1/metrics/alert-stats",
        By::Key(BOOTSTRAP_KEY),
        "the delivery",
        done,
    )
    .await;
    let done = |_: u16, body: &Value| {
        let stats = &body["warranty_stats"];
        stats["checks_covered"] == 2 && stats["claims"] == 1 && stats["claimed"][0]["amount_minor"] == 900
    };
    app.until(
        "/api/v1/metrics/warranty-stats",
        By::Key(BOOTSTRAP_KEY),
        "check and claim",
        done,
    )
    .await;
    let (_, executive) = app.get("/api/v1/dashboards/executive", By::Key(BOOTSTRAP_KEY)).await;
    assert_eq!(
        executive["visit_stats"]["by_state"],
        json!({"COMPLETED": 1, "SCHEDULED": 1})
    );
    assert_eq!(executive["visit_stats"]["automatic_before_p05"], 2);
}

#[tokio::test]
async fn an_owner_sees_what_is_theirs_by_registry_and_by_right() {
    let app = filled().await;
    let admin = token("default", Role::Admin, "usr_admin", None);
    let producers = Producers::of(&app).await;
    let body = json!({"username": "olga", "role": "OWNER", "vehicle_ids": ["V2"]});
    let (_, created) = app.post("/api/v1/users", By::Token(&admin), body).await;
    let olga = text(&created["user"]["user_id"]);
    producers
        .say(
            "ingestion-service",
            "vehicle.registered",
            "V3",
            0,
            json!({"owner_id": olga, "status": "ACTIVE"}),
        )
        .await;
    let path = format!("/api/v1/dashboards/owner/{olga}");
    let as_olga = token("default", Role::Owner, &olga, Some(&["V2"]));
    let body = app
        .until(&path, By::Token(&as_olga), "both vehicles", |_, body| {
            body["vehicles"].as_array().is_some_and(|v| v.len() == 2)
        })
        .await;
    assert_eq!(body["vehicles"][0]["vehicle_id"], "V2", "the worst first");
    assert_eq!(body["vehicles"][0]["actions"][0]["component"], "cooling");
    assert_eq!(body["vehicles"][0]["next_visit"]["appointment_id"], "apt_V2");
    assert_eq!(body["vehicles"][1]["vehicle_id"], "V3");
    let (_, signed_in) = app
        .login("default", "olga", &text(&created["generated_password"]))
        .await;
    let principal = tokens().verify(&text(&signed_in["access_token"])).unwrap();
    assert_eq!(
        principal.vehicle_ids,
        Some(vec!["V2".to_owned(), "V3".to_owned()]),
        "the token says both"
    );
    let as_manager = token("default", Role::FleetManager, "usr_m", None);
    assert_eq!(app.get(&path, By::Token(&as_manager)).await.0, 200);
}

/// Reads tokens as any service does.
fn tokens() -> Tokens {
    let config: analytics_service::Config = chassis::config::load(&analytics_service::DEFINITION, &sources()).unwrap();
    Tokens::new(&config.base.auth).unwrap()
}

#[tokio::test]
async fn a_technician_sees_jobs_and_why() {
    let app = filled().await;
    let as_technician = token("default", Role::Technician, "tech_1", None);
    let (status, body) = app
        .get("/api/v1/dashboards/technician/tech_1", By::Token(&as_technician))
        .await;
    assert_eq!(status, 200);
    let job = body["jobs"]
        .as_array()
        .unwrap()
        .iter()
        .find(|job| job["vehicle_id"] == "V2")
        .expect("the open job");
    assert_eq!(
        (&job["state"], &job["component"], &job["severity"]),
        (&json!("SCHEDULED"), &json!("cooling"), &json!("CRITICAL"))
    );
    assert!(job["why"]["code"].is_string() && job["decision"]["code"].is_string());
}
