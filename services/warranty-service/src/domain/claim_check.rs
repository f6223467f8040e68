//! What makes a claim, or the correction of one, unusable. Everything that is wrong is named at once, with its place.

use chrono::{Days, NaiveDate};

use crate::domain::claim::Amendment;
use crate::domain::fault::{Fault, ODOMETER_KM, TEXT_MAX, is_component};
use crate::domain::money::Money;

const DESCRIPTION_MAX: usize = 4_000;

/// What a claim says about the failure.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    pub component: String,
    pub failure_mode: Option<String>,
    /// The day on which it showed.
    pub occurred_on: NaiveDate,
    pub odometer_km: Option<f64>,
}

/// Names what is wrong with a failure, seen from a day.
pub fn failure_faults(failure: &Failure, today: NaiveDate) -> Vec<Fault> {
    let mut found = Vec::new();
    if !is_component(&failure.component) {
        found.push(Fault::new(
            "/component",
            "component.unknown",
            "this is not a component type",
        ));
    }
    if failure
        .failure_mode
        .as_ref()
        .is_some_and(|code| code.is_empty() || code.len() > TEXT_MAX)
    {
        let text = format!("a failure mode's code has 1 to {TEXT_MAX} bytes");
        found.push(Fault::new("/failure_mode", "text.length", text));
    }
    // One day of grace: the claimant's calendar may be ahead of UTC.
    if failure.occurred_on > today + Days::new(1) {
        found.push(Fault::new(
            "/occurred_on",
            "occurred_on.future",
            "the failure lies in the future",
        ));
    }
    if failure.odometer_km.is_some_and(|km| !ODOMETER_KM.contains(&km)) {
        found.push(Fault::new(
            "/odometer_km",
            "odometer_km.range",
            "an odometer shows 0 to 10000000 km",
        ));
    }
    found
}

/// Names what is wrong with an amount and a description, whichever are given.
pub fn demand_faults(amount: Option<&Money>, description: Option<&str>) -> Vec<Fault> {
    let mut found = Vec::new();
    if amount.is_some_and(|amount| amount.amount_minor == 0) {
        found.push(Fault::new(
            "/amount/amount_minor",
            "amount.zero",
            "there is nothing to claim",
        ));
    }
    if description.is_some_and(|text| text.chars().count() > DESCRIPTION_MAX) {
        let text = format!("a description has at most {DESCRIPTION_MAX} characters");
        found.push(Fault::new("/description", "description.length", text));
    }
    found
}

/// Names what is wrong with a correction.
pub fn amendment_faults(amendment: &Amendment) -> Vec<Fault> {
    demand_faults(amendment.amount.as_ref(), amendment.description.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_failure_lies_at_most_one_day_ahead_and_names_a_component() {
        let good = Failure {
            component: "cooling".into(),
            failure_mode: None,
            occurred_on: day("2026-05-11"),
            odometer_km: Some(0.0),
        };
        let today = day("2026-05-10");
        let check = |failure: Failure, expected: &[&str]| {
            let paths: Vec<_> = failure_faults(&failure, today)
                .into_iter()
                .map(|fault| fault.path)
                .collect();
            assert_eq!(paths, expected);
        };
        check(good.clone(), &[]);
        check(
            Failure {
                occurred_on: day("2026-05-12"),
                ..good.clone()
            },
            &["/occurred_on"],
        );
        check(
            Failure {
                component: "wings".into(),
                odometer_km: Some(f64::NAN),
                ..good.clone()
            },
            &["/component", "/odometer_km"],
        );
        check(
            Failure {
                failure_mode: Some(String::new()),
                ..good
            },
            &["/failure_mode"],
        );
    }

    #[test]
    fn nothing_cannot_be_claimed_and_no_novel_is_read() {
        let nothing = Money {
            amount_minor: 0,
            currency: "EUR".into(),
        };
        assert_eq!(demand_faults(Some(&nothing), Some(&"x".repeat(4_001))).len(), 2);
        assert!(amendment_faults(&Amendment::default()).is_empty());
    }
}
