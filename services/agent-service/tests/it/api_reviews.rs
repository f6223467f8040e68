//! Decisions that are not sure enough are looked at by a person, after the warning went out.

use chassis::Role;
use chassis::identity::{Claims, Tokens};
use chassis::testing::eventually;
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

/// The access token of a manager who is bound to a fleet.
fn manager_of(fleet: &str) -> String {
    let config: agent_service::config::Config =
        chassis::config::load(&agent_service::DEFINITION, &chassis::testing::sources()).unwrap();
    let now = chassis::Clock::system().machine_now().timestamp();
    let claims = Claims {
        iss: config.base.auth.issuer.clone(),
        aud: config.base.auth.audience.clone(),
        sub: format!("usr_{fleet}"),
        sid: format!("ses_{fleet}"),
        iat: now,
        exp: now + 600,
        role: Role::FleetManager.as_str().to_owned(),
        tenant_id: TENANT.to_owned(),
        scope: vec![fleet.to_owned()],
        vehicle_ids: None,
    };
    Tokens::new(&config.base.auth).unwrap().sign(&claims).unwrap()
}

/// Managers of two fleets: a review of the other's vehicle does not exist for them.
#[tokio::test(flavor = "multi_thread")]
async fn a_manager_answers_the_reviews_of_the_own_fleet_alone() {
    let app = TestApp::start().await;
    let identity = app.runtime.producer("analytics-service").await;
    for (vehicle, fleet) in [("V-north", "fleet:north"), ("V-south", "fleet:south")] {
        let placed = json!({"member_id": vehicle, "groups": [fleet]});
        identity
            .deliver("identity.member.placed", TENANT, vehicle, now(), placed)
            .await;
        app.finding("component.critical", TENANT, degraded(vehicle, "engine"), now())
            .await;
    }
    app.decisions(2).await;
    let (north, south) = (manager_of("fleet:north"), manager_of("fleet:south"));
    let mut paths = Vec::new();
    for token in [&north, &south] {
        let id = eventually("the own review alone", || async {
            let listed = app.get("/api/v1/agents/reviews", token).await.body;
            let items = listed["items"].as_array()?;
            assert!(items.len() <= 1, "{listed:#}");
            Some(items.first()?["review_id"].as_str()?.to_owned())
        })
        .await;
        paths.push(format!("/api/v1/agents/reviews/{id}"));
    }
    let verdict = json!({"verdict": "APPROVE", "reason": "heard it"});
    for (token, path) in [(&north, &paths[1]), (&south, &paths[0])] {
        let refused = app.post(path, token, &verdict, None).await;
        assert_eq!(
            (refused.status, refused.body["code"].as_str()),
            (404, Some("review.not_found"))
        );
    }
    let open = app.get("/api/v1/agents/reviews", &admin()).await.body;
    assert_eq!(open["items"].as_array().unwrap().len(), 2, "nothing was answered");
    for (token, path) in [(&north, &paths[0]), (&south, &paths[1])] {
        assert_eq!(app.post(path, token, &verdict, None).await.status, 200);
    }
    assert_eq!(app.revisions(2).await.len(), 2);
    app.stop().await;
}

/// Adoption is a share of decisions: a visit, a word of feedback or an approval is acting on it, and each decision counts once.
#[tokio::test(flavor = "multi_thread")]
async fn the_status_says_on_how_many_decisions_somebody_acted() {
    let app = TestApp::start().await;
    let adoption = || async { app.get("/api/v1/agents/status", &admin()).await.body["adoption"].clone() };
    assert_eq!(
        adoption().await,
        json!({"decisions": 0, "by_visit": 0, "by_feedback": 0, "by_review": 0, "share": null})
    );
    for vehicle in ["V1", "V2", "V3", "V4"] {
        app.finding("component.degraded", TENANT, degraded(vehicle, "engine"), now())
            .await;
    }
    // A graver finding on V4: the first decision is superseded, and nobody can act on it any more.
    app.finding("component.critical", TENANT, degraded("V4", "engine"), now())
        .await;
    app.decisions(5).await;
    let decisions = app.get("/api/v1/agents/decisions", &admin()).await.body;
    let decision = |vehicle: &str| {
        let own = decisions["items"].as_array().unwrap().iter();
        let mut own = own.filter(|item| item["vehicle_id"] == vehicle && item["status"] == "OPEN");
        own.next().unwrap()["decision_id"].as_str().unwrap().to_owned()
    };
    let reviews = app.get("/api/v1/agents/reviews", &admin()).await.body;
    let visit = json!({"appointment_id": "apt_1", "vehicle_id": "V1", "decision_id": decision("V1"), "findings": [
        {"component": "engine", "verdict": "NOT_FOUND", "action": "NONE"}]});
    app.scheduling
        .deliver("appointment.completed", TENANT, "V1", now(), visit)
        .await;
    app.settled().await;
    let path = format!("/api/v1/agents/decision/{}/feedback", decision("V2"));
    let feedback = json!({"verdict": "NOT_FOUND"});
    assert_eq!(app.post(&path, &admin(), &feedback, None).await.status, 200);
    // What the workshop or a person found out waits for nobody's word; that may still be given.
    let waiting = app.get("/api/v1/agents/reviews", &admin()).await.body;
    let waits = |vehicle: &str| {
        let id = decision(vehicle);
        waiting["items"]
            .as_array()
            .unwrap()
            .iter()
            .any(|item| item["decision_id"] == id)
    };
    assert_eq!(["V1", "V2", "V3"].map(waits), [false, false, true]);
    for (vehicle, verdict) in [("V1", "APPROVE"), ("V3", "APPROVE"), ("V4", "REJECT")] {
        let id = decision(vehicle);
        let review = reviews["items"]
            .as_array()
            .unwrap()
            .iter()
            .find(|item| item["decision_id"] == id);
        let path = format!(
            "/api/v1/agents/reviews/{}",
            review.unwrap()["review_id"].as_str().unwrap()
        );
        let answer = json!({"verdict": verdict, "reason": "r"});
        assert_eq!(app.post(&path, &admin(), &answer, None).await.status, 200, "{vehicle}");
    }
    assert_eq!(
        adoption().await,
        json!({"decisions": 4, "by_visit": 1, "by_feedback": 1, "by_review": 1, "share": 0.75})
    );
    app.stop().await;
}
