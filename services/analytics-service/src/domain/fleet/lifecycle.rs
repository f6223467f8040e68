//! The lifecycles of decisions, alerts and visits. Each only moves forward, whatever order its events arrive in.

use super::change::{AlertDetail, DecisionDetail, LlmUsage, Outcome, VisitPlan};
use super::{Latest, Stamp};
use chrono::{DateTime, Utc};

/// Keeps the earlier of two instants.
pub fn earliest(slot: &mut Option<DateTime<Utc>>, time: DateTime<Utc>) {
    *slot = Some(slot.map_or(time, |held| held.min(time)));
}

/// What is known about one alert.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Alert {
    pub raised: Option<Latest<AlertDetail>>,
    /// When and by whom (user id) it was first acknowledged.
    pub acknowledged: Option<(DateTime<Utc>, String)>,
    pub resolved_at: Option<DateTime<Utc>>,
}

impl Alert {
    /// Raised and not yet resolved.
    pub fn is_open(&self) -> bool {
        self.raised.is_some() && self.resolved_at.is_none()
    }

    /// Notes an acknowledgement; the earliest counts.
    pub fn acknowledge(&mut self, time: DateTime<Utc>, by: String) {
        let new = (time, by);
        self.acknowledged = Some(match self.acknowledged.take() {
            Some(held) => held.min(new),
            None => new,
        });
    }

    /// Seconds from raising to the first acknowledgement.
    pub fn acknowledged_after_s(&self) -> Option<i64> {
        let (at, _) = self.acknowledged.as_ref()?;
        Some((*at - self.raised.as_ref()?.stamp.time).num_seconds().max(0))
    }

    /// The state's name on the wire.
    pub fn state(&self) -> &'static str {
        match (self.resolved_at.is_some(), self.acknowledged.is_some()) {
            (true, _) => "RESOLVED",
            (false, true) => "ACKNOWLEDGED",
            (false, false) => "OPEN",
        }
    }
}

/// What is known about one decision.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decision {
    pub made: Option<Latest<DecisionDetail>>,
    pub covered: Option<Latest<bool>>,
    pub explained: Option<Latest<LlmUsage>>,
    /// When a workshop or a person last told what was really there: with that the agents close it.
    pub found_at: Option<DateTime<Utc>>,
    /// Settled by what else is known: what was found, a completed visit for it, its resolved alert, a repair or a newer decision.
    pub closed: bool,
}

impl Decision {
    /// Made, and nothing has settled it.
    pub fn is_open(&self) -> bool {
        self.made.is_some() && !self.closed
    }
}

/// How far a visit has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum VisitState {
    Planned,
    Started,
    Cancelled,
    Completed,
}

impl VisitState {
    /// The name on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            VisitState::Planned => "SCHEDULED",
            VisitState::Started => "STARTED",
            VisitState::Cancelled => "CANCELLED",
            VisitState::Completed => "COMPLETED",
        }
    }
}

/// What is known about one visit to the workshop.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Visit {
    pub plan: Option<Latest<VisitPlan>>,
    /// When it was first booked.
    pub first_planned: Option<DateTime<Utc>>,
    pub technician: Option<Latest<String>>,
    pub started_at: Option<DateTime<Utc>>,
    pub cancelled_at: Option<DateTime<Utc>>,
    pub completed: Option<Latest<Outcome>>,
}

impl Visit {
    /// How far it has come; a completed visit stays completed.
    pub fn state(&self) -> VisitState {
        if self.completed.is_some() {
            VisitState::Completed
        } else if self.cancelled_at.is_some() {
            VisitState::Cancelled
        } else if self.started_at.is_some() {
            VisitState::Started
        } else {
            VisitState::Planned
        }
    }

    /// Planned or under way.
    pub fn is_open(&self) -> bool {
        self.plan.is_some() && self.state() <= VisitState::Started
    }

    /// Takes a plan, and with it the technician it names.
    pub fn plan(&mut self, stamp: Stamp, plan: VisitPlan) {
        earliest(&mut self.first_planned, stamp.time);
        super::offer(&mut self.technician, stamp, plan.technician_id.clone());
        super::offer(&mut self.plan, stamp, plan);
    }

    /// The decision that the report names. A plan may change its mind, a report does not, so only it settles anything.
    pub fn settles(&self) -> Option<&str> {
        self.completed
            .as_ref()
            .and_then(|done| done.value.decision_id.as_deref())
    }
}
