//! Decides cases one after the other, as the service would.

use chassis::Clock;

use super::cases::Case;
use crate::domain::decision::{Decision, Rules};
use crate::domain::graph::{Context, Stage};
use crate::domain::knowledge::KnowledgeBase;

/// A decided case.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub case: Case,
    pub decision: Decision,
    /// How long the decision took, in milliseconds.
    pub taken_ms: f64,
}

impl Outcome {
    /// The cause at a rank, the leading one at 0.
    pub fn cause(&self, rank: usize) -> Option<&str> {
        match rank {
            0 => Some(&self.decision.failure_mode.code),
            other => self.decision.alternatives.get(other - 1).map(|mode| mode.code.as_str()),
        }
    }

    /// Whether a true cause is among the first `ranks`.
    pub fn within(&self, ranks: usize) -> bool {
        (0..ranks)
            .filter_map(|rank| self.cause(rank))
            .any(|cause| self.case.is_true(cause))
    }

    /// One line for a list of failures.
    pub fn describe(&self) -> String {
        let causes: Vec<_> = (0..3).filter_map(|rank| self.cause(rank)).collect();
        let truth = self.case.truth.join(" + ");
        format!(
            "{} ({}, {}): {} at {:.2}, not {truth}",
            self.case.name,
            self.case.kind,
            if self.case.full {
                "full evidence"
            } else {
                "evidence missing"
            },
            causes.join(" > "),
            self.decision.confidence
        )
    }
}

/// Decides every case by the rules. The clock is the system's, because real time is what is measured.
pub fn run(base: &KnowledgeBase, rules: &Rules, cases: Vec<Case>) -> Vec<Outcome> {
    let clock = Clock::system();
    let decided = |case: Case| {
        let started = clock.instant();
        let decision = decide(base, rules, &case)?;
        let taken_ms = clock.instant().duration_since(started).as_secs_f64() * 1_000.0;
        Some(Outcome {
            case,
            decision,
            taken_ms,
        })
    };
    cases.into_iter().filter_map(decided).collect()
}

fn decide(base: &KnowledgeBase, rules: &Rules, case: &Case) -> Option<Decision> {
    let context = Context {
        trigger: &case.trigger,
        knowledge: base.component(case.trigger.component)?,
        powertrain: case.powertrain,
        last_health_score: None,
        rules,
        decision_id: "dec_case",
    };
    let mut stage = Stage::Triggered;
    loop {
        match stage {
            Stage::Decided { decision } => return Some(*decision),
            other => stage = other.advance(&context).0,
        }
    }
}
