//! Words that a part must not know: the day the kit knows what a vehicle is, it is no kit any more.

use super::Finding;
use crate::repository::Repository;
use crate::rust_text::{parts, words};

/// Words of the domain, in the singular; plurals are found too.
const DOMAIN_WORDS: [&str; 15] = [
    "vehicle",
    "component",
    "alert",
    "warranty",
    "rul",
    "telemetry",
    "technician",
    "appointment",
    "odometer",
    "fleet",
    "diagnosis",
    "repair",
    "workshop",
    "engine",
    "coolant",
];

/// Identifiers that the wire itself prescribes, and the name of the module for logs, metrics and traces.
const ALLOWED: [&str; 6] = [
    "vehicle_ids",
    "FleetManager",
    "FLEET_MANAGER",
    "Technician",
    "TECHNICIAN",
    "telemetry",
];

/// Words of fleets, which the science library does without.
const FLEET_WORDS: [&str; 10] = [
    "vehicle",
    "fleet",
    "car",
    "truck",
    "driver",
    "odometer",
    "technician",
    "workshop",
    "warranty",
    "tenant",
];

/// The chassis has no word of the domain, in code or prose.
pub(crate) fn chassis(repository: &Repository) -> Vec<Finding> {
    search(
        repository,
        &["chassis/src/", "chassis/config.default.toml"],
        &DOMAIN_WORDS,
        &ALLOWED,
        "chassis",
    )
}

/// The science library has no word of fleets, in code or prose.
pub(crate) fn prognostics(repository: &Repository) -> Vec<Finding> {
    search(repository, &["prognostics/src/"], &FLEET_WORDS, &[], "prognostics")
}

fn search(repository: &Repository, places: &[&str], banned: &[&str], allowed: &[&str], part: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in repository
        .files
        .iter()
        .filter(|file| places.iter().any(|place| file.path.starts_with(place)))
    {
        for (line, word) in words(&file.text).filter(|(_, word)| !allowed.contains(word)) {
            for piece in parts(word) {
                let singular = piece.strip_suffix('s').unwrap_or(&piece);
                if banned.contains(&piece.as_str()) || banned.contains(&singular) {
                    findings.push(Finding::new(
                        &file.path,
                        line,
                        format!("{part} does not know the word `{word}`"),
                    ));
                }
            }
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::super::found;
    use super::*;

    #[test]
    fn a_kit_without_the_domain_passes() {
        let good =
            "mod telemetry;\n/// Only these `vehicle_ids`.\nenum Role { FleetManager }\nlet brultal = components_of;\n";
        let findings = found(chassis, &[("chassis/src/lib.rs", good)]);
        assert_eq!(
            findings,
            ["chassis/src/lib.rs:4: chassis does not know the word `components_of`"]
        );
    }

    #[test]
    fn words_are_found_in_code_and_prose() {
        let bad = "// an alert-service\nstruct VehicleId;\nconst RUL_KM: u8 = 0;\n";
        assert_eq!(found(chassis, &[("chassis/src/ids.rs", bad)]).len(), 3);
        assert!(found(chassis, &[("services/a/src/ids.rs", bad)]).is_empty());
    }

    #[test]
    fn the_science_library_speaks_of_units_and_runs() {
        assert!(
            found(
                prognostics,
                &[("prognostics/src/lib.rs", "/// A scarce carrier of runs.\n")]
            )
            .is_empty()
        );
        assert_eq!(
            found(prognostics, &[("prognostics/src/lib.rs", "/// A car of the fleet.\n")]).len(),
            2
        );
    }
}
