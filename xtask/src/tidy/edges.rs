//! Edges between packages: who may depend on whom, where versions and features are declared, and what the locks say.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::Finding;
use crate::repository::Repository;

/// Packages of this repository on which another may depend.
const ALLOWED: [(&str, &[&str]); 3] = [
    ("services/health-service/", &["chassis", "prognostics"]),
    ("services/", &["chassis"]),
    ("chassis/", &["chassis"]),
];
const DEPENDENCY_TABLES: [&str; 3] = ["dependencies", "dev-dependencies", "build-dependencies"];
const OWN: [&str; 5] = ["chassis", "prognostics", "fleetsim", "xtask", "carvrooom"];

/// A dependency as a manifest declares it.
struct Declared<'a> {
    name: &'a str,
    value: &'a Value,
}

fn declared(manifest: &Table) -> Vec<Declared<'_>> {
    let own = DEPENDENCY_TABLES.iter().filter_map(|table| manifest.get(*table));
    let targets = manifest
        .get("target")
        .and_then(Value::as_table)
        .into_iter()
        .flat_map(Table::values);
    let per_target = targets.flat_map(|target| DEPENDENCY_TABLES.iter().filter_map(|table| target.get(*table)));
    own.chain(per_target)
        .filter_map(Value::as_table)
        .flatten()
        .map(|(name, value)| Declared { name, value })
        .collect()
}

fn is_own(name: &str) -> bool {
    OWN.contains(&name) || name.ends_with("-service")
}

/// Members depend on nothing of ours but what is allowed, and take everything else from the workspace.
pub(crate) fn edges(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in repository.under("", "/Cargo.toml") {
        if file.path.starts_with("carvrooom/") || file.path.contains("/templates/") {
            continue;
        }
        let manifest: Table = match file.text.parse() {
            Ok(manifest) => manifest,
            Err(error) => {
                findings.push(Finding::new(&file.path, 0, format!("is no TOML: {error}")));
                continue;
            }
        };
        let allowed = ALLOWED
            .iter()
            .find(|(place, _)| file.path.starts_with(place))
            .map_or(&[][..], |(_, names)| names);
        for Declared { name, value } in declared(&manifest) {
            let get = |key: &str| value.as_table().and_then(|table| table.get(key));
            let ours =
                is_own(name) || get("path").is_some() || get("package").and_then(Value::as_str).is_some_and(is_own);
            if ours && !allowed.contains(&name) {
                findings.push(Finding::new(&file.path, 0, format!("an edge to {name} is not allowed")));
            }
            let itself = file.path == format!("{name}/Cargo.toml");
            if get("workspace").and_then(Value::as_bool) != Some(true) && !itself {
                let text = format!("{name}: versions and features stand in the root; write `{name}.workspace = true`");
                findings.push(Finding::new(&file.path, 0, text));
            }
            if get("features").is_some() && !ours {
                findings.push(Finding::new(
                    &file.path,
                    0,
                    format!("{name}: features stand in the root, for all seven"),
                ));
            }
        }
    }
    findings
}

/// Registry packages of a lock, as name and version.
fn locked(text: &str) -> BTreeSet<(String, String)> {
    let lock: Table = text.parse().unwrap_or_default();
    let packages = lock
        .get("package")
        .and_then(Value::as_array)
        .cloned()
        .unwrap_or_default();
    let string = |package: &Value, key: &str| package.get(key).and_then(Value::as_str).map(str::to_owned);
    let registry = packages.iter().filter(|package| package.get("source").is_some());
    registry
        .filter_map(|package| Some((string(package, "name")?, string(package, "version")?)))
        .collect()
}

/// Every registry package of the launcher's lock is in the root's lock, in the same version: one build serves both.
pub(crate) fn locks(repository: &Repository) -> Vec<Finding> {
    let path = "carvrooom/Cargo.lock";
    let root = locked(repository.text("Cargo.lock").unwrap_or_default());
    let launcher = locked(repository.text(path).unwrap_or_default());
    let missing = launcher.difference(&root);
    missing
        .map(|(name, version)| Finding::new(path, 0, format!("{name} {version} is not in the root's lock")))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::found;
    use super::*;

    const SERVICE: &str = "services/a-service/Cargo.toml";

    #[test]
    fn members_that_take_all_from_the_workspace_pass() {
        let good = "[dependencies]\nchassis.workspace = true\nserde.workspace = true\n[dev-dependencies]\n\
                    chassis = { workspace = true, features = [\"testing\"] }\n";
        assert!(found(edges, &[(SERVICE, good)]).is_empty());
        let health = "[dependencies]\nprognostics.workspace = true\n";
        assert!(found(edges, &[("services/health-service/Cargo.toml", health)]).is_empty());
        let chassis = "[dev-dependencies]\nchassis = { path = \".\", features = [\"testing\"] }\n";
        assert!(found(edges, &[("chassis/Cargo.toml", chassis)]).is_empty());
        let launcher = "[dependencies]\nalert-service = { path = \"../services/alert-service\" }\n";
        assert!(found(edges, &[("carvrooom/Cargo.toml", launcher)]).is_empty());
    }

    #[test]
    fn each_edge_and_each_version_of_its_own_is_found() {
        let bad = |path: &str, text: &str| found(edges, &[(path, text)]);
        assert_eq!(bad(SERVICE, "[dependencies]\nprognostics.workspace = true\n").len(), 1);
        assert!(
            !bad(
                SERVICE,
                "[dev-dependencies]\nother-service = { path = \"../other-service\" }\n"
            )
            .is_empty()
        );
        assert!(
            !bad(
                SERVICE,
                "[dependencies]\nx = { path = \"../x\", package = \"alert-service\" }\n"
            )
            .is_empty()
        );
        assert_eq!(bad(SERVICE, "[dependencies]\nserde = \"1\"\n").len(), 1);
        assert_eq!(
            bad(
                SERVICE,
                "[target.'cfg(unix)'.dependencies]\nserde = { workspace = true, features = [\"rc\"] }\n"
            )
            .len(),
            1
        );
        assert_eq!(
            bad("fleetsim/Cargo.toml", "[dependencies]\nchassis.workspace = true\n").len(),
            1
        );
    }

    #[test]
    fn a_package_that_only_the_launcher_locks_is_found() {
        let package = |name: &str, version: &str| {
            format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\nsource = \"registry\"\n")
        };
        let own = "[[package]]\nname = \"carvrooom\"\nversion = \"0.1.0\"\n";
        let root = package("serde", "1.0.1") + &package("toml", "1.0.0");
        let same = package("serde", "1.0.1") + own;
        assert!(found(locks, &[("Cargo.lock", &root), ("carvrooom/Cargo.lock", &same)]).is_empty());
        let other = package("serde", "1.0.2");
        assert_eq!(
            found(locks, &[("Cargo.lock", &root), ("carvrooom/Cargo.lock", &other)]).len(),
            1
        );
    }
}
