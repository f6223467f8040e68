//! Two instances of the service on one PostgreSQL and one Redis: one picture, one set of people, one memory of failed sign-ins.

use crate::api_stream::follow;
use crate::app::{ADMIN_PASSWORD, By, TestApp, now};
use crate::events_fleet::Producers;
use analytics_service::DEFINITION;
use chassis::Role;
use chassis::testing::{BOOTSTRAP_KEY, Ground, TestRuntime, eventually, token};
use serde_json::json;

/// One test, since each starts servers where the run brings none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_work_as_one() {
    two_first_starts_at_once_make_one_admin().await;
    both_count_alike_and_tell_their_followers_what_either_has_recorded().await;
    failed_sign_ins_are_counted_together().await;
}

/// Both start at the same moment on an empty database.
async fn two_instances(different: &[(&str, toml::Value)]) -> (TestApp, TestApp) {
    let ground = Ground::servers();
    let start = || TestApp::on(TestRuntime::start_on(&ground, now()), different);
    let ((one, first), (other, second)) = tokio::join!(start(), start());
    assert!(first.is_some() != second.is_some(), "one of them makes the first admin");
    one.runtime.shared_by(&DEFINITION, 2).await;
    (one, other)
}

async fn two_first_starts_at_once_make_one_admin() {
    let (one, other) = two_instances(&[]).await;
    for app in [&one, &other] {
        let admin = app.token("default", "admin", ADMIN_PASSWORD).await;
        let (status, users) = app.get("/api/v1/users", By::Token(&admin)).await;
        assert_eq!((status, users["items"].as_array().map(Vec::len)), (200, Some(1)));
    }
    let told = one
        .runtime
        .published("analytics-service", "identity.user.changed", 1)
        .await;
    assert_eq!(told.len(), 1);
    one.service.stop().await;
    other.service.stop().await;
}

async fn both_count_alike_and_tell_their_followers_what_either_has_recorded() {
    const VEHICLES: usize = 30;
    let (one, other) = two_instances(&[]).await;
    let manager = token("default", Role::FleetManager, "usr_m", None);
    let heard = [follow(&one, &manager).await, follow(&other, &manager).await];
    let (ours, theirs) = (Producers::of(&one).await, Producers::of(&other).await);
    for number in 0..VEHICLES {
        let vehicle = format!("V{number}");
        let producers = if number % 2 == 0 { &ours } else { &theirs };
        let registered = json!({"vehicle_id": vehicle});
        producers
            .say("ingestion-service", "vehicle.registered", &vehicle, 0, registered)
            .await;
        let alert = json!({"alert_id": format!("alert_{number}"), "decision_id": null});
        producers
            .say("alert-service", "alert.created", &vehicle, 1, alert)
            .await;
    }
    for app in [&one, &other] {
        app.until(
            "/api/v1/metrics/fleet-health",
            By::Key(BOOTSTRAP_KEY),
            "every vehicle with its alert",
            |status, body| {
                assert_eq!(status, 200, "{body}");
                let summary = &body["fleet_summary"];
                (&summary["vehicles"], &summary["with_open_alerts"]) == (&json!(VEHICLES), &json!(VEHICLES))
            },
        )
        .await;
    }
    for heard in heard {
        eventually("all alerts told", || async {
            let told = heard.lock().await;
            let of = |number: usize| format!("\"vehicle_id\":\"V{number}\"");
            let alerts: Vec<&str> = told.lines().filter(|line| line.contains("alert.created")).collect();
            (0..VEHICLES)
                .all(|number| alerts.iter().any(|line| line.contains(&of(number))))
                .then_some(())
        })
        .await;
        let told = heard.lock().await;
        let alerts = told.lines().filter(|line| line.contains("\"alert.created\"")).count();
        assert_eq!(alerts, VEHICLES, "each once");
    }
    one.service.stop().await;
    other.service.stop().await;
}

async fn failed_sign_ins_are_counted_together() {
    let (one, other) = two_instances(&[("sign_in.failures_per_user_max", toml::Value::Integer(4))]).await;
    for app in [&one, &other, &one, &other] {
        assert_eq!(app.login("default", "admin", "wrong-password").await.0, 401);
    }
    for app in [&one, &other] {
        assert_eq!(app.login("default", "admin", ADMIN_PASSWORD).await.0, 429);
    }
    one.service.stop().await;
    other.service.stop().await;
}
