//! The events of other services as analytics reads them: only the members it needs, unknown ones ignored.

mod access;
mod shapes;

pub use access::{access_told, placed};

use super::summary::{safe_params, text_member};
use crate::domain::audit::{Entry, StreamPlace};
use crate::domain::fleet::change::{
    AlertDetail, Change, DecisionDetail, Finding, LlmUsage, Outcome, Overall, Reading, Reason, Registration,
    RemainingKm, Verdict, VisitPlan,
};
use crate::domain::fleet::news::{Claim, Coverage, Delivery, Heard, News};
use crate::domain::fleet::{Band, Severity, Stamp};
use crate::domain::money::Money;
use chassis::{Event, HandleError};
use chrono::{DurationRound, TimeDelta};
use serde_json::Value;
use shapes::{
    AlertCreated, AlertDelivered, AlertStep, ClaimSubmitted, CoverageChecked, DecisionMade, DecisionRevised,
    HealthChanged, HealthComputed, RepairRecorded, TelemetryData, VehicleData, VisitCompleted, VisitPlanned, VisitStep,
};
use std::collections::BTreeMap;

/// Understands an event: its line in the audit log and what it changes. A type that is not known is logged only.
pub fn understand(event: &Event) -> Result<Heard, HandleError> {
    let stamp = Stamp {
        time: chassis::clock::micros(event.time),
        sequence: event.sequence,
    };
    let tenant_id = event.tenant.as_str().to_owned();
    if event.kind == "vehicle.telemetry.received" {
        return Ok(Heard {
            tenant_id,
            entry: None,
            stamp,
            partition: event.partition,
            news: telemetry(event.parse()?),
        });
    }
    let data: Value = event.parse()?;
    let entry = Some(audit_entry(event, &data));
    Ok(Heard {
        tenant_id,
        entry,
        stamp,
        partition: event.partition,
        news: news(event)?,
    })
}

/// The same without the line in the audit log, and nothing for telemetry: what read models are rebuilt from.
pub fn understand_again(event: &Event) -> Result<Option<Heard>, HandleError> {
    if event.kind == "vehicle.telemetry.received" {
        return Ok(None);
    }
    Ok(Some(Heard {
        tenant_id: event.tenant.as_str().to_owned(),
        entry: None,
        stamp: Stamp {
            time: chassis::clock::micros(event.time),
            sequence: event.sequence,
        },
        partition: event.partition,
        news: news(event)?,
    }))
}

fn audit_entry(event: &Event, data: &Value) -> Entry {
    Entry {
        entry_id: event.id.clone(),
        kind: event.kind.clone(),
        source: event.source.clone(),
        subject: event.subject.clone(),
        vehicle_id: text_member(data, "vehicle_id"),
        actor_id: text_member(data, "by").or_else(|| text_member(data, "recorded_by")),
        correlation_id: event.correlation_id.clone(),
        time: event.time,
        recorded_time: event.recorded_time,
        historical: event.historical,
        params: safe_params(data),
        access: None,
        place: Some(StreamPlace {
            partition: event.partition,
            sequence: event.sequence,
        }),
    }
}

fn news(event: &Event) -> Result<News, HandleError> {
    Ok(match event.kind.as_str() {
        "vehicle.registered" | "vehicle.updated" | "vehicle.retired" => registered(&event.kind, event.parse()?),
        "vehicle.health.computed" => computed(event.parse()?),
        "vehicle.health.changed" | "component.degraded" | "component.critical" => changed(event.parse()?),
        "vehicle.repair.recorded" => repaired(event.parse()?),
        "agent.decision.made" => decided(event.parse()?, event.historical),
        "agent.decision.revised" => revised(event.parse()?),
        "alert.created" => alerted(event.parse()?),
        "alert.acknowledged" => acknowledged(event.parse()?),
        "alert.resolved" => resolved(event.parse()?),
        "alert.delivered" => delivered(event.parse()?),
        "appointment.scheduled" | "appointment.rescheduled" => planned(event.parse()?),
        "appointment.cancelled" => visit_step(event.parse()?, |visit_id| Change::VisitCancelled { visit_id }),
        "appointment.started" => visit_step(event.parse()?, |visit_id| Change::VisitStarted { visit_id }),
        "technician.assigned" => assigned(event.parse()?),
        "appointment.completed" => completed(event.parse()?),
        "warranty.coverage.checked" => checked(event.parse()?),
        "warranty.claim.submitted" => claimed(event.parse()?),
        _ => News::Nothing,
    })
}

fn one(vehicle_id: String, change: Change) -> News {
    News::Vehicle {
        vehicle_id,
        changes: vec![change],
    }
}

fn telemetry(data: TelemetryData) -> News {
    let mut records = BTreeMap::new();
    for record in data.records {
        let hour = record.time.duration_trunc(TimeDelta::hours(1)).unwrap_or(record.time);
        *records.entry(hour).or_insert(0) += 1;
    }
    News::Telemetry { records }
}

fn registered(kind: &str, data: VehicleData) -> News {
    let retired = kind == "vehicle.retired" || data.status.as_deref() == Some("RETIRED");
    let registration = Registration {
        retired,
        owner_id: data.owner_id,
        fleet_id: data.fleet_id,
        depot_id: data.depot_id,
        make: data.make,
        model: data.model,
        model_year: data.model_year,
        vehicle_class: data.vehicle_class,
        powertrain: data.powertrain,
    };
    one(data.vehicle_id, Change::Registered(registration))
}

fn computed(data: HealthComputed) -> News {
    let overall = Overall {
        score: data.overall_health_score,
        band: Band::parse(&data.status),
        odometer_km: data.odometer_km,
    };
    let components = data.components.into_iter().map(|component| Change::Component {
        component: component.component,
        reading: Reading {
            score: component.health_score,
            band: Band::parse(&component.status),
            rul_km: component.rul_km.map(RemainingKm::from),
            confidence: component.confidence,
        },
    });
    News::Vehicle {
        vehicle_id: data.vehicle_id,
        changes: std::iter::once(Change::Overall(overall)).chain(components).collect(),
    }
}

fn changed(data: HealthChanged) -> News {
    let overall = Overall {
        score: data.overall_health_score,
        band: Band::parse(&data.overall_status),
        odometer_km: data.odometer_km,
    };
    let reading = Reading {
        score: data.health_score,
        band: Band::parse(&data.status),
        rul_km: data.rul_km.map(RemainingKm::from),
        confidence: data.confidence,
    };
    let changes = vec![
        Change::Overall(overall),
        Change::Component {
            component: data.component,
            reading,
        },
    ];
    News::Vehicle {
        vehicle_id: data.vehicle_id,
        changes,
    }
}

fn decided(data: DecisionMade, historical: bool) -> News {
    let (low, high) = data
        .estimated_cost
        .map(|cost| (cost.low.into(), cost.high.into()))
        .unzip();
    let detail = DecisionDetail {
        component: data.component,
        severity: Severity::parse(&data.severity),
        urgency: data.urgency,
        failure_code: data.failure_mode.code,
        failure_name: data.failure_mode.name,
        decision: data.decision.into(),
        action: data.recommended_actions.into_iter().next().map(Reason::from),
        cost_low: low,
        cost_high: high,
        rul_km: data.rul_km.map(RemainingKm::from),
        odometer_km: data.odometer_km,
        historical,
    };
    one(
        data.vehicle_id,
        Change::DecisionMade {
            decision_id: data.decision_id,
            detail,
        },
    )
}

/// Models are asked after a decision was told: what they were used for comes with their explanation. What was found closes it, and so does that
/// its component is well again.
fn revised(data: DecisionRevised) -> News {
    let decision_id = data.decision_id;
    let explained = data.explanation.map(|explanation| Change::DecisionExplained {
        decision_id: decision_id.clone(),
        usage: LlmUsage {
            model: explanation.llm_model_used,
            ..data.llm_usage.unwrap_or_default().into()
        },
    });
    let scored = data.outcome.or(data.recovery).map(|_| Change::DecisionScored {
        decision_id: decision_id.clone(),
    });
    let changes: Vec<_> = explained.into_iter().chain(scored).collect();
    if changes.is_empty() {
        return News::Nothing;
    }
    News::Vehicle {
        vehicle_id: data.vehicle_id,
        changes,
    }
}

fn repaired(data: RepairRecorded) -> News {
    let repaired = data.component.map(|component| Change::Repaired {
        component,
        at: data.repaired_at,
        odometer_km: data.odometer_km,
    });
    News::Vehicle {
        vehicle_id: data.vehicle_id,
        changes: repaired.into_iter().collect(),
    }
}

fn alerted(data: AlertCreated) -> News {
    let detail = AlertDetail {
        decision_id: data.decision_id,
        component: data.component,
        severity: Severity::parse(&data.severity),
        failure_code: data.failure_mode.map(|mode| mode.code),
        title: data.title.into(),
    };
    one(
        data.vehicle_id,
        Change::AlertRaised {
            alert_id: data.alert_id,
            detail,
        },
    )
}

fn acknowledged(data: AlertStep) -> News {
    let by = data.by.unwrap_or_default();
    one(
        data.vehicle_id,
        Change::AlertAcknowledged {
            alert_id: data.alert_id,
            by,
        },
    )
}

fn planned(data: VisitPlanned) -> News {
    let plan = VisitPlan {
        component: data.component,
        alert_id: data.alert_id,
        decision_id: data.decision_id,
        center_id: data.center_id,
        bay_id: data.bay_id,
        technician_id: data.technician_id,
        service_code: data.service_code,
        starts_at: data.starts_at,
        ends_at: data.ends_at,
        automatic: data.booked_by == "AUTO",
        why: data.why.into(),
        price: data.price.map(Money::from),
        starts_before_p05: data.starts_before_p05,
    };
    one(
        data.vehicle_id,
        Change::VisitPlanned {
            visit_id: data.appointment_id,
            plan,
        },
    )
}

fn assigned(data: VisitStep) -> News {
    let assigned = data.technician_id.map(|technician_id| Change::TechnicianAssigned {
        visit_id: data.appointment_id,
        technician_id,
    });
    News::Vehicle {
        vehicle_id: data.vehicle_id,
        changes: assigned.into_iter().collect(),
    }
}

fn completed(data: VisitCompleted) -> News {
    let findings = data.findings.into_iter().map(|finding| Finding {
        component: finding.component,
        verdict: Verdict::parse(&finding.verdict),
        acted: matches!(finding.action.as_str(), "REPLACED" | "REPAIRED" | "ADJUSTED"),
    });
    let outcome = Outcome {
        completed_at: data.completed_at,
        decision_id: data.decision_id,
        technician_id: data.technician_id,
        odometer_km: data.odometer_km,
        cost: data.cost.map(Money::from),
        findings: findings.collect(),
    };
    one(
        data.vehicle_id,
        Change::VisitCompleted {
            visit_id: data.appointment_id,
            outcome,
        },
    )
}

fn resolved(data: AlertStep) -> News {
    one(
        data.vehicle_id,
        Change::AlertResolved {
            alert_id: data.alert_id,
        },
    )
}

fn delivered(data: AlertDelivered) -> News {
    News::Delivery {
        delivery_id: data.delivery_id,
        delivery: Delivery {
            alert_id: data.alert_id,
            channel: data.channel,
            status: data.status,
        },
    }
}

fn visit_step(data: VisitStep, change: impl FnOnce(String) -> Change) -> News {
    one(data.vehicle_id, change(data.appointment_id))
}

fn checked(data: CoverageChecked) -> News {
    News::Coverage {
        check_id: data.check_id,
        vehicle_id: data.vehicle_id,
        coverage: Coverage {
            component: data.component,
            decision_id: data.decision_id,
            covered: data.covered,
        },
    }
}

fn claimed(data: ClaimSubmitted) -> News {
    News::Claim {
        claim_id: data.claim_id,
        vehicle_id: data.vehicle_id,
        claim: Claim {
            component: data.component,
            decision_id: data.decision_id,
            amount: data.amount.into(),
        },
    }
}
