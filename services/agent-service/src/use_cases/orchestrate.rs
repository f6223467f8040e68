//! Decides because a person or a system asked, on symptoms that they name.

use chassis::ids::new_id;
use chassis::{Cause, TenantId};

use super::{App, decide_with_notes};
use crate::domain::component::Component;
use crate::domain::decision::Trigger;
use crate::domain::record::DecisionRecord;
use crate::domain::review::REASON_CHARS_MAX;
use crate::domain::severity::Severity;
use crate::domain::symptoms::Observations;
use crate::domain::trouble_code;
use crate::domain::values::Evidence;
use crate::error::Error;
use crate::store::Store;

/// How many symptoms, trouble codes and pieces of evidence one run takes, each.
const ITEMS_MAX: usize = 100;

/// A run that was asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct Order {
    pub vehicle_id: String,
    pub component: Component,
    pub severity: Severity,
    /// Codes of symptoms, or of risk factors that stand for them.
    pub symptoms: Vec<String>,
    /// Codes of symptoms that were looked for and not found.
    pub absent_symptoms: Vec<String>,
    pub trouble_codes: Vec<String>,
    /// Whether they are all that were stored when somebody read them out; none: nobody said.
    pub trouble_codes_read: Option<bool>,
    pub evidence: Vec<Evidence>,
    pub odometer_km: Option<f64>,
    /// What a person wrote: data for the models, nothing for the rules.
    pub note: Option<String>,
}

/// Runs the graph on what was asked for. Every run is decided, also where an open decision says the same.
pub async fn orchestrate(app: &App, tenant: &TenantId, order: Order, cause: &Cause) -> Result<DecisionRecord, Error> {
    check(app, &order)?;
    let mut tx = app.database.begin().await?;
    let mut store = Store::new(&mut tx);
    if store.vehicle(tenant, &order.vehicle_id).await?.is_none() {
        return Err(Error::VehicleUnknown {
            vehicle_id: order.vehicle_id,
        });
    }
    let notes: Vec<String> = order.note.iter().cloned().collect();
    let trigger = trigger(app, order);
    let decided = decide_with_notes(app, &mut store, tenant, &trigger, notes, cause).await?;
    let decision_id = decided.decision_id().to_owned();
    let record = store
        .decision(tenant, &decision_id)
        .await?
        .ok_or(Error::DecisionUnknown { decision_id })?;
    tx.commit().await?;
    app.run_waits.ring();
    Ok(record)
}

fn trigger(app: &App, order: Order) -> Trigger {
    Trigger {
        event_id: new_id("run"),
        vehicle_id: order.vehicle_id,
        component: order.component,
        asked: order.severity,
        occurred_at: app.clock.now(),
        historical: false,
        manual: true,
        observations: Observations {
            risk_factors: Vec::new(),
            evidence: order.evidence,
            trouble_codes: order
                .trouble_codes
                .iter()
                .filter_map(|code| trouble_code::normalised(code))
                .collect(),
            trouble_codes_read: order.trouble_codes_read,
            reported_present: order.symptoms,
            reported_absent: order.absent_symptoms,
        },
        source_confidence: 1.0,
        rul_km: None,
        rul_days: None,
        odometer_km: order.odometer_km,
    }
}

/// Refuses codes that mean nothing for the component, instead of deciding as if they had not been said.
fn check(app: &App, order: &Order) -> Result<(), Error> {
    let lengths = [
        ("/symptoms", order.symptoms.len()),
        ("/absent_symptoms", order.absent_symptoms.len()),
        ("/dtcs", order.trouble_codes.len()),
        ("/evidence", order.evidence.len()),
    ];
    if let Some((path, _)) = lengths.into_iter().find(|(_, length)| *length > ITEMS_MAX) {
        return Err(Error::TooMuch { path, max: ITEMS_MAX });
    }
    if order
        .note
        .as_ref()
        .is_some_and(|note| note.chars().count() > REASON_CHARS_MAX)
    {
        return Err(Error::TooMuch {
            path: "/note",
            max: REASON_CHARS_MAX,
        });
    }
    let component = order.component;
    let code = component.code().to_owned();
    let knowledge = app
        .knowledge
        .component(component)
        .ok_or(Error::ComponentUnknown { code })?;
    for (list, codes) in [
        ("symptoms", &order.symptoms),
        ("absent_symptoms", &order.absent_symptoms),
    ] {
        let unknown = codes.iter().position(|code| knowledge.symptom(code).is_none());
        if let Some(position) = unknown {
            return Err(Error::SymptomUnknown {
                component,
                list,
                position,
                code: codes[position].clone(),
            });
        }
    }
    let malformed = order
        .trouble_codes
        .iter()
        .position(|code| trouble_code::normalised(code).is_none());
    match malformed {
        Some(position) => Err(Error::TroubleCodeInvalid {
            position,
            code: order.trouble_codes[position].clone(),
        }),
        None => Ok(()),
    }
}
