//! Seven folders, one shape: whoever knows one service finds everything in another.

use std::collections::BTreeSet;

use super::Finding;
use crate::repository::{Repository, SERVICES};

/// Files that every service has.
const FILES: [&str; 23] = [
    "Cargo.toml",
    "IMPLEMENTATION.md",
    "Dockerfile",
    ".env.example",
    "config.default.toml",
    "policy.toml",
    "src/main.rs",
    "src/lib.rs",
    "src/config.rs",
    "src/error.rs",
    "src/domain/mod.rs",
    "src/use_cases/mod.rs",
    "src/store/mod.rs",
    "src/store/suite.rs",
    "src/events/mod.rs",
    "src/events/consumed.rs",
    "src/events/published.rs",
    "src/api/mod.rs",
    "src/api/wire.rs",
    "src/api/problem.rs",
    "tests/it/main.rs",
    "tests/it/app.rs",
    "tests/it/contracts.rs",
];
/// Beginnings of which every service has at least one file.
const BEGINNINGS: [&str; 3] = ["migrations/0001_", "tests/it/api_", "tests/it/events_"];

pub(crate) fn shape(repository: &Repository) -> Vec<Finding> {
    let mut folders: BTreeSet<&str> = SERVICES.into_iter().collect();
    for file in repository.under("services/", "") {
        folders.extend(
            file.path
                .strip_prefix("services/")
                .and_then(|path| path.split_once('/'))
                .map(|(name, _)| name),
        );
    }
    let mut findings = Vec::new();
    for service in folders {
        let folder = format!("services/{service}");
        if !SERVICES.contains(&service) {
            findings.push(Finding::new(
                &folder,
                0,
                "is none of the seven; a new one is added to xtask's list",
            ));
        }
        for name in FILES {
            // A module may grow from a file into a folder.
            let as_folder = name.strip_suffix(".rs").map(|stem| format!("{folder}/{stem}/mod.rs"));
            if !repository.has(&format!("{folder}/{name}")) && !as_folder.is_some_and(|path| repository.has(&path)) {
                findings.push(Finding::new(&folder, 0, format!("has no {name}")));
            }
        }
        for beginning in BEGINNINGS {
            if repository.under(&format!("{folder}/{beginning}"), "").next().is_none() {
                findings.push(Finding::new(&folder, 0, format!("has no {beginning}*")));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::found;
    use super::*;

    fn all_seven() -> Vec<String> {
        let mut paths = Vec::new();
        for service in SERVICES {
            paths.extend(FILES.iter().map(|name| format!("services/{service}/{name}")));
            paths.extend(BEGINNINGS.iter().map(|name| format!("services/{service}/{name}x.sql")));
        }
        paths
    }

    fn check(paths: &[String]) -> Vec<String> {
        let files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), "")).collect();
        found(shape, &files)
    }

    #[test]
    fn one_shape_passes_and_a_module_may_be_a_folder() {
        let mut paths = all_seven();
        assert!(check(&paths).is_empty());
        let wire = paths
            .iter()
            .position(|path| path.ends_with("alert-service/src/api/wire.rs"))
            .unwrap();
        paths[wire] = "services/alert-service/src/api/wire/mod.rs".into();
        assert!(check(&paths).is_empty());
    }

    #[test]
    fn what_is_missing_or_strange_is_found() {
        let mut paths = all_seven();
        paths.retain(|path| path != "services/alert-service/policy.toml");
        assert_eq!(check(&paths), ["services/alert-service: has no policy.toml"]);
        paths.push("services/odd-service/Cargo.toml".into());
        assert!(
            check(&paths)
                .iter()
                .any(|finding| finding.contains("odd-service: is none of the seven"))
        );
    }
}
