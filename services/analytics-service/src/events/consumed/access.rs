//! What services say of requests (`access.recorded`), and where vehicles belong.

use crate::domain::audit::{Access, Entry, Value};
use crate::domain::fleet::Stamp;
use crate::use_cases::place_vehicles::Placed;
use crate::use_cases::record_access::AccessTold;
use chassis::{ACCESS_RECORDED, Cause, Event, HandleError};
use chrono::{DateTime, Utc};
use serde::Deserialize;
use std::collections::BTreeMap;

#[derive(Deserialize)]
struct Told {
    #[serde(default)]
    lines: Vec<Line>,
    #[serde(default)]
    keys_used: Vec<KeyUsed>,
    overflow: Option<u64>,
}

#[derive(Deserialize)]
struct Line {
    at: DateTime<Utc>,
    actor_id: Option<String>,
    actor_kind: String,
    role: Option<String>,
    method: String,
    route: String,
    path: String,
    status: Option<u16>,
    code: Option<String>,
    outcome: String,
    #[serde(default = "once")]
    count: u64,
    correlation_id: String,
}

fn once() -> u64 {
    1
}

#[derive(Deserialize)]
struct KeyUsed {
    key_id: String,
    at: DateTime<Utc>,
}

/// What an event says of requests; none for events about something else.
pub fn access_told(event: &Event) -> Result<Option<AccessTold>, HandleError> {
    if event.kind != ACCESS_RECORDED {
        return Ok(None);
    }
    let told: Told = event.parse()?;
    let numbered = told.lines.into_iter().enumerate();
    let mut entries: Vec<Entry> = numbered.map(|(number, line)| entry(event, number, line)).collect();
    if let Some(overflow) = told.overflow {
        entries.push(more(event, overflow));
    }
    Ok(Some(AccessTold {
        tenant: event.tenant.clone(),
        entries,
        keys_used: told.keys_used.into_iter().map(|used| (used.key_id, used.at)).collect(),
    }))
}

/// The number of a line makes it another entry than its neighbours, and the same one when the event comes again.
fn entry(event: &Event, number: usize, line: Line) -> Entry {
    let texts = [
        ("path", Some(line.path)),
        ("actor_kind", Some(line.actor_kind)),
        ("code", line.code),
    ];
    let params = texts
        .into_iter()
        .filter_map(|(name, text)| Some((name.to_owned(), Value::Text(text?))));
    Entry {
        entry_id: format!("{}:{number}", event.id),
        kind: format!("access.{}", line.outcome.to_lowercase()),
        source: event.source.clone(),
        subject: None,
        vehicle_id: None,
        actor_id: line.actor_id,
        correlation_id: line.correlation_id,
        time: line.at,
        recorded_time: event.recorded_time,
        historical: false,
        params: params.collect(),
        // Nothing for followers of the live stream, who may be anybody.
        place: None,
        access: Some(Access {
            outcome: line.outcome,
            role: line.role,
            method: Some(line.method),
            route: Some(line.route),
            status: line.status,
            times: line.count,
        }),
    }
}

/// Lines that found no room: how many requests they were.
fn more(event: &Event, overflow: u64) -> Entry {
    Entry {
        entry_id: format!("{}:more", event.id),
        kind: "access.more".to_owned(),
        source: event.source.clone(),
        subject: None,
        vehicle_id: None,
        actor_id: None,
        correlation_id: event.correlation_id.clone(),
        time: event.time,
        recorded_time: event.recorded_time,
        historical: false,
        params: BTreeMap::new(),
        place: None,
        access: Some(Access {
            times: overflow,
            ..Access::outcome("DENIED")
        }),
    }
}

#[derive(Deserialize)]
struct Registry {
    vehicle_id: String,
    fleet_id: Option<String>,
    depot_id: Option<String>,
    owner_id: Option<String>,
}

/// Where an event says that a vehicle belongs; none for events that do not say so. A retired vehicle stays where it was.
pub fn placed(event: &Event) -> Result<Option<Placed>, HandleError> {
    if !matches!(
        event.kind.as_str(),
        "vehicle.registered" | "vehicle.updated" | "vehicle.transferred"
    ) {
        return Ok(None);
    }
    let registry: Registry = event.parse()?;
    let groups = [
        ("fleet", registry.fleet_id),
        ("depot", registry.depot_id),
        ("person", registry.owner_id),
    ];
    let named = groups
        .into_iter()
        .filter_map(|(kind, id)| Some(format!("{kind}:{}", id?)));
    Ok(Some(Placed {
        tenant: event.tenant.clone(),
        vehicle_id: registry.vehicle_id,
        groups: named.collect(),
        stamp: Stamp {
            time: chassis::clock::micros(event.time),
            sequence: event.sequence,
        },
        cause: Cause::of(event),
        learned_at: event.recorded_time,
    }))
}
