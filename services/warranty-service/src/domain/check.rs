//! The warranty check of one decision: asked once, answered again only when the vehicle becomes better known.

use chrono::{DateTime, NaiveDate, Utc};

use crate::domain::claim::Standing;
use crate::domain::eligibility::{Eligibility, Question};
use crate::domain::odometer::Reading;

/// What a decision says that matters to the warranty.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    pub decision_id: String,
    pub vehicle_id: String,
    pub component: String,
    /// The code of the most probable failure mode.
    pub failure_mode: String,
    /// When it was true: event time.
    pub decided_at: DateTime<Utc>,
    /// In km.
    pub odometer_km: Option<f64>,
    /// About the past beyond the live horizon.
    pub historical: bool,
    pub correlation_id: String,
}

/// A decision together with its present answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    pub check_id: String,
    pub decision: Decision,
    pub standing: Standing,
    /// The last day of cover, where the answer knows one.
    pub expires_on: Option<NaiveDate>,
    /// The last odometer reading of cover in km, where the answer knows one.
    pub expires_km: Option<f64>,
    /// The odometer reading that the answer used, in km.
    pub checked_at_km: Option<f64>,
    /// True while the answer may change when the registry says more about the vehicle.
    pub waits_for_vehicle: bool,
    /// 1 for the first answer, one more for each later one.
    pub revision: i64,
}

impl Decision {
    /// What the odometer showed then.
    pub fn reading(&self) -> Option<Reading> {
        let at = self.decided_at;
        self.odometer_km.map(|km| Reading { km, at })
    }

    /// The warranty question of the decision: event time decides the day.
    pub fn question(&self) -> Question {
        Question {
            component: self.component.clone(),
            failure_mode: Some(self.failure_mode.clone()),
            on: self.decided_at.date_naive(),
            odometer_km: self.odometer_km,
        }
    }
}

impl Check {
    /// The first answer.
    pub fn first(check_id: String, decision: Decision, answer: &Eligibility) -> Check {
        Check::of(check_id, decision, answer, 1)
    }

    /// The next answer, or `None` where nothing changed.
    pub fn revised(&self, answer: &Eligibility) -> Option<Check> {
        let next = Check::of(self.check_id.clone(), self.decision.clone(), answer, self.revision + 1);
        (next.standing != self.standing).then_some(next)
    }

    fn of(check_id: String, decision: Decision, answer: &Eligibility, revision: i64) -> Check {
        Check {
            check_id,
            decision,
            standing: Standing::from(answer),
            expires_on: answer.ground.expires_on(),
            expires_km: answer.ground.expires_km(),
            checked_at_km: answer.odometer_km,
            waits_for_vehicle: answer.may_change,
            revision,
        }
    }
}
