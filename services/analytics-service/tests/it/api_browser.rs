//! Browsers: the refresh token is in a cookie that no script can read, and only pages of our own origin may use it.

use crate::app::{ADMIN_PASSWORD, By, PASSWORD, TestApp, text};
use reqwest::header::{COOKIE, HeaderMap, ORIGIN, SET_COOKIE};
use serde_json::{Value, json};

/// An answer with its headers.
struct Page {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

impl Page {
    /// The cookie as the browser would send it again.
    fn cookie(&self) -> String {
        let set = self.headers[SET_COOKIE].to_str().unwrap();
        set.split(';').next().unwrap().to_owned()
    }
}

/// A browser's request from a page of this origin.
async fn browse(app: &TestApp, path: &str, origin: Option<&str>, cookie: Option<&str>, body: Option<Value>) -> Page {
    let mut request = app.http.post(app.service.url(path));
    if let Some(origin) = origin {
        request = request.header(ORIGIN, origin);
    }
    if let Some(cookie) = cookie {
        request = request.header(COOKIE, cookie);
    }
    if let Some(body) = body {
        request = request.json(&body);
    }
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let body = serde_json::from_str(&text).unwrap_or(Value::Null);
    Page { status, headers, body }
}

/// The page that the service itself would serve.
fn own(app: &TestApp) -> String {
    app.service.url("")
}

fn admin() -> Option<Value> {
    Some(json!({"username": "admin", "password": ADMIN_PASSWORD}))
}

const LOGIN: &str = "/api/v1/auth/login";
const REFRESH: &str = "/api/v1/auth/refresh";

#[tokio::test]
async fn a_browser_keeps_its_session_in_a_cookie_and_never_sees_the_token() {
    let app = TestApp::start().await;
    let origin = own(&app);
    let first = browse(&app, LOGIN, Some(&origin), None, admin()).await;
    assert_eq!(
        (first.status, &first.body["refresh_token"]),
        (200, &Value::Null),
        "{}",
        first.body
    );
    let set = first.headers[SET_COOKIE].to_str().unwrap();
    for part in ["HttpOnly", "Secure", "SameSite=Strict", "Path=/api/v1/auth", "Max-Age="] {
        assert!(set.contains(part), "{set}");
    }
    assert!(
        !first.body.to_string().contains(&first.cookie()[18..]),
        "the token is in the cookie alone"
    );
    let second = browse(&app, REFRESH, Some(&origin), Some(&first.cookie()), None).await;
    assert_eq!(
        (second.status, &second.body["session_id"]),
        (200, &first.body["session_id"])
    );
    assert_ne!(second.cookie(), first.cookie());
    let token = text(&second.body["access_token"]);
    let sessions = app.get("/api/v1/auth/sessions", By::Token(&token)).await.1;
    assert_eq!(
        (
            sessions["items"].as_array().unwrap().len(),
            &sessions["items"][0]["current"]
        ),
        (1, &json!(true))
    );
    let left = app
        .http
        .post(app.service.url("/api/v1/auth/logout"))
        .bearer_auth(&token)
        .send()
        .await
        .unwrap();
    assert!(left.headers()[SET_COOKIE].to_str().unwrap().contains("Max-Age=0"));
    let over = browse(&app, REFRESH, Some(&origin), Some(&second.cookie()), Some(json!({}))).await;
    assert_eq!(
        (over.status, over.body["code"].as_str()),
        (401, Some("auth.refresh_refused"))
    );
    assert!(
        over.headers[SET_COOKIE].to_str().unwrap().contains("Max-Age=0"),
        "what is over is taken away"
    );
}

/// Attack: a page of another origin signs a browser in or refreshes its session (cross-site request forgery).
#[tokio::test]
async fn a_page_of_another_origin_neither_signs_in_nor_refreshes() {
    let app = TestApp::start().await;
    let origin = own(&app);
    let signed_in = browse(&app, LOGIN, Some(&origin), None, admin()).await;
    let cookie = signed_in.cookie();
    for foreign in ["https://evil.example", "null", "http://127.0.0.1:1", "file://"] {
        let forged = browse(&app, LOGIN, Some(foreign), None, admin()).await;
        assert_eq!(
            (forged.status, forged.body["code"].as_str()),
            (403, Some("auth.origin")),
            "{foreign}"
        );
        let forged = browse(&app, REFRESH, Some(foreign), Some(&cookie), None).await;
        assert_eq!(
            (forged.status, forged.body["code"].as_str()),
            (403, Some("auth.origin")),
            "{foreign}"
        );
    }
    let no_origin = browse(&app, REFRESH, None, Some(&cookie), None).await;
    assert_eq!(
        (no_origin.status, no_origin.body["code"].as_str()),
        (403, Some("auth.origin"))
    );
    assert_eq!(
        browse(&app, REFRESH, Some(&origin), Some(&cookie), None).await.status,
        200
    );
}

/// Attack: a stolen cookie is used after its owner has refreshed.
#[tokio::test]
async fn two_tabs_may_race_but_a_later_second_use_ends_the_session() {
    let race = ("identity.refresh_race_s", toml::Value::Integer(60));
    let app = TestApp::start_with(&[race]).await;
    let origin = own(&app);
    let first = browse(&app, LOGIN, Some(&origin), None, admin()).await;
    let second = browse(&app, REFRESH, Some(&origin), Some(&first.cookie()), None).await;
    let raced = browse(&app, REFRESH, Some(&origin), Some(&first.cookie()), None).await;
    assert_eq!(
        (raced.status, raced.body["code"].as_str()),
        (409, Some("auth.refresh_raced"))
    );
    assert!(raced.headers.get(SET_COOKIE).is_none(), "the newer cookie stays");
    assert_eq!(
        browse(&app, REFRESH, Some(&origin), Some(&second.cookie()), None)
            .await
            .status,
        200
    );

    let never = toml::Value::Integer(0);
    let app = TestApp::start_with(&[
        ("identity.refresh_race_s", never.clone()),
        ("identity.refresh_lost_s", never),
    ])
    .await;
    let origin = own(&app);
    let first = browse(&app, LOGIN, Some(&origin), None, admin()).await;
    let second = browse(&app, REFRESH, Some(&origin), Some(&first.cookie()), None).await;
    let reused = browse(&app, REFRESH, Some(&origin), Some(&first.cookie()), None).await;
    assert_eq!(
        (reused.status, reused.body["code"].as_str()),
        (401, Some("auth.refresh_reused"))
    );
    assert_eq!(
        browse(&app, REFRESH, Some(&origin), Some(&second.cookie()), None)
            .await
            .status,
        401,
        "both are out"
    );
}

/// Attack: a stolen cookie is used while its owner has not yet used the one that was given for it.
#[tokio::test]
async fn a_lost_answer_is_given_again_and_whoever_holds_the_first_ends_the_session() {
    let app = TestApp::start_with(&[("identity.refresh_race_s", toml::Value::Integer(0))]).await;
    let origin = own(&app);
    let exchange = async |cookie: &str| browse(&app, REFRESH, Some(&origin), Some(cookie), None).await;
    let first = browse(&app, LOGIN, Some(&origin), None, admin()).await;
    let lost = exchange(&first.cookie()).await;
    let again = exchange(&first.cookie()).await;
    assert_eq!(
        (again.status, &again.body["session_id"]),
        (200, &first.body["session_id"])
    );
    let next = exchange(&again.cookie()).await;
    assert_eq!(next.status, 200);
    let dead = exchange(&lost.cookie()).await;
    assert_eq!(
        (dead.status, dead.body["code"].as_str()),
        (401, Some("auth.refresh_reused"))
    );
    assert_eq!(exchange(&next.cookie()).await.status, 401, "both are out");

    let first = browse(&app, LOGIN, Some(&origin), None, admin()).await;
    let second = exchange(&first.cookie()).await;
    assert_eq!(exchange(&second.cookie()).await.status, 200);
    let reused = exchange(&first.cookie()).await;
    assert_eq!(
        (reused.status, reused.body["code"].as_str()),
        (401, Some("auth.refresh_reused")),
        "what was given for it was used, so it had arrived"
    );
}

#[tokio::test]
async fn sessions_are_ended_one_by_one_and_another_persons_is_unknown() {
    let app = TestApp::start().await;
    let admin = app.tenant("ten_a").await;
    app.user(&admin, "ada", "OWNER").await;
    let sign_in = async || app.login("ten_a", "ada", PASSWORD).await.1;
    let (first, second, third) = (sign_in().await, sign_in().await, sign_in().await);
    let token = |body: &Value| text(&body["access_token"]);
    let path = |body: &Value| format!("/api/v1/auth/sessions/{}", text(&body["session_id"]));
    let refused = app.send("DELETE", &path(&first), By::Token(&admin), None).await;
    assert_eq!(
        (refused.0, refused.1["code"].as_str()),
        (404, Some("session.not_found")),
        "not even an ADMIN by this route"
    );
    assert_eq!(
        app.send("DELETE", &path(&first), By::Token(&token(&second)), None)
            .await
            .0,
        204
    );
    let out = |status: u16, _: &Value| status == 401;
    app.until(
        "/api/v1/users/me",
        By::Token(&token(&first)),
        "the first session out",
        out,
    )
    .await;
    assert_eq!(
        app.send("DELETE", "/api/v1/auth/sessions", By::Token(&token(&second)), None)
            .await
            .0,
        204
    );
    app.until("/api/v1/users/me", By::Token(&token(&third)), "the others out", out)
        .await;
    let left = app.get("/api/v1/auth/sessions", By::Token(&token(&second))).await.1;
    assert_eq!(
        (left["items"].as_array().unwrap().len(), &left["items"][0]["current"]),
        (1, &json!(true))
    );
}

#[tokio::test]
async fn who_knows_the_old_password_changes_it_and_other_sessions_end() {
    let app = TestApp::start_with(&[("sign_in.failures_per_user_max", toml::Value::Integer(3))]).await;
    let admin = app.tenant("ten_a").await;
    let ada = app.user(&admin, "ada", "TECHNICIAN").await;
    let (here, there) = (
        app.token("ten_a", "ada", PASSWORD).await,
        app.token("ten_a", "ada", PASSWORD).await,
    );
    let change = async |current: &str, new: &str| {
        let body = json!({"current_password": current, "new_password": new});
        let answer = app.post("/api/v1/users/me/password", By::Token(&here), body).await;
        (answer.0, answer.1["code"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(
        change("wrong", "another-Good-password").await,
        (401, "auth.failed".to_owned())
    );
    assert_eq!(change(PASSWORD, "short").await, (422, "password.too_short".to_owned()));
    assert_eq!(
        change(PASSWORD, &"ä".repeat(40)).await.1,
        "password.too_long",
        "72 bytes, not letters"
    );
    assert_eq!(change(PASSWORD, "another-Good-password").await.0, 204);
    let out = |status: u16, _: &Value| status == 401;
    app.until("/api/v1/users/me", By::Token(&there), "the other session out", out)
        .await;
    assert_eq!(app.get("/api/v1/users/me", By::Token(&here)).await.0, 200);
    assert_eq!(app.login("ten_a", "ada", "another-Good-password").await.0, 200);
    for _ in 0..3 {
        assert_eq!(change("a guess", "yet-another-Good-one").await.0, 401);
    }
    assert_eq!(
        change("another-Good-password", "yet-another-Good-one").await.0,
        429,
        "guessed as at the door"
    );
    let unlock = format!("/api/v1/users/{ada}/unlock");
    assert_eq!(app.send("POST", &unlock, By::Token(&admin), None).await.0, 204);
    assert_eq!(app.login("ten_a", "ada", "another-Good-password").await.0, 200);
}
