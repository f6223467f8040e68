//! What the service does by itself, by which clock: models and retention live by the machine's, people by business time.

use agent_service::use_cases::{Kept, forget_old};
use chassis::testing::{TestService, eventually, sources};
use chassis::{Clock, Database};
use serde_json::json;

use crate::app::{TENANT, TestApp, coolant_leak, now};
use crate::provider::{Format, ProviderServer, Say, settings};

/// A day of spending so many days before today, by the machine's clock.
async fn spend(database: &Database, tenant: &str, days_ago: i64) {
    let day = (Clock::system().machine_now() - chrono::Duration::days(days_ago)).format("%Y-%m-%d");
    let mut tx = database.begin().await.unwrap();
    chassis::on!(tx, c => sqlx::query("INSERT INTO llm_day (tenant_id, day, tokens, cost_micro, calls) VALUES ($1, $2, 1, 1, 1)")
        .bind(tenant).bind(day.to_string()).run(c).await)
    .unwrap();
    tx.commit().await.unwrap();
}

async fn days(database: &Database) -> Vec<String> {
    let mut tx = database.read().await.unwrap();
    chassis::on!(tx, c => sqlx::query_scalar("SELECT tenant_id FROM llm_day ORDER BY tenant_id").fetch_all(c).await)
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_spent_is_kept_for_as_long_as_it_was_said() {
    let app = TestApp::start().await;
    let database = app.state().database;
    for (tenant, days_ago) in [("ten_long_ago", 401), ("ten_lately", 399), ("ten_today", 0)] {
        spend(&database, tenant, days_ago).await;
    }
    let days_of = |days: u64| std::time::Duration::from_secs(days * 86_400);
    let kept = Kept {
        steps: days_of(30),
        summaries: days_of(365),
        spend: days_of(400),
    };
    forget_old(&app.state(), kept).await.unwrap();
    assert_eq!(days(&database).await, ["ten_lately", "ten_today"]);
    app.stop().await;
}

/// A demo drives half a year in seconds: no table is searched for each of its steps, no model is asked, and time waits for neither.
#[tokio::test(flavor = "multi_thread")]
async fn simulated_time_runs_past_retention_and_models() {
    let server = ProviderServer::start(&[], Say::Well).await;
    // A run that waits for its models, as a process leaves it that was killed in real time.
    let app = TestApp::start().await;
    app.finding("component.critical", TENANT, coolant_leak("V1"), now())
        .await;
    app.decisions(1).await;
    let database = app.state().database;
    let mut tx = database.begin().await.unwrap();
    chassis::on!(tx, c => sqlx::query("UPDATE agent_run SET stage = 'CONSULT'").run(c).await).unwrap();
    tx.commit().await.unwrap();
    spend(&database, "ten_before", 500).await;
    let runtime = app.stopped().await.restart();
    let mut lent = runtime.runtime().clone();
    lent.clock = Clock::simulated(lent.clock.machine_now() - chrono::Duration::days(180));
    let mut sources = sources();
    for (key, value) in settings(Format::Gemini, &server.url) {
        sources.overrides.push((key.to_owned(), value));
    }
    let config = chassis::config::load(&agent_service::DEFINITION, &sources).unwrap();
    let service = agent_service::build(config, &lent).await.unwrap();
    let served = TestService::start(&runtime, service).await;
    let database = runtime.database_of(&agent_service::DEFINITION).await;
    eventually("the first look at what is old", || async {
        days(&database).await.is_empty().then_some(())
    })
    .await;
    spend(&database, "ten_after", 500).await;
    for _ in 0..170 {
        lent.clock.advance(std::time::Duration::from_secs(86_400));
        lent.clock.at_rest().await;
    }
    assert!(lent.clock.is_simulated());
    assert_eq!(days(&database).await, ["ten_after"], "nobody looked again");
    assert_eq!(server.count(), 0, "nothing left the house");
    // Time catches up with the wall: from now on models are asked.
    lent.clock.advance(std::time::Duration::from_secs(20 * 86_400));
    let revised = runtime.published("agent-service", "agent.decision.revised", 1).await;
    let body: serde_json::Value = revised[0].parse().unwrap();
    assert_eq!(body["explanation"]["disagrees"], json!(false));
    assert!(server.count() > 0);
    served.stop().await;
}
