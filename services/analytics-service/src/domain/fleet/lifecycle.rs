//! The lifecycles of decisions, alerts and visits. Each only moves forward, whatever order its events arrive in.

use super::change::{AlertDetail, DecisionDetail, Finding, LlmUsage, Outcome, Verdict, VisitPlan};
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

/// What findings say together: a failure when one of them confirms it, nothing when all say so.
pub fn judgement<'f>(findings: impl Iterator<Item = &'f Finding>) -> Option<Judgement> {
    let verdicts: Vec<Verdict> = findings.map(|finding| finding.verdict).collect();
    if verdicts.contains(&Verdict::Confirmed) {
        return Some(Judgement::Confirmed);
    }
    let is_sound = !verdicts.is_empty() && verdicts.iter().all(|verdict| *verdict == Verdict::NotFound);
    is_sound.then_some(Judgement::NothingFound)
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
    /// The component of the decision that it settles; none while that decision was not heard.
    pub about: Option<String>,
}

/// What a visit said about a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Judgement {
    /// It was there.
    Confirmed,
    /// There was nothing.
    NothingFound,
}

impl Visit {
    /// What it said about the decision that it settles: what was found of other components does not judge that. Where there is no decision,
    /// every finding counts.
    pub fn judgement(&self) -> Option<Judgement> {
        let findings = self.completed.as_ref().map_or(&[][..], |done| &done.value.findings);
        judgement(findings.iter().filter(|finding| {
            let about = self.about.as_ref();
            about.is_none_or(|about| *about == finding.component)
        }))
    }

    /// The component that it was for: of the decision, else of the first failure that was found, else as it was planned.
    pub fn component(&self) -> Option<&String> {
        let done = self.completed.as_ref();
        let confirmed = done.and_then(|done| {
            let mut findings = done.value.findings.iter();
            findings.find(|finding| finding.verdict == Verdict::Confirmed)
        });
        let planned = || self.plan.as_ref()?.value.component.as_ref();
        let found = confirmed.map(|finding| &finding.component);
        self.about.as_ref().or(found).or_else(planned)
    }

    /// Takes a report. What an earlier one named is nothing of this one's.
    pub fn complete(&mut self, stamp: Stamp, outcome: Outcome) {
        let settled = self.settles().map(str::to_owned);
        super::offer(&mut self.completed, stamp, outcome);
        if self.settles() != settled.as_deref() {
            self.about = None;
        }
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    fn visit(about: Option<&str>, findings: &[(&str, Verdict)]) -> Visit {
        let finding = |(component, verdict): &(&str, Verdict)| Finding {
            component: (*component).to_owned(),
            verdict: *verdict,
            acted: false,
        };
        let stamp = Stamp {
            time: DateTime::UNIX_EPOCH,
            sequence: 1,
        };
        let outcome = Outcome {
            completed_at: DateTime::UNIX_EPOCH,
            decision_id: Some("dec".to_owned()),
            technician_id: None,
            odometer_km: None,
            cost: None,
            findings: findings.iter().map(finding).collect(),
        };
        let mut visit = Visit::default();
        visit.complete(stamp, outcome);
        visit.about = about.map(str::to_owned);
        visit
    }

    #[test]
    fn a_decision_is_judged_by_what_was_found_of_its_own_component() {
        use Verdict::*;
        let brakes_sound = [("brakes", NotFound), ("tyres", Confirmed)];
        for (about, findings, expected, component) in [
            (
                Some("brakes"),
                &brakes_sound[..],
                Some(Judgement::NothingFound),
                "brakes",
            ),
            (Some("tyres"), &brakes_sound, Some(Judgement::Confirmed), "tyres"),
            (Some("cooling"), &brakes_sound, None, "cooling"),
            // Nobody had decided anything, so the failure is one that was not predicted.
            (None, &brakes_sound, Some(Judgement::Confirmed), "tyres"),
            (
                Some("brakes"),
                &[("brakes", OtherCause), ("tyres", NotFound)],
                None,
                "brakes",
            ),
            (
                Some("brakes"),
                &[("brakes", NotFound), ("brakes", Confirmed)],
                Some(Judgement::Confirmed),
                "brakes",
            ),
        ] {
            let visit = visit(about, findings);
            assert_eq!(visit.judgement(), expected, "{about:?} {findings:?}");
            assert_eq!(visit.component().map(String::as_str), Some(component));
        }
        assert_eq!(visit(None, &[]).judgement(), None);
    }
}
