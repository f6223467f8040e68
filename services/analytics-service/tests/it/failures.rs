//! What cannot be done for one tenant keeps no other waiting, and is done once it can be.

use crate::app::{By, TestApp, text};
use analytics_service::DEFINITION;
use chassis::testing::contracts::example;
use chassis::testing::{eventually, token};
use chassis::{Database, Event, Role, on};
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

const SCHEDULES: &str = "/api/v1/reports/schedules";

async fn change(database: &Database, sql: &'static str) {
    let mut tx = database.begin().await.unwrap();
    on!(tx, c => sqlx::query(sql).run(c).await).unwrap();
    tx.commit().await.unwrap();
}

fn at(time: &str) -> DateTime<Utc> {
    time.parse().unwrap()
}

/// Two tenants, each with a vehicle and a decision about it; `ten_a` comes first in every order.
async fn two_tenants() -> (TestApp, Database) {
    let app = TestApp::start().await;
    let agent = app.producer("agent-service").await;
    for tenant in ["ten_a", "ten_b"] {
        let mut data: Value = example("agent-service", "agent.decision.made").parse().unwrap();
        (data["vehicle_id"], data["decision_id"]) = (json!("V1"), json!(format!("dec_{tenant}")));
        agent
            .deliver("agent.decision.made", tenant, "V1", crate::app::now(), data)
            .await;
        let manager = token(tenant, Role::FleetManager, "usr_m", None);
        app.until(
            "/api/v1/dashboards/fleet",
            By::Token(&manager),
            "the decision",
            |_, body| body["action_list"].as_array().is_some_and(|actions| actions.len() == 1),
        )
        .await;
    }
    let database = app.runtime.database_of(&DEFINITION).await;
    (app, database)
}

/// A weekly fleet report of a tenant.
async fn schedule(app: &TestApp, tenant: &str) {
    let admin = token(tenant, Role::Admin, "usr_admin", None);
    let user = json!({"username": "eve", "role": "EXECUTIVE"});
    let (_, created) = app.post("/api/v1/users", By::Token(&admin), user).await;
    let wanted = json!({"kind": "fleet", "format": "csv", "recipient_ids": [text(&created["user"]["user_id"])]});
    let (status, schedule) = app.post(SCHEDULES, By::Token(&admin), wanted).await;
    assert_eq!(status, 201, "{schedule}");
}

async fn due_at(app: &TestApp, tenant: &str) -> DateTime<Utc> {
    let admin = token(tenant, Role::Admin, "usr_admin", None);
    let (_, list) = app.get(SCHEDULES, By::Token(&admin)).await;
    at(&text(&list["items"][0]["due_at"]))
}

/// Tenants of events, in the order of their names: partitions are read one after the other.
fn tenants<'e>(events: impl Iterator<Item = &'e Event>) -> Vec<String> {
    let mut tenants: Vec<String> = events.map(|event| event.tenant.as_str().to_owned()).collect();
    tenants.sort_unstable();
    tenants
}

/// Tenants of the reports that were told.
async fn reported(app: &TestApp, count: usize) -> Vec<String> {
    let told = app
        .runtime
        .published("analytics-service", "analytics.report.generated", count)
        .await;
    tenants(told.iter())
}

#[tokio::test]
async fn a_report_that_cannot_be_made_stops_no_other_and_is_tried_again() {
    let (app, database) = two_tenants().await;
    for tenant in ["ten_a", "ten_b"] {
        schedule(&app, tenant).await;
    }
    let monday = at("2026-05-04T06:00:00Z");
    assert_eq!(due_at(&app, "ten_a").await, monday);
    change(
        &database,
        "UPDATE decision_view SET detail = 'broken ' || detail WHERE tenant_id = 'ten_a'",
    )
    .await;
    app.runtime.clock().advance_to(monday + Duration::seconds(1));
    assert_eq!(reported(&app, 1).await, ["ten_b"]);
    let later = eventually("the other is tried later", || async {
        Some(due_at(&app, "ten_a").await).filter(|due| *due > monday)
    })
    .await;
    assert!(later <= monday + Duration::hours(2), "on the same day: {later}");
    change(
        &database,
        "UPDATE decision_view SET detail = SUBSTR(detail, 8) WHERE tenant_id = 'ten_a'",
    )
    .await;
    app.runtime.clock().advance_to(later + Duration::seconds(1));
    assert_eq!(reported(&app, 2).await, ["ten_a", "ten_b"]);
    eventually("next week's turn", || async {
        (due_at(&app, "ten_a").await == at("2026-05-11T06:00:00Z")).then_some(())
    })
    .await;
    app.service.stop().await;
    database.close().await;
}

/// Lets nothing be noted about thresholds of `ten_a`.
async fn break_thresholds(database: &Database) {
    let sql = database.begin().await.unwrap().dialect(
        "CREATE TRIGGER broken BEFORE INSERT ON threshold_state WHEN NEW.tenant_id = 'ten_a' BEGIN SELECT RAISE(ABORT, 'broken'); END",
        "ALTER TABLE threshold_state ADD CONSTRAINT broken CHECK (tenant_id <> 'ten_a')",
    );
    change(database, sql).await;
}

async fn mend_thresholds(database: &Database) {
    let sql = database.begin().await.unwrap().dialect(
        "DROP TRIGGER broken",
        "ALTER TABLE threshold_state DROP CONSTRAINT broken",
    );
    change(database, sql).await;
}

/// Tenants whose uptime was told to be low.
async fn alarmed(app: &TestApp) -> Vec<String> {
    let told = app.runtime.all_published("analytics-service").await;
    tenants(
        told.iter()
            .filter(|event| event.subject.as_deref() == Some("uptime.low")),
    )
}

#[tokio::test]
async fn a_threshold_that_cannot_be_looked_at_hides_no_other_and_is_looked_at_the_same_day() {
    let (app, database) = two_tenants().await;
    break_thresholds(&database).await;
    let alerts = app.producer("alert-service").await;
    let vehicles = app.producer("ingestion-service").await;
    for tenant in ["ten_a", "ten_b"] {
        let registered = json!({"vehicle_id": "V1", "powertrain": "PETROL", "vehicle_class": "CAR", "status": "ACTIVE", "registered_by": "USER"});
        vehicles
            .deliver("vehicle.registered", tenant, "V1", crate::app::now(), registered)
            .await;
        let mut stop: Value = example("alert-service", "alert.created").parse().unwrap();
        for (name, value) in [("vehicle_id", "V1"), ("alert_id", tenant), ("severity", "EMERGENCY")] {
            stop[name] = json!(value);
        }
        alerts
            .deliver("alert.created", tenant, "V1", crate::app::now(), stop)
            .await;
        let admin = token(tenant, Role::Admin, "usr_admin", None);
        let log = "/api/v1/audit/logs?type=alert.created";
        app.until(log, By::Token(&admin), "the alert", |_, body| {
            body["items"].as_array().is_some_and(|items| items.len() == 1)
        })
        .await;
    }
    // A day on which nothing else is looked at, and moments of it.
    let day = at("2026-05-12T00:00:00Z");
    app.runtime.clock().advance_to(day);
    eventually("the other tenant's alarm", || async {
        Some(alarmed(&app).await).filter(|tenants| tenants == &["ten_b"])
    })
    .await;
    mend_thresholds(&database).await;
    app.runtime.clock().advance_to(day + Duration::minutes(1));
    eventually("the alarm of the same day", || async {
        Some(alarmed(&app).await).filter(|tenants| tenants == &["ten_a", "ten_b"])
    })
    .await;
    app.service.stop().await;
    database.close().await;
}
