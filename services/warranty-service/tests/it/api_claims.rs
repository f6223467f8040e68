//! The claims' routes: drafts by hand and by the service, and submission.

use chassis::Role;
use serde_json::{Value, json};

use crate::app::{TestApp, bootstrap, data, owner, person};

fn claim(vehicle_id: &str) -> Value {
    json!({
        "vehicle_id": vehicle_id, "component": "cooling", "failure_mode": "cooling.leak",
        "amount": {"amount_minor": 12000, "currency": "EUR"}, "occurred_on": "2026-05-01", "description": "It leaked."
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_drafts_corrects_and_submits_and_every_version_stays() {
    let app = TestApp::start().await;
    let coverage_id = app.cover_everything("ten_a").await;
    app.register("ten_a", "V1").await;
    let driver = owner("ten_a", &["V1"]);
    let draft = app.post("/api/v1/claims", &driver, claim("V1")).await;
    assert_eq!(
        (draft.status, &draft.body["status"], &draft.body["version"]),
        (201, &json!("DRAFT"), &json!(1))
    );
    assert_eq!(draft.body["eligibility"]["coverage_id"], json!(coverage_id));
    assert!(
        app.runtime.all_published("warranty-service").await.is_empty(),
        "a draft is not announced"
    );

    let id = draft.body["claim_id"].as_str().unwrap();
    let submit = format!("/api/v1/claims/{id}/submit");
    let correction = json!({"amount": {"amount_minor": 11000, "currency": "EUR"}});
    let submitted = app.post(&submit, &driver, correction).await;
    assert_eq!(
        (submitted.status, &submitted.body["status"]),
        (200, &json!("SUBMITTED")),
        "{}",
        submitted.body
    );
    let again = app.post(&submit, &driver, json!({})).await;
    assert_eq!((again.status, again.code()), (409, "claim.already_submitted"));

    let events = app
        .runtime
        .published("warranty-service", "warranty.claim.submitted", 1)
        .await;
    assert_eq!(events.len(), 1);
    chassis::testing::contracts::validate_event(&events[0]);
    let told = data(&events[0]);
    assert_eq!(
        (&told["claim_id"], &told["amount"]["amount_minor"]),
        (&json!(id), &json!(11000))
    );
    assert!(!told.to_string().contains("leaked"), "free text stays in the service");

    let shown = app.get(&format!("/api/v1/claims/{id}"), &driver).await.body;
    let versions = shown["versions"].as_array().unwrap();
    let amounts: Vec<_> = versions
        .iter()
        .map(|version| version["amount"]["amount_minor"].clone())
        .collect();
    assert_eq!(
        amounts,
        [json!(12000), json!(11000)],
        "the draft stays as it was written"
    );
    assert_eq!(versions[0]["written_by"], "usr_owner");
    assert_eq!(versions[1]["description"], "It leaked.");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_correction_that_makes_no_sense_submits_nothing() {
    let app = TestApp::start().await;
    app.register("ten_a", "V1").await;
    let admin = person("ten_a", Role::Admin);
    let draft = app.post("/api/v1/claims", &admin, claim("V1")).await.body;
    let path = format!("/api/v1/claims/{}", draft["claim_id"].as_str().unwrap());
    for (correction, code) in [
        (
            json!({"amount": {"amount_minor": 1, "currency": "CHF"}}),
            "claim.other_currency",
        ),
        (
            json!({"amount": {"amount_minor": 0, "currency": "EUR"}}),
            "claim.invalid",
        ),
        (json!({"description": "x".repeat(4001)}), "claim.invalid"),
        (json!({"price": 5}), "request.invalid"),
    ] {
        let refused = app.post(&format!("{path}/submit"), &admin, correction).await;
        assert_eq!((refused.status, refused.code()), (422, code));
    }
    assert_eq!(app.get(&path, &admin).await.body["status"], "DRAFT");
    assert!(app.runtime.all_published("warranty-service").await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_that_is_not_covered_may_be_drafted_and_says_why() {
    let app = TestApp::start().await;
    app.register("ten_a", "V1").await;
    let draft = app
        .post("/api/v1/claims", &person("ten_a", Role::Admin), claim("V1"))
        .await;
    assert_eq!(draft.status, 201);
    assert_eq!(draft.body["eligibility"]["covered"], false);
    assert_eq!(draft.body["eligibility"]["reason"]["code"], "warranty.no_coverage");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_idempotency_key_gives_the_same_claim_and_not_another_one() {
    let app = TestApp::start().await;
    app.register("ten_a", "V1").await;
    let admin = person("ten_a", Role::Admin);
    let first = app.post_with_key("/api/v1/claims", &admin, "k1", claim("V1")).await;
    let again = app.post_with_key("/api/v1/claims", &admin, "k1", claim("V1")).await;
    assert_eq!((again.status, &again.body["claim_id"]), (201, &first.body["claim_id"]));
    let mut other = claim("V1");
    other["component"] = json!("engine");
    let refused = app.post_with_key("/api/v1/claims", &admin, "k1", other).await;
    assert_eq!((refused.status, refused.code()), (422, "idempotency.key_reused"));
    assert_eq!(
        app.get("/api/v1/claims", &admin).await.body["items"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_claim_is_said_with_its_place() {
    let app = TestApp::start().await;
    app.register("ten_a", "V1").await;
    let admin = person("ten_a", Role::Admin);
    for (path, field, value) in [
        ("/component", "component", json!("wings")),
        ("/occurred_on", "occurred_on", json!("2026-06-01")),
        ("/odometer_km", "odometer_km", json!(-5)),
        (
            "/amount/amount_minor",
            "amount",
            json!({"amount_minor": 0, "currency": "EUR"}),
        ),
        (
            "/amount/amount_minor",
            "amount",
            json!({"amount_minor": -5, "currency": "EUR"}),
        ),
        (
            "/amount/currency",
            "amount",
            json!({"amount_minor": 5, "currency": "euro"}),
        ),
        ("/appointment_id", "appointment_id", json!("apt_nobody")),
        ("/decision_id", "decision_id", json!("dec_nobody")),
        ("/description", "description", json!("x".repeat(4001))),
    ] {
        let mut body = claim("V1");
        body[field] = value;
        let refused = app.post("/api/v1/claims", &admin, body).await;
        assert_eq!((refused.status, refused.code()), (422, "claim.invalid"), "{field}");
        assert_eq!(refused.body["errors"][0]["path"], path);
    }
    let refused = app.post("/api/v1/claims", &admin, claim("V9")).await;
    assert_eq!((refused.status, refused.code()), (404, "warranty.vehicle_unknown"));
    let refused = app.get("/api/v1/claims?status=PAID", &admin).await;
    assert_eq!((refused.status, refused.code()), (422, "claim.invalid"));
    let refused = app.get("/api/v1/claims?cursor=00", &admin).await;
    assert_eq!((refused.status, refused.code()), (400, "request.cursor"));
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_decide_who_reads_writes_and_submits_claims() {
    let app = TestApp::start().await;
    app.register("ten_a", "V1").await;
    for (role, read, write) in [
        (Role::Owner, 200, 404),
        (Role::FleetManager, 200, 201),
        (Role::Admin, 200, 201),
        (Role::Executive, 200, 403),
        (Role::Support, 200, 403),
        (Role::Technician, 403, 403),
    ] {
        let caller = person("ten_a", role);
        assert_eq!(app.get("/api/v1/claims", &caller).await.status, read, "{role:?} reads");
        assert_eq!(
            app.post("/api/v1/claims", &caller, claim("V1")).await.status,
            write,
            "{role:?} writes"
        );
    }
    let submitted = app.post("/api/v1/claims/claim_1/submit", &bootstrap(), json!({})).await;
    assert_eq!(submitted.status, 403, "a key does not submit, whatever its scopes");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_sees_the_claims_of_the_own_vehicles_only_and_pages_through_them() {
    let app = TestApp::start().await;
    app.register("ten_a", "V1").await;
    app.register("ten_a", "V2").await;
    let admin = person("ten_a", Role::Admin);
    let foreign = app.post("/api/v1/claims", &admin, claim("V2")).await.body;
    for _ in 0..3 {
        app.post("/api/v1/claims", &admin, claim("V1")).await;
    }
    let driver = owner("ten_a", &["V1"]);
    let (mut path, mut seen) = ("/api/v1/claims?limit=2&status=DRAFT".to_owned(), Vec::new());
    loop {
        let page = app.get(&path, &driver).await.body;
        seen.extend(
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| item["vehicle_id"].clone()),
        );
        let Some(cursor) = page["next_cursor"].as_str() else {
            break;
        };
        path = format!("/api/v1/claims?limit=2&status=DRAFT&cursor={cursor}");
    }
    assert_eq!(seen, [json!("V1"), json!("V1"), json!("V1")]);
    let id = foreign["claim_id"].as_str().unwrap();
    assert_eq!(
        app.get(&format!("/api/v1/claims/{id}"), &driver).await.code(),
        "claim.not_found"
    );
    assert_eq!(
        app.post(&format!("/api/v1/claims/{id}/submit"), &driver, json!({}))
            .await
            .code(),
        "claim.not_found"
    );
    assert_eq!(app.get("/api/v1/claims/vehicle/V2", &driver).await.status, 404);
    assert_eq!(
        app.get("/api/v1/claims/vehicle/V1", &driver).await.body["items"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    assert_eq!(app.post("/api/v1/claims", &driver, claim("V2")).await.status, 404);
}
