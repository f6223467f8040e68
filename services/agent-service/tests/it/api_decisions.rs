//! Lists of decisions, one decision, its steps, feedback, and who may see them.

use chassis::Role;
use chassis::testing::{BOOTSTRAP_KEY, token};
use serde_json::{Value, json};

use crate::app::{TENANT, TestApp, admin, coolant_leak, data, hours, now, weak_battery};

async fn decided(app: &TestApp) -> Value {
    app.finding("component.critical", TENANT, coolant_leak("V1"), now())
        .await;
    data(&app.decisions(1).await[0])
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_shown_with_the_fields_of_the_contract() {
    let app = TestApp::start().await;
    let id = decided(&app).await["decision_id"].as_str().unwrap().to_owned();
    let shown = app.get(&format!("/api/v1/agents/decision/{id}"), &admin()).await;
    assert_eq!(shown.status, 200);
    for field in [
        "decision_id",
        "agent_used",
        "decision",
        "severity",
        "confidence",
        "reasoning",
        "recommended_actions",
        "estimated_cost",
        "urgency",
        "llm_model_used",
        "failure_mode",
        "alternatives",
        "safety_warning",
        "status",
    ] {
        assert!(
            shown.body.get(field).is_some(),
            "{field} is missing in {:#}",
            shown.body
        );
    }
    assert_eq!(
        shown.body["estimated_cost"]["low"],
        json!({"amount_minor": 12_000, "currency": "EUR"})
    );
    let steps = app
        .get(&format!("/api/v1/agents/decision/{id}/steps"), &admin())
        .await
        .body;
    let names: Vec<_> = steps["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|step| step["step"].clone())
        .collect();
    assert_eq!(
        json!(names),
        json!([
            "receive",
            "classify",
            "route",
            "analyse",
            "aggregate",
            "decide",
            "publish"
        ])
    );
    assert_eq!(steps["items"][2]["output"]["workers"], json!(["cooling"]));
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_404_and_what_means_nothing_is_422() {
    let app = TestApp::start().await;
    let id = decided(&app).await["decision_id"].as_str().unwrap().to_owned();
    let feedback = json!({"verdict": "CONFIRMED"});
    for path in [
        "/api/v1/agents/decision/dec_none",
        "/api/v1/agents/decision/dec_none/steps",
    ] {
        let answer = app.get(path, &admin()).await;
        assert_eq!(
            (answer.status, answer.body["code"].as_str()),
            (404, Some("decision.not_found")),
            "{path}"
        );
    }
    let answer = app
        .post("/api/v1/agents/decision/dec_none/feedback", &admin(), &feedback, None)
        .await;
    assert_eq!(answer.status, 404);
    for query in ["component=flux_capacitor", "severity=BAD"] {
        let answer = app.get(&format!("/api/v1/agents/decisions?{query}"), &admin()).await;
        assert_eq!(
            (answer.status, answer.body["errors"][0]["code"].as_str()),
            (422, Some("unknown")),
            "{query}"
        );
    }
    for cursor in ["zz", "00ff", "6162"] {
        let answer = app
            .get(&format!("/api/v1/agents/decisions?cursor={cursor}"), &admin())
            .await;
        assert_eq!(
            (answer.status, answer.body["code"].as_str()),
            (400, Some("request.cursor")),
            "{cursor}"
        );
    }
    let path = format!("/api/v1/agents/decision/{id}/feedback");
    for (body, place) in [
        (json!({"verdict": "MAYBE"}), "/verdict"),
        (
            json!({"verdict": "OTHER_CAUSE", "failure_mode": "brakes.pad_wear"}),
            "/failure_mode",
        ),
        (json!({"verdict": "NOT_FOUND", "note": "x".repeat(2_001)}), "/note"),
    ] {
        let answer = app.post(&path, &admin(), &body, None).await;
        assert_eq!(
            (answer.status, answer.body["errors"][0]["path"].as_str()),
            (422, Some(place))
        );
    }
    assert_eq!(
        app.post(&path, &admin(), &json!({"verdict": "CONFIRMED", "extra": 1}), None)
            .await
            .status,
        422
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_filtered_and_paged() {
    let app = TestApp::start().await;
    app.finding("component.degraded", TENANT, weak_battery("V1"), now())
        .await;
    app.finding("component.critical", TENANT, coolant_leak("V1"), hours(1))
        .await;
    app.finding("component.degraded", TENANT, weak_battery("V2"), hours(2))
        .await;
    app.decisions(3).await;
    let count = |body: Value| body["items"].as_array().unwrap().len();
    let admin = admin();
    for (query, expected) in [
        ("", 3),
        ("?vehicle_id=V1", 2),
        ("?component=battery_12v", 2),
        ("?severity=EMERGENCY", 1),
        ("?vehicle_id=V1&component=battery_12v&severity=WARNING", 1),
        ("?vehicle_id=V3", 0),
    ] {
        assert_eq!(
            count(app.get(&format!("/api/v1/agents/decisions{query}"), &admin).await.body),
            expected,
            "{query}"
        );
    }
    let mut seen = Vec::new();
    let mut path = "/api/v1/agents/decisions?limit=1".to_owned();
    for _ in 0..10 {
        let page = app.get(&path, &admin).await.body;
        seen.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["decided_for"].as_str().unwrap().to_owned()),
        );
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/api/v1/agents/decisions?limit=1&cursor={cursor}");
    }
    assert_eq!(seen.len(), 3);
    assert!(seen.is_sorted_by(|later, earlier| later > earlier), "{seen:?}");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn feedback_scores_the_decision_once() {
    let app = TestApp::start().await;
    let id = decided(&app).await["decision_id"].as_str().unwrap().to_owned();
    let technician = token(TENANT, Role::Technician, "usr_tech", None);
    let path = format!("/api/v1/agents/decision/{id}/feedback");
    let body = json!({"verdict": "CONFIRMED", "failure_mode": "cooling.fan_failure", "note": "the fan, not a leak"});
    for _ in 0..2 {
        let answer = app.post(&path, &technician, &body, None).await;
        assert_eq!(
            (answer.status, answer.body["outcome"]["verdict"].as_str()),
            (200, Some("OTHER_CAUSE"))
        );
        assert_eq!(
            (answer.body["status"].as_str(), answer.body["revision"].as_i64()),
            (Some("CLOSED"), Some(1))
        );
    }
    let revised = data(&app.revisions(1).await[0]);
    assert!(!revised.to_string().contains("not a leak"), "free text stays here");
    let owner = token(TENANT, Role::Owner, "usr_owner", Some(&["V1"]));
    let shown = app.get(&format!("/api/v1/agents/decision/{id}"), &owner).await.body;
    assert_eq!(
        (shown["outcome"]["verdict"].as_str(), shown["outcome"].get("note")),
        (Some("OTHER_CAUSE"), None)
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_role_may_do_what_the_policy_says() {
    let app = TestApp::start().await;
    let id = decided(&app).await["decision_id"].as_str().unwrap().to_owned();
    let vehicles = |role: Role| (role == Role::Owner).then_some(["V1"].as_slice());
    let role = |role: Role| token(TENANT, role, "usr_x", vehicles(role));
    let decision = format!("/api/v1/agents/decision/{id}");
    for reader in [
        Role::Owner,
        Role::FleetManager,
        Role::Technician,
        Role::Admin,
        Role::Executive,
        Role::Support,
    ] {
        assert_eq!(app.get(&decision, &role(reader)).await.status, 200, "{reader:?}");
    }
    let feedback = json!({"verdict": "CONFIRMED"});
    for refused in [Role::Owner, Role::Executive, Role::Support] {
        let token = role(refused);
        assert_eq!(
            app.post(&format!("{decision}/feedback"), &token, &feedback, None)
                .await
                .status,
            403,
            "{refused:?}"
        );
        assert_eq!(
            app.get("/api/v1/agents/reviews", &token).await.status,
            403,
            "{refused:?}"
        );
        let order = json!({"vehicle_id": "V1", "component": "brakes"});
        assert_eq!(
            app.post("/api/v1/agents/orchestrate", &token, &order, None)
                .await
                .status,
            403,
            "{refused:?}"
        );
    }
    assert_eq!(app.get("/api/v1/agents/status", &role(Role::Owner)).await.status, 403);
    assert_eq!(app.get_without_token("/api/v1/agents/decisions").await.status, 401);
    assert_eq!(app.get_with_key("/api/v1/agents/decisions", "wrong").await.status, 401);
    let answer = app.get_with_key("/api/v1/agents/decisions", BOOTSTRAP_KEY).await;
    assert_eq!(
        (answer.status, answer.body["items"].as_array().map(Vec::len)),
        (200, Some(0)),
        "another tenant's key"
    );
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_sees_only_the_own_vehicles() {
    let app = TestApp::start().await;
    app.finding("component.degraded", TENANT, weak_battery("V1"), now())
        .await;
    app.finding("component.degraded", TENANT, weak_battery("V2"), now())
        .await;
    let decisions: Vec<Value> = app.decisions(2).await.iter().map(data).collect();
    let owner = token(TENANT, Role::Owner, "usr_owner", Some(&["V2", "V9"]));
    let of_nothing = token(TENANT, Role::Owner, "usr_new", None);
    assert_eq!(
        app.get("/api/v1/agents/decisions", &of_nothing).await.body["items"],
        json!([])
    );
    let listed = app.get("/api/v1/agents/decisions", &owner).await.body;
    let vehicles: Vec<_> = listed["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|item| item["vehicle_id"].clone())
        .collect();
    assert_eq!(vehicles, [json!("V2")]);
    assert_eq!(
        app.get("/api/v1/agents/decisions?vehicle_id=V1", &owner).await.body["items"],
        json!([])
    );
    assert_eq!(app.get("/api/v1/agents/decisions/V1", &owner).await.status, 404);
    for decision in &decisions {
        let path = format!("/api/v1/agents/decision/{}", decision["decision_id"].as_str().unwrap());
        let expected = if decision["vehicle_id"] == "V2" { 200 } else { 404 };
        assert_eq!(app.get(&path, &owner).await.status, expected);
    }
    app.stop().await;
}
