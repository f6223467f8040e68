//! `cargo xtask new-service NAME`: lays out a service of the house's shape that compiles and passes its own tests.
//!
//! The templates keep notes: one thing that is written and read back, with an event that says so. What is left is to
//! replace notes by what the service is for, and to enter it where the house keeps its list.

use std::path::Path;

use anyhow::{Context, bail};

use crate::shell;

/// Place in the service's folder and text, with `@…@` where the name goes.
const TEMPLATES: [(&str, &str); 31] = [
    ("Cargo.toml", include_str!("../templates/service/Cargo.toml.txt")),
    (
        "IMPLEMENTATION.md",
        include_str!("../templates/service/IMPLEMENTATION.md.txt"),
    ),
    ("Dockerfile", include_str!("../templates/service/Dockerfile.txt")),
    (".env.example", include_str!("../templates/service/env.txt")),
    (
        "config.default.toml",
        include_str!("../templates/service/config.default.toml.txt"),
    ),
    ("policy.toml", include_str!("../templates/service/policy.toml.txt")),
    (
        "migrations/0001_notes.sql",
        include_str!("../templates/service/migrations/0001_notes.sql.txt"),
    ),
    ("src/main.rs", include_str!("../templates/service/src/main.rs.txt")),
    ("src/lib.rs", include_str!("../templates/service/src/lib.rs.txt")),
    ("src/config.rs", include_str!("../templates/service/src/config.rs.txt")),
    ("src/error.rs", include_str!("../templates/service/src/error.rs.txt")),
    (
        "src/domain/mod.rs",
        include_str!("../templates/service/src/domain/mod.rs.txt"),
    ),
    (
        "src/domain/note.rs",
        include_str!("../templates/service/src/domain/note.rs.txt"),
    ),
    (
        "src/use_cases/mod.rs",
        include_str!("../templates/service/src/use_cases/mod.rs.txt"),
    ),
    (
        "src/use_cases/write_note.rs",
        include_str!("../templates/service/src/use_cases/write_note.rs.txt"),
    ),
    (
        "src/use_cases/list_notes.rs",
        include_str!("../templates/service/src/use_cases/list_notes.rs.txt"),
    ),
    (
        "src/store/mod.rs",
        include_str!("../templates/service/src/store/mod.rs.txt"),
    ),
    (
        "src/store/notes.rs",
        include_str!("../templates/service/src/store/notes.rs.txt"),
    ),
    (
        "src/store/suite.rs",
        include_str!("../templates/service/src/store/suite.rs.txt"),
    ),
    (
        "src/events/mod.rs",
        include_str!("../templates/service/src/events/mod.rs.txt"),
    ),
    (
        "src/events/consumed.rs",
        include_str!("../templates/service/src/events/consumed.rs.txt"),
    ),
    (
        "src/events/published.rs",
        include_str!("../templates/service/src/events/published.rs.txt"),
    ),
    (
        "src/api/mod.rs",
        include_str!("../templates/service/src/api/mod.rs.txt"),
    ),
    (
        "src/api/notes.rs",
        include_str!("../templates/service/src/api/notes.rs.txt"),
    ),
    (
        "src/api/wire.rs",
        include_str!("../templates/service/src/api/wire.rs.txt"),
    ),
    (
        "src/api/problem.rs",
        include_str!("../templates/service/src/api/problem.rs.txt"),
    ),
    (
        "tests/it/main.rs",
        include_str!("../templates/service/tests/it/main.rs.txt"),
    ),
    (
        "tests/it/app.rs",
        include_str!("../templates/service/tests/it/app.rs.txt"),
    ),
    (
        "tests/it/api_notes.rs",
        include_str!("../templates/service/tests/it/api_notes.rs.txt"),
    ),
    (
        "tests/it/events_notes.rs",
        include_str!("../templates/service/tests/it/events_notes.rs.txt"),
    ),
    (
        "tests/it/contracts.rs",
        include_str!("../templates/service/tests/it/contracts.rs.txt"),
    ),
];
/// Place in `contracts/events/<service>/` and text.
const CONTRACTS: [(&str, &str); 2] = [
    (
        "note.written.schema.json",
        include_str!("../templates/service/contracts/schema.json.txt"),
    ),
    (
        "note.written.example.json",
        include_str!("../templates/service/contracts/example.json.txt"),
    ),
];

/// Lays the service out and says what is left to do.
pub(crate) fn new_service(root: &Path, name: &str) -> anyhow::Result<()> {
    let name = name.strip_suffix("-service").unwrap_or(name);
    let sound = name.starts_with(|c: char| c.is_ascii_lowercase())
        && name
            .chars()
            .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-')
        && !name.ends_with('-');
    if !sound {
        bail!("`{name}`: a name is lower-case letters, digits and inner hyphens");
    }
    let folder = root.join(format!("services/{name}-service"));
    if folder.exists() {
        bail!("{name}-service is there already");
    }
    for (place, text) in TEMPLATES {
        write(&folder.join(place), &filled(text, name))?;
    }
    for (place, text) in CONTRACTS {
        let event = place.replace("note.", &format!("{name}.note."));
        write(
            &root.join(format!("contracts/events/{name}-service/{event}")),
            &filled(text, name),
        )?;
    }
    // The order of imports depends on the name.
    let _ = shell::works(
        shell::cargo()
            .args(["fmt", "-p", &format!("{name}-service")])
            .current_dir(root),
    );
    println!("services/{name}-service is laid out, with an event in contracts/events/{name}-service.");
    println!("Try it: cargo nextest run -p {name}-service");
    println!("Then enter it in xtask/src/repository.rs (SERVICES) and carvrooom/src/roster.rs, take a port, and run");
    println!("cargo xtask contracts --write. docs/how-to/add-a-service.md says more.");
    Ok(())
}

fn write(path: &Path, text: &str) -> anyhow::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}

/// The template with the service's name in each of its spellings.
fn filled(text: &str, name: &str) -> String {
    text.replace("@name@", name)
        .replace("@crate@", &format!("{}_service", name.replace('-', "_")))
        .replace("@PREFIX@", &name.replace('-', "_").to_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_is_filled_in() {
        let folder = tempfile::tempdir().unwrap();
        new_service(folder.path(), "road-toll").unwrap();
        let service = folder.path().join("services/road-toll-service");
        for (place, _) in TEMPLATES {
            let text = std::fs::read_to_string(service.join(place)).unwrap();
            assert!(
                !["@name@", "@crate@", "@PREFIX@"].iter().any(|mark| text.contains(mark)),
                "{place}"
            );
        }
        let manifest = std::fs::read_to_string(service.join("Cargo.toml")).unwrap();
        assert!(manifest.contains("name = \"road-toll-service\""));
        assert!(
            folder
                .path()
                .join("contracts/events/road-toll-service/road-toll.note.written.schema.json")
                .exists()
        );
        assert!(new_service(folder.path(), "road-toll").is_err(), "it is there already");
    }

    #[test]
    fn names_that_are_none_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["", "Road", "road_toll", "1road", "road-", "../x"] {
            assert!(new_service(folder.path(), name).is_err(), "{name}");
        }
    }
}
