//! The service in a temporary folder, with stand-ins for the services it listens to.

use alert_service::config::Config;
use chassis::testing::{self, Producer, TestRuntime, TestService};
use chassis::{Cause, Event, NewEvent, Role, TenantId};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

/// The tenant of most tests.
pub(crate) const TENANT: &str = "ten_a";

/// Business time at the start of a test.
pub(crate) fn start_of_test() -> DateTime<Utc> {
    "2026-05-04T10:15:00Z".parse().unwrap()
}

/// A running service and everything around it.
pub(crate) struct TestApp {
    pub(crate) runtime: TestRuntime,
    pub(crate) service: TestService,
    pub(crate) agents: Producer,
    pub(crate) ingestion: Producer,
    pub(crate) analytics: Producer,
    pub(crate) scheduling: Producer,
    http: reqwest::Client,
}

/// Configuration with some keys overridden.
pub(crate) fn config(overrides: &[(&str, Value)]) -> Config {
    let mut sources = testing::sources();
    for (key, value) in [
        ("alerts.escalation_poll_ms", json!(20)),
        ("smtp.poll_ms", json!(20)),
        // Short, so that instances soon share the partitions.
        ("events.lease_ms", json!(1000)),
    ]
    .iter()
    .chain(overrides)
    {
        let value: toml::Value = serde_json::from_value(value.clone()).unwrap();
        sources.overrides.push(((*key).to_owned(), value));
    }
    chassis::config::load(&alert_service::DEFINITION, &sources).unwrap()
}

impl TestApp {
    /// Starts with default configuration.
    pub(crate) async fn start() -> Self {
        Self::start_with(&[]).await
    }

    /// Starts with some keys overridden.
    pub(crate) async fn start_with(overrides: &[(&str, Value)]) -> Self {
        Self::on(TestRuntime::start(start_of_test()), overrides).await
    }

    /// Starts on a runtime that exists.
    pub(crate) async fn on(runtime: TestRuntime, overrides: &[(&str, Value)]) -> Self {
        let service = alert_service::build(config(overrides), runtime.runtime())
            .await
            .unwrap();
        Self::around(runtime, service).await
    }

    /// Serves a service that was built on this runtime.
    pub(crate) async fn around(runtime: TestRuntime, service: chassis::Service) -> Self {
        Self {
            service: TestService::start(&runtime, service).await,
            agents: runtime.producer("agent-service").await,
            ingestion: runtime.producer("ingestion-service").await,
            analytics: runtime.producer("analytics-service").await,
            scheduling: runtime.producer("scheduling-service").await,
            http: reqwest::Client::new(),
            runtime,
        }
    }

    /// Stops the service and hands back its runtime, so that a test can look at its files or start it anew.
    pub(crate) async fn stop(self) -> TestRuntime {
        self.service.stop().await;
        self.runtime
    }

    /// A vehicle with an owner, and a person of each role that is told, in [`TENANT`].
    pub(crate) async fn with_people(self) -> Self {
        self.register_vehicle(TENANT, "V1", Some("usr_owner")).await;
        self.change_user(TENANT, "usr_owner", "OWNER", json!({"vehicle_ids": ["V1"]}))
            .await;
        self.change_user(TENANT, "usr_manager", "FLEET_MANAGER", json!({}))
            .await;
        self.change_user(TENANT, "usr_admin", "ADMIN", json!({})).await;
        self
    }

    pub(crate) async fn register_vehicle(&self, tenant: &str, vehicle_id: &str, owner_id: Option<&str>) {
        let data = json!({"vehicle_id": vehicle_id, "powertrain": "PETROL", "vehicle_class": "CAR",
            "status": "ACTIVE", "owner_id": owner_id});
        self.ingestion
            .deliver("vehicle.registered", tenant, vehicle_id, start_of_test(), data)
            .await;
    }

    pub(crate) async fn change_user(&self, tenant: &str, user_id: &str, role: &str, more: Value) {
        let mut data = json!({"user_id": user_id, "role": role, "status": "ACTIVE"});
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.analytics
            .deliver("identity.user.changed", tenant, user_id, start_of_test(), data)
            .await;
    }

    /// A decision about a component of a vehicle, at the start of the test by event time.
    pub(crate) async fn decide(&self, decision_id: &str, vehicle_id: &str, component: &str, severity: &str) {
        self.deliver_decision(
            TENANT,
            decision(decision_id, vehicle_id, component, severity),
            start_of_test(),
            false,
        )
        .await;
    }

    pub(crate) async fn deliver_decision(&self, tenant: &str, data: Value, time: DateTime<Utc>, historical: bool) {
        self.agents
            .deliver_event(event("agent.decision.made", tenant, data, time, historical))
            .await;
    }

    /// Waits for `count` events of a kind that this service published.
    pub(crate) async fn published(&self, kind: &str, count: usize) -> Vec<Event> {
        self.runtime.published("alert-service", kind, count).await
    }

    /// The id of the alert that was raised for a decision.
    pub(crate) async fn alert_of(&self, decision_id: &str) -> String {
        testing::eventually(&format!("an alert of {decision_id}"), || async {
            let events = self.runtime.all_published("alert-service").await;
            let data = events.iter().filter(|event| event.kind == "alert.created").map(data_of);
            data.into_iter().find(|data| data["decision_id"] == decision_id)
        })
        .await["alert_id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// A request as this person of [`TENANT`]; fleet-wide.
    pub(crate) async fn get(&self, path: &str, role: Role) -> (u16, Value) {
        self.ask("GET", path, &testing::token(TENANT, role, "usr_asking", None), None)
            .await
    }

    /// A POST as this person of [`TENANT`]; fleet-wide.
    pub(crate) async fn post(&self, path: &str, role: Role, user_id: &str, body: Value) -> (u16, Value) {
        self.ask("POST", path, &testing::token(TENANT, role, user_id, None), Some(body))
            .await
    }

    /// A request with a token; status and JSON body (null when there is none).
    pub(crate) async fn ask(&self, method: &str, path: &str, token: &str, body: Option<Value>) -> (u16, Value) {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.http.request(method, self.service.url(path));
        if !token.is_empty() {
            request = request.bearer_auth(token);
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        (
            status,
            serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or(Value::Null),
        )
    }

    /// The client, for requests with own headers.
    pub(crate) fn http(&self) -> &reqwest::Client {
        &self.http
    }

    /// The ledger of an alert once it satisfies a condition.
    pub(crate) async fn ledger_when(
        &self,
        alert_id: &str,
        what: &str,
        condition: impl Fn(&[Value]) -> bool,
    ) -> Vec<Value> {
        testing::eventually(what, || async {
            let (status, body) = self
                .get(&format!("/api/v1/alerts/{alert_id}/deliveries"), Role::Admin)
                .await;
            assert_eq!(status, 200, "{body}");
            let items = body["items"].as_array().unwrap().clone();
            condition(&items).then_some(items)
        })
        .await
    }

    /// Waits until everything that was delivered so far was handled: a marker comes out at the other end. The second one
    /// is read after the first was handled, when nothing delivered before can still be on its way.
    pub(crate) async fn settle(&self) {
        for _ in 0..2 {
            let marker = chassis::ids::new_id("dec");
            self.decide(&marker, &marker, "engine", "WARNING").await;
            self.alert_of(&marker).await;
        }
    }
}

/// An event of another service.
pub(crate) fn event(kind: &'static str, tenant: &str, data: Value, time: DateTime<Utc>, historical: bool) -> NewEvent {
    NewEvent {
        kind,
        schema_version: "1.0",
        tenant: TenantId::new(tenant),
        key: data["vehicle_id"].as_str().unwrap_or("none").to_owned(),
        subject: None,
        time,
        cause: Cause {
            historical,
            ..Cause::new()
        },
        id: None,
        data,
    }
}

/// Data of an `agent.decision.made`.
pub(crate) fn decision(decision_id: &str, vehicle_id: &str, component: &str, severity: &str) -> Value {
    let mut data = data_of(&testing::contracts::example("agent-service", "agent.decision.made"));
    data["decision_id"] = json!(decision_id);
    data["vehicle_id"] = json!(vehicle_id);
    data["component"] = json!(component);
    data["severity"] = json!(severity);
    data
}

/// The data of an event.
pub(crate) fn data_of(event: &Event) -> Value {
    serde_json::from_slice(&event.data).unwrap()
}
