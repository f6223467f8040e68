//! Decisions that are not sure enough are looked at by a person, after the warning went out.

use serde_json::json;

use crate::app::{TENANT, TestApp, admin, data, degraded, now};

#[tokio::test(flavor = "multi_thread")]
async fn an_unsure_decision_is_published_at_once_and_reviewed_once() {
    let app = TestApp::start().await;
    app.finding("component.critical", TENANT, degraded("V1", "engine"), now())
        .await;
    let decision = data(&app.decisions(1).await[0]);
    assert_eq!(
        (&decision["review_required"], &decision["severity"]),
        (&json!(true), &json!("CRITICAL"))
    );
    let reviews = app.get("/api/v1/agents/reviews", &admin()).await.body;
    let review = &reviews["items"][0];
    assert_eq!(
        (&review["decision_id"], review.get("answer")),
        (&decision["decision_id"], None)
    );
    let path = format!("/api/v1/agents/reviews/{}", review["review_id"].as_str().unwrap());
    for (body, place) in [
        (json!({"verdict": "CHANGE", "reason": "r"}), "/failure_mode"),
        (
            json!({"verdict": "CHANGE", "reason": "r", "failure_mode": "brakes.pad_wear"}),
            "/failure_mode",
        ),
        (
            json!({"verdict": "APPROVE", "reason": "r", "failure_mode": "engine.vacuum_leak"}),
            "/failure_mode",
        ),
        (json!({"verdict": "PERHAPS", "reason": "r"}), "/verdict"),
        (json!({"verdict": "APPROVE", "reason": "x".repeat(2_001)}), "/reason"),
    ] {
        let answer = app.post(&path, &admin(), &body, None).await;
        assert_eq!(
            (answer.status, answer.body["errors"][0]["path"].as_str()),
            (422, Some(place)),
            "{body}"
        );
    }
    let change = json!({"verdict": "CHANGE", "reason": "heard it on the road", "failure_mode": "engine.vacuum_leak"});
    let answered = app.post(&path, &admin(), &change, None).await;
    assert_eq!(
        (answered.status, &answered.body["answer"]["failure_mode"]),
        (200, &json!("engine.vacuum_leak"))
    );
    assert_eq!(answered.body["answer"]["by"], "usr_admin");
    let again = app.post(&path, &admin(), &change, None).await;
    assert_eq!(
        (again.status, again.body["code"].as_str()),
        (409, Some("review.answered"))
    );
    let revised = data(&app.revisions(1).await[0]);
    assert_eq!(revised["review"]["verdict"], "CHANGE");
    assert_eq!(revised["what"]["params"]["failure_mode"], "engine.vacuum_leak");
    assert!(!revised.to_string().contains("heard it"), "free text stays here");
    assert_eq!(
        app.get("/api/v1/agents/reviews", &admin()).await.body["items"],
        json!([])
    );
    let closed = app.get("/api/v1/agents/reviews?status=ANSWERED", &admin()).await.body;
    assert_eq!(closed["items"][0]["answer"]["reason"], "heard it on the road");
    app.stop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_reviews_and_filters_are_refused() {
    let app = TestApp::start().await;
    let verdict = json!({"verdict": "APPROVE", "reason": "r"});
    let answer = app
        .post("/api/v1/agents/reviews/rev_none", &admin(), &verdict, None)
        .await;
    assert_eq!(
        (answer.status, answer.body["code"].as_str()),
        (404, Some("review.not_found"))
    );
    assert_eq!(
        app.get("/api/v1/agents/reviews?status=BOTH", &admin()).await.status,
        422
    );
    assert_eq!(app.get("/api/v1/agents/reviews?limit=many", &admin()).await.status, 400);
    app.stop().await;
}
