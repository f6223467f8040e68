//! Bodies of `/api/v1/warranty/…`.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::ReasonBody;
use crate::domain::coverage::Coverage;
use crate::domain::eligibility::{Eligibility, Opinion, Question};
use crate::use_cases::check_vehicle::Answer;

/// What to check.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct CheckQuery {
    /// A component type.
    pub component: String,
    /// The failure mode's code; without it wear parts are found by component only.
    pub failure_mode: Option<String>,
    /// The odometer reading at the failure in km; the vehicle's own where it is missing.
    pub odometer_km: Option<f64>,
    /// The day on which the failure showed; today where it is missing.
    pub on: Option<NaiveDate>,
}

impl CheckQuery {
    /// The question, with today for a missing day.
    pub(in crate::api) fn into_question(self, today: NaiveDate) -> Question {
        Question {
            component: self.component,
            failure_mode: self.failure_mode,
            on: self.on.unwrap_or(today),
            odometer_km: self.odometer_km,
        }
    }
}

/// The answer to a check.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct CheckBody {
    pub vehicle_id: String,
    pub component: String,
    pub failure_mode: Option<String>,
    pub on: NaiveDate,
    /// The reading that was used, in km.
    pub odometer_km: Option<f64>,
    pub eligibility: EligibilityBody,
}

/// Covered or not, and why.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct EligibilityBody {
    pub covered: bool,
    pub reason: ReasonBody,
    /// The coverage that decided.
    pub coverage: Option<CoverageNameBody>,
    /// What each coverage of the vehicle says, the deciding one first.
    pub considered: Vec<OpinionBody>,
}

/// A coverage and how long it lasts for this vehicle.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct CoverageNameBody {
    pub coverage_id: String,
    pub name: String,
    pub expires_on: Option<NaiveDate>,
    pub expires_km: Option<f64>,
}

/// What one coverage says.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct OpinionBody {
    pub coverage_id: String,
    pub name: String,
    pub covered: bool,
    pub reason: ReasonBody,
}

impl From<&Opinion> for OpinionBody {
    fn from(opinion: &Opinion) -> OpinionBody {
        OpinionBody {
            coverage_id: opinion.coverage_id.clone(),
            name: opinion.name.clone(),
            covered: opinion.ground.is_covered(),
            reason: ReasonBody::from(&opinion.ground.reason()),
        }
    }
}

impl EligibilityBody {
    fn new(eligibility: &Eligibility, coverage: Option<&Coverage>) -> EligibilityBody {
        let ground = &eligibility.ground;
        EligibilityBody {
            covered: eligibility.covered(),
            reason: ReasonBody::from(&ground.reason()),
            coverage: coverage.map(|coverage| CoverageNameBody {
                coverage_id: coverage.coverage_id.clone(),
                name: coverage.name.clone(),
                expires_on: ground.expires_on(),
                expires_km: ground.expires_km(),
            }),
            considered: eligibility.considered.iter().map(OpinionBody::from).collect(),
        }
    }
}

impl CheckBody {
    /// The answer to a question about a vehicle.
    pub(in crate::api) fn new(vehicle_id: String, question: Question, answer: &Answer) -> CheckBody {
        CheckBody {
            vehicle_id,
            component: question.component,
            failure_mode: question.failure_mode,
            on: question.on,
            odometer_km: answer.eligibility.odometer_km,
            eligibility: EligibilityBody::new(&answer.eligibility, answer.coverage.as_ref()),
        }
    }
}
