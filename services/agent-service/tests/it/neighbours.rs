//! Tools that ask other services: the real client against a server that answers as their OpenAPI says, and as nothing says.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use agent_service::llm::{Neighbours, Silence};
use axum::Router;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use chassis::TenantId;
use chassis::config::Secret;
use chassis::testing::TestRuntime;
use serde_json::{Value, json};

use crate::app::{TENANT, TestApp, admin, coolant_leak, data, now};
use crate::provider::{Format, ProviderServer, Say, settings};

const HISTORY: &str = "/api/v1/health/{vehicle_id}/history";
const WINDOW: &str = "/api/v1/vehicles/{vehicle_id}/history";
const KEY: &str = "cvk_of_this_tenant";
const COOLANT: &str = "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature";

/// What the neighbour does with every request.
#[derive(Clone)]
enum Do {
    Answer(Value),
    Status(u16),
    /// Longer than a tool may take.
    Slow,
    Huge,
    NotJson,
    Redirect(String),
}

struct Neighbour {
    url: String,
    asked: Arc<Mutex<Vec<(Uri, HeaderMap)>>>,
}

impl Neighbour {
    async fn start(what: Do) -> Self {
        let asked: Arc<Mutex<Vec<(Uri, HeaderMap)>>> = Arc::default();
        let noted = asked.clone();
        let router = Router::new().fallback(move |uri: Uri, headers: HeaderMap| {
            let (what, noted) = (what.clone(), noted.clone());
            async move {
                noted.lock().unwrap().push((uri, headers));
                answer(what).await
            }
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<(Uri, HeaderMap)> {
        self.asked.lock().unwrap().clone()
    }
}

async fn answer(what: Do) -> Response {
    match what {
        Do::Answer(body) => axum::Json(body).into_response(),
        Do::Status(status) => (StatusCode::from_u16(status).unwrap(), axum::Json(json!({"code": "x"}))).into_response(),
        Do::Slow => {
            tokio::time::sleep(Duration::from_secs(30)).await;
            axum::Json(json!({})).into_response()
        }
        Do::Huge => axum::Json(json!({"items": "x".repeat(300_000)})).into_response(),
        Do::NotJson => "<html>gateway</html>".into_response(),
        Do::Redirect(to) => (StatusCode::TEMPORARY_REDIRECT, [("location", to)]).into_response(),
    }
}

/// A body that keeps what the neighbour's OpenAPI promises of this route; a promise that moves breaks the test.
fn promised(service: &str, path: &str, body: Value) -> Value {
    let file = chassis::testing::contracts::folder()
        .join("http")
        .join(format!("{service}.openapi.json"));
    let document: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let answer = &document["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"];
    assert!(answer.is_object(), "{path} is not there");
    let mut schema = answer.clone();
    schema["components"] = document["components"].clone();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&body)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    body
}

/// Ninety days of health, routine points among them, as health tells it.
fn health() -> Value {
    let point = |hour: i64| {
        let time = chassis::rfc3339(now() - chrono::Duration::hours(900 - hour));
        let (status, score) = if hour < 700 { ("GOOD", 0.72) } else { ("POOR", 0.31) };
        let reason = if hour == 400 { "REPAIR" } else { "COMPUTED" };
        json!({"time": time, "component": "cooling", "health_score": score, "status": status, "reason": reason,
            "overall_health_score": 0.5, "odometer_km": 84_000.5 + hour as f64,
            "rul_km_quantiles": {"p05": 10.0, "p50": 60.0, "p95": 300.0}})
    };
    let items: Vec<Value> = (0..900).map(point).collect();
    promised("health-service", HISTORY, json!({"items": items, "next_cursor": null}))
}

fn window(vehicle_id: &str) -> Value {
    let bucket = |minute: u32, mean: f64| json!({"time": format!("2026-05-04T07:{minute:02}:00Z"), "min": mean - 1.0, "max": mean + 1.5, "mean": mean, "count": 10});
    let body = json!({"vehicle_id": vehicle_id, "signal": COOLANT, "unit": "Celsius", "from": "2026-05-04T07:00:00Z",
        "to": "2026-05-04T08:00:00Z", "bucket_seconds": 60.0, "buckets": [bucket(0, 90.0), bucket(30, 112.0)]});
    promised("ingestion-service", WINDOW, body)
}

fn client(url: &str) -> Neighbours {
    let urls = [("health-service".to_owned(), url.to_owned())];
    let keys = [(TENANT.to_owned(), Secret::new(KEY))];
    Neighbours::new(urls.into(), keys.into()).unwrap()
}

#[tokio::test]
async fn whatever_a_neighbour_does_a_tool_ends_with_a_word() {
    let tenant = TenantId::new(TENANT);
    for (what, expected) in [
        (Do::Status(404), Silence::NothingKnown),
        (Do::Status(500), Silence::NotAvailable),
        (Do::Status(403), Silence::NotAvailable),
        (Do::Slow, Silence::NotAvailable),
        (Do::Huge, Silence::TooMuch),
        (Do::NotJson, Silence::NotAvailable),
    ] {
        let neighbour = Neighbour::start(what).await;
        let started = std::time::Instant::now();
        let told = client(&neighbour.url).get(&tenant, "health-service", &["x"], &[]).await;
        assert_eq!(told, Err(expected));
        assert!(started.elapsed() < Duration::from_secs(10), "{expected}");
        assert_eq!(neighbour.asked().len(), 1, "asked once");
    }
    let nobody = client("http://127.0.0.1:9");
    assert_eq!(
        nobody.get(&tenant, "health-service", &["x"], &[]).await,
        Err(Silence::NotAvailable)
    );
}

#[tokio::test]
async fn a_key_goes_to_its_neighbour_in_its_tenant_and_nowhere_else() {
    let tenant = TenantId::new(TENANT);
    let stranger = Neighbour::start(Do::Answer(json!({"items": []}))).await;
    let neighbour = Neighbour::start(Do::Redirect(format!("{}/elsewhere", stranger.url))).await;
    let client = client(&neighbour.url);
    let told = client.get(&tenant, "health-service", &["x"], &[]).await;
    assert_eq!(told, Err(Silence::NotAvailable));
    assert!(
        stranger.asked().is_empty(),
        "the key would have gone where the redirect leads"
    );
    // A tenant without a key, and a service without an address, are not asked at all.
    for (tenant, service) in [("ten_b", "health-service"), (TENANT, "warranty-service")] {
        let told = client.get(&TenantId::new(tenant), service, &["x"], &[]).await;
        assert_eq!(told, Err(Silence::NotAvailable));
    }
    let path = ["api", "v1", "health", "../../identity?x=#", "history"];
    let _ = client
        .get(&tenant, "health-service", &path, &[("component", "a&b=c")])
        .await;
    let asked = neighbour.asked();
    assert_eq!(asked.len(), 2);
    assert_eq!(asked[1].0.path(), "/api/v1/health/..%2F..%2Fidentity%3Fx=%23/history");
    assert_eq!(asked[1].0.query(), Some("component=a%26b%3Dc"));
    for (_, headers) in asked {
        assert_eq!(headers["x-api-key"], KEY);
        assert!(!headers.contains_key("authorization") && !headers.contains_key("cookie"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_default_tenant_is_asked_with_the_bootstrap_key_and_no_other_tenant_is() {
    let neighbour = Neighbour::start(Do::Answer(json!({"items": []}))).await;
    let mut sources = chassis::testing::sources();
    let url = toml::Value::String(neighbour.url.clone());
    let urls = toml::Value::Table([("health-service".to_owned(), url)].into_iter().collect());
    sources.overrides.push(("neighbours.urls".to_owned(), urls));
    let config: agent_service::config::Config = chassis::config::load(&agent_service::DEFINITION, &sources).unwrap();
    let client = config.neighbours().unwrap();
    let ask = async |tenant| client.get(&TenantId::new(tenant), "health-service", &["x"], &[]).await;
    assert!(ask(chassis::identity::DEFAULT_TENANT).await.is_ok());
    assert_eq!(ask(TENANT).await, Err(Silence::NotAvailable));
    let asked = neighbour.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(asked[0].1["x-api-key"], chassis::testing::BOOTSTRAP_KEY);
}

/// Decides with a model that uses this tool, and returns what the tool said to it and all that the model was sent.
async fn used(tool: &'static str, arguments: Value, neighbour: &Neighbour) -> (Vec<Value>, String) {
    let use_it = Say::Tool(tool, arguments);
    let server = ProviderServer::start(&[use_it.clone(), use_it], Say::Well).await;
    let mut settings = settings(Format::OpenAi, &server.url);
    let map = |names: &[&str], value: &str| {
        let entry = |name: &&str| ((*name).to_owned(), toml::Value::String(value.to_owned()));
        toml::Value::Table(names.iter().map(entry).collect())
    };
    let services = ["health-service", "ingestion-service"];
    settings.push(("neighbours.urls", map(&services, &neighbour.url)));
    settings.push(("neighbours.keys", map(&[TENANT], KEY)));
    let app = TestApp::with(TestRuntime::start(now()), &settings).await;
    app.finding("component.degraded", TENANT, coolant_leak("V1"), now())
        .await;
    let decision = data(&app.decisions(1).await[0]);
    let revised = data(&app.revisions(1).await[0]);
    assert!(revised["explanation"]["fallback"].is_null(), "{revised:#}");
    let steps = format!(
        "/api/v1/agents/decision/{}/steps",
        decision["decision_id"].as_str().unwrap()
    );
    assert_eq!(app.get(&steps, &admin()).await.status, 200);
    app.stop().await;
    let bodies = server.look(|received| received.body.clone());
    let said = bodies
        .iter()
        .flat_map(|body| body["messages"].as_array().unwrap().clone())
        .filter(|message| message["role"] == "tool")
        .map(|message| serde_json::from_str(message["content"].as_str().unwrap()).unwrap())
        .collect();
    let sent: Vec<String> = bodies.iter().map(Value::to_string).collect();
    (said, sent.join("\n"))
}

#[tokio::test(flavor = "multi_thread")]
async fn health_is_told_by_its_turns_and_carries_nothing_that_names_anybody() {
    let neighbour = Neighbour::start(Do::Answer(health())).await;
    let (said, sent) = used("health_history", json!({"component": "cooling"}), &neighbour).await;
    let points = said[0]["points"].as_array().unwrap_or_else(|| panic!("{said:#?}"));
    let turns: Vec<_> = points
        .iter()
        .map(|point| (point["status"].as_str().unwrap(), point["reason"].as_str().unwrap()))
        .collect();
    assert_eq!(
        turns,
        [
            ("GOOD", "COMPUTED"),
            ("GOOD", "REPAIR"),
            ("POOR", "COMPUTED"),
            ("POOR", "COMPUTED")
        ]
    );
    assert_eq!(points[3]["health_score"], 0.31);
    for foreign in ["odometer_km", "overall_health_score", TENANT, "\"V1\"", KEY] {
        assert!(!sent.contains(foreign), "{foreign}");
    }
    let (uri, headers) = &neighbour.asked()[0];
    assert_eq!(
        (uri.path(), &headers["x-api-key"]),
        ("/api/v1/health/V1/history", &KEY.parse().unwrap())
    );
    let query = uri.query().unwrap();
    for part in ["component=cooling", "from=2026-02-03", "to=2026-05-04", "limit=1000"] {
        assert!(query.contains(part), "{query}");
    }
    let shown = headers.values().map(|value| value.to_str().unwrap_or_default());
    assert!(
        !shown.collect::<String>().contains("secret-key"),
        "the provider's key stays with the provider"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_window_is_told_as_least_mean_and_greatest_value() {
    let neighbour = Neighbour::start(Do::Answer(window("V1"))).await;
    let asked = json!({"signal": COOLANT, "from": "2026-05-04T07:00:00Z", "to": "2026-05-04T08:00:00Z"});
    let (said, sent) = used("telemetry_window", asked, &neighbour).await;
    let own = said.iter().find(|said| said["signal"] == COOLANT);
    let own = own.unwrap_or_else(|| panic!("{said:#?}"));
    assert_eq!(
        (&own["min"], &own["mean"], &own["max"]),
        (&json!(89.0), &json!(101.0), &json!(113.5))
    );
    assert_eq!(own["unit"], "Celsius");
    assert!(!sent.contains(KEY) && !sent.contains("\"V1\""), "{sent}");
    assert_eq!(neighbour.asked()[0].0.path(), "/api/v1/vehicles/V1/history");
}

/// A neighbour that mixes its answers up, or lies, does not lead one vehicle's data into another's decision.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_about_another_vehicle_is_none() {
    let neighbour = Neighbour::start(Do::Answer(window("V-of-another-tenant"))).await;
    let asked = json!({"signal": COOLANT, "from": "2026-05-04T07:00:00Z", "to": "2026-05-04T08:00:00Z"});
    let (said, sent) = used("telemetry_window", asked, &neighbour).await;
    assert!(said.contains(&json!({"error": "not available"})), "{said:#?}");
    assert!(!sent.contains("V-of-another-tenant") && !sent.contains("113.5"));
    let mut of_brakes = health();
    for item in of_brakes["items"].as_array_mut().unwrap() {
        item["component"] = json!("brakes");
    }
    let neighbour = Neighbour::start(Do::Answer(of_brakes)).await;
    let (said, _) = used("health_history", json!({"component": "cooling"}), &neighbour).await;
    assert_eq!(said[0], json!({"error": "nothing is known"}));
}
