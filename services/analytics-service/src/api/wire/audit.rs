//! The audit log on the wire.

use crate::domain::audit::{Entry, Value, access_text, text};
use crate::store::{AuditFilter, AuditPosition};
use chassis::http::{PageQuery, cursor};
use chassis::problem::{Kind, Problem};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// What a list of audit entries is narrowed to.
#[derive(Deserialize, IntoParams)]
pub(crate) struct AuditQuery {
    pub limit: Option<usize>,
    pub cursor: Option<String>,
    /// An event type.
    #[serde(rename = "type")]
    #[param(rename = "type")]
    pub kind: Option<String>,
    pub vehicle_id: Option<String>,
    pub actor_id: Option<String>,
    pub correlation_id: Option<String>,
    /// DONE, DENIED or FAILED.
    pub outcome: Option<String>,
    /// The service that said it.
    pub source: Option<String>,
    /// A part of type, subject, actor, vehicle or route, in any case of letters.
    pub q: Option<String>,
    /// Of an export: `csv`.
    pub format: Option<String>,
    /// From this instant on (event time).
    pub from: Option<DateTime<Utc>>,
    /// Before this instant.
    pub to: Option<DateTime<Utc>>,
}

impl AuditQuery {
    pub(crate) fn page(&self) -> PageQuery {
        PageQuery {
            limit: self.limit,
            cursor: self.cursor.clone(),
        }
    }

    pub(crate) fn filter(self) -> AuditFilter {
        AuditFilter {
            kind: self.kind,
            vehicle_id: self.vehicle_id,
            actor_id: self.actor_id,
            correlation_id: self.correlation_id,
            outcome: self.outcome.map(|outcome| outcome.to_uppercase()),
            source: self.source,
            part: self.q.filter(|part| !part.trim().is_empty()),
            from: self.from,
            to: self.to,
        }
    }
}

/// The position that a cursor's text stands for; none for a text that this list did not give out.
pub(crate) fn position(text: &str) -> Option<AuditPosition> {
    let (micros, entry_id) = text.split_once(' ')?;
    let time = DateTime::from_timestamp_micros(micros.parse().ok()?)?;
    Some(AuditPosition {
        time,
        entry_id: entry_id.to_owned(),
    })
}

/// What a foreign cursor is answered with.
pub(crate) fn bad_cursor() -> Problem {
    Problem::new(
        Kind::BadRequest,
        "request.cursor",
        "The cursor was not given out by this list.",
    )
}

/// The cursor after an entry.
pub(crate) fn cursor_after(entry: &Entry) -> String {
    cursor::encode(&format!("{} {}", entry.time.timestamp_micros(), entry.entry_id))
}

/// What an entry says: a code with parameters, and English.
#[derive(Serialize, ToSchema)]
pub(crate) struct SummaryBody {
    pub code: String,
    #[schema(value_type = Object)]
    pub params: BTreeMap<String, serde_json::Value>,
    pub text: String,
}

/// One line of the audit log.
#[derive(Serialize, ToSchema)]
pub(crate) struct EntryBody {
    pub event_id: String,
    #[serde(rename = "type")]
    pub kind: String,
    pub source: String,
    pub subject: Option<String>,
    pub vehicle_id: Option<String>,
    pub actor_id: Option<String>,
    pub correlation_id: String,
    /// When it was true.
    pub time: DateTime<Utc>,
    /// When it was learned.
    pub recorded_time: DateTime<Utc>,
    pub historical: bool,
    /// DONE, DENIED or FAILED, where somebody asked for it.
    pub outcome: Option<String>,
    pub role: Option<String>,
    pub method: Option<String>,
    /// Template of the path.
    pub route: Option<String>,
    /// HTTP status.
    pub status: Option<u16>,
    /// How many requests the line stands for: alike ones within about a second are one line.
    pub count: u64,
    pub summary: SummaryBody,
}

impl From<Entry> for EntryBody {
    fn from(entry: Entry) -> EntryBody {
        let text = match entry.access.as_ref().filter(|access| access.method.is_some()) {
            Some(access) => access_text(access),
            None => text(&entry.kind, &entry.params),
        };
        let (count, access) = (entry.access.as_ref().map_or(1, |access| access.times), entry.access);
        let (outcome, role, method, route, status) = access.map_or((None, None, None, None, None), |access| {
            (
                Some(access.outcome),
                access.role,
                access.method,
                access.route,
                access.status,
            )
        });
        let json = |value| match value {
            Value::Text(text) => serde_json::Value::from(text),
            Value::Number(number) => serde_json::Value::from(number),
            Value::Flag(flag) => serde_json::Value::from(flag),
        };
        let params = entry
            .params
            .into_iter()
            .map(|(name, value)| (name, json(value)))
            .collect();
        EntryBody {
            outcome,
            role,
            method,
            route,
            status,
            count,
            summary: SummaryBody {
                code: entry.kind.clone(),
                params,
                text,
            },
            event_id: entry.entry_id,
            kind: entry.kind,
            source: entry.source,
            subject: entry.subject,
            vehicle_id: entry.vehicle_id,
            actor_id: entry.actor_id,
            correlation_id: entry.correlation_id,
            time: entry.time,
            recorded_time: entry.recorded_time,
            historical: entry.historical,
        }
    }
}
