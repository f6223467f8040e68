//! Relative links in documents lead somewhere.

use super::Finding;
use crate::repository::Repository;

pub(crate) fn links(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in repository
        .under("", ".md")
        .filter(|file| !file.path.contains("/templates/"))
    {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let mut fenced = false;
        for (index, line) in file.text.lines().enumerate() {
            if line.trim_start().starts_with("```") {
                fenced = !fenced;
            }
            for target in targets(line).filter(|_| !fenced) {
                let path = target.split(['#', '?']).next().unwrap_or_default();
                let outside = target.contains("://") || target.starts_with("mailto:") || path.is_empty();
                if !outside && !resolve(folder, path).is_some_and(|path| path.is_empty() || repository.has(&path)) {
                    findings.push(Finding::new(
                        &file.path,
                        index + 1,
                        format!("the link to {target} leads nowhere"),
                    ));
                }
            }
        }
    }
    findings
}

/// Targets of `[text](target)` on a line, outside of code spans.
fn targets(line: &str) -> impl Iterator<Item = &str> {
    let prose = line.split('`').step_by(2);
    prose.flat_map(|text| {
        text.match_indices("](").filter_map(move |(at, _)| {
            let rest = &text[at + 2..];
            rest.find(')')
                .map(|end| rest[..end].split_whitespace().next().unwrap_or_default())
        })
    })
}

/// A path from the root; none when it leaves the repository.
fn resolve(folder: &str, target: &str) -> Option<String> {
    let mut parts: Vec<&str> = if target.starts_with('/') {
        Vec::new()
    } else {
        folder.split('/').collect()
    };
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    parts.retain(|part| !part.is_empty());
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::super::found;
    use super::*;

    #[test]
    fn links_that_lead_somewhere_pass() {
        let text = "[a](b.md#x) [c](../README.md) [d](https://x.y/z) [e](#f) [g](sub) `[h](no)`\n```\n[i](no)\n```\n";
        let files = [
            ("docs/a.md", text),
            ("docs/b.md", ""),
            ("README.md", ""),
            ("docs/sub/x.md", "[r](/README.md)"),
        ];
        assert!(found(links, &files).is_empty());
    }

    #[test]
    fn links_that_lead_nowhere_are_found() {
        let files = [("docs/a.md", "[a](b.md)\n"), ("README.md", "[x](../outside.md)\n")];
        let dead = [
            "docs/a.md:1: the link to b.md leads nowhere",
            "README.md:1: the link to ../outside.md leads nowhere",
        ];
        assert_eq!(found(links, &files), dead);
    }
}
