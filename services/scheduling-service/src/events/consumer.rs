//! Translates what other services say into use cases.

use async_trait::async_trait;
use chassis::{Event, HandleError, Handler, Tx};

use super::consumed::{
    AlertCreated, AlertResolved, ComponentHealth, DecisionRevised, HealthComputed, ResolvedBecause, ReviewVerdict,
    VehicleChanged,
};
use crate::domain::appointment::Severity;
use crate::domain::network::{Component, PartNeed, VehicleClass};
use crate::domain::review::Verdict;
use crate::domain::risk::Urgency;
use crate::error::Error;
use crate::store::{RemainingLives, Store, Vehicle};
use crate::use_cases::App;
use crate::use_cases::accept_alert::{RaisedAlert, accept_alert};
use crate::use_cases::hear_review::hear_review;
use crate::use_cases::note_remaining_lives::note_remaining_lives;
use crate::use_cases::note_vehicle::note_vehicle;
use crate::use_cases::withdraw_alert::{AlertEnd, withdraw_alert};

/// The service's consumer; its effects commit together with the position in the stream.
pub struct Consumer {
    app: App,
}

impl Consumer {
    pub fn new(app: App) -> Self {
        Consumer { app }
    }
}

#[async_trait]
impl Handler for Consumer {
    async fn handle(&self, event: &Event, tx: &mut Tx) -> Result<(), HandleError> {
        let mut store = Store::new(tx);
        let done = match event.kind.as_str() {
            "alert.created" => {
                let alert = raised(event, event.parse()?);
                accept_alert(&self.app, &mut store, &event.tenant, alert).await
            }
            "alert.resolved" => {
                let resolved: AlertResolved = event.parse()?;
                match end(&resolved) {
                    Some(end) => withdraw_alert(&self.app, &mut store, &event.tenant, &resolved.alert_id, end).await,
                    None => Ok(()),
                }
            }
            "agent.decision.revised" => {
                let revised: DecisionRevised = event.parse()?;
                match revised.review.and_then(|review| verdict(review.verdict)) {
                    Some(verdict) => {
                        hear_review(&self.app, &mut store, &event.tenant, &revised.decision_id, verdict).await
                    }
                    None => Ok(()),
                }
            }
            "vehicle.health.computed" => {
                let lives = remaining_lives(event, event.parse()?);
                note_remaining_lives(&mut store, &event.tenant, &lives).await
            }
            "vehicle.registered" | "vehicle.updated" | "vehicle.retired" => {
                let vehicle = vehicle(&event.kind, event.parse()?);
                note_vehicle(&self.app, &mut store, &event.tenant, &vehicle).await
            }
            _ => Ok(()),
        };
        done.map_err(failure)
    }
}

/// Why an alert no longer asks for its visit; none where a visit of ours brought that about, or nobody knows.
fn end(resolved: &AlertResolved) -> Option<AlertEnd> {
    match resolved.reason {
        ResolvedBecause::Manual => Some(AlertEnd::ByHand),
        ResolvedBecause::Recovered => Some(AlertEnd::Recovered),
        ResolvedBecause::Repaired if resolved.appointment_id.is_none() => Some(AlertEnd::RepairedElsewhere),
        ResolvedBecause::Repaired | ResolvedBecause::Unknown => None,
    }
}

/// A verdict of a later version says nothing about bookings here: what is held stays held.
fn verdict(verdict: ReviewVerdict) -> Option<Verdict> {
    match verdict {
        ReviewVerdict::Approve | ReviewVerdict::Change => Some(Verdict::Released),
        ReviewVerdict::Reject => Some(Verdict::Rejected),
        ReviewVerdict::Unknown => None,
    }
}

fn raised(event: &Event, alert: AlertCreated) -> RaisedAlert {
    let held = alert.holds_booking();
    let part = |part: super::consumed::PartWanted| PartNeed {
        code: part.part_code,
        quantity: part.quantity,
    };
    RaisedAlert {
        component: Component::parse(&alert.component),
        severity: Severity::parse(&alert.severity),
        urgency: Urgency::parse(&alert.urgency),
        alert_id: alert.alert_id,
        decision_id: alert.decision_id,
        vehicle_id: alert.vehicle_id,
        required_skill: alert.required_skill,
        labour_hours: alert.labour_hours,
        parts: alert.parts.into_iter().map(part).collect(),
        life_km: alert.rul_km.map(Into::into),
        odometer_km: alert.odometer_km,
        raised_at: event.time,
        historical: event.historical,
        held,
        correlation_id: event.correlation_id.clone(),
    }
}

/// Components that this service does not know are booked by their skill alone, and have no forecast here.
fn remaining_lives(event: &Event, computed: HealthComputed) -> RemainingLives {
    let days = |part: ComponentHealth| {
        let days = part.rul_days?;
        Some((Component::parse(&part.kind)?, [days.p05, days.p50, days.p95]))
    };
    RemainingLives {
        vehicle_id: computed.vehicle_id,
        known_at: event.time,
        days: computed.components.into_iter().filter_map(days).collect(),
    }
}

fn vehicle(kind: &str, changed: VehicleChanged) -> Vehicle {
    Vehicle {
        id: changed.vehicle_id,
        class: VehicleClass::parse(&changed.vehicle_class),
        in_service: changed.in_service_date,
        odometer_km: changed.odometer_km,
        retired: kind == "vehicle.retired" || changed.status == "RETIRED",
    }
}

/// A row that cannot be read stays unreadable: that is poison. All else may pass: another writer, a busy database.
fn failure(error: Error) -> HandleError {
    match error {
        Error::Corrupt { what, .. } => HandleError::Poison {
            code: "store.corrupt",
            detail: what.to_owned(),
        },
        other => HandleError::Transient(other.into()),
    }
}
