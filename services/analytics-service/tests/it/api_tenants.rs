//! Tenants, and that one sees nothing of another on any route.

use crate::app::{ADMIN_PASSWORD, By, PASSWORD, TestApp, now, text};
use chassis::testing::BOOTSTRAP_KEY;
use chassis::testing::contracts::example;
use serde_json::{Value, json};

#[tokio::test]
async fn only_the_default_tenant_makes_tenants() {
    let app = TestApp::start().await;
    let body = json!({"tenant_id": "ten_x", "name": "X"});
    let (status, created) = app.post("/api/v1/tenants", By::Key(BOOTSTRAP_KEY), body.clone()).await;
    assert_eq!(status, 201, "{created}");
    let password = text(&created["generated_password"]);
    let admin_of_x = app.token("ten_x", "admin", &password).await;
    let (status, body) = app.post("/api/v1/tenants", By::Key(BOOTSTRAP_KEY), body).await;
    assert_eq!((status, &body["code"]), (409, &json!("tenant.exists")));
    let (status, body) = app
        .post("/api/v1/tenants", By::Token(&admin_of_x), json!({"name": "Y"}))
        .await;
    assert_eq!((status, &body["code"]), (403, &json!("tenant.not_default")));
    let admin = app.token("default", "admin", ADMIN_PASSWORD).await;
    let (status, made) = app
        .post("/api/v1/tenants", By::Token(&admin), json!({"name": "Z"}))
        .await;
    assert_eq!(status, 201);
    assert!(text(&made["tenant"]["tenant_id"]).starts_with("ten_"));
    for bad in ["x", "ten_", "ten_A", "ten_a.b", "default"] {
        let (status, _) = app
            .post(
                "/api/v1/tenants",
                By::Token(&admin),
                json!({"tenant_id": bad, "name": "B"}),
            )
            .await;
        assert!(matches!(status, 409 | 422), "{bad}: {status}");
    }
    let (_, all) = app.get("/api/v1/tenants", By::Token(&admin)).await;
    assert_eq!(all["items"].as_array().unwrap().len(), 3);
    let (_, own) = app.get("/api/v1/tenants", By::Token(&admin_of_x)).await;
    assert_eq!(own["items"].as_array().unwrap().len(), 1);
}

/// Every GET route, with ids of tenant A where a path takes one.
fn routes(user_of_a: &str) -> Vec<String> {
    let fixed = [
        "auth/sessions",
        "users/me",
        "users",
        "tenants",
        "api-keys",
        "audit/logs",
        "audit/logs?vehicle_id=VEHICLE-OF-A",
        "dashboards/fleet",
        "dashboards/executive",
        "dashboards/technician/tech_of_a",
        "metrics/fleet-health",
        "metrics/alert-stats",
        "metrics/warranty-stats",
    ];
    let with_id = [
        format!("users/{user_of_a}"),
        format!("dashboards/owner/{user_of_a}"),
        format!("audit/user-activity/{user_of_a}"),
    ];
    fixed
        .iter()
        .map(|path| (*path).to_owned())
        .chain(with_id)
        .map(|path| format!("/api/v1/{path}"))
        .collect()
}

#[tokio::test]
async fn a_tenant_sees_nothing_of_another_on_any_route() {
    let app = TestApp::start().await;
    let (admin_a, admin_b) = (app.tenant("ten_a").await, app.tenant("ten_b").await);
    let user_a = app.user(&admin_a, "user-of-a", "OWNER").await;
    let key = json!({"kind": "SERVICE", "name": "key-of-a", "scopes": ["analytics:read"]});
    let (_, key_a) = app.post("/api/v1/api-keys", By::Token(&admin_a), key.clone()).await;
    for tenant in ["ten_a", "ten_b"] {
        deliver_everything(&app, tenant).await;
    }
    for admin in [&admin_a, &admin_b] {
        let done = |_: u16, body: &Value| body["fleet_summary"]["vehicles"] == 1;
        app.until("/api/v1/dashboards/fleet", By::Token(admin), "one vehicle each", done)
            .await;
    }
    for path in routes(&user_a) {
        let (status_a, body_a) = app.get(&path, By::Token(&admin_a)).await;
        assert_eq!(status_a, 200, "{path}: {body_a}");
        let (status_b, body_b) = app.get(&path, By::Token(&admin_b)).await;
        assert!(matches!(status_b, 200 | 404), "{path}: {status_b}");
        let told = body_b.to_string().to_lowercase();
        for secret in ["ten_a", "vehicle-of-a", "user-of-a", "key-of-a", user_a.as_str()] {
            let asked_for = path.to_lowercase().contains(secret);
            assert!(
                asked_for || !told.contains(secret),
                "{path} tells tenant B of {secret}: {told}"
            );
        }
    }
    let path = format!("/api/v1/users/{user_a}");
    assert_eq!(
        app.send("PUT", &path, By::Token(&admin_b), Some(json!({"role": "ADMIN"})))
            .await
            .0,
        404
    );
    assert_eq!(
        app.post(&format!("{path}/disable"), By::Token(&admin_b), Value::Null)
            .await
            .0,
        404
    );
    let key_path = format!("/api/v1/api-keys/{}", text(&key_a["key"]["key_id"]));
    assert_eq!(app.send("DELETE", &key_path, By::Token(&admin_b), None).await.0, 404);
    assert_eq!(app.login("ten_b", "user-of-a", PASSWORD).await.0, 401);
}

/// Delivers the health and decision examples for one vehicle named after the tenant.
async fn deliver_everything(app: &TestApp, tenant: &'static str) {
    let vehicle = format!("VEHICLE-OF-{}", tenant.trim_start_matches("ten_").to_uppercase());
    for (producer, kind) in [
        ("ingestion-service", "vehicle.registered"),
        ("health-service", "component.critical"),
        ("agent-service", "agent.decision.made"),
        ("alert-service", "alert.created"),
        ("scheduling-service", "appointment.scheduled"),
    ] {
        let mut data: Value = example(producer, kind).parse().unwrap();
        data["vehicle_id"] = json!(vehicle);
        for (name, value) in [
            ("owner_id", format!("usr_{tenant}")),
            ("technician_id", format!("tech_of_{tenant}")),
        ] {
            data[name] = json!(value);
        }
        for id in ["decision_id", "alert_id", "appointment_id"] {
            data[id] = json!(format!("{id}-{vehicle}"));
        }
        let static_kind: &'static str = kind;
        app.producer(producer)
            .await
            .deliver(static_kind, tenant, &vehicle, now(), data)
            .await;
    }
}
