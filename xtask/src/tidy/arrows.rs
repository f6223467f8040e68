//! Who may use whom inside a service: api and events use use_cases, which use the domain. Nothing points outward.

use super::{Finding, place_in_service};
use crate::repository::Repository;
use crate::rust_text::{mask, test_lines};

/// Crates and sibling modules that a folder never uses, tests aside.
const FORBIDDEN: [(&str, &[&str], &[&str]); 5] = [
    (
        "domain",
        &[
            "axum",
            "sqlx",
            "serde",
            "serde_json",
            "tokio",
            "chassis",
            "utoipa",
            "reqwest",
        ],
        &["api", "events", "store", "use_cases", "config"],
    ),
    ("use_cases", &["axum", "sqlx", "utoipa"], &["api"]),
    ("store", &["axum", "utoipa"], &["api", "use_cases"]),
    ("api", &["sqlx"], &["events"]),
    ("events", &["sqlx", "axum"], &["api"]),
];

/// Functions of the kit that are mere arithmetic on texts and times: a domain may use them.
const PURE: [&str; 2] = ["chassis::times::", "chassis::ids::hex"];

/// Reads every path root (`name::`) and every derive in a service's sources.
pub(crate) fn arrows(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in repository.under("services/", ".rs") {
        let Some((_, folder)) = place_in_service(&file.path) else {
            continue;
        };
        let Some((_, crates, modules)) = FORBIDDEN.iter().find(|(name, ..)| *name == folder) else {
            continue;
        };
        let code = mask(&file.text).code;
        let tests = test_lines(&code);
        for (index, line) in code.lines().enumerate() {
            let number = index + 1;
            let line = &PURE.iter().fold(line.to_owned(), |line, pure| line.replace(pure, ""));
            if tests.iter().any(|range| range.contains(&number)) || is_test_file(&file.path) {
                continue;
            }
            for name in crates.iter().filter(|name| uses(line, name)) {
                findings.push(Finding::new(
                    &file.path,
                    number,
                    format!("{folder} does not use {name}"),
                ));
            }
            for name in modules.iter().filter(|name| uses(line, &format!("crate::{name}"))) {
                findings.push(Finding::new(
                    &file.path,
                    number,
                    format!("{folder} does not use crate::{name}"),
                ));
            }
            if folder == "domain" && line.contains("derive(") && derives_wire(line) {
                findings.push(Finding::new(&file.path, number, "domain types do not derive serde"));
            }
        }
    }
    findings
}

fn derives_wire(line: &str) -> bool {
    ["Serialize", "Deserialize", "ToSchema"]
        .iter()
        .any(|name| line.contains(name))
}

/// A file that is a test module by its name.
fn is_test_file(path: &str) -> bool {
    [
        "_properties.rs",
        "/properties.rs",
        "/tests.rs",
        "_tests.rs",
        "/suite.rs",
    ]
    .iter()
    .any(|end| path.ends_with(end))
        || path.contains("/tests/")
}

/// Whether a line of code has the path `name::…` or `use name;`, as a path of its own and not the end of another.
fn uses(line: &str, name: &str) -> bool {
    line.match_indices(name).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = &line[at + name.len()..];
        let starts = before.is_none_or(|c| !c.is_alphanumeric() && c != '_' && c != ':');
        let used = line.trim_start().trim_start_matches("pub ").starts_with("use ");
        starts && (after.starts_with("::") || (used && after.starts_with([';', ' '])))
    })
}

/// Source never reads `contracts/`: a service ships without it.
pub(crate) fn contracts_unread(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in repository.rust() {
        let shipped = place_in_service(&file.path).is_some() || file.path.starts_with("carvrooom/src/");
        if !shipped || is_test_file(&file.path) {
            continue;
        }
        let masked = mask(&file.text);
        let tests = test_lines(&masked.code);
        for (index, line) in masked.literals.lines().enumerate() {
            if line.contains("contracts/") && !tests.iter().any(|range| range.contains(&(index + 1))) {
                let text = "source does not read contracts/; keep a copy, and test that it is equal";
                findings.push(Finding::new(&file.path, index + 1, text));
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::found;
    use super::*;

    const DOMAIN: &str = "services/a-service/src/domain/rule.rs";

    #[test]
    fn a_domain_that_knows_nothing_passes() {
        let good = "use chrono::Utc;\nuse crate::domain::money::Money;\n// axum::Json\n#[cfg(test)]\nmod tests {\n  use serde::Serialize;\n}\n";
        assert!(found(arrows, &[(DOMAIN, good)]).is_empty());
    }

    #[test]
    fn each_arrow_outward_is_found() {
        let bad = |folder: &str, text: &str| found(arrows, &[(&format!("services/a-service/src/{folder}/x.rs"), text)]);
        assert_eq!(
            bad("domain", "use sqlx::Row;\n"),
            ["services/a-service/src/domain/x.rs:1: domain does not use sqlx"]
        );
        assert_eq!(bad("domain", "#[derive(Debug, Serialize)]\n").len(), 1);
        assert_eq!(bad("domain", "fn f(id: chassis::ids::TenantId) {}\n").len(), 1);
        assert!(bad("domain", "let at = chassis::times::parse(text);\n").is_empty());
        assert_eq!(bad("use_cases", "let body: axum::body::Bytes;\n").len(), 1);
        assert_eq!(bad("use_cases", "use crate::api::wire;\n").len(), 1);
        assert_eq!(bad("api", "use sqlx;\n").len(), 1);
        assert!(bad("use_cases", "use crate::store::Store;\nlet x = my_axum::y();\n").is_empty());
    }

    #[test]
    fn a_reader_of_contracts_is_found() {
        let path = "services/a-service/src/config.rs";
        let bad = "const S: &str = include_str!(\"../../../contracts/signals.toml\");\n";
        assert_eq!(found(contracts_unread, &[(path, bad)]).len(), 1);
        let good = "// as in contracts/signals.toml\n#[cfg(test)]\nmod tests { const S: &str = \"contracts/x\"; }\n";
        assert!(found(contracts_unread, &[(path, good)]).is_empty());
    }
}
