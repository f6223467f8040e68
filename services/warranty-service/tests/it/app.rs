//! A running warranty-service with stand-ins for the services that it listens to.

use chassis::config::load;
use chassis::testing::{BOOTSTRAP_KEY, Producer, TestRuntime, TestService, eventually, sources, token};
use chassis::{Event, Role};
use chrono::{DateTime, Utc};
use reqwest::Method;
use serde_json::{Value, json};
use warranty_service::config::Config;

/// Business time of the tests.
pub(crate) const NOW: &str = "2026-05-10T12:00:00Z";

pub(crate) struct TestApp {
    pub(crate) runtime: TestRuntime,
    pub(crate) agent: Producer,
    pub(crate) ingestion: Producer,
    pub(crate) scheduling: Producer,
    served: TestService,
    client: reqwest::Client,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
}

impl Answer {
    pub(crate) fn code(&self) -> &str {
        self.body["code"].as_str().unwrap_or("none")
    }
}

/// Who asks.
pub(crate) enum Caller {
    Person(String),
    Key(&'static str),
    Nobody,
}

pub(crate) fn person(tenant: &str, role: Role) -> Caller {
    Caller::Person(token(tenant, role, "usr_1", None))
}

pub(crate) fn owner(tenant: &str, vehicle_ids: &[&str]) -> Caller {
    Caller::Person(token(tenant, Role::Owner, "usr_owner", Some(vehicle_ids)))
}

pub(crate) fn bootstrap() -> Caller {
    Caller::Key(BOOTSTRAP_KEY)
}

pub(crate) fn time(text: &str) -> DateTime<Utc> {
    text.parse().unwrap()
}

impl TestApp {
    pub(crate) async fn start() -> TestApp {
        let runtime = TestRuntime::start(time(NOW));
        let (agent, ingestion) = (
            runtime.producer("agent-service").await,
            runtime.producer("ingestion-service").await,
        );
        let scheduling = runtime.producer("scheduling-service").await;
        let config: Config = load(&warranty_service::DEFINITION, &sources()).unwrap();
        let service = warranty_service::build(config, runtime.runtime()).await.unwrap();
        let served = TestService::start(&runtime, service).await;
        TestApp {
            runtime,
            agent,
            ingestion,
            scheduling,
            served,
            client: reqwest::Client::new(),
        }
    }

    pub(crate) async fn send(&self, method: Method, path: &str, caller: &Caller, body: Option<Value>) -> Answer {
        let mut request = self.client.request(method, self.served.url(path));
        match caller {
            Caller::Person(token) => request = request.bearer_auth(token),
            Caller::Key(key) => request = request.header("x-api-key", *key),
            Caller::Nobody => {}
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        Answer {
            status: response.status().as_u16(),
            body: response.json().await.unwrap(),
        }
    }

    pub(crate) async fn get(&self, path: &str, caller: &Caller) -> Answer {
        self.send(Method::GET, path, caller, None).await
    }

    pub(crate) async fn post(&self, path: &str, caller: &Caller, body: Value) -> Answer {
        self.send(Method::POST, path, caller, Some(body)).await
    }

    /// Posts a claim with an idempotency key.
    pub(crate) async fn post_with_key(&self, path: &str, caller: &Caller, key: &str, body: Value) -> Answer {
        let Caller::Person(token) = caller else {
            panic!("a person")
        };
        let request = self
            .client
            .post(self.served.url(path))
            .bearer_auth(token)
            .header("idempotency-key", key);
        let response = request.json(&body).send().await.unwrap();
        Answer {
            status: response.status().as_u16(),
            body: response.json().await.unwrap(),
        }
    }

    /// Writes a coverage of 36 months and 100000 km for everything and every vehicle.
    pub(crate) async fn cover_everything(&self, tenant: &str) -> String {
        let written = self
            .post(
                "/api/v1/coverages",
                &person(tenant, Role::Admin),
                everything("New vehicle"),
            )
            .await;
        assert_eq!(written.status, 201, "{}", written.body);
        written.body["coverage_id"].as_str().unwrap().to_owned()
    }

    /// Registers a vehicle that went into service on 2025-01-31, and waits until the service knows it.
    pub(crate) async fn register(&self, tenant: &str, vehicle_id: &str) {
        self.deliver_vehicle(tenant, vehicle_id, vehicle(vehicle_id)).await;
        let (admin, path) = (
            person(tenant, Role::Admin),
            format!("/api/v1/claims/vehicle/{vehicle_id}"),
        );
        eventually("the vehicle", || async {
            (self.get(&path, &admin).await.status == 200).then_some(())
        })
        .await;
    }

    pub(crate) async fn deliver_vehicle(&self, tenant: &str, vehicle_id: &str, data: Value) {
        self.ingestion
            .deliver("vehicle.registered", tenant, vehicle_id, time(NOW), data)
            .await;
    }

    pub(crate) async fn decide(&self, tenant: &str, vehicle_id: &str, decision_id: &str) {
        let at = time("2026-05-01T10:00:00Z");
        let data = decision(vehicle_id, decision_id);
        self.agent
            .deliver("agent.decision.made", tenant, vehicle_id, at, data)
            .await;
    }

    pub(crate) async fn complete(&self, tenant: &str, vehicle_id: &str, appointment_id: &str, decision_id: &str) {
        let data = completed(vehicle_id, appointment_id, Some(decision_id));
        let at = time("2026-05-03T10:00:00Z");
        self.scheduling
            .deliver("appointment.completed", tenant, vehicle_id, at, data)
            .await;
    }

    /// Waits for so many checks and returns the newest by revision of each decision.
    pub(crate) async fn checks(&self, count: usize) -> Vec<Value> {
        let events = self
            .runtime
            .published("warranty-service", "warranty.coverage.checked", count)
            .await;
        events
            .iter()
            .inspect(|event| chassis::testing::contracts::validate_event(event))
            .map(data)
            .collect()
    }

    /// Waits for the one claim of a tenant's visit.
    pub(crate) async fn drafted(&self, tenant: &str, count: usize) -> Vec<Value> {
        let admin = person(tenant, Role::Admin);
        eventually("drafted claims", || async {
            let listed = self.get("/api/v1/claims", &admin).await.body["items"]
                .as_array()
                .unwrap()
                .clone();
            (listed.len() >= count).then_some(listed)
        })
        .await
    }

    /// Waits until everything that was delivered has been handled: a decision about a vehicle of its own tenant is
    /// delivered last on the same vehicle's partition of each producer, so this asks for one more check.
    pub(crate) async fn dead_letters(&self, tenant: &str, count: usize) -> Vec<Value> {
        let admin = person(tenant, Role::Admin);
        eventually("dead letters", || async {
            let listed = self.get("/api/v1/dead-letters", &admin).await.body["items"]
                .as_array()
                .unwrap()
                .clone();
            (listed.len() >= count).then_some(listed)
        })
        .await
    }
}

pub(crate) fn data(event: &Event) -> Value {
    serde_json::from_slice(&event.data).unwrap()
}

pub(crate) fn everything(name: &str) -> Value {
    json!({
        "name": name, "covers": {"everything": true}, "applies_to": {"every_vehicle": true},
        "duration_months": 36, "limit_km": 100000
    })
}

pub(crate) fn vehicle(vehicle_id: &str) -> Value {
    json!({
        "vehicle_id": vehicle_id, "make": "Seat", "model": "Leon", "powertrain": "PETROL", "vehicle_class": "CAR",
        "in_service_date": "2025-01-31", "odometer_km": 40000.0, "status": "ACTIVE"
    })
}

pub(crate) fn decision(vehicle_id: &str, decision_id: &str) -> Value {
    json!({
        "decision_id": decision_id, "vehicle_id": vehicle_id, "component": "cooling", "odometer_km": 42000.5,
        "failure_mode": {"code": "cooling.leak", "name": "Coolant leak", "probability": 0.8}
    })
}

pub(crate) fn completed(vehicle_id: &str, appointment_id: &str, decision_id: Option<&str>) -> Value {
    json!({
        "appointment_id": appointment_id, "vehicle_id": vehicle_id, "decision_id": decision_id,
        "technician_id": "usr_tech", "completed_at": "2026-05-03T10:00:00Z", "odometer_km": 42100.0,
        "findings": [{
            "component": "cooling", "failure_mode": "cooling.leak", "verdict": "CONFIRMED", "action": "REPLACED",
            "parts": [{"part_code": "hose", "quantity": 1}]
        }],
        "cost": {"amount_minor": 38450, "currency": "EUR"}
    })
}
