//! A running service, two tenants and a few short ways to talk to it.

use analytics_service::{Config, DEFINITION, FirstStart, build_reporting};
use chassis::config::Sources;
use chassis::testing::{BOOTSTRAP_KEY, Producer, TestRuntime, TestService, eventually, sources};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

pub(crate) const ADMIN_PASSWORD: &str = "first-Admin-password";
pub(crate) const PASSWORD: &str = "a-Good-password-1";

/// Who a request comes from.
#[derive(Clone, Copy)]
pub(crate) enum By<'a> {
    Nobody,
    Token(&'a str),
    Key(&'a str),
}

pub(crate) struct TestApp {
    pub(crate) runtime: TestRuntime,
    pub(crate) service: TestService,
    pub(crate) http: reqwest::Client,
}

/// A status and a JSON body; null where there is none.
pub(crate) type Answer = (u16, Value);

pub(crate) fn now() -> DateTime<Utc> {
    "2026-05-01T10:00:00Z".parse().unwrap()
}

/// Test secrets, a cheap hash and a known admin password, and what a test wants to be different.
pub(crate) fn test_sources(different: &[(&str, toml::Value)]) -> Sources {
    let mut sources = sources();
    let mut set = |key: &str, value: toml::Value| sources.overrides.push((key.to_owned(), value));
    set("identity.bcrypt_cost", toml::Value::Integer(4));
    set(
        "identity.admin_password",
        toml::Value::String(ADMIN_PASSWORD.to_owned()),
    );
    for (key, value) in different {
        set(key, value.clone());
    }
    sources
}

impl TestApp {
    pub(crate) async fn start() -> TestApp {
        TestApp::start_with(&[]).await
    }

    pub(crate) async fn start_with(different: &[(&str, toml::Value)]) -> TestApp {
        let (app, first_start) = TestApp::on(TestRuntime::start(now()), different).await;
        let first_start = first_start.expect("a first start");
        assert_eq!(
            (first_start.tenant_id.as_str(), first_start.username.as_str()),
            ("default", "admin")
        );
        app
    }

    /// Starts on a runtime that exists. Leases are short, so that instances soon share the partitions.
    pub(crate) async fn on(runtime: TestRuntime, different: &[(&str, toml::Value)]) -> (TestApp, Option<FirstStart>) {
        let mut sources = test_sources(different);
        let lease = ("events.lease_ms".to_owned(), toml::Value::Integer(1_000));
        sources.overrides.push(lease);
        let config: Config = chassis::config::load(&DEFINITION, &sources).unwrap();
        let (service, first_start) = build_reporting(config, runtime.runtime()).await.unwrap();
        let service = TestService::start(&runtime, service).await;
        let http = reqwest::Client::new();
        let app = TestApp { runtime, service, http };
        (app, first_start)
    }

    /// One request.
    pub(crate) async fn send(&self, method: &str, path: &str, by: By<'_>, body: Option<Value>) -> Answer {
        let method = reqwest::Method::from_bytes(method.as_bytes()).unwrap();
        let mut request = self.http.request(method, self.service.url(path));
        request = match by {
            By::Nobody => request,
            By::Token(token) => request.bearer_auth(token),
            By::Key(key) => request.header("x-api-key", key),
        };
        if let Some(body) = body {
            request = request.json(&body);
        }
        let response = request.send().await.unwrap();
        let status = response.status().as_u16();
        let text = response.text().await.unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::Null))
    }

    pub(crate) async fn get(&self, path: &str, by: By<'_>) -> Answer {
        self.send("GET", path, by, None).await
    }

    pub(crate) async fn post(&self, path: &str, by: By<'_>, body: Value) -> Answer {
        self.send("POST", path, by, Some(body)).await
    }

    /// Signs in and returns status and body.
    pub(crate) async fn login(&self, tenant: &str, username: &str, password: &str) -> Answer {
        let body = json!({"tenant": tenant, "username": username, "password": password});
        self.post("/api/v1/auth/login", By::Nobody, body).await
    }

    /// The access token of someone who can sign in.
    pub(crate) async fn token(&self, tenant: &str, username: &str, password: &str) -> String {
        let (status, body) = self.login(tenant, username, password).await;
        assert_eq!(status, 200, "{body}");
        text(&body["access_token"])
    }

    /// Creates a tenant and returns the access token of its admin.
    pub(crate) async fn tenant(&self, tenant: &str) -> String {
        let body = json!({"tenant_id": tenant, "name": tenant, "admin": {"password": PASSWORD}});
        let (status, body) = self.post("/api/v1/tenants", By::Key(BOOTSTRAP_KEY), body).await;
        assert_eq!(status, 201, "{body}");
        self.token(tenant, "admin", PASSWORD).await
    }

    /// Adds a user with the test password and returns the id.
    pub(crate) async fn user(&self, admin: &str, username: &str, role: &str) -> String {
        let body = json!({"username": username, "role": role, "password": PASSWORD});
        let (status, body) = self.post("/api/v1/users", By::Token(admin), body).await;
        assert_eq!(status, 201, "{body}");
        text(&body["user"]["user_id"])
    }

    /// Polls a path until its answer satisfies the condition.
    pub(crate) async fn until(
        &self,
        path: &str,
        by: By<'_>,
        what: &str,
        condition: impl Fn(u16, &Value) -> bool,
    ) -> Value {
        eventually(what, || async {
            let (status, body) = self.get(path, by).await;
            condition(status, &body).then_some(body)
        })
        .await
    }

    pub(crate) async fn producer(&self, name: &'static str) -> Producer {
        self.runtime.producer(name).await
    }
}

pub(crate) fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("a text, not {value}"))
        .to_owned()
}
