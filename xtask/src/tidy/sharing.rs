//! The simulator makes the test, the models sit it: code that both had would make them agree by construction.

use std::collections::HashMap;

use super::Finding;
use crate::repository::{File, Repository};
use crate::rust_text::mask;

/// So many equal lines in a row are a copy.
const COPIED_LINES: usize = 6;
/// Where the models live.
const MODELS: [&str; 2] = ["prognostics/src/", "services/health-service/src/"];

/// Lines of code that say something, with their numbers.
fn telling_lines(file: &File) -> Vec<(usize, String)> {
    let code = mask(&file.text).code;
    let lines = code
        .lines()
        .enumerate()
        .map(|(index, line)| (index + 1, line.split_whitespace().collect::<String>()));
    lines
        .filter(|(_, line)| line.len() > 6 && !line.starts_with("use") && !line.starts_with("#["))
        .collect()
}

fn windows(lines: &[(usize, String)]) -> impl Iterator<Item = (usize, String)> {
    lines.windows(COPIED_LINES).map(|window| {
        let text: Vec<&str> = window.iter().map(|(_, line)| line.as_str()).collect();
        (window[0].0, text.join("\n"))
    })
}

pub(crate) fn sharing(repository: &Repository) -> Vec<Finding> {
    let mut seen: HashMap<String, String> = HashMap::new();
    for file in repository
        .rust()
        .filter(|file| MODELS.iter().any(|place| file.path.starts_with(place)))
    {
        for (line, text) in windows(&telling_lines(file)) {
            seen.entry(text).or_insert_with(|| format!("{}:{line}", file.path));
        }
    }
    let mut findings = Vec::new();
    for file in repository.under("fleetsim/src/", ".rs") {
        let copy = windows(&telling_lines(file)).find_map(|(line, text)| Some((line, seen.get(&text)?.clone())));
        if let Some((line, place)) = copy {
            findings.push(Finding::new(&file.path, line, format!("is a copy of {place}")));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::found;
    use super::*;

    const LINES: &str = "let a = one(1);\nlet b = two(a);\nlet c = three(b);\n\n// why\nlet d = four(c);\nlet e = five(d);\nlet f = six(e);\n";

    #[test]
    fn code_of_its_own_passes() {
        let own = LINES.replace("three", "drei");
        assert!(found(sharing, &[("fleetsim/src/a.rs", LINES), ("prognostics/src/b.rs", &own)]).is_empty());
    }

    #[test]
    fn a_copy_is_found_whatever_its_comments_and_blanks() {
        let copy = LINES.replace("\n// why\n", "").replace("let ", "  let ");
        let files = [
            ("fleetsim/src/a.rs", LINES),
            ("services/health-service/src/b.rs", copy.as_str()),
        ];
        assert_eq!(
            found(sharing, &files),
            ["fleetsim/src/a.rs:1: is a copy of services/health-service/src/b.rs:1"]
        );
    }
}
