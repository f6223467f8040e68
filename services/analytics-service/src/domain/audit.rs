//! What an audit entry says about an event: a code and a few short parameters, never a person's data.

use chrono::{DateTime, Utc};
use std::collections::BTreeMap;

/// A parameter's value in a summary.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    Text(String),
    Number(f64),
    Flag(bool),
}

/// One line of the audit log.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The event's id; unique with the source, so that a repeated event is logged once.
    pub entry_id: String,
    /// The event's type, or the type of an own happening such as `identity.signin.failed`.
    pub kind: String,
    /// The service that said it.
    pub source: String,
    pub subject: Option<String>,
    pub vehicle_id: Option<String>,
    /// The person or key that acted, by id.
    pub actor_id: Option<String>,
    pub correlation_id: String,
    /// When it was true.
    pub time: DateTime<Utc>,
    /// When it was learned.
    pub recorded_time: DateTime<Utc>,
    /// Learned from an import or a late upload.
    pub historical: bool,
    pub params: BTreeMap<String, Value>,
    /// Where the event stood in its stream; none for what happened here and is no event of another.
    pub place: Option<StreamPlace>,
    /// What it says about requests; none for an event of the domain.
    pub access: Option<Access>,
}

/// Requests of one caller that ended alike within about a second.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// DONE, DENIED or FAILED.
    pub outcome: String,
    pub role: Option<String>,
    pub method: Option<String>,
    /// Template of the path.
    pub route: Option<String>,
    /// HTTP status.
    pub status: Option<u16>,
    /// How many requests the line stands for.
    pub times: u64,
}

impl Access {
    /// The outcome alone, for what is no request.
    pub fn outcome(outcome: &str) -> Access {
        Access {
            outcome: outcome.to_owned(),
            role: None,
            method: None,
            route: None,
            status: None,
            times: 1,
        }
    }
}

/// A place in a producer's stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StreamPlace {
    pub partition: u8,
    pub sequence: i64,
}

/// The members of an event's data that a summary may repeat: ids, states, codes and numbers that say nothing about a person.
const SAFE_MEMBERS: &[&str] = &[
    "alert_id",
    "appointment_id",
    "attempts",
    "booked_by",
    "center_id",
    "channel",
    "check_id",
    "claim_id",
    "component",
    "confidence",
    "coverage_id",
    "covered",
    "decision_id",
    "delivery_id",
    "ends_at",
    "health_score",
    "key_id",
    "kind",
    "overall_health_score",
    "overall_status",
    "previous_status",
    "reason",
    "receipt_id",
    "review_required",
    "revision",
    "role",
    "service_code",
    "session_id",
    "severity",
    "starts_at",
    "status",
    "technician_id",
    "tenant_id",
    "trigger_event_id",
    "urgency",
    "vehicle_id",
    "bay_id",
    "decision",
    "title",
    "failure_mode",
    "what",
    "why",
    "action",
    "level",
    "from_role",
    "to_role",
    "repair_id",
    "signal",
    "code",
    "path",
    "actor_kind",
    "overflow",
];

/// A longer text is not a code or an id, so it is left out.
const TEXT_LENGTH_MAX: usize = 96;

/// Whether a member may appear in a summary.
pub fn is_safe(name: &str, value: &Value) -> bool {
    let short = match value {
        Value::Text(text) => text.len() <= TEXT_LENGTH_MAX && !text.contains(['@', ' ']),
        Value::Number(number) => number.is_finite(),
        Value::Flag(_) => true,
    };
    short && SAFE_MEMBERS.contains(&name)
}

/// The English line for a summary; clients translate by the code (the entry's kind) and parameters.
pub fn text(kind: &str, params: &BTreeMap<String, Value>) -> String {
    let mut line = kind.replace('.', " ");
    for name in [
        "vehicle_id",
        "component",
        "severity",
        "status",
        "reason",
        "channel",
        "role",
    ] {
        match params.get(name) {
            Some(Value::Text(value)) => line.push_str(&format!(", {} {value}", name.trim_end_matches("_id"))),
            Some(Value::Number(value)) => line.push_str(&format!(", {name} {value}")),
            Some(Value::Flag(value)) => line.push_str(&format!(", {name} {value}")),
            None => {}
        }
    }
    line
}

/// The English line for requests.
pub fn access_text(access: &Access) -> String {
    let role = access
        .role
        .as_deref()
        .map(|role| format!(" by {role}"))
        .unwrap_or_default();
    let target = [&access.method, &access.route]
        .map(|part| part.as_deref().unwrap_or_default())
        .join(" ");
    let times = if access.times > 1 {
        format!(", {} times", access.times)
    } else {
        String::new()
    };
    format!("{} {target}{role}{times}", access.outcome.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_text_and_addresses_stay_out() {
        assert!(is_safe("component", &Value::Text("cooling".into())));
        assert!(!is_safe("component", &Value::Text("call Ada at home".into())));
        assert!(!is_safe("reason", &Value::Text("ada@example.org".into())));
        assert!(!is_safe("display_name", &Value::Text("Ada".into())));
        assert!(!is_safe("health_score", &Value::Number(f64::NAN)));
    }

    #[test]
    fn the_line_names_what_matters() {
        let params =
            [("vehicle_id", "V1"), ("component", "brakes")].map(|(k, v)| (k.to_owned(), Value::Text(v.into())));
        assert_eq!(
            text("component.degraded", &params.into()),
            "component degraded, vehicle V1, component brakes"
        );
    }
}
