//! One request to a provider and its failures, in words that all providers share.

use std::time::Duration;

use serde_json::Value;

use super::Failure;

/// Longest answer that is read.
const ANSWER_BYTES_MAX: usize = 1_000_000;

/// Where a provider is, and who we are there.
#[derive(Clone)]
pub struct Endpoint {
    client: reqwest::Client,
    base_url: String,
    key: String,
}

impl Endpoint {
    /// At a base URL such as `https://api.example.com/v1`; `key` may be empty for a local server. A connection may take
    /// `connect_timeout`: a server that is not there must not hold a run up.
    pub fn new(base_url: &str, key: &str, connect_timeout: Duration) -> anyhow::Result<Self> {
        let redirects = reqwest::redirect::Policy::none();
        let client = reqwest::Client::builder()
            .connect_timeout(connect_timeout)
            .redirect(redirects)
            .build()?;
        Ok(Self {
            client,
            base_url: base_url.trim_end_matches('/').to_owned(),
            key: key.to_owned(),
        })
    }

    /// Posts JSON with the key in a header and returns the JSON of a 200 answer.
    pub(super) async fn post(
        &self,
        path: &str,
        headers: &[(&str, String)],
        body: &Value,
        timeout: Duration,
    ) -> Result<Value, Failure> {
        match tokio::time::timeout(timeout, self.send(path, headers, body)).await {
            Ok(answer) => answer,
            Err(_) => Err(Failure::TimedOut),
        }
    }

    async fn send(&self, path: &str, headers: &[(&str, String)], body: &Value) -> Result<Value, Failure> {
        let mut request = self.client.post(format!("{}{path}", self.base_url)).json(body);
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let response = request.send().await.map_err(|error| match error.is_connect() {
            true => Failure::Unreachable,
            // The request may have arrived.
            false => Failure::Truncated,
        })?;
        let status = response.status().as_u16();
        match status {
            200 => read(response).await,
            429 => Err(Failure::RateLimited {
                retry_after_ms: retry_after_ms(&response),
            }),
            500.. => Err(Failure::Server(status)),
            _ => Err(Failure::Rejected(status)),
        }
    }

    /// The key, for the header that a provider wants it in.
    pub(super) fn key(&self) -> &str {
        &self.key
    }
}

async fn read(mut response: reqwest::Response) -> Result<Value, Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|_| Failure::Truncated)? {
        if bytes.len() + chunk.len() > ANSWER_BYTES_MAX {
            return Err(Failure::Garbled);
        }
        bytes.extend_from_slice(&chunk);
    }
    serde_json::from_slice(&bytes).map_err(|_| Failure::Garbled)
}

fn retry_after_ms(response: &reqwest::Response) -> Option<u64> {
    let seconds: f64 = response
        .headers()
        .get("retry-after")?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    (seconds.is_finite() && seconds >= 0.0).then_some((seconds * 1_000.0) as u64)
}

/// A non-negative count at a JSON pointer; 0 where there is none.
pub(super) fn count(body: &Value, pointer: &str) -> u64 {
    body.pointer(pointer).and_then(Value::as_u64).unwrap_or(0)
}

/// A model's text as the JSON that it was asked for. Some servers wrap it in a code fence.
pub(super) fn json_of(text: &str) -> Result<Value, Failure> {
    let text = text.trim();
    let inner = text
        .strip_prefix("```json")
        .or_else(|| text.strip_prefix("```"))
        .and_then(|rest| rest.strip_suffix("```"));
    serde_json::from_str(inner.unwrap_or(text)).map_err(|_| Failure::Garbled)
}
