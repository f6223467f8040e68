//! API keys: shown once, never wider than their granter, refused once revoked.

use crate::app::{ADMIN_PASSWORD, By, PASSWORD, TestApp, text};
use serde_json::{Value, json};

async fn issue(app: &TestApp, by: By<'_>, body: Value) -> (u16, Value) {
    app.post("/api/v1/api-keys", by, body).await
}

#[tokio::test]
async fn a_key_is_shown_once_works_and_is_refused_once_revoked() {
    let app = TestApp::start().await;
    let admin = app.tenant("ten_a").await;
    let body = json!({"kind": "SERVICE", "name": "report reader", "scopes": ["analytics:read"], "expires_in_days": 30});
    let (status, issued) = issue(&app, By::Token(&admin), body).await;
    assert_eq!(status, 201, "{issued}");
    let secret = text(&issued["secret"]);
    assert!(secret.starts_with("cvk_") && secret.len() == 68);
    assert!(secret.starts_with(&text(&issued["key"]["prefix"])));
    let (_, list) = app.get("/api/v1/api-keys", By::Token(&admin)).await;
    assert_eq!(list["items"][0]["status"], "ACTIVE");
    assert!(!list.to_string().contains(&secret[12..]));
    let fleet = "/api/v1/dashboards/fleet";
    app.until(fleet, By::Key(&secret), "the key works", |status, _| status == 200)
        .await;
    assert_eq!(
        app.get("/api/v1/users", By::Key(&secret)).await.0,
        403,
        "a scope is no other"
    );
    let path = format!("/api/v1/api-keys/{}", text(&issued["key"]["key_id"]));
    assert_eq!(app.send("DELETE", &path, By::Token(&admin), None).await.0, 204);
    app.until(fleet, By::Key(&secret), "the key refused", |status, _| status == 401)
        .await;
    assert_eq!(
        app.send("DELETE", &path, By::Token(&admin), None).await.0,
        204,
        "again changes nothing"
    );
    let (_, list) = app.get("/api/v1/api-keys", By::Token(&admin)).await;
    assert_eq!(list["items"][0]["status"], "REVOKED");
    assert_eq!(
        app.send("DELETE", "/api/v1/api-keys/key_none", By::Token(&admin), None)
            .await
            .0,
        404
    );
}

#[tokio::test]
async fn no_key_grants_more_than_it_holds() {
    let app = TestApp::start().await;
    let admin = app.tenant("ten_a").await;
    let body = json!({
        "kind": "SERVICE", "name": "provisioner", "scopes": ["identity:write", "telemetry:write"],
        "vehicle_ids": ["V1", "V2"], "expires_in_days": 10,
    });
    let (_, issued) = issue(&app, By::Token(&admin), body).await;
    let secret = text(&issued["secret"]);
    app.until("/api/v1/api-keys", By::Key(&secret), "the key works", |status, _| {
        status == 200
    })
    .await;
    let device = |scopes: Value, vehicles: Value, days: Value| {
        let bounds = json!({"vehicle_ids": vehicles, "expires_in_days": days});
        let mut body = json!({"kind": "DEVICE", "name": "box", "scopes": scopes});
        body.as_object_mut()
            .unwrap()
            .extend(bounds.as_object().unwrap().clone());
        body
    };
    for (body, expected) in [
        (device(json!(["telemetry:write"]), json!(["V1"]), json!(5)), "201"),
        (
            device(json!(["telemetry:write"]), json!(["V3"]), json!(5)),
            "key.vehicle_not_held",
        ),
        (
            device(json!(["telemetry:write"]), Value::Null, json!(5)),
            "key.vehicle_not_held",
        ),
        (
            device(json!(["alerts:read"]), json!(["V1"]), json!(5)),
            "key.scope_not_held",
        ),
        (
            device(json!(["telemetry:write"]), json!(["V1"]), json!(11)),
            "key.outlives_granter",
        ),
        (
            device(json!(["telemetry:write"]), json!(["V1"]), Value::Null),
            "key.outlives_granter",
        ),
        (
            json!({"kind": "USER", "name": "me", "role": "ADMIN"}),
            "key.user_key_refused",
        ),
    ] {
        let (status, answer) = issue(&app, By::Key(&secret), body).await;
        let got = if status == 201 {
            "201".to_owned()
        } else {
            text(&answer["code"])
        };
        assert_eq!(got, expected, "{answer}");
    }
}

#[tokio::test]
async fn an_admin_grants_only_what_exists_and_user_keys_act_in_a_role() {
    let app = TestApp::start().await;
    let admin = app.token("default", "admin", ADMIN_PASSWORD).await;
    let by = By::Token(&admin);
    for (body, code) in [
        (
            json!({"kind": "DEVICE", "name": "d", "scopes": ["root"]}),
            "key.unknown_scope",
        ),
        (json!({"kind": "DEVICE", "name": "d", "scopes": []}), "key.no_scope"),
        (
            json!({"kind": "DEVICE", "name": "", "scopes": ["telemetry:write"]}),
            "name.bad",
        ),
        (
            json!({"kind": "DEVICE", "name": "d", "scopes": ["telemetry:write"], "expires_in_days": 0}),
            "key.bad_lifetime",
        ),
        (
            json!({"kind": "USER", "name": "o", "role": "OWNER"}),
            "key.owner_without_vehicles",
        ),
    ] {
        let (status, answer) = issue(&app, by, body).await;
        assert_eq!((status, &answer["code"]), (422, &json!(code)), "{answer}");
    }
    let (status, issued) = issue(
        &app,
        by,
        json!({"kind": "USER", "name": "my script", "role": "FLEET_MANAGER"}),
    )
    .await;
    assert_eq!(status, 201, "{issued}");
    let secret = text(&issued["secret"]);
    app.until(
        "/api/v1/dashboards/fleet",
        By::Key(&secret),
        "the role admitted",
        |status, _| status == 200,
    )
    .await;
    assert_eq!(app.get("/api/v1/users", By::Key(&secret)).await.0, 403);
    bound_keys_see_their_own_sums(&app, by).await;
}

async fn bound_keys_see_their_own_sums(app: &TestApp, by: By<'_>) {
    let body = json!({"kind": "SERVICE", "name": "bound", "scopes": ["analytics:read"], "vehicle_ids": ["V1"]});
    let (_, issued) = issue(app, by, body).await;
    let bound = text(&issued["secret"]);
    let own = |status: u16, body: &Value| status == 200 && body["fleet_summary"]["vehicles"] == 0;
    app.until(
        "/api/v1/dashboards/fleet",
        By::Key(&bound),
        "the sums of its own vehicles",
        own,
    )
    .await;
    let body = json!({"kind": "USER", "name": "bound script", "role": "FLEET_MANAGER", "vehicle_ids": ["V1"]});
    let (_, issued) = issue(app, by, body).await;
    let script = text(&issued["secret"]);
    app.until("/api/v1/dashboards/fleet", By::Key(&script), "its sums too", own)
        .await;
    let (status, answer) = app
        .post(
            "/api/v1/reports/schedules",
            By::Key(&script),
            json!({"kind": "fleet", "format": "csv"}),
        )
        .await;
    assert_eq!(
        (status, &answer["code"]),
        (403, &json!("fleet.not_visible")),
        "{answer}"
    );
}

#[tokio::test]
async fn a_secret_is_not_kept_under_an_idempotency_key() {
    let app = TestApp::start().await;
    let admin = app.tenant("ten_a").await;
    let body = json!({"kind": "SERVICE", "name": "report reader", "scopes": ["analytics:read"]});
    let mut answers = Vec::new();
    for _ in 0..2 {
        let request = app.http.post(app.service.url("/api/v1/api-keys")).bearer_auth(&admin);
        let response = request
            .header("Idempotency-Key", "k1")
            .json(&body)
            .send()
            .await
            .unwrap();
        let status = response.status().as_u16();
        answers.push((status, response.json::<Value>().await.unwrap()));
    }
    assert_eq!(answers[0].0, 201);
    assert_eq!(
        (answers[1].0, &answers[1].1["code"]),
        (409, &json!("idempotency.answer_lost"))
    );
    let (_, list) = app.get("/api/v1/api-keys", By::Token(&admin)).await;
    assert_eq!(list["items"].as_array().map(Vec::len), Some(1), "issued once");
    let database = app.runtime.database_of(&analytics_service::DEFINITION).await;
    let mut tx = database.read().await.unwrap();
    let kept: Vec<Option<Vec<u8>>> = chassis::on!(tx, c => sqlx::query_scalar("SELECT body FROM idempotency_key")
        .fetch_all(c).await)
    .unwrap();
    assert_eq!(kept, [None]);
}

/// Attack: a person keeps the rights that they lost by a key that they made while they had them, or that somebody renewed for them.
#[tokio::test]
async fn own_keys_end_with_the_rights_that_they_were_made_by() {
    let app = TestApp::start().await;
    let admin = app.tenant("ten_a").await;
    for (name, change) in [
        ("demoted", json!({"role": "FLEET_MANAGER"})),
        ("bound", json!({"role": "FLEET_MANAGER", "vehicle_ids": ["V1"]})),
        ("disabled", json!({"status": "DISABLED"})),
    ] {
        let person = app.user(&admin, name, "ADMIN").await;
        let token = app.token("ten_a", name, PASSWORD).await;
        let script = json!({"kind": "USER", "name": "script", "role": "ADMIN"});
        let (_, issued) = issue(&app, By::Token(&token), script).await;
        let box_key = json!({"kind": "SERVICE", "name": "box", "scopes": ["identity:write"]});
        let (_, service) = issue(&app, By::Token(&token), box_key).await;
        // Another ADMIN renews the key: it stays that of the person who made it.
        let path = format!("/api/v1/api-keys/{}/rotate", text(&issued["key"]["key_id"]));
        let (status, renewed) = app.post(&path, By::Token(&admin), json!({"overlap_hours": 24})).await;
        assert_eq!(status, 201, "{renewed}");
        let secrets = [text(&issued["secret"]), text(&renewed["secret"])];
        for secret in &secrets {
            app.until("/api/v1/users", By::Key(secret), "the key works", |status, _| {
                status == 200
            })
            .await;
        }
        let (status, body) = app
            .send(
                "PUT",
                &format!("/api/v1/users/{person}"),
                By::Token(&admin),
                Some(change),
            )
            .await;
        assert_eq!(status, 200, "{body}");
        for secret in &secrets {
            app.until("/api/v1/users", By::Key(secret), "the key refused", |status, _| {
                status == 401
            })
            .await;
        }
        let (status, _) = app.get("/api/v1/users", By::Key(&text(&service["secret"]))).await;
        assert_eq!(status, 200, "keys of services go on");
    }
}

#[tokio::test]
async fn own_keys_outlive_what_changes_no_right() {
    let app = TestApp::start().await;
    let admin = app.tenant("ten_a").await;
    let person = app.user(&admin, "ada", "ADMIN").await;
    let token = app.token("ten_a", "ada", PASSWORD).await;
    let script = json!({"kind": "USER", "name": "script", "role": "ADMIN"});
    let (_, issued) = issue(&app, By::Token(&token), script).await;
    let path = format!("/api/v1/users/{person}");
    let (status, _) = app
        .send("PUT", &path, By::Token(&admin), Some(json!({"display_name": "Ada"})))
        .await;
    assert_eq!(status, 200);
    let (_, list) = app.get("/api/v1/api-keys", By::Token(&admin)).await;
    let found = list["items"].as_array().unwrap().iter();
    let statuses: Vec<&Value> = found
        .filter(|key| key["key_id"] == issued["key"]["key_id"])
        .map(|key| &key["status"])
        .collect();
    assert_eq!(statuses, [&json!("ACTIVE")]);
}
