//! Write a claim by hand: for work that no visit of ours has reported, or that the service did not draft.

use chassis::ids::{TenantId, new_id};
use chrono::{DateTime, Utc};

use crate::domain::claim::{Claim, Content, Standing, Version};
use crate::domain::claim_check::{Failure, demand_faults, failure_faults};
use crate::domain::eligibility::{Question, judge};
use crate::domain::fault::Fault;
use crate::domain::money::Money;
use crate::domain::vehicle::Vehicle;
use crate::domain::wear_parts::WearParts;
use crate::error::Error;
use crate::store::Store;

/// What a person asks for.
#[derive(Clone, Debug, PartialEq)]
pub struct ClaimRequest {
    /// The vehicles that the caller may see; `None` is all of the tenant.
    pub only_vehicles: Option<Vec<String>>,
    pub vehicle_id: String,
    pub failure: Failure,
    pub amount: Money,
    pub appointment_id: Option<String>,
    pub decision_id: Option<String>,
    pub description: Option<String>,
}

/// Writes a draft. A failure that is not covered may be claimed too: the draft says why it is not, and people decide.
pub async fn write_claim(
    store: &mut Store<'_>,
    tenant: &TenantId,
    wear_parts: &WearParts,
    request: ClaimRequest,
    by: &str,
    now: DateTime<Utc>,
) -> Result<(Claim, Version), Error> {
    let vehicle = store
        .visible_vehicle(tenant, &request.vehicle_id, request.only_vehicles.as_deref())
        .await?;
    let faults = [
        failure_faults(&request.failure, now.date_naive()),
        demand_faults(Some(&request.amount), request.description.as_deref()),
        link_faults(store, tenant, &request).await?,
    ]
    .concat();
    if !faults.is_empty() {
        return Err(Error::Invalid {
            what: "claim.invalid",
            faults,
        });
    }
    let content = content(store, tenant, wear_parts, &vehicle, &request).await?;
    let claim = Claim {
        claim_id: new_id("claim"),
        vehicle_id: request.vehicle_id,
        appointment_id: request.appointment_id,
        decision_id: request.decision_id,
        created_at: now,
    };
    let version = Version::draft(content, by, now);
    if !store.insert_claim(tenant, &claim, &version).await? {
        return Err(visit_claimed(store, tenant, claim.appointment_id).await?);
    }
    Ok((claim, version))
}

async fn content(
    store: &mut Store<'_>,
    tenant: &TenantId,
    wear_parts: &WearParts,
    vehicle: &Vehicle,
    request: &ClaimRequest,
) -> Result<Content, Error> {
    let question = Question {
        component: request.failure.component.clone(),
        failure_mode: request.failure.failure_mode.clone(),
        on: request.failure.occurred_on,
        odometer_km: request.failure.odometer_km,
    };
    let coverages = store.coverages(tenant).await?;
    let answer = judge(Some(vehicle), &coverages, wear_parts, &question);
    Ok(Content {
        component: request.failure.component.clone(),
        failure_mode: request.failure.failure_mode.clone(),
        amount: request.amount.clone(),
        occurred_on: request.failure.occurred_on,
        odometer_km: answer.odometer_km,
        standing: Standing::from(&answer),
        remark: None,
        description: request.description.clone(),
    })
}

async fn visit_claimed(
    store: &mut Store<'_>,
    tenant: &TenantId,
    appointment_id: Option<String>,
) -> Result<Error, Error> {
    let appointment_id = appointment_id.unwrap_or_default();
    let claim_id = store
        .claim_id_of_visit(tenant, &appointment_id)
        .await?
        .unwrap_or_default();
    Ok(Error::VisitClaimed {
        appointment_id,
        claim_id,
    })
}

/// What the request refers to has to exist and be of the same vehicle, or one owner could take another's visit.
async fn link_faults(store: &mut Store<'_>, tenant: &TenantId, request: &ClaimRequest) -> Result<Vec<Fault>, Error> {
    let mut found = Vec::new();
    if let Some(appointment_id) = &request.appointment_id {
        let visit = store.visit(tenant, appointment_id).await?;
        if visit.is_none_or(|visit| visit.vehicle_id != request.vehicle_id) {
            found.push(Fault::new(
                "/appointment_id",
                "visit.unknown",
                "no finished visit of this vehicle has this id",
            ));
        }
    }
    if let Some(decision_id) = &request.decision_id {
        let check = store.check(tenant, decision_id).await?;
        if check.is_none_or(|check| check.decision.vehicle_id != request.vehicle_id) {
            found.push(Fault::new(
                "/decision_id",
                "decision.unknown",
                "no decision about this vehicle has this id",
            ));
        }
    }
    Ok(found)
}
