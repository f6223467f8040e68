//! REST client: batches, registration, stored records. It knows the public wire format and nothing else.

use std::collections::BTreeMap;
use std::time::Duration;

use anyhow::{Context, bail};
use bytes::Bytes;
use chrono::{DateTime, Utc};
use reqwest::{RequestBuilder, Response, StatusCode};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Longest wait before the next try, whatever the server asks for.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// Most of an error body that is kept for a message, in bytes.
const KEPT_ERROR_BYTES: usize = 2_000;

/// A key's way to one ingestion service.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    key: String,
}

/// What the platform says about a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Verdict {
    /// Records that are now durable.
    pub accepted: u64,
    /// Records it already had.
    pub duplicates: u64,
    /// Records kept aside with a reason.
    pub quarantined: u64,
    /// Records it could not take.
    pub rejected: u64,
    /// Readings kept aside from records that were accepted.
    pub readings_quarantined: u64,
    /// The first hundred complaints about records.
    pub errors: Vec<RecordError>,
    /// The first complaints about readings.
    pub warnings: Vec<RecordError>,
}

impl Verdict {
    /// Adds another batch's counts; complaints are not added up.
    pub fn add(&mut self, other: &Self) {
        self.accepted += other.accepted;
        self.duplicates += other.duplicates;
        self.quarantined += other.quarantined;
        self.rejected += other.rejected;
        self.readings_quarantined += other.readings_quarantined;
    }
}

/// A complaint about one record of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct RecordError {
    /// Place in the batch, from 0.
    pub index: usize,
    /// Stable code.
    pub code: String,
    /// Why, for people.
    pub text: String,
    /// Where in the record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
}

/// The answer to one post of a batch.
#[derive(Debug)]
pub enum Answer {
    /// 202: durable.
    Taken(Verdict),
    /// 429: try again after the time the server asks for.
    Busy { retry_after: Duration },
    /// Any other status; `text` is the problem's body.
    Refused { status: u16, text: String },
}

/// A vehicle as it is registered. Fields that are not known are not sent.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Registration {
    /// The client's own name of the vehicle, unique in its tenant.
    pub vehicle_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vin: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub make: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_year: Option<i32>,
    /// `PETROL`, `DIESEL`, `HYBRID`, `BEV` or `UNKNOWN`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub powertrain: Option<&'static str>,
    /// `CAR`, `VAN`, `TRUCK`, `BUS` or `UNKNOWN`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vehicle_class: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fleet_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub depot_id: Option<String>,
    /// A date, `YYYY-MM-DD`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub in_service_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub odometer_km: Option<f64>,
}

/// Whether a registration was new.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registered {
    /// It is registered now.
    New,
    /// The platform already knew the vehicle.
    Known,
}

/// One stored record, as it is read back.
#[derive(Debug, Clone, Deserialize)]
pub struct StoredRecord {
    /// When it was true.
    pub time: DateTime<Utc>,
    /// The device's own count.
    #[serde(default)]
    pub sequence: Option<i64>,
    /// Canonical values by path.
    #[serde(default)]
    pub signals: BTreeMap<String, f64>,
    /// The platform's own hash of it.
    pub content_hash: String,
}

/// One page of stored records.
#[derive(Debug, Deserialize)]
pub struct RecordPage {
    /// The records, oldest first.
    pub items: Vec<StoredRecord>,
    /// Where the next page starts; none on the last one.
    #[serde(default)]
    pub next_cursor: Option<String>,
}

/// How a post that fails is repeated. A repeated batch is safe: the platform knows it by vehicle, time and sequence.
#[derive(Debug, Clone)]
pub struct Patience {
    /// How long one batch may be refused or find nobody, in all.
    pub limit: Duration,
    /// Ends the wait at once.
    pub stop: CancellationToken,
}

impl Client {
    /// A client of `url` (scheme, host and port) that shows `key`.
    ///
    /// # Errors
    /// When the TLS library cannot be started.
    pub fn new(url: &str, key: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .timeout(Duration::from_secs(30))
            .pool_max_idle_per_host(64)
            .build()
            .context("the HTTP client could not be started")?;
        Ok(Self {
            http,
            base: url.trim_end_matches('/').to_owned(),
            key: key.to_owned(),
        })
    }

    fn with_key(&self, request: RequestBuilder) -> RequestBuilder {
        request.header("x-api-key", &self.key)
    }

    /// Posts one batch of NDJSON once.
    ///
    /// # Errors
    /// When nobody answers: whether the batch was taken is then not known.
    pub async fn post_batch(&self, body: Bytes) -> Result<Answer, reqwest::Error> {
        let request = self
            .http
            .post(format!("{}/api/v1/ingest/batch", self.base))
            .header("content-type", "application/x-ndjson")
            .body(body);
        let response = self.with_key(request).send().await?;
        match response.status() {
            StatusCode::ACCEPTED | StatusCode::OK => Ok(Answer::Taken(response.json().await?)),
            StatusCode::TOO_MANY_REQUESTS => Ok(Answer::Busy {
                retry_after: retry_after(&response),
            }),
            status => Ok(Answer::Refused {
                status: status.as_u16(),
                text: error_text(response).await,
            }),
        }
    }

    /// Posts a batch until it is taken: again after 429 and 5xx and when nobody answers, for as long as patience lasts.
    ///
    /// # Errors
    /// When the platform refuses the batch for good, or patience ends.
    pub async fn deliver(&self, body: Bytes, patience: &Patience) -> anyhow::Result<Verdict> {
        let deadline = Instant::now() + patience.limit;
        let mut backoff = Duration::from_millis(100);
        loop {
            let (wait, why) = match self.post_batch(body.clone()).await {
                Ok(Answer::Taken(verdict)) => return Ok(verdict),
                Ok(Answer::Busy { retry_after }) => (retry_after, "429".to_owned()),
                Ok(Answer::Refused { status, text }) if status < 500 => {
                    bail!("the batch was refused ({status}): {text}")
                }
                Ok(Answer::Refused { status, text }) => (backoff, format!("{status}: {text}")),
                Err(error) => (backoff, format!("{error:#}")),
            };
            if Instant::now() + wait > deadline {
                bail!(
                    "the batch could not be delivered within {} s: {why}",
                    patience.limit.as_secs()
                );
            }
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = patience.stop.cancelled() => bail!("stopped while a batch was waiting: {why}"),
            }
            backoff = (backoff * 2).min(LONGEST_WAIT);
        }
    }

    /// Registers a vehicle; one that is already known is no error.
    ///
    /// # Errors
    /// When the platform refuses it for another reason, or does not answer.
    pub async fn register(&self, vehicle: &Registration) -> anyhow::Result<Registered> {
        let request = self.http.post(format!("{}/api/v1/vehicles", self.base)).json(vehicle);
        let response = self
            .with_key(request)
            .send()
            .await
            .context("the platform does not answer")?;
        match response.status() {
            status if status.is_success() => Ok(Registered::New),
            StatusCode::CONFLICT => Ok(Registered::Known),
            status => bail!(
                "{} could not be registered ({status}): {}",
                vehicle.vehicle_id,
                error_text(response).await
            ),
        }
    }

    /// One page of a vehicle's stored records.
    ///
    /// # Errors
    /// When the platform refuses or does not answer.
    pub async fn records(&self, vehicle_id: &str, cursor: Option<&str>) -> anyhow::Result<RecordPage> {
        let cursor = cursor
            .map(|cursor| format!("&cursor={}", escape(cursor)))
            .unwrap_or_default();
        let url = format!(
            "{}/api/v1/vehicles/{}/records?limit=1000{cursor}",
            self.base,
            escape(vehicle_id)
        );
        let response = self
            .with_key(self.http.get(url))
            .send()
            .await
            .context("the platform does not answer")?;
        match response.status() {
            StatusCode::OK => response.json().await.context("a page of records could not be read"),
            StatusCode::NOT_FOUND => Ok(RecordPage {
                items: Vec::new(),
                next_cursor: None,
            }),
            status => bail!("records of {vehicle_id} ({status}): {}", error_text(response).await),
        }
    }
}

/// Percent-encodes all but RFC 3986's unreserved characters.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// `Retry-After` in seconds, held between a tenth of a second and the longest wait.
fn retry_after(response: &Response) -> Duration {
    let seconds = response
        .headers()
        .get("retry-after")
        .and_then(|value| value.to_str().ok())
        .and_then(|text| text.parse().ok());
    Duration::from_secs_f64(seconds.filter(|s: &f64| s.is_finite()).unwrap_or(1.0).clamp(0.1, 10.0)).min(LONGEST_WAIT)
}

async fn error_text(response: Response) -> String {
    let text = response.text().await.unwrap_or_default();
    text.chars().take(KEPT_ERROR_BYTES).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_in_paths() {
        assert_eq!(escape("van 1/ä"), "van%201%2F%C3%A4");
        assert_eq!(escape("load-0001_x.y~"), "load-0001_x.y~");
    }

    #[test]
    fn unknown_fields_of_a_verdict_are_ignored() {
        let verdict: Verdict = serde_json::from_str(
            r#"{"receipt_id":"r","received":2,"accepted":1,"rejected":1,"errors":[{"index":1,"code":"x"}]}"#,
        )
        .unwrap();
        assert_eq!((verdict.accepted, verdict.duplicates, verdict.rejected), (1, 0, 1));
        assert_eq!(verdict.errors[0].code, "x");
    }
}
