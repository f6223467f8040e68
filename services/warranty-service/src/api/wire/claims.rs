//! Bodies of `/api/v1/claims`.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{MoneyBody, ReasonBody};
use crate::domain::claim::{Amendment, Claim, Standing, Status, Version};
use crate::domain::claim_check::Failure;
use crate::domain::fault::Fault;
use crate::error::Error;
use crate::use_cases::write_claim::ClaimRequest;

/// Which claims to list.
#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(in crate::api) struct ClaimQuery {
    /// `DRAFT` or `SUBMITTED`.
    pub status: Option<String>,
}

impl ClaimQuery {
    /// The status, if it is one.
    pub(in crate::api) fn into_status(self) -> Result<Option<Status>, Error> {
        let Some(word) = self.status else { return Ok(None) };
        let unknown = Fault::new("status", "status.unknown", "a status is DRAFT or SUBMITTED");
        Status::parse(&word).map(Some).ok_or_else(|| Error::Invalid {
            what: "claim.invalid",
            faults: vec![unknown],
        })
    }
}

/// A claim to write.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::api) struct ClaimBody {
    pub vehicle_id: String,
    pub component: String,
    pub failure_mode: Option<String>,
    pub amount: MoneyBody,
    /// The day on which the failure showed.
    pub occurred_on: NaiveDate,
    pub odometer_km: Option<f64>,
    /// A finished visit of this vehicle.
    pub appointment_id: Option<String>,
    /// A decision about this vehicle.
    pub decision_id: Option<String>,
    /// At most 4000 characters; stays in this service.
    pub description: Option<String>,
}

impl ClaimBody {
    /// The request in the domain's types.
    pub(in crate::api) fn into_request(self, only_vehicles: Option<Vec<String>>) -> Result<ClaimRequest, Error> {
        Ok(ClaimRequest {
            only_vehicles,
            vehicle_id: self.vehicle_id,
            failure: Failure {
                component: self.component,
                failure_mode: self.failure_mode,
                occurred_on: self.occurred_on,
                odometer_km: self.odometer_km,
            },
            amount: self.amount.into_money()?,
            appointment_id: self.appointment_id,
            decision_id: self.decision_id,
            description: self.description,
        })
    }
}

/// What a person corrects while submitting; both may be missing.
#[derive(Deserialize, Default, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(in crate::api) struct SubmitBody {
    pub amount: Option<MoneyBody>,
    pub description: Option<String>,
}

impl SubmitBody {
    /// The correction in the domain's types.
    pub(in crate::api) fn into_amendment(self) -> Result<Amendment, Error> {
        let amount = self.amount.map(MoneyBody::into_money).transpose()?;
        Ok(Amendment {
            amount,
            description: self.description,
        })
    }
}

/// Whether a claim's failure was covered when the version was written.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct StandingBody {
    pub covered: bool,
    pub reason: ReasonBody,
    pub coverage_id: Option<String>,
}

impl From<&Standing> for StandingBody {
    fn from(standing: &Standing) -> StandingBody {
        StandingBody {
            covered: standing.covered,
            reason: ReasonBody::from(&standing.reason),
            coverage_id: standing.coverage_id.clone(),
        }
    }
}

/// One state of a claim.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct VersionBody {
    pub version: i64,
    /// `DRAFT` or `SUBMITTED`.
    pub status: String,
    pub component: String,
    pub failure_mode: Option<String>,
    pub amount: MoneyBody,
    pub occurred_on: NaiveDate,
    pub odometer_km: Option<f64>,
    pub eligibility: StandingBody,
    /// What to look at before submitting.
    pub remark: Option<ReasonBody>,
    pub description: Option<String>,
    /// A user's or key's id, or `system` for what the service drafted itself.
    pub written_by: String,
    pub written_at: DateTime<Utc>,
}

impl From<&Version> for VersionBody {
    fn from(version: &Version) -> VersionBody {
        let content = &version.content;
        VersionBody {
            version: version.number,
            status: version.status.word().to_owned(),
            component: content.component.clone(),
            failure_mode: content.failure_mode.clone(),
            amount: MoneyBody::from(&content.amount),
            occurred_on: content.occurred_on,
            odometer_km: content.odometer_km,
            eligibility: StandingBody::from(&content.standing),
            remark: content.remark.as_ref().map(ReasonBody::from),
            description: content.description.clone(),
            written_by: version.written_by.clone(),
            written_at: version.written_at,
        }
    }
}

/// A claim with its present version.
#[derive(Serialize, ToSchema)]
pub(in crate::api) struct ClaimView {
    pub claim_id: String,
    pub vehicle_id: String,
    pub appointment_id: Option<String>,
    pub decision_id: Option<String>,
    pub created_at: DateTime<Utc>,
    #[serde(flatten)]
    pub present: VersionBody,
    /// Every version from the first; only where one claim is shown.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<VersionBody>,
}

impl ClaimView {
    /// A claim as lists show it.
    pub(in crate::api) fn new(claim: &Claim, present: &Version) -> ClaimView {
        ClaimView {
            claim_id: claim.claim_id.clone(),
            vehicle_id: claim.vehicle_id.clone(),
            appointment_id: claim.appointment_id.clone(),
            decision_id: claim.decision_id.clone(),
            created_at: claim.created_at,
            present: VersionBody::from(present),
            versions: Vec::new(),
        }
    }

    /// The claim with its history.
    pub(in crate::api) fn with_versions(claim: &Claim, present: &Version, versions: &[Version]) -> ClaimView {
        ClaimView {
            versions: versions.iter().map(VersionBody::from).collect(),
            ..ClaimView::new(claim, present)
        }
    }
}
