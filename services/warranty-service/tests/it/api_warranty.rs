//! GET /api/v1/warranty/{vehicle_id}/check.

use chassis::Role;
use serde_json::json;

use crate::app::{TestApp, everything, owner, person};

#[tokio::test(flavor = "multi_thread")]
async fn covered_until_the_last_day_and_the_last_km() {
    let app = TestApp::start().await;
    let coverage_id = app.cover_everything("ten_a").await;
    app.register("ten_a", "V1").await;
    let admin = person("ten_a", Role::Admin);
    let check = async |query: &str| {
        let path = format!("/api/v1/warranty/V1/check?component=cooling{query}");
        let answer = app.get(&path, &admin).await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.body["eligibility"].clone()
    };
    let today = check("").await;
    assert_eq!(today["covered"], true);
    assert_eq!(today["reason"]["code"], "warranty.covered");
    assert_eq!(
        today["coverage"],
        json!({"coverage_id": coverage_id, "name": "New vehicle", "expires_on": "2028-01-31", "expires_km": 100000.0})
    );
    assert_eq!(check("&on=2028-01-31&odometer_km=100000").await["covered"], true);
    assert_eq!(check("&on=2028-02-01").await["reason"]["code"], "warranty.expired.date");
    assert_eq!(
        check("&odometer_km=100000.1").await["reason"]["code"],
        "warranty.expired.km"
    );
    assert_eq!(check("&on=2025-01-30").await["reason"]["code"], "warranty.not_started");
    let path = "/api/v1/warranty/V1/check?component=brakes&failure_mode=brakes.pad_wear";
    let wear = app.get(path, &admin).await.body["eligibility"].clone();
    assert_eq!(
        (&wear["covered"], &wear["reason"]["code"]),
        (&json!(false), &json!("warranty.wear_part"))
    );
    assert_eq!(wear["considered"][0]["coverage_id"], json!(coverage_id));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vehicle_without_a_coverage_or_a_date_says_so() {
    let app = TestApp::start().await;
    let admin = person("ten_a", Role::Admin);
    app.register("ten_a", "V1").await;
    let path = "/api/v1/warranty/V1/check?component=cooling";
    assert_eq!(
        app.get(path, &admin).await.body["eligibility"]["reason"]["code"],
        "warranty.no_coverage"
    );

    let mut other_make = everything("Fiats");
    other_make["applies_to"] = json!({"makes": ["Fiat"]});
    app.post("/api/v1/coverages", &admin, other_make).await;
    assert_eq!(
        app.get(path, &admin).await.body["eligibility"]["reason"]["code"],
        "warranty.no_coverage"
    );

    app.cover_everything("ten_a").await;
    app.deliver_vehicle(
        "ten_a",
        "V2",
        json!({
            "vehicle_id": "V2", "powertrain": "NUCLEAR", "vehicle_class": "CAR", "status": "ACTIVE"
        }),
    )
    .await;
    let path = "/api/v1/warranty/V2/check?component=cooling";
    let answer = chassis::testing::eventually("V2", || async {
        let answer = app.get(path, &admin).await;
        (answer.status == 200).then_some(answer)
    });
    assert_eq!(
        answer.await.body["eligibility"]["reason"]["code"],
        "warranty.no_in_service_date"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bad_question_or_a_foreign_vehicle_is_a_problem() {
    let app = TestApp::start().await;
    app.register("ten_a", "V1").await;
    let admin = person("ten_a", Role::Admin);
    for (path, status, code) in [
        (
            "/api/v1/warranty/V9/check?component=cooling",
            404,
            "warranty.vehicle_unknown",
        ),
        (
            "/api/v1/warranty/V1/check?component=wings",
            422,
            "warranty.question_invalid",
        ),
        (
            "/api/v1/warranty/V1/check?component=cooling&odometer_km=-1",
            422,
            "warranty.question_invalid",
        ),
        (
            "/api/v1/warranty/V1/check?component=cooling&odometer_km=NaN",
            422,
            "warranty.question_invalid",
        ),
        (
            "/api/v1/warranty/V1/check?component=cooling&on=2026-02-30",
            400,
            "request.query",
        ),
        ("/api/v1/warranty/V1/check", 400, "request.query"),
    ] {
        let answer = app.get(path, &admin).await;
        assert_eq!((answer.status, answer.code()), (status, code), "{path}");
    }
    let path = "/api/v1/warranty/V1/check?component=cooling";
    assert_eq!(app.get(path, &owner("ten_a", &["V1"])).await.status, 200);
    let (hidden, unknown) = (
        app.get(path, &owner("ten_a", &["V2"])).await,
        app.get("/api/v1/warranty/V8/check?component=cooling", &owner("ten_a", &["V2"]))
            .await,
    );
    assert_eq!(
        (hidden.status, hidden.code()),
        (unknown.status, unknown.code()),
        "an owner learns nothing by asking"
    );
    assert_eq!(app.get(path, &owner("ten_a", &[])).await.status, 404);
}
