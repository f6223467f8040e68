//! What alerts cause: a visit once, the best slot, or an unplaced visit that is placed later.

use chassis::testing::{contracts, eventually};
use serde_json::json;

use crate::app::{TECHNICIAN, TENANT, TestApp, alert, manager, monday, technician};

#[tokio::test]
async fn a_critical_alert_is_booked_once_with_both_events() {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    app.vehicle(TENANT, "V1").await;
    app.alert(TENANT, alert("alert_1", "V1", "CRITICAL"), false).await;
    let scheduled = app
        .runtime
        .published("scheduling-service", "appointment.scheduled", 1)
        .await;
    let assigned = app
        .runtime
        .published("scheduling-service", "technician.assigned", 1)
        .await;
    for event in scheduled.iter().chain(&assigned) {
        contracts::validate_event(event);
    }
    let data: serde_json::Value = scheduled[0].parse().unwrap();
    assert_eq!(
        data["starts_at"], "2026-05-04T08:00:00Z",
        "the first working hour is the cheapest"
    );
    assert_eq!(data["technician_id"], TECHNICIAN);
    assert_eq!(data["booked_by"], "AUTO");
    assert_eq!(data["starts_before_p05"], true);
    assert_eq!(data["price"]["amount_minor"], 22_500 + 4_500);
    // Again as another event, and another alert on the same component: neither books again.
    app.alert(TENANT, alert("alert_1", "V1", "CRITICAL"), false).await;
    app.alert(TENANT, alert("alert_2", "V1", "EMERGENCY"), false).await;
    app.alert(TENANT, alert("alert_3", "V2", "CRITICAL"), false).await;
    app.runtime
        .published("scheduling-service", "appointment.scheduled", 2)
        .await;
    let visits = app.appointments(TENANT, "SCHEDULED", 2).await;
    assert_eq!(visits[1]["alert_id"], "alert_3");
    assert_eq!(
        visits[1]["starts_at"], "2026-05-04T10:45:00Z",
        "after the first visit and its buffer"
    );
    assert_eq!(app.count("appointment.scheduled").await, 2);
    app.stop().await;
}

#[tokio::test]
async fn an_alert_before_any_centre_waits_and_is_placed_after_seeding() {
    let app = TestApp::start().await;
    app.alert(TENANT, alert("alert_1", "V1", "EMERGENCY"), false).await;
    let unplaced = app.appointments(TENANT, "UNPLACED", 1).await;
    assert_eq!(unplaced[0]["why_not"]["code"], "why_not.no_center");
    assert_eq!(app.count("appointment.scheduled").await, 0);
    app.seed(TENANT).await;
    let placed = app.appointments(TENANT, "SCHEDULED", 1).await;
    assert_eq!(placed[0]["appointment_id"], unplaced[0]["appointment_id"]);
    assert_eq!(placed[0]["why"]["code"], "slot.before_risk");
    app.runtime
        .published("scheduling-service", "appointment.scheduled", 1)
        .await;
    app.stop().await;
}

#[tokio::test]
async fn the_reason_follows_the_network_and_time_brings_the_next_try() {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    let mut away = technician(TECHNICIAN, "ctr_north");
    away["skills"] = json!(["brakes"]);
    app.must_post("/api/v1/technicians", &manager(TENANT), away.clone())
        .await;
    app.alert(TENANT, alert("alert_1", "V1", "CRITICAL"), false).await;
    let unplaced = app.appointments(TENANT, "UNPLACED", 1).await;
    assert_eq!(unplaced[0]["why_not"]["code"], "why_not.no_technician");
    away["skills"] = json!(["cooling"]);
    away["absences"] = json!([{"from": "2026-05-01T00:00:00Z", "to": "2026-05-19T00:00:00Z"}]);
    app.must_post("/api/v1/technicians", &manager(TENANT), away).await;
    eventually("nobody works yet", || async {
        let visits = app.appointments(TENANT, "UNPLACED", 1).await;
        (visits[0]["why_not"]["code"] == "why_not.nobody_working").then_some(())
    })
    .await;
    // Two days later the horizon reaches the technician's return.
    app.advance(2 * 24 * 60);
    let placed = app.appointments(TENANT, "SCHEDULED", 1).await;
    assert_eq!(placed[0]["starts_at"], "2026-05-19T08:00:00Z");
    assert_eq!(placed[0]["starts_before_p05"], false);
    app.stop().await;
}

#[tokio::test]
async fn only_live_critical_alerts_book_and_warnings_get_a_proposal_on_request() {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    app.vehicle(TENANT, "V1").await;
    app.alert(TENANT, alert("alert_old", "V1", "CRITICAL"), true).await;
    app.alert(TENANT, alert("alert_warn", "V1", "WARNING"), false).await;
    let asked = json!({"alert_id": "alert_warn"});
    let offer = eventually("the warning is known", || async {
        let (status, body) = app
            .post("/api/v1/slots/available", &manager(TENANT), asked.clone())
            .await;
        (status == 200).then_some(body)
    })
    .await;
    assert_eq!(offer["slots"].as_array().unwrap().len(), 3, "{offer:#}");
    let (_, all) = app.get("/api/v1/appointments", &manager(TENANT)).await;
    assert_eq!(all["items"], json!([]));
    let booked = app
        .must_post(
            "/api/v1/appointments",
            &manager(TENANT),
            json!({"slot_id": offer["slots"][1]["slot_id"]}),
        )
        .await;
    assert_eq!(booked["alert_id"], "alert_warn");
    assert_eq!(booked["booked_by"], "USER");
    assert_eq!(booked["starts_at"], offer["slots"][1]["starts_at"]);
    app.stop().await;
}

#[tokio::test]
async fn an_alert_resolved_by_hand_cancels_its_visit_and_a_repair_of_ours_does_not() {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    // One after the other, so that the first vehicle holds the first hour.
    app.alert(TENANT, alert("alert_1", "V1", "CRITICAL"), false).await;
    app.appointments(TENANT, "SCHEDULED", 1).await;
    app.alert(TENANT, alert("alert_2", "V2", "CRITICAL"), false).await;
    app.appointments(TENANT, "SCHEDULED", 2).await;
    let resolved = |alert: &str, vehicle: &str, reason: &str| json!({"alert_id": alert, "vehicle_id": vehicle, "component": "cooling", "reason": reason});
    app.alerts
        .deliver("alert.resolved", TENANT, "V2", monday(), {
            let mut repaired = resolved("alert_2", "V2", "REPAIRED");
            repaired["appointment_id"] = json!("apt_of_ours");
            repaired
        })
        .await;
    app.alerts
        .deliver(
            "alert.resolved",
            TENANT,
            "V1",
            monday(),
            resolved("alert_1", "V1", "MANUAL"),
        )
        .await;
    let cancelled = app.appointments(TENANT, "CANCELLED", 1).await;
    assert_eq!(cancelled[0]["vehicle_id"], "V1");
    assert_eq!(cancelled[0]["cancel_reason"]["code"], "appointment.alert_resolved");
    let events = app
        .runtime
        .published("scheduling-service", "appointment.cancelled", 1)
        .await;
    contracts::validate_event(&events[0]);
    app.appointments(TENANT, "SCHEDULED", 1).await;
    // What the visit held is free again: the third alert gets the first hour.
    app.alert(TENANT, alert("alert_3", "V3", "CRITICAL"), false).await;
    let visits = app.appointments(TENANT, "SCHEDULED", 2).await;
    assert_eq!(visits[0]["vehicle_id"], "V3");
    app.stop().await;
}

#[tokio::test]
async fn a_component_that_is_well_again_or_was_repaired_elsewhere_needs_no_visit() {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    for (number, reason, code) in [
        (1, "RECOVERED", "appointment.component_recovered"),
        (2, "REPAIRED", "appointment.repaired_elsewhere"),
    ] {
        let (alert_id, vehicle_id) = (format!("alert_{number}"), format!("V{number}"));
        app.alert(TENANT, alert(&alert_id, &vehicle_id, "CRITICAL"), false)
            .await;
        app.appointments(TENANT, "SCHEDULED", 1).await;
        let over = json!({"alert_id": alert_id, "vehicle_id": vehicle_id, "component": "cooling", "reason": reason});
        app.alerts
            .deliver("alert.resolved", TENANT, &vehicle_id, monday(), over)
            .await;
        let cancelled = app.appointments(TENANT, "CANCELLED", number).await;
        let mine = cancelled
            .iter()
            .find(|visit| visit["vehicle_id"] == vehicle_id.as_str());
        assert_eq!(mine.unwrap()["cancel_reason"]["code"], code);
    }
    app.stop().await;
}

#[tokio::test]
async fn a_poison_alert_goes_to_the_dead_letters_and_the_next_is_booked() {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    let bad = json!({"vehicle_id": "V1", "alert_id": "alert_bad", "severity": "CRITICAL"});
    app.alerts.deliver("alert.created", TENANT, "V1", monday(), bad).await;
    app.alert(TENANT, alert("alert_1", "V1", "CRITICAL"), false).await;
    app.appointments(TENANT, "SCHEDULED", 1).await;
    let admin = chassis::testing::token(TENANT, chassis::Role::Admin, "usr_admin", None);
    let (status, letters) = app.get("/api/v1/dead-letters", &admin).await;
    assert_eq!(status, 200);
    assert_eq!(letters["items"].as_array().unwrap().len(), 1, "{letters:#}");
    app.stop().await;
}

#[tokio::test]
async fn a_restart_repeats_nothing() {
    let app = TestApp::start().await;
    app.seed(TENANT).await;
    app.alert(TENANT, alert("alert_1", "V1", "CRITICAL"), false).await;
    app.appointments(TENANT, "SCHEDULED", 1).await;
    let app = app.restart().await;
    app.alert(TENANT, alert("alert_2", "V2", "CRITICAL"), false).await;
    app.appointments(TENANT, "SCHEDULED", 2).await;
    app.runtime
        .published("scheduling-service", "appointment.scheduled", 2)
        .await;
    assert_eq!(app.count("appointment.scheduled").await, 2);
    app.stop().await;
}
