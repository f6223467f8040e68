//! What the language models add to a decision: opinions whose claims were checked. The rules' decision stands.

use super::claims::{Claim, Fault};

/// What one worker's model thinks, after its claims were checked.
#[derive(Clone, Debug, PartialEq)]
pub struct AgentOpinion {
    /// The worker's short name.
    pub agent: String,
    pub model: String,
    /// The cause that it holds for most probable: a failure mode of the component, or the code of "unidentified".
    pub failure_mode: String,
    /// Claims whose citations resolved.
    pub claims: Vec<Claim>,
    /// Why the others were dropped.
    pub dropped: Vec<Fault>,
}

/// Why no model took part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fallback {
    /// No provider of the chain answered.
    Unavailable,
    /// A budget would have been passed.
    Budget,
    /// The process died with a call out. It may have been paid, so it is not repeated.
    InDoubt,
    /// The agent is suspended because it behaved unlike itself.
    Suspended,
    /// Answers came, but none that could be used.
    Unusable,
}

impl Fallback {
    /// Every reason.
    pub const ALL: [Self; 5] = [
        Self::Unavailable,
        Self::Budget,
        Self::InDoubt,
        Self::Suspended,
        Self::Unusable,
    ];

    /// Its name in events and metrics.
    pub fn code(self) -> &'static str {
        match self {
            Self::Unavailable => "llm.unavailable",
            Self::Budget => "llm.budget",
            Self::InDoubt => "llm.in_doubt",
            Self::Suspended => "llm.suspended",
            Self::Unusable => "llm.unusable",
        }
    }

    /// The reason with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|fallback| fallback.code() == code)
    }

    /// In English.
    pub fn text(self) -> &'static str {
        match self {
            Self::Unavailable => "No language model answered; the rules decided alone.",
            Self::Budget => "The budget for language models is used up; the rules decided alone.",
            Self::InDoubt => "A call to a language model was cut off and is not paid twice; the rules decided alone.",
            Self::Suspended => "The agent's use of language models is suspended; the rules decided alone.",
            Self::Unusable => "The language model's answer could not be used; the rules decided alone.",
        }
    }
}

/// What became of asking the models about one decision.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Explanation {
    /// Of the workers that answered, the one that knows the component best first.
    pub opinions: Vec<AgentOpinion>,
    /// Why the rules stand alone; none when at least one worker answered.
    pub fallback: Option<Fallback>,
    /// True when a worker with at least one claim that holds sees another cause than the rules.
    pub disagrees: bool,
}

impl Explanation {
    /// Gathers what the workers said, each in their turn. `failure_mode` is what the rules hold for most probable.
    pub fn gather(failure_mode: &str, said: Vec<Result<AgentOpinion, Fallback>>) -> Self {
        let first_failure = said.iter().find_map(|one| one.as_ref().err().copied());
        let opinions: Vec<AgentOpinion> = said.into_iter().filter_map(Result::ok).collect();
        let disagrees = opinions
            .iter()
            .any(|opinion| opinion.failure_mode != failure_mode && !opinion.claims.is_empty());
        Self {
            fallback: first_failure.filter(|_| opinions.is_empty()),
            opinions,
            disagrees,
        }
    }

    /// The models that took part; none when the rules stand alone.
    pub fn model(&self) -> Option<&str> {
        self.opinions.first().map(|opinion| opinion.model.as_str())
    }
}
