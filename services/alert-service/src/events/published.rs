//! The events of this service. Each has a schema and an example under `contracts/events/alert-service`.
//!
//! Person ids travel, never names, addresses or free text. Event ids are derived from what happened, so that work done
//! twice says it once.

use chassis::ids::{TenantId, derived_id};
use chassis::{Cause, NewEvent};
use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::domain::alert::{Alert, Resolution};
use crate::domain::escalation::{Audience, role_at};
use crate::shapes::{CostRange, FailureMode, Hold, PartNeed, Quantiles, Reason};
use crate::store::Delivery;

#[derive(Serialize)]
struct Created<'a> {
    alert_id: &'a str,
    decision_id: &'a str,
    vehicle_id: &'a str,
    component: &'a str,
    severity: &'a str,
    urgency: &'a str,
    title: Reason,
    failure_mode: FailureMode,
    recommended_actions: Vec<Reason>,
    #[serde(skip_serializing_if = "Option::is_none")]
    safety_warning: Option<Reason>,
    required_skill: &'a str,
    labour_hours: f64,
    parts: Vec<PartNeed>,
    #[serde(skip_serializing_if = "Option::is_none")]
    rul_km: Option<Quantiles>,
    estimated_cost: CostRange,
    #[serde(skip_serializing_if = "Option::is_none")]
    odometer_km: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    review: Option<Hold>,
    recipient_ids: &'a [String],
}

#[derive(Serialize)]
struct Delivered<'a> {
    alert_id: &'a str,
    delivery_id: &'a str,
    vehicle_id: &'a str,
    recipient_id: &'a str,
    channel: &'a str,
    status: &'a str,
    attempts: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    latency_ms: Option<i64>,
}

#[derive(Serialize)]
struct Acknowledged<'a> {
    alert_id: &'a str,
    vehicle_id: &'a str,
    by: &'a str,
}

#[derive(Serialize)]
struct Resolved<'a> {
    alert_id: &'a str,
    vehicle_id: &'a str,
    component: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    by: Option<&'a str>,
    reason: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    appointment_id: Option<&'a str>,
}

#[derive(Serialize)]
struct Escalated<'a> {
    alert_id: &'a str,
    vehicle_id: &'a str,
    component: &'a str,
    severity: &'a str,
    level: usize,
    from_role: &'a str,
    to_role: &'a str,
    recipient_ids: &'a [String],
}

/// An alert was raised. True of the vehicle at the event time of its decision; `historical` goes on with it.
pub fn created(tenant: &TenantId, alert: &Alert, recipient_ids: &[String]) -> NewEvent {
    let content = &alert.content;
    let data = Created {
        alert_id: &alert.id,
        decision_id: &alert.decision_id,
        vehicle_id: &alert.vehicle_id,
        component: &alert.component,
        severity: alert.severity.as_str(),
        urgency: alert.urgency.as_str(),
        title: (&content.title).into(),
        failure_mode: (&content.failure_mode).into(),
        recommended_actions: content.recommended_actions.iter().map(Into::into).collect(),
        safety_warning: content.safety_warning.as_ref().map(Into::into),
        required_skill: &content.required_skill,
        labour_hours: content.labour_hours,
        parts: content.parts.iter().map(Into::into).collect(),
        rul_km: content.rul_km.as_ref().map(Into::into),
        estimated_cost: CostRange {
            low: (&content.cost_low).into(),
            high: (&content.cost_high).into(),
        },
        odometer_km: content.odometer_km,
        review: content.review.as_ref().map(Into::into),
        recipient_ids,
    };
    about(tenant, alert, "alert.created", &[&alert.id], alert.event_time, &data)
}

/// A delivery came to rest (business time). `corrects`: it was said to be in doubt, and now it is known that it was sent.
pub fn delivered(tenant: &TenantId, alert: &Alert, delivery: &Delivery, corrects: bool, at: DateTime<Utc>) -> NewEvent {
    let data = Delivered {
        alert_id: &alert.id,
        delivery_id: &delivery.id,
        vehicle_id: &alert.vehicle_id,
        recipient_id: &delivery.recipient_id,
        channel: delivery.channel.as_str(),
        status: delivery.state.as_str(),
        attempts: delivery.attempts,
        reason: delivery.reason.as_deref(),
        latency_ms: delivery.latency_ms,
    };
    // A correction is another event than the one that it corrects, and the same one however often it is said.
    let identity: &[&str] = match corrects {
        true => &[&delivery.id, "corrected"],
        false => &[&delivery.id],
    };
    about(tenant, alert, "alert.delivered", identity, at, &data)
}

/// A person took notice (business time).
pub fn acknowledged(tenant: &TenantId, alert: &Alert, by: &str, at: DateTime<Utc>) -> NewEvent {
    let data = Acknowledged {
        alert_id: &alert.id,
        vehicle_id: &alert.vehicle_id,
        by,
    };
    about(tenant, alert, "alert.acknowledged", &[&alert.id], at, &data)
}

/// An alert is over (business time).
pub fn resolved(tenant: &TenantId, alert: &Alert, resolution: &Resolution) -> NewEvent {
    let data = Resolved {
        alert_id: &alert.id,
        vehicle_id: &alert.vehicle_id,
        component: &alert.component,
        by: resolution.by.as_deref(),
        reason: resolution.reason.as_str(),
        appointment_id: resolution.appointment_id.as_deref(),
    };
    about(tenant, alert, "alert.resolved", &[&alert.id], resolution.at, &data)
}

/// An alert went to the next role (business time).
pub fn escalated(
    tenant: &TenantId,
    alert: &Alert,
    from_level: usize,
    audience: &Audience,
    at: DateTime<Utc>,
) -> NewEvent {
    let data = Escalated {
        alert_id: &alert.id,
        vehicle_id: &alert.vehicle_id,
        component: &alert.component,
        severity: alert.severity.as_str(),
        level: audience.level,
        from_role: role_at(from_level).as_str(),
        to_role: audience.role().as_str(),
        recipient_ids: &audience.recipient_ids,
    };
    about(
        tenant,
        alert,
        "alert.escalated",
        &[&alert.id, &audience.level.to_string()],
        at,
        &data,
    )
}

/// An event about an alert, in the order of its vehicle, in the chain that raised the alert.
fn about(
    tenant: &TenantId,
    alert: &Alert,
    kind: &'static str,
    parts: &[&str],
    time: DateTime<Utc>,
    data: &impl Serialize,
) -> NewEvent {
    let identity: Vec<&str> = [kind, tenant.as_str()]
        .into_iter()
        .chain(parts.iter().copied())
        .collect();
    NewEvent {
        kind,
        schema_version: "1.0",
        tenant: tenant.clone(),
        key: alert.vehicle_id.clone(),
        subject: Some(alert.id.clone()),
        time,
        cause: Cause {
            correlation_id: alert.correlation_id.clone(),
            historical: alert.historical,
        },
        id: Some(derived_id("evt", &identity)),
        // Our own structs always serialize: they hold no maps with keys other than text.
        data: serde_json::to_value(data).unwrap_or_default(),
    }
}
