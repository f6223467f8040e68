//! Figures in documents are those that were measured.
//!
//! A table that shows measurements has a mark above it:
//!
//! ```text
//! <!-- figures: measurements/performance.json; others: 50,000 500 -->
//! | ground | records/s |
//! ```
//!
//! Every number of the table's rows must be a number of that file, as precisely as it is written, or as a percentage of a share, or be
//! listed among the others (bars, sizes of what was done). Words with digits in them (`p99`, `FD001`, `v1`) are no figures. The
//! first cell of a row names it and is not read.

use serde_json::Value;

use super::Finding;
use crate::repository::Repository;

const MARK: &str = "<!-- figures:";

pub(crate) fn figures(repository: &Repository) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in repository.under("docs/", ".md") {
        let mut lines = file.text.lines().enumerate().peekable();
        while let Some((index, line)) = lines.next() {
            let Some(mark) = line.trim().strip_prefix(MARK).and_then(|mark| mark.strip_suffix("-->")) else {
                continue;
            };
            let known = match known_numbers(repository, mark) {
                Ok(known) => known,
                Err(text) => {
                    findings.push(Finding::new(&file.path, index + 1, text));
                    continue;
                }
            };
            let mut is_head = true;
            while let Some((index, row)) =
                lines.next_if(|(_, line)| line.trim_start().starts_with('|') || line.trim().is_empty())
            {
                if row.trim().is_empty() {
                    if is_head {
                        continue;
                    }
                    break;
                }
                if row.contains("---") {
                    is_head = false;
                    continue;
                }
                if is_head {
                    continue;
                }
                for figure in row.split('|').skip(2).flat_map(figures_of) {
                    if !known.iter().any(|number| figure.is(number)) {
                        let text = format!("{} is not in the measurements that this table names", figure.written);
                        findings.push(Finding::new(&file.path, index + 1, text));
                    }
                }
            }
        }
    }
    findings
}

/// Numbers of the named files and the listed others.
fn known_numbers(repository: &Repository, mark: &str) -> Result<Vec<f64>, String> {
    let (files, others) = mark.split_once("; others:").unwrap_or((mark, ""));
    let mut known: Vec<f64> = figures_of(others).iter().map(|figure| figure.value).collect();
    for name in files.split_whitespace() {
        let path = format!("docs/{name}");
        let file = repository.files.iter().find(|file| file.path == path);
        let text = file
            .map(|file| file.text.as_str())
            .ok_or_else(|| format!("there is no {path}"))?;
        let value: Value = serde_json::from_str(text).map_err(|error| format!("{path}: {error}"))?;
        gather(&value, &mut known);
    }
    Ok(known)
}

fn gather(value: &Value, into: &mut Vec<f64>) {
    match value {
        Value::Number(number) => into.extend(number.as_f64()),
        Value::Array(items) => items.iter().for_each(|item| gather(item, into)),
        Value::Object(fields) => fields.values().for_each(|field| gather(field, into)),
        _ => {}
    }
}

/// A number as it is written.
struct Figure {
    written: String,
    value: f64,
    /// Half a unit of the last digit.
    tolerance: f64,
}

impl Figure {
    /// Whether a measured number is shown by this figure, plain or as a percentage.
    fn is(&self, measured: &f64) -> bool {
        let near = |measured: f64| (measured.abs() - self.value).abs() <= self.tolerance * 1.000_001;
        near(*measured) || near(*measured * 100.0)
    }
}

/// Numbers in a text: digits with commas between thousands and a decimal point, and an `M` for millions.
fn figures_of(text: &str) -> Vec<Figure> {
    let separators = |c: char| c.is_whitespace() || "()–—±×/%*~<>≤≥+:;=\u{2212}".contains(c);
    let joined = text.replace(" M", "M");
    let words = joined.split(separators);
    let figure = |word: &str| {
        let word = word.trim_matches(|c| c == ',' || c == '.' || c == '`' || c == '-');
        let (digits, unit) = word.strip_suffix('M').map_or((word, 1.0), |digits| (digits, 1e6));
        let plain = digits.replace(',', "");
        let is_number =
            plain.starts_with(|c: char| c.is_ascii_digit()) && plain.chars().all(|c| c.is_ascii_digit() || c == '.');
        let value: f64 = plain.parse().ok().filter(|_| is_number)?;
        let decimals = plain.split_once('.').map_or(0, |(_, decimals)| decimals.len());
        Some(Figure {
            written: word.to_owned(),
            value: value * unit,
            tolerance: 0.5 * unit * 0.1_f64.powi(i32::try_from(decimals).unwrap_or(0)),
        })
    };
    words.filter_map(figure).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tidy::found;

    fn check(document: &str) -> Vec<String> {
        let measured = r#"{"rows": [{"rate": 50123.4, "share": 0.914, "p99_ms": 4.56}], "readings": 49200000}"#;
        found(
            figures,
            &[("docs/x.md", document), ("docs/measurements/x.json", measured)],
        )
    }

    #[test]
    fn measured_numbers_pass_as_precisely_as_they_are_written() {
        let table = "<!-- figures: measurements/x.json; others: 500 -->\n| 7 what | a | b |\n|---|---|---|\n| row 9 | **50,123**/s, 91.4 % | p99 4.6 ms of 500, 49 M |\n";
        assert_eq!(check(&table.replace("49 M", "49M")), Vec::<String>::new());
    }

    #[test]
    fn a_number_that_was_not_measured_is_found() {
        let table =
            "<!-- figures: measurements/x.json -->\n\n| what | a |\n|---|---|\n| row | 50,124 |\n\n| other | 3 |\n";
        assert_eq!(
            check(table),
            ["docs/x.md:5: 50,124 is not in the measurements that this table names"]
        );
    }

    #[test]
    fn a_file_that_is_missing_is_named() {
        assert_eq!(
            check("<!-- figures: measurements/y.json -->\n"),
            ["docs/x.md:1: there is no docs/measurements/y.json"]
        );
    }
}
