//! Checks events against `contracts/`: schemas and examples as data, found beside the service's folder.

use std::path::PathBuf;

use serde_json::Value;

use crate::event::Event;

/// The contracts folder of the checkout that a test runs in.
pub fn folder() -> PathBuf {
    let start = std::env::current_dir().expect("a working folder");
    let found = start
        .ancestors()
        .map(|folder| folder.join("contracts"))
        .find(|folder| folder.join("events").is_dir());
    found.expect("contracts/events above the working folder")
}

fn read(producer: &str, file: &str) -> Value {
    let path = folder().join("events").join(producer).join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Panics, naming every violation, if `data` is not what the producer promises for this event type.
pub fn validate(producer: &str, kind: &str, data: &Value) {
    let schema = read(producer, &format!("{kind}.schema.json"));
    let validator = jsonschema::validator_for(&schema).unwrap_or_else(|error| panic!("schema of {kind}: {error}"));
    let errors: Vec<String> = validator
        .iter_errors(data)
        .map(|error| format!("{}: {error}", error.instance_path()))
        .collect();
    assert!(
        errors.is_empty(),
        "{kind} of {producer} breaks its contract:\n{}\n{data:#}",
        errors.join("\n")
    );
}

/// Validates a published event's data.
pub fn validate_event(event: &Event) {
    let data = serde_json::from_slice(&event.data).expect("JSON data");
    validate(&event.source, &event.kind, &data);
}

/// The producer's example of an event type, as it would be read from the broker.
pub fn example(producer: &str, kind: &str) -> Event {
    Event::from_cloud_event(&read(producer, &format!("{kind}.example.json")).to_string())
        .unwrap_or_else(|error| panic!("example of {kind}: {error}"))
}

/// All event types that a producer has examples of.
pub fn kinds(producer: &str) -> Vec<String> {
    let folder = folder().join("events").join(producer);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let names = files.filter_map(|file| file.ok()?.file_name().into_string().ok());
    let mut kinds: Vec<String> = names
        .filter_map(|name| name.strip_suffix(".example.json").map(str::to_owned))
        .collect();
    kinds.sort();
    kinds
}
