//! A run of the graph with everything that it rests on, so that it can be resumed, replayed and changed in one fact.

use super::claims::PastCase;
use super::component::Worker;
use super::decision::{Decision, Rules, Trigger};
use super::opinion::Explanation;
use super::severity::Severity;
use super::vehicle::Powertrain;

/// What a run starts from.
#[derive(Clone, Debug, PartialEq)]
pub struct RunFacts {
    pub trigger: Trigger,
    pub powertrain: Powertrain,
    /// The health that was last heard of the component before the trigger, 0..1.
    pub last_health_score: Option<f64>,
    /// What people wrote: data for the models, nothing for the rules.
    pub notes: Vec<String>,
}

/// Where a run stands. Each stage is durable before its work begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunStage {
    /// The rules' decision is published; the models are to be asked.
    Consult,
    /// They were asked; the decision is to be amended.
    Amend,
    Done,
}

impl RunStage {
    /// Every stage in order.
    pub const ALL: [Self; 3] = [Self::Consult, Self::Amend, Self::Done];

    /// Its name in the store and on the wire.
    pub fn code(self) -> &'static str {
        match self {
            Self::Consult => "CONSULT",
            Self::Amend => "AMEND",
            Self::Done => "DONE",
        }
    }

    /// The stage with this name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|stage| stage.code() == code)
    }
}

/// A stored run.
#[derive(Clone, Debug, PartialEq)]
pub struct Run {
    pub decision_id: String,
    pub stage: RunStage,
    pub facts: RunFacts,
    pub correlation_id: String,
    pub explanation: Option<Explanation>,
}

/// Whether a case is worth the strong model and a second pair of eyes: an unsure one, one with rivals, a grave one.
pub fn is_complex(decision: &Decision, rules: &Rules) -> bool {
    decision.confidence < rules.review_below
        || decision
            .alternatives
            .iter()
            .any(|mode| mode.probability >= rules.plausible_min)
        || decision.severity >= Severity::Emergency
}

/// Which workers' models are asked, the one that knows the component best first.
pub fn workers(decision: &Decision, rules: &Rules) -> Vec<Worker> {
    let first = decision.component.worker();
    match is_complex(decision, rules) {
        true => vec![first, Worker::Generic],
        false => vec![first],
    }
}

/// What makes two cases alike: the component and everything observed about it, as a sparse vector of words.
pub fn features(facts: &RunFacts) -> Vec<String> {
    let seen = &facts.trigger.observations;
    let mut words = vec![format!("component:{}", facts.trigger.component.code())];
    words.push(format!("powertrain:{}", facts.powertrain.code()));
    words.extend(seen.trouble_codes.iter().map(|code| format!("code:{code}")));
    words.extend(seen.risk_factors.iter().map(|factor| format!("factor:{}", factor.code)));
    words.extend(seen.reported_present.iter().map(|code| format!("seen:{code}")));
    words.extend(seen.reported_absent.iter().map(|code| format!("absent:{code}")));
    words.extend(seen.evidence.iter().filter_map(|evidence| {
        let side = if evidence.observed >= evidence.expected? {
            "up"
        } else {
            "down"
        };
        Some(format!("signal:{}:{side}", evidence.signal))
    }));
    words.sort();
    words.dedup();
    words
}

/// Cosine of the angle between two such vectors, 0..1. Both are sorted.
pub fn similarity(left: &[String], right: &[String]) -> f64 {
    if left.is_empty() || right.is_empty() {
        return 0.0;
    }
    let shared = left.iter().filter(|word| right.binary_search(word).is_ok()).count();
    shared as f64 / ((left.len() * right.len()) as f64).sqrt()
}

/// The most similar ones first, at most `max`, none below a half.
pub fn most_similar(mut cases: Vec<PastCase>, max: usize) -> Vec<PastCase> {
    cases.retain(|case| case.similarity >= 0.5);
    cases.sort_by(|left, right| {
        let by_similarity = right.similarity.total_cmp(&left.similarity);
        by_similarity.then_with(|| left.decision_id.cmp(&right.decision_id))
    });
    cases.truncate(max);
    cases
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::similarity;

    proptest! {
        #[test]
        fn similarity_is_a_cosine(left in proptest::collection::btree_set("[a-e]{1,2}", 1..8), right in proptest::collection::btree_set("[a-e]{1,2}", 1..8)) {
            let (left, right): (Vec<_>, Vec<_>) = (left.into_iter().collect(), right.into_iter().collect());
            let cosine = similarity(&left, &right);
            prop_assert!((0.0..=1.0 + 1e-12).contains(&cosine));
            prop_assert!((cosine - similarity(&right, &left)).abs() < 1e-12);
            prop_assert!((similarity(&left, &left) - 1.0).abs() < 1e-12);
        }
    }
}
