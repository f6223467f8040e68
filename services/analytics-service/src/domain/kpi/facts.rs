//! What key figures are made of: rows that are read from the picture of the fleet.

use crate::domain::fleet::change::{Finding, RemainingKm};
use crate::domain::fleet::{Band, Severity};
use crate::domain::money::{MicroMoney, Money};
use chrono::{DateTime, NaiveDate, Utc};

/// What failures and standstills cost; configured, in one currency.
#[derive(Debug, Clone, PartialEq)]
pub struct Stakes {
    pub currency: String,
    /// What a breakdown on the road costs more than a planned visit, minor units.
    pub breakdown_minor: i64,
    /// What a day costs on which a vehicle must stand, minor units.
    pub standing_minor_per_day: i64,
    /// Daily distance where odometer readings give none, km.
    pub km_per_day_default: f64,
    /// Days within which a confirmed failure would have come to a breakdown, or would have been found at the next service anyway.
    pub horizon_days: f64,
    /// What to assume of a failure within `horizon_days` where a decision has no remaining life.
    pub assumed_failure_share: f64,
}

/// A visit to the workshop.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitFact {
    pub visit_id: String,
    pub vehicle_id: String,
    pub component: Option<String>,
    pub state: String,
    pub automatic: Option<bool>,
    pub starts_before_p05: Option<bool>,
    pub planned_at: Option<DateTime<Utc>>,
    pub started_at: Option<DateTime<Utc>>,
    pub cancelled_at: Option<DateTime<Utc>>,
    /// By the report.
    pub completed_at: Option<DateTime<Utc>>,
    /// The event time of the report.
    pub reported_at: Option<DateTime<Utc>>,
    pub cost: Option<Money>,
    pub confirmed: bool,
    pub nothing_found: bool,
    pub odometer_km: Option<f64>,
}

/// A finished visit, with the decision that it settles and what is known of the life that was used.
#[derive(Debug, Clone, PartialEq)]
pub struct SettledFact {
    pub visit: VisitFact,
    pub decision: Option<DecisionFact>,
    pub km_per_day: Option<f64>,
    /// Where the vehicle stood when the component was worked on before; 0 if never.
    pub previous_km: f64,
    pub claimed: bool,
}

/// A decision about a component.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionFact {
    pub decision_id: String,
    pub vehicle_id: String,
    pub component: Option<String>,
    pub failure_code: Option<String>,
    pub severity: Severity,
    pub made_at: DateTime<Utc>,
    pub rul_km: Option<RemainingKm>,
    pub odometer_km: Option<f64>,
    pub covered: Option<bool>,
    pub llm_model: Option<String>,
    pub llm_calls: i64,
    pub llm_tokens: i64,
    /// Of the models' use; a call costs less than a cent.
    pub llm_cost: Option<MicroMoney>,
    /// When a model's explanation was told.
    pub explained_at: Option<DateTime<Utc>>,
}

/// A decision with a remaining life, and what became of it.
#[derive(Debug, Clone, PartialEq)]
pub struct PredictionFact {
    pub decision: DecisionFact,
    /// Where the vehicle stood when a visit confirmed the failure, and when.
    pub confirmed: Option<(f64, DateTime<Utc>)>,
    /// Where it stood last without a failure known: at a repair, at a visit that found nothing, or now.
    pub survived_km: Option<f64>,
}

/// What a workshop told about a vehicle.
#[derive(Debug, Clone, PartialEq)]
pub struct ReportFact {
    /// The decision that it names.
    pub settles: Option<String>,
    pub completed_at: DateTime<Utc>,
    /// The event time of the report.
    pub reported_at: DateTime<Utc>,
    pub odometer_km: f64,
    pub findings: Vec<Finding>,
}

/// An alert.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertFact {
    pub alert_id: String,
    pub vehicle_id: String,
    pub component: Option<String>,
    pub severity: Severity,
    pub raised_at: DateTime<Utc>,
    pub acknowledged_at: Option<DateTime<Utc>>,
    pub resolved_at: Option<DateTime<Utc>>,
    /// What the visit for its decision found: the failure, or nothing; none where no visit said either.
    pub confirmed: Option<bool>,
}

/// How long a vehicle has been in service.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceFact {
    pub vehicle_id: String,
    pub first_seen_at: DateTime<Utc>,
    pub retired_at: Option<DateTime<Utc>>,
}

/// The vehicles of a band on a day.
#[derive(Debug, Clone, PartialEq)]
pub struct TrendFact {
    pub day: NaiveDate,
    pub band: Band,
    pub vehicles: u64,
    pub scored: u64,
    /// The sum of scores, millionths.
    pub score_micro: i64,
}

/// A vehicle's newest health of a period.
#[derive(Debug, Clone, PartialEq)]
pub struct HealthFact {
    pub vehicle_id: String,
    pub time: DateTime<Utc>,
    pub band: Band,
    pub score_micro: Option<i64>,
}

/// A warranty check.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckFact {
    pub check_id: String,
    pub vehicle_id: String,
    pub component: String,
    pub covered: bool,
    pub checked_at: DateTime<Utc>,
}

/// A claim.
#[derive(Debug, Clone, PartialEq)]
pub struct ClaimFact {
    pub claim_id: String,
    pub vehicle_id: String,
    pub component: String,
    pub amount: Money,
    pub claimed_at: DateTime<Utc>,
}
