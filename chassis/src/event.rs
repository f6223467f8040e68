//! Events: the envelope (CloudEvents 1.0) that travels between services. What `data` holds is the producer's own.

use bytes::Bytes;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use crate::ids::TenantId;

/// Why something happens: carried from request to event to event, so that a chain can be followed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cause {
    /// One identifier for everything that one request set in motion.
    pub correlation_id: String,
    /// True when this is about the past beyond the live horizon: it updates state, but disturbs nobody.
    pub historical: bool,
}

impl Cause {
    /// A new chain.
    pub fn new() -> Self {
        Self {
            correlation_id: crate::ids::new_id("cor"),
            historical: false,
        }
    }

    /// What an event causes goes on in its chain.
    pub fn of(event: &Event) -> Self {
        Self {
            correlation_id: event.correlation_id.clone(),
            historical: event.historical,
        }
    }
}

impl Default for Cause {
    fn default() -> Self {
        Self::new()
    }
}

/// An event about to be appended to the outbox.
#[derive(Clone, Debug)]
pub struct NewEvent {
    /// Its type, such as `note.written`.
    pub kind: &'static str,
    /// Version of the shape of `data`, `major.minor`.
    pub schema_version: &'static str,
    pub tenant: TenantId,
    /// What keeps order: events of one key are read in the order in which they were appended.
    pub key: String,
    pub subject: Option<String>,
    /// When it was true (event time).
    pub time: DateTime<Utc>,
    pub cause: Cause,
    /// A derived identifier where the same work may be done twice; a fresh one otherwise.
    pub id: Option<String>,
    pub data: serde_json::Value,
}

/// An event as a consumer reads it.
#[derive(Clone, Debug)]
pub struct Event {
    pub id: String,
    /// The producer's name, such as `notes-service`.
    pub source: String,
    pub kind: String,
    pub tenant: TenantId,
    pub subject: Option<String>,
    /// When it was true.
    pub time: DateTime<Utc>,
    /// When the producer learned it.
    pub recorded_time: DateTime<Utc>,
    pub historical: bool,
    pub correlation_id: String,
    pub partition: u8,
    /// Gapless within (producer, partition), from 1.
    pub sequence: i64,
    pub schema_version: String,
    /// JSON.
    pub data: Bytes,
}

impl Event {
    /// Reads `data` as the consumer's own type; a mismatch is poison, since trying again cannot help.
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, HandleError> {
        serde_json::from_slice(&self.data).map_err(|error| HandleError::Poison {
            code: "event.data.invalid",
            detail: format!("{} {}: {error}", self.kind, self.id),
        })
    }

    /// The whole event as CloudEvents JSON. Its data stands there byte for byte, so that no number is rounded on the way.
    pub fn to_cloud_event(&self) -> String {
        let mut json = serde_json::json!({
            "specversion": "1.0", "id": self.id, "source": format!("/{}", self.source), "type": self.kind,
            "subject": self.subject, "time": rfc3339(self.time), "datacontenttype": "application/json",
            "dataschema": format!("urn:carvrooom:{}:{}", self.kind, self.schema_version),
            "tenantid": self.tenant.as_str(), "partition": self.partition, "sequence": self.sequence,
            "recordedtime": rfc3339(self.recorded_time), "historical": self.historical,
            "correlationid": self.correlation_id,
        })
        .to_string();
        json.pop();
        json.push_str(",\"data\":");
        json.push_str(std::str::from_utf8(&self.data).unwrap_or("null"));
        json.push('}');
        json
    }

    /// Reads an event from CloudEvents JSON; extensions that are missing get neutral values.
    pub fn from_cloud_event(json: &str) -> Result<Self, serde_json::Error> {
        let wire: Wire = serde_json::from_str(json)?;
        Ok(Self {
            id: wire.id,
            source: wire.source.trim_start_matches('/').to_owned(),
            kind: wire.kind,
            tenant: TenantId::new(&wire.tenantid),
            subject: wire.subject,
            time: wire.time,
            recorded_time: wire.recordedtime,
            historical: wire.historical,
            correlation_id: wire.correlationid,
            partition: wire.partition,
            sequence: wire.sequence,
            schema_version: wire.dataschema.rsplit(':').next().unwrap_or("1.0").to_owned(),
            data: Bytes::from(wire.data.get().to_owned()),
        })
    }
}

#[derive(Deserialize)]
struct Wire {
    id: String,
    source: String,
    #[serde(rename = "type")]
    kind: String,
    subject: Option<String>,
    time: DateTime<Utc>,
    dataschema: String,
    tenantid: String,
    partition: u8,
    sequence: i64,
    recordedtime: DateTime<Utc>,
    #[serde(default)]
    historical: bool,
    correlationid: String,
    data: Box<RawValue>,
}

/// A time as RFC 3339, UTC, with `Z`.
pub fn rfc3339(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

/// Why an event could not be handled.
#[derive(Debug, thiserror::Error)]
pub enum HandleError {
    /// It never will be: it goes to the dead letters and the position moves on.
    #[error("{code}: {detail}")]
    Poison { code: &'static str, detail: String },
    /// It may be later: it is tried again, with growing pauses.
    #[error(transparent)]
    Transient(#[from] anyhow::Error),
}

impl From<sqlx::Error> for HandleError {
    fn from(error: sqlx::Error) -> Self {
        Self::Transient(error.into())
    }
}
