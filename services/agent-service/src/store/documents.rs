//! How a run's facts and its explanation are written down: the columns that hold JSON.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::domain::behaviour::{Baseline, Moments};
use crate::domain::claims::{Citation, Claim, Fault};
use crate::domain::component::Component;
use crate::domain::decision::Trigger;
use crate::domain::knowledge::Direction;
use crate::domain::opinion::{AgentOpinion, Explanation, Fallback};
use crate::domain::run::RunFacts;
use crate::domain::severity::Severity;
use crate::domain::symptoms::{Observations, RiskFactor};
use crate::domain::vehicle::Powertrain;
use crate::error::Error;
use crate::events::published::{Evidence, Quantiles};

/// [`RunFacts`] as JSON.
#[derive(Serialize, Deserialize)]
pub(super) struct FactsDocument {
    event_id: String,
    vehicle_id: String,
    component: String,
    asked: String,
    occurred_at: DateTime<Utc>,
    historical: bool,
    manual: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    risk_factors: Vec<FactorDocument>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    evidence: Vec<Evidence>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    trouble_codes: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    codes_read: Option<bool>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reported_present: Vec<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    reported_absent: Vec<String>,
    source_confidence: f64,
    rul_km: Option<Quantiles>,
    rul_days: Option<Quantiles>,
    odometer_km: Option<f64>,
    powertrain: String,
    last_health_score: Option<f64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    notes: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct FactorDocument {
    code: String,
    text: String,
    signal: Option<String>,
    up: Option<bool>,
}

fn unknown(what: &'static str, value: &str) -> Error {
    Error::StoredValueUnknown {
        what,
        value: value.to_owned(),
    }
}

impl From<&RunFacts> for FactsDocument {
    fn from(facts: &RunFacts) -> Self {
        let trigger = &facts.trigger;
        let seen = &trigger.observations;
        let factor = |factor: &RiskFactor| FactorDocument {
            code: factor.code.clone(),
            text: factor.text.clone(),
            signal: factor.signal.clone(),
            up: factor.direction.map(|direction| direction == Direction::Up),
        };
        Self {
            event_id: trigger.event_id.clone(),
            vehicle_id: trigger.vehicle_id.clone(),
            component: trigger.component.code().to_owned(),
            asked: trigger.asked.code().to_owned(),
            occurred_at: trigger.occurred_at,
            historical: trigger.historical,
            manual: trigger.manual,
            risk_factors: seen.risk_factors.iter().map(factor).collect(),
            evidence: seen.evidence.iter().map(Evidence::from).collect(),
            trouble_codes: seen.trouble_codes.clone(),
            codes_read: seen.trouble_codes_read,
            reported_present: seen.reported_present.clone(),
            reported_absent: seen.reported_absent.clone(),
            source_confidence: trigger.source_confidence,
            rul_km: trigger.rul_km.map(Quantiles::from),
            rul_days: trigger.rul_days.map(Quantiles::from),
            odometer_km: trigger.odometer_km,
            powertrain: facts.powertrain.code().to_owned(),
            last_health_score: facts.last_health_score,
            notes: facts.notes.clone(),
        }
    }
}

impl FactsDocument {
    pub(super) fn into_domain(self) -> Result<RunFacts, Error> {
        let factor = |factor: FactorDocument| RiskFactor {
            code: factor.code,
            text: factor.text,
            signal: factor.signal,
            direction: factor.up.map(|up| if up { Direction::Up } else { Direction::Down }),
        };
        let trigger = Trigger {
            component: Component::from_code(&self.component).ok_or_else(|| unknown("component", &self.component))?,
            asked: Severity::from_code(&self.asked).ok_or_else(|| unknown("severity", &self.asked))?,
            event_id: self.event_id,
            vehicle_id: self.vehicle_id,
            occurred_at: self.occurred_at,
            historical: self.historical,
            manual: self.manual,
            observations: Observations {
                risk_factors: self.risk_factors.into_iter().map(factor).collect(),
                evidence: self.evidence.into_iter().map(Into::into).collect(),
                trouble_codes: self.trouble_codes,
                trouble_codes_read: self.codes_read,
                reported_present: self.reported_present,
                reported_absent: self.reported_absent,
            },
            source_confidence: self.source_confidence,
            rul_km: self.rul_km.map(Into::into),
            rul_days: self.rul_days.map(Into::into),
            odometer_km: self.odometer_km,
        };
        Ok(RunFacts {
            trigger,
            powertrain: Powertrain::from_code(&self.powertrain),
            last_health_score: self.last_health_score,
            notes: self.notes,
        })
    }
}

/// [`Explanation`] as JSON.
#[derive(Serialize, Deserialize)]
pub(super) struct ExplanationDocument {
    opinions: Vec<OpinionDocument>,
    fallback: Option<String>,
    disagrees: bool,
}

#[derive(Serialize, Deserialize)]
struct OpinionDocument {
    agent: String,
    model: String,
    failure_mode: String,
    claims: Vec<ClaimDocument>,
    dropped: Vec<String>,
}

#[derive(Serialize, Deserialize)]
struct ClaimDocument {
    text: String,
    citation: CitationDocument,
}

#[derive(Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum CitationDocument {
    Signal {
        signal: String,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    },
    TroubleCode {
        code: String,
    },
    PastDecision {
        decision_id: String,
    },
}

impl From<&Explanation> for ExplanationDocument {
    fn from(explanation: &Explanation) -> Self {
        let claim = |claim: &Claim| ClaimDocument {
            text: claim.text.clone(),
            citation: match claim.citation.clone() {
                Citation::Signal { signal, from, to } => CitationDocument::Signal { signal, from, to },
                Citation::TroubleCode(code) => CitationDocument::TroubleCode { code },
                Citation::PastDecision(decision_id) => CitationDocument::PastDecision { decision_id },
            },
        };
        let opinion = |opinion: &AgentOpinion| OpinionDocument {
            agent: opinion.agent.clone(),
            model: opinion.model.clone(),
            failure_mode: opinion.failure_mode.clone(),
            claims: opinion.claims.iter().map(claim).collect(),
            dropped: opinion.dropped.iter().map(|fault| fault.code().to_owned()).collect(),
        };
        Self {
            opinions: explanation.opinions.iter().map(opinion).collect(),
            fallback: explanation.fallback.map(|fallback| fallback.code().to_owned()),
            disagrees: explanation.disagrees,
        }
    }
}

impl ExplanationDocument {
    pub(super) fn into_domain(self) -> Result<Explanation, Error> {
        let claim = |claim: ClaimDocument| Claim {
            text: claim.text,
            citation: match claim.citation {
                CitationDocument::Signal { signal, from, to } => Citation::Signal { signal, from, to },
                CitationDocument::TroubleCode { code } => Citation::TroubleCode(code),
                CitationDocument::PastDecision { decision_id } => Citation::PastDecision(decision_id),
            },
        };
        let fault = |code: &String| {
            let known = [
                Fault::Unresolved,
                Fault::NumberNotInSource,
                Fault::Advice,
                Fault::Echo,
                Fault::Malformed,
            ];
            known
                .into_iter()
                .find(|fault| fault.code() == code)
                .ok_or_else(|| unknown("fault", code))
        };
        let opinion = |opinion: OpinionDocument| {
            Ok::<_, Error>(AgentOpinion {
                dropped: opinion.dropped.iter().map(fault).collect::<Result<_, _>>()?,
                agent: opinion.agent,
                model: opinion.model,
                failure_mode: opinion.failure_mode,
                claims: opinion.claims.into_iter().map(claim).collect(),
            })
        };
        let fallback = |code: &String| Fallback::from_code(code).ok_or_else(|| unknown("fallback", code));
        Ok(Explanation {
            fallback: self.fallback.as_ref().map(fallback).transpose()?,
            opinions: self.opinions.into_iter().map(opinion).collect::<Result<_, _>>()?,
            disagrees: self.disagrees,
        })
    }
}

/// [`Baseline`] as JSON: each quantity as count, mean and squares.
#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct BaselineDocument {
    tokens: [f64; 3],
    cost_micro: [f64; 3],
    calls: [f64; 3],
    tool_uses: [f64; 3],
    rate: [f64; 3],
    tools: BTreeSet<String>,
    hours: [u32; 24],
}

impl From<&Baseline> for BaselineDocument {
    fn from(baseline: &Baseline) -> Self {
        let three = |moments: Moments| [moments.count, moments.mean, moments.squares];
        Self {
            tokens: three(baseline.tokens),
            cost_micro: three(baseline.cost_micro),
            calls: three(baseline.calls),
            tool_uses: three(baseline.tool_uses),
            rate: three(baseline.rate),
            tools: baseline.tools.clone(),
            hours: baseline.hours,
        }
    }
}

impl From<BaselineDocument> for Baseline {
    fn from(document: BaselineDocument) -> Self {
        let moments = |[count, mean, squares]: [f64; 3]| Moments { count, mean, squares };
        Self {
            tokens: moments(document.tokens),
            cost_micro: moments(document.cost_micro),
            calls: moments(document.calls),
            tool_uses: moments(document.tool_uses),
            rate: moments(document.rate),
            tools: document.tools,
            hours: document.hours,
        }
    }
}
