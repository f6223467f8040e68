//! appointment.completed: drafts of claims, in every order, once.

use chassis::Role;
use chassis::testing::eventually;
use serde_json::{Value, json};

use crate::app::{NOW, TestApp, completed, decision, owner, person, time, vehicle};

#[tokio::test(flavor = "multi_thread")]
async fn a_confirmed_and_covered_repair_drafts_one_claim_and_announces_nothing() {
    let app = TestApp::start().await;
    let coverage_id = app.cover_everything("ten_a").await;
    app.register("ten_a", "V1").await;
    app.decide("ten_a", "V1", "dec_1").await;
    app.checks(1).await;
    app.complete("ten_a", "V1", "apt_1", "dec_1").await;
    app.complete("ten_a", "V1", "apt_1", "dec_1").await;
    app.complete("ten_a", "V1", "apt_2", "dec_none").await;
    let drafts = app.drafted("ten_a", 2).await;
    assert_eq!(drafts.len(), 2);
    let draft = drafts.iter().find(|draft| draft["appointment_id"] == "apt_1").unwrap();
    assert_eq!(
        (&draft["status"], &draft["written_by"]),
        (&json!("DRAFT"), &json!("system"))
    );
    assert_eq!(draft["amount"], json!({"amount_minor": 38450, "currency": "EUR"}));
    assert_eq!(
        draft["occurred_on"], "2026-05-01",
        "the failure showed when the decision was made"
    );
    assert_eq!(draft["eligibility"]["coverage_id"], json!(coverage_id));
    assert_eq!(draft["decision_id"], "dec_1");
    let told = app.runtime.all_published("warranty-service").await;
    assert!(
        told.iter().all(|event| event.kind == "warranty.coverage.checked"),
        "a draft is not announced"
    );

    let id = draft["claim_id"].as_str().unwrap();
    let submitted = app
        .post(
            &format!("/api/v1/claims/{id}/submit"),
            &owner("ten_a", &["V1"]),
            json!({}),
        )
        .await;
    assert_eq!(submitted.status, 200, "{}", submitted.body);
    let event = app
        .runtime
        .published("warranty-service", "warranty.claim.submitted", 1)
        .await
        .remove(0);
    assert_eq!(crate::app::data(&event)["appointment_id"], "apt_1");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_before_its_vehicle_is_drafted_when_the_vehicle_comes() {
    let app = TestApp::start().await;
    app.cover_everything("ten_a").await;
    app.complete("ten_a", "V1", "apt_1", "dec_1").await;
    app.decide("ten_a", "V1", "dec_1").await;
    app.checks(1).await;
    app.deliver_vehicle("ten_a", "V1", vehicle("V1")).await;
    let drafts = app.drafted("ten_a", 1).await;
    assert_eq!(drafts[0]["appointment_id"], "apt_1");
    assert_eq!(drafts[0]["eligibility"]["covered"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visit_before_its_decision_counts_from_the_day_of_the_decision() {
    let app = TestApp::start().await;
    app.cover_everything("ten_a").await;
    app.register("ten_a", "V1").await;
    // Repaired a week after the last day of cover; the failure had shown before it.
    let mut late = completed("V1", "apt_1", Some("dec_1"));
    late["completed_at"] = json!("2028-02-07T10:00:00Z");
    app.scheduling
        .deliver(
            "appointment.completed",
            "ten_a",
            "V1",
            time("2028-02-07T10:00:00Z"),
            late,
        )
        .await;
    let shown = time("2028-01-30T10:00:00Z");
    app.agent
        .deliver("agent.decision.made", "ten_a", "V1", shown, decision("V1", "dec_1"))
        .await;
    let drafts = app.drafted("ten_a", 1).await;
    assert_eq!(drafts[0]["occurred_on"], "2028-01-30");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_found_not_repaired_or_is_not_covered_drafts_nothing() {
    let app = TestApp::start().await;
    app.cover_everything("ten_a").await;
    app.register("ten_a", "V1").await;
    let finding = |component: &str, mode: &str, verdict: &str, action: &str| json!({"component": component, "failure_mode": mode, "verdict": verdict, "action": action, "parts": []});
    let none = [
        finding("cooling", "cooling.leak", "NOT_FOUND", "NONE"),
        finding("cooling", "cooling.leak", "CONFIRMED", "NONE"),
        finding("cooling", "cooling.leak", "PERHAPS", "REPLACED"),
        finding("brakes", "brakes.pad_wear", "CONFIRMED", "REPLACED"),
    ];
    for (index, finding) in none.into_iter().enumerate() {
        let mut visit = completed("V1", &format!("apt_{index}"), None);
        visit["findings"] = json!([finding]);
        app.scheduling
            .deliver("appointment.completed", "ten_a", "V1", time(NOW), visit)
            .await;
    }
    let mut two = completed("V1", "apt_two", None);
    two["findings"] = json!([
        finding("brakes", "brakes.pad_wear", "CONFIRMED", "REPLACED"),
        finding("engine", "engine.misfire", "CONFIRMED", "REPAIRED"),
    ]);
    app.scheduling
        .deliver("appointment.completed", "ten_a", "V1", time(NOW), two)
        .await;
    let drafts = app.drafted("ten_a", 1).await;
    assert_eq!(drafts.len(), 1);
    assert_eq!(
        (&drafts[0]["appointment_id"], &drafts[0]["component"]),
        (&json!("apt_two"), &json!("engine"))
    );
    assert_eq!(drafts[0]["remark"]["code"], "claim.amount_includes_other_work");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_by_hand_can_name_the_visit_and_the_visit_is_claimed_once() {
    let app = TestApp::start().await;
    app.register("ten_a", "V1").await;
    app.register("ten_a", "V2").await;
    app.complete("ten_a", "V1", "apt_1", "dec_1").await;
    let admin = person("ten_a", Role::Admin);
    let body = |vehicle_id: &str| {
        json!({
            "vehicle_id": vehicle_id, "component": "cooling", "amount": {"amount_minor": 5, "currency": "EUR"},
            "occurred_on": "2026-05-01", "appointment_id": "apt_1"
        })
    };
    let written = eventually("the visit", || async {
        let answer = app.post("/api/v1/claims", &admin, body("V1")).await;
        (answer.status == 201).then_some(answer.body)
    });
    let written: Value = written.await;
    let again = app.post("/api/v1/claims", &admin, body("V1")).await;
    assert_eq!((again.status, again.code()), (409, "claim.visit_claimed"));
    assert_eq!(again.body["params"]["claim_id"], written["claim_id"]);
    let foreign = app.post("/api/v1/claims", &admin, body("V2")).await;
    assert_eq!(
        foreign.code(),
        "claim.invalid",
        "a visit of another vehicle cannot be claimed"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cost_that_is_no_amount_becomes_a_dead_letter() {
    let app = TestApp::start().await;
    let mut visit = completed("V1", "apt_1", None);
    visit["cost"] = json!({"amount_minor": -5, "currency": "EUR"});
    app.scheduling
        .deliver("appointment.completed", "ten_a", "V1", time(NOW), visit)
        .await;
    let letters = app.dead_letters("ten_a", 1).await;
    assert!(letters[0].to_string().contains("event.cost.invalid"), "{}", letters[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_finding_without_a_failure_mode_confirms_the_suspected_one() {
    let app = TestApp::start().await;
    app.cover_everything("ten_a").await;
    app.register("ten_a", "V1").await;
    let mut worn = decision("V1", "dec_worn");
    worn["component"] = json!("brakes");
    worn["failure_mode"]["code"] = json!("brakes.pad_wear");
    let at = time("2026-05-01T10:00:00Z");
    app.agent.deliver("agent.decision.made", "ten_a", "V1", at, worn).await;
    app.decide("ten_a", "V1", "dec_leak").await;
    app.checks(2).await;
    for (appointment_id, decision_id, component) in
        [("apt_worn", "dec_worn", "brakes"), ("apt_leak", "dec_leak", "cooling")]
    {
        let mut visit = completed("V1", appointment_id, Some(decision_id));
        visit["findings"] =
            json!([{"component": component, "verdict": "CONFIRMED", "action": "REPLACED", "parts": []}]);
        let at = time("2026-05-03T10:00:00Z");
        app.scheduling
            .deliver("appointment.completed", "ten_a", "V1", at, visit)
            .await;
    }
    let drafts = app.drafted("ten_a", 1).await;
    assert_eq!(
        drafts.len(),
        1,
        "worn pads are not covered, whoever leaves the word out"
    );
    assert_eq!(
        (&drafts[0]["appointment_id"], &drafts[0]["failure_mode"]),
        (&json!("apt_leak"), &json!("cooling.leak"))
    );
}

/// A technician typed a digit too many: no claim is lost by it, and the registry has the last word.
#[tokio::test(flavor = "multi_thread")]
async fn an_odometer_typed_with_a_digit_too_many_ends_no_cover() {
    let app = TestApp::start().await;
    app.cover_everything("ten_a").await;
    let admin = person("ten_a", Role::Admin);
    let mut registered = vehicle("V1");
    let at = time("2026-04-01T10:00:00Z");
    app.ingestion
        .deliver("vehicle.registered", "ten_a", "V1", at, registered.clone())
        .await;
    let asked = || async {
        let answer = app.get("/api/v1/warranty/V1/check?component=engine", &admin).await;
        answer.body["eligibility"].clone()
    };
    eventually("the vehicle", || async {
        (asked().await["covered"] == true).then_some(())
    })
    .await;
    let mut typed = completed("V1", "apt_1", None);
    typed["odometer_km"] = json!(421_000.0);
    let at = time("2026-05-03T10:00:00Z");
    app.scheduling
        .deliver("appointment.completed", "ten_a", "V1", at, typed)
        .await;
    let draft = app.drafted("ten_a", 1).await.remove(0);
    assert_eq!(
        (&draft["eligibility"]["reason"]["code"], &draft["odometer_km"]),
        (&json!("warranty.covered"), &json!(40_000.0))
    );
    assert_eq!(asked().await["covered"], true);

    // One that could be is believed, until the registry says better.
    let mut wrong = completed("V1", "apt_2", None);
    wrong["odometer_km"] = json!(102_000.0);
    let at = time("2026-05-04T10:00:00Z");
    app.scheduling
        .deliver("appointment.completed", "ten_a", "V1", at, wrong)
        .await;
    eventually("the reading", || async {
        (asked().await["reason"]["code"] == "warranty.expired.km").then_some(())
    })
    .await;
    registered["odometer_km"] = json!(42_200.0);
    app.ingestion
        .deliver("vehicle.updated", "ten_a", "V1", time(NOW), registered)
        .await;
    eventually("the correction", || async {
        (asked().await["covered"] == true).then_some(())
    })
    .await;
}
