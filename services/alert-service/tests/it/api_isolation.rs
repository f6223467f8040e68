//! Who may see what: every route, with data of two tenants, every role, owners and keys.

use chassis::Role;
use chassis::identity::{Policy, Route};
use chassis::testing;
use serde_json::{Value, json};

use crate::app::{TENANT, TestApp, decision, start_of_test};

const ROLES: [Role; 6] = [
    Role::Owner,
    Role::FleetManager,
    Role::Technician,
    Role::Admin,
    Role::Executive,
    Role::Support,
];

/// One alert in each of two tenants, about vehicles of the same name.
async fn with_two_tenants() -> (TestApp, String, String) {
    let app = TestApp::start().await.with_people().await;
    app.decide("dec_a", "V1", "cooling", "CRITICAL").await;
    app.deliver_decision(
        "ten_b",
        decision("dec_b", "V1", "cooling", "CRITICAL"),
        start_of_test(),
        false,
    )
    .await;
    let (a, b) = (app.alert_of("dec_a").await, app.alert_of("dec_b").await);
    (app, a, b)
}

fn own_routes() -> Vec<Route> {
    let policy = Policy::parse(alert_service::DEFINITION.policy).unwrap();
    let own = policy
        .routes()
        .filter(|route| route.path.starts_with("/api/v1/") && !route.path.contains("dead-letters"));
    own.cloned().collect()
}

fn path_of(route: &Route, alert_id: &str) -> String {
    route.path.replace("{id}", alert_id).replace("{vehicle_id}", "V1")
}

fn body_of(route: &Route) -> Option<Value> {
    match (route.method.as_str(), route.path.rsplit('/').next().unwrap()) {
        ("POST", "resolve") => Some(json!({"reason": "MANUAL"})),
        ("POST", "comments") => Some(json!({"text": "seen"})),
        ("PUT", _) => Some(json!({"locale": "de"})),
        _ => None,
    }
}

#[tokio::test]
async fn no_route_shows_or_changes_anything_of_another_tenant() {
    let (app, _, alert_b) = with_two_tenants().await;
    let token = testing::token(TENANT, Role::Admin, "usr_admin", None);
    for route in own_routes() {
        let (status, body) = app
            .ask(&route.method, &path_of(&route, &alert_b), &token, body_of(&route))
            .await;
        if route.path.contains("{id}") {
            assert_eq!(status, 404, "{} {}: {body}", route.method, route.path);
        } else {
            assert!((200..300).contains(&status), "{} {}: {body}", route.method, route.path);
        }
        let text = body.to_string();
        assert!(
            !text.contains("dec_b") && !text.contains("ten_b"),
            "{} {}: {text}",
            route.method,
            route.path
        );
    }
    let other = testing::token("ten_b", Role::Admin, "usr_b", None);
    let (_, untouched) = app.ask("GET", &format!("/api/v1/alerts/{alert_b}"), &other, None).await;
    assert_eq!(
        (&untouched["status"], &untouched["comments"]),
        (&json!("OPEN"), &json!([]))
    );
    app.stop().await;
}

#[tokio::test]
async fn every_route_admits_its_roles_and_nobody_else() {
    let (app, alert_a, _) = with_two_tenants().await;
    for route in own_routes() {
        let (path, body) = (path_of(&route, &alert_a), body_of(&route));
        assert_eq!(
            app.ask(&route.method, &path, "", body.clone()).await.0,
            401,
            "{} {path}",
            route.method
        );
        for role in ROLES {
            let token = testing::token(TENANT, role, "usr_owner", Some(&["V1"]));
            let (status, answer) = app.ask(&route.method, &path, &token, body.clone()).await;
            let expected = route.roles.contains(&role);
            assert_eq!(
                status != 403,
                expected,
                "{role:?} {} {path}: {status} {answer}",
                route.method
            );
        }
    }
    app.stop().await;
}

#[tokio::test]
async fn an_owner_sees_only_the_vehicles_of_the_token() {
    let (app, alert_a, _) = with_two_tenants().await;
    let stranger = testing::token(TENANT, Role::Owner, "usr_stranger", Some(&["V2"]));
    let nobody = testing::token(TENANT, Role::Owner, "usr_nobody", Some(&[]));
    let unnamed = testing::token(TENANT, Role::Owner, "usr_unnamed", None);
    for token in [&stranger, &nobody, &unnamed] {
        for route in own_routes()
            .iter()
            .filter(|route| route.path.contains('{') && route.roles.contains(&Role::Owner))
        {
            let (status, _) = app
                .ask(&route.method, &path_of(route, &alert_a), token, body_of(route))
                .await;
            assert_eq!(status, 404, "{} {}", route.method, route.path);
        }
        let (_, list) = app.ask("GET", "/api/v1/alerts", token, None).await;
        assert_eq!(list["items"], json!([]));
        let (_, stats) = app.ask("GET", "/api/v1/alerts/stats", token, None).await;
        assert_eq!((&stats["total"], &stats["deliveries"]), (&json!(0), &json!({})));
    }
    let owner = testing::token(TENANT, Role::Owner, "usr_owner", Some(&["V1"]));
    let (_, list) = app.ask("GET", "/api/v1/alerts", &owner, None).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    app.ledger_when(&alert_a, "both told", |items| items.len() == 2).await;
    let (_, ledger) = app
        .ask("GET", &format!("/api/v1/alerts/{alert_a}/deliveries"), &owner, None)
        .await;
    let rows = ledger["items"].as_array().unwrap();
    assert!(
        rows.len() == 1 && rows[0]["recipient_id"] == "usr_owner",
        "only what was meant for them: {ledger}"
    );
    app.stop().await;
}

#[tokio::test]
async fn keys_are_admitted_by_scope() {
    let (app, alert_a, _) = with_two_tenants().await;
    for (key_id, key, scope) in [
        ("key_r", "cvk_reads", "alerts:read"),
        ("key_h", "cvk_health", "health:read"),
    ] {
        let data = testing::key_issued(key_id, key, "SERVICE", &[scope]);
        app.analytics
            .deliver("identity.key.issued", TENANT, key_id, start_of_test(), data)
            .await;
    }
    app.settle().await;
    let ask = |method: reqwest::Method, path: String, key: &'static str| {
        let request = app
            .http()
            .request(method, app.service.url(&path))
            .header("X-API-Key", key);
        async move { request.send().await.unwrap().status().as_u16() }
    };
    let alert = format!("/api/v1/alerts/{alert_a}");
    assert_eq!(ask(reqwest::Method::GET, alert.clone(), "cvk_reads").await, 200);
    assert_eq!(ask(reqwest::Method::GET, alert.clone(), "cvk_health").await, 403);
    assert_eq!(
        ask(reqwest::Method::POST, format!("{alert}/acknowledge"), "cvk_reads").await,
        403
    );
    assert_eq!(
        ask(reqwest::Method::GET, "/api/v1/preferences".into(), "cvk_reads").await,
        403
    );
    assert_eq!(ask(reqwest::Method::GET, alert, "cvk_nothing").await, 401);
    app.stop().await;
}

#[test]
fn policy_and_document_name_the_same_routes() {
    let document = serde_json::to_value((alert_service::DEFINITION.openapi)()).unwrap();
    let mut documented = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        for method in methods.as_object().unwrap().keys() {
            documented.push((method.to_uppercase(), path.clone()));
        }
    }
    let mut listed: Vec<_> = own_routes()
        .into_iter()
        .map(|route| (route.method, route.path))
        .collect();
    documented.sort();
    listed.sort();
    assert_eq!(documented, listed);
}
