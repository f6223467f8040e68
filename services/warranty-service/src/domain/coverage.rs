//! A coverage: what is promised, for which vehicles, for how long. Immutable once written.

use chrono::{Days, Months, NaiveDate};

use crate::domain::vehicle::{Powertrain, Vehicle, VehicleClass};

/// A promise to pay for named failures of named vehicles.
#[derive(Clone, Debug, PartialEq)]
pub struct Coverage {
    pub coverage_id: String,
    pub name: String,
    pub terms: Terms,
}

/// What a coverage says.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Terms {
    pub covers: Covers,
    pub exclusions: Vec<Exclusion>,
    pub applies_to: AppliesTo,
    /// Months from the in-service date; the last day is the same day of the last month, included.
    pub duration_months: Option<u32>,
    /// The highest odometer reading, in km, included.
    pub limit_km: Option<f64>,
    /// Cover starts so many days after the in-service date, that day included.
    pub waiting_days: u32,
}

/// Which failures are promised.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Covers {
    /// Each component, but not wear parts.
    pub everything: bool,
    pub components: Vec<String>,
    pub failure_modes: Vec<String>,
}

/// Failures that the promise leaves out, and why.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct Exclusion {
    pub components: Vec<String>,
    pub failure_modes: Vec<String>,
    /// The reason's code, such as `maintenance`.
    pub code: String,
}

/// Which vehicles have this coverage.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct AppliesTo {
    pub every_vehicle: bool,
    pub vehicle_ids: Vec<String>,
    pub makes: Vec<String>,
    pub models: Vec<String>,
    pub powertrains: Vec<Powertrain>,
    pub vehicle_classes: Vec<VehicleClass>,
}

/// Between which days and up to which odometer reading a coverage that counts days answers for one vehicle.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    /// The first day of cover.
    pub starts_on: NaiveDate,
    /// The last day of cover, included; `None` when the coverage has no end date.
    pub expires_on: Option<NaiveDate>,
    /// The last odometer reading of cover in km, included.
    pub expires_km: Option<f64>,
}

impl Terms {
    /// Whether the coverage counts days, and so needs the vehicle's in-service date.
    pub fn counts_days(&self) -> bool {
        self.duration_months.is_some() || self.waiting_days > 0
    }

    /// The window for a vehicle that went into service on this day.
    pub fn window(&self, in_service: NaiveDate) -> Window {
        // An overflow of the calendar means "far beyond any vehicle's life", so the calendar's end stands for it.
        let starts_on = in_service
            .checked_add_days(Days::new(u64::from(self.waiting_days)))
            .unwrap_or(NaiveDate::MAX);
        let expires_on = self.duration_months.map(|months| {
            in_service
                .checked_add_months(Months::new(months))
                .unwrap_or(NaiveDate::MAX)
        });
        Window {
            starts_on,
            expires_on,
            expires_km: self.limit_km,
        }
    }

    /// The exclusion that meets this failure, if one does. A failure mode is narrower than a component, so it wins.
    pub fn exclusion(&self, component: &str, failure_mode: Option<&str>) -> Option<&Exclusion> {
        let by_mode = |exclusion: &&Exclusion| failure_mode.is_some_and(|code| names(&exclusion.failure_modes, code));
        let by_component = |exclusion: &&Exclusion| names(&exclusion.components, component);
        self.exclusions
            .iter()
            .find(by_mode)
            .or_else(|| self.exclusions.iter().find(by_component))
    }
}

impl Covers {
    /// Whether the coverage mentions this failure mode or this component by name.
    pub fn names_component(&self, component: &str) -> bool {
        names(&self.components, component)
    }

    /// Whether the coverage mentions this failure mode by name.
    pub fn names_failure_mode(&self, failure_mode: Option<&str>) -> bool {
        failure_mode.is_some_and(|code| names(&self.failure_modes, code))
    }

    /// Whether the failure lies within what is promised, wear parts aside.
    pub fn includes(&self, component: &str, failure_mode: Option<&str>) -> bool {
        self.everything || self.names_component(component) || self.names_failure_mode(failure_mode)
    }
}

impl AppliesTo {
    /// Whether a vehicle has this coverage: it is listed, or it meets each kind of condition that is given.
    pub fn matches(&self, vehicle: &Vehicle) -> bool {
        if self.every_vehicle || names(&self.vehicle_ids, &vehicle.vehicle_id) {
            return true;
        }
        let mut given = self.conditions(vehicle).into_iter().flatten().peekable();
        given.peek().is_some() && given.all(|condition| condition == Condition::Met)
    }

    /// Whether a vehicle that does not have this coverage may turn out to have it: no condition is missed, and what decides at
    /// least one of them is not known. A vehicle that was first heard by its telemetry has neither make nor model.
    pub fn may_match(&self, vehicle: &Vehicle) -> bool {
        let mut given = self.conditions(vehicle).into_iter().flatten();
        !self.matches(vehicle)
            && given.all(|condition| condition != Condition::Missed)
            && self.conditions(vehicle).contains(&Some(Condition::Open))
    }

    /// How a vehicle stands to each kind of condition; none where the kind is not given.
    fn conditions(&self, vehicle: &Vehicle) -> [Option<Condition>; 4] {
        let named = |list: &[String], word: Option<&str>| {
            (!list.is_empty()).then(|| Condition::of(named_in(list, word), word.is_some()))
        };
        let (powertrain, class) = (vehicle.powertrain, vehicle.vehicle_class);
        [
            named(&self.makes, vehicle.make.as_deref()),
            named(&self.models, vehicle.model.as_deref()),
            (!self.powertrains.is_empty()).then(|| {
                Condition::of(
                    self.powertrains.contains(&powertrain),
                    powertrain != Powertrain::Unknown,
                )
            }),
            (!self.vehicle_classes.is_empty())
                .then(|| Condition::of(self.vehicle_classes.contains(&class), class != VehicleClass::Unknown)),
        ]
    }

    /// Whether it says anything at all; a coverage that can meet no vehicle is a mistake.
    pub fn is_empty(&self) -> bool {
        !self.every_vehicle
            && self.vehicle_ids.is_empty()
            && self.makes.is_empty()
            && self.models.is_empty()
            && self.powertrains.is_empty()
            && self.vehicle_classes.is_empty()
    }
}

/// How a vehicle stands to a condition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Condition {
    Met,
    Missed,
    /// What decides it is not known of the vehicle.
    Open,
}

impl Condition {
    fn of(met: bool, known: bool) -> Condition {
        match (met, known) {
            (true, _) => Condition::Met,
            (false, true) => Condition::Missed,
            (false, false) => Condition::Open,
        }
    }
}

fn names(list: &[String], word: &str) -> bool {
    list.iter().any(|listed| listed == word)
}

fn named_in(list: &[String], word: Option<&str>) -> bool {
    word.is_some_and(|word| list.iter().any(|listed| listed.to_lowercase() == word.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn leon() -> Vehicle {
        Vehicle {
            vehicle_id: "V1".into(),
            make: Some("Seat".into()),
            model: Some("León".into()),
            powertrain: Powertrain::Petrol,
            vehicle_class: VehicleClass::Unknown,
            in_service_date: None,
            odometer_km: None,
        }
    }

    #[test]
    fn months_end_on_the_same_day_or_on_the_last_day_of_a_shorter_month() {
        let cases = [
            ("2024-02-29", 12, "2025-02-28"),
            ("2024-02-29", 48, "2028-02-29"),
            ("2023-03-01", 12, "2024-03-01"),
            ("2023-08-31", 6, "2024-02-29"),
            ("2024-12-31", 2, "2025-02-28"),
        ];
        for (from, months, last) in cases {
            let terms = Terms {
                duration_months: Some(months),
                ..Terms::default()
            };
            assert_eq!(terms.window(day(from)).expires_on, Some(day(last)), "{from} + {months}");
        }
    }

    #[test]
    fn a_vehicle_matches_by_id_or_by_every_condition_that_is_given() {
        let check = |applies_to: AppliesTo, expected: bool| assert_eq!(applies_to.matches(&leon()), expected);
        check(AppliesTo::default(), false);
        check(
            AppliesTo {
                every_vehicle: true,
                ..AppliesTo::default()
            },
            true,
        );
        check(
            AppliesTo {
                vehicle_ids: vec!["V1".into()],
                makes: vec!["Fiat".into()],
                ..AppliesTo::default()
            },
            true,
        );
        check(
            AppliesTo {
                makes: vec!["SEAT".into()],
                models: vec!["LEÓN".into()],
                ..AppliesTo::default()
            },
            true,
        );
        check(
            AppliesTo {
                makes: vec!["Seat".into()],
                models: vec!["Ibiza".into()],
                ..AppliesTo::default()
            },
            false,
        );
        check(
            AppliesTo {
                powertrains: vec![Powertrain::Petrol, Powertrain::Diesel],
                ..AppliesTo::default()
            },
            true,
        );
        check(
            AppliesTo {
                vehicle_classes: vec![VehicleClass::Car],
                ..AppliesTo::default()
            },
            false,
        );
    }

    #[test]
    fn a_vehicle_may_turn_out_to_match_only_by_what_is_not_known_of_it() {
        let unnamed = Vehicle { make: None, ..leon() };
        let makes = vec!["Seat".to_owned()];
        let of_make = AppliesTo {
            makes: makes.clone(),
            ..AppliesTo::default()
        };
        assert!(of_make.may_match(&unnamed) && !of_make.matches(&unnamed));
        assert!(!of_make.may_match(&leon()), "it does match");
        let of_class = AppliesTo {
            vehicle_classes: vec![VehicleClass::Car],
            ..of_make.clone()
        };
        assert!(of_class.may_match(&unnamed) && of_class.may_match(&leon()));
        let of_diesels = AppliesTo {
            powertrains: vec![Powertrain::Diesel],
            ..of_make
        };
        assert!(!of_diesels.may_match(&unnamed), "it is no diesel, whoever made it");
        let listed = AppliesTo {
            vehicle_ids: vec!["V2".into()],
            ..AppliesTo::default()
        };
        assert!(!listed.may_match(&unnamed));
    }

    #[test]
    fn an_exclusion_of_the_failure_mode_is_found_before_one_of_its_component() {
        let terms = Terms {
            exclusions: vec![
                Exclusion {
                    components: vec!["brakes".into()],
                    code: "racing".into(),
                    ..Exclusion::default()
                },
                Exclusion {
                    failure_modes: vec!["brakes.fade".into()],
                    code: "misuse".into(),
                    ..Exclusion::default()
                },
            ],
            ..Terms::default()
        };
        assert_eq!(
            terms
                .exclusion("brakes", Some("brakes.fade"))
                .map(|found| found.code.as_str()),
            Some("misuse")
        );
        assert_eq!(
            terms.exclusion("brakes", None).map(|found| found.code.as_str()),
            Some("racing")
        );
        assert_eq!(terms.exclusion("engine", None), None);
    }
}
