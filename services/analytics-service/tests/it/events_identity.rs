//! What analytics says of identity keeps its promises, and other services act on it within seconds.

use crate::app::{ADMIN_PASSWORD, By, TestApp, now, text};
use chassis::config::Base;
use chassis::testing::contracts::validate_event;
use chassis::testing::{TestService, eventually, sources};
use chassis::{Definition, Kit, Principal};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};
use utoipa_axum::router::OpenApiRouter;

/// A neighbour that knows of analytics only what its events say.
static NEIGHBOUR: Definition = Definition {
    name: "neighbour-service",
    env_prefix: "NEIGHBOUR",
    default_config: "",
    policy: "[[route]]\nmethod = \"GET\"\npath = \"/api/v1/things\"\nroles = [\"ADMIN\", \"OWNER\"]\nscopes = [\"vehicles:read\"]\n",
    migrations: &[],
    publishes: &[],
    subscribes: &[],
    openapi: || OpenApiRouter::<()>::new().into_openapi(),
};

async fn neighbour(app: &TestApp) -> TestService {
    let base: Base = chassis::config::load(&NEIGHBOUR, &sources()).unwrap();
    let who = |principal: Principal| async move { principal.subject };
    let routes = OpenApiRouter::new().route("/api/v1/things", axum::routing::get(who));
    let service = Kit::open(&NEIGHBOUR, &base, app.runtime.runtime())
        .await
        .unwrap()
        .routes(routes)
        .finish()
        .unwrap();
    TestService::start(&app.runtime, service).await
}

async fn status_at(app: &TestApp, service: &TestService, by: By<'_>) -> u16 {
    let request = app.http.get(service.url("/api/v1/things"));
    let request = match by {
        By::Token(token) => request.bearer_auth(token),
        By::Key(key) => request.header("x-api-key", key),
        By::Nobody => request,
    };
    request.send().await.unwrap().status().as_u16()
}

async fn until_refused(app: &TestApp, service: &TestService, by: By<'_>) -> Duration {
    let started = Instant::now();
    eventually("refused by the neighbour", || async {
        (status_at(app, service, by).await == 401).then_some(())
    })
    .await;
    started.elapsed()
}

#[tokio::test]
async fn a_neighbour_refuses_revoked_keys_and_sessions_within_five_seconds() {
    let app = TestApp::start().await;
    let other = neighbour(&app).await;
    let admin = app.token("default", "admin", ADMIN_PASSWORD).await;
    assert_eq!(
        status_at(&app, &other, By::Token(&admin)).await,
        200,
        "tokens need no event"
    );
    let body = json!({"kind": "SERVICE", "name": "s", "scopes": ["vehicles:read"]});
    let (_, issued) = app.post("/api/v1/api-keys", By::Token(&admin), body).await;
    let secret = text(&issued["secret"]);
    eventually("the key known there", || async {
        (status_at(&app, &other, By::Key(&secret)).await == 200).then_some(())
    })
    .await;
    let path = format!("/api/v1/api-keys/{}", text(&issued["key"]["key_id"]));
    assert_eq!(app.send("DELETE", &path, By::Token(&admin), None).await.0, 204);
    assert!(until_refused(&app, &other, By::Key(&secret)).await < Duration::from_secs(5));
    let owner = app.user(&admin, "olga", "OWNER").await;
    let token = app.token("default", "olga", crate::app::PASSWORD).await;
    assert_eq!(status_at(&app, &other, By::Token(&token)).await, 200);
    let disabled = app
        .post(
            &format!("/api/v1/users/{owner}/disable"),
            By::Token(&admin),
            Value::Null,
        )
        .await;
    assert_eq!(disabled.0, 200);
    assert!(until_refused(&app, &other, By::Token(&token)).await < Duration::from_secs(5));
    assert_eq!(
        app.send("POST", "/api/v1/auth/logout", By::Token(&admin), None).await.0,
        204
    );
    assert!(until_refused(&app, &other, By::Token(&admin)).await < Duration::from_secs(5));
}

#[tokio::test]
async fn every_published_event_keeps_its_contract_and_tells_nothing_personal() {
    let app = TestApp::start().await;
    let admin = app.token("default", "admin", ADMIN_PASSWORD).await;
    let person = json!({
        "username": "secret-name", "display_name": "Secret", "email": "secret@example.org", "role": "OWNER",
        "vehicle_ids": ["V1"], "password": "secret-Password-1",
    });
    let (_, created) = app.post("/api/v1/users", By::Token(&admin), person).await;
    let user = text(&created["user"]["user_id"]);
    app.token("default", "secret-name", "secret-Password-1").await;
    for body in [
        json!({"kind": "DEVICE", "name": "secret box", "scopes": ["telemetry:write"], "vehicle_ids": ["V1"], "expires_in_days": 1}),
        json!({"kind": "USER", "name": "secret script", "role": "EXECUTIVE"}),
    ] {
        let (_, issued) = app.post("/api/v1/api-keys", By::Token(&admin), body).await;
        app.send(
            "DELETE",
            &format!("/api/v1/api-keys/{}", text(&issued["key"]["key_id"])),
            By::Token(&admin),
            None,
        )
        .await;
    }
    app.post(&format!("/api/v1/users/{user}/disable"), By::Token(&admin), Value::Null)
        .await;
    app.runtime
        .published("analytics-service", "identity.key.revoked", 2)
        .await;
    app.runtime
        .published("analytics-service", "identity.session.revoked", 1)
        .await;
    let events = app.runtime.all_published("analytics-service").await;
    let kinds: BTreeSet<&str> = events.iter().map(|event| event.kind.as_str()).collect();
    // Where a vehicle belongs is told by another test of this file, reports and thresholds by theirs.
    let people = |kind: &&&str| kind.starts_with("identity.") && **kind != "identity.member.placed";
    for kind in analytics_service::DEFINITION.publishes.iter().filter(people) {
        assert!(kinds.contains(kind), "{kind} was not published");
    }
    for event in &events {
        validate_event(event);
        let told = String::from_utf8_lossy(&event.data).to_lowercase();
        assert!(!told.contains("secret") && !told.contains("example.org"), "{told}");
    }
}

#[tokio::test]
async fn where_a_vehicle_belongs_is_told_once_and_moves_with_it() {
    let app = TestApp::start().await;
    let ingestion = app.producer("ingestion-service").await;
    let tell = async |kind: &'static str, minute: i64, fleet: Option<&str>| {
        let mut data = json!({"vehicle_id": "V1", "powertrain": "PETROL", "vehicle_class": "CAR", "status": "ACTIVE",
            "registered_by": "USER", "owner_id": "usr_ada", "depot_id": "kiel"});
        if let Some(fleet) = fleet {
            data["fleet_id"] = fleet.into();
        }
        ingestion
            .deliver(kind, "ten_a", "V1", now() + chrono::Duration::minutes(minute), data)
            .await;
    };
    tell("vehicle.registered", 0, Some("north")).await;
    tell("vehicle.updated", 10, Some("north")).await;
    tell("vehicle.updated", 5, Some("west")).await;
    tell("vehicle.updated", 20, None).await;
    let told = app
        .runtime
        .published("analytics-service", "identity.member.placed", 2)
        .await;
    let groups: Vec<Value> = told
        .iter()
        .map(|event| event.parse::<Value>().unwrap()["groups"].clone())
        .collect();
    assert_eq!(
        groups,
        [
            json!(["fleet:north", "depot:kiel", "person:usr_ada"]),
            json!(["depot:kiel", "person:usr_ada"])
        ],
        "what is old or known already is not told"
    );
}
