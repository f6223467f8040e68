//! Who may call what: the policy names every route, and no role gets through where it is not listed.

use chassis::Role;
use chassis::identity::{Policy, Route};
use serde_json::json;

use crate::app::{TestApp, record};

const ROLES: [Role; 6] = [
    Role::Owner,
    Role::FleetManager,
    Role::Technician,
    Role::Admin,
    Role::Executive,
    Role::Support,
];

fn own_routes() -> Vec<Route> {
    let policy = Policy::parse(ingestion_service::DEFINITION.policy).unwrap();
    policy
        .routes()
        .filter(|route| route.path.starts_with("/api/v1/") && !route.path.contains("dead-letters"))
        .cloned()
        .collect()
}

fn path_of(route: &Route) -> String {
    let path = route
        .path
        .replace("{vehicle_id}", "V1")
        .replace("{quarantine_id}", "qua_x");
    if path.ends_with("/history") {
        format!("{path}?signal=Vehicle.Speed")
    } else {
        path
    }
}

#[test]
fn policy_and_document_name_the_same_routes() {
    let document = serde_json::to_value((ingestion_service::DEFINITION.openapi)()).unwrap();
    let mut documented = Vec::new();
    for (path, methods) in document["paths"].as_object().unwrap() {
        documented.extend(
            methods
                .as_object()
                .unwrap()
                .keys()
                .map(|method| (method.to_uppercase(), path.clone())),
        );
    }
    let mut listed: Vec<_> = own_routes()
        .into_iter()
        .map(|route| (route.method, route.path))
        .collect();
    documented.sort();
    listed.sort();
    assert_eq!(documented, listed);
}

#[tokio::test]
async fn every_role_gets_through_where_it_is_listed_and_nowhere_else() {
    let app = TestApp::start().await;
    app.register("V1").await;
    for role in ROLES {
        let token = app.token("default", role, None).await;
        for route in own_routes() {
            let method = route.method.parse().unwrap();
            let request = app
                .http
                .request(method, app.service.url(&path_of(&route)))
                .bearer_auth(&token);
            let request = if route.method == "GET" {
                request
            } else {
                request.json(&json!({}))
            };
            let answer = app.send(request).await;
            let allowed = route.roles.contains(&role);
            assert_eq!(
                answer.status != 403,
                allowed,
                "{} {} {}: {}",
                role.as_str(),
                route.method,
                route.path,
                answer.body
            );
        }
    }
}

#[tokio::test]
async fn no_route_shows_or_changes_anything_of_another_tenant() {
    let app = TestApp::start().await;
    app.register("V1").await;
    app.post("/api/v1/ingest", &record("V1", 0, json!({"Vehicle.Speed": 50})))
        .await;
    app.post("/api/v1/ingest", &record("V9", 0, json!({"Vehicle.Speed": 50})))
        .await;
    app.settled_account().await;
    let stranger = app.token("ten_b", Role::Admin, None).await;
    // Reading comes first: what the stranger then registers is their own.
    let mut routes = own_routes();
    routes.sort_by_key(|route| route.method != "GET");
    for route in routes {
        let request = app
            .http
            .request(route.method.parse().unwrap(), app.service.url(&path_of(&route)))
            .bearer_auth(&stranger);
        let request = if route.method == "GET" {
            request
        } else {
            request.json(&json!({"vehicle_id": "V1"}))
        };
        let answer = app.send(request).await;
        let text = answer.body.to_string();
        assert!(
            !text.contains("V9") && !text.contains("50.0"),
            "{} {}: {text}",
            route.method,
            route.path
        );
        if route.method == "GET" && route.path.contains("{vehicle_id}") {
            assert_eq!(answer.status, 404, "{} {}", route.method, route.path);
        }
    }
    assert_eq!(app.get("/api/v1/vehicles/V1").await.body["status"], "ACTIVE");
    let account = app.get_as(&stranger, "/api/v1/conservation").await.body;
    assert_eq!(account["hours"], json!([]));
}
