//! What amends a decision after it was published. A revision asks for no new notification.

use chrono::{DateTime, SecondsFormat, Utc};

use super::budget::Usage;
use super::opinion::Explanation;
use super::outcome::Verdict;
use super::record::Warranty;
use super::review::ReviewVerdict;
use super::values::{Reason, Value};

/// What was learned about a decision later.
#[derive(Clone, Debug, PartialEq)]
pub enum Revision {
    Warranty(Warranty),
    Review(ReviewVerdict),
    /// What the models add, or why they add nothing; and what asking them came to.
    Explanation(Explanation, Usage),
    Outcome {
        verdict: Verdict,
        failure_mode: Option<String>,
        appointment_id: Option<String>,
    },
    /// The component is well again.
    Recovery(Recovery),
}

/// That a component is well again.
#[derive(Clone, Debug, PartialEq)]
pub struct Recovery {
    /// Event time since which it is.
    pub since: DateTime<Utc>,
    /// A repair made elsewhere was recorded; otherwise its signals say so.
    pub repaired: bool,
}

impl Revision {
    /// What is new, as a coded text.
    pub fn what(&self) -> Reason {
        match self {
            Self::Warranty(warranty) => {
                let text = if warranty.covered {
                    "The repair is covered."
                } else {
                    "The repair is not covered."
                };
                let text = format!("The warranty was checked. {text}");
                Reason::new(
                    "decision.revised.warranty",
                    [("covered", warranty.covered.into())],
                    text,
                )
            }
            Self::Review(verdict) => review(verdict),
            Self::Explanation(explanation, _) => explained(explanation),
            Self::Outcome {
                verdict, failure_mode, ..
            } => outcome(*verdict, failure_mode.as_deref()),
            Self::Recovery(recovery) => recovered(recovery),
        }
    }
}

fn explained(explanation: &Explanation) -> Reason {
    match explanation.fallback {
        Some(fallback) => Reason::new(
            "decision.revised.rules_only",
            [("because", fallback.code().into())],
            fallback.text(),
        ),
        None => {
            let claims: usize = explanation.opinions.iter().map(|opinion| opinion.claims.len()).sum();
            let text = if explanation.disagrees {
                "A language model sees another cause; the rules' decision stands until a person has looked."
            } else {
                "A language model explained the decision."
            };
            let params = [
                ("claims", (claims as f64).into()),
                ("disagrees", explanation.disagrees.into()),
            ];
            Reason::new("decision.revised.explanation", params, text)
        }
    }
}

fn review(verdict: &ReviewVerdict) -> Reason {
    let (params, text): (Vec<(&str, Value)>, _) = match verdict {
        ReviewVerdict::Approve => (vec![], "A reviewer approved the decision.".to_owned()),
        ReviewVerdict::Reject => (vec![], "A reviewer rejected the decision.".to_owned()),
        ReviewVerdict::Change { failure_mode } => {
            let text = format!("A reviewer changed the failure mode to {failure_mode}.");
            (vec![("failure_mode", failure_mode.as_str().into())], text)
        }
    };
    let mut reason = Reason::new("decision.revised.review", [("verdict", verdict.code().into())], text);
    reason
        .params
        .extend(params.into_iter().map(|(name, value)| (name.to_owned(), value)));
    reason
}

fn outcome(verdict: Verdict, failure_mode: Option<&str>) -> Reason {
    let text = match verdict {
        Verdict::Confirmed => "The workshop confirmed the failure mode.",
        Verdict::OtherCause => "The workshop found another cause.",
        Verdict::NotFound => "The workshop found no fault.",
    };
    let mut reason = Reason::new("decision.revised.outcome", [("verdict", verdict.code().into())], text);
    if let Some(failure_mode) = failure_mode {
        reason.params.insert("failure_mode".to_owned(), failure_mode.into());
    }
    reason
}

fn recovered(recovery: &Recovery) -> Reason {
    let params = [(
        "since",
        recovery
            .since
            .to_rfc3339_opts(SecondsFormat::Secs, true)
            .as_str()
            .into(),
    )];
    if recovery.repaired {
        let text = "The component was repaired elsewhere.";
        return Reason::new("decision.revised.repaired_elsewhere", params, text);
    }
    let text = "The component is well again, and has been for days.";
    Reason::new("decision.revised.recovered", params, text)
}
