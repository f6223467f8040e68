//! The service under test, stand-ins for its neighbours, and the bodies that most tests need.

use std::time::Duration;

use chassis::testing::{Producer, TestRuntime, TestService, eventually, token};
use chassis::{NewEvent, Role, TenantId};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

pub(crate) const TENANT: &str = "ten_one";
pub(crate) const TECHNICIAN: &str = "usr_tech";

/// Monday morning, before the workshop opens.
pub(crate) fn monday() -> DateTime<Utc> {
    "2026-05-04T05:00:00Z".parse().unwrap()
}

pub(crate) struct TestApp {
    pub(crate) runtime: TestRuntime,
    service: TestService,
    pub(crate) agents: Producer,
    pub(crate) alerts: Producer,
    pub(crate) health: Producer,
    pub(crate) ingestion: Producer,
    http: reqwest::Client,
}

/// An answer: status and JSON body (or text, as a JSON string).
pub(crate) type Answer = (u16, Value);

impl TestApp {
    pub(crate) async fn start() -> Self {
        Self::on(TestRuntime::start(monday())).await
    }

    /// Starts on a runtime that exists.
    pub(crate) async fn on(runtime: TestRuntime) -> Self {
        Self::on_with(runtime, &[]).await
    }

    /// The same, with whole numbers of the configuration set. Leases are short, so that instances soon share the partitions.
    pub(crate) async fn on_with(runtime: TestRuntime, settings: &[(&str, i64)]) -> Self {
        let agents = runtime.producer("agent-service").await;
        let alerts = runtime.producer("alert-service").await;
        let health = runtime.producer("health-service").await;
        let ingestion = runtime.producer("ingestion-service").await;
        let mut sources = chassis::testing::sources();
        let lease = ("events.lease_ms".to_owned(), toml::Value::Integer(1_000));
        sources.overrides.push(lease);
        let setting = |(name, value): &(&str, i64)| ((*name).to_owned(), toml::Value::Integer(*value));
        sources.overrides.extend(settings.iter().map(setting));
        let config = scheduling_service::Config::load(&sources).expect("a configuration");
        let service = scheduling_service::build(config, runtime.runtime())
            .await
            .expect("a service");
        let service = TestService::start(&runtime, service).await;
        TestApp {
            runtime,
            service,
            agents,
            alerts,
            health,
            ingestion,
            http: reqwest::Client::new(),
        }
    }

    /// Stops the service and starts it anew on the same data.
    pub(crate) async fn restart(self) -> Self {
        let runtime = self.runtime.restart();
        self.service.stop().await;
        Self::on(runtime).await
    }

    pub(crate) async fn stop(self) {
        self.service.stop().await;
    }

    pub(crate) async fn call(&self, method: &str, path: &str, token: &str, body: Option<Value>) -> Answer {
        self.call_with(method, path, token, body, None).await
    }

    pub(crate) async fn call_with(
        &self,
        method: &str,
        path: &str,
        token: &str,
        body: Option<Value>,
        key: Option<&str>,
    ) -> Answer {
        let method = method.parse().expect("a method");
        let mut request = self.http.request(method, self.service.url(path)).bearer_auth(token);
        if let Some(body) = body {
            request = request.json(&body);
        }
        if let Some(key) = key {
            request = request.header("Idempotency-Key", key);
        }
        let response = request.send().await.expect("an answer");
        let status = response.status().as_u16();
        let text = response.text().await.expect("a body");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    /// Calls with an API key in place of a token.
    pub(crate) async fn call_with_key(&self, method: &str, path: &str, key: &str, body: Option<Value>) -> u16 {
        let mut request = self
            .http
            .request(method.parse().expect("a method"), self.service.url(path))
            .header("X-API-Key", key);
        if let Some(body) = body {
            request = request.json(&body);
        }
        request.send().await.expect("an answer").status().as_u16()
    }

    pub(crate) async fn get(&self, path: &str, token: &str) -> Answer {
        self.call("GET", path, token, None).await
    }

    pub(crate) async fn post(&self, path: &str, token: &str, body: Value) -> Answer {
        self.call("POST", path, token, Some(body)).await
    }

    /// Posts, and fails the test unless it succeeds.
    pub(crate) async fn must_post(&self, path: &str, token: &str, body: Value) -> Value {
        let (status, answer) = self.post(path, token, body).await;
        assert!((200..300).contains(&status), "{path}: {status} {answer:#}");
        answer
    }

    /// One centre with one bay and one technician who can do cooling and brakes, and two parts.
    pub(crate) async fn seed(&self, tenant: &str) {
        let manager = manager(tenant);
        self.must_post("/api/v1/centers", &manager, center("ctr_north")).await;
        self.must_post("/api/v1/technicians", &manager, technician(TECHNICIAN, "ctr_north"))
            .await;
        self.must_post("/api/v1/parts", &manager, part("ctr_north", "COOLANT-HOSE", 2))
            .await;
    }

    /// Makes a vehicle known, and waits until the service knows it.
    pub(crate) async fn vehicle(&self, tenant: &str, vehicle_id: &str) {
        let data = json!({"vehicle_id": vehicle_id, "powertrain": "PETROL", "vehicle_class": "CAR", "status": "ACTIVE",
            "in_service_date": "2024-05-04", "odometer_km": 36500.0});
        self.ingestion
            .deliver("vehicle.registered", tenant, vehicle_id, monday(), data)
            .await;
        let body = json!({"vehicle_id": vehicle_id, "required_skill": "none", "labour_hours": 1.0, "hold": false});
        eventually("the vehicle is known", || async {
            (self
                .post("/api/v1/slots/available", &manager(tenant), body.clone())
                .await
                .0
                == 200)
                .then_some(())
        })
        .await;
    }

    /// Raises an alert as alert-service would.
    pub(crate) async fn alert(&self, tenant: &str, data: Value, historical: bool) {
        let mut cause = chassis::Cause::new();
        cause.historical = historical;
        let key = data["vehicle_id"].as_str().expect("a vehicle").to_owned();
        self.alerts
            .deliver_event(NewEvent {
                kind: "alert.created",
                schema_version: "1.0",
                tenant: TenantId::new(tenant),
                subject: data["alert_id"].as_str().map(str::to_owned),
                key,
                time: monday(),
                cause,
                id: Some(chassis::ids::new_id("evt")),
                data,
            })
            .await;
    }

    /// Says as agent-service would what a reviewer said of a decision.
    pub(crate) async fn reviewed(&self, tenant: &str, decision_id: &str, vehicle_id: &str, verdict: &str) {
        let what =
            json!({"code": "decision.revised.review", "params": {"verdict": verdict}, "text": "A reviewer spoke."});
        let data = json!({"decision_id": decision_id, "vehicle_id": vehicle_id, "component": "cooling", "revision": 1,
            "what": what, "review": {"verdict": verdict}});
        self.agents
            .deliver("agent.decision.revised", tenant, vehicle_id, monday(), data)
            .await;
    }

    /// The appointments of a status, once there are as many as expected.
    pub(crate) async fn appointments(&self, tenant: &str, status: &str, count: usize) -> Vec<Value> {
        eventually(&format!("{count} {status}"), || async {
            let (_, body) = self
                .get(&format!("/api/v1/appointments?status={status}"), &manager(tenant))
                .await;
            let items = body["items"].as_array()?.clone();
            (items.len() == count).then_some(items)
        })
        .await
    }

    pub(crate) fn advance(&self, minutes: u64) {
        self.runtime.clock().advance(Duration::from_secs(minutes * 60));
    }

    /// How many events of a kind were published so far.
    pub(crate) async fn count(&self, kind: &str) -> usize {
        let all = self.runtime.all_published("scheduling-service").await;
        all.iter().filter(|event| event.kind == kind).count()
    }
}

pub(crate) fn manager(tenant: &str) -> String {
    token(tenant, Role::FleetManager, "usr_manager", None)
}

pub(crate) fn as_technician(tenant: &str, user_id: &str) -> String {
    token(tenant, Role::Technician, user_id, None)
}

pub(crate) fn owner(tenant: &str, vehicles: &[&str]) -> String {
    token(tenant, Role::Owner, "usr_owner", Some(vehicles))
}

pub(crate) fn eur(amount_minor: i64) -> Value {
    json!({"amount_minor": amount_minor, "currency": "EUR"})
}

fn week(from: &str, to: &str) -> Value {
    let days = ["MON", "TUE", "WED", "THU", "FRI"];
    days.iter()
        .map(|day| json!({"weekday": day, "from": from, "to": to}))
        .collect()
}

/// Open on working days from 07:00 to 19:00 UTC, one bay for everything.
pub(crate) fn center(id: &str) -> Value {
    json!({"center_id": id, "name": "North", "utc_offset_minutes": 0, "labour_price_per_hour": eur(9000),
        "opening_hours": week("07:00", "19:00"), "location": {"latitude": 48.18, "longitude": 11.56},
        "bays": [{"bay_id": "bay_1", "name": "Bay 1", "kinds": ["GENERAL", "HEAVY"], "has_lift": true}]})
}

pub(crate) fn technician(id: &str, center_id: &str) -> Value {
    json!({"technician_id": id, "center_id": center_id, "skills": ["cooling", "brakes"],
        "working_hours": week("08:00", "17:00"), "breaks": [{"from": "12:00", "to": "12:30"}]})
}

pub(crate) fn part(center_id: &str, code: &str, stock: i64) -> Value {
    json!({"center_id": center_id, "part_code": code, "name": code, "stock": stock, "lead_time_days": 2, "price": eur(4500)})
}

/// A coolant leak: 2.5 hours, one hose, 5 % of its life in 240 km (nearly five days at 50 km a day).
pub(crate) fn alert(alert_id: &str, vehicle_id: &str, severity: &str) -> Value {
    json!({"alert_id": alert_id, "decision_id": "dec_1", "vehicle_id": vehicle_id, "component": "cooling",
        "severity": severity, "urgency": "WITHIN_24H",
        "title": {"code": "alert.title.cooling", "params": {}, "text": "Cooling: coolant leak likely"},
        "failure_mode": {"code": "cooling.leak", "name": "Coolant leak", "probability": 0.82}, "recommended_actions": [],
        "required_skill": "cooling", "labour_hours": 2.5, "parts": [{"part_code": "COOLANT-HOSE", "quantity": 1}],
        "rul_km": {"p05": 240.0, "p50": 600.0, "p95": 1200.0}, "odometer_km": 36500.0, "recipient_ids": [],
        "estimated_cost": {"low": eur(12000), "high": eur(48000)}})
}

/// A technician's report on a coolant leak.
pub(crate) fn report() -> Value {
    json!({"findings": [{"component": "cooling", "failure_mode": "cooling.leak", "verdict": "CONFIRMED", "action": "REPLACED",
            "parts": [{"part_code": "COOLANT-HOSE", "quantity": 1}], "notes": "Called Mr Smith, +49 170 555"}],
        "odometer_km": 36510.0, "cost": eur(27000)})
}
