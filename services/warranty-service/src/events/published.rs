//! What this service tells the others. The shapes are the contract's; ids only, no names and no free text.

use chassis::ids::{TenantId, derived_id};
use chassis::{Cause, NewEvent};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::domain::check::Check;
use crate::domain::claim::{Claim, Version};
use crate::domain::reason::{Param, Reason};

/// The warranty position of one decision.
pub const COVERAGE_CHECKED: &str = "warranty.coverage.checked";
/// A person submitted a claim.
pub const CLAIM_SUBMITTED: &str = "warranty.claim.submitted";
/// Everything this service publishes.
pub const KINDS: &[&str] = &[COVERAGE_CHECKED, CLAIM_SUBMITTED, chassis::ACCESS_RECORDED];

const SCHEMA_VERSION: &str = "1.0";

#[derive(Serialize)]
struct ReasonData<'a> {
    code: &'a str,
    params: Map<String, Value>,
    text: &'a str,
}

impl<'a> From<&'a Reason> for ReasonData<'a> {
    fn from(reason: &'a Reason) -> ReasonData<'a> {
        let params = reason.params.iter().map(|(name, param)| {
            let value = match param {
                Param::Text(text) => Value::from(text.as_str()),
                Param::Number(number) => Value::from(*number),
            };
            (name.clone(), value)
        });
        ReasonData {
            code: &reason.code,
            params: params.collect(),
            text: &reason.text,
        }
    }
}

#[derive(Serialize)]
struct CoverageCheckedData<'a> {
    check_id: &'a str,
    decision_id: &'a str,
    vehicle_id: &'a str,
    component: &'a str,
    failure_mode: &'a str,
    covered: bool,
    reason: ReasonData<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_km: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    checked_at_km: Option<f64>,
    revision: i64,
}

#[derive(Serialize)]
struct ClaimSubmittedData<'a> {
    claim_id: &'a str,
    vehicle_id: &'a str,
    component: &'a str,
    amount: MoneyData<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    appointment_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    decision_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage_id: Option<&'a str>,
    version: i64,
}

#[derive(Serialize)]
struct MoneyData<'a> {
    amount_minor: i64,
    currency: &'a str,
}

/// The event for an answer to a decision. Its time is the decision's, since that is the moment the answer is about;
/// its id is derived, so that the same answer is sent once.
pub fn coverage_checked(tenant: &TenantId, check: &Check) -> Result<NewEvent, serde_json::Error> {
    let (decision, standing) = (&check.decision, &check.standing);
    let data = CoverageCheckedData {
        check_id: &check.check_id,
        decision_id: &decision.decision_id,
        vehicle_id: &decision.vehicle_id,
        component: &decision.component,
        failure_mode: &decision.failure_mode,
        covered: standing.covered,
        reason: ReasonData::from(&standing.reason),
        coverage_id: standing.coverage_id.as_deref(),
        expires_on: check.expires_on.map(|day| day.to_string()),
        expires_km: check.expires_km,
        checked_at_km: check.checked_at_km,
        revision: check.revision,
    };
    Ok(NewEvent {
        kind: COVERAGE_CHECKED,
        schema_version: SCHEMA_VERSION,
        tenant: tenant.clone(),
        key: decision.vehicle_id.clone(),
        subject: Some(decision.vehicle_id.clone()),
        time: decision.decided_at,
        cause: Cause {
            correlation_id: decision.correlation_id.clone(),
            historical: decision.historical,
        },
        id: Some(derived_id(
            "evt",
            &[tenant.as_str(), &check.check_id, &check.revision.to_string()],
        )),
        data: serde_json::to_value(data)?,
    })
}

/// The event for a claim that a person has submitted.
pub fn claim_submitted(
    tenant: &TenantId,
    claim: &Claim,
    version: &Version,
    cause: Cause,
) -> Result<NewEvent, serde_json::Error> {
    let content = &version.content;
    let data = ClaimSubmittedData {
        claim_id: &claim.claim_id,
        vehicle_id: &claim.vehicle_id,
        component: &content.component,
        amount: MoneyData {
            amount_minor: content.amount.amount_minor,
            currency: &content.amount.currency,
        },
        appointment_id: claim.appointment_id.as_deref(),
        decision_id: claim.decision_id.as_deref(),
        coverage_id: content.standing.coverage_id.as_deref(),
        version: version.number,
    };
    Ok(NewEvent {
        kind: CLAIM_SUBMITTED,
        schema_version: SCHEMA_VERSION,
        tenant: tenant.clone(),
        key: claim.vehicle_id.clone(),
        subject: Some(claim.vehicle_id.clone()),
        time: version.written_at,
        cause,
        id: Some(derived_id(
            "evt",
            &[tenant.as_str(), &claim.claim_id, &version.number.to_string()],
        )),
        data: serde_json::to_value(data)?,
    })
}
