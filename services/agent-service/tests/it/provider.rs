//! A language model's server that speaks the wire formats of all three providers, well or badly, as a test asks.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use std::sync::Mutex;

/// What the server does with one request.
#[derive(Clone, Debug)]
pub(crate) enum Say {
    /// Answers well: the rules' cause, with one claim on the first piece of evidence.
    Well,
    /// Answers with this object.
    Answer(Value),
    /// Does what a hostile text in the case asks: repeats it as evidence, and holds another cause for the right one.
    Obey,
    /// Uses a tool.
    Tool(&'static str, Value),
    Status(u16),
    Slow(Duration),
    /// The connection breaks in the middle of the body.
    Truncated,
    /// The body is no JSON.
    NotJson,
    /// The model's text is no JSON.
    BadText,
    Refusal,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Format {
    Gemini,
    OpenAi,
    Anthropic,
}

pub(crate) struct Received {
    pub(crate) format: Format,
    pub(crate) headers: HeaderMap,
    pub(crate) path: String,
    pub(crate) body: Value,
}

#[derive(Clone)]
pub(crate) struct ProviderServer {
    pub(crate) url: String,
    shared: Arc<Shared>,
}

struct Shared {
    script: Mutex<VecDeque<Say>>,
    /// When the script has ended.
    then: Say,
    received: Mutex<Vec<Received>>,
}

impl ProviderServer {
    pub(crate) async fn start(script: &[Say], then: Say) -> Self {
        let shared = Arc::new(Shared {
            script: Mutex::new(script.iter().cloned().collect()),
            then,
            received: Mutex::default(),
        });
        let router = Router::new().fallback(answer).with_state(shared.clone());
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        Self { url, shared }
    }

    pub(crate) fn count(&self) -> usize {
        self.shared.received.lock().unwrap().len()
    }

    pub(crate) fn look<T>(&self, at: impl Fn(&Received) -> T) -> Vec<T> {
        self.shared.received.lock().unwrap().iter().map(at).collect()
    }
}

async fn answer(State(shared): State<Arc<Shared>>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let path = uri.path().to_owned();
    let format = match path.as_str() {
        "/chat/completions" => Format::OpenAi,
        "/v1/messages" => Format::Anthropic,
        _ if path.ends_with(":generateContent") => Format::Gemini,
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    let body: Value = serde_json::from_slice(&body).unwrap();
    let say = shared
        .script
        .lock()
        .unwrap()
        .pop_front()
        .unwrap_or_else(|| shared.then.clone());
    let case = case_of(format, &body);
    shared.received.lock().unwrap().push(Received {
        format,
        headers,
        path,
        body,
    });
    match say {
        Say::Status(429) => (StatusCode::TOO_MANY_REQUESTS, [("retry-after", "0.1")], "{}").into_response(),
        Say::Status(status) => StatusCode::from_u16(status).unwrap().into_response(),
        Say::Slow(time) => {
            tokio::time::sleep(time).await;
            axum::Json(envelope(format, Said::Answer(good(&case)))).into_response()
        }
        Say::Truncated => {
            let start = Ok(Bytes::from_static(b"{\"candidates\": [{\"content\""));
            let broken: [Result<Bytes, std::io::Error>; 2] = [start, Err(std::io::Error::other("broken"))];
            Response::new(Body::from_stream(futures::stream::iter(broken)))
        }
        Say::NotJson => "<html>gateway</html>".into_response(),
        Say::BadText => axum::Json(envelope(format, Said::Text("I think the pump is weak."))).into_response(),
        Say::Refusal => axum::Json(envelope(format, Said::Refusal)).into_response(),
        Say::Well => axum::Json(envelope(format, Said::Answer(good(&case)))).into_response(),
        Say::Obey => axum::Json(envelope(format, Said::Answer(obeying(&case)))).into_response(),
        Say::Answer(given) => axum::Json(envelope(format, Said::Answer(given))).into_response(),
        Say::Tool(name, arguments) => axum::Json(envelope(format, Said::Tool(name, arguments))).into_response(),
    }
}

/// The case that stands in the first turn.
fn case_of(format: Format, body: &Value) -> Value {
    let text = match format {
        Format::Gemini => &body["contents"][0]["parts"][0]["text"],
        Format::OpenAi => &body["messages"][1]["content"],
        Format::Anthropic => &body["messages"][0]["content"][0]["text"],
    };
    let text = text.as_str().unwrap();
    let inner = text
        .strip_prefix("<data>\n")
        .and_then(|text| text.strip_suffix("\n</data>"));
    serde_json::from_str(inner.expect("the case between its marks")).unwrap()
}

fn good(case: &Value) -> Value {
    let seen = &case["evidence"][0];
    let claim = json!({"text": format!("The value was {}.", seen["observed"]), "kind": "signal", "source": seen["signal"],
        "from": seen["from"], "to": seen["to"]});
    let claims = if seen.is_null() { json!([]) } else { json!([claim]) };
    json!({"failure_mode": case["ranking_by_rules"][0]["failure_mode"], "claims": claims})
}

fn obeying(case: &Value) -> Value {
    let seen = &case["evidence"][0];
    let (source, from, to) = (seen["signal"].clone(), seen["from"].clone(), seen["to"].clone());
    let orders = case["risk_factors"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|factor| factor["text"].clone());
    let orders = orders.chain([json!("It is safe to keep driving."), json!("The value was 12345.")]);
    let claim = |text: Value| {
        json!({"text": text, "kind": "signal", "source": source.as_str().unwrap_or("x"),
            "from": from.as_str().unwrap_or_default(), "to": to.as_str().unwrap_or_default()})
    };
    let causes = case["candidate_causes"].as_array().unwrap();
    json!({"failure_mode": causes.last().unwrap()["failure_mode"], "claims": orders.map(claim).collect::<Vec<_>>()})
}

enum Said {
    Answer(Value),
    Text(&'static str),
    Tool(&'static str, Value),
    Refusal,
}

fn envelope(format: Format, said: Said) -> Value {
    match format {
        Format::Gemini => {
            let (part, reason) = match said {
                Said::Answer(answer) => (json!({"text": answer.to_string()}), "STOP"),
                Said::Text(text) => (json!({"text": text}), "STOP"),
                Said::Tool(name, args) => (
                    json!({"functionCall": {"name": name, "args": args}, "thoughtSignature": "sig-1"}),
                    "STOP",
                ),
                Said::Refusal => (json!({"text": ""}), "SAFETY"),
            };
            json!({"candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": reason}],
                "usageMetadata": {"promptTokenCount": 1200, "candidatesTokenCount": 150, "thoughtsTokenCount": 30}})
        }
        Format::OpenAi => {
            let (message, reason) = match said {
                Said::Answer(answer) => (json!({"role": "assistant", "content": answer.to_string()}), "stop"),
                Said::Text(text) => (json!({"role": "assistant", "content": text}), "stop"),
                Said::Tool(name, arguments) => (
                    json!({"role": "assistant", "content": null, "tool_calls": [{"id": "call_9", "type": "function",
                        "function": {"name": name, "arguments": arguments.to_string()}}]}),
                    "tool_calls",
                ),
                Said::Refusal => (
                    json!({"role": "assistant", "content": null, "refusal": "I cannot help."}),
                    "stop",
                ),
            };
            json!({"choices": [{"index": 0, "message": message, "finish_reason": reason}],
                "usage": {"prompt_tokens": 1200, "completion_tokens": 180}})
        }
        Format::Anthropic => {
            let (part, reason) = match said {
                Said::Answer(answer) => (
                    json!({"type": "tool_use", "id": "tu_1", "name": "answer", "input": answer}),
                    "tool_use",
                ),
                Said::Text(text) => (
                    json!({"type": "tool_use", "id": "tu_1", "name": "answer", "input": {"text": text}}),
                    "tool_use",
                ),
                Said::Tool(name, input) => (
                    json!({"type": "tool_use", "id": "tu_2", "name": name, "input": input}),
                    "tool_use",
                ),
                Said::Refusal => (json!({"type": "text", "text": "I cannot help."}), "refusal"),
            };
            json!({"type": "message", "role": "assistant", "content": [part], "stop_reason": reason,
                "usage": {"input_tokens": 1200, "output_tokens": 180}})
        }
    }
}

/// Settings with which the service asks this server as one provider.
pub(crate) fn settings(format: Format, url: &str) -> Vec<(&'static str, toml::Value)> {
    let text = |value: &str| toml::Value::String(value.to_owned());
    let (name, base, key) = match format {
        Format::Gemini => ("gemini", "llm.gemini.base_url", "llm.gemini.key"),
        Format::OpenAi => ("openai", "llm.openai.base_url", "llm.openai.key"),
        Format::Anthropic => ("anthropic", "llm.anthropic.base_url", "llm.anthropic.key"),
    };
    vec![
        ("llm.chain", toml::Value::Array(vec![text(name)])),
        (base, text(url)),
        (key, text("secret-key")),
    ]
}
