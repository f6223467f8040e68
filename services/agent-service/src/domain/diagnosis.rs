//! The diagnosis of a component: which causes in view are present, one or two of them or none, from symptoms seen and
//! not seen, and what would tell more.
//!
//! What is unknown has no weight in the posterior, but it lowers the confidence. [`super::beliefs`] holds the model.

use super::beliefs::{Beliefs, Field, binary_entropy_bits};
use super::knowledge::{ComponentKnowledge, FailureMode, Symptom};
use super::symptoms::{Source, State, SymptomStates};
use super::vehicle::Powertrain;

/// How missing evidence and an unsure source lower the confidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConfidenceRules {
    /// Share of the confidence that is taken off where nothing of the evidence is known, beyond the calibration, 0..1.
    pub coverage_weight: f64,
    /// Share that hangs on how sure the source (health) is of its own finding, 0..1.
    pub source_weight: f64,
}

/// One possible cause with the probability that it is present, alone or beside another one.
#[derive(Clone, Copy, Debug)]
pub struct Hypothesis<'k> {
    /// None stands for "no fault, or a cause that is not in the knowledge base".
    pub mode: Option<&'k FailureMode>,
    pub probability: f64,
}

/// The symptom that would tell most, and what would then lead.
#[derive(Clone, Debug)]
pub struct NextTest<'k> {
    pub symptom: &'k Symptom,
    /// Expected loss of uncertainty, in bits.
    pub gain_bits: f64,
    /// What would lead if it is there, and if it is not.
    pub if_present: Option<&'k FailureMode>,
    pub if_absent: Option<&'k FailureMode>,
}

/// What is still unknown and would tell the leading cause from another one best.
#[derive(Clone, Copy, Debug)]
pub struct Separation<'k> {
    pub symptom: &'k Symptom,
    /// Expected loss of uncertainty between the two, in bits.
    pub gain_bits: f64,
    /// Seeing it speaks for the leading cause, not seeing it for the other one; or the other way round.
    pub seen_speaks_for_leading: bool,
}

/// A ranked diagnosis of one component.
#[derive(Clone, Debug)]
pub struct Diagnosis<'k> {
    pub knowledge: &'k ComponentKnowledge,
    pub states: SymptomStates,
    /// Most probable first; they sum to more than 1 as far as two faults are there at once.
    ranking: Vec<Hypothesis<'k>>,
    /// Share of the evidence's weight that is known, 0..1.
    pub coverage: f64,
    /// How often a diagnosis like this one is right, 0..1.
    pub confidence: f64,
    pub next_test: Option<NextTest<'k>>,
    /// The symptoms worth looking at, best first.
    pub tests: Vec<NextTest<'k>>,
    second: Option<Hypothesis<'k>>,
    stop_probability: f64,
}

/// How many tests a diagnosis names.
const TESTS_MAX: usize = 3;
/// From this probability on a second fault beside the leading one is worth looking for in the same visit.
const SECOND_MIN: f64 = 0.2;
/// Below this probability no other cause is worth a word.
const RUNNER_UP_MIN: f64 = 0.01;
/// Below this gain a test is not worth naming.
const GAIN_BITS_MIN: f64 = 0.01;

impl<'k> Diagnosis<'k> {
    /// Diagnoses one component of a vehicle. `source_confidence` (0..1) is how sure the source is of its finding.
    pub fn new(
        knowledge: &'k ComponentKnowledge,
        states: SymptomStates,
        powertrain: Powertrain,
        source_confidence: f64,
        rules: &ConfidenceRules,
    ) -> Self {
        let field = Field::new(knowledge, powertrain);
        let beliefs = field.posterior(knowledge, &states);
        let ranking = ranked(&field, &beliefs);
        let coverage = coverage(knowledge, &states, &field);
        let tests = tests(knowledge, &states, &field, &beliefs);
        let confidence = calibrated(ranking[0].probability, coverage)
            * (1.0 - rules.coverage_weight * (1.0 - coverage))
            * (1.0 - rules.source_weight * (1.0 - source_confidence.clamp(0.0, 1.0)));
        Self {
            knowledge,
            states,
            second: second(&field, &beliefs, ranking[0].mode),
            stop_probability: stop_probability(&field, &beliefs),
            ranking,
            coverage,
            confidence,
            next_test: tests.first().cloned(),
            tests,
        }
    }

    /// Whether any symptom was recognised.
    pub fn has_symptom(&self) -> bool {
        self.states.present().next().is_some()
    }

    /// Every cause, most probable first.
    pub fn ranking(&self) -> &[Hypothesis<'k>] {
        &self.ranking
    }

    /// The most probable cause.
    pub fn leading(&self) -> Hypothesis<'k> {
        self.ranking[0]
    }

    /// Probability of one failure mode; 0 when the vehicle cannot have it.
    pub fn probability_of(&self, code: &str) -> f64 {
        let is_it = |hypothesis: &&Hypothesis<'_>| hypothesis.mode.is_some_and(|mode| mode.code == code);
        self.ranking
            .iter()
            .find(is_it)
            .map_or(0.0, |hypothesis| hypothesis.probability)
    }

    /// Joint probability of the modes that make driving on dangerous.
    pub fn stop_probability(&self) -> f64 {
        self.stop_probability
    }

    /// A further fault that may well be there beside the leading one; its probability is that of both together.
    pub fn second(&self) -> Option<Hypothesis<'k>> {
        self.second
    }

    /// What it may be instead of the leading cause.
    pub fn runner_up(&self) -> Option<Hypothesis<'k>> {
        let next = self.ranking.get(1).copied();
        next.filter(|hypothesis| hypothesis.probability >= RUNNER_UP_MIN)
    }

    /// The unknown symptom that tells the leading cause from `other` best; none where nothing that is unknown does.
    pub fn separation(&self, other: &Hypothesis<'k>) -> Option<Separation<'k>> {
        let leading = self.leading();
        let share = leading.probability / (leading.probability + other.probability);
        let separation = |symptom: &'k Symptom| {
            let (here, there) = (likelihood(leading.mode, symptom), likelihood(other.mode, symptom));
            let shown = share * here + (1.0 - share) * there;
            let left = share * binary_entropy_bits(here) + (1.0 - share) * binary_entropy_bits(there);
            Separation {
                symptom,
                gain_bits: binary_entropy_bits(shown) - left,
                seen_speaks_for_leading: here > there,
            }
        };
        let symptoms = self.knowledge.symptoms.iter();
        symptoms
            .filter(|symptom| matches!(self.states.get(&symptom.code), State::Unknown))
            .map(separation)
            .filter(|separation| separation.gain_bits >= GAIN_BITS_MIN)
            .max_by(|left, right| left.gain_bits.total_cmp(&right.gain_bits))
    }

    /// How many times likelier the known state of a symptom is under the leading cause than without it; none when unknown.
    pub fn support(&self, symptom: &Symptom) -> Option<f64> {
        let likelihood = likelihood(self.leading().mode, symptom);
        match self.states.get(&symptom.code) {
            State::Present(_) => Some(likelihood / symptom.background),
            State::Absent(_) => Some((1.0 - likelihood) / (1.0 - symptom.background)),
            State::Unknown => None,
        }
    }
}

/// The share of diagnoses with this leading probability and coverage that are right: logistic calibration (Platt 1999).
///
/// The likelihoods of the knowledge base are cautious estimates, so the raw probability understates a well-supported
/// cause. The coefficients were fitted on the evaluation plant's development seeds; docs/agents.md has the command.
fn calibrated(probability: f64, coverage: f64) -> f64 {
    const CERTAINTY: f64 = -0.24;
    const BY_LOG_ODDS: f64 = 1.64;
    const BY_COVERAGE: f64 = 2.15;
    let probability = probability.clamp(1e-4, 1.0 - 1e-4);
    let log_odds = (probability / (1.0 - probability)).ln();
    1.0 / (1.0 + (-(CERTAINTY + BY_LOG_ODDS * log_odds + BY_COVERAGE * coverage)).exp())
}

fn likelihood(mode: Option<&FailureMode>, symptom: &Symptom) -> f64 {
    mode.map_or(symptom.background, |mode| mode.likelihood(symptom))
}

/// Every cause with the probability that it is present, most probable first; equal ones keep the data file's order,
/// "other" last.
fn ranked<'k>(field: &Field<'k>, beliefs: &Beliefs) -> Vec<Hypothesis<'k>> {
    let modes = field.modes.iter().zip(field.marginals(beliefs));
    let mut hypotheses: Vec<_> = modes
        .map(|(mode, probability)| Hypothesis {
            mode: Some(*mode),
            probability,
        })
        .collect();
    hypotheses.push(Hypothesis {
        mode: None,
        probability: beliefs[0],
    });
    hypotheses.sort_by(|left, right| right.probability.total_cmp(&left.probability));
    hypotheses
}

/// Joint probability of the fault sets with one that makes driving on dangerous.
fn stop_probability(field: &Field<'_>, beliefs: &Beliefs) -> f64 {
    let stops = |mode: Option<usize>| mode.is_some_and(|mode| field.modes[mode].requires_stop());
    let sets = field.sets().iter().zip(beliefs);
    sets.filter(|(set, _)| stops(set.first) || stops(set.second))
        .map(|(_, belief)| belief)
        .sum()
}

/// A further fault that may well be there beside the leading one.
fn second<'k>(field: &Field<'k>, beliefs: &Beliefs, leading: Option<&FailureMode>) -> Option<Hypothesis<'k>> {
    let leading = field
        .modes
        .iter()
        .position(|mode| Some(mode.code.as_str()) == leading.map(|m| m.code.as_str()))?;
    let pairs = field.sets().iter().zip(beliefs);
    let (set, probability) = pairs
        .filter(|(set, _)| set.has(leading) && set.second.is_some())
        .max_by(|left, right| left.1.total_cmp(right.1))?;
    let other = if set.first == Some(leading) {
        set.second
    } else {
        set.first
    };
    (*probability >= SECOND_MIN).then(|| Hypothesis {
        mode: other.map(|mode| field.modes[mode]),
        probability: *probability,
    })
}

/// Share of what the symptoms could tell, measured before anything was known, that is now known.
fn coverage(knowledge: &ComponentKnowledge, states: &SymptomStates, field: &Field<'_>) -> f64 {
    let prior = field.prior();
    let (mut known, mut total) = (0.0, 0.0);
    for (position, symptom) in knowledge.symptoms.iter().enumerate() {
        let gain = field.gain_bits(&prior, position);
        total += gain;
        if !matches!(states.get(&symptom.code), State::Unknown) {
            known += gain;
        }
    }
    if total > 0.0 { known / total } else { 0.0 }
}

/// The unknown symptoms whose answers would tell most about the ranking, best first.
fn tests<'k>(
    knowledge: &'k ComponentKnowledge,
    states: &SymptomStates,
    field: &Field<'k>,
    beliefs: &Beliefs,
) -> Vec<NextTest<'k>> {
    let unknown = knowledge.symptoms.iter().enumerate();
    let mut gains: Vec<_> = unknown
        .filter(|(_, symptom)| matches!(states.get(&symptom.code), State::Unknown))
        .map(|(position, symptom)| (position, symptom, field.gain_bits(beliefs, position)))
        .filter(|(_, _, gain)| *gain >= GAIN_BITS_MIN)
        .collect();
    gains.sort_by(|left, right| right.2.total_cmp(&left.2));
    let leader = |position, present| ranked(field, &field.after(beliefs, position, present).1)[0].mode;
    let test = |(position, symptom, gain_bits): (usize, &'k Symptom, f64)| NextTest {
        symptom,
        gain_bits,
        if_present: leader(position, true),
        if_absent: leader(position, false),
    };
    gains.into_iter().take(TESTS_MAX).map(test).collect()
}

/// What a known symptom rests on.
pub fn source(state: &State) -> Option<&Source> {
    match state {
        State::Present(source) | State::Absent(source) => Some(source),
        State::Unknown => None,
    }
}
