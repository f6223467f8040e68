//! The posterior over a component's failure modes and "no fault or another cause", from symptoms seen and not seen.
//!
//! Naive Bayes: symptoms are taken as independent once the cause is given. What is unknown has no weight in the
//! posterior, but it lowers the confidence.

use super::knowledge::{ComponentKnowledge, FailureMode, Symptom};
use super::symptoms::{Source, State, SymptomStates};
use super::vehicle::Powertrain;

/// How missing evidence and an unsure source lower the confidence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ConfidenceRules {
    /// Share of the confidence that hangs on how much of the evidence is known, 0..1.
    pub coverage_weight: f64,
    /// Share that hangs on how sure the source (health) is of its own finding, 0..1.
    pub source_weight: f64,
}

/// One possible cause with its probability.
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

/// A ranked diagnosis of one component.
#[derive(Clone, Debug)]
pub struct Diagnosis<'k> {
    pub knowledge: &'k ComponentKnowledge,
    pub states: SymptomStates,
    /// Most probable first; the probabilities sum to 1.
    ranking: Vec<Hypothesis<'k>>,
    /// Share of the evidence's weight that is known, 0..1.
    pub coverage: f64,
    /// How far the leading cause can be relied on, 0..1.
    pub confidence: f64,
    pub next_test: Option<NextTest<'k>>,
}

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
        let ranking = ranked(posterior(knowledge, &states, powertrain));
        let coverage = coverage(knowledge, &states, powertrain);
        let next_test = next_test(knowledge, &states, &ranking);
        let confidence = ranking[0].probability
            * (1.0 - rules.coverage_weight * (1.0 - coverage))
            * (1.0 - rules.source_weight * (1.0 - source_confidence.clamp(0.0, 1.0)));
        Self {
            knowledge,
            states,
            ranking,
            coverage,
            confidence,
            next_test,
        }
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
        let stops = |hypothesis: &&Hypothesis<'_>| hypothesis.mode.is_some_and(FailureMode::requires_stop);
        self.ranking
            .iter()
            .filter(stops)
            .map(|hypothesis| hypothesis.probability)
            .sum()
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

fn likelihood(mode: Option<&FailureMode>, symptom: &Symptom) -> f64 {
    mode.map_or(symptom.background, |mode| mode.likelihood(symptom))
}

/// The causes that the vehicle can have with their prior weights, "other" last.
fn priors<'k>(knowledge: &'k ComponentKnowledge, powertrain: Powertrain) -> Vec<Hypothesis<'k>> {
    let total: f64 = knowledge.modes.iter().map(|mode| mode.prior).sum();
    let possible = knowledge.modes.iter().filter(|mode| mode.occurs_on(powertrain));
    let mut hypotheses: Vec<_> = possible
        .map(|mode| Hypothesis {
            mode: Some(mode),
            probability: mode.prior,
        })
        .collect();
    hypotheses.push(Hypothesis {
        mode: None,
        probability: 1.0 - total,
    });
    normalised(hypotheses)
}

fn posterior<'k>(
    knowledge: &'k ComponentKnowledge,
    states: &SymptomStates,
    powertrain: Powertrain,
) -> Vec<Hypothesis<'k>> {
    let mut hypotheses = priors(knowledge, powertrain);
    for hypothesis in &mut hypotheses {
        // Logarithms, so that many symptoms cannot underflow.
        let mut log_weight = hypothesis.probability.ln();
        for symptom in &knowledge.symptoms {
            let likelihood = likelihood(hypothesis.mode, symptom);
            log_weight += match states.get(&symptom.code) {
                State::Present(_) => likelihood.ln(),
                State::Absent(_) => (1.0 - likelihood).ln(),
                State::Unknown => 0.0,
            };
        }
        hypothesis.probability = log_weight;
    }
    let highest = hypotheses
        .iter()
        .map(|hypothesis| hypothesis.probability)
        .fold(f64::NEG_INFINITY, f64::max);
    for hypothesis in &mut hypotheses {
        hypothesis.probability = (hypothesis.probability - highest).exp();
    }
    normalised(hypotheses)
}

fn normalised(mut hypotheses: Vec<Hypothesis<'_>>) -> Vec<Hypothesis<'_>> {
    let total: f64 = hypotheses.iter().map(|hypothesis| hypothesis.probability).sum();
    for hypothesis in &mut hypotheses {
        hypothesis.probability /= total;
    }
    hypotheses
}

/// Most probable first; equal ones keep the data file's order, "other" last.
fn ranked(mut hypotheses: Vec<Hypothesis<'_>>) -> Vec<Hypothesis<'_>> {
    hypotheses.sort_by(|left, right| right.probability.total_cmp(&left.probability));
    hypotheses
}

/// Share of what the symptoms could tell, measured before anything was known, that is now known.
fn coverage(knowledge: &ComponentKnowledge, states: &SymptomStates, powertrain: Powertrain) -> f64 {
    let priors = priors(knowledge, powertrain);
    let (mut known, mut total) = (0.0, 0.0);
    for symptom in &knowledge.symptoms {
        let gain = gain_bits(&priors, symptom);
        total += gain;
        if !matches!(states.get(&symptom.code), State::Unknown) {
            known += gain;
        }
    }
    if total > 0.0 { known / total } else { 0.0 }
}

fn entropy_bits(hypotheses: &[Hypothesis<'_>]) -> f64 {
    let term = |probability: f64| {
        if probability > 0.0 {
            -probability * probability.log2()
        } else {
            0.0
        }
    };
    hypotheses.iter().map(|hypothesis| term(hypothesis.probability)).sum()
}

/// The beliefs after a symptom was found (or found missing), and how probable that finding is.
fn after<'k>(hypotheses: &[Hypothesis<'k>], symptom: &Symptom, present: bool) -> (f64, Vec<Hypothesis<'k>>) {
    let weighted = |hypothesis: &Hypothesis<'k>| {
        let likelihood = likelihood(hypothesis.mode, symptom);
        let factor = if present { likelihood } else { 1.0 - likelihood };
        Hypothesis {
            mode: hypothesis.mode,
            probability: hypothesis.probability * factor,
        }
    };
    let weighted: Vec<_> = hypotheses.iter().map(weighted).collect();
    let probability = weighted.iter().map(|hypothesis| hypothesis.probability).sum();
    (probability, normalised(weighted))
}

fn gain_bits(hypotheses: &[Hypothesis<'_>], symptom: &Symptom) -> f64 {
    let (probability_present, present) = after(hypotheses, symptom, true);
    let (probability_absent, absent) = after(hypotheses, symptom, false);
    let expected = probability_present * entropy_bits(&present) + probability_absent * entropy_bits(&absent);
    (entropy_bits(hypotheses) - expected).max(0.0)
}

/// The unknown symptom whose answer would tell most about the ranking.
fn next_test<'k>(
    knowledge: &'k ComponentKnowledge,
    states: &SymptomStates,
    ranking: &[Hypothesis<'k>],
) -> Option<NextTest<'k>> {
    let unknown = knowledge
        .symptoms
        .iter()
        .filter(|symptom| matches!(states.get(&symptom.code), State::Unknown));
    let (symptom, gain_bits) = unknown
        .map(|symptom| (symptom, gain_bits(ranking, symptom)))
        .max_by(|left, right| left.1.total_cmp(&right.1))
        .filter(|(_, gain)| *gain >= GAIN_BITS_MIN)?;
    let leader = |present| ranked(after(ranking, symptom, present).1)[0].mode;
    Some(NextTest {
        symptom,
        gain_bits,
        if_present: leader(true),
        if_absent: leader(false),
    })
}

/// What a known symptom rests on.
pub fn source(state: &State) -> Option<&Source> {
    match state {
        State::Present(source) | State::Absent(source) => Some(source),
        State::Unknown => None,
    }
}
