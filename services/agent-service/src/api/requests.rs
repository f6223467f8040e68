//! Queries and bodies that are sent to this service, and what they mean to the domain.

use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use super::wire::Evidence;
use crate::domain::component::Component;
use crate::domain::outcome::Verdict;
use crate::domain::review::{InvalidVerdict, ReviewVerdict};
use crate::domain::severity::Severity;
use crate::domain::values;
use crate::domain::vehicle::Powertrain;
use crate::error::Error;
use crate::store::DecisionFilter;
use crate::use_cases::{Answer, Change, Feedback, Order};

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
    /// Trouble codes of SAE J2012 or SAE J1939.
    #[serde(default)]
    pub(super) dtcs: Vec<String>,
    /// True when the vehicle's trouble codes were read out and `dtcs` are all of them, so that every other one is known not to be
    /// stored; false when they are not all. Left out: codes that are given tell that they were read.
    pub(super) dtcs_read: Option<bool>,
    #[serde(default)]
    pub(super) evidence: Vec<Evidence>,
    pub(super) odometer_km: Option<f64>,
    /// What a person wrote about it. Data for language models; the rules do not read it.
    pub(super) note: Option<String>,
}

/// What is different when a decision is run again; nothing: it is replayed as it was.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct ReplayRequest {
    /// PETROL, DIESEL, HYBRID, BEV or UNKNOWN.
    pub(super) powertrain: Option<String>,
    pub(super) add_symptoms: Vec<String>,
    pub(super) add_absent_symptoms: Vec<String>,
    pub(super) add_dtcs: Vec<String>,
    pub(super) remove_dtcs: Vec<String>,
    /// Signals whose evidence is taken away.
    pub(super) remove_signals: Vec<String>,
}

impl ReplayRequest {
    /// The change that is asked for.
    pub(super) fn into_change(self) -> Result<Change, Error> {
        let known = ["PETROL", "DIESEL", "HYBRID", "BEV", "UNKNOWN"];
        let powertrain = |code: String| match known.contains(&code.as_str()) {
            true => Ok(Powertrain::from_code(&code)),
            false => Err(unknown_value("/powertrain", &code, &known)),
        };
        Ok(Change {
            powertrain: self.powertrain.map(powertrain).transpose()?,
            add_symptoms: self.add_symptoms,
            add_absent_symptoms: self.add_absent_symptoms,
            add_trouble_codes: self.add_dtcs,
            remove_trouble_codes: self.remove_dtcs,
            remove_signals: self.remove_signals,
        })
    }
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
            visible_vehicle_ids: None,
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
    pub(super) fn into_order(self) -> Result<Order, Error> {
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
            trouble_codes_read: self.dtcs_read,
            evidence: self.evidence.into_iter().map(values::Evidence::from).collect(),
            odometer_km: self.odometer_km,
            note: self.note,
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
