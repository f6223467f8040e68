//! Who may call which route: the whole policy, role by role, and that nothing is open by mistake.

use crate::app::{By, TestApp};
use analytics_service::DEFINITION;
use chassis::Role;
use chassis::identity::Policy;
use chassis::testing::token;
use std::collections::BTreeSet;

const ROLES: [Role; 6] = [
    Role::Owner,
    Role::FleetManager,
    Role::Technician,
    Role::Admin,
    Role::Executive,
    Role::Support,
];

#[test]
fn every_documented_route_has_a_policy_and_every_policy_a_route() {
    let policy = Policy::parse(DEFINITION.policy).unwrap();
    let listed: BTreeSet<(String, String)> = policy
        .routes()
        .filter(|route| route.path.starts_with("/api/v1/") && !route.path.contains("dead-letters"))
        .map(|route| (route.method.clone(), route.path.clone()))
        .collect();
    let document = serde_json::to_value((DEFINITION.openapi)()).unwrap();
    let documented: BTreeSet<(String, String)> = document["paths"]
        .as_object()
        .unwrap()
        .iter()
        .flat_map(|(path, item)| {
            item.as_object()
                .unwrap()
                .keys()
                .map(|method| (method.to_uppercase(), path.clone()))
        })
        .collect();
    assert_eq!(listed, documented);
}

#[tokio::test]
async fn each_role_is_let_in_exactly_where_the_policy_says() {
    let app = TestApp::start().await;
    let policy = Policy::parse(DEFINITION.policy).unwrap();
    for route in policy
        .routes()
        .filter(|route| !route.public && route.path.starts_with("/api/v1/"))
    {
        let path = route.path.replace("{id}", "usr_none").replace("{user_id}", "usr_none");
        let (status, _) = app.send(&route.method, &path, By::Nobody, None).await;
        assert_eq!(status, 401, "{} {path} without a token", route.method);
        if route.path.ends_with("/stream") {
            continue;
        }
        for role in ROLES {
            let token = token("ten_a", role, "usr_x", None);
            let (status, body) = app.send(&route.method, &path, By::Token(&token), None).await;
            let admitted = !(status == 403 && body["code"] == "auth.forbidden");
            assert_eq!(
                admitted,
                route.roles.contains(&role),
                "{} {path} as {role:?}: {status}",
                route.method
            );
            assert!(status < 500, "{} {path} as {role:?}: {body}", route.method);
        }
    }
}

#[tokio::test]
async fn an_owner_sees_their_own_dashboard_only() {
    let app = TestApp::start().await;
    let admin = app.tenant("ten_a").await;
    let (ada, bob) = (
        app.user(&admin, "ada", "OWNER").await,
        app.user(&admin, "bob", "OWNER").await,
    );
    let as_ada = token("ten_a", Role::Owner, &ada, Some(&["V1"]));
    assert_eq!(
        app.get(&format!("/api/v1/dashboards/owner/{ada}"), By::Token(&as_ada))
            .await
            .0,
        200
    );
    assert_eq!(
        app.get(&format!("/api/v1/dashboards/owner/{bob}"), By::Token(&as_ada))
            .await
            .0,
        404
    );
    let (status, body) = app.get("/api/v1/dashboards/technician/t1", By::Token(&as_ada)).await;
    assert_eq!((status, body["code"].as_str()), (403, Some("auth.forbidden")));
}
