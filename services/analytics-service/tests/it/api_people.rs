//! Invitations, consents to SUPPORT, names, and keys that take each other's place.

use crate::app::{By, PASSWORD, TestApp, text};
use chassis::Role;
use chassis::testing::token;
use serde_json::{Value, json};

#[tokio::test]
async fn an_invitation_makes_a_user_once() {
    let app = TestApp::start().await;
    let admin = app.tenant("ten_a").await;
    let body =
        json!({"role": "FLEET_MANAGER", "email": "ada@example.org", "display_name": "Ada", "fleet_ids": ["north"]});
    let (status, made) = app.post("/api/v1/invitations", By::Token(&admin), body).await;
    assert_eq!((status, &made["invitation"]["status"]), (201, &json!("OPEN")), "{made}");
    let secret = text(&made["token"]);
    assert_eq!(made["path"], format!("/invitation?token={secret}"));
    let listed = app.get("/api/v1/invitations", By::Token(&admin)).await.1;
    assert!(!listed.to_string().contains(&secret), "shown once");
    let accept = async |token: &str, username: &str, password: &str| {
        let body = json!({"token": token, "username": username, "password": password});
        app.post("/api/v1/invitations/accept", By::Nobody, body).await
    };
    assert_eq!(accept(&secret, "ada", "short").await.0, 422);
    assert_eq!(
        accept(&secret, "admin", PASSWORD).await.0,
        409,
        "the name is taken; the invitation stays open"
    );
    let (status, user) = accept(&secret, "ada", PASSWORD).await;
    assert_eq!(
        (status, &user["tenant_id"], &user["username"]),
        (201, &json!("ten_a"), &json!("ada")),
        "{user}"
    );
    assert_eq!(accept(&secret, "eve", PASSWORD).await.0, 404, "good once");
    let tampered = secret.replace("ten_a", "default");
    for bad in ["", "cvi.ten_a.inv_x.00", tampered.as_str(), &format!("{secret}0")] {
        assert_eq!(accept(bad, "eve", PASSWORD).await.0, 404, "{bad}");
    }
    let ada = app.token("ten_a", "ada", PASSWORD).await;
    let me = app.get("/api/v1/users/me", By::Token(&ada)).await.1;
    assert_eq!(
        (&me["role"], &me["fleet_ids"], &me["display_name"]),
        (&json!("FLEET_MANAGER"), &json!(["north"]), &json!("Ada"))
    );
    let listed = app.get("/api/v1/invitations", By::Token(&admin)).await.1;
    assert_eq!(
        (&listed["items"][0]["status"], &listed["items"][0]["email"]),
        (&json!("ACCEPTED"), &Value::Null)
    );
}

#[tokio::test]
async fn an_invitation_is_taken_back_and_runs_out_and_no_key_invites_an_admin() {
    let app = TestApp::start().await;
    let admin = app.tenant("ten_a").await;
    let other = app.tenant("ten_b").await;
    let (_, made) = app
        .post("/api/v1/invitations", By::Token(&admin), json!({"role": "OWNER"}))
        .await;
    let path = format!("/api/v1/invitations/{}", text(&made["invitation"]["invitation_id"]));
    assert_eq!(app.send("DELETE", &path, By::Token(&other), None).await.0, 404);
    assert_eq!(app.send("DELETE", &path, By::Token(&admin), None).await.0, 204);
    let body = json!({"token": made["token"], "username": "eve", "password": PASSWORD});
    assert_eq!(app.post("/api/v1/invitations/accept", By::Nobody, body).await.0, 404);
    let long = json!({"role": "OWNER", "expires_in_hours": 721});
    assert_eq!(app.post("/api/v1/invitations", By::Token(&admin), long).await.0, 422);
    let key = json!({"kind": "SERVICE", "name": "hr", "scopes": ["identity:write"]});
    let (_, key) = app.post("/api/v1/api-keys", By::Token(&admin), key).await;
    let secret = text(&key["secret"]);
    app.until("/api/v1/invitations", By::Key(&secret), "the key", |status, _| {
        status == 200
    })
    .await;
    let (status, refused) = app
        .post("/api/v1/invitations", By::Key(&secret), json!({"role": "ADMIN"}))
        .await;
    assert_eq!((status, &refused["code"]), (403, &json!("user.admin_by_key")));
}

/// Attack: SUPPORT reads without the tenant's consent, or after it was taken back.
#[tokio::test]
async fn support_reads_by_consent_for_a_while() {
    let app = TestApp::start().await;
    let admin = app.tenant("ten_a").await;
    app.user(&admin, "sam", "SUPPORT").await;
    let (status, refused) = app.login("ten_a", "sam", PASSWORD).await;
    assert_eq!((status, &refused["code"]), (403, &json!("auth.consent_needed")));
    assert_eq!(
        app.login("ten_a", "sam", "wrong").await.1["code"],
        "auth.failed",
        "a wrong password learns nothing of it"
    );
    let grant = async |hours: i64| {
        app.post("/api/v1/support-consents", By::Token(&admin), json!({"hours": hours}))
            .await
    };
    assert_eq!(grant(169).await.0, 422);
    let (status, consent) = grant(2).await;
    assert_eq!((status, &consent["status"]), (201, &json!("RUNNING")));
    let (status, sam) = app.login("ten_a", "sam", PASSWORD).await;
    assert_eq!(
        (status, &sam["refresh_expires_at"]),
        (200, &consent["expires_at"]),
        "the session ends with the consent"
    );
    let as_sam = text(&sam["access_token"]);
    assert_eq!(app.get("/api/v1/dashboards/fleet", By::Token(&as_sam)).await.0, 200);
    let path = format!("/api/v1/support-consents/{}", text(&consent["consent_id"]));
    assert_eq!(app.send("DELETE", &path, By::Token(&admin), None).await.0, 204);
    app.until(
        "/api/v1/dashboards/fleet",
        By::Token(&as_sam),
        "SUPPORT out",
        |status, _| status == 401,
    )
    .await;
    assert_eq!(app.login("ten_a", "sam", PASSWORD).await.0, 403);
    let key = json!({"kind": "USER", "name": "around it", "role": "SUPPORT"});
    assert_eq!(
        app.post("/api/v1/api-keys", By::Token(&admin), key).await.0,
        422,
        "no key goes around the consent"
    );
}

#[tokio::test]
async fn names_are_told_to_everyone_of_the_tenant_and_nothing_else() {
    let app = TestApp::start().await;
    let admin = app.tenant("ten_a").await;
    let other = app.tenant("ten_b").await;
    let ada = app.user(&admin, "ada", "OWNER").await;
    let bob = app.user(&other, "bob", "OWNER").await;
    let as_tech = token("ten_a", Role::Technician, "usr_t", None);
    let path = format!("/api/v1/users/names?ids={ada},{bob},usr_none");
    let (status, names) = app.get(&path, By::Token(&as_tech)).await;
    assert_eq!(
        (status, &names["items"]),
        (200, &json!([{"user_id": ada, "display_name": "ada"}]))
    );
    let everyone = app.get("/api/v1/users/names", By::Token(&admin)).await.1;
    assert_eq!(everyone["items"].as_array().unwrap().len(), 2);
    let own = app.get("/api/v1/users/names", By::Token(&as_tech)).await.1;
    assert_eq!(own["items"], json!([]), "who is not asked for by id is not told");
    bound_callers_list_nobody(&app, &admin, &ada).await;
    let many = vec!["x"; 101].join(",");
    assert_eq!(
        app.get(&format!("/api/v1/users/names?ids={many}"), By::Token(&as_tech))
            .await
            .0,
        400
    );
}

/// Whoever is bound to a fleet or to vehicles runs a part of the tenant: the list is the own name, other names are told by id.
async fn bound_callers_list_nobody(app: &TestApp, admin: &str, ada: &str) {
    let names = "/api/v1/users/names";
    let body = json!({"username": "mia", "role": "FLEET_MANAGER", "password": PASSWORD, "fleet_ids": ["fleet_a"]});
    let (_, made) = app.post("/api/v1/users", By::Token(admin), body).await;
    let mia = text(&made["user"]["user_id"]);
    let as_mia = app.token("ten_a", "mia", PASSWORD).await;
    let (status, own) = app.get(names, By::Token(&as_mia)).await;
    assert_eq!(
        (status, &own["items"]),
        (200, &json!([{"user_id": mia, "display_name": "mia"}]))
    );
    let (_, asked) = app.get(&format!("{names}?ids={ada}"), By::Token(&as_mia)).await;
    assert_eq!(asked["items"], json!([{"user_id": ada, "display_name": "ada"}]));
    let free = token("ten_a", Role::FleetManager, "usr_m", None);
    let everyone = app.get(names, By::Token(&free)).await.1;
    assert_eq!(
        everyone["items"].as_array().unwrap().len(),
        3,
        "who is not bound lists all"
    );
    let bound = token("ten_a", Role::FleetManager, "usr_m", Some(&["V1"]));
    assert_eq!(app.get(names, By::Token(&bound)).await.1["items"], json!([]));
    let key = json!({"kind": "SERVICE", "name": "box", "scopes": ["analytics:read"], "vehicle_ids": ["V1"]});
    let (status, key) = app.post("/api/v1/api-keys", By::Token(admin), key).await;
    assert_eq!(status, 201, "{key}");
    let secret = text(&key["secret"]);
    let nobody = |status: u16, body: &Value| status == 200 && body["items"] == json!([]);
    app.until(names, By::Key(&secret), "a bound key lists nobody", nobody)
        .await;
}

#[tokio::test]
async fn a_key_is_replaced_with_an_overlap_and_its_use_is_noted() {
    let app = TestApp::start().await;
    let admin = app.tenant("ten_a").await;
    let body = json!({"kind": "SERVICE", "name": "box", "scopes": ["analytics:read"]});
    let (_, old) = app.post("/api/v1/api-keys", By::Token(&admin), body).await;
    let old_secret = text(&old["secret"]);
    let good = |status: u16, _: &Value| status == 200;
    app.until(
        "/api/v1/metrics/fleet-health",
        By::Key(&old_secret),
        "the old key",
        good,
    )
    .await;
    let rotate = format!("/api/v1/api-keys/{}/rotate", text(&old["key"]["key_id"]));
    assert_eq!(
        app.post(&rotate, By::Token(&admin), json!({"overlap_hours": 721}))
            .await
            .0,
        422
    );
    let (status, new) = app.post(&rotate, By::Token(&admin), json!({"overlap_hours": 1})).await;
    assert_eq!(
        (status, &new["key"]["scopes"], &new["key"]["name"]),
        (201, &json!(["analytics:read"]), &json!("box"))
    );
    assert_eq!(
        app.post(&rotate, By::Token(&admin), json!({})).await.0,
        409,
        "replaced once"
    );
    let new_secret = text(&new["secret"]);
    app.until(
        "/api/v1/metrics/fleet-health",
        By::Key(&new_secret),
        "the new key",
        good,
    )
    .await;
    assert_eq!(
        app.get("/api/v1/metrics/fleet-health", By::Key(&old_secret)).await.0,
        200,
        "the old one overlaps"
    );
    let noted = |_: u16, body: &Value| {
        body["items"]
            .as_array()
            .is_some_and(|keys| keys.iter().all(|key| key["last_used_at"].is_string()))
    };
    let listed = app
        .until("/api/v1/api-keys", By::Token(&admin), "the uses", noted)
        .await;
    let items = listed["items"].as_array().unwrap();
    let first = items.iter().find(|key| key["key_id"] == old["key"]["key_id"]).unwrap();
    assert!(
        first["expires_at"].is_string() && first["replaced_by"] == new["key"]["key_id"],
        "{first}"
    );
}

#[tokio::test]
async fn a_key_that_is_replaced_without_an_overlap_is_out_at_once() {
    let app = TestApp::start().await;
    let admin = app.tenant("ten_a").await;
    let body = json!({"kind": "SERVICE", "name": "box", "scopes": ["analytics:read"]});
    let (_, old) = app.post("/api/v1/api-keys", By::Token(&admin), body).await;
    let path = "/api/v1/metrics/fleet-health";
    let secret = text(&old["secret"]);
    app.until(path, By::Key(&secret), "the key", |status, _| status == 200)
        .await;
    let rotate = format!("/api/v1/api-keys/{}/rotate", text(&old["key"]["key_id"]));
    let body = json!({"overlap_hours": 0});
    assert_eq!(app.post(&rotate, By::Token(&admin), body).await.0, 201);
    app.until(path, By::Key(&secret), "the key out", |status, _| status == 401)
        .await;
}

#[tokio::test]
async fn refusals_and_writes_are_found_in_the_log_and_exported() {
    let app = TestApp::start().await;
    let admin = app.tenant("ten_a").await;
    let ada = app.user(&admin, "ada", "OWNER").await;
    let as_ada = app.token("ten_a", "ada", PASSWORD).await;
    for _ in 0..25 {
        assert_eq!(app.get("/api/v1/users", By::Token(&as_ada)).await.0, 403);
    }
    let denials = |body: &Value| -> i64 {
        let items = body["items"].as_array().unwrap().iter();
        items
            .filter(|item| item["route"] == "/api/v1/users")
            .map(|item| item["count"].as_i64().unwrap())
            .sum()
    };
    let path = format!("/api/v1/audit/logs?outcome=denied&actor_id={ada}");
    let found = app
        .until(&path, By::Token(&admin), "the refusals", |_, body| denials(body) == 25)
        .await;
    let item = &found["items"][0];
    assert!(
        found["items"].as_array().unwrap().len() <= 5,
        "a flood is a few lines: {found}"
    );
    assert_eq!(
        (&item["role"], &item["status"], &item["method"]),
        (&json!("OWNER"), &json!(403), &json!("GET"))
    );
    let written = "/api/v1/audit/logs?outcome=DONE&q=API/V1/users";
    let done = |_: u16, body: &Value| body["items"].as_array().is_some_and(|items| !items.is_empty());
    let found = app.until(written, By::Token(&admin), "the write", done).await;
    assert_eq!(
        (&found["items"][0]["type"], &found["items"][0]["method"]),
        (&json!("access.done"), &json!("POST"))
    );
    let none = app.get("/api/v1/audit/logs?q=%25", By::Token(&admin)).await.1;
    assert_eq!(none["items"], json!([]), "a wildcard is a letter");
    let other = app.tenant("ten_b").await;
    assert_eq!(app.get(&path, By::Token(&other)).await.1["items"], json!([]));

    let export = app
        .http
        .get(app.service.url("/api/v1/audit/export?format=csv&outcome=DENIED"))
        .bearer_auth(&admin);
    let response = export.send().await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/csv; charset=utf-8");
    assert!(
        response.headers()["content-disposition"]
            .to_str()
            .unwrap()
            .starts_with("attachment")
    );
    let csv = response.text().await.unwrap();
    assert!(
        csv.starts_with("time,recorded_time,type,outcome,source,actor_id"),
        "{csv}"
    );
    let lines: Vec<&str> = csv.lines().skip(1).collect();
    assert!(
        !lines.is_empty() && lines.iter().all(|line| line.contains(",DENIED,")),
        "{csv}"
    );
    assert_eq!(
        app.get("/api/v1/audit/export?format=pdf", By::Token(&admin)).await.0,
        400
    );
}
