//! Schemas and examples of events, and whether the services publish and hear what is agreed.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::Described;
use crate::repository::Repository;

/// Attributes that every event carries.
const ENVELOPE: [&str; 14] = [
    "specversion",
    "id",
    "source",
    "type",
    "time",
    "datacontenttype",
    "dataschema",
    "tenantid",
    "partition",
    "sequence",
    "recordedtime",
    "historical",
    "correlationid",
    "data",
];
const FOLDER: &str = "contracts/events/";
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// Types that have a schema, by producer.
fn agreed(repository: &Repository) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut found: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for file in repository.under(FOLDER, ".schema.json") {
        if let Some((producer, kind)) = split(&file.path, ".schema.json") {
            found.entry(producer).or_default().insert(kind);
        }
    }
    found
}

/// Producer and type of a contract file's path.
fn split<'a>(path: &'a str, ending: &str) -> Option<(&'a str, &'a str)> {
    path.strip_prefix(FOLDER)?.strip_suffix(ending)?.split_once('/')
}

/// Each schema parses and has an example; each example parses, is complete, and is what its name says.
pub(crate) fn check_files(repository: &Repository) -> Vec<String> {
    let mut findings = Vec::new();
    for file in repository.under(FOLDER, ".json") {
        let value: Value = match serde_json::from_str(&file.text) {
            Ok(value) => value,
            Err(error) => {
                findings.push(format!("{} is no JSON: {error}", file.path));
                continue;
            }
        };
        if let Some((producer, kind)) = split(&file.path, ".schema.json") {
            if value["$schema"] != DIALECT {
                findings.push(format!("{}: `$schema` is not {DIALECT}", file.path));
            }
            if !repository.has(&format!("{FOLDER}{producer}/{kind}.example.json")) {
                findings.push(format!("{} has no example beside it", file.path));
            }
        } else if let Some((producer, kind)) = split(&file.path, ".example.json") {
            findings.extend(
                check_example(producer, kind, &value)
                    .into_iter()
                    .map(|text| format!("{}: {text}", file.path)),
            );
            if !repository.has(&format!("{FOLDER}{producer}/{kind}.schema.json")) {
                findings.push(format!("{} has no schema beside it", file.path));
            }
        } else {
            findings.push(format!("{} is neither a schema nor an example", file.path));
        }
    }
    findings
}

fn check_example(producer: &str, kind: &str, example: &Value) -> Vec<String> {
    let mut findings = Vec::new();
    for attribute in ENVELOPE.iter().filter(|attribute| example.get(**attribute).is_none()) {
        findings.push(format!("the envelope has no `{attribute}`"));
    }
    let mut expect = |attribute: &str, expected: &str| {
        if example[attribute] != expected {
            findings.push(format!("`{attribute}` is {}, not `{expected}`", example[attribute]));
        }
    };
    expect("specversion", "1.0");
    expect("type", kind);
    expect("source", &format!("/{producer}"));
    expect("datacontenttype", "application/json");
    let schema = example["dataschema"].as_str().unwrap_or_default();
    let version = schema
        .strip_prefix(&format!("urn:carvrooom:{kind}:"))
        .unwrap_or_default();
    let is_version = version.split('.').count() == 2 && version.split('.').all(|part| part.parse::<u32>().is_ok());
    if !is_version {
        findings.push(format!(
            "`dataschema` is `{schema}`, not `urn:carvrooom:{kind}:<major>.<minor>`"
        ));
    }
    for attribute in ["time", "recordedtime"] {
        let text = example[attribute].as_str().unwrap_or_default();
        if !(text.len() >= 20 && text.as_bytes()[10] == b'T' && text.ends_with('Z')) {
            findings.push(format!("`{attribute}` is `{text}`, not RFC 3339 in UTC"));
        }
    }
    findings
}

/// What services publish and hear has a schema, and each schema has a publisher.
pub(crate) fn check_described(repository: &Repository, described: &[Described]) -> Vec<String> {
    let agreed = agreed(repository);
    let has = |producer: &str, kind: &str| agreed.get(producer).is_some_and(|kinds| kinds.contains(kind));
    let mut findings = Vec::new();
    for service in described {
        for kind in service.publishes.iter().filter(|kind| !has(&service.name, kind)) {
            findings.push(format!("{} publishes {kind}, which has no schema", service.name));
        }
        for (producer, kinds) in &service.subscribes {
            for kind in kinds.iter().filter(|kind| !has(producer, kind)) {
                findings.push(format!(
                    "{} hears {kind} of {producer}, which has no schema",
                    service.name
                ));
            }
        }
    }
    for (producer, kinds) in &agreed {
        let published = described
            .iter()
            .find(|service| service.name == *producer)
            .map(|service| &service.publishes);
        for kind in kinds
            .iter()
            .filter(|kind| !published.is_some_and(|all| all.iter().any(|one| one == *kind)))
        {
            findings.push(format!("{producer} has a schema of {kind} and does not publish it"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::samples::two_services;
    use super::*;

    fn example(kind: &str) -> Value {
        json!({
            "specversion": "1.0", "id": "evt_1", "source": "/a-service", "type": kind, "time": "2026-05-01T10:00:00Z",
            "datacontenttype": "application/json", "dataschema": format!("urn:carvrooom:{kind}:1.0"), "tenantid": "ten_demo",
            "partition": 1, "sequence": 1, "recordedtime": "2026-05-01T10:00:00.5Z", "historical": false,
            "correlationid": "cor_1", "data": {}
        })
    }

    fn findings(schema: &Value, example: &Value) -> Vec<String> {
        let repository = Repository::of(&[
            ("contracts/events/a-service/a.made.schema.json", &schema.to_string()),
            ("contracts/events/a-service/a.made.example.json", &example.to_string()),
        ]);
        check_files(&repository)
    }

    #[test]
    fn a_complete_pair_passes() {
        assert!(findings(&json!({"$schema": DIALECT}), &example("a.made")).is_empty());
    }

    #[test]
    fn each_mistake_in_a_pair_is_found() {
        let schema = json!({"$schema": DIALECT});
        assert_eq!(findings(&json!({}), &example("a.made")).len(), 1);
        assert_eq!(
            findings(&schema, &example("a.broken")).len(),
            2,
            "the type and the schema's name"
        );
        let mut incomplete = example("a.made");
        incomplete.as_object_mut().unwrap().remove("tenantid");
        assert_eq!(findings(&schema, &incomplete).len(), 1);
        let mut local = example("a.made");
        local["time"] = "2026-05-01T10:00:00+02:00".into();
        assert_eq!(findings(&schema, &local).len(), 1);
        let alone = Repository::of(&[("contracts/events/a-service/a.made.schema.json", "{\"x\"")]);
        assert!(check_files(&alone)[0].contains("no JSON"));
    }

    #[test]
    fn what_is_said_and_what_is_agreed_are_compared() {
        let both = [
            ("contracts/events/a-service/a.made.schema.json", "{}"),
            ("contracts/events/b-service/b.seen.schema.json", "{}"),
        ];
        assert!(check_described(&Repository::of(&both), &two_services()).is_empty());
        let missing = check_described(&Repository::of(&both[1..]), &two_services());
        assert_eq!(missing.len(), 2, "published and heard without a schema: {missing:?}");
        let surplus = [
            both[0],
            both[1],
            ("contracts/events/b-service/b.lost.schema.json", "{}"),
        ];
        assert_eq!(check_described(&Repository::of(&surplus), &two_services()).len(), 1);
    }
}
