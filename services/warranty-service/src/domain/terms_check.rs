//! What makes the terms of a coverage unusable. Everything that is wrong is named at once, with its place.

use crate::domain::coverage::Terms;
use crate::domain::vehicle::{Powertrain, VehicleClass};

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// JSON Pointer into the request's body.
    pub path: String,
    /// Stable code.
    pub code: &'static str,
    /// The same in English.
    pub text: String,
}

impl Fault {
    /// Something wrong at a place.
    pub fn new(path: &str, code: &'static str, text: impl Into<String>) -> Fault {
        Fault {
            path: path.to_owned(),
            code,
            text: text.into(),
        }
    }
}

/// Odometer readings that can be, in km.
pub const ODOMETER_KM: std::ops::RangeInclusive<f64> = 0.0..=10_000_000.0;

/// The component types of the platform.
pub const COMPONENTS: [&str; 11] = [
    "engine",
    "cooling",
    "lubrication",
    "transmission",
    "brakes",
    "battery_12v",
    "charging",
    "suspension",
    "tyres",
    "aftertreatment",
    "traction_battery",
];

const NAME_MAX: usize = 120;
const LIST_MAX: usize = 1_000;
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
    check_components("/covers/components", &terms.covers.components, &mut found);
    check_length("/covers/failure_modes", terms.covers.failure_modes.len(), &mut found);
    check_length("/exclusions", terms.exclusions.len(), &mut found);
    check_length(
        "/applies_to/vehicle_ids",
        terms.applies_to.vehicle_ids.len(),
        &mut found,
    );
    check_length("/applies_to/makes", terms.applies_to.makes.len(), &mut found);
    check_length("/applies_to/models", terms.applies_to.models.len(), &mut found);
    for (index, powertrain) in terms.applies_to.powertrains.iter().enumerate() {
        if *powertrain == Powertrain::Unknown {
            let path = format!("/applies_to/powertrains/{index}");
            found.push(Fault::new(
                &path,
                "powertrain.unknown",
                "give PETROL, DIESEL, HYBRID or BEV",
            ));
        }
    }
    for (index, class) in terms.applies_to.vehicle_classes.iter().enumerate() {
        if *class == VehicleClass::Unknown {
            let path = format!("/applies_to/vehicle_classes/{index}");
            found.push(Fault::new(
                &path,
                "vehicle_class.unknown",
                "give CAR, VAN, TRUCK or BUS",
            ));
        }
    }
    for (index, exclusion) in terms.exclusions.iter().enumerate() {
        let path = format!("/exclusions/{index}");
        check_components(&format!("{path}/components"), &exclusion.components, &mut found);
        check_length(
            &format!("{path}/failure_modes"),
            exclusion.failure_modes.len(),
            &mut found,
        );
        if exclusion.components.is_empty() && exclusion.failure_modes.is_empty() {
            found.push(Fault::new(
                &path,
                "exclusion.nothing",
                "the exclusion names neither a component nor a failure mode",
            ));
        }
        if !is_code(&exclusion.code) {
            found.push(Fault::new(
                &format!("{path}/code"),
                "exclusion.code",
                "a code is a lower-case word such as misuse",
            ));
        }
    }
    found
}

fn check_components(path: &str, listed: &[String], found: &mut Vec<Fault>) {
    check_length(path, listed.len(), found);
    for (index, component) in listed.iter().enumerate() {
        if !COMPONENTS.contains(&component.as_str()) {
            found.push(Fault::new(
                &format!("{path}/{index}"),
                "component.unknown",
                "this is not a component type",
            ));
        }
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
