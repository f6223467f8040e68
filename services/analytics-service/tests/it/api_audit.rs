//! The audit log: everything that was heard, sign-ins, changes of identity; never a person's data.

use crate::app::{ADMIN_PASSWORD, By, TestApp, now, text};
use crate::events_fleet::{Producers, chain};
use chassis::testing::BOOTSTRAP_KEY;
use chrono::Duration;
use serde_json::{Value, json};

const LOGS: &str = "/api/v1/audit/logs";

#[tokio::test]
async fn everything_heard_is_logged_once_and_can_be_narrowed() {
    let app = TestApp::start().await;
    let producers = Producers::of(&app).await;
    chain(&producers, "V1", 9).await;
    chain(&producers, "V2", 3).await;
    let by = By::Key(BOOTSTRAP_KEY);
    let count = |body: &Value| body["items"].as_array().map_or(0, Vec::len);
    app.until(&format!("{LOGS}?vehicle_id=V1"), by, "the chain of V1", |_, body| {
        count(body) == 9
    })
    .await;
    app.until(&format!("{LOGS}?vehicle_id=V2"), by, "the chain of V2", |_, body| {
        count(body) == 3
    })
    .await;
    let (_, made) = app.get(&format!("{LOGS}?type=agent.decision.made"), by).await;
    assert_eq!(count(&made), 2);
    assert_eq!(made["items"][0]["source"], "agent-service");
    assert_eq!(made["items"][0]["summary"]["code"], "agent.decision.made");
    assert_eq!(made["items"][0]["summary"]["params"]["severity"], "CRITICAL");
    let chain_id = text(&made["items"][0]["correlation_id"]);
    let (_, correlated) = app.get(&format!("{LOGS}?correlation_id={chain_id}"), by).await;
    assert_eq!(count(&correlated), 1);
    let from = (now() + Duration::minutes(10)).format("%Y-%m-%dT%H:%M:%SZ");
    let to = (now() + Duration::minutes(20)).format("%Y-%m-%dT%H:%M:%SZ");
    let (_, window) = app.get(&format!("{LOGS}?vehicle_id=V1&from={from}&to={to}"), by).await;
    assert_eq!(count(&window), 2, "from is within, to is not: {window}");
    let (_, person) = app.get("/api/v1/audit/user-activity/usr_manager", by).await;
    assert_eq!(
        (count(&person), &person["items"][0]["type"]),
        (1, &json!("alert.acknowledged"))
    );
    assert_eq!(app.get(&format!("{LOGS}?from=yesterday"), by).await.0, 400);
    assert_eq!(app.get(&format!("{LOGS}?cursor=zz"), by).await.0, 400);
}

#[tokio::test]
async fn pages_follow_each_other_without_gap_or_repetition() {
    let app = TestApp::start().await;
    let producers = Producers::of(&app).await;
    chain(&producers, "V1", 9).await;
    let by = By::Key(BOOTSTRAP_KEY);
    let path = format!("{LOGS}?vehicle_id=V1");
    let whole = app
        .until(&path, by, "the chain", |_, body| {
            body["items"].as_array().is_some_and(|i| i.len() == 9)
        })
        .await;
    let (mut paged, mut cursor) = (Vec::new(), String::new());
    loop {
        let (_, page) = app.get(&format!("{path}&limit=2{cursor}"), by).await;
        paged.extend(page["items"].as_array().unwrap().clone());
        match page["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => break,
        }
    }
    assert_eq!(Value::Array(paged), whole["items"]);
}

#[tokio::test]
async fn sign_ins_and_keys_are_logged_without_names() {
    let app = TestApp::start().await;
    let admin = app.token("default", "admin", ADMIN_PASSWORD).await;
    app.login("default", "secret-name", "secret-password-1").await;
    let body =
        json!({"username": "secret-name", "role": "OWNER", "email": "secret@example.org", "display_name": "Secret"});
    let (_, created) = app.post("/api/v1/users", By::Token(&admin), body).await;
    let key = json!({"kind": "DEVICE", "name": "secret box", "scopes": ["telemetry:write"]});
    let (_, issued) = app.post("/api/v1/api-keys", By::Token(&admin), key).await;
    let (_, log) = app.get(LOGS, By::Token(&admin)).await;
    let kinds: Vec<&str> = log["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["type"].as_str().unwrap())
        .collect();
    for kind in [
        "identity.key.issued",
        "identity.user.changed",
        "identity.signin.failed",
        "identity.signin.succeeded",
        "identity.tenant.changed",
    ] {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
    let told = log.to_string();
    assert!(!told.to_lowercase().contains("secret"), "{told}");
    assert!(!told.contains(&text(&issued["secret"])));
    let (_, me) = app.get("/api/v1/users/me", By::Token(&admin)).await;
    let activity = format!("/api/v1/audit/user-activity/{}", text(&me["user_id"]));
    let (_, mine) = app.get(&activity, By::Token(&admin)).await;
    let subjects: Vec<&Value> = mine["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["subject"])
        .collect();
    assert!(subjects.contains(&&created["user"]["user_id"]) && subjects.contains(&&issued["key"]["key_id"]));
}

/// Attack: who is bound to some vehicles reads in the log what the stream and the key figures hide from them.
#[tokio::test]
async fn who_is_bound_reads_what_is_about_their_vehicles_alone() {
    let app = TestApp::start().await;
    let admin = app.token("default", "admin", ADMIN_PASSWORD).await;
    let producers = Producers::of(&app).await;
    chain(&producers, "V1", 9).await;
    chain(&producers, "V2", 9).await;
    let count = |body: &Value| body["items"].as_array().map_or(0, Vec::len);
    app.until(
        &format!("{LOGS}?vehicle_id=V2"),
        By::Token(&admin),
        "both chains",
        |_, body| count(body) == 9,
    )
    .await;
    for key in [
        json!({"kind": "SERVICE", "name": "bound", "scopes": ["analytics:read"], "vehicle_ids": ["V1"]}),
        json!({"kind": "USER", "name": "bound script", "role": "ADMIN", "vehicle_ids": ["V1"]}),
    ] {
        let (status, issued) = app.post("/api/v1/api-keys", By::Token(&admin), key).await;
        assert_eq!(status, 201, "{issued}");
        let secret = text(&issued["secret"]);
        let bound = By::Key(&secret);
        app.until(LOGS, bound, "the key works", |status, _| status == 200).await;
        // Each way of asking has a statement of its own.
        for narrowed in [
            "limit=1000",
            "limit=1000&type=alert.acknowledged",
            "limit=1000&actor_id=usr_manager",
            "limit=1000&vehicle_id=V1",
            "limit=1000&q=v",
            "limit=3",
        ] {
            let (_, whole) = app.get(&format!("{LOGS}?{narrowed}"), By::Token(&admin)).await;
            let (status, seen) = app.get(&format!("{LOGS}?{narrowed}"), bound).await;
            assert_eq!(status, 200, "{seen}");
            let items = seen["items"].as_array().unwrap();
            assert!(
                !items.is_empty() && items.iter().all(|entry| entry["vehicle_id"] == "V1"),
                "{narrowed}: {seen}"
            );
            if narrowed != "limit=3" {
                let own = |entry: &&Value| entry["vehicle_id"] == "V1";
                let expected: Vec<&Value> = whole["items"].as_array().unwrap().iter().filter(own).collect();
                assert_eq!(
                    items.iter().collect::<Vec<_>>(),
                    expected,
                    "{narrowed}: all of their own"
                );
            }
        }
        assert_eq!(count(&app.get(&format!("{LOGS}?vehicle_id=V2"), bound).await.1), 0);
        let (_, activity) = app.get("/api/v1/audit/user-activity/usr_manager", bound).await;
        assert_eq!(
            (count(&activity), &activity["items"][0]["vehicle_id"]),
            (1, &json!("V1"))
        );
        let url = app.service.url("/api/v1/audit/export");
        let response = app.http.get(url).header("x-api-key", &secret).send().await.unwrap();
        let csv = response.text().await.unwrap();
        assert_eq!(csv.lines().count(), 10, "the header and the nine of V1: {csv}");
        assert!(
            csv.contains("V1") && !csv.contains("V2") && !csv.contains("signin"),
            "{csv}"
        );
    }
}
