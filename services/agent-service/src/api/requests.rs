//! Queries and bodies that are sent to this service, and what they mean to the domain.

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::wire::Evidence;
use crate::domain::component::Component;
use crate::domain::outcome::Verdict;
use crate::domain::review::{InvalidVerdict, ReviewVerdict};
use crate::domain::severity::Severity;
use crate::domain::values;
use crate::error::Error;
use crate::store::DecisionFilter;
use crate::use_cases::{Answer, Feedback, Order};

/// Filters of the list of decisions.
#[derive(Debug, Default, Deserialize, IntoParams)]
pub(super) struct DecisionQuery {
    pub(super) vehicle_id: Option<String>,
    pub(super) component: Option<String>,
    /// INFO, WARNING, CRITICAL or EMERGENCY.
    pub(super) severity: Option<String>,
    /// Items on a page; 100 by default, 1000 at most.
    pub(super) limit: Option<usize>,
    /// `next_cursor` of the page before.
    pub(super) cursor: Option<String>,
}

/// Filters of the list of reviews.
#[derive(Debug, Default, Deserialize, IntoParams)]
pub(super) struct ReviewQuery {
    /// OPEN (default) or ANSWERED.
    pub(super) status: Option<String>,
    pub(super) limit: Option<usize>,
    pub(super) cursor: Option<String>,
}

/// A run that is asked for.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OrderRequest {
    pub(super) vehicle_id: String,
    pub(super) component: String,
    /// How grave the finding is; WARNING by default.
    pub(super) severity: Option<String>,
    /// Codes of symptoms or of risk factors that were seen.
    #[serde(default)]
    pub(super) symptoms: Vec<String>,
    /// Codes of symptoms that were looked for and not found.
    #[serde(default)]
    pub(super) absent_symptoms: Vec<String>,
    /// Trouble codes of SAE J2012.
    #[serde(default)]
    pub(super) dtcs: Vec<String>,
    #[serde(default)]
    pub(super) evidence: Vec<Evidence>,
    pub(super) odometer_km: Option<f64>,
}

/// How right a decision was.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct FeedbackRequest {
    /// CONFIRMED, OTHER_CAUSE or NOT_FOUND.
    pub(super) verdict: String,
    /// Code of the failure mode that was found.
    pub(super) failure_mode: Option<String>,
    pub(super) note: Option<String>,
}

/// A verdict on a decision that was not sure enough.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AnswerRequest {
    /// APPROVE, CHANGE or REJECT.
    pub(super) verdict: String,
    pub(super) reason: String,
    /// The right failure mode, with CHANGE.
    pub(super) failure_mode: Option<String>,
}

fn component(path: &'static str, code: &str) -> Result<Component, Error> {
    Component::from_code(code).ok_or_else(|| unknown_value(path, code, &Component::ALL.map(Component::code)))
}

fn severity(path: &'static str, code: &str) -> Result<Severity, Error> {
    Severity::from_code(code).ok_or_else(|| unknown_value(path, code, &Severity::ALL.map(Severity::code)))
}

fn unknown_value(path: &'static str, given: &str, known: &[&'static str]) -> Error {
    Error::ValueUnknown {
        path,
        given: given.to_owned(),
        known: known.to_vec(),
    }
}

impl DecisionQuery {
    /// The filter; a value that is not known is refused by name.
    pub(super) fn filter(&self) -> Result<DecisionFilter, Error> {
        Ok(DecisionFilter {
            vehicle_id: self.vehicle_id.clone(),
            component: self
                .component
                .as_deref()
                .map(|code| component("component", code))
                .transpose()?,
            severity: self
                .severity
                .as_deref()
                .map(|code| severity("severity", code))
                .transpose()?,
        })
    }
}

impl ReviewQuery {
    /// Whether answered reviews are asked for.
    pub(super) fn answered(&self) -> Result<bool, Error> {
        match self.status.as_deref() {
            None | Some("OPEN") => Ok(false),
            Some("ANSWERED") => Ok(true),
            Some(other) => Err(unknown_value("status", other, &["OPEN", "ANSWERED"])),
        }
    }
}

impl OrderRequest {
    /// The run that is asked for.
    pub(super) fn into_order(self, idempotency_key: Option<String>) -> Result<Order, Error> {
        Ok(Order {
            component: component("/component", &self.component)?,
            severity: self
                .severity
                .as_deref()
                .map_or(Ok(Severity::Warning), |code| severity("/severity", code))?,
            vehicle_id: self.vehicle_id,
            symptoms: self.symptoms,
            absent_symptoms: self.absent_symptoms,
            trouble_codes: self.dtcs,
            evidence: self.evidence.into_iter().map(values::Evidence::from).collect(),
            odometer_km: self.odometer_km,
            idempotency_key,
        })
    }
}

impl FeedbackRequest {
    /// The word of this person.
    pub(super) fn into_feedback(self, by: String) -> Result<Feedback, Error> {
        let known = Verdict::ALL.map(Verdict::code);
        let verdict =
            Verdict::from_code(&self.verdict).ok_or_else(|| unknown_value("/verdict", &self.verdict, &known))?;
        Ok(Feedback {
            verdict,
            failure_mode: self.failure_mode,
            note: self.note,
            by,
        })
    }
}

impl AnswerRequest {
    /// The answer of this person.
    pub(super) fn into_answer(self, by: String) -> Result<Answer, Error> {
        let verdict = match (self.verdict.as_str(), self.failure_mode) {
            ("CHANGE", Some(failure_mode)) => ReviewVerdict::Change { failure_mode },
            ("CHANGE", None) => return Err(InvalidVerdict::FailureModeMissing.into()),
            ("APPROVE" | "REJECT", Some(_)) => {
                return Err(InvalidVerdict::FailureModeSuperfluous.into());
            }
            ("APPROVE", None) => ReviewVerdict::Approve,
            ("REJECT", None) => ReviewVerdict::Reject,
            (other, _) => return Err(unknown_value("/verdict", other, &["APPROVE", "CHANGE", "REJECT"])),
        };
        Ok(Answer {
            verdict,
            reason: self.reason,
            by,
        })
    }
}
