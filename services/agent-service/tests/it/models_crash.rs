//! The process is killed at every step after a decision: one decision, one amendment, no second paid call. `rules_crash` kills it before.

use std::process::{Command, Stdio};

use agent_service::domain::run::RunStage;
use chassis::testing::TestRuntime;
use serde_json::json;

use crate::app::{TENANT, TestApp, coolant_leak, data, now};
use crate::provider::{Format, ProviderServer, Say, settings};

/// Every point at which a run may die after its decision, and whether the rules must stand alone then, because a call is in doubt.
/// A stage without points does not compile.
fn points() -> Vec<(&'static str, bool)> {
    let of = |stage| match stage {
        RunStage::Consult => vec![
            ("agent.consult.before", false),
            ("agent.call.before", true),
            ("agent.call.after", true),
            ("agent.call.journaled", false),
            ("agent.call.after:2", false),
            ("agent.consult.before_commit", false),
            ("agent.consult.after_commit", false),
        ],
        RunStage::Amend => vec![
            ("agent.amend.before", false),
            ("agent.amend.before_commit", false),
            ("agent.amend.after_commit", false),
        ],
        RunStage::Done => Vec::new(),
    };
    RunStage::ALL.into_iter().flat_map(of).collect()
}

/// Every point of the source is killed at, so that a new one cannot be forgotten. Those of the rules' steps are made of the steps'
/// names, and `rules_crash` kills at each.
#[test]
fn every_failpoint_is_listed() {
    let mut sources = Vec::new();
    let mut folders = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            match path.is_dir() {
                true => folders.push(path),
                false => sources.push(std::fs::read_to_string(path).unwrap_or_default()),
            }
        }
    }
    let named = |source: &String| {
        let found = source.split("failpoints.hit(\"").skip(1);
        found
            .map(|rest| rest.split('"').next().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let mut found: Vec<String> = sources.iter().flat_map(named).collect();
    let mut killed: Vec<String> = points()
        .into_iter()
        .map(|(point, _)| point.split(':').next().unwrap().to_owned())
        .collect();
    for list in [&mut found, &mut killed] {
        list.sort();
        list.dedup();
    }
    assert_eq!(found, killed);
}

/// Runs the service's own binary until its failpoint kills it.
async fn run_until_killed(runtime: &TestRuntime, url: &str, point: &str) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_agent-service"));
    command.args(["--data-dir", runtime.data_dir().to_str().unwrap(), "serve"]);
    command
        .env("CARVROOOM_FAILPOINT", point)
        .env("CARVROOOM_TOKEN_SECRET", chassis::testing::TOKEN_SECRET)
        .env("AGENT__HTTP__PORT", "0")
        // The dead one's partitions are soon free again.
        .env("AGENT__EVENTS__LEASE_MS", "300")
        .env("AGENT__LLM__CHAIN", "[\"gemini\"]")
        .env("AGENT__LLM__GEMINI__BASE_URL", url)
        .env("AGENT__LLM__GEMINI__KEY", "secret-key")
        .envs(runtime.environment(&agent_service::DEFINITION));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let ended = chassis::testing::eventually("the process killed", || {
        let ended = child.try_wait().unwrap();
        async move { ended }
    })
    .await;
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!ended.success() && said.contains("failpoint agent."), "{point}: {said}");
}

/// Puts a decided run back to where it waits for the models, as if the process had died right after its decision.
async fn reset(runtime: &TestRuntime) {
    let database = runtime.database_of(&agent_service::DEFINITION).await;
    let mut tx = database.begin().await.unwrap();
    chassis::on!(tx, c => sqlx::query("UPDATE agent_run SET stage = 'CONSULT'").run(c).await).unwrap();
    tx.commit().await.unwrap();
    database.close().await;
}

/// Lets the claims of the killed process run out now, where instances share a database and would wait for it.
async fn expire_claims(runtime: &TestRuntime) {
    let database = runtime.database_of(&agent_service::DEFINITION).await;
    let mut tx = database.begin().await.unwrap();
    chassis::on!(tx, c => sqlx::query("UPDATE agent_run SET claimed_until = recorded_at").run(c).await).unwrap();
    tx.commit().await.unwrap();
    database.close().await;
}

async fn killed_at(point: &str, in_doubt: bool) {
    let server = ProviderServer::start(&[Say::Tool("trouble_code", json!({"code": "P0217"}))], Say::Well).await;
    // Decided without models, so that the killed process does nothing but the rest of the graph.
    let app = TestApp::start().await;
    app.finding("component.critical", TENANT, coolant_leak("V1"), now())
        .await;
    app.decisions(1).await;
    let runtime = app.stopped().await;
    reset(&runtime).await;
    run_until_killed(&runtime, &server.url, point).await;
    let paid_before = server.count();
    expire_claims(&runtime).await;
    let app = TestApp::with(runtime.restart(), &settings(Format::Gemini, &server.url)).await;
    let revised = data(&app.revisions(1).await[0]);
    assert!(revised["explanation"].is_object(), "{point}");
    assert_eq!(app.decisions(1).await.len(), 1, "{point}");
    let mut sent = server.look(|received| received.body.to_string());
    let all = sent.len();
    sent.sort();
    sent.dedup();
    assert_eq!(
        sent.len(),
        all,
        "{point}: a request went out twice; {paid_before} before the kill"
    );
    assert!(
        all <= 3,
        "{point}: one worker with a tool and one without make three calls, not {all}"
    );
    let calls = states(&runtime).await;
    let doubts = calls.iter().filter(|(_, state)| state == "IN_DOUBT").count();
    assert!(calls.iter().all(|(_, state)| state != "INTENT"), "{point}: {calls:?}");
    match in_doubt {
        true => assert!(doubts >= 1, "{point}: {calls:?}"),
        // Workers ask in parallel: each may have had one call out.
        false => assert!(doubts <= 2, "{point}: {calls:?}"),
    }
    app.revisions(1).await;
    app.stop().await;
}

async fn states(runtime: &TestRuntime) -> Vec<(String, String)> {
    let database = runtime.database_of(&agent_service::DEFINITION).await;
    let mut tx = database.read().await.unwrap();
    let calls =
        chassis::on!(tx, c => sqlx::query_as("SELECT agent, state FROM agent_call").fetch_all(c).await).unwrap();
    drop(tx);
    database.close().await;
    calls
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_step_there_is_one_decision_one_amendment_and_no_second_paid_call() {
    for (point, in_doubt) in points() {
        killed_at(point, in_doubt).await;
    }
}
