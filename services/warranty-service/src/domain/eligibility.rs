//! Eligibility: is this failure of this vehicle covered on this day and at this odometer reading, and why.

use chrono::NaiveDate;

use crate::domain::coverage::{Coverage, Terms};
use crate::domain::ground::Ground;
use crate::domain::vehicle::Vehicle;
use crate::domain::wear_parts::{WearPart, WearParts};

/// What is asked.
#[derive(Clone, Debug, PartialEq)]
pub struct Question {
    /// The component's type; a word that no coverage lists is covered by `everything` at most.
    pub component: String,
    /// The failure mode's code, where one is known.
    pub failure_mode: Option<String>,
    /// The day on which the failure showed: event time.
    pub on: NaiveDate,
    /// The odometer reading then, in km; the vehicle's own is used where this is missing.
    pub odometer_km: Option<f64>,
}

/// The answer, and what each coverage of the vehicle had to say.
#[derive(Clone, Debug, PartialEq)]
pub struct Eligibility {
    /// What decided.
    pub ground: Ground,
    /// The odometer reading that was used, in km.
    pub odometer_km: Option<f64>,
    /// Each coverage that the vehicle has, the deciding one first.
    pub considered: Vec<Opinion>,
    /// Whether knowing more about the vehicle may make it covered, so that it is asked again when its data come.
    pub may_change: bool,
}

/// What one coverage says.
#[derive(Clone, Debug, PartialEq)]
pub struct Opinion {
    pub coverage_id: String,
    pub name: String,
    pub ground: Ground,
}

impl Eligibility {
    /// Whether the failure is covered.
    pub fn covered(&self) -> bool {
        self.ground.is_covered()
    }
}

/// Answers a question about a vehicle; `None` is a vehicle that is not known. One coverage that covers is enough.
pub fn judge(
    vehicle: Option<&Vehicle>,
    coverages: &[Coverage],
    wear_parts: &WearParts,
    question: &Question,
) -> Eligibility {
    let Some(vehicle) = vehicle else {
        let odometer_km = question.odometer_km;
        return Eligibility {
            ground: Ground::VehicleUnknown,
            odometer_km,
            considered: Vec::new(),
            may_change: true,
        };
    };
    let odometer_km = question.odometer_km.or(vehicle.odometer_km);
    let ask = |coverage: &Coverage| ground_of(coverage, vehicle.in_service_date, wear_parts, question, odometer_km);
    let mut considered: Vec<Opinion> = coverages
        .iter()
        .filter(|coverage| coverage.terms.applies_to.matches(vehicle))
        .map(|coverage| Opinion {
            coverage_id: coverage.coverage_id.clone(),
            name: coverage.name.clone(),
            ground: ask(coverage),
        })
        .collect();
    considered.sort_by(compare);
    let ground = considered
        .first()
        .map_or(Ground::NoCoverage, |opinion| opinion.ground.clone());
    // The ground that is told hides others: one coverage may not have begun while another only waits for the odometer.
    let one_may_change = considered
        .iter()
        .any(|opinion| opinion.ground.may_change_with_vehicle());
    let one_may_join = || {
        let joining = coverages
            .iter()
            .filter(|coverage| coverage.terms.applies_to.may_match(vehicle));
        joining
            .map(ask)
            .any(|ground| ground.is_covered() || ground.may_change_with_vehicle())
    };
    Eligibility {
        may_change: !ground.is_covered() && (one_may_change || one_may_join()),
        ground,
        odometer_km,
        considered,
    }
}

/// The nearest to "covered" first; among those that cover, the one that lasts longest; then by id, to be the same
/// every time.
fn compare(left: &Opinion, right: &Opinion) -> std::cmp::Ordering {
    let lasting = |opinion: &Opinion| {
        let day = opinion.ground.expires_on().unwrap_or(NaiveDate::MAX);
        (day, opinion.ground.expires_km().unwrap_or(f64::INFINITY))
    };
    let (left_day, left_km) = lasting(left);
    let (right_day, right_km) = lasting(right);
    right
        .ground
        .nearness()
        .cmp(&left.ground.nearness())
        .then(right_day.cmp(&left_day))
        .then(right_km.total_cmp(&left_km))
        .then(left.coverage_id.cmp(&right.coverage_id))
}

fn ground_of(
    coverage: &Coverage,
    in_service: Option<NaiveDate>,
    wear_parts: &WearParts,
    question: &Question,
    odometer_km: Option<f64>,
) -> Ground {
    let coverage_id = coverage.coverage_id.clone();
    match scope(&coverage.terms, wear_parts, question) {
        Scope::Included => within(&coverage.terms, coverage_id, in_service, question.on, odometer_km),
        Scope::NotIncluded => Ground::NotIncluded {
            coverage_id,
            component: question.component.clone(),
        },
        Scope::Excluded(exclusion) => Ground::Excluded {
            coverage_id,
            component: question.component.clone(),
            exclusion,
        },
        Scope::WearPart => Ground::WearPart {
            coverage_id,
            component: question.component.clone(),
            failure_mode: question.failure_mode.clone(),
        },
    }
}

enum Scope {
    Included,
    NotIncluded,
    Excluded(String),
    WearPart,
}

/// What the coverage says about the failure, whatever the day: an exclusion is stronger than a promise, and a wear
/// part is promised only by its own name.
fn scope(terms: &Terms, wear_parts: &WearParts, question: &Question) -> Scope {
    let mode = question.failure_mode.as_deref();
    if let Some(exclusion) = terms.exclusion(&question.component, mode) {
        return Scope::Excluded(exclusion.code.clone());
    }
    if !terms.covers.includes(&question.component, mode) {
        return Scope::NotIncluded;
    }
    let named = match wear_parts.find(&question.component, mode) {
        None => true,
        Some(WearPart::FailureMode) => terms.covers.names_failure_mode(mode),
        Some(WearPart::Component) => {
            terms.covers.names_component(&question.component) || terms.covers.names_failure_mode(mode)
        }
    };
    if named { Scope::Included } else { Scope::WearPart }
}

/// What the coverage says about the day and the odometer. An end that is surely passed decides before anything that
/// is merely unknown, so that learning more never revives a coverage.
fn within(
    terms: &Terms,
    coverage_id: String,
    in_service: Option<NaiveDate>,
    on: NaiveDate,
    odometer_km: Option<f64>,
) -> Ground {
    // A coverage by distance alone asks for no date, so a date that becomes known later changes nothing about it.
    let window = in_service.filter(|_| terms.counts_days()).map(|day| terms.window(day));
    if let Some(expired_on) = window.and_then(|window| window.expires_on).filter(|last| on > *last) {
        return Ground::ExpiredByDate {
            coverage_id,
            expired_on,
        };
    }
    match (terms.limit_km, odometer_km) {
        (Some(expires_km), Some(odometer_km)) if odometer_km > expires_km => {
            return Ground::ExpiredByKm {
                coverage_id,
                expires_km,
                odometer_km,
            };
        }
        _ => {}
    }
    if window.is_none() && terms.counts_days() {
        return Ground::NoInServiceDate { coverage_id };
    }
    if let (Some(expires_km), None) = (terms.limit_km, odometer_km) {
        return Ground::OdometerUnknown {
            coverage_id,
            expires_km,
        };
    }
    if let Some(starts_on) = window.map(|window| window.starts_on).filter(|first| on < *first) {
        return Ground::NotStarted { coverage_id, starts_on };
    }
    Ground::Covered {
        coverage_id,
        expires_on: window.and_then(|window| window.expires_on),
        expires_km: terms.limit_km,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::coverage::{AppliesTo, Covers};
    use crate::domain::vehicle::{Powertrain, VehicleClass};

    fn coverage(id: &str, waiting_days: u32, limit_km: Option<f64>) -> Coverage {
        let everything = Covers {
            everything: true,
            ..Covers::default()
        };
        let every_vehicle = AppliesTo {
            every_vehicle: true,
            ..AppliesTo::default()
        };
        let terms = Terms {
            covers: everything,
            applies_to: every_vehicle,
            waiting_days,
            limit_km,
            ..Terms::default()
        };
        Coverage {
            coverage_id: id.into(),
            name: id.into(),
            terms,
        }
    }

    /// The ground that is told is the nearest to "covered", and hides that another coverage only waits for the odometer.
    #[test]
    fn an_answer_waits_for_any_coverage_that_may_change() {
        let day = NaiveDate::default();
        let vehicle = |odometer_km| Vehicle {
            vehicle_id: "V1".into(),
            make: None,
            model: None,
            powertrain: Powertrain::Unknown,
            vehicle_class: VehicleClass::Unknown,
            in_service_date: Some(day),
            odometer_km,
        };
        let question = Question {
            component: "engine".into(),
            failure_mode: None,
            on: day,
            odometer_km: None,
        };
        let (not_begun, by_distance) = (coverage("A", 30, None), coverage("B", 0, Some(1_000.0)));
        let ask = |odometer_km, coverages: &[Coverage]| {
            judge(Some(&vehicle(odometer_km)), coverages, &WearParts::default(), &question)
        };
        let both = [not_begun.clone(), by_distance];
        let answer = ask(None, &both);
        assert!(matches!(answer.ground, Ground::NotStarted { .. }) && answer.may_change);
        let known = ask(Some(500.0), &both);
        assert!(known.covered() && !known.may_change);
        assert!(!ask(None, &[not_begun]).may_change, "a day that has not come is known");
    }
}
