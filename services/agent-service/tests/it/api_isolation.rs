//! No route lets one tenant see or touch what is another's.

use chassis::Role;
use chassis::testing::token;
use serde_json::{Value, json};

use crate::app::{TENANT, TestApp, admin, data, degraded, now};

const OTHER: &str = "ten_b";

#[tokio::test(flavor = "multi_thread")]
async fn every_route_keeps_tenants_apart() {
    let app = TestApp::start().await;
    app.register(TENANT, "V1", "PETROL").await;
    app.register(OTHER, "V2", "PETROL").await;
    // The same vehicle id in both tenants, and an unsure decision, so that both have a review.
    for tenant in [TENANT, OTHER] {
        app.finding("component.degraded", tenant, degraded("V-same", "tyres"), now())
            .await;
    }
    let decisions = app.decisions(2).await;
    let of = |tenant: &str| data(decisions.iter().find(|event| event.tenant.as_str() == tenant).unwrap());
    let (own, foreign) = (of(TENANT)["decision_id"].clone(), of(OTHER)["decision_id"].clone());
    assert_ne!(own, foreign);
    let foreign_id = foreign.as_str().unwrap();
    let admin_a = admin();
    let admin_b = token(OTHER, Role::Admin, "usr_b", None);
    let review = |body: Value| body["items"][0]["review_id"].as_str().unwrap().to_owned();
    let foreign_review = review(app.get("/api/v1/agents/reviews", &admin_b).await.body);

    for list in ["decisions", "decisions/V-same", "reviews"] {
        let items = app.get(&format!("/api/v1/agents/{list}"), &admin_a).await.body["items"].clone();
        let ids: Vec<_> = items
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["decision_id"].clone())
            .collect();
        assert_eq!(json!(ids), json!([own]), "{list}");
    }
    for path in ["", "/steps", "/stream"].map(|end| format!("decision/{foreign_id}{end}")) {
        assert_eq!(
            app.get(&format!("/api/v1/agents/{path}"), &admin_a).await.status,
            404,
            "{path}"
        );
    }
    for (path, body) in [
        (
            format!("decision/{foreign_id}/feedback"),
            json!({"verdict": "CONFIRMED"}),
        ),
        (format!("decision/{foreign_id}/replay"), json!({})),
        (
            format!("reviews/{foreign_review}"),
            json!({"verdict": "REJECT", "reason": "mine now"}),
        ),
        (
            "orchestrate".to_owned(),
            json!({"vehicle_id": "V2", "component": "brakes"}),
        ),
    ] {
        assert_eq!(
            app.post(&format!("/api/v1/agents/{path}"), &admin_a, &body, None)
                .await
                .status,
            404,
            "{path}"
        );
    }
    for token in [&admin_a, &admin_b] {
        let status = app.get("/api/v1/agents/status", token).await.body;
        assert_eq!((&status["decisions"], &status["reviews_open"]), (&json!(1), &json!(1)));
    }
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn events_of_one_tenant_do_not_touch_the_other() {
    let app = TestApp::start().await;
    app.finding("component.degraded", TENANT, degraded("V1", "tyres"), now())
        .await;
    let decision_id = data(&app.decisions(1).await[0])["decision_id"].clone();
    let visit = json!({"appointment_id": "apt_1", "vehicle_id": "V1", "findings": [
        {"component": "tyres", "verdict": "CONFIRMED", "action": "REPLACED"}]});
    app.scheduling
        .deliver("appointment.completed", OTHER, "V1", now(), visit)
        .await;
    let check =
        json!({"decision_id": decision_id, "covered": true, "reason": {"code": "c", "params": {}, "text": "t"}});
    app.warranty
        .deliver("warranty.coverage.checked", OTHER, "V1", now(), check)
        .await;
    app.settled().await;
    let path = format!("/api/v1/agents/decision/{}", decision_id.as_str().unwrap());
    let shown = app.get(&path, &admin()).await.body;
    assert_eq!((&shown["status"], &shown["revision"]), (&json!("OPEN"), &json!(0)));
    app.stop().await;
}

/// Every route of the API has an entry in the policy, and every entry a route.
#[test]
fn the_policy_covers_the_api() {
    let api = (agent_service::DEFINITION.openapi)().to_json().unwrap();
    let api: Value = serde_json::from_str(&api).unwrap();
    let mut described: Vec<String> = Vec::new();
    for (path, methods) in api["paths"].as_object().unwrap() {
        described.extend(
            methods
                .as_object()
                .unwrap()
                .keys()
                .map(|method| format!("{} {path}", method.to_uppercase())),
        );
    }
    described.sort();
    let policy = chassis::identity::Policy::parse(agent_service::DEFINITION.policy).unwrap();
    let own = |route: &&chassis::identity::Route| route.path.starts_with("/api/v1/agents");
    let mut allowed: Vec<String> = policy
        .routes()
        .filter(own)
        .map(|route| format!("{} {}", route.method, route.path))
        .collect();
    allowed.sort();
    assert_eq!(described, allowed);
}
