//! POST and GET /api/v1/coverages.

use chassis::Role;
use serde_json::json;

use crate::app::{TestApp, bootstrap, everything, person};

#[tokio::test(flavor = "multi_thread")]
async fn a_coverage_is_written_listed_and_its_name_is_taken() {
    let app = TestApp::start().await;
    let manager = person("ten_a", Role::FleetManager);
    let mut body = everything("Powertrain");
    body["covers"] = json!({"components": ["engine"], "failure_modes": ["brakes.pad_wear"]});
    body["exclusions"] = json!([{"failure_modes": ["engine.oil_old"], "code": "maintenance"}]);
    let written = app.post("/api/v1/coverages", &manager, body.clone()).await;
    assert_eq!(written.status, 201, "{}", written.body);
    let again = app.post("/api/v1/coverages", &manager, body).await;
    assert_eq!((again.status, again.code()), (409, "coverage.name_taken"));

    app.post("/api/v1/coverages", &manager, everything("All")).await;
    let first = app.get("/api/v1/coverages?limit=1", &manager).await.body;
    assert_eq!(first["items"][0]["name"], "All");
    let next = format!(
        "/api/v1/coverages?limit=1&cursor={}",
        first["next_cursor"].as_str().unwrap()
    );
    let second = app.get(&next, &manager).await.body;
    assert_eq!(second["items"][0], written.body, "the list shows what was written");
    assert_eq!(second.get("next_cursor"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_coverage_is_said_with_its_place() {
    let app = TestApp::start().await;
    let admin = person("ten_a", Role::Admin);
    let body = json!({
        "name": "", "covers": {"components": ["wings"]}, "applies_to": {"powertrains": ["STEAM"]},
        "exclusions": [{"code": "x"}], "duration_months": 0
    });
    let refused = app.post("/api/v1/coverages", &admin, body).await;
    assert_eq!((refused.status, refused.code()), (422, "coverage.invalid"));
    let paths: Vec<_> = refused.body["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| error["path"].clone())
        .collect();
    let expected = [
        "/name",
        "/duration_months",
        "/covers/components/0",
        "/applies_to/powertrains/0",
        "/exclusions/0",
    ];
    assert_eq!(paths, expected);

    let mut misspelt = everything("C");
    misspelt["limit_kms"] = json!(5);
    let refused = app.post("/api/v1/coverages", &admin, misspelt).await;
    assert_eq!(
        (refused.status, refused.code()),
        (422, "request.invalid"),
        "a misspelt limit is not dropped silently"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn managers_admins_and_keys_with_the_scope_write_coverages_and_nobody_else() {
    let app = TestApp::start().await;
    for (role, status) in [
        (Role::Owner, 403),
        (Role::Technician, 403),
        (Role::Executive, 403),
        (Role::Support, 403),
        (Role::FleetManager, 201),
        (Role::Admin, 201),
    ] {
        let name = format!("Coverage of {}", role.as_str());
        let answer = app
            .post("/api/v1/coverages", &person("ten_a", role), everything(&name))
            .await;
        assert_eq!(answer.status, status, "{role:?}");
    }
    assert_eq!(
        app.post("/api/v1/coverages", &bootstrap(), everything("By key"))
            .await
            .status,
        201
    );
}
