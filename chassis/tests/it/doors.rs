//! Who gets in, and what a refused or broken request is told.

use chassis::Role;
use chassis::testing::{BOOTSTRAP_KEY, TestRuntime, TestService, eventually, key_issued, token};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

use crate::toy;

const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

async fn post(served: &TestService, auth: Option<(&str, &str)>, body: &str) -> (u16, Value) {
    let mut request = reqwest::Client::new()
        .post(served.url("/api/v1/notes/n1"))
        .header("content-type", "application/json");
    if let Some((name, value)) = auth {
        request = request.header(name, value);
    }
    let response = request.body(body.to_owned()).send().await.expect("answered");
    let status = response.status().as_u16();
    (status, response.json().await.expect("JSON"))
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_scopes_and_revocation() {
    let test = TestRuntime::start(NOW);
    let identity = test.producer("analytics-service").await;
    let (app, service) = toy::build(test.runtime()).await;
    let served = TestService::start(&test, service).await;
    let body = r#"{"text": "t"}"#;
    assert_eq!(post(&served, None, body).await.0, 401);
    assert_eq!(post(&served, Some(("x-api-key", "wrong")), body).await.0, 401);
    assert_eq!(
        post(&served, Some(("authorization", "Bearer wrong")), body).await.0,
        401
    );
    let owner = format!("Bearer {}", token("ten_a", Role::Owner, "usr_1", None));
    assert_eq!(post(&served, Some(("authorization", &owner)), body).await.0, 403);
    let admin = format!("Bearer {}", token("ten_a", Role::Admin, "usr_1", None));
    assert_eq!(post(&served, Some(("authorization", &admin)), body).await.0, 200);
    assert_eq!(post(&served, Some(("x-api-key", BOOTSTRAP_KEY)), body).await.0, 200);
    assert_eq!(
        (app.times("ten_a", "n1").await, app.times("default", "n1").await),
        (Some(1), Some(1))
    );

    identity
        .deliver(
            "identity.key.issued",
            "ten_b",
            "key_1",
            NOW,
            key_issued("key_1", "cvk_b", "SERVICE", &["notes:write"]),
        )
        .await;
    let served_ref = &served;
    eventually("the key", || async {
        (post(served_ref, Some(("x-api-key", "cvk_b")), body).await.0 == 200).then_some(())
    })
    .await;
    identity
        .deliver(
            "identity.key.revoked",
            "ten_b",
            "key_1",
            NOW,
            json!({"key_id": "key_1"}),
        )
        .await;
    eventually("the revocation", || async {
        (post(served_ref, Some(("x-api-key", "cvk_b")), body).await.0 == 401).then_some(())
    })
    .await;
    identity
        .deliver(
            "identity.session.revoked",
            "ten_a",
            "ses",
            NOW,
            json!({"session_id": "ses_usr_1", "user_id": "usr_1", "expires_at": "2100-01-01T00:00:00Z"}),
        )
        .await;
    eventually("the session's end", || async {
        (post(served_ref, Some(("authorization", &admin)), body).await.0 == 401).then_some(())
    })
    .await;
    served.stop().await;
}

/// Attack: a key that is bound to one vehicle reads what all services keep of all vehicles.
#[tokio::test(flavor = "multi_thread")]
async fn a_bound_key_sees_no_events_of_the_whole_tenant() {
    let test = TestRuntime::start(NOW);
    let identity = test.producer("analytics-service").await;
    let (_, service) = toy::build(test.runtime()).await;
    let served = TestService::start(&test, service).await;
    let scopes = ["internal:events", "operations:read", "operations:write"];
    let free = key_issued("key_1", "cvk_free", "SERVICE", &scopes);
    let mut bound = key_issued("key_2", "cvk_bound", "SERVICE", &scopes);
    bound["vehicle_ids"] = json!(["V1"]);
    identity
        .deliver("identity.key.issued", "ten_b", "key_1", NOW, free)
        .await;
    identity
        .deliver("identity.key.issued", "ten_b", "key_2", NOW, bound)
        .await;
    let client = reqwest::Client::new();
    let status = |key: &'static str, path: &'static str| {
        let asked = client.get(served.url(path)).header("x-api-key", key).send();
        async move { asked.await.expect("answered").status().as_u16() }
    };
    eventually("both keys", || async {
        let known = status("cvk_bound", "/internal/events?partition=0").await != 401;
        (known && status("cvk_free", "/internal/events?partition=0").await == 200).then_some(())
    })
    .await;
    for path in ["/internal/events?partition=0", "/api/v1/dead-letters"] {
        assert_eq!(
            (status("cvk_free", path).await, status("cvk_bound", path).await),
            (200, 403),
            "{path}"
        );
    }
    let replay = client.post(served.url("/api/v1/dead-letters/dl_1/replay"));
    let replayed = replay.header("x-api-key", "cvk_bound").send().await.expect("answered");
    assert_eq!(replayed.status(), 403);
    served.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn broken_requests_are_told_what_and_where() {
    let test = TestRuntime::start(NOW);
    let (_, service) = toy::build(test.runtime()).await;
    let served = TestService::start(&test, service).await;
    let key = Some(("x-api-key", BOOTSTRAP_KEY));
    let (status, problem) = post(&served, key, "{\"text\": ").await;
    assert_eq!(
        (status, problem["code"].as_str()),
        (400, Some("request.malformed_json"))
    );
    assert!(problem["request_id"].as_str().is_some_and(|id| id.starts_with("req_")));
    let (status, problem) = post(&served, key, "{\"text\": 5}").await;
    assert_eq!((status, problem["errors"][0]["path"].as_str()), (422, Some("/text")));
    let (status, problem) = post(&served, key, &format!("{{\"text\": \"{}\"}}", "x".repeat(9_000_000))).await;
    assert_eq!((status, problem["code"].as_str()), (413, Some("request.too_large")));
    let client = reqwest::Client::new();
    let unknown = client.get(served.url("/nowhere")).send().await.expect("answered");
    assert_eq!(unknown.status(), 404);
    assert_eq!(unknown.headers()["content-type"], "application/problem+json");
    for (path, status) in [
        ("/health", 200),
        ("/ready", 200),
        ("/openapi.json", 200),
        ("/docs/", 200),
        ("/internal/events?partition=0", 401),
    ] {
        assert_eq!(
            client.get(served.url(path)).send().await.expect("answered").status(),
            status,
            "{path}"
        );
    }
    served.stop().await;
}
