//! Runs that a person or a system asks for.

use chassis::Role;
use chassis::testing::token;
use serde_json::json;

use crate::app::{TENANT, TestApp, admin, data, now, weak_battery};

const PATH: &str = "/api/v1/agents/orchestrate";

#[tokio::test(flavor = "multi_thread")]
async fn a_person_gets_a_decision_on_what_was_seen() {
    let app = TestApp::start().await;
    app.register(TENANT, "V1", "DIESEL").await;
    let order = json!({
        "vehicle_id": "V1", "component": "brakes", "severity": "CRITICAL",
        "symptoms": ["brakes.fluid_low", "brakes.pedal.soft"], "absent_symptoms": ["brakes.pad_thin"],
        "dtcs": ["c0040"], "odometer_km": 120_500.0,
        "evidence": [{"signal": "Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.FluidLevel", "from": "2026-05-04T07:00:00Z",
            "to": "2026-05-04T07:30:00Z", "observed": 15.0, "expected": 90.0}],
    });
    let fleet_manager = token(TENANT, Role::FleetManager, "usr_fm", None);
    let answer = app.post(PATH, &fleet_manager, &order, None).await;
    assert_eq!(answer.status, 201, "{:#}", answer.body);
    assert_eq!(answer.body["failure_mode"]["code"], "brakes.hydraulic_leak");
    assert_eq!(
        (answer.body["severity"].as_str(), answer.body["agent_used"].as_str()),
        (Some("EMERGENCY"), Some("rules:brakes"))
    );
    assert!(answer.body["trigger_event_id"].as_str().unwrap().starts_with("run_"));
    let event = &app.decisions(1).await[0];
    assert_eq!(data(event)["decision_id"], answer.body["decision_id"]);
    app.stop().await;
}

/// Whoever read the codes out and found none knows more than whoever did not read them.
#[tokio::test(flavor = "multi_thread")]
async fn codes_that_were_read_and_not_found_are_evidence() {
    let app = TestApp::start().await;
    app.register(TENANT, "V1", "DIESEL").await;
    let mut absent = Vec::new();
    for read in [None, Some(false), Some(true)] {
        let order = json!({"vehicle_id": "V1", "component": "cooling", "symptoms": ["cooling.temperature_high"],
            "dtcs": [], "dtcs_read": read});
        let answer = app.post(PATH, &admin(), &order, None).await;
        assert_eq!(answer.status, 201, "{:#}", answer.body);
        let path = format!(
            "/api/v1/agents/decision/{}/steps",
            answer.body["decision_id"].as_str().unwrap()
        );
        let steps = app.get(&path, &admin()).await.body;
        let classify = &steps["items"][1]["output"];
        let codes = classify["symptoms_absent"].as_array().unwrap();
        absent.push(codes.contains(&json!("cooling.fan_circuit_code")));
    }
    assert_eq!(absent, [false, false, true]);
    // However a person writes a code of SAE J1939, it is the code that is meant.
    let order = json!({"vehicle_id": "V1", "component": "cooling", "dtcs": ["spn 110 fmi 0"]});
    let answer = app.post(PATH, &admin(), &order, None).await;
    let seen = answer.body["reasoning"].as_array().unwrap();
    assert!(
        seen.iter().any(|reason| reason["params"]["trouble_code"] == "SPN110-0"),
        "{seen:#?}"
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_idempotency_key_asks_for_the_same_run() {
    let app = TestApp::start().await;
    app.register(TENANT, "V1", "PETROL").await;
    let order = json!({"vehicle_id": "V1", "component": "tyres", "symptoms": ["tyres.pressure_low"]});
    let first = app.post(PATH, &admin(), &order, Some("k1")).await;
    let again = app.post(PATH, &admin(), &order, Some("k1")).await;
    let other = app.post(PATH, &admin(), &order, Some("k2")).await;
    assert_eq!((first.status, again.status, other.status), (201, 201, 201));
    assert_eq!(first.body, again.body);
    assert_eq!((first.replayed, again.replayed), (false, true));
    assert_ne!(
        first.body["decision_id"], other.body["decision_id"],
        "a run that was asked for is always decided"
    );
    assert_eq!(app.decisions(2).await.len(), 2);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finding_after_a_manual_run_is_covered_by_it() {
    let app = TestApp::start().await;
    app.register(TENANT, "V1", "PETROL").await;
    let order =
        json!({"vehicle_id": "V1", "component": "battery_12v", "symptoms": ["battery_12v.cranking_voltage_low"]});
    app.post(PATH, &admin(), &order, None).await;
    app.finding("component.degraded", TENANT, weak_battery("V1"), now())
        .await;
    app.settled().await;
    assert_eq!(app.decisions(1).await.len(), 1);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bad_orders_are_told_what_and_where() {
    let app = TestApp::start().await;
    app.register(TENANT, "V1", "PETROL").await;
    let order = |change: serde_json::Value| {
        let mut order = json!({"vehicle_id": "V1", "component": "brakes"});
        order
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        order
    };
    let many = vec!["brakes.pad_thin"; 101];
    for (body, status, place) in [
        (order(json!({"vehicle_id": "V404"})), 404, None),
        (order(json!({"component": "flux_capacitor"})), 422, Some("/component")),
        (order(json!({"severity": "BAD"})), 422, Some("/severity")),
        (
            order(json!({"symptoms": ["brakes.pad_thin", "cooling.leak"]})),
            422,
            Some("/symptoms/1"),
        ),
        (
            order(json!({"absent_symptoms": ["nonsense"]})),
            422,
            Some("/absent_symptoms/0"),
        ),
        (order(json!({"dtcs": ["C0040", "X9"]})), 422, Some("/dtcs/1")),
        (order(json!({"symptoms": many})), 422, Some("/symptoms")),
        (order(json!({"symptoms": "brakes.pad_thin"})), 422, Some("/symptoms")),
        (
            order(json!({"evidence": [{"signal": "S", "from": "yesterday", "to": "today", "observed": 1}]})),
            422,
            Some("/evidence/0/from"),
        ),
    ] {
        let answer = app.post(PATH, &admin(), &body, None).await;
        assert_eq!(
            (answer.status, answer.body["errors"][0]["path"].as_str()),
            (status, place),
            "{body} {:#}",
            answer.body
        );
    }
    assert!(app.runtime.all_published(crate::app::AGENT).await.is_empty());
    app.stop().await;
}
