//! The table that people read, docs/api/access.md, read by the walk.

use std::collections::BTreeMap;

pub(crate) const ROLES: [&str; 6] = ["OWNER", "FLEET_MANAGER", "TECHNICIAN", "ADMIN", "EXECUTIVE", "SUPPORT"];

/// One line of the table.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    /// `ingestion`, …, or `every` for the routes that each service has.
    pub(crate) service: String,
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) public: bool,
    /// `all`, `own` or `–`, by role.
    pub(crate) cells: BTreeMap<String, String>,
    pub(crate) scopes: Vec<String>,
}

impl Row {
    pub(crate) fn admits(&self, role: &str) -> bool {
        self.public || self.cells[role] != "–"
    }

    pub(crate) fn is_own(&self, role: &str) -> bool {
        self.cells.get(role).is_some_and(|cell| cell == "own")
    }

    pub(crate) fn is_read(&self) -> bool {
        self.method == "GET"
    }

    pub(crate) fn has_id(&self) -> bool {
        self.path.contains('{')
    }

    pub(crate) fn name(&self) -> String {
        format!("{} {}", self.method, self.path)
    }
}

/// All rows of the document.
pub(crate) fn read() -> Vec<Row> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/api/access.md");
    let text = std::fs::read_to_string(path).expect("docs/api/access.md");
    let (mut rows, mut service) = (Vec::new(), String::new());
    for line in text.lines() {
        if let Some(title) = line.strip_prefix("## ") {
            title
                .trim_end_matches("-service")
                .trim_end_matches(" service")
                .clone_into(&mut service);
        } else if line.starts_with("| `") {
            rows.push(row(&service, line));
        }
    }
    assert!(rows.len() > 80, "only {} routes in {path}", rows.len());
    rows
}

fn row(service: &str, line: &str) -> Row {
    let parts: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
    assert_eq!(parts.len(), 8, "{line}");
    let (method, path) = parts[0].trim_matches('`').split_once(' ').expect("method and path");
    let cells = ROLES
        .iter()
        .zip(&parts[1..])
        .map(|(role, cell)| ((*role).to_owned(), (*cell).to_owned()));
    let scopes = parts[7].split_whitespace().filter(|scope| scope.starts_with('`'));
    Row {
        service: service.to_owned(),
        method: method.to_owned(),
        path: path.to_owned(),
        public: parts[1] == "anyone",
        cells: cells.collect(),
        scopes: scopes.map(|scope| scope.trim_matches('`').to_owned()).collect(),
    }
}
