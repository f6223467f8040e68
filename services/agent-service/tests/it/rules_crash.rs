//! The process is killed at every step that leads to a decision: afterwards there is one, told once and explained once.

use std::process::{Child, Command, Stdio};

use agent_service::domain::graph::Step;
use chassis::testing::ports::free_port;
use chassis::testing::{Ground, TestRuntime, eventually};
use serde_json::{Value, json};

use crate::app::{TENANT, TestApp, admin, coolant_leak, data, now};
use crate::provider::{Format, ProviderServer, Say, settings};

const ORDER: &str = "/api/v1/agents/orchestrate";

/// Before and after each step of the graph; publishing ends with its commit, and what comes after that is `models_crash`.
fn points() -> Vec<String> {
    let of = |step: Step| {
        let after = match step {
            Step::Publish => "before_commit",
            _ => "after",
        };
        ["before", after].map(|place| format!("agent.{}.{place}", step.code()))
    };
    Step::ALL.into_iter().flat_map(of).collect()
}

/// The service's own binary, armed to die at a point.
struct Doomed {
    child: Child,
    url: String,
}

impl Doomed {
    fn start(runtime: &TestRuntime, provider: &str, point: &str) -> Self {
        let port = free_port();
        let mut command = Command::new(env!("CARGO_BIN_EXE_agent-service"));
        command.args(["--data-dir", runtime.data_dir().to_str().unwrap(), "serve"]);
        command
            .env("CARVROOOM_FAILPOINT", point)
            .env("CARVROOOM_TOKEN_SECRET", chassis::testing::TOKEN_SECRET)
            .env("AGENT__HTTP__PORT", port.to_string())
            // The dead one's partitions are soon free again.
            .env("AGENT__EVENTS__LEASE_MS", "300")
            .env("AGENT__LLM__CHAIN", "[\"gemini\"]")
            .env("AGENT__LLM__GEMINI__BASE_URL", provider)
            .env("AGENT__LLM__GEMINI__KEY", "secret-key")
            .envs(runtime.environment(&agent_service::DEFINITION));
        let child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let url = format!("http://127.0.0.1:{port}");
        Self { child, url }
    }

    /// Asks for a decision and hears nothing, because the process dies over it.
    async fn ask(&mut self, key: &str, order: &Value) {
        let client = reqwest::Client::new();
        let ready = format!("{}/ready", self.url);
        eventually("the process ready", || async {
            let answer = client.get(&ready).send().await;
            answer.is_ok_and(|answer| answer.status() == 200).then_some(())
        })
        .await;
        let request = client
            .post(format!("{}{ORDER}", self.url))
            .bearer_auth(admin())
            .header("idempotency-key", key)
            .json(order);
        assert!(request.send().await.is_err(), "{key}: the process answered");
    }

    async fn died_at(mut self, point: &str) {
        let ended = eventually("the process killed", || {
            let ended = self.child.try_wait().unwrap();
            async move { ended }
        })
        .await;
        let output = self.child.wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(
            !ended.success() && said.contains(&format!("failpoint {point}: aborting")),
            "{point}: {said}"
        );
    }
}

/// One decision for each of `count` triggers so far, each told once and explained once, and no request sent twice.
async fn check(app: &TestApp, server: &ProviderServer, point: &str, count: usize) {
    let revised = app.revisions(count).await;
    let made = app.decisions(count).await;
    assert_eq!((made.len(), revised.len()), (count, count), "{point}");
    let mut ids: Vec<Value> = made.iter().map(|event| data(event)["decision_id"].clone()).collect();
    ids.sort_by_key(Value::to_string);
    ids.dedup();
    assert_eq!(ids.len(), count, "{point}");
    let mut sent = server.look(|received| received.body.to_string());
    let calls = sent.len();
    sent.sort();
    sent.dedup();
    assert_eq!(sent.len(), calls, "{point}: a request went out twice");
}

/// A person asks, the process dies, the person asks again with the same key.
#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_step_of_the_rules_a_person_gets_one_decision() {
    let server = ProviderServer::start(&[], Say::Well).await;
    let settings = settings(Format::Gemini, &server.url);
    let app = TestApp::start().await;
    app.register(TENANT, "V1", "DIESEL").await;
    let mut runtime = app.stopped().await;
    for (number, point) in points().iter().enumerate() {
        // The note tells the cases apart, or one answer would serve them all.
        let order = json!({"vehicle_id": "V1", "component": "cooling", "symptoms": ["cooling.temperature_high"], "note": point});
        let mut doomed = Doomed::start(&runtime, &server.url, point);
        doomed.ask(point, &order).await;
        doomed.died_at(point).await;
        let app = TestApp::with(runtime.restart(), &settings).await;
        let answer = app.post(ORDER, &admin(), &order, Some(point)).await;
        assert_eq!(
            (answer.status, answer.replayed),
            (201, false),
            "{point}: {}",
            answer.body
        );
        check(&app, &server, point, number + 1).await;
        runtime = app.stopped().await;
    }
}

/// Health finds something, the process dies over the event, and the next one reads it again. On servers, because the embedded log
/// lives in the process.
#[tokio::test(flavor = "multi_thread")]
async fn killed_at_every_step_of_the_rules_a_finding_becomes_one_decision() {
    let server = ProviderServer::start(&[], Say::Well).await;
    let settings = settings(Format::Gemini, &server.url);
    let ground = TestRuntime::start_on(&Ground::servers(), now());
    let mut runtime = TestApp::on(ground).await.stopped().await;
    for (number, point) in points().iter().enumerate() {
        let vehicle = format!("V{number}");
        let health = runtime.producer("health-service").await;
        let finding = coolant_leak(&vehicle);
        health
            .deliver("component.critical", TENANT, &vehicle, now(), finding)
            .await;
        Doomed::start(&runtime, &server.url, point).died_at(point).await;
        let app = TestApp::with(runtime.restart(), &settings).await;
        check(&app, &server, point, number + 1).await;
        runtime = app.stopped().await;
    }
}
