//! The demo's calls: the public API, as anybody would use it.

use std::collections::BTreeMap;

use anyhow::Context;
use serde_json::Value;

use super::Place;

/// Who calls.
#[derive(Clone, Copy)]
pub(super) enum Caller<'c> {
    Key(&'c str),
    Token(&'c str),
    Nobody,
}

/// Calls services by name.
pub(super) struct Rest {
    client: reqwest::Client,
    urls: BTreeMap<String, String>,
}

impl Rest {
    pub(super) fn new(place: &Place) -> Self {
        let urls = place
            .addresses
            .keys()
            .map(|name| (name.clone(), place.url(name)))
            .collect();
        Self {
            client: reqwest::Client::new(),
            urls,
        }
    }

    pub(super) async fn get(&self, service: &str, path: &str, caller: Caller<'_>) -> anyhow::Result<Value> {
        self.call(reqwest::Method::GET, service, path, caller, None).await
    }

    pub(super) async fn post(
        &self,
        service: &str,
        path: &str,
        caller: Caller<'_>,
        body: &Value,
    ) -> anyhow::Result<Value> {
        self.call(reqwest::Method::POST, service, path, caller, Some(body))
            .await
    }

    pub(super) async fn put(
        &self,
        service: &str,
        path: &str,
        caller: Caller<'_>,
        body: &Value,
    ) -> anyhow::Result<Value> {
        self.call(reqwest::Method::PUT, service, path, caller, Some(body)).await
    }

    async fn call(
        &self,
        method: reqwest::Method,
        service: &str,
        path: &str,
        caller: Caller<'_>,
        body: Option<&Value>,
    ) -> anyhow::Result<Value> {
        let url = format!(
            "{}{path}",
            self.urls
                .get(service)
                .with_context(|| format!("no service {service}"))?
        );
        let mut request = self.client.request(method, &url);
        request = match caller {
            Caller::Key(key) => request.header("x-api-key", key),
            Caller::Token(token) => request.bearer_auth(token),
            Caller::Nobody => request,
        };
        if let Some(body) = body {
            request = request.json(body);
        }
        let response = request.send().await.with_context(|| format!("{service} {path}"))?;
        let status = response.status();
        let answer = response.text().await?;
        anyhow::ensure!(status.is_success(), "{service} {path} answered {status}: {answer}");
        if answer.is_empty() {
            Ok(Value::Null)
        } else {
            Ok(serde_json::from_str(&answer)?)
        }
    }

    /// Polls until a call succeeds: what was just made by event may take a moment to be known everywhere.
    pub(super) async fn eventually(&self, service: &str, path: &str, caller: Caller<'_>) -> anyhow::Result<Value> {
        let mut last = None;
        for _ in 0..200 {
            match self.get(service, path, caller).await {
                Ok(answer) => return Ok(answer),
                Err(error) => last = Some(error),
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        Err(last.unwrap_or_else(|| anyhow::anyhow!("{service} {path} was never answered")))
    }
}

/// A text field of an answer.
pub(super) fn text(answer: &Value, pointer: &str) -> anyhow::Result<String> {
    let found = answer.pointer(pointer).and_then(Value::as_str);
    found
        .map(str::to_owned)
        .with_context(|| format!("the answer has no {pointer}"))
}
