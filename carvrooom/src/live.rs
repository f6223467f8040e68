//! Prints the chain as it happens: one readable line an event, naming its type.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use chassis::{Event, Runtime, partition};
use serde_json::Value;

use crate::roster;

/// How many events of one partition are read at once.
const READ_MAX: usize = 200;
/// Telemetry comes by the hundred a second; it is summed up this often.
const TELEMETRY_EVERY: Duration = Duration::from_secs(2);

/// Where each stream stood when the tap was opened.
pub(crate) struct Tap {
    positions: HashMap<(&'static str, u8), i64>,
}

impl Tap {
    /// Opens the tap at the present end of every stream, so that only what happens from now on is shown.
    pub(crate) fn new(runtime: &Runtime) -> Self {
        let streams = roster::members()
            .into_iter()
            .flat_map(|member| (0..partition::COUNT).map(move |partition| (member.definition.name, partition)));
        Self {
            positions: streams
                .map(|stream| (stream, runtime.broker.head(stream.0, stream.1)))
                .collect(),
        }
    }
}

/// Streams that tell of a few events only, so that all of them can be followed at any speed.
const SPARSE: [&str; 4] = [
    "agent-service",
    "alert-service",
    "scheduling-service",
    "warranty-service",
];

impl Tap {
    /// What has happened since the last call, but for the masses: telemetry is left out, and what health has told is read only where the
    /// agents have decided something, which always rests on it.
    pub(crate) async fn story(&mut self, runtime: &Runtime) -> Vec<Event> {
        let mut events = Vec::new();
        for partition in 0..partition::COUNT {
            for producer in SPARSE {
                let news = self.read(runtime, producer, partition).await;
                if producer == "agent-service" && !news.is_empty() {
                    let health = self.read(runtime, "health-service", partition).await;
                    events.extend(health.into_iter().filter(|event| event.kind.starts_with("component.")));
                }
                events.extend(news);
            }
        }
        events
    }

    async fn read(&mut self, runtime: &Runtime, producer: &'static str, partition: u8) -> Vec<Event> {
        let position = self.positions.entry((producer, partition)).or_default();
        let mut read = Vec::new();
        while runtime.broker.head(producer, partition) > *position {
            match runtime.broker.read(producer, partition, *position, READ_MAX).await {
                Ok(events) if events.is_empty() => break,
                Ok(events) => {
                    *position = events.last().map_or(*position, |event| event.sequence);
                    read.extend(events);
                }
                Err(error) => {
                    tracing::warn!(%error, "the live view could not read");
                    break;
                }
            }
        }
        read
    }
}

/// Prints until shutdown.
pub(crate) async fn print(mut tap: Tap, runtime: Runtime) {
    let mut bell = runtime.broker.bell();
    let mut telemetry = Telemetry::default();
    loop {
        bell.mark_unchanged();
        for ((producer, partition), position) in &mut tap.positions {
            if runtime.broker.head(producer, *partition) <= *position {
                continue;
            }
            match runtime.broker.read(producer, *partition, *position, READ_MAX).await {
                Ok(events) => {
                    for event in events {
                        *position = event.sequence;
                        show(&event, &mut telemetry);
                    }
                }
                Err(error) => tracing::warn!(%error, "the live view could not read"),
            }
        }
        telemetry.flush(false);
        tokio::select! {
            () = runtime.shutdown.cancelled() => return,
            _ = bell.changed() => {}
            () = tokio::time::sleep(TELEMETRY_EVERY) => telemetry.flush(true),
        }
    }
}

fn show(event: &Event, telemetry: &mut Telemetry) {
    let data: Value = serde_json::from_slice(&event.data).unwrap_or_default();
    if event.kind == "vehicle.telemetry.received" {
        telemetry.add(&data);
        return;
    }
    // Each vehicle's hourly summary would drown the chain.
    if event.kind == "vehicle.health.computed" || event.kind.starts_with("identity.") {
        return;
    }
    let vehicle = text(&data, "vehicle_id");
    line(&wall_time(), &event.kind, vehicle, &what_happened(&event.kind, &data));
}

/// Prints one event with a time of its own.
pub(crate) fn show_at(event: &Event, time: &str) {
    let data: Value = serde_json::from_slice(&event.data).unwrap_or_default();
    line(
        time,
        &event.kind,
        text(&data, "vehicle_id"),
        &what_happened(&event.kind, &data),
    );
}

/// The vehicle that an event speaks of.
pub(crate) fn vehicle_of(event: &Event) -> Option<String> {
    let data: Value = serde_json::from_slice(&event.data).ok()?;
    data["vehicle_id"].as_str().map(str::to_owned)
}

fn wall_time() -> String {
    chassis::Clock::system().now().format("%H:%M:%S").to_string()
}

fn line(time: &str, kind: &str, vehicle: &str, what: &str) {
    println!("{time}  {kind:<28} {vehicle:<26} {what}");
}

#[derive(Default)]
struct Telemetry {
    records: usize,
    last: HashMap<String, String>,
    since: Option<Instant>,
}

impl Telemetry {
    fn add(&mut self, data: &Value) {
        for record in data["records"].as_array().into_iter().flatten() {
            self.records += 1;
            self.last
                .insert(text(record, "vehicle_id").to_owned(), text(record, "time").to_owned());
        }
        self.since.get_or_insert_with(|| chassis::Clock::system().instant());
    }

    fn flush(&mut self, now: bool) {
        let due = now || self.since.is_some_and(|since| since.elapsed() >= TELEMETRY_EVERY);
        if due && self.records > 0 {
            let newest = self.last.values().max().map_or("", String::as_str);
            line(
                &wall_time(),
                "vehicle.telemetry.received",
                "fleet",
                &format!(
                    "{} records of {} vehicles, up to {newest}",
                    self.records,
                    self.last.len()
                ),
            );
            *self = Self::default();
        }
    }
}

fn text<'v>(data: &'v Value, field: &str) -> &'v str {
    data[field].as_str().unwrap_or("")
}

/// A sentence for each type; unknown types show nothing more than their name.
fn what_happened(kind: &str, data: &Value) -> String {
    match kind {
        "vehicle.registered" => format!(
            "{} {} {}",
            text(data, "make"),
            text(data, "model"),
            text(data, "powertrain")
        ),
        "vehicle.telemetry.validation_failed" => {
            format!("quarantined: {}", data["failures"][0]["text"].as_str().unwrap_or(""))
        }
        "vehicle.health.changed" | "component.degraded" | "component.critical" => health(data),
        "agent.decision.made" => format!(
            "{} {}: {} ({:.0} % sure), {}",
            text(data, "severity"),
            text(data, "component"),
            data["failure_mode"]["name"].as_str().unwrap_or(""),
            100.0 * data["confidence"].as_f64().unwrap_or(0.0),
            data["decision"]["text"].as_str().unwrap_or(""),
        ),
        "agent.decision.revised" => data["what"]["text"].as_str().unwrap_or("").to_owned(),
        "warranty.coverage.checked" => {
            let covered = if data["covered"].as_bool() == Some(true) {
                "covered"
            } else {
                "not covered"
            };
            format!("{covered}: {}", data["reason"]["text"].as_str().unwrap_or(""))
        }
        "alert.created" => format!(
            "{} {}",
            text(data, "severity"),
            data["title"]["text"].as_str().unwrap_or("")
        ),
        "alert.delivered" => format!(
            "{} to {}: {}",
            text(data, "channel"),
            text(data, "recipient_id"),
            text(data, "status")
        ),
        "alert.resolved" => format!("{} {}", text(data, "component"), text(data, "reason")),
        "appointment.scheduled" => format!(
            "{} at {}, bay {}, {} ({})",
            text(data, "component"),
            text(data, "starts_at"),
            text(data, "bay_id"),
            text(data, "booked_by"),
            data["why"]["text"].as_str().unwrap_or(""),
        ),
        "technician.assigned" => format!("{} from {}", text(data, "technician_id"), text(data, "starts_at")),
        "appointment.completed" => {
            let finding = &data["findings"][0];
            format!(
                "{} {} {}",
                text(finding, "component"),
                text(finding, "verdict"),
                text(finding, "action")
            )
        }
        _ => String::new(),
    }
}

fn health(data: &Value) -> String {
    let mut what = format!("{} ", text(data, "component"));
    if let Some(before) = data["previous_score"].as_f64() {
        what.push_str(&format!("{before:.2} → "));
    }
    what.push_str(&format!(
        "{:.2} {}",
        data["health_score"].as_f64().unwrap_or(f64::NAN),
        text(data, "status")
    ));
    if let (Some(low), Some(mid)) = (data["rul_km"]["p05"].as_f64(), data["rul_km"]["p50"].as_f64()) {
        what.push_str(&format!(", {mid:.0} km left (5 %: {low:.0})"));
    }
    if let Some(reason) = data["risk_factors"][0]["text"].as_str() {
        what.push_str(&format!(", {reason}"));
    }
    what
}
