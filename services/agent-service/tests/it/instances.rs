//! Two instances of the service on one PostgreSQL and one Redis: whoever hears of a fault, one decision is made.

use chassis::testing::{Ground, TestRuntime};
use serde_json::json;

use crate::app::{TENANT, TestApp, admin, data, hours, now, weak_battery};

/// One test, since each starts servers where the run brings none.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_instances_work_as_one() {
    each_fault_is_decided_once().await;
    one_key_asked_of_both_makes_one_run().await;
}

async fn two_instances() -> (TestApp, TestApp) {
    let ground = Ground::servers();
    let one = TestApp::on(TestRuntime::start_on(&ground, now())).await;
    let other = TestApp::on(TestRuntime::start_on(&ground, now())).await;
    one.runtime.shared_by(&agent_service::DEFINITION, 2).await;
    (one, other)
}

async fn each_fault_is_decided_once() {
    const VEHICLES: usize = 30;
    let (one, other) = two_instances().await;
    for number in 0..VEHICLES {
        let (vehicle, hour) = (format!("V{number}"), i64::try_from(number % 2).unwrap());
        // The same fault twice, an hour apart: the second finding is covered by the decision on the first.
        for (app, hour) in [(&one, hour), (&other, hour + 1)] {
            app.finding("component.degraded", TENANT, weak_battery(&vehicle), hours(hour))
                .await;
        }
    }
    for app in [&one, &other] {
        app.settled().await;
    }
    let decisions = other.decisions(VEHICLES).await;
    let mut vehicles: Vec<String> = decisions
        .iter()
        .map(|event| data(event)["vehicle_id"].to_string())
        .collect();
    vehicles.sort();
    vehicles.dedup();
    assert_eq!((decisions.len(), vehicles.len()), (VEHICLES, VEHICLES));
    one.stop().await;
    other.stop().await;
}

async fn one_key_asked_of_both_makes_one_run() {
    let (one, other) = two_instances().await;
    one.register(TENANT, "V1", "PETROL").await;
    let order = json!({"vehicle_id": "V1", "component": "tyres", "symptoms": ["tyres.pressure_low"]});
    let mut asked = tokio::task::JoinSet::new();
    let (one, other) = (std::sync::Arc::new(one), std::sync::Arc::new(other));
    for number in 0..8 {
        let (app, order) = (if number % 2 == 0 { one.clone() } else { other.clone() }, order.clone());
        asked.spawn(async move {
            app.post("/api/v1/agents/orchestrate", &admin(), &order, Some("k1"))
                .await
        });
    }
    let answers = asked.join_all().await;
    // Who asks between the commit and the keeping of the answer is told that the work is done.
    let refused = |status| answers.iter().filter(|answer| answer.status == status).count();
    assert_eq!(
        refused(201) + refused(409),
        8,
        "{:?}",
        answers.iter().map(|answer| answer.status).collect::<Vec<_>>()
    );
    let fresh = answers
        .iter()
        .filter(|answer| answer.status == 201 && !answer.replayed)
        .count();
    assert_eq!(fresh, 1);
    assert_eq!(one.decisions(1).await.len(), 1);
    for app in [one, other] {
        std::sync::Arc::into_inner(app)
            .expect("nobody asks any more")
            .stop()
            .await;
    }
}
