//! Lists, details, acknowledging, resolving and commenting.

use std::time::Duration;

use chassis::Role;
use chassis::testing;
use serde_json::{Value, json};

use crate::app::{TENANT, TestApp, data_of};

fn ids(page: &Value) -> Vec<String> {
    page["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|alert| alert["decision_id"].as_str().unwrap().to_owned())
        .collect()
}

/// Four alerts of two vehicles, a minute of business time between each.
async fn with_alerts() -> TestApp {
    let app = TestApp::start().await.with_people().await;
    let alerts = [
        ("dec_1", "V1", "WARNING"),
        ("dec_2", "V2", "CRITICAL"),
        ("dec_3", "V1", "EMERGENCY"),
        ("dec_4", "V2", "WARNING"),
    ];
    for (index, (decision_id, vehicle_id, severity)) in alerts.into_iter().enumerate() {
        app.decide(
            decision_id,
            vehicle_id,
            ["engine", "cooling", "brakes", "tyres"][index],
            severity,
        )
        .await;
        app.alert_of(decision_id).await;
        app.runtime.clock().advance(Duration::from_secs(60));
    }
    app
}

#[tokio::test]
async fn lists_are_newest_first_filtered_and_paged() {
    let app = with_alerts().await;
    let list = |query: &'static str| {
        let app = &app;
        async move {
            let (status, page) = app.get(&format!("/api/v1/alerts{query}"), Role::FleetManager).await;
            assert_eq!(status, 200, "{page}");
            page
        }
    };
    assert_eq!(ids(&list("").await), ["dec_4", "dec_3", "dec_2", "dec_1"]);
    assert_eq!(ids(&list("?severity=CRITICAL,EMERGENCY").await), ["dec_3", "dec_2"]);
    assert_eq!(ids(&list("?vehicle=V1").await), ["dec_3", "dec_1"]);
    assert_eq!(ids(&list("?vehicle_id=V1&severity=WARNING").await), ["dec_1"]);
    assert!(ids(&list("?status=RESOLVED").await).is_empty());
    let first = list("?limit=3").await;
    assert_eq!(ids(&first), ["dec_4", "dec_3", "dec_2"]);
    let next = format!(
        "/api/v1/alerts?limit=3&cursor={}",
        first["next_cursor"].as_str().unwrap()
    );
    let (_, second) = app.get(&next, Role::FleetManager).await;
    assert_eq!(
        (ids(&second), second.get("next_cursor")),
        (vec!["dec_1".to_owned()], None)
    );
    let (_, of_vehicle) = app.get("/api/v1/alerts/vehicle/V2", Role::Technician).await;
    assert_eq!(ids(&of_vehicle), ["dec_4", "dec_2"]);
    app.stop().await;
}

#[tokio::test]
async fn bad_queries_and_bodies_are_problems_that_name_the_place() {
    let app = with_alerts().await;
    let alert_id = app.alert_of("dec_1").await;
    let (status, problem) = app.get("/api/v1/alerts?severity=LOUD", Role::Admin).await;
    assert_eq!(
        (status, &problem["errors"][0]["path"]),
        (400, &json!("severity")),
        "{problem}"
    );
    assert_eq!(app.get("/api/v1/alerts?cursor=zz", Role::Admin).await.0, 400);
    assert_eq!(app.get("/api/v1/alerts/alert_none", Role::Admin).await.0, 404);
    let resolve = format!("/api/v1/alerts/{alert_id}/resolve");
    for (body, status) in [
        (json!({}), 422),
        (json!({"reason": " "}), 422),
        (json!({"reason": "x".repeat(501)}), 422),
    ] {
        let answer = app.post(&resolve, Role::Admin, "usr_admin", body).await;
        assert_eq!(answer.0, status, "{}", answer.1);
    }
    app.stop().await;
}

#[tokio::test]
async fn acknowledging_is_idempotent_and_says_who_did_it() {
    let app = with_alerts().await;
    let alert_id = app.alert_of("dec_2").await;
    let path = format!("/api/v1/alerts/{alert_id}/acknowledge");
    for user in ["usr_manager", "usr_admin"] {
        let (status, alert) = app.post(&path, Role::FleetManager, user, json!({})).await;
        assert_eq!((status, &alert["acknowledged_by"]), (200, &json!("usr_manager")));
    }
    app.settle().await;
    let said = app.published("alert.acknowledged", 1).await;
    assert_eq!(said.len(), 1);
    assert_eq!(
        data_of(&said[0]),
        json!({"alert_id": alert_id, "vehicle_id": "V2", "by": "usr_manager"})
    );
    app.stop().await;
}

#[tokio::test]
async fn resolving_is_final() {
    let app = with_alerts().await;
    let alert_id = app.alert_of("dec_2").await;
    let path = format!("/api/v1/alerts/{alert_id}/resolve");
    let body = json!({"reason": "It was only the cap."});
    let (status, alert) = app.post(&path, Role::Technician, "usr_t", body).await;
    assert_eq!(
        (status, &alert["status"], &alert["resolved_reason"]),
        (200, &json!("RESOLVED"), &json!("MANUAL"))
    );
    assert_eq!(alert["resolved_note"], "It was only the cap.");
    let (_, again) = app
        .post(&path, Role::Admin, "usr_admin", json!({"reason": "REPAIRED"}))
        .await;
    assert_eq!(
        (&again["resolved_by"], &again["resolved_reason"]),
        (&json!("usr_t"), &json!("MANUAL"))
    );
    let acknowledge = format!("/api/v1/alerts/{alert_id}/acknowledge");
    let (status, problem) = app.post(&acknowledge, Role::Admin, "usr_admin", json!({})).await;
    assert_eq!((status, &problem["code"]), (409, &json!("alert.already_resolved")));
    let resolved = data_of(&app.published("alert.resolved", 1).await[0]);
    assert_eq!(
        (&resolved["reason"], &resolved["by"]),
        (&json!("MANUAL"), &json!("usr_t"))
    );
    assert!(!resolved.to_string().contains("cap"), "own words do not travel");
    app.stop().await;
}

#[tokio::test]
async fn what_only_a_workshop_or_the_signals_can_say_is_own_words_from_a_person() {
    let app = with_alerts().await;
    for (decision_id, word) in [("dec_1", "RECOVERED"), ("dec_2", "NOT_FOUND")] {
        let path = format!("/api/v1/alerts/{}/resolve", app.alert_of(decision_id).await);
        let (_, alert) = app.post(&path, Role::Admin, "usr_admin", json!({"reason": word})).await;
        assert_eq!(
            (&alert["resolved_reason"], &alert["resolved_note"]),
            (&json!("MANUAL"), &json!(word))
        );
    }
    app.stop().await;
}

#[tokio::test]
async fn comments_are_kept_once_per_idempotency_key() {
    let app = with_alerts().await;
    let alert_id = app.alert_of("dec_1").await;
    let url = app.service.url(&format!("/api/v1/alerts/{alert_id}/comments"));
    let token = testing::token(TENANT, Role::Technician, "usr_t", None);
    let mut ids = Vec::new();
    for _ in 0..2 {
        let request = app
            .http()
            .post(&url)
            .bearer_auth(&token)
            .header("Idempotency-Key", "k1");
        let response = request.json(&json!({"text": "Looked at it."})).send().await.unwrap();
        assert_eq!(response.status().as_u16(), 201);
        let comment: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap();
        ids.push(comment["comment_id"].as_str().unwrap().to_owned());
    }
    assert_eq!(ids[0], ids[1]);
    let (_, alert) = app.get(&format!("/api/v1/alerts/{alert_id}"), Role::Admin).await;
    assert_eq!(alert["comments"].as_array().unwrap().len(), 1);
    assert_eq!(alert["comments"][0]["author_id"], "usr_t");
    app.stop().await;
}

#[tokio::test]
async fn stats_count_what_there_is() {
    let app = with_alerts().await;
    let alert_id = app.alert_of("dec_2").await;
    let path = format!("/api/v1/alerts/{alert_id}/acknowledge");
    app.post(&path, Role::Admin, "usr_admin", json!({})).await;
    let (status, stats) = app.get("/api/v1/alerts/stats", Role::Executive).await;
    assert_eq!((status, &stats["total"], &stats["open"]), (200, &json!(4), &json!(3)));
    assert_eq!(stats["by_severity"]["CRITICAL"], json!({"ACKNOWLEDGED": 1}));
    app.stop().await;
}
