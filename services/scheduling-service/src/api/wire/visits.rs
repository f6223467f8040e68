//! Slots and appointments as JSON.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Checks, LocationBody, MoneyBody, PartQuantityBody, ReasonBody, moment};
use crate::domain::appointment::{Action, Appointment, Finding, Report, Status, Verdict};
use crate::domain::network::Component;
use crate::domain::risk::Urgency;
use crate::domain::slot_search::{Slot, Wish};
use crate::domain::time::Quarter;
use crate::error::Result;
use crate::use_cases::book_visit::Choice;
use crate::use_cases::find_slots::{Offer, WantedWork};
use crate::use_cases::move_visit::Target;

const COMPONENTS: &str = "A component type, such as cooling or brakes.";
const QUARTER: &str = "A slot starts on a quarter of an hour.";

/// The work that somebody wants done. With an `alert_id` the rest comes from the alert.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub(in crate::api) struct WorkBody {
    vehicle_id: Option<String>,
    alert_id: Option<String>,
    component: Option<String>,
    required_skill: Option<String>,
    labour_hours: Option<f64>,
    parts: Option<Vec<PartQuantityBody>>,
    /// IMMEDIATE WITHIN_24H WITHIN_WEEK NEXT_SERVICE MONITOR
    urgency: Option<String>,
    not_before: Option<DateTime<Utc>>,
}

impl WorkBody {
    fn wanted(&self, checks: &mut Checks) -> Option<WantedWork> {
        let component = match &self.component {
            Some(name) => Some(checks.need(Component::parse(name), "/component", "unknown_value", COMPONENTS)?),
            None => None,
        };
        let parts = match &self.parts {
            Some(parts) => Some(checks.parts(parts, "/parts")?),
            None => None,
        };
        if self.labour_hours.is_some_and(|hours| !(hours > 0.0 && hours <= 80.0)) {
            checks.add("/labour_hours", "range", "More than 0, at most 80.");
        }
        checks.time(self.not_before, "/not_before");
        let required_skill = self
            .required_skill
            .as_deref()
            .and_then(|skill| checks.id(skill, "/required_skill"));
        Some(WantedWork {
            vehicle_id: self.vehicle_id.clone(),
            alert_id: self.alert_id.clone(),
            component,
            required_skill,
            labour_hours: self.labour_hours,
            parts,
            urgency: self.urgency.as_deref().map(Urgency::parse),
            not_before: self.not_before,
        })
    }
}

/// What is looked for.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(in crate::api) struct FindSlotsBody {
    #[serde(flatten)]
    work: WorkBody,
    center_id: Option<String>,
    technician_id: Option<String>,
    /// Where the vehicle comes from: driving to the centre is then part of the cost.
    location: Option<LocationBody>,
    /// Whether the offered slots are kept for the asker for a while; true unless said otherwise.
    #[serde(default = "yes")]
    pub(in crate::api) hold: bool,
}

fn yes() -> bool {
    true
}

impl FindSlotsBody {
    pub(in crate::api) fn read(&self) -> Result<(WantedWork, Wish)> {
        let mut checks = Checks::default();
        let wanted = self.work.wanted(&mut checks);
        let from = checks.location(self.location.as_ref(), "/location");
        let wish = Wish {
            center_id: self.center_id.clone(),
            technician_id: self.technician_id.clone(),
            from,
            ..Wish::default()
        };
        checks.finish(wanted.map(|wanted| (wanted, wish)))
    }
}

/// A slot with its price and reason.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::api) struct SlotBody {
    /// Book with it while it is kept; absent where the slot is not kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    slot_id: Option<String>,
    center_id: String,
    bay_id: String,
    technician_id: String,
    starts_at: DateTime<Utc>,
    ends_at: DateTime<Utc>,
    price: MoneyBody,
    /// Price, travel and the expected cost of waiting until then: what slots are ranked by.
    expected_cost: MoneyBody,
    failure_probability: f64,
    /// Null where the remaining life is not known.
    starts_before_p05: Option<bool>,
    why: ReasonBody,
    #[serde(skip_serializing_if = "Option::is_none")]
    held_until: Option<DateTime<Utc>>,
}

impl SlotBody {
    pub(in crate::api) fn of(slot: &Slot, hold: Option<&(String, DateTime<Utc>)>) -> Self {
        let expected = crate::domain::money::Money::new(slot.expected_cost_minor(), slot.price.currency);
        SlotBody {
            slot_id: hold.map(|(id, _)| id.clone()),
            center_id: slot.center_id.clone(),
            bay_id: slot.bay_id.clone(),
            technician_id: slot.technician_id.clone(),
            starts_at: moment(slot.work.start),
            ends_at: moment(slot.work.end),
            price: slot.price.into(),
            expected_cost: expected.into(),
            failure_probability: slot.failure_probability,
            starts_before_p05: slot.starts_before_p05,
            why: ReasonBody::from(&slot.why()),
            held_until: hold.map(|(_, until)| *until),
        }
    }
}

/// The best slots, the best first; or why there is none.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(in crate::api) struct SlotsBody {
    slots: Vec<SlotBody>,
    why_not: Option<ReasonBody>,
}

impl From<&Offer> for SlotsBody {
    fn from(offer: &Offer) -> Self {
        SlotsBody {
            slots: offer
                .slots
                .iter()
                .map(|offered| SlotBody::of(&offered.slot, offered.hold.as_ref()))
                .collect(),
            why_not: offer.why_not.as_ref().map(ReasonBody::from),
        }
    }
}

/// A time that the caller names.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(in crate::api) struct NamedSlotBody {
    center_id: Option<String>,
    technician_id: Option<String>,
    bay_id: Option<String>,
    starts_at: DateTime<Utc>,
}

impl NamedSlotBody {
    fn wish(&self, checks: &mut Checks, path: &str) -> Option<Wish> {
        checks.time(Some(self.starts_at), path);
        let start = checks.need(Quarter::starting(self.starts_at), path, "quarter", QUARTER)?;
        Some(Wish {
            center_id: self.center_id.clone(),
            technician_id: self.technician_id.clone(),
            bay_id: self.bay_id.clone(),
            start: Some(start),
            ..Wish::default()
        })
    }
}

/// A booking: an offered `slot_id`, or a `slot` and the work.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(in crate::api) struct BookBody {
    slot_id: Option<String>,
    slot: Option<NamedSlotBody>,
    #[serde(flatten)]
    work: WorkBody,
}

impl BookBody {
    pub(in crate::api) fn choice(self) -> Result<Choice> {
        let mut checks = Checks::default();
        let choice = match (self.slot_id, &self.slot) {
            (Some(slot_id), None) => Some(Choice::Offered(slot_id)),
            (None, Some(slot)) => {
                let wish = slot.wish(&mut checks, "/slot/starts_at");
                let wanted = self.work.wanted(&mut checks);
                wanted.zip(wish).map(|named| Choice::Named(Box::new(named)))
            }
            _ => {
                checks.add("/slot_id", "required", "Give either slot_id or slot.");
                None
            }
        };
        checks.finish(choice)
    }
}

/// A move of a visit: an offered `slot_id`, or a start.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(in crate::api) struct MoveBody {
    /// The version that the caller saw.
    pub(in crate::api) version: i64,
    slot_id: Option<String>,
    starts_at: Option<DateTime<Utc>>,
    center_id: Option<String>,
    technician_id: Option<String>,
    bay_id: Option<String>,
}

impl MoveBody {
    pub(in crate::api) fn target(self) -> Result<Target> {
        let mut checks = Checks::default();
        let target = match (self.slot_id, self.starts_at) {
            (Some(slot_id), None) => Some(Target::Offered(slot_id)),
            (None, Some(starts_at)) => {
                let (center_id, technician_id, bay_id) = (self.center_id, self.technician_id, self.bay_id);
                let named = NamedSlotBody {
                    center_id,
                    technician_id,
                    bay_id,
                    starts_at,
                };
                named.wish(&mut checks, "/starts_at").map(Target::Named)
            }
            _ => {
                checks.add("/starts_at", "required", "Give either slot_id or starts_at.");
                None
            }
        };
        checks.finish(target)
    }
}

/// A step of a visit; with a version it is refused if the visit changed since.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
pub(in crate::api) struct StepBody {
    pub(in crate::api) version: Option<i64>,
}

/// What was found on one component.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub(in crate::api) struct FindingBody {
    component: String,
    /// Code of the failure mode that was found.
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_mode: Option<String>,
    /// CONFIRMED NOT_FOUND OTHER_CAUSE
    verdict: String,
    /// REPLACED REPAIRED ADJUSTED NONE
    action: String,
    #[serde(default)]
    parts: Vec<PartQuantityBody>,
    /// Free text; it stays in this service.
    #[serde(skip_serializing_if = "Option::is_none")]
    notes: Option<String>,
}

/// The technician's report.
#[derive(Debug, Clone, Deserialize, ToSchema)]
pub(in crate::api) struct CompleteBody {
    findings: Vec<FindingBody>,
    odometer_km: Option<f64>,
    cost: MoneyBody,
    pub(in crate::api) version: Option<i64>,
}

impl CompleteBody {
    pub(in crate::api) fn report(&self) -> Result<Report> {
        let mut checks = Checks::default();
        if self.findings.is_empty() {
            checks.add("/findings", "required", "Say what was found on at least one component.");
        }
        checks.at_most(self.findings.len(), "/findings");
        let finding = |(index, body): (usize, &FindingBody)| body.finding(&mut checks, &format!("/findings/{index}"));
        let findings: Option<Vec<Finding>> = self.findings.iter().enumerate().map(finding).collect();
        if self.odometer_km.is_some_and(|km| !(0.0..=10_000_000.0).contains(&km)) {
            checks.add("/odometer_km", "range", "From 0 to 10000000.");
        }
        let cost = checks.money(&self.cost, "/cost");
        let report = findings.zip(cost);
        checks.finish(report.map(|(findings, cost)| Report {
            findings,
            odometer_km: self.odometer_km,
            cost,
        }))
    }
}

impl FindingBody {
    fn finding(&self, checks: &mut Checks, path: &str) -> Option<Finding> {
        let known = Component::parse(&self.component);
        let component = checks.need(known, format!("{path}/component"), "unknown_value", COMPONENTS);
        let verdict = Verdict::parse(&self.verdict);
        let verdict = checks.need(
            verdict,
            format!("{path}/verdict"),
            "unknown_value",
            "CONFIRMED, NOT_FOUND or OTHER_CAUSE.",
        );
        let action = Action::parse(&self.action);
        let action = checks.need(
            action,
            format!("{path}/action"),
            "unknown_value",
            "REPLACED, REPAIRED, ADJUSTED or NONE.",
        );
        let failure_mode = self
            .failure_mode
            .as_deref()
            .and_then(|code| checks.id(code, &format!("{path}/failure_mode")));
        let notes = self
            .notes
            .as_deref()
            .and_then(|notes| checks.text(notes, format!("{path}/notes"), 4_000));
        let parts = checks.parts(&self.parts, &format!("{path}/parts"));
        let (component, verdict, action, parts) = (component?, verdict?, action?, parts?);
        Some(Finding {
            component,
            failure_mode,
            verdict,
            action,
            parts,
            notes,
        })
    }
}

impl From<&Finding> for FindingBody {
    fn from(finding: &Finding) -> Self {
        FindingBody {
            component: finding.component.name().to_owned(),
            failure_mode: finding.failure_mode.clone(),
            verdict: finding.verdict.name().to_owned(),
            action: finding.action.name().to_owned(),
            parts: finding.parts.iter().map(PartQuantityBody::from).collect(),
            notes: finding.notes.clone(),
        }
    }
}

/// A visit. What is about its place and time is absent while it is UNPLACED.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::api) struct AppointmentBody {
    appointment_id: String,
    vehicle_id: String,
    component: Option<&'static str>,
    alert_id: Option<String>,
    decision_id: Option<String>,
    /// UNPLACED SCHEDULED STARTED COMPLETED CANCELLED
    status: &'static str,
    version: i64,
    booked_by: &'static str,
    /// It keeps its slot until a person has looked at its decision; no work begins before.
    provisional: bool,
    service_code: String,
    labour_hours: f64,
    parts: Vec<PartQuantityBody>,
    center_id: Option<String>,
    bay_id: Option<String>,
    technician_id: Option<String>,
    starts_at: Option<DateTime<Utc>>,
    ends_at: Option<DateTime<Utc>>,
    price: Option<MoneyBody>,
    starts_before_p05: Option<bool>,
    /// When the part fails with 5 % probability; absent where its remaining life is not known.
    p05_at: Option<DateTime<Utc>>,
    /// Why this slot; absent while there is none.
    why: Option<ReasonBody>,
    /// Why there is no slot, while UNPLACED.
    why_not: Option<ReasonBody>,
    cancel_reason: Option<ReasonBody>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
    started_at: Option<DateTime<Utc>>,
    completed_at: Option<DateTime<Utc>>,
    findings: Option<Vec<FindingBody>>,
    odometer_km: Option<f64>,
    cost: Option<MoneyBody>,
}

impl From<&Appointment> for AppointmentBody {
    fn from(visit: &Appointment) -> Self {
        let placement = visit.placement.as_ref();
        let unplaced = visit.status == Status::Unplaced;
        let why = || ReasonBody::from(&visit.why);
        let report = visit.report.as_ref();
        AppointmentBody {
            appointment_id: visit.id.clone(),
            vehicle_id: visit.job.vehicle_id.clone(),
            component: visit.job.component.map(Component::name),
            alert_id: visit.alert_id.clone(),
            decision_id: visit.decision_id.clone(),
            status: visit.status.name(),
            version: visit.version,
            booked_by: visit.booked_by.name(),
            provisional: visit.provisional,
            service_code: visit.job.required_skill.clone(),
            labour_hours: visit.job.labour_quarters as f64 / 4.0,
            parts: visit.job.parts.iter().map(PartQuantityBody::from).collect(),
            center_id: placement.map(|placement| placement.center_id.clone()),
            bay_id: placement.map(|placement| placement.bay_id.clone()),
            technician_id: placement.map(|placement| placement.technician_id.clone()),
            starts_at: placement.map(|placement| moment(placement.work.start)),
            ends_at: placement.map(|placement| moment(placement.work.end)),
            price: placement.map(|placement| placement.price.into()),
            starts_before_p05: placement.and_then(|placement| placement.starts_before_p05),
            p05_at: visit.job.life.predicted.then_some(visit.job.life.p05_at),
            why: (!unplaced).then(why),
            why_not: unplaced.then(why),
            cancel_reason: visit.cancel_reason.as_ref().map(ReasonBody::from),
            created_at: visit.created_at,
            updated_at: visit.updated_at,
            started_at: visit.started_at,
            completed_at: visit.completed_at,
            findings: report.map(|report| report.findings.iter().map(FindingBody::from).collect()),
            odometer_km: report.and_then(|report| report.odometer_km),
            cost: report.map(|report| report.cost.into()),
        }
    }
}
