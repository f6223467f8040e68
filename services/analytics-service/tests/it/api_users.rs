//! Users: rules, and that rights in use end when they change.

use crate::app::{ADMIN_PASSWORD, By, PASSWORD, TestApp, text};
use chassis::testing::BOOTSTRAP_KEY;
use serde_json::{Value, json};

#[tokio::test]
async fn an_admin_adds_users_and_a_made_password_works_once_shown() {
    let app = TestApp::start().await;
    let admin = app.tenant("ten_a").await;
    let body = json!({"username": "tom", "role": "TECHNICIAN", "display_name": "Tom", "email": "tom@example.org"});
    let (status, created) = app.post("/api/v1/users", By::Token(&admin), body.clone()).await;
    assert_eq!(status, 201, "{created}");
    let password = text(&created["generated_password"]);
    assert_eq!(password.len(), 20);
    assert_eq!(app.login("ten_a", "tom", &password).await.0, 200);
    let (status, body) = app.post("/api/v1/users", By::Token(&admin), body).await;
    assert_eq!((status, &body["code"]), (409, &json!("user.exists")));
    let (_, list) = app.get("/api/v1/users?role=TECHNICIAN", By::Token(&admin)).await;
    assert_eq!(list["items"].as_array().unwrap().len(), 1);
    assert!(!list.to_string().contains("hash"));
    let (_, page) = app.get("/api/v1/users?limit=1", By::Token(&admin)).await;
    let next = format!("/api/v1/users?limit=1&cursor={}", text(&page["next_cursor"]));
    let (_, rest) = app.get(&next, By::Token(&admin)).await;
    assert_ne!(page["items"][0]["user_id"], rest["items"][0]["user_id"]);
}

#[tokio::test]
async fn what_is_refused_is_named() {
    let app = TestApp::start().await;
    let admin = app.tenant("ten_a").await;
    let many: Vec<String> = (0..51).map(|i| format!("V{i}")).collect();
    for (body, code) in [
        (
            json!({"username": "u1", "role": "OWNER", "password": "short"}),
            "password.too_short",
        ),
        (
            json!({"username": "u1", "role": "OWNER", "password": "x1y2".repeat(19)}),
            "password.too_long",
        ),
        (json!({"username": "u 1", "role": "OWNER"}), "user.bad_username"),
        (
            json!({"username": "u1", "role": "OWNER", "email": "nowhere"}),
            "user.bad_email",
        ),
        (
            json!({"username": "u1", "role": "OWNER", "vehicle_ids": many}),
            "user.too_many_vehicles",
        ),
        (json!({"username": "u1", "role": "KING"}), "request.invalid"),
    ] {
        let (status, answer) = app.post("/api/v1/users", By::Token(&admin), body).await;
        assert_eq!((status, &answer["code"]), (422, &json!(code)), "{answer}");
        assert!(
            answer["errors"][0]["path"].as_str().unwrap().starts_with('/'),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn changed_rights_end_sessions_and_disabling_ends_everything() {
    let app = TestApp::start().await;
    let admin = app.tenant("ten_a").await;
    let ada = app.user(&admin, "ada", "FLEET_MANAGER").await;
    let token = app.token("ten_a", "ada", PASSWORD).await;
    assert_eq!(app.get("/api/v1/dashboards/fleet", By::Token(&token)).await.0, 200);
    let path = format!("/api/v1/users/{ada}");
    let change = json!({"role": "OWNER", "vehicle_ids": ["V1"], "display_name": "Ada"});
    let (status, changed) = app.send("PUT", &path, By::Token(&admin), Some(change)).await;
    assert_eq!(
        (status, &changed["role"], &changed["display_name"]),
        (200, &json!("OWNER"), &json!("Ada"))
    );
    app.until(
        "/api/v1/users/me",
        By::Token(&token),
        "the old rights refused",
        |status, _| status == 401,
    )
    .await;
    let token = app.token("ten_a", "ada", PASSWORD).await;
    assert_eq!(app.get("/api/v1/dashboards/fleet", By::Token(&token)).await.0, 403);
    let (status, _) = app
        .send(
            "PUT",
            &path,
            By::Token(&admin),
            Some(json!({"password": "another-Good-password"})),
        )
        .await;
    assert_eq!(status, 200);
    assert_eq!(app.login("ten_a", "ada", PASSWORD).await.0, 401);
    let token = app.token("ten_a", "ada", "another-Good-password").await;
    assert_eq!(
        app.post(&format!("{path}/disable"), By::Token(&admin), Value::Null)
            .await
            .0,
        200
    );
    app.until(
        "/api/v1/users/me",
        By::Token(&token),
        "a disabled user refused",
        |status, _| status == 401,
    )
    .await;
}

#[tokio::test]
async fn the_last_admin_stays_and_keys_cannot_make_one() {
    let app = TestApp::start().await;
    let admin = app.token("default", "admin", ADMIN_PASSWORD).await;
    let (_, me) = app.get("/api/v1/users/me", By::Token(&admin)).await;
    let path = format!("/api/v1/users/{}", text(&me["user_id"]));
    let (status, body) = app
        .post(&format!("{path}/disable"), By::Token(&admin), Value::Null)
        .await;
    assert_eq!((status, &body["code"]), (409, &json!("user.last_admin")));
    let key = json!({"kind": "SERVICE", "name": "hr", "scopes": ["identity:write"]});
    let (_, issued) = app.post("/api/v1/api-keys", By::Token(&admin), key).await;
    let secret = text(&issued["secret"]);
    app.until("/api/v1/users", By::Key(&secret), "the key known", |status, _| {
        status == 200
    })
    .await;
    let new = |role: &str| json!({"username": format!("by-key-{role}"), "role": role, "password": PASSWORD});
    let (status, body) = app.post("/api/v1/users", By::Key(&secret), new("ADMIN")).await;
    assert_eq!((status, &body["code"]), (403, &json!("user.admin_by_key")));
    assert_eq!(app.post("/api/v1/users", By::Key(&secret), new("OWNER")).await.0, 201);
    assert_eq!(
        app.send("PUT", &path, By::Key(&secret), Some(json!({"password": PASSWORD})))
            .await
            .0,
        403
    );
    assert_eq!(
        app.post("/api/v1/users", By::Key(BOOTSTRAP_KEY), new("ADMIN")).await.0,
        201
    );
}
