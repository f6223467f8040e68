//! People say how they want to be reached, and erase it.

use chassis::Role;
use chassis::testing;
use serde_json::json;

use crate::app::{TENANT, TestApp};

const PATH: &str = "/api/v1/preferences";

#[tokio::test]
async fn preferences_are_shown_changed_and_erased() {
    let app = TestApp::start().await;
    let token = testing::token(TENANT, Role::Owner, "usr_owner", Some(&[]));
    let (_, none) = app.ask("GET", PATH, &token, None).await;
    assert_eq!((&none["email"], &none["channels"]), (&json!(null), &json!(["IN_APP"])));
    let wishes = json!({"email": " owner@example.org ", "locale": "de", "channels": ["EMAIL"]});
    assert_eq!(app.ask("PUT", PATH, &token, Some(wishes)).await.0, 200);
    let (_, kept) = app.ask("GET", PATH, &token, None).await;
    assert_eq!(kept["email"], "owner@example.org");
    assert_eq!(kept["channels"], json!(["IN_APP", "EMAIL"]));
    let other = testing::token("ten_b", Role::Owner, "usr_owner", Some(&[]));
    let (_, foreign) = app.ask("GET", PATH, &other, None).await;
    assert_eq!(
        foreign["email"],
        json!(null),
        "the same user id in another tenant is somebody else"
    );
    for _ in 0..2 {
        assert_eq!(app.ask("DELETE", PATH, &token, None).await.0, 204);
    }
    let (_, erased) = app.ask("GET", PATH, &token, None).await;
    assert_eq!(erased["email"], json!(null));
    app.stop().await;
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_with_its_place() {
    let app = TestApp::start().await;
    let token = testing::token(TENANT, Role::Admin, "usr_admin", None);
    for (body, path) in [
        (json!({"email": "a@b.example\r\nBcc: c@d.example"}), "/email"),
        (json!({"email": "nobody"}), "/email"),
        (json!({"email": "Name <a@b.example>"}), "/email"),
        (json!({"locale": "d e"}), "/locale"),
        (json!({"channels": ["PIGEON"]}), "/channels"),
        (json!({"channels": "EMAIL"}), "/channels"),
    ] {
        let (status, problem) = app.ask("PUT", PATH, &token, Some(body.clone())).await;
        assert_eq!(
            (status, &problem["errors"][0]["path"]),
            (422, &json!(path)),
            "{body}: {problem}"
        );
    }
    assert_eq!(app.ask("PUT", PATH, &token, Some(json!({"phone": "1"}))).await.0, 422);
    app.stop().await;
}
