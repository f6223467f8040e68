//! The contracts are data: what services promise each other, checked against what they say of themselves.
//!
//! Checked: each schema and example parses, each example is a complete envelope under its own name, each published or
//! heard type has a schema, and each schema has a publisher. Generated from the services' own `describe` and `openapi`,
//! and checked to be fresh: `asyncapi.yaml`, `http/<service>.openapi.json`, `http/routes.toml` and the launcher's copy of
//! it; and from the services' policies the table of who may call what, `docs/api/access.md`. That the examples' data satisfies the schemas is this package's test `examples`, which keeps a JSON Schema
//! validator out of this binary's build.

mod access;
mod asyncapi;
mod events;
mod routes;

use std::path::Path;
use std::process::Command;

use anyhow::{Context, bail};
use serde_json::{Map, Value};

use crate::repository::{Repository, SERVICES};
use crate::shell;

/// What a service says of itself.
pub(crate) struct Described {
    pub(crate) name: String,
    pub(crate) publishes: Vec<String>,
    /// Producer and types.
    pub(crate) subscribes: Vec<(String, Vec<String>)>,
    pub(crate) openapi: Value,
}

/// Builds the services and checks the contracts; with `write` the generated ones are written first.
pub(crate) fn contracts(root: &Path, write: bool) -> anyhow::Result<()> {
    let mut build = shell::cargo();
    // With the features of a test build, so that nothing is compiled for this alone.
    build.args(["build", "--workspace", "--bins", "--tests"]);
    shell::run(build.current_dir(root))?;
    check(root, write)?;
    let mut examples = shell::cargo();
    examples.args(["test", "--quiet", "--workspace", "--test", "examples"]);
    shell::run(examples.current_dir(root))
}

/// Checks the contracts against the services as they were built last. The examples' data is a test of this package.
pub(crate) fn check(root: &Path, write: bool) -> anyhow::Result<()> {
    let repository = Repository::load(root)?;
    let mut findings = events::check_files(&repository);
    let described = describe_all(root)?;
    findings.extend(events::check_described(&repository, &described));
    let mut generated = generate(&described)?;
    generated.push((access::PATH.to_owned(), access::document(&repository)?));
    for (path, text) in &generated {
        let file = root.join(path);
        if write {
            std::fs::create_dir_all(file.parent().unwrap_or(root))?;
            std::fs::write(&file, text).with_context(|| format!("{path} cannot be written"))?;
        } else if std::fs::read_to_string(&file).ok().as_deref() != Some(text) {
            findings.push(format!("{path} is not fresh: run `cargo xtask contracts --write`"));
        }
    }
    for finding in &findings {
        println!("contracts: {finding}");
    }
    if !findings.is_empty() {
        bail!("contracts: {} findings", findings.len());
    }
    let schemas = repository.under("contracts/events/", ".schema.json").count();
    println!(
        "contracts: {schemas} event types, {} services, {} generated files agree",
        described.len(),
        generated.len()
    );
    Ok(())
}

/// Path and text of everything that is generated.
fn generate(described: &[Described]) -> anyhow::Result<Vec<(String, String)>> {
    let mut files = vec![("contracts/asyncapi.yaml".to_owned(), asyncapi::document(described))];
    for service in described {
        let text = serde_json::to_string_pretty(&sorted(&service.openapi))? + "\n";
        files.push((format!("contracts/http/{}.openapi.json", service.name), text));
    }
    let routes = routes::table(described)?;
    files.push(("contracts/http/routes.toml".to_owned(), routes.clone()));
    files.push(("carvrooom/routes.toml".to_owned(), routes));
    Ok(files)
}

/// The same value with its keys in order, whatever features the JSON library was built with.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let mut keys: Vec<&String> = map.keys().collect();
            keys.sort();
            Value::Object(
                keys.into_iter()
                    .map(|key| (key.clone(), sorted(&map[key])))
                    .collect::<Map<_, _>>(),
            )
        }
        Value::Array(items) => Value::Array(items.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

fn describe_all(root: &Path) -> anyhow::Result<Vec<Described>> {
    SERVICES.iter().map(|name| describe(root, name)).collect()
}

fn describe(root: &Path, name: &str) -> anyhow::Result<Described> {
    let ask = |what: &str| -> anyhow::Result<Value> {
        let printed = shell::output(Command::new(shell::target(root).join("debug").join(name)).arg(what))?;
        serde_json::from_str(&printed).with_context(|| format!("`{name} {what}` printed no JSON"))
    };
    let description = ask("describe")?;
    let texts = |value: &Value| -> Vec<String> {
        value
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .map(str::to_owned)
            .collect()
    };
    let subscription = |entry: &Value| Some((entry["producer"].as_str()?.to_owned(), texts(&entry["kinds"])));
    Ok(Described {
        name: name.to_owned(),
        publishes: texts(&description["publishes"]),
        subscribes: description["subscribes"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(subscription)
            .collect(),
        openapi: ask("openapi")?,
    })
}

#[cfg(test)]
pub(crate) mod samples {
    use serde_json::json;

    use super::Described;

    /// Two services of which the second hears the first.
    pub(crate) fn two_services() -> Vec<Described> {
        let service = |name: &str, publishes: &[&str], hears: &[(&str, &str)], paths: &[&str]| Described {
            name: name.to_owned(),
            publishes: publishes.iter().map(|kind| (*kind).to_owned()).collect(),
            subscribes: hears
                .iter()
                .map(|(from, kind)| ((*from).to_owned(), vec![(*kind).to_owned()]))
                .collect(),
            openapi: json!({"paths": paths.iter().map(|path| ((*path).to_owned(), json!({}))).collect::<serde_json::Map<_, _>>()}),
        };
        vec![
            service(
                "a-service",
                &["a.made"],
                &[],
                &[
                    "/api/v1/things",
                    "/api/v1/things/{id}",
                    "/api/v1/dead-letters",
                    "/health",
                ],
            ),
            service(
                "b-service",
                &["b.seen"],
                &[("a-service", "a.made")],
                &["/api/v1/sights", "/api/v1/dead-letters"],
            ),
        ]
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_are_sorted_at_every_depth() {
        let value = json!({"b": [{"z": 1, "a": 2}], "a": {}});
        assert_eq!(sorted(&value).to_string(), r#"{"a":{},"b":[{"a":2,"z":1}]}"#);
    }

    #[test]
    fn everything_generated_has_its_place() {
        let files = generate(&samples::two_services()).unwrap();
        let paths: Vec<&str> = files.iter().map(|(path, _)| path.as_str()).collect();
        assert_eq!(
            paths,
            [
                "contracts/asyncapi.yaml",
                "contracts/http/a-service.openapi.json",
                "contracts/http/b-service.openapi.json",
                "contracts/http/routes.toml",
                "carvrooom/routes.toml"
            ]
        );
    }
}
