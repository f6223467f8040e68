//! Sign-in, refresh and sign-out.

use crate::app::{ADMIN_PASSWORD, By, PASSWORD, TestApp, text};
use serde_json::{Value, json};

#[tokio::test]
async fn a_person_signs_in_and_sees_who_they_are() {
    let app = TestApp::start().await;
    let (status, body) = app.login("default", "ADMIN", ADMIN_PASSWORD).await;
    assert_eq!(status, 200, "user names are compared in any case: {body}");
    assert_eq!(body["token_type"], "Bearer");
    assert!(body["expires_in"].as_i64().unwrap() <= 600);
    assert!(!body.to_string().contains("password"), "{body}");
    let token = text(&body["access_token"]);
    let (status, me) = app.get("/api/v1/users/me", By::Token(&token)).await;
    assert_eq!(
        (status, &me["username"], &me["role"]),
        (200, &json!("admin"), &json!("ADMIN"))
    );
    let (_, sessions) = app.get("/api/v1/auth/sessions", By::Token(&token)).await;
    assert_eq!(sessions["items"].as_array().unwrap().len(), 1);
    assert_eq!(sessions["items"][0]["current"], true);
    assert_eq!(sessions["items"][0]["session_id"], body["session_id"]);
}

/// Attack: user names are found out by the words of a refusal.
#[tokio::test]
async fn unknown_wrong_disabled_and_foreign_all_answer_alike() {
    let app = TestApp::start().await;
    let admin = app.tenant("ten_a").await;
    let ada = app.user(&admin, "ada", "OWNER").await;
    let refused = |answer: (u16, Value)| {
        let (status, mut body) = answer;
        body["request_id"].take();
        (status, body)
    };
    let unknown = refused(app.login("ten_a", "nobody", PASSWORD).await);
    assert_eq!((unknown.0, &unknown.1["code"]), (401, &json!("auth.failed")));
    assert_eq!(refused(app.login("ten_a", "ada", "not-her-password").await), unknown);
    assert_eq!(refused(app.login("ten_nowhere", "ada", PASSWORD).await), unknown);
    assert_eq!(
        refused(app.login("default", "ada", PASSWORD).await),
        unknown,
        "users of one tenant are none of another"
    );
    let long = "x".repeat(5_000);
    assert_eq!(refused(app.login("ten_a", "ada", &long).await), unknown);
    assert_eq!(app.login("ten_a", "ada", PASSWORD).await.0, 200);
    let (status, body) = app
        .post(&format!("/api/v1/users/{ada}/disable"), By::Token(&admin), Value::Null)
        .await;
    assert_eq!((status, &body["status"]), (200, &json!("DISABLED")));
    assert_eq!(refused(app.login("ten_a", "ada", PASSWORD).await), unknown);
}

/// Attack: user names are found out by the time of a refusal.
#[tokio::test]
async fn unknown_users_take_the_time_of_known_ones() {
    // With a noticeable cost, an unknown user answered without hashing would be many times quicker.
    let app = TestApp::start_with(&[("identity.bcrypt_cost", toml::Value::Integer(9))]).await;
    let mut seconds = [0.0, 0.0];
    for _ in 0..4 {
        for (slot, username) in [(0, "admin"), (1, "nobody")] {
            let started = std::time::Instant::now();
            assert_eq!(app.login("default", username, "wrong-password").await.0, 401);
            seconds[slot] += started.elapsed().as_secs_f64();
        }
    }
    assert!(
        seconds[1] > seconds[0] / 3.0,
        "known {:.3} s, unknown {:.3} s",
        seconds[0],
        seconds[1]
    );
}

/// Attack: passwords are guessed (brute force).
#[tokio::test]
async fn repeated_failures_must_wait_and_others_need_not() {
    let app = TestApp::start_with(&[("sign_in.failures_per_user_max", toml::Value::Integer(3))]).await;
    let admin = app.tenant("ten_a").await;
    app.user(&admin, "ada", "OWNER").await;
    for _ in 0..3 {
        assert_eq!(app.login("ten_a", "ada", "wrong-password").await.0, 401);
    }
    let (status, body) = app.login("ten_a", "ada", PASSWORD).await;
    assert_eq!(
        (status, &body["code"]),
        (429, &json!("auth.throttled")),
        "the right password has to wait too"
    );
    assert!(body["params"]["retry_after_s"].as_i64().unwrap() > 0);
    assert_eq!(
        app.login("ten_a", "ADA", PASSWORD).await.0,
        429,
        "case is no way around"
    );
    for _ in 0..3 {
        assert_eq!(app.login("ten_a", "ghost", "wrong-password").await.0, 401);
    }
    assert_eq!(
        app.login("ten_a", "ghost", "wrong-password").await.0,
        429,
        "unknown names are throttled alike"
    );
    assert_eq!(app.login("ten_a", "admin", PASSWORD).await.0, 200);
    assert_eq!(app.login("default", "admin", ADMIN_PASSWORD).await.0, 200);
}

/// Attack: a refresh token is used twice.
#[tokio::test]
async fn refresh_rotates_and_a_second_use_ends_the_session() {
    let app = TestApp::start().await;
    let (_, first) = app.login("default", "admin", ADMIN_PASSWORD).await;
    let refresh = |token: &Value| app.post("/api/v1/auth/refresh", By::Nobody, json!({"refresh_token": token}));
    let (status, second) = refresh(&first["refresh_token"]).await;
    assert_eq!(status, 200, "{second}");
    assert_eq!(second["session_id"], first["session_id"]);
    assert_ne!(second["refresh_token"], first["refresh_token"]);
    let (status, reused) = refresh(&first["refresh_token"]).await;
    assert_eq!((status, &reused["code"]), (401, &json!("auth.refresh_reused")));
    let (status, after) = refresh(&second["refresh_token"]).await;
    assert_eq!(
        (status, &after["code"]),
        (401, &json!("auth.refresh_refused")),
        "the thief's and the owner's both end"
    );
    let token = text(&second["access_token"]);
    app.until(
        "/api/v1/users/me",
        By::Token(&token),
        "access tokens of the session refused",
        |status, _| status == 401,
    )
    .await;
    for bad in [
        "",
        "cvr.default.ses_x.00",
        "cvr.default.ses_x.{}",
        &format!("cvr.default.ses_x.{}", "0".repeat(64)),
    ] {
        assert_eq!(refresh(&json!(bad)).await.0, 401, "{bad}");
    }
}

#[tokio::test]
async fn signing_out_ends_the_session_only() {
    let app = TestApp::start().await;
    let (_, first) = app.login("default", "admin", ADMIN_PASSWORD).await;
    let (_, second) = app.login("default", "admin", ADMIN_PASSWORD).await;
    let (first_token, second_token) = (text(&first["access_token"]), text(&second["access_token"]));
    assert_eq!(
        app.send("POST", "/api/v1/auth/logout", By::Token(&first_token), None)
            .await
            .0,
        204
    );
    app.until(
        "/api/v1/users/me",
        By::Token(&first_token),
        "the token refused",
        |status, _| status == 401,
    )
    .await;
    assert_eq!(app.get("/api/v1/users/me", By::Token(&second_token)).await.0, 200);
    let body = json!({"refresh_token": first["refresh_token"]});
    assert_eq!(app.post("/api/v1/auth/refresh", By::Nobody, body).await.0, 401);
}

#[tokio::test]
async fn bad_bodies_say_what_and_where() {
    let app = TestApp::start().await;
    let (status, body) = app
        .post(
            "/api/v1/auth/login",
            By::Nobody,
            json!({"username": 7, "password": "x"}),
        )
        .await;
    assert_eq!(
        (status, &body["errors"][0]["path"]),
        (422, &json!("/username")),
        "{body}"
    );
    let (status, body) = app
        .post(
            "/api/v1/auth/login",
            By::Nobody,
            json!({"username": "a", "password": "x", "admin": true}),
        )
        .await;
    assert_eq!(status, 422, "unknown members are refused: {body}");
    let response = app
        .http
        .post(app.service.url("/api/v1/auth/login"))
        .header("content-type", "application/json");
    let response = response.body("{\"username\": ").send().await.unwrap();
    assert_eq!(response.status(), 400);
    assert_eq!(response.headers()["content-type"], "application/problem+json");
}
