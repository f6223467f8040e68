//! Every route, with the data of two tenants: neither sees nor changes anything of the other.

use chassis::Role;
use chassis::identity::Policy;
use reqwest::Method;
use serde_json::{Value, json};

use crate::app::{Caller, TestApp, everything, person};

/// What a route needs to be called: a path with the ids of tenant A, and a body.
fn calls(claim_id: &str) -> Vec<(Method, String, Option<Value>)> {
    let claim = json!({
        "vehicle_id": "V1", "component": "cooling", "amount": {"amount_minor": 5, "currency": "EUR"},
        "occurred_on": "2026-05-01"
    });
    vec![
        (Method::GET, "/api/v1/warranty/V1/check?component=cooling".into(), None),
        (Method::GET, "/api/v1/coverages".into(), None),
        (
            Method::POST,
            "/api/v1/coverages".into(),
            Some(everything("New vehicle")),
        ),
        (Method::GET, "/api/v1/claims".into(), None),
        (Method::POST, "/api/v1/claims".into(), Some(claim)),
        (Method::GET, format!("/api/v1/claims/{claim_id}"), None),
        (Method::GET, "/api/v1/claims/vehicle/V1".into(), None),
        (
            Method::POST,
            format!("/api/v1/claims/{claim_id}/submit"),
            Some(json!({})),
        ),
    ]
}

async fn filled() -> (TestApp, String) {
    let app = TestApp::start().await;
    app.cover_everything("ten_a").await;
    app.register("ten_a", "V1").await;
    app.decide("ten_a", "V1", "dec_a").await;
    app.checks(1).await;
    app.complete("ten_a", "V1", "apt_a", "dec_a").await;
    let claim_id = app.drafted("ten_a", 1).await[0]["claim_id"]
        .as_str()
        .unwrap()
        .to_owned();
    // Tenant B has a vehicle, a coverage and a claim of its own, under other ids.
    app.register("ten_b", "W1").await;
    (app, claim_id)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_other_tenant_finds_nothing_behind_any_route() {
    let (app, claim_id) = filled().await;
    let (own, other) = (person("ten_a", Role::Admin), person("ten_b", Role::Admin));
    let before = app.get(&format!("/api/v1/claims/{claim_id}"), &own).await.body;
    for (method, path, body) in calls(&claim_id) {
        let answer = app.send(method.clone(), &path, &other, body).await;
        let text = answer.body.to_string();
        let empty_list = answer.status == 200 && answer.body["items"].as_array().is_some_and(Vec::is_empty);
        let own_coverage = answer.status == 201 && path == "/api/v1/coverages";
        let own_list = path == "/api/v1/coverages" && answer.status == 200 && !text.contains("ten_a");
        assert!(
            answer.status == 404 || empty_list || own_coverage || own_list,
            "{method} {path}: {} {text}",
            answer.status
        );
        assert!(
            !text.contains("apt_a") && !text.contains("dec_a"),
            "{method} {path}: {text}"
        );
    }
    let after = app.get(&format!("/api/v1/claims/{claim_id}"), &own).await.body;
    assert_eq!(before, after, "nothing of tenant A was changed");
    let coverages = app.get("/api/v1/coverages", &own).await.body;
    assert_eq!(
        coverages["items"].as_array().unwrap().len(),
        1,
        "the other tenant's coverage of the same name is its own"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_route_needs_a_caller_and_every_route_of_the_policy_is_walked() {
    let (app, claim_id) = filled().await;
    for (method, path, body) in calls(&claim_id) {
        let nobody = app.send(method.clone(), &path, &Caller::Nobody, body.clone()).await;
        assert_eq!(nobody.status, 401, "{method} {path}");
        let wrong = app.send(method.clone(), &path, &Caller::Key("cvk_wrong"), body).await;
        assert_eq!(wrong.status, 401, "{method} {path}");
    }
    let policy = Policy::parse(warranty_service::DEFINITION.policy).unwrap();
    let own = policy
        .routes()
        .filter(|route| route.path.starts_with("/api/v1/") && !route.path.contains("dead-letters"));
    assert_eq!(own.count(), calls(&claim_id).len());
    let document = (warranty_service::DEFINITION.openapi)().to_json().unwrap();
    let document: Value = serde_json::from_str(&document).unwrap();
    for (path, operations) in document["paths"].as_object().unwrap() {
        for method in operations.as_object().unwrap().keys() {
            assert!(
                policy.route(&method.to_uppercase(), path).is_some(),
                "{method} {path} has no policy"
            );
        }
    }
}
