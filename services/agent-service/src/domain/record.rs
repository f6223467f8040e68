//! A decision with what became of it.

use chrono::{DateTime, Utc};

use super::decision::Decision;
use super::outcome::Verdict;
use super::review::ReviewVerdict;
use super::severity::Severity;
use super::values::{Reason, Value};

/// Where a decision stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// It holds, and covers repeated triggers.
    Open,
    /// A later decision on the same component took its place.
    Superseded,
    /// The workshop has found out.
    Closed,
    /// The component is well again, without a word of a workshop of ours.
    Recovered,
}

impl Status {
    /// Its name in the store and on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::Open => "OPEN",
            Self::Superseded => "SUPERSEDED",
            Self::Closed => "CLOSED",
            Self::Recovered => "RECOVERED",
        }
    }

    /// The status with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Open, Self::Superseded, Self::Closed, Self::Recovered]
            .into_iter()
            .find(|status| status.code() == code)
    }
}

/// What the warranty says about the repair.
#[derive(Clone, Debug, PartialEq)]
pub struct Warranty {
    pub covered: bool,
    pub reason: Reason,
    pub coverage_id: Option<String>,
}

/// What was found in the end.
#[derive(Clone, Debug, PartialEq)]
pub struct Outcome {
    pub verdict: Verdict,
    /// The failure mode that was found, where it was named.
    pub failure_mode: Option<String>,
    /// The visit that found it, or none when a person said so directly.
    pub appointment_id: Option<String>,
    /// The person who said so directly.
    pub told_by: Option<String>,
    pub note: Option<String>,
    /// When it was found (event time).
    pub found_at: DateTime<Utc>,
}

/// A decision with what became of it.
#[derive(Clone, Debug, PartialEq)]
pub struct DecisionRecord {
    pub decision: Decision,
    pub status: Status,
    /// How many revisions were published.
    pub revision: i64,
    /// How many further triggers it covers.
    pub repeats: i64,
    pub recorded_at: DateTime<Utc>,
    pub warranty: Option<Warranty>,
    pub outcome: Option<Outcome>,
}

/// One journaled step of the graph.
#[derive(Clone, Debug, PartialEq)]
pub struct JournalEntry {
    /// From 1, in the order in which the steps were taken.
    pub position: i64,
    pub step: String,
    /// Machine time.
    pub started_at: DateTime<Utc>,
    /// Machine time.
    pub finished_at: DateTime<Utc>,
    pub output: Value,
}

/// A request for a person's look at a decision, and the answer to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Review {
    pub review_id: String,
    pub decision_id: String,
    pub vehicle_id: String,
    pub component: String,
    pub severity: Severity,
    pub failure_mode: String,
    pub confidence: f64,
    pub opened_at: DateTime<Utc>,
    pub answer: Option<ReviewAnswer>,
}

/// What a person answered.
#[derive(Clone, Debug, PartialEq)]
pub struct ReviewAnswer {
    pub verdict: ReviewVerdict,
    /// Why, in the person's words; it stays in this service.
    pub reason: String,
    pub by: String,
    pub at: DateTime<Utc>,
}

/// One example: what the model was asked, and what the right answer was.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    pub decision_id: String,
    /// When what the decision is about was true.
    pub decided_for: DateTime<Utc>,
    /// The worker that was asked.
    pub agent: String,
    /// The recorded prompt, as JSON in no provider's words.
    pub prompt: String,
    /// The failure mode that people found, confirmed or changed it to.
    pub failure_mode: String,
    /// `outcome` (found in the workshop) or `review` (a reviewer's word).
    pub from: &'static str,
}
