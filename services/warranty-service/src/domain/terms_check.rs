//! What makes the terms of a coverage unusable. Everything that is wrong is named at once, with its place.

use crate::domain::coverage::{Exclusion, Terms};
use crate::domain::fault::{Fault, LIST_MAX, ODOMETER_KM, TEXT_MAX, is_component};
use crate::domain::vehicle::{Powertrain, VehicleClass};

const NAME_MAX: usize = 120;
const MONTHS_MAX: u32 = 600;
const WAITING_DAYS_MAX: u32 = 3_650;

/// Names everything that is wrong with a coverage's name and terms; an empty list means that it can be written.
pub fn faults(name: &str, terms: &Terms) -> Vec<Fault> {
    let mut found = Vec::new();
    let mut add = |path: &str, code, text: String| found.push(Fault::new(path, code, text));
    if name.trim().is_empty() || name.chars().count() > NAME_MAX {
        add("/name", "name.length", format!("a name has 1 to {NAME_MAX} characters"));
    }
    let covers = &terms.covers;
    if !covers.everything && covers.components.is_empty() && covers.failure_modes.is_empty() {
        add("/covers", "covers.nothing", "the coverage covers nothing".into());
    }
    if terms.applies_to.is_empty() {
        add(
            "/applies_to",
            "applies_to.nothing",
            "the coverage applies to no vehicle".into(),
        );
    }
    if terms.duration_months.is_none() && terms.limit_km.is_none() {
        add(
            "/duration_months",
            "duration.missing",
            "give duration_months, limit_km or both".into(),
        );
    }
    if terms
        .duration_months
        .is_some_and(|months| !(1..=MONTHS_MAX).contains(&months))
    {
        add(
            "/duration_months",
            "duration.range",
            format!("duration_months is 1 to {MONTHS_MAX}"),
        );
    }
    if terms.limit_km.is_some_and(|km| km == 0.0 || !ODOMETER_KM.contains(&km)) {
        add(
            "/limit_km",
            "limit_km.range",
            format!("limit_km is above 0 and at most {}", ODOMETER_KM.end()),
        );
    }
    if terms.waiting_days > WAITING_DAYS_MAX {
        add(
            "/waiting_days",
            "waiting_days.range",
            format!("waiting_days is at most {WAITING_DAYS_MAX}"),
        );
    }
    found.extend(list_faults(terms));
    found
}

fn list_faults(terms: &Terms) -> Vec<Fault> {
    let mut found = Vec::new();
    let applies_to = &terms.applies_to;
    check_components("/covers/components", &terms.covers.components, &mut found);
    check_texts("/covers/failure_modes", &terms.covers.failure_modes, &mut found);
    check_texts("/applies_to/vehicle_ids", &applies_to.vehicle_ids, &mut found);
    check_texts("/applies_to/makes", &applies_to.makes, &mut found);
    check_texts("/applies_to/models", &applies_to.models, &mut found);
    for (index, _) in applies_to
        .powertrains
        .iter()
        .enumerate()
        .filter(|(_, kind)| **kind == Powertrain::Unknown)
    {
        let path = format!("/applies_to/powertrains/{index}");
        found.push(Fault::new(
            &path,
            "powertrain.unknown",
            "give PETROL, DIESEL, HYBRID or BEV",
        ));
    }
    for (index, _) in applies_to
        .vehicle_classes
        .iter()
        .enumerate()
        .filter(|(_, class)| **class == VehicleClass::Unknown)
    {
        let path = format!("/applies_to/vehicle_classes/{index}");
        found.push(Fault::new(
            &path,
            "vehicle_class.unknown",
            "give CAR, VAN, TRUCK or BUS",
        ));
    }
    check_length("/exclusions", terms.exclusions.len(), &mut found);
    for (index, exclusion) in terms.exclusions.iter().enumerate().take(LIST_MAX) {
        check_exclusion(&format!("/exclusions/{index}"), exclusion, &mut found);
    }
    found
}

fn check_exclusion(path: &str, exclusion: &Exclusion, found: &mut Vec<Fault>) {
    check_components(&format!("{path}/components"), &exclusion.components, found);
    check_texts(&format!("{path}/failure_modes"), &exclusion.failure_modes, found);
    if exclusion.components.is_empty() && exclusion.failure_modes.is_empty() {
        let text = "the exclusion names neither a component nor a failure mode";
        found.push(Fault::new(path, "exclusion.nothing", text));
    }
    if !is_code(&exclusion.code) {
        let path = format!("{path}/code");
        found.push(Fault::new(
            &path,
            "exclusion.code",
            "a code is a lower-case word such as misuse",
        ));
    }
}

fn check_components(path: &str, listed: &[String], found: &mut Vec<Fault>) {
    check_length(path, listed.len(), found);
    for (index, _) in listed
        .iter()
        .take(LIST_MAX)
        .enumerate()
        .filter(|(_, component)| !is_component(component))
    {
        let path = format!("{path}/{index}");
        found.push(Fault::new(&path, "component.unknown", "this is not a component type"));
    }
}

fn check_texts(path: &str, listed: &[String], found: &mut Vec<Fault>) {
    check_length(path, listed.len(), found);
    for (index, _) in listed
        .iter()
        .take(LIST_MAX)
        .enumerate()
        .filter(|(_, text)| text.len() > TEXT_MAX)
    {
        let path = format!("{path}/{index}");
        found.push(Fault::new(
            &path,
            "text.length",
            format!("an entry has at most {TEXT_MAX} bytes"),
        ));
    }
}

fn check_length(path: &str, length: usize, found: &mut Vec<Fault>) {
    if length > LIST_MAX {
        found.push(Fault::new(
            path,
            "list.length",
            format!("a list has at most {LIST_MAX} entries"),
        ));
    }
}

fn is_code(code: &str) -> bool {
    code.len() <= 40
        && code.starts_with(|first: char| first.is_ascii_lowercase())
        && code
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '_')
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::coverage::{AppliesTo, Covers, Exclusion};

    fn good() -> Terms {
        Terms {
            covers: Covers {
                everything: true,
                ..Covers::default()
            },
            applies_to: AppliesTo {
                every_vehicle: true,
                ..AppliesTo::default()
            },
            duration_months: Some(36),
            ..Terms::default()
        }
    }

    #[track_caller]
    fn check(name: &str, terms: Terms, expected: &[&str]) {
        let paths: Vec<_> = faults(name, &terms).into_iter().map(|fault| fault.path).collect();
        assert_eq!(paths, expected);
    }

    #[test]
    fn everything_that_is_wrong_is_named_with_its_place() {
        check("New vehicle", good(), &[]);
        check(
            "",
            Terms::default(),
            &["/name", "/covers", "/applies_to", "/duration_months"],
        );
        check(
            "C",
            Terms {
                duration_months: Some(0),
                ..good()
            },
            &["/duration_months"],
        );
        check(
            "C",
            Terms {
                limit_km: Some(f64::NAN),
                ..good()
            },
            &["/limit_km"],
        );
        check(
            "C",
            Terms {
                waiting_days: 9_999,
                ..good()
            },
            &["/waiting_days"],
        );
        let covers = Covers {
            components: vec!["engine".into(), "wings".into()],
            ..Covers::default()
        };
        check("C", Terms { covers, ..good() }, &["/covers/components/1"]);
        let exclusions = vec![Exclusion {
            code: "Racing!".into(),
            ..Exclusion::default()
        }];
        check(
            "C",
            Terms { exclusions, ..good() },
            &["/exclusions/0", "/exclusions/0/code"],
        );
    }
}
