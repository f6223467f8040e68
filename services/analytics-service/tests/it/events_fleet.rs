//! What was heard becomes the fleet's picture, in whatever order it is heard.

use crate::app::{By, TestApp, now};
use chassis::testing::contracts::example;
use chassis::testing::{BOOTSTRAP_KEY, Producer};
use chrono::Duration;
use serde_json::{Value, json};

pub(crate) const FLEET: &str = "/api/v1/dashboards/fleet";

/// The stand-ins of all producers.
pub(crate) struct Producers {
    pub(crate) ingestion: Producer,
    pub(crate) health: Producer,
    pub(crate) agent: Producer,
    pub(crate) alert: Producer,
    pub(crate) scheduling: Producer,
    pub(crate) warranty: Producer,
}

impl Producers {
    pub(crate) async fn of(app: &TestApp) -> Producers {
        Producers {
            ingestion: app.producer("ingestion-service").await,
            health: app.producer("health-service").await,
            agent: app.producer("agent-service").await,
            alert: app.producer("alert-service").await,
            scheduling: app.producer("scheduling-service").await,
            warranty: app.producer("warranty-service").await,
        }
    }

    fn named(&self, producer: &str) -> &Producer {
        match producer {
            "ingestion-service" => &self.ingestion,
            "health-service" => &self.health,
            "agent-service" => &self.agent,
            "alert-service" => &self.alert,
            "scheduling-service" => &self.scheduling,
            _ => &self.warranty,
        }
    }

    /// Delivers the contract's example with some members replaced, `minutes` after the start.
    pub(crate) async fn say(&self, producer: &str, kind: &'static str, vehicle: &str, minutes: i64, different: Value) {
        let mut data: Value = example(producer, kind).parse().unwrap();
        data["vehicle_id"] = json!(vehicle);
        for (name, value) in different.as_object().unwrap() {
            data[name] = value.clone();
        }
        let time = now() + Duration::minutes(minutes);
        self.named(producer).deliver(kind, "default", vehicle, time, data).await;
    }
}

/// The chain from registration to a completed visit, for one vehicle; `skip` leaves its last steps out.
pub(crate) async fn chain(producers: &Producers, vehicle: &str, steps: usize) {
    let id = |prefix: &str| json!(format!("{prefix}_{vehicle}"));
    let links =
        json!({"decision_id": id("dec"), "alert_id": id("alert"), "appointment_id": id("apt"), "component": "cooling"});
    let with = |more: Value| {
        let mut all = links.clone();
        all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        all
    };
    let starts_at = (now() + Duration::days(1)).to_rfc3339();
    let completed_at = (now() + Duration::minutes(60)).to_rfc3339();
    let findings = json!([{"component": "cooling", "verdict": "CONFIRMED", "action": "REPLACED", "parts": []}]);
    let cost = json!({"low": {"amount_minor": 20_000, "currency": "EUR"}, "high": {"amount_minor": 50_000, "currency": "EUR"}});
    let all: [(&str, &'static str, Value); 9] = [
        (
            "ingestion-service",
            "vehicle.registered",
            json!({"owner_id": "usr_owner", "status": "ACTIVE"}),
        ),
        (
            "health-service",
            "component.critical",
            json!({"component": "cooling", "health_score": 0.1, "status": "CRITICAL", "overall_health_score": 0.1,
                   "overall_status": "CRITICAL", "rul_km": {"p05": 10.0, "p50": 120.0, "p95": 300.0}}),
        ),
        (
            "agent-service",
            "agent.decision.made",
            with(json!({"severity": "CRITICAL", "estimated_cost": cost})),
        ),
        (
            "warranty-service",
            "warranty.coverage.checked",
            with(json!({"check_id": id("chk"), "covered": true})),
        ),
        ("alert-service", "alert.created", with(json!({"severity": "CRITICAL"}))),
        (
            "alert-service",
            "alert.acknowledged",
            with(json!({"by": "usr_manager"})),
        ),
        (
            "scheduling-service",
            "appointment.scheduled",
            with(
                json!({"starts_at": starts_at, "ends_at": starts_at, "booked_by": "AUTO", "starts_before_p05": true, "technician_id": "tech_1"}),
            ),
        ),
        (
            "scheduling-service",
            "appointment.completed",
            with(
                json!({"completed_at": completed_at, "findings": findings, "cost": {"amount_minor": 41_500, "currency": "EUR"}}),
            ),
        ),
        ("alert-service", "alert.resolved", with(json!({"reason": "REPAIRED"}))),
    ];
    for (step, (producer, kind, data)) in all.into_iter().take(steps).enumerate() {
        producers
            .say(producer, kind, vehicle, i64::try_from(step).unwrap() * 5, data)
            .await;
    }
}

async fn settled_dashboard(app: &TestApp, what: &str, condition: impl Fn(&Value) -> bool) -> Value {
    app.until(FLEET, By::Key(BOOTSTRAP_KEY), what, |_, body| condition(body))
        .await
}

#[tokio::test]
async fn a_decision_enters_the_action_list_and_a_repair_takes_it_out() {
    let app = TestApp::start().await;
    let producers = Producers::of(&app).await;
    chain(&producers, "V1", 7).await;
    let body = settled_dashboard(&app, "the booking", |body| body["fleet_summary"]["with_visit"] == 1).await;
    let action = &body["action_list"][0];
    assert_eq!(
        (&action["vehicle_id"], &action["component"]),
        (&json!("V1"), &json!("cooling")),
        "{body}"
    );
    assert_eq!(action["severity"], "CRITICAL");
    assert_eq!(action["next_visit"]["appointment_id"], "apt_V1");
    app.until(FLEET, By::Key(BOOTSTRAP_KEY), "the warranty's word", |_, body| {
        body["action_list"][0]["warranty_covered"] == true && body["fleet_summary"]["with_open_alerts"] == 1
    })
    .await;
    assert_eq!(body["health_distribution"]["CRITICAL"], 1);
    assert_eq!(
        body["cost_metrics"]["open_estimate_high"],
        json!([{"amount_minor": 50_000, "currency": "EUR"}])
    );
    chain_tail(&producers, "V1").await;
    let body = settled_dashboard(&app, "the repair", |body| {
        body["action_list"] == json!([]) && body["fleet_summary"]["with_open_alerts"] == 0
    })
    .await;
    assert_eq!(body["fleet_summary"]["with_visit"], 0);
    assert_eq!(
        body["cost_metrics"]["avoided_estimate"],
        json!([{"amount_minor": 8_500, "currency": "EUR"}])
    );
    assert_eq!(
        body["cost_metrics"]["spent"],
        json!([{"amount_minor": 41_500, "currency": "EUR"}])
    );
    assert_eq!(body["cost_metrics"]["open_decisions"], 0);
    assert_eq!(body["top_issues"], json!([]));
}

async fn chain_tail(producers: &Producers, vehicle: &str) {
    let links = json!({"decision_id": format!("dec_{vehicle}"), "alert_id": format!("alert_{vehicle}"), "component": "cooling"});
    let completed = json!({
        "appointment_id": format!("apt_{vehicle}"), "decision_id": format!("dec_{vehicle}"),
        "completed_at": (now() + Duration::minutes(60)).to_rfc3339(), "cost": {"amount_minor": 41_500, "currency": "EUR"},
        "findings": [{"component": "cooling", "verdict": "CONFIRMED", "action": "REPLACED", "parts": []}],
    });
    producers
        .say("scheduling-service", "appointment.completed", vehicle, 60, completed)
        .await;
    producers
        .say("alert-service", "alert.resolved", vehicle, 61, links)
        .await;
}

#[tokio::test]
async fn producers_in_another_order_give_the_same_numbers() {
    // The stand-ins of one application speak in the chain's order, those of the other in the reverse order of services.
    let (forward, backward) = (TestApp::start().await, TestApp::start().await);
    let producers = Producers::of(&forward).await;
    for vehicle in ["V1", "V2"] {
        chain(&producers, vehicle, 9).await;
    }
    let reversed = Producers::of(&backward).await;
    for vehicle in ["V2", "V1"] {
        chain_tail(&reversed, vehicle).await;
        chain(&reversed, vehicle, 9).await;
    }
    let done = |body: &Value| {
        body["fleet_summary"]["vehicles"] == 2
            && body["cost_metrics"]["completed_visits"] == 2
            && body["cost_metrics"]["avoided_estimate"][0]["amount_minor"] == 17_000
            && body["action_list"] == json!([])
            && body["health_distribution"]["CRITICAL"] == 2
    };
    let one = settled_dashboard(&forward, "both vehicles", done).await;
    let other = settled_dashboard(&backward, "both vehicles", done).await;
    for member in ["fleet_summary", "health_distribution", "cost_metrics", "top_issues"] {
        assert_eq!(one[member], other[member], "{member}");
    }
}

#[tokio::test]
async fn telemetry_is_counted_by_hour_and_a_poison_event_stands_aside() {
    let app = TestApp::start().await;
    let producers = Producers::of(&app).await;
    let at = |minutes: i64| (now() - Duration::minutes(minutes)).to_rfc3339();
    let records = json!([{"vehicle_id": "V1", "time": at(0)}, {"vehicle_id": "V1", "time": at(90)}, {"vehicle_id": "V2", "time": at(5)}]);
    let telemetry = "vehicle.telemetry.received";
    let data = json!({"receipt_ids": ["r"], "records": records});
    producers
        .ingestion
        .deliver(telemetry, "default", "V1", now(), data)
        .await;
    producers
        .ingestion
        .deliver(telemetry, "default", "V1", now(), json!({"records": "none"}))
        .await;
    producers
        .ingestion
        .deliver(
            telemetry,
            "default",
            "V1",
            now(),
            json!({"records": [{"vehicle_id": "V1", "time": at(1)}]}),
        )
        .await;
    settled_dashboard(&app, "four records", |body| body["telemetry_records_24h"] == 4).await;
    let letters = app
        .until(
            "/api/v1/dead-letters",
            By::Key(BOOTSTRAP_KEY),
            "a dead letter",
            |_, body| body["items"][0].is_object(),
        )
        .await;
    assert_eq!(letters["items"][0]["code"], "event.data.invalid");
    let (_, log) = app
        .get(
            "/api/v1/audit/logs?type=vehicle.telemetry.received",
            By::Key(BOOTSTRAP_KEY),
        )
        .await;
    assert_eq!(log["items"], json!([]), "telemetry is counted, not logged");
}

#[tokio::test]
async fn a_restart_repeats_nothing() {
    let app = TestApp::start().await;
    let producers = Producers::of(&app).await;
    chain(&producers, "V1", 9).await;
    let before = settled_dashboard(&app, "the chain", |body| {
        body["cost_metrics"]["completed_visits"] == 1 && body["fleet_summary"]["with_open_alerts"] == 0
    })
    .await;
    app.service.stop().await;
    let runtime = app.runtime.restart();
    let config = chassis::config::load(&analytics_service::DEFINITION, &crate::app::test_sources(&[])).unwrap();
    let (service, first_start) = analytics_service::build_reporting(config, runtime.runtime())
        .await
        .unwrap();
    assert_eq!(first_start, None, "there is one first start");
    let service = chassis::testing::TestService::start(&runtime, service).await;
    let app = TestApp {
        runtime,
        service,
        http: app.http,
    };
    let producers = Producers::of(&app).await;
    chain(&producers, "V2", 2).await;
    let after = settled_dashboard(&app, "the second vehicle", |body| {
        body["health_distribution"]["CRITICAL"] == 2
    })
    .await;
    assert_eq!(after["cost_metrics"], before["cost_metrics"]);
}
