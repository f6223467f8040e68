//! Requests to the running platform. Whatever is answered, a browser must take it for data.

use reqwest::Method;
use reqwest::header::HeaderMap;
use serde_json::Value;

use crate::platform::Place;

/// An answer as the walk compares it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) body: Value,
    pub(crate) text: String,
}

/// The way to each service.
pub(crate) struct Web {
    client: reqwest::Client,
    place: Place,
}

impl Web {
    pub(crate) fn new(place: Place) -> Self {
        let client = reqwest::Client::new();
        Self { client, place }
    }

    /// Waits until nothing moves any more.
    pub(crate) async fn at_rest(&self) {
        self.place.drained().await;
    }

    /// A request with a token; none where it is empty.
    pub(crate) async fn ask(
        &self,
        method: Method,
        service: &str,
        path: &str,
        token: &str,
        body: Option<&Value>,
    ) -> Answer {
        let bearer = (!token.is_empty()).then(|| ("authorization", format!("Bearer {token}")));
        self.send(method, service, path, bearer, body).await
    }

    /// A request with a key.
    pub(crate) async fn ask_by_key(
        &self,
        method: Method,
        service: &str,
        path: &str,
        key: &str,
        body: Option<&Value>,
    ) -> Answer {
        self.send(method, service, path, Some(("x-api-key", key.to_owned())), body)
            .await
    }

    /// Makes something with a key, which must succeed.
    pub(crate) async fn make_by_key(&self, service: &str, path: &str, key: &str, body: &Value) -> Value {
        let answer = self.ask_by_key(Method::POST, service, path, key, Some(body)).await;
        assert!((200..300).contains(&answer.status), "POST {path}: {answer:?}");
        answer.body
    }

    async fn send(
        &self,
        method: Method,
        service: &str,
        path: &str,
        credential: Option<(&str, String)>,
        body: Option<&Value>,
    ) -> Answer {
        let mut request = self
            .client
            .request(method.clone(), format!("{}{path}", self.place.url(service)));
        if let Some((name, value)) = credential {
            request = request.header(name, value);
        }
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request
            .send()
            .await
            .unwrap_or_else(|error| panic!("{method} {service} {path}: {error}"));
        let status = response.status().as_u16();
        let kind = is_data(response.headers(), status, &format!("{method} {path}"));
        // A stream has no end: that it begins is enough.
        let text = if kind.starts_with("text/event-stream") {
            String::new()
        } else {
            response.text().await.expect("a body")
        };
        assert!(
            status < 500 || status == 503,
            "{method} {service} {path}: {status} {text}"
        );
        let body: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        let code = body["code"].as_str().unwrap_or_default().to_owned();
        Answer {
            status,
            code,
            body,
            text,
        }
    }
}

/// Data is never a page: it says what it is, and a browser does not guess.
fn is_data(headers: &HeaderMap, status: u16, what: &str) -> String {
    let text = |name: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(text("x-content-type-options"), "nosniff", "{what}");
    let kind = text("content-type");
    let data = [
        "application/json",
        "application/x-ndjson",
        "application/jsonl",
        "application/problem+json",
        "text/csv",
        "text/calendar",
        "text/event-stream",
        "text/plain",
        "application/pdf",
        "application/vnd.openxmlformats",
    ];
    let empty = kind.is_empty() && matches!(status, 200 | 202 | 204 | 304);
    assert!(
        empty || data.iter().any(|known| kind.starts_with(known)),
        "{what} answers {status} as {kind:?}"
    );
    kind
}
