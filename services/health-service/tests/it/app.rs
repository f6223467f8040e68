//! A running health-service with stand-ins for the services that it listens to.

use chassis::config::load;
use chassis::testing::{BOOTSTRAP_KEY, Producer, TestRuntime, TestService, eventually, sources, token};
use chassis::{Event, Role};
use chrono::{DateTime, Duration, Utc};
use health_service::config::Config;
use reqwest::Method;
use serde_json::{Value, json};

/// Business time of the tests.
pub(crate) const NOW: &str = "2026-05-10T12:00:00Z";
pub(crate) const HEALTH: &str = "health-service";

pub(crate) struct TestApp {
    pub(crate) runtime: TestRuntime,
    pub(crate) ingestion: Producer,
    pub(crate) scheduling: Producer,
    served: TestService,
    client: reqwest::Client,
}

pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) body: Value,
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
    pub(crate) async fn start() -> Self {
        Self::start_on(TestRuntime::start(time(NOW))).await
    }

    /// With further model files.
    pub(crate) async fn start_with_models(files: &[(&str, Value)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for (name, file) in files {
            std::fs::write(folder.path().join(name), file.to_string()).unwrap();
        }
        std::fs::write(folder.path().join("torn.model"), b"{\"format\":").unwrap();
        Self::start_from(
            TestRuntime::start(time(NOW)),
            folder.path().to_string_lossy().into_owned(),
        )
        .await
    }

    async fn start_on(runtime: TestRuntime) -> Self {
        Self::start_from(runtime, String::new()).await
    }

    async fn start_from(runtime: TestRuntime, models_folder: String) -> Self {
        let (ingestion, scheduling) = (
            runtime.producer("ingestion-service").await,
            runtime.producer("scheduling-service").await,
        );
        let mut config: Config = load(&health_service::DEFINITION, &sources()).unwrap();
        config.models.shipped = models_folder.is_empty();
        config.models.folder = models_folder;
        let service = health_service::build(config, runtime.runtime()).await.unwrap();
        let served = TestService::start(&runtime, service).await;
        Self {
            runtime,
            ingestion,
            scheduling,
            served,
            client: reqwest::Client::new(),
        }
    }

    /// Stops the service and starts it anew on the same data.
    pub(crate) async fn restart(self) -> Self {
        let Self { runtime, served, .. } = self;
        served.stop().await;
        Self::start_on(runtime.restart()).await
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

    pub(crate) async fn register(&self, tenant: &str, vehicle_id: &str) {
        let data = json!({
            "vehicle_id": vehicle_id, "powertrain": "PETROL", "vehicle_class": "CAR",
            "odometer_km": 40_000.0, "status": "ACTIVE",
        });
        self.ingestion
            .deliver("vehicle.registered", tenant, vehicle_id, time(NOW), data)
            .await;
    }

    /// Delivers records as ingestion would, all in one event.
    pub(crate) async fn telemetry(&self, tenant: &str, vehicle_id: &str, records: Vec<Value>) {
        let data = json!({"receipt_ids": ["rcp_1"], "records": records});
        self.ingestion
            .deliver("vehicle.telemetry.received", tenant, vehicle_id, time(NOW), data)
            .await;
    }

    /// Waits until so many records of the vehicle were taken, and returns its health.
    pub(crate) async fn taken(&self, tenant: &str, vehicle_id: &str, records: u64) -> Value {
        let (admin, path) = (person(tenant, Role::Admin), format!("/api/v1/health/{vehicle_id}"));
        eventually(&format!("{records} records of {vehicle_id}"), || async {
            let body = self.get(&path, &admin).await.body;
            (body["records"].as_u64().unwrap_or(0) >= records).then_some(body)
        })
        .await
    }

    /// Waits for events of a kind, checks them against their contract and returns their data.
    pub(crate) async fn told(&self, kind: &str, count: usize) -> Vec<Event> {
        let events = self.runtime.published(HEALTH, kind, count).await;
        events.iter().for_each(chassis::testing::contracts::validate_event);
        events
    }
}

pub(crate) fn data(event: &Event) -> Value {
    serde_json::from_slice(&event.data).unwrap()
}

/// Records of front left brake pads worn to so many percent, two minutes apart, the first one `minutes_ago`.
pub(crate) fn worn_pads(vehicle_id: &str, percent: f64, minutes_ago: i64, count: i64) -> Vec<Value> {
    let record = |number: i64| {
        let at = time(NOW) - Duration::minutes(minutes_ago) + Duration::minutes(2 * number);
        json!({
            "vehicle_id": vehicle_id, "time": at, "protocol": "GENERIC",
            "signals": {
                "Vehicle.Speed": 50.0,
                "Vehicle.TraveledDistance": 84_000_000.0 + 2_000.0 * number as f64,
                "Vehicle.Chassis.Axle.Row1.Wheel.Left.Brake.PadWear": percent,
                "Vehicle.Width": 1.8,
            },
        })
    };
    (0..count).map(record).collect()
}

pub(crate) fn component<'a>(health: &'a Value, kind: &str) -> &'a Value {
    let found = health["components"]
        .as_array()
        .unwrap()
        .iter()
        .find(|component| component["type"] == kind);
    found.unwrap_or_else(|| panic!("no {kind} in {health:#}"))
}
