//! `/api/v1/health`: answers, roles, tenants.

use chassis::Role;
use reqwest::Method;
use serde_json::json;

use crate::app::{Caller, NOW, TestApp, bootstrap, component, owner, person, time, worn_pads};

async fn fleet() -> TestApp {
    let app = TestApp::start().await;
    for (vehicle_id, percent) in [("V1", 20.0), ("V2", 95.0), ("V3", 70.0)] {
        app.register("ten_a", vehicle_id).await;
        app.telemetry("ten_a", vehicle_id, worn_pads(vehicle_id, percent, 60, 10))
            .await;
        app.taken("ten_a", vehicle_id, 10).await;
    }
    app
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vehicles_health_has_the_documented_fields() {
    let app = fleet().await;
    let answer = app.get("/api/v1/health/V2", &person("ten_a", Role::FleetManager)).await;
    assert_eq!(answer.status, 200);
    assert!(answer.body["overall_health_score"].as_f64().unwrap() < 0.2);
    let brakes = component(&answer.body, "brakes");
    let quantiles = &brakes["rul_km_quantiles"];
    assert_eq!(brakes["rul_km"], quantiles["p50"]);
    assert!(quantiles["p05"].as_f64() <= quantiles["p50"].as_f64());
    assert!(quantiles["p50"].as_f64() <= quantiles["p95"].as_f64());
    assert!(brakes["rul_days"].is_number() && brakes["confidence"].is_number());
    assert_eq!(brakes["recommended_actions"][0]["code"], "brakes.stop.driving");
    let suspension = component(&answer.body, "suspension");
    assert!(suspension["health_score"].is_null());
    assert_eq!(suspension["status"], "NOT_ENOUGH_DATA");

    let one = app
        .get("/api/v1/health/V2/component/brakes", &person("ten_a", Role::Technician))
        .await;
    assert_eq!(&one.body, brakes);
    let unknown = app
        .get("/api/v1/health/V2/component/wings", &person("ten_a", Role::Technician))
        .await;
    assert_eq!(
        (unknown.status, unknown.body["code"].as_str()),
        (404, Some("health.component_unknown"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_list_is_worst_first_paged_and_filtered() {
    let app = fleet().await;
    let manager = person("ten_a", Role::FleetManager);
    let ids = |body: &serde_json::Value| -> Vec<String> {
        body["items"]
            .as_array()
            .unwrap()
            .iter()
            .map(|item| item["vehicle_id"].as_str().unwrap().to_owned())
            .collect()
    };
    let all = app.get("/api/v1/health", &manager).await.body;
    assert_eq!(ids(&all), ["V2", "V3", "V1"]);
    let first = app.get("/api/v1/health?limit=2", &manager).await.body;
    assert_eq!(ids(&first), ["V2", "V3"]);
    let cursor = first["next_cursor"].as_str().unwrap();
    let second = app
        .get(&format!("/api/v1/health?limit=2&cursor={cursor}"), &manager)
        .await
        .body;
    assert_eq!(ids(&second), ["V1"]);
    assert!(second.get("next_cursor").is_none_or(serde_json::Value::is_null));
    let critical = app
        .get("/api/v1/health?band=CRITICAL&component=brakes", &manager)
        .await
        .body;
    assert_eq!(ids(&critical), ["V2"]);
    assert_eq!(critical["items"][0]["component"]["type"], "brakes");
    let refused = app.get("/api/v1/health?band=SUPERB", &manager).await;
    assert_eq!(
        (refused.status, refused.body["code"].as_str()),
        (422, Some("health.band_unknown"))
    );
    let foreign = app.get("/api/v1/health?cursor=zz", &manager).await;
    assert_eq!(foreign.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn history_and_the_cost_of_waiting_are_shown() {
    let app = fleet().await;
    let manager = person("ten_a", Role::FleetManager);
    let history = app
        .get("/api/v1/health/V2/history?component=brakes", &manager)
        .await
        .body;
    let items = history["items"].as_array().unwrap();
    assert!(
        !items.is_empty() && items.iter().all(|item| item["component"] == "brakes"),
        "{history}"
    );
    let none = app
        .get("/api/v1/health/V2/history?from=2030-01-01T00:00:00Z", &manager)
        .await
        .body;
    assert_eq!(none["items"], json!([]));
    let page = app.get("/api/v1/health/V2/history?limit=1", &manager).await.body;
    let cursor = page["next_cursor"].as_str().unwrap();
    let next = app
        .get(&format!("/api/v1/health/V2/history?limit=1&cursor={cursor}"), &manager)
        .await
        .body;
    assert_ne!(page["items"], next["items"]);

    let waiting = app
        .get(
            "/api/v1/health/V3/cost-of-waiting?component=brakes&km_max=30000",
            &manager,
        )
        .await
        .body;
    let points = waiting["components"][0]["points"].as_array().unwrap();
    let probabilities: Vec<f64> = points
        .iter()
        .map(|point| point["failure_probability"].as_f64().unwrap())
        .collect();
    assert_eq!(probabilities[0], 0.0);
    assert!(
        probabilities.is_sorted() && *probabilities.last().unwrap() > 0.3,
        "{probabilities:?}"
    );
    let refused = app.get("/api/v1/health/V3/cost-of-waiting?km_max=-1", &manager).await;
    assert_eq!(refused.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn compute_judges_the_window_under_way_and_stores_nothing() {
    let app = TestApp::start().await;
    app.register("ten_a", "V1").await;
    let mut records = worn_pads("V1", 20.0, 60, 10);
    let mut last = worn_pads("V1", 99.0, 39, 1);
    last[0]["time"] = json!(time(NOW) - chrono::Duration::seconds(60 * 60 - 18 * 60 - 30));
    records.append(&mut last);
    app.telemetry("ten_a", "V1", records).await;
    let before = app.taken("ten_a", "V1", 11).await;
    let body = Some(json!({"vehicle_id": "V1"}));
    let manager = person("ten_a", Role::FleetManager);
    let computed = app
        .send(Method::POST, "/api/v1/health/compute", &manager, body.clone())
        .await;
    assert_eq!(computed.status, 200);
    assert_eq!(
        component(&computed.body, "brakes")["status"],
        "EXCELLENT",
        "one window is not enough to move a score"
    );
    assert_ne!(
        component(&computed.body, "brakes")["confidence"],
        component(&before, "brakes")["confidence"]
    );
    assert_eq!(app.taken("ten_a", "V1", 11).await, before);
    let refused = app
        .send(Method::POST, "/api/v1/health/compute", &owner("ten_a", &["V1"]), body)
        .await;
    assert_eq!(refused.status, 403);
    let malformed = app
        .send(
            Method::POST,
            "/api/v1/health/compute",
            &manager,
            Some(json!({"vehicle": 1})),
        )
        .await;
    assert_eq!(malformed.status, 422);
}

#[tokio::test(flavor = "multi_thread")]
async fn tenants_and_owners_see_their_own() {
    let app = fleet().await;
    let paths = [
        "/api/v1/health/V2",
        "/api/v1/health/V2/component/brakes",
        "/api/v1/health/V2/history",
        "/api/v1/health/V2/cost-of-waiting",
    ];
    for path in paths {
        assert_eq!(
            app.get(path, &person("ten_b", Role::Admin)).await.status,
            404,
            "{path} of another tenant"
        );
        assert_eq!(
            app.get(path, &owner("ten_a", &["V1"])).await.status,
            404,
            "{path} of another owner"
        );
        assert_eq!(
            app.get(
                path,
                &Caller::Person(chassis::testing::token("ten_a", Role::Owner, "u", None))
            )
            .await
            .status,
            404
        );
        assert_eq!(
            app.get(path, &owner("ten_a", &["V2"])).await.status,
            200,
            "{path} of one's own"
        );
        assert_eq!(app.get(path, &Caller::Nobody).await.status, 401, "{path}");
        assert_eq!(
            app.get(path, &bootstrap()).await.status,
            404,
            "{path}: the key is of the default tenant"
        );
    }
    let list = app.get("/api/v1/health", &person("ten_b", Role::Admin)).await.body;
    assert_eq!(list["items"], json!([]));
    let own = app.get("/api/v1/health", &owner("ten_a", &["V1", "V3"])).await.body;
    assert_eq!(own["items"].as_array().unwrap().len(), 2);
    let models = app.get("/api/v1/models", &person("ten_a", Role::Admin)).await;
    assert_eq!(models.body["items"][0]["model_id"], "degradation-wiener");
    assert_eq!(models.body["items"][0]["status"], "CHAMPION");
    assert_eq!(app.get("/api/v1/models", &owner("ten_a", &["V1"])).await.status, 403);
}
