//! The events of others, as far as this service reads them. Unknown fields are ignored; unknown words have a stated meaning.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Deserialize;

use crate::domain::alert::Finding;
use crate::domain::content::{Content, title};
use crate::domain::person::{Person, Role, Vehicle};
use crate::domain::report::Report;
use crate::domain::severity::{Severity, Urgency};
use crate::shapes::{CostRange, FailureMode, Hold, PartNeed, Quantiles, Reason};
use crate::store::{Revision, WarrantyFinding};
use crate::use_cases::{CompletedVisit, Decision, Origin, Recovered, ReportMade, ScheduledVisit};

/// `agent.decision.made`.
#[derive(Debug, Deserialize)]
pub struct DecisionMade {
    decision_id: String,
    vehicle_id: String,
    component: String,
    severity: String,
    urgency: String,
    failure_mode: FailureMode,
    recommended_actions: Vec<Reason>,
    safety_warning: Option<Reason>,
    estimated_cost: CostRange,
    labour_hours: f64,
    parts: Vec<PartNeed>,
    required_skill: String,
    rul_km: Option<Quantiles>,
    odometer_km: Option<f64>,
    review: Option<Hold>,
    #[serde(default)]
    reasoning: Vec<Reason>,
}

impl DecisionMade {
    /// In the domain's words. A severity of a later version counts as WARNING, so that it is seen but books nothing.
    pub fn into_decision(self, origin: Origin) -> Decision {
        let severity = Severity::parse(&self.severity).unwrap_or(Severity::Warning);
        let failure_mode = self.failure_mode.into();
        Decision {
            id: self.decision_id,
            vehicle_id: self.vehicle_id,
            severity,
            urgency: Urgency::parse(&self.urgency).unwrap_or(Urgency::implied_by(severity)),
            content: Content {
                title: title(&self.component, &failure_mode),
                failure_mode,
                reasoning: self.reasoning.into_iter().map(Into::into).collect(),
                recommended_actions: self.recommended_actions.into_iter().map(Into::into).collect(),
                safety_warning: self.safety_warning.map(Into::into),
                cost_low: self.estimated_cost.low.into(),
                cost_high: self.estimated_cost.high.into(),
                labour_hours: self.labour_hours,
                parts: self.parts.into_iter().map(Into::into).collect(),
                required_skill: self.required_skill,
                rul_km: self.rul_km.map(Into::into),
                odometer_km: self.odometer_km,
                review: self.review.map(Into::into),
            },
            component: self.component,
            origin,
        }
    }
}

/// `agent.decision.revised`.
#[derive(Debug, Deserialize)]
pub struct DecisionRevised {
    decision_id: String,
    revision: i64,
    vehicle_id: String,
    component: String,
    what: Reason,
    warranty: Option<Warranty>,
    recovery: Option<Recovery>,
}

#[derive(Debug, Deserialize)]
struct Recovery {
    since: DateTime<Utc>,
    repaired: bool,
}

#[derive(Debug, Deserialize)]
struct Warranty {
    covered: bool,
    reason: Reason,
    coverage_id: Option<String>,
}

impl DecisionRevised {
    /// The component that is well again, when that is what was found out.
    pub fn recovered(&self) -> Option<Recovered> {
        let recovery = self.recovery.as_ref()?;
        Some(Recovered {
            vehicle_id: self.vehicle_id.clone(),
            component: self.component.clone(),
            since: chassis::clock::micros(recovery.since),
            repaired: recovery.repaired,
        })
    }

    /// The decision's id and what was found out about it.
    pub fn into_revision(self, time: DateTime<Utc>) -> (String, Revision) {
        let warranty = self.warranty.map(|warranty| WarrantyFinding {
            covered: warranty.covered,
            reason: warranty.reason,
            coverage_id: warranty.coverage_id,
        });
        let time = chassis::clock::micros(time);
        (
            self.decision_id,
            Revision {
                revision: self.revision,
                what: self.what,
                warranty,
                time,
            },
        )
    }
}

/// `vehicle.registered` and `vehicle.updated`.
#[derive(Debug, Deserialize)]
pub struct VehicleChanged {
    vehicle_id: String,
    owner_id: Option<String>,
    fleet_id: Option<String>,
}

impl VehicleChanged {
    /// In the domain's words.
    pub fn into_vehicle(self) -> Vehicle {
        Vehicle {
            vehicle_id: self.vehicle_id,
            owner_id: self.owner_id,
            fleet_id: self.fleet_id,
        }
    }
}

/// `identity.user.changed`.
#[derive(Debug, Deserialize)]
pub struct UserChanged {
    user_id: String,
    role: String,
    status: String,
    #[serde(default)]
    vehicle_ids: Option<Vec<String>>,
    #[serde(default)]
    fleet_ids: Option<Vec<String>>,
    locale: Option<String>,
}

impl UserChanged {
    /// In the domain's words, with the role as it was written. A status of a later version counts as not active.
    pub fn into_person(self) -> (Person, String) {
        let person = Person {
            user_id: self.user_id,
            role: Role::parse(&self.role),
            active: self.status == "ACTIVE",
            vehicle_ids: self.vehicle_ids.unwrap_or_default(),
            fleet_ids: self.fleet_ids.unwrap_or_default(),
            locale: self.locale,
        };
        (person, self.role)
    }
}

/// `analytics.report.generated`.
#[derive(Debug, Deserialize)]
pub struct ReportGenerated {
    report_id: String,
    kind: String,
    from: NaiveDate,
    to: NaiveDate,
    schedule_id: Option<String>,
    #[serde(default)]
    recipient_ids: Vec<String>,
}

impl ReportGenerated {
    /// In the use case's words.
    pub fn into_made(self) -> ReportMade {
        ReportMade {
            report: Report {
                id: self.report_id,
                kind: self.kind,
                from: self.from,
                to: self.to,
            },
            scheduled: self.schedule_id.is_some(),
            recipient_ids: self.recipient_ids,
        }
    }
}

/// `appointment.scheduled` and `appointment.rescheduled`.
#[derive(Debug, Deserialize)]
pub struct AppointmentScheduled {
    appointment_id: String,
    alert_id: Option<String>,
    decision_id: Option<String>,
    starts_at: DateTime<Utc>,
}

impl AppointmentScheduled {
    /// In the use case's words.
    pub fn into_visit(self) -> ScheduledVisit {
        ScheduledVisit {
            appointment_id: self.appointment_id,
            alert_id: self.alert_id,
            decision_id: self.decision_id,
            starts_at: chassis::clock::micros(self.starts_at),
        }
    }
}

/// `appointment.cancelled`.
#[derive(Debug, Deserialize)]
pub struct AppointmentCancelled {
    pub appointment_id: String,
}

/// `appointment.completed`.
#[derive(Debug, Deserialize)]
pub struct AppointmentCompleted {
    appointment_id: String,
    vehicle_id: String,
    alert_id: Option<String>,
    completed_at: DateTime<Utc>,
    findings: Vec<FindingReported>,
}

#[derive(Debug, Deserialize)]
struct FindingReported {
    component: String,
    verdict: String,
    action: String,
}

impl AppointmentCompleted {
    /// In the use case's words. Only verdicts and actions that are known end an alert.
    pub fn into_visit(self) -> CompletedVisit {
        let finding = |finding: FindingReported| {
            let judged = match (finding.verdict.as_str(), finding.action.as_str()) {
                ("CONFIRMED" | "OTHER_CAUSE", "REPLACED" | "REPAIRED" | "ADJUSTED") => Finding::Repaired,
                ("NOT_FOUND", _) => Finding::NotFound,
                _ => Finding::Open,
            };
            (finding.component, judged)
        };
        CompletedVisit {
            appointment_id: self.appointment_id,
            vehicle_id: self.vehicle_id,
            alert_id: self.alert_id,
            completed_at: chassis::clock::micros(self.completed_at),
            findings: self.findings.into_iter().map(finding).collect(),
        }
    }
}
