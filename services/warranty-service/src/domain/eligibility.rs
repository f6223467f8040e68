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
        };
    };
    let odometer_km = question.odometer_km.or(vehicle.odometer_km);
    let mut considered: Vec<Opinion> = coverages
        .iter()
        .filter(|coverage| coverage.terms.applies_to.matches(vehicle))
        .map(|coverage| Opinion {
            coverage_id: coverage.coverage_id.clone(),
            name: coverage.name.clone(),
            ground: ground_of(coverage, vehicle.in_service_date, wear_parts, question, odometer_km),
        })
        .collect();
    considered.sort_by(compare);
    let ground = considered
        .first()
        .map_or(Ground::NoCoverage, |opinion| opinion.ground.clone());
    Eligibility {
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
