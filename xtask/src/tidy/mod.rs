//! The rules of the house, each a function with a good and a bad sample beside it.

mod arrows;
mod edges;
mod figures;
mod links;
mod modules;
mod shape;
mod sharing;
mod sizes;
mod surroundings;
mod vocabulary;

use std::fmt;

use anyhow::bail;

use crate::repository::Repository;

/// A breach of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Finding {
    /// File or folder from the root.
    pub(crate) path: String,
    /// Line from 1, or 0 for the whole file.
    pub(crate) line: usize,
    /// What is wrong, and what to do instead.
    pub(crate) text: String,
}

impl Finding {
    fn new(path: &str, line: usize, text: impl Into<String>) -> Self {
        Self {
            path: path.to_owned(),
            line,
            text: text.into(),
        }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.text),
            line => write!(f, "{}:{line}: {}", self.path, self.text),
        }
    }
}

/// A rule's name and function.
type Rule = (&'static str, fn(&Repository) -> Vec<Finding>);

const RULES: [Rule; 14] = [
    ("arrows point inward", arrows::arrows),
    ("services do not read contracts", arrows::contracts_unread),
    ("chassis knows no domain", vocabulary::chassis),
    ("prognostics knows no fleet", vocabulary::prognostics),
    ("clocks are handed down", surroundings::clocks),
    ("only main sees the process", surroundings::process),
    ("files and functions fit a screen", sizes::sizes),
    ("services have one shape", shape::shape),
    ("every file is a declared module", modules::modules),
    ("links in documents resolve", links::links),
    ("figures in documents are measured", figures::figures),
    ("no edges between parts", edges::edges),
    ("the launcher's lock agrees with the root's", edges::locks),
    ("the simulator shares no code with the models", sharing::sharing),
];

/// Checks every rule.
///
/// # Errors
/// When one is broken; the findings are printed.
pub(crate) fn tidy(repository: &Repository) -> anyhow::Result<()> {
    let mut broken = 0;
    for (name, rule) in RULES {
        let mut findings = rule(repository);
        findings.sort();
        findings.dedup();
        for finding in &findings {
            println!("{name}: {finding}");
        }
        broken += findings.len();
    }
    if broken > 0 {
        bail!("tidy: {broken} findings");
    }
    println!("tidy: {} rules hold in {} files", RULES.len(), repository.files.len());
    Ok(())
}

/// The service and the folder inside `src` of a path such as `services/alert-service/src/domain/x.rs`.
fn place_in_service(path: &str) -> Option<(&str, &str)> {
    let (service, rest) = path.strip_prefix("services/")?.split_once("/src/")?;
    Some((service, rest.split_once('/').map_or(rest, |(folder, _)| folder)))
}

/// Texts of a rule's findings on a made-up repository.
#[cfg(test)]
fn found(rule: fn(&Repository) -> Vec<Finding>, files: &[(&str, &str)]) -> Vec<String> {
    rule(&Repository::of(files)).iter().map(ToString::to_string).collect()
}
