//! From a finding of health to a decision, and from the visit back to its score.

use chassis::testing::eventually;
use serde_json::json;

use crate::app::{TENANT, TestApp, admin, coolant_leak, data, degraded, hours, now, weak_battery};

#[tokio::test(flavor = "multi_thread")]
async fn a_finding_becomes_a_decision_with_reasons() {
    let app = TestApp::start().await;
    let trigger = app
        .finding("component.critical", TENANT, coolant_leak("V1"), now())
        .await;
    let decisions = app.decisions(1).await;
    let (event, decision) = (&decisions[0], data(&decisions[0]));
    assert_eq!(
        (event.tenant.as_str(), event.subject.as_deref(), event.time),
        (TENANT, Some("V1"), now())
    );
    assert_eq!(decision["trigger_event_id"], json!(trigger));
    assert_eq!(decision["failure_mode"]["code"], "cooling.leak");
    assert_eq!(decision["severity"], "EMERGENCY");
    assert_eq!(decision["urgency"], "IMMEDIATE");
    assert_eq!(decision["safety_warning"]["code"], "safety.stop.overheating");
    assert_eq!(decision["agent_used"], "rules:cooling");
    assert_eq!(decision["llm_model_used"], json!(null));
    assert_eq!(decision["required_skill"], "cooling");
    assert_eq!(decision["odometer_km"], json!(84_210.4));
    assert_eq!(decision["rul_km"]["p50"], json!(60.0));
    let cited: Vec<&str> = decision["reasoning"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|r| r["evidence"]["signal"].as_str())
        .collect();
    assert!(cited.contains(&"Vehicle.OBD.EngineCoolantLevel"), "{cited:?}");
    app.stop().await;
}

/// Codes that were read out and are not there are evidence; codes that nobody read are not. Another component's code counts as read.
#[tokio::test(flavor = "multi_thread")]
async fn trouble_codes_that_were_read_and_not_found_speak() {
    let app = TestApp::start().await;
    let fan = "cooling.fan_circuit_code";
    for (vehicle, read, others, absent) in [
        ("V1", json!(true), json!([]), true),
        ("V2", json!(false), json!(["U0100"]), false),
        ("V3", json!(null), json!([]), false),
        ("V4", json!(true), json!(["P0562", "P0691"]), false),
    ] {
        let mut finding = coolant_leak(vehicle);
        (finding["dtcs_read"], finding["other_dtcs"]) = (read, others);
        app.finding("component.critical", TENANT, finding, now()).await;
        app.settled().await;
        let listed = app
            .get(&format!("/api/v1/agents/decisions/{vehicle}"), &admin())
            .await
            .body;
        let path = format!(
            "/api/v1/agents/decision/{}/steps",
            listed["items"][0]["decision_id"].as_str().unwrap()
        );
        let steps = app.get(&path, &admin()).await.body;
        let classify = steps["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|step| step["step"] == "classify")
            .unwrap()
            .clone();
        let named = |list: &str| classify["output"][list].as_array().unwrap().contains(&json!(fan));
        assert_eq!(named("symptoms_absent"), absent, "{vehicle}: {classify:#}");
        assert_eq!(
            named("symptoms_present"),
            vehicle == "V4",
            "P0691 is a code of the fan's circuit"
        );
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_powertrain_of_the_registry_decides_which_faults_are_possible() {
    let app = TestApp::start().await;
    app.register(TENANT, "V1", "PETROL").await;
    let mut finding = degraded("V1", "aftertreatment");
    finding["dtcs"] = json!(["P2002", "P0420"]);
    app.finding("component.degraded", TENANT, finding, now()).await;
    let decisions = app.decisions(1).await;
    let decision = decisions
        .iter()
        .map(data)
        .find(|decision| decision["component"] == "aftertreatment")
        .unwrap();
    assert_eq!(decision["failure_mode"]["code"], "aftertreatment.catalyst_aged");
    let dpf = |mode: &serde_json::Value| mode["code"] == "aftertreatment.dpf_clogged";
    assert!(
        !decision["alternatives"].as_array().unwrap().iter().any(dpf),
        "a petrol car has no diesel filter"
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn repeats_are_linked_and_a_worse_finding_decides_anew() {
    let app = TestApp::start().await;
    app.finding("component.degraded", TENANT, weak_battery("V1"), now())
        .await;
    app.finding("component.degraded", TENANT, weak_battery("V1"), hours(2))
        .await;
    app.finding("component.critical", TENANT, weak_battery("V1"), hours(3))
        .await;
    app.finding("component.degraded", TENANT, weak_battery("V1"), hours(4))
        .await;
    app.settled().await;
    let made = app.decisions(2).await;
    let severities: Vec<_> = made
        .iter()
        .map(|event| data(event)["severity"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(severities, ["WARNING", "CRITICAL"]);
    let listed = app.get("/api/v1/agents/decisions/V1", &admin()).await.body;
    let statuses: Vec<_> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| (item["status"].clone(), item["repeats"].clone()))
        .collect();
    assert_eq!(statuses, [(json!("OPEN"), json!(1)), (json!("SUPERSEDED"), json!(1))]);
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_past_is_decided_quietly_and_does_not_silence_the_present() {
    let app = TestApp::start().await;
    app.historical_finding("component.degraded", degraded("V1", "tyres"), hours(-2))
        .await;
    let first = app.decisions(1).await;
    assert!(first[0].historical);
    assert_eq!(data(&first[0])["review_required"], json!(false));
    app.finding("component.degraded", TENANT, degraded("V1", "tyres"), now())
        .await;
    let both = app.decisions(2).await;
    assert_eq!(both.iter().filter(|event| !event.historical).count(), 1);
    let reviews = app.get("/api/v1/agents/reviews", &admin()).await.body;
    assert_eq!(
        reviews["items"].as_array().unwrap().len(),
        1,
        "only the present one asks for a look"
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_warranty_answer_is_attached_and_told_once() {
    let app = TestApp::start().await;
    app.finding("component.critical", TENANT, coolant_leak("V1"), now())
        .await;
    let decision_id = data(&app.decisions(1).await[0])["decision_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let check = json!({"check_id": "chk_1", "decision_id": decision_id, "vehicle_id": "V1", "component": "cooling",
        "failure_mode": "cooling.leak", "covered": true, "coverage_id": "cov_1",
        "reason": {"code": "warranty.covered", "params": {"expires_km": 100_000}, "text": "Covered."}});
    for _ in 0..2 {
        app.warranty
            .deliver("warranty.coverage.checked", TENANT, "V1", hours(1), check.clone())
            .await;
    }
    let revised = data(&app.revisions(1).await[0]);
    assert_eq!(
        (&revised["decision_id"], &revised["revision"]),
        (&json!(decision_id), &json!(1))
    );
    assert_eq!(revised["warranty"]["covered"], json!(true));
    app.settled().await;
    assert_eq!(app.revisions(1).await.len(), 1);
    let shown = app
        .get(&format!("/api/v1/agents/decision/{decision_id}"), &admin())
        .await
        .body;
    assert_eq!(shown["warranty"]["reason"]["params"]["expires_km"], json!(100_000.0));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finished_visit_scores_the_decision_and_closes_it() {
    let app = TestApp::start().await;
    app.finding("component.critical", TENANT, coolant_leak("V1"), now())
        .await;
    app.finding("component.degraded", TENANT, weak_battery("V1"), now())
        .await;
    let decisions = app.decisions(2).await;
    let cooling = decisions
        .iter()
        .map(data)
        .find(|decision| decision["component"] == "cooling")
        .unwrap();
    let visit = json!({"appointment_id": "apt_1", "vehicle_id": "V1", "decision_id": cooling["decision_id"],
    "technician_id": "usr_t", "completed_at": "2026-05-05T08:00:00Z", "cost": {"amount_minor": 41_500, "currency": "EUR"},
    "findings": [
        {"component": "cooling", "failure_mode": "cooling.leak", "verdict": "CONFIRMED", "action": "REPAIRED", "parts": []},
        {"component": "battery_12v", "verdict": "NOT_FOUND", "action": "NONE", "parts": []},
        {"component": "lubrication", "verdict": "CONFIRMED", "action": "NONE", "parts": []},
        {"component": "a_component_of_the_future", "verdict": "SOMETHING", "action": "NONE", "parts": []},
    ]});
    app.scheduling
        .deliver("appointment.completed", TENANT, "V1", hours(24), visit)
        .await;
    let verdicts: Vec<_> = app
        .revisions(2)
        .await
        .iter()
        .map(|event| data(event)["outcome"]["verdict"].clone())
        .collect();
    assert_eq!(verdicts, [json!("CONFIRMED"), json!("NOT_FOUND")]);
    let status = app.get("/api/v1/agents/status", &admin()).await.body;
    assert_eq!(status["accuracy"], json!(0.5));
    assert_eq!(status["knowledge_base"]["components"], json!(11));
    // After the repair a new finding is a new case.
    app.finding("component.degraded", TENANT, coolant_leak("V1"), hours(26))
        .await;
    eventually("the new case", || async {
        let listed = app
            .get("/api/v1/agents/decisions?component=cooling", &admin())
            .await
            .body;
        (listed["items"].as_array().unwrap().len() == 2).then_some(())
    })
    .await;
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_is_found_by_its_vehicle_where_it_names_no_decision() {
    let app = TestApp::start().await;
    app.finding("component.degraded", TENANT, weak_battery("V1"), now())
        .await;
    app.decisions(1).await;
    let visit = json!({"appointment_id": "apt_2", "vehicle_id": "V1", "findings": [
        {"component": "battery_12v", "failure_mode": "battery_12v.parasitic_drain", "verdict": "CONFIRMED", "action": "REPAIRED"}]});
    app.scheduling
        .deliver("appointment.completed", TENANT, "V1", hours(5), visit)
        .await;
    let revised = data(&app.revisions(1).await[0]);
    assert_eq!(
        revised["outcome"]["verdict"], "OTHER_CAUSE",
        "another failure mode than the decided one was confirmed"
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_component_that_is_well_again_withdraws_what_was_decided_before() {
    let app = TestApp::start().await;
    app.finding("component.degraded", TENANT, weak_battery("V1"), now())
        .await;
    app.finding("component.critical", TENANT, coolant_leak("V1"), now())
        .await;
    let decisions = app.decisions(2).await;
    let battery = decisions
        .iter()
        .map(data)
        .find(|decision| decision["component"] == "battery_12v");
    let reviews = || async {
        app.get("/api/v1/agents/reviews?status=OPEN", &admin()).await.body["items"]
            .as_array()
            .unwrap()
            .len()
    };
    let waiting = reviews().await;
    let recovered = |since| {
        json!({"vehicle_id": "V1", "component": "battery_12v", "health_score": 0.93, "status": "EXCELLENT",
        "since": since, "odometer_km": 84_500.0, "confidence": 0.9, "reason": "TELEMETRY"})
    };
    // Well before the finding: that says nothing about it.
    app.finding("component.recovered", TENANT, recovered(hours(-2)), hours(1))
        .await;
    for _ in 0..2 {
        app.finding("component.recovered", TENANT, recovered(hours(30)), hours(102))
            .await;
    }
    let revisions = app.revisions(1).await;
    app.settled().await;
    assert_eq!(app.revisions(1).await.len(), 1, "told once");
    chassis::testing::contracts::validate_event(&revisions[0]);
    let told = data(&revisions[0]);
    assert_eq!(told["decision_id"], battery.unwrap()["decision_id"]);
    assert_eq!(
        told["recovery"],
        json!({"since": chassis::rfc3339(hours(30)), "repaired": false})
    );
    assert_eq!(told["what"]["code"], "decision.revised.recovered");
    let listed = app.get("/api/v1/agents/decisions/V1", &admin()).await.body;
    let status = |component: &str| {
        let items = listed["items"].as_array().unwrap();
        items.iter().find(|item| item["component"] == component).unwrap()["status"].clone()
    };
    assert_eq!(
        (status("battery_12v"), status("cooling")),
        (json!("RECOVERED"), json!("OPEN"))
    );
    assert!(
        reviews().await < waiting || waiting == 0,
        "nobody's word on it is waited for"
    );
    // What is found later is a new case.
    app.finding("component.degraded", TENANT, weak_battery("V1"), hours(110))
        .await;
    app.decisions(3).await;
    app.stop().await;
}
