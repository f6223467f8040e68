//! The service in a temporary folder.

use std::time::Duration;

use chassis::Role;
use chassis::testing::{self, BOOTSTRAP_KEY, Producer, TestRuntime, TestService};
use chrono::{DateTime, Utc};
use ingestion_service::config::Config;
use serde_json::{Value, json};

/// Business time at the start of a test.
pub(crate) fn start_of_test() -> DateTime<Utc> {
    "2026-05-01T10:00:00Z".parse().unwrap()
}

/// A running service and everything around it.
pub(crate) struct TestApp {
    pub(crate) runtime: TestRuntime,
    pub(crate) service: TestService,
    pub(crate) http: reqwest::Client,
    pub(crate) analytics: Producer,
}

/// An answer: status, headers, JSON.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: reqwest::header::HeaderMap,
    pub(crate) body: Value,
}

impl Answer {
    /// The problem's code; panics if the answer is no problem.
    #[track_caller]
    pub(crate) fn problem(&self) -> &str {
        assert!(self.status >= 400, "{}: {}", self.status, self.body);
        let media_type = self.headers["content-type"].to_str().unwrap();
        assert_eq!(media_type, "application/problem+json", "{}", self.body);
        assert!(self.body["detail"].as_str().is_some_and(|detail| !detail.is_empty()));
        self.body["code"].as_str().unwrap()
    }
}

/// Configuration with some keys overridden.
pub(crate) fn config(overrides: &[(&str, Value)]) -> Config {
    let mut sources = testing::sources();
    for (key, value) in overrides {
        sources
            .overrides
            .push(((*key).to_owned(), serde_json::from_value(value.clone()).unwrap()));
    }
    chassis::config::load(&ingestion_service::DEFINITION, &sources).unwrap()
}

/// A record of `V1`, `seconds` after the start of the test.
pub(crate) fn record(vehicle_id: &str, seconds: i64, data: Value) -> Value {
    let time = start_of_test() + chrono::TimeDelta::seconds(seconds);
    json!({"vehicle_id": vehicle_id, "timestamp": chassis::rfc3339(time), "protocol": "GENERIC", "sequence": seconds.max(0), "data": data})
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
        let analytics = runtime.producer("analytics-service").await;
        let service = ingestion_service::build(config(overrides), runtime.runtime())
            .await
            .unwrap();
        let service = TestService::start(&runtime, service).await;
        Self {
            runtime,
            service,
            http: reqwest::Client::new(),
            analytics,
        }
    }

    /// Stops the service and starts it anew on the same folder.
    pub(crate) async fn restart(self) -> Self {
        let runtime = self.runtime.restart();
        self.service.stop().await;
        Self::on(runtime, &[]).await
    }

    async fn answer(request: reqwest::RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.unwrap();
        Answer {
            status,
            headers,
            body: serde_json::from_slice(&body).unwrap_or(Value::Null),
        }
    }

    /// Posts with the bootstrap key.
    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        self.post_as(BOOTSTRAP_KEY, path, body).await
    }

    /// Posts with a key.
    pub(crate) async fn post_as(&self, key: &str, path: &str, body: &Value) -> Answer {
        Self::answer(
            self.http
                .post(self.service.url(path))
                .header("x-api-key", key)
                .json(body),
        )
        .await
    }

    /// Posts a text under a media type, with the bootstrap key.
    pub(crate) async fn post_text(&self, path: &str, media_type: &str, body: impl Into<reqwest::Body>) -> Answer {
        let request = self
            .http
            .post(self.service.url(path))
            .header("x-api-key", BOOTSTRAP_KEY);
        Self::answer(request.header("content-type", media_type).body(body)).await
    }

    /// Sends any request.
    pub(crate) async fn send(&self, request: reqwest::RequestBuilder) -> Answer {
        Self::answer(request).await
    }

    /// Puts with the bootstrap key.
    pub(crate) async fn put(&self, path: &str, body: &Value) -> Answer {
        Self::answer(
            self.http
                .put(self.service.url(path))
                .header("x-api-key", BOOTSTRAP_KEY)
                .json(body),
        )
        .await
    }

    /// Gets with the bootstrap key.
    pub(crate) async fn get(&self, path: &str) -> Answer {
        Self::answer(self.http.get(self.service.url(path)).header("x-api-key", BOOTSTRAP_KEY)).await
    }

    /// Gets with a person's token.
    pub(crate) async fn get_as(&self, token: &str, path: &str) -> Answer {
        Self::answer(self.http.get(self.service.url(path)).bearer_auth(token)).await
    }

    /// Registers a vehicle of the default tenant.
    pub(crate) async fn register(&self, vehicle_id: &str) {
        let answer = self.post("/api/v1/vehicles", &json!({"vehicle_id": vehicle_id})).await;
        assert_eq!(answer.status, 201, "{}", answer.body);
    }

    /// Issues a key of a tenant and waits until the service knows it.
    pub(crate) async fn issue_key(&self, tenant: &str, key: &str, scopes: &[&str], vehicle_ids: Option<&[&str]>) {
        let mut data = testing::key_issued(&format!("key_{key}"), key, "DEVICE", scopes);
        if let Some(ids) = vehicle_ids {
            data["vehicle_ids"] = json!(ids);
        }
        let active = json!({"tenant_id": tenant, "status": "ACTIVE"});
        self.analytics
            .deliver("identity.tenant.changed", tenant, tenant, start_of_test(), active)
            .await;
        self.analytics
            .deliver("identity.key.issued", tenant, tenant, start_of_test(), data)
            .await;
        testing::eventually("the key is known", || async {
            let answer = self.post_as(key, "/api/v1/ingest", &json!({})).await;
            (answer.status != 401).then_some(())
        })
        .await;
    }

    /// Makes a tenant and a person of it known, and returns their token.
    pub(crate) async fn token(&self, tenant: &str, role: Role, vehicle_ids: Option<&[&str]>) -> String {
        let user_id = format!("usr_{}", role.as_str().to_lowercase());
        let active = json!({"tenant_id": tenant, "status": "ACTIVE"});
        self.analytics
            .deliver("identity.tenant.changed", tenant, tenant, start_of_test(), active)
            .await;
        let user = json!({"user_id": user_id, "role": role.as_str(), "status": "ACTIVE"});
        self.analytics
            .deliver("identity.user.changed", tenant, tenant, start_of_test(), user)
            .await;
        let token = testing::token(tenant, role, &user_id, vehicle_ids);
        testing::eventually("the person is known", || async {
            let answer = self.get_as(&token, "/api/v1/vehicles").await;
            (answer.status != 401).then_some(())
        })
        .await;
        token
    }

    /// Waits until nothing is pending, and returns the account's sums over its hours.
    pub(crate) async fn settled_account(&self) -> Account {
        testing::eventually("nothing is pending", || async {
            let account = self.account().await;
            (account.pending == 0).then_some(account)
        })
        .await
    }

    /// The account's sums over its hours.
    pub(crate) async fn account(&self) -> Account {
        let answer = self.get("/api/v1/conservation").await;
        assert_eq!(answer.status, 200, "{}", answer.body);
        assert_eq!(answer.body["balanced"], true, "{}", answer.body);
        let sum = |name: &str| {
            answer.body["hours"]
                .as_array()
                .unwrap()
                .iter()
                .map(|hour| hour[name].as_u64().unwrap())
                .sum()
        };
        Account {
            received: sum("received"),
            stored: sum("stored"),
            duplicate: sum("duplicate"),
            quarantined: sum("quarantined"),
            rejected: sum("rejected"),
            pending: sum("pending"),
            readings_quarantined: sum("readings_quarantined"),
        }
    }

    /// All stored records of a vehicle.
    pub(crate) async fn records(&self, vehicle_id: &str) -> Vec<Value> {
        let (mut records, mut cursor) = (Vec::new(), String::new());
        loop {
            let answer = self
                .get(&format!("/api/v1/vehicles/{vehicle_id}/records?limit=400{cursor}"))
                .await;
            assert_eq!(answer.status, 200, "{}", answer.body);
            records.extend(answer.body["items"].as_array().unwrap().iter().cloned());
            match answer.body["next_cursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => return records,
            }
        }
    }
}

/// Sums of the conservation account.
#[derive(Debug, PartialEq, Eq, Default)]
pub(crate) struct Account {
    pub(crate) received: u64,
    pub(crate) stored: u64,
    pub(crate) duplicate: u64,
    pub(crate) quarantined: u64,
    pub(crate) rejected: u64,
    pub(crate) pending: u64,
    pub(crate) readings_quarantined: u64,
}

/// A pause that is long enough for a worker to have done what it should not do.
pub(crate) const PAUSE: Duration = Duration::from_millis(200);
