//! What an event changes in the picture of one vehicle.

use crate::domain::fleet::{Band, Severity};
use crate::domain::money::{MicroMoney, Money};
use chrono::{DateTime, Utc};

/// A coded text: code, parameters as a JSON object's text, and English.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Reason {
    pub code: String,
    pub params_json: String,
    pub text: String,
}

/// What the registry says about a vehicle.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Registration {
    pub retired: bool,
    pub owner_id: Option<String>,
    pub fleet_id: Option<String>,
    pub depot_id: Option<String>,
    pub make: Option<String>,
    pub model: Option<String>,
    pub model_year: Option<i64>,
    pub vehicle_class: Option<String>,
    pub powertrain: Option<String>,
}

/// The vehicle's health as a whole.
#[derive(Debug, Clone, PartialEq)]
pub struct Overall {
    /// 0 to 1; none where there is not enough data.
    pub score: Option<f64>,
    pub band: Band,
    pub odometer_km: Option<f64>,
}

/// Remaining useful life in kilometres.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RemainingKm {
    pub p05: f64,
    pub p50: f64,
    pub p95: f64,
}

/// One component's health.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// 0 to 1; none where there is not enough data.
    pub score: Option<f64>,
    pub band: Band,
    pub rul_km: Option<RemainingKm>,
    pub confidence: Option<f64>,
}

/// What the agent decided about a component.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionDetail {
    pub component: String,
    pub severity: Severity,
    pub urgency: String,
    pub failure_code: String,
    pub failure_name: String,
    pub decision: Reason,
    pub action: Option<Reason>,
    pub cost_low: Option<Money>,
    pub cost_high: Option<Money>,
    pub rul_km: Option<RemainingKm>,
    /// Where the vehicle stood when it was decided.
    pub odometer_km: Option<f64>,
    pub historical: bool,
}

/// What language models were used for one decision.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct LlmUsage {
    /// The model that explained it; none where rules stand alone.
    pub model: Option<String>,
    pub calls: i64,
    pub tokens: i64,
    pub cost: Option<MicroMoney>,
}

/// What an alert says.
#[derive(Debug, Clone, PartialEq)]
pub struct AlertDetail {
    pub decision_id: Option<String>,
    pub component: String,
    pub severity: Severity,
    pub failure_code: Option<String>,
    pub title: Reason,
}

/// Where and when a visit takes place.
#[derive(Debug, Clone, PartialEq)]
pub struct VisitPlan {
    pub component: Option<String>,
    pub alert_id: Option<String>,
    pub decision_id: Option<String>,
    pub center_id: String,
    pub bay_id: String,
    pub technician_id: String,
    pub service_code: String,
    pub starts_at: DateTime<Utc>,
    pub ends_at: DateTime<Utc>,
    pub automatic: bool,
    pub why: Reason,
    pub price: Option<Money>,
    pub starts_before_p05: Option<bool>,
}

/// What the technician found about a component.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Confirmed,
    NotFound,
    OtherCause,
    Unknown,
}

impl Verdict {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Confirmed => "CONFIRMED",
            Verdict::NotFound => "NOT_FOUND",
            Verdict::OtherCause => "OTHER_CAUSE",
            Verdict::Unknown => "UNKNOWN",
        }
    }

    /// The verdict of this name; a name from a newer producer is unknown.
    pub fn parse(name: &str) -> Verdict {
        let known = [Verdict::Confirmed, Verdict::NotFound, Verdict::OtherCause];
        known
            .into_iter()
            .find(|verdict| verdict.as_str() == name)
            .unwrap_or(Verdict::Unknown)
    }
}

/// One finding of a completed visit.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    pub component: String,
    pub verdict: Verdict,
    /// Something was replaced, repaired or adjusted.
    pub acted: bool,
}

/// What a completed visit left behind.
#[derive(Debug, Clone, PartialEq)]
pub struct Outcome {
    pub completed_at: DateTime<Utc>,
    pub decision_id: Option<String>,
    pub technician_id: Option<String>,
    /// Where the vehicle stood.
    pub odometer_km: Option<f64>,
    pub cost: Option<Money>,
    pub findings: Vec<Finding>,
}

/// One change to one vehicle's picture; an event may cause several.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    Registered(Registration),
    Overall(Overall),
    Component {
        component: String,
        reading: Reading,
    },
    /// A repair that was done elsewhere.
    Repaired {
        component: String,
        at: DateTime<Utc>,
        /// Where the vehicle stood.
        odometer_km: Option<f64>,
    },
    DecisionMade {
        decision_id: String,
        detail: DecisionDetail,
    },
    WarrantyJudged {
        decision_id: String,
        covered: bool,
    },
    /// Language models explained it, or were asked in vain.
    DecisionExplained {
        decision_id: String,
        usage: LlmUsage,
    },
    /// A workshop or a person told what was really there.
    DecisionScored {
        decision_id: String,
    },
    AlertRaised {
        alert_id: String,
        detail: AlertDetail,
    },
    AlertAcknowledged {
        alert_id: String,
        by: String,
    },
    AlertResolved {
        alert_id: String,
    },
    VisitPlanned {
        visit_id: String,
        plan: VisitPlan,
    },
    TechnicianAssigned {
        visit_id: String,
        technician_id: String,
    },
    VisitStarted {
        visit_id: String,
    },
    VisitCancelled {
        visit_id: String,
    },
    VisitCompleted {
        visit_id: String,
        outcome: Outcome,
    },
}

impl Change {
    /// The decision that the change speaks of, so that its stored state can be found.
    pub fn decision_id(&self) -> Option<&str> {
        match self {
            Change::DecisionMade { decision_id, .. }
            | Change::WarrantyJudged { decision_id, .. }
            | Change::DecisionExplained { decision_id, .. }
            | Change::DecisionScored { decision_id } => Some(decision_id),
            Change::AlertRaised { detail, .. } => detail.decision_id.as_deref(),
            Change::VisitPlanned { plan, .. } => plan.decision_id.as_deref(),
            Change::VisitCompleted { outcome, .. } => outcome.decision_id.as_deref(),
            _ => None,
        }
    }

    /// The alert that the change is about.
    pub fn alert_id(&self) -> Option<&str> {
        match self {
            Change::AlertRaised { alert_id, .. }
            | Change::AlertAcknowledged { alert_id, .. }
            | Change::AlertResolved { alert_id } => Some(alert_id),
            _ => None,
        }
    }

    /// The visit that the change is about.
    pub fn visit_id(&self) -> Option<&str> {
        match self {
            Change::VisitPlanned { visit_id, .. }
            | Change::TechnicianAssigned { visit_id, .. }
            | Change::VisitStarted { visit_id }
            | Change::VisitCancelled { visit_id }
            | Change::VisitCompleted { visit_id, .. } => Some(visit_id),
            _ => None,
        }
    }
}
