//! agent.decision.made and the vehicle events: checks, in every order, once.

use chassis::testing::eventually;
use chassis::{Cause, NewEvent, Role, TenantId};
use serde_json::{Value, json};

use crate::app::{NOW, TestApp, decision, everything, person, time, vehicle};

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_is_checked_once_however_often_it_comes() {
    let app = TestApp::start().await;
    let coverage_id = app.cover_everything("ten_a").await;
    app.register("ten_a", "V1").await;
    app.decide("ten_a", "V1", "dec_1").await;
    app.decide("ten_a", "V1", "dec_1").await;
    app.decide("ten_a", "V1", "dec_2").await;
    let checks = app.checks(2).await;
    assert_eq!(checks.len(), 2);
    let first = checks.iter().find(|check| check["decision_id"] == "dec_1").unwrap();
    assert_eq!(
        (&first["covered"], &first["coverage_id"]),
        (&json!(true), &json!(coverage_id))
    );
    assert_eq!(
        (&first["expires_on"], &first["expires_km"]),
        (&json!("2028-01-31"), &json!(100000.0))
    );
    assert_eq!(
        (&first["checked_at_km"], &first["revision"]),
        (&json!(42000.5), &json!(1))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_decision_before_its_vehicle_is_answered_and_then_answered_again() {
    let app = TestApp::start().await;
    app.cover_everything("ten_a").await;
    app.decide("ten_a", "V1", "dec_1").await;
    let first = app.checks(1).await.remove(0);
    assert_eq!(
        (&first["covered"], &first["reason"]["code"]),
        (&json!(false), &json!("warranty.vehicle_unknown"))
    );

    let mut undated = vehicle("V1");
    undated["in_service_date"] = Value::Null;
    app.deliver_vehicle("ten_a", "V1", undated).await;
    let second = app.checks(2).await.remove(1);
    assert_eq!(second["reason"]["code"], "warranty.no_in_service_date");

    app.ingestion
        .deliver("vehicle.updated", "ten_a", "V1", time(NOW), vehicle("V1"))
        .await;
    let third = app.checks(3).await.remove(2);
    assert_eq!((&third["covered"], &third["revision"]), (&json!(true), &json!(3)));
    assert_eq!(third["check_id"], first["check_id"]);

    // Nothing is left to answer: another word about the vehicle causes no further event.
    app.ingestion
        .deliver("vehicle.updated", "ten_a", "V1", time(NOW), vehicle("V1"))
        .await;
    app.decide("ten_a", "V1", "dec_2").await;
    assert_eq!(app.checks(4).await.len(), 4);
}

/// A vehicle that was first heard by its telemetry: nobody knows its make yet, and the coverage is for a make.
#[tokio::test(flavor = "multi_thread")]
async fn a_vehicle_whose_make_becomes_known_is_answered_again_and_its_claim_is_drafted() {
    let app = TestApp::start().await;
    let mut coverage = everything("Seat");
    coverage["applies_to"] = json!({"makes": ["Seat"], "vehicle_classes": ["CAR"]});
    let admin = person("ten_a", Role::Admin);
    assert_eq!(app.post("/api/v1/coverages", &admin, coverage).await.status, 201);
    let mut heard = vehicle("V1");
    for unknown in ["make", "model", "in_service_date", "odometer_km"] {
        heard[unknown] = Value::Null;
    }
    heard["vehicle_class"] = json!("UNKNOWN");
    app.deliver_vehicle("ten_a", "V1", heard.clone()).await;
    eventually("the vehicle", || async {
        (app.get("/api/v1/claims/vehicle/V1", &admin).await.status == 200).then_some(())
    })
    .await;
    app.decide("ten_a", "V1", "dec_1").await;
    app.complete("ten_a", "V1", "apt_1", "dec_1").await;
    let first = app.checks(1).await.remove(0);
    assert_eq!(first["reason"]["code"], "warranty.no_coverage");

    heard["vehicle_class"] = json!("CAR");
    for data in [heard, vehicle("V1")] {
        app.ingestion
            .deliver("vehicle.updated", "ten_a", "V1", time(NOW), data)
            .await;
    }
    let second = app.checks(2).await.remove(1);
    assert_eq!((&second["covered"], &second["revision"]), (&json!(true), &json!(2)));
    assert_eq!(app.drafted("ten_a", 1).await[0]["appointment_id"], "apt_1");
}

#[tokio::test(flavor = "multi_thread")]
async fn event_time_decides_the_day_and_the_past_stays_marked_as_the_past() {
    let app = TestApp::start().await;
    app.cover_everything("ten_a").await;
    app.register("ten_a", "V1").await;
    let cause = Cause {
        correlation_id: "cor_import".into(),
        historical: true,
    };
    let event = NewEvent {
        kind: "agent.decision.made",
        schema_version: "1.0",
        tenant: TenantId::new("ten_a"),
        key: "V1".into(),
        subject: None,
        time: time("2028-02-01T00:00:00Z"),
        cause,
        id: None,
        data: decision("V1", "dec_late"),
    };
    app.agent.deliver_event(event).await;
    let events = app
        .runtime
        .published("warranty-service", "warranty.coverage.checked", 1)
        .await;
    let check: Value = serde_json::from_slice(&events[0].data).unwrap();
    assert_eq!(
        check["reason"]["code"], "warranty.expired.date",
        "one day after the last one"
    );
    assert_eq!(events[0].time, time("2028-02-01T00:00:00Z"));
    assert!(events[0].historical);
    assert_eq!(events[0].correlation_id, "cor_import");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_read_becomes_a_dead_letter_and_the_rest_goes_on() {
    let app = TestApp::start().await;
    app.register("ten_a", "V1").await;
    let broken = json!({"decision_id": "dec_0", "vehicle_id": "V1", "component": "cooling", "failure_mode": "a text"});
    app.agent
        .deliver("agent.decision.made", "ten_a", "V1", time(NOW), broken)
        .await;
    app.decide("ten_a", "V1", "dec_1").await;
    assert_eq!(app.checks(1).await[0]["decision_id"], "dec_1");
    assert_eq!(app.dead_letters("ten_a", 1).await.len(), 1);
    assert!(
        app.dead_letters("ten_b", 0).await.is_empty(),
        "dead letters belong to their tenant"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_component_and_unknown_fields_do_no_harm() {
    let app = TestApp::start().await;
    app.cover_everything("ten_a").await;
    app.register("ten_a", "V1").await;
    let mut newer = decision("V1", "dec_1");
    newer["component"] = json!("hydrogen_tank");
    newer["a_new_field"] = json!({"deep": [1, 2]});
    app.agent
        .deliver("agent.decision.made", "ten_a", "V1", time(NOW), newer)
        .await;
    let check = app.checks(1).await.remove(0);
    assert_eq!(
        (&check["component"], &check["covered"]),
        (&json!("hydrogen_tank"), &json!(true))
    );
}
