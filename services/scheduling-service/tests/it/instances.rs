//! Two instances of the service on one PostgreSQL and one Redis: no time is given away twice, no visit is placed twice.

use std::collections::HashSet;
use std::sync::Arc;

use chassis::testing::{Ground, TestRuntime};
use serde_json::{Value, json};

use crate::app::{TENANT, TestApp, alert, manager, monday};

/// One test, since each starts servers where the run brings none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_work_as_one() {
    of_eight_who_ask_both_for_one_time_exactly_one_gets_it().await;
    alerts_that_both_hear_book_each_vehicle_once_and_never_overlap().await;
    what_waits_is_placed_once_by_whoever_looks_first().await;
}

async fn two_instances() -> (Arc<TestApp>, Arc<TestApp>) {
    let ground = Ground::servers();
    let one = TestApp::on(TestRuntime::start_on(&ground, monday())).await;
    let other = TestApp::on(TestRuntime::start_on(&ground, monday())).await;
    one.runtime.shared_by(&scheduling_service::DEFINITION, 2).await;
    (Arc::new(one), Arc::new(other))
}

async fn stop(apps: [Arc<TestApp>; 2]) {
    for app in apps {
        Arc::into_inner(app).expect("nobody asks any more").stop().await;
    }
}

/// Start and end of each visit, in order.
fn spans(visits: &[Value]) -> Vec<(String, String)> {
    let text = |value: &Value| value.as_str().expect("a time").to_owned();
    let mut spans: Vec<_> = visits
        .iter()
        .map(|visit| (text(&visit["starts_at"]), text(&visit["ends_at"])))
        .collect();
    spans.sort();
    spans
}

fn assert_apart(visits: &[Value]) {
    for pair in spans(visits).windows(2) {
        assert!(
            pair[0].1 <= pair[1].0,
            "one technician, one bay, and two visits at once: {pair:?}"
        );
    }
}

async fn of_eight_who_ask_both_for_one_time_exactly_one_gets_it() {
    let (one, other) = two_instances().await;
    one.seed(TENANT).await;
    for number in 0..8 {
        one.vehicle(TENANT, &format!("V{number}")).await;
    }
    let mut asked = tokio::task::JoinSet::new();
    for number in 0..8 {
        let app = if number % 2 == 0 { one.clone() } else { other.clone() };
        let body = json!({"vehicle_id": format!("V{number}"), "component": "cooling", "required_skill": "cooling",
            "labour_hours": 2.0, "urgency": "WITHIN_WEEK",
            "slot": {"center_id": "ctr_north", "starts_at": "2026-05-04T09:00:00Z"}});
        asked.spawn(async move { app.post("/api/v1/appointments", &manager(TENANT), body).await });
    }
    let mut statuses: Vec<u16> = asked.join_all().await.into_iter().map(|(status, _)| status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 409, 409, 409, 409, 409, 409, 409]);
    assert_eq!(other.appointments(TENANT, "SCHEDULED", 1).await.len(), 1);
    stop([one, other]).await;
}

async fn alerts_that_both_hear_book_each_vehicle_once_and_never_overlap() {
    const VEHICLES: usize = 12;
    let (one, other) = two_instances().await;
    one.seed(TENANT).await;
    for number in 0..VEHICLES {
        let app = if number % 2 == 0 { &one } else { &other };
        let (alert_id, vehicle) = (format!("alert_{number}"), format!("V{number}"));
        app.alert(TENANT, alert(&alert_id, &vehicle, "CRITICAL"), false).await;
    }
    let visits = one.appointments(TENANT, "SCHEDULED", VEHICLES).await;
    assert_apart(&visits);
    let scheduled = other
        .runtime
        .published("scheduling-service", "appointment.scheduled", VEHICLES)
        .await;
    assert_eq!(scheduled.len(), VEHICLES);
    stop([one, other]).await;
}

async fn what_waits_is_placed_once_by_whoever_looks_first() {
    const VEHICLES: usize = 8;
    let (one, other) = two_instances().await;
    for number in 0..VEHICLES {
        let (alert_id, vehicle) = (format!("alert_{number}"), format!("V{number}"));
        one.alert(TENANT, alert(&alert_id, &vehicle, "EMERGENCY"), false).await;
    }
    other.appointments(TENANT, "UNPLACED", VEHICLES).await;
    other.seed(TENANT).await;
    let visits = one.appointments(TENANT, "SCHEDULED", VEHICLES).await;
    assert_apart(&visits);
    let scheduled = one
        .runtime
        .published("scheduling-service", "appointment.scheduled", VEHICLES)
        .await;
    let ids: HashSet<Value> = scheduled
        .iter()
        .map(|event| event.parse::<Value>().expect("JSON")["appointment_id"].clone())
        .collect();
    assert_eq!((scheduled.len(), ids.len()), (VEHICLES, VEHICLES));
    stop([one, other]).await;
}
