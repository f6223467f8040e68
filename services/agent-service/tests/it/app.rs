//! A served agent service with stand-ins for the services that it listens to.

use std::sync::Arc;

use agent_service::config::Config;
use agent_service::use_cases::App;
use chassis::testing::{Producer, TestRuntime, TestService, eventually, sources, token};
use chassis::{Cause, Event, NewEvent, Role, TenantId};
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

/// The service's name as a producer.
pub(crate) const AGENT: &str = "agent-service";
pub(crate) const TENANT: &str = "ten_a";

/// When the tests take place, in business time.
pub(crate) fn now() -> DateTime<Utc> {
    "2026-05-04T08:00:00Z".parse().unwrap()
}

pub(crate) fn hours(hours: i64) -> DateTime<Utc> {
    now() + Duration::hours(hours)
}

pub(crate) struct TestApp {
    pub(crate) runtime: TestRuntime,
    pub(crate) health: Producer,
    pub(crate) ingestion: Producer,
    pub(crate) warranty: Producer,
    pub(crate) scheduling: Producer,
    served: Option<TestService>,
    state: App,
    client: reqwest::Client,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    /// The answer of an earlier request with the same Idempotency-Key.
    pub(crate) replayed: bool,
    pub(crate) body: Value,
}

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::on(TestRuntime::start(now())).await
    }

    /// Starts on a runtime that exists. Leases are short, so that instances soon share the partitions.
    pub(crate) async fn on(runtime: TestRuntime) -> Self {
        Self::with(runtime, &[]).await
    }

    /// The same with other settings: dotted keys and their values.
    pub(crate) async fn with(runtime: TestRuntime, settings: &[(&str, toml::Value)]) -> Self {
        let health = runtime.producer("health-service").await;
        let ingestion = runtime.producer("ingestion-service").await;
        let warranty = runtime.producer("warranty-service").await;
        let scheduling = runtime.producer("scheduling-service").await;
        let mut sources = sources();
        let lease = ("events.lease_ms".to_owned(), toml::Value::Integer(1_000));
        sources.overrides.push(lease);
        sources
            .overrides
            .extend(settings.iter().map(|(key, value)| ((*key).to_owned(), value.clone())));
        let config: Config = chassis::config::load(&agent_service::DEFINITION, &sources).expect("the configuration");
        let rules = config.rules().expect("the rules");
        let review = config.review_rules();
        let neighbours = config.neighbours().expect("neighbours");
        let currency = config.currency().expect("a currency");
        let exports = config.export_limits();
        let service = agent_service::build(config, runtime.runtime())
            .await
            .expect("the service");
        let state = App {
            clock: runtime.clock().clone(),
            database: runtime.database_of(&agent_service::DEFINITION).await,
            knowledge: Arc::new(agent_service::knowledge::builtin().expect("the knowledge base")),
            rules,
            review,
            desk: None,
            neighbours,
            failpoints: chassis::Failpoints::default(),
            currency,
            exports,
            run_waits: chassis::Bell::new(),
        };
        let served = Some(TestService::start(&runtime, service).await);
        Self {
            runtime,
            health,
            ingestion,
            warranty,
            scheduling,
            served,
            state,
            client: reqwest::Client::new(),
        }
    }

    pub(crate) async fn stop(mut self) {
        self.stop_serving().await;
    }

    /// Stops everything and hands back the ground that it stood on.
    pub(crate) async fn stopped(mut self) -> TestRuntime {
        self.stop_serving().await;
        self.runtime
    }

    /// Stops the service and keeps the rest.
    pub(crate) async fn stop_serving(&mut self) {
        if let Some(served) = self.served.take() {
            served.stop().await;
        }
    }

    /// The service's state on the same database, to look behind its doors.
    pub(crate) fn state(&self) -> App {
        self.state.clone()
    }

    fn url(&self, path: &str) -> String {
        self.served.as_ref().expect("served").url(path)
    }

    /// Registers a vehicle and waits until the service knows it.
    pub(crate) async fn register(&self, tenant: &str, vehicle_id: &str, powertrain: &str) {
        let data =
            json!({"vehicle_id": vehicle_id, "powertrain": powertrain, "vehicle_class": "VAN", "status": "ACTIVE"});
        self.ingestion
            .deliver("vehicle.registered", tenant, vehicle_id, now(), data)
            .await;
        self.settled().await;
    }

    /// Delivers a finding of health and returns the event's id.
    pub(crate) async fn finding(&self, kind: &'static str, tenant: &str, data: Value, time: DateTime<Utc>) -> String {
        let vehicle_id = data["vehicle_id"].as_str().expect("a vehicle").to_owned();
        self.health.deliver(kind, tenant, &vehicle_id, time, data).await
    }

    /// The same about the past.
    pub(crate) async fn historical_finding(&self, kind: &'static str, data: Value, time: DateTime<Utc>) -> String {
        let vehicle_id = data["vehicle_id"].as_str().expect("a vehicle").to_owned();
        let event = NewEvent {
            kind,
            schema_version: "1.0",
            tenant: TenantId::new(TENANT),
            key: vehicle_id.clone(),
            subject: Some(vehicle_id),
            time,
            cause: Cause {
                historical: true,
                ..Cause::new()
            },
            id: Some(chassis::ids::new_id("evt")),
            data,
        };
        self.health.deliver_event(event).await
    }

    /// Waits for so many decisions, checks each against its contract and returns them.
    pub(crate) async fn decisions(&self, count: usize) -> Vec<Event> {
        let events = self.runtime.published(AGENT, "agent.decision.made", count).await;
        events.iter().for_each(chassis::testing::contracts::validate_event);
        events
    }

    /// The same for revisions.
    pub(crate) async fn revisions(&self, count: usize) -> Vec<Event> {
        let events = self.runtime.published(AGENT, "agent.decision.revised", count).await;
        events.iter().for_each(chassis::testing::contracts::validate_event);
        events
    }

    /// Waits until every event that the stand-ins delivered was handled: the position of each stream is at its head.
    pub(crate) async fn settled(&self) {
        let broker = &self.runtime.runtime().broker;
        eventually("every stream read to its end", || async {
            let mut tx = self.state.database.read().await.expect("readable");
            let positions: Vec<(String, i64, i64)> = chassis::on!(tx, c => sqlx::query_as(
                "SELECT producer, partition, sequence FROM consumer_position").fetch_all(c).await)
            .expect("positions");
            let position = |producer: &str, partition: u8| {
                let found = positions
                    .iter()
                    .find(|(name, at, _)| name == producer && *at == i64::from(partition));
                found.map_or(0, |(_, _, sequence)| *sequence)
            };
            let producers = [
                "health-service",
                "ingestion-service",
                "warranty-service",
                "scheduling-service",
            ];
            let behind = producers.into_iter().any(|producer| {
                (0..chassis::partition::COUNT).any(|number| broker.head(producer, number) > position(producer, number))
            });
            (!behind).then_some(())
        })
        .await;
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.send(self.client.get(self.url(path)).bearer_auth(token)).await
    }

    pub(crate) async fn get_with_key(&self, path: &str, key: &str) -> Answer {
        self.send(self.client.get(self.url(path)).header("x-api-key", key))
            .await
    }

    pub(crate) async fn get_without_token(&self, path: &str) -> Answer {
        self.send(self.client.get(self.url(path))).await
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: &Value, idempotency_key: Option<&str>) -> Answer {
        let mut request = self.client.post(self.url(path)).bearer_auth(token).json(body);
        if let Some(key) = idempotency_key {
            request = request.header("idempotency-key", key);
        }
        self.send(request).await
    }

    /// The whole body of a stream that ends by itself.
    pub(crate) async fn text(&self, path: &str, token: &str) -> String {
        let response = self
            .client
            .get(self.url(path))
            .bearer_auth(token)
            .send()
            .await
            .expect("answered");
        response.text().await.expect("a text")
    }

    async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.expect("answered");
        let status = response.status().as_u16();
        let replayed = response.headers().contains_key("idempotency-replayed");
        Answer {
            status,
            replayed,
            body: response.json().await.unwrap_or(Value::Null),
        }
    }
}

pub(crate) fn data(event: &Event) -> Value {
    serde_json::from_slice(&event.data).expect("JSON")
}

pub(crate) fn admin() -> String {
    token(TENANT, Role::Admin, "usr_admin", None)
}

/// A finding without any recognisable symptom.
pub(crate) fn degraded(vehicle_id: &str, component: &str) -> Value {
    json!({
        "vehicle_id": vehicle_id, "component": component, "health_score": 0.25, "previous_score": 0.45, "status": "POOR",
        "previous_status": "FAIR", "overall_health_score": 0.25, "overall_status": "POOR", "confidence": 0.9,
        "risk_factors": [], "reason": "TELEMETRY", "evidence": [], "dtcs": [], "recommended_actions": [],
    })
}

/// A coolant leak: the level is low and the engine runs hot.
pub(crate) fn coolant_leak(vehicle_id: &str) -> Value {
    let evidence = |signal: &str, observed: f64, expected: f64| {
        json!({"signal": signal, "from": "2026-05-04T07:30:00Z", "to": "2026-05-04T08:00:00Z",
            "observed": observed, "expected": expected, "text": "against its own normal"})
    };
    let mut data = degraded(vehicle_id, "cooling");
    data["evidence"] = json!([
        evidence(
            "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature",
            112.0,
            91.0
        ),
        evidence("Vehicle.OBD.EngineCoolantLevel", 21.0, 78.0),
    ]);
    data["rul_km"] = json!({"p05": 10.0, "p50": 60.0, "p95": 300.0});
    data["odometer_km"] = json!(84_210.4);
    data
}

/// A weak 12 V battery.
pub(crate) fn weak_battery(vehicle_id: &str) -> Value {
    let mut data = degraded(vehicle_id, "battery_12v");
    data["risk_factors"] = json!([
        {"code": "battery_12v.cranking_voltage.low", "params": {}, "text": "low", "direction": "DOWN", "size": 0.4},
        {"code": "battery_12v.internal_resistance.high", "params": {}, "text": "high", "direction": "UP", "size": 0.3},
    ]);
    data
}
