//! Outgoing events: their shapes (version 1.0) and how a visit becomes one. Ids only: no names, no notes.

use chassis::{Cause, NewEvent, TenantId, rfc3339};
use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::appointment::{Appointment, Finding, Placement};
use crate::domain::money::Money;
use crate::domain::network::{Component, PartNeed};
use crate::domain::reason::{Param, Reason};

pub const SCHEDULED: &str = "appointment.scheduled";
pub const RESCHEDULED: &str = "appointment.rescheduled";
pub const CANCELLED: &str = "appointment.cancelled";
pub const STARTED: &str = "appointment.started";
pub const COMPLETED: &str = "appointment.completed";
pub const ASSIGNED: &str = "technician.assigned";

/// All event types of this service.
pub const KINDS: &[&str] = &[
    SCHEDULED,
    RESCHEDULED,
    CANCELLED,
    STARTED,
    COMPLETED,
    ASSIGNED,
    chassis::ACCESS_RECORDED,
];

/// An event on its way out.
#[derive(Debug, Clone)]
pub struct Outgoing {
    kind: &'static str,
    tenant: TenantId,
    vehicle_id: String,
    appointment_id: String,
    version: i64,
    time: DateTime<Utc>,
    cause: Cause,
    data: Value,
}

#[derive(Serialize)]
struct MoneyData {
    amount_minor: i64,
    currency: String,
}

#[derive(Serialize)]
struct ReasonData<'a> {
    code: &'a str,
    params: Map<String, Value>,
    text: &'a str,
}

#[derive(Serialize)]
struct PartData<'a> {
    part_code: &'a str,
    quantity: i64,
}

#[derive(Serialize)]
struct Booked<'a> {
    appointment_id: &'a str,
    vehicle_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    component: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    alert_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_id: Option<&'a str>,
    center_id: &'a str,
    bay_id: &'a str,
    technician_id: &'a str,
    service_code: &'a str,
    starts_at: String,
    ends_at: String,
    booked_by: &'static str,
    provisional: bool,
    why: ReasonData<'a>,
    price: MoneyData,
    parts: Vec<PartData<'a>>,
    starts_before_p05: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    previous_starts_at: Option<String>,
}

#[derive(Serialize)]
struct Assigned<'a> {
    appointment_id: &'a str,
    technician_id: &'a str,
    vehicle_id: &'a str,
    starts_at: String,
    ends_at: String,
}

#[derive(Serialize)]
struct Cancelled<'a> {
    appointment_id: &'a str,
    vehicle_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    alert_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_id: Option<&'a str>,
    reason: ReasonData<'a>,
}

#[derive(Serialize)]
struct Started<'a> {
    appointment_id: &'a str,
    vehicle_id: &'a str,
    technician_id: &'a str,
    started_at: String,
}

#[derive(Serialize)]
struct FindingData<'a> {
    component: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    failure_mode: Option<&'a str>,
    verdict: &'static str,
    action: &'static str,
    parts: Vec<PartData<'a>>,
}

#[derive(Serialize)]
struct Completed<'a> {
    appointment_id: &'a str,
    vehicle_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    alert_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_id: Option<&'a str>,
    technician_id: &'a str,
    completed_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    odometer_km: Option<f64>,
    findings: Vec<FindingData<'a>>,
    cost: MoneyData,
}

fn money(money: Money) -> MoneyData {
    MoneyData {
        amount_minor: money.amount_minor,
        currency: money.currency.to_string(),
    }
}

fn reason(reason: &Reason) -> ReasonData<'_> {
    let value = |param: &Param| match param {
        Param::Text(text) => Value::from(text.clone()),
        Param::Integer(number) => Value::from(*number),
        Param::Number(number) => Value::from(*number),
        Param::Flag(flag) => Value::from(*flag),
    };
    let params = reason
        .params
        .iter()
        .map(|(name, param)| (name.to_string(), value(param)))
        .collect();
    ReasonData {
        code: &reason.code,
        params,
        text: &reason.text,
    }
}

fn part(need: &PartNeed) -> PartData<'_> {
    PartData {
        part_code: &need.code,
        quantity: need.quantity,
    }
}

fn finding(finding: &Finding) -> FindingData<'_> {
    FindingData {
        component: finding.component.name(),
        failure_mode: finding.failure_mode.as_deref(),
        verdict: finding.verdict.name(),
        action: finding.action.name(),
        parts: finding.parts.iter().map(part).collect(),
    }
}

fn booked<'a>(visit: &'a Appointment, placement: &'a Placement, previous: Option<DateTime<Utc>>) -> Booked<'a> {
    Booked {
        appointment_id: &visit.id,
        vehicle_id: &visit.job.vehicle_id,
        component: visit.job.component.map(Component::name),
        alert_id: visit.alert_id.as_deref(),
        decision_id: visit.decision_id.as_deref(),
        center_id: &placement.center_id,
        bay_id: &placement.bay_id,
        technician_id: &placement.technician_id,
        service_code: &visit.job.required_skill,
        starts_at: rfc3339(placement.work.start.start()),
        ends_at: rfc3339(placement.work.end.start()),
        booked_by: visit.booked_by.name(),
        provisional: visit.provisional,
        why: reason(&visit.why),
        price: money(placement.price),
        parts: visit.job.parts.iter().map(part).collect(),
        starts_before_p05: placement.starts_before_p05,
        previous_starts_at: previous.map(rfc3339),
    }
}

/// A visit was given its first slot: `appointment.scheduled` and `technician.assigned`.
pub fn scheduled(tenant: &TenantId, visit: &Appointment, placement: &Placement) -> [Outgoing; 2] {
    let data = to_value(&booked(visit, placement, None));
    [
        Outgoing::new(SCHEDULED, tenant, visit, data),
        assigned(tenant, visit, placement),
    ]
}

/// A visit was moved from where it was to start before.
pub fn rescheduled(tenant: &TenantId, visit: &Appointment, placement: &Placement, before: &Placement) -> Vec<Outgoing> {
    let data = to_value(&booked(visit, placement, Some(before.work.start.start())));
    let mut events = vec![Outgoing::new(RESCHEDULED, tenant, visit, data)];
    if before.technician_id != placement.technician_id {
        events.push(assigned(tenant, visit, placement));
    }
    events
}

fn assigned(tenant: &TenantId, visit: &Appointment, placement: &Placement) -> Outgoing {
    let data = Assigned {
        appointment_id: &visit.id,
        technician_id: &placement.technician_id,
        vehicle_id: &visit.job.vehicle_id,
        starts_at: rfc3339(placement.work.start.start()),
        ends_at: rfc3339(placement.work.end.start()),
    };
    Outgoing::new(ASSIGNED, tenant, visit, to_value(&data))
}

/// A visit that had not started was cancelled.
pub fn cancelled(tenant: &TenantId, visit: &Appointment, why: &Reason) -> Outgoing {
    let data = Cancelled {
        appointment_id: &visit.id,
        vehicle_id: &visit.job.vehicle_id,
        alert_id: visit.alert_id.as_deref(),
        decision_id: visit.decision_id.as_deref(),
        reason: reason(why),
    };
    Outgoing::new(CANCELLED, tenant, visit, to_value(&data))
}

/// The work began.
pub fn started(tenant: &TenantId, visit: &Appointment, placement: &Placement) -> Outgoing {
    let data = Started {
        appointment_id: &visit.id,
        vehicle_id: &visit.job.vehicle_id,
        technician_id: &placement.technician_id,
        started_at: rfc3339(visit.updated_at),
    };
    Outgoing::new(STARTED, tenant, visit, to_value(&data))
}

/// The work is done; the technician's notes stay here.
pub fn completed(
    tenant: &TenantId,
    visit: &Appointment,
    placement: &Placement,
    report: &crate::domain::appointment::Report,
) -> Outgoing {
    let data = Completed {
        appointment_id: &visit.id,
        vehicle_id: &visit.job.vehicle_id,
        alert_id: visit.alert_id.as_deref(),
        decision_id: visit.decision_id.as_deref(),
        technician_id: &placement.technician_id,
        completed_at: rfc3339(visit.updated_at),
        odometer_km: report.odometer_km,
        findings: report.findings.iter().map(finding).collect(),
        cost: money(report.cost),
    };
    Outgoing::new(COMPLETED, tenant, visit, to_value(&data))
}

fn to_value<T: Serialize>(data: &T) -> Value {
    // Structs of strings, numbers and lists with text keys always become JSON.
    serde_json::to_value(data).unwrap_or(Value::Null)
}

impl Outgoing {
    fn new(kind: &'static str, tenant: &TenantId, visit: &Appointment, data: Value) -> Self {
        Outgoing {
            kind,
            tenant: tenant.clone(),
            vehicle_id: visit.job.vehicle_id.clone(),
            appointment_id: visit.id.clone(),
            version: visit.version,
            time: visit.updated_at,
            cause: Cause {
                correlation_id: visit.correlation_id.clone(),
                historical: false,
            },
            data,
        }
    }

    /// The event for the outbox. Its id follows from the visit's version, so the same change is told once.
    pub(crate) fn encode(&self) -> NewEvent {
        let version = self.version.to_string();
        let id = chassis::ids::derived_id(
            "evt",
            &[self.tenant.as_str(), &self.appointment_id, &version, self.kind],
        );
        NewEvent {
            kind: self.kind,
            schema_version: "1.0",
            tenant: self.tenant.clone(),
            key: self.vehicle_id.clone(),
            subject: Some(self.appointment_id.clone()),
            time: self.time,
            cause: self.cause.clone(),
            id: Some(id),
            data: self.data.clone(),
        }
    }
}
