//! What is believed of the causes: a probability for every set of at most two faults in view, none among them.
//!
//! A symptom with several causes present follows the noisy-OR of Pearl (Probabilistic Reasoning in Intelligent Systems,
//! 1988, 4.3): each cause fails to show it independently. Once the faults are given, symptoms are independent.

use super::knowledge::{ComponentKnowledge, FailureMode};
use super::symptoms::{State, SymptomStates};
use super::vehicle::Powertrain;

/// Probability that a vehicle which has one of the faults in view has a second one at the same time.
const SECOND_FAULT: f64 = 0.06;

/// The causes in view with their symptoms' likelihoods as a table.
#[derive(Clone, Debug)]
pub struct Field<'k> {
    pub modes: Vec<&'k FailureMode>,
    backgrounds: Vec<f64>,
    /// By mode, then by symptom.
    likelihoods: Vec<Vec<f64>>,
    sets: Vec<FaultSet>,
    other_prior: f64,
}

/// Positions of the faults of one hypothesis; both empty stands for "no fault, or a cause that is not known".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FaultSet {
    pub first: Option<usize>,
    pub second: Option<usize>,
}

impl FaultSet {
    /// Whether the mode at this position is one of its faults.
    pub fn has(&self, mode: usize) -> bool {
        self.first == Some(mode) || self.second == Some(mode)
    }
}

/// The probabilities of a field's sets; they sum to 1.
pub type Beliefs = Vec<f64>;

impl<'k> Field<'k> {
    /// The causes that a vehicle with this powertrain can have.
    pub fn new(knowledge: &'k ComponentKnowledge, powertrain: Powertrain) -> Self {
        let modes: Vec<_> = knowledge.modes.iter().filter(|m| m.occurs_on(powertrain)).collect();
        let row = |mode: &&FailureMode| {
            knowledge
                .symptoms
                .iter()
                .map(|symptom| mode.likelihood(symptom))
                .collect()
        };
        let single = |first| FaultSet { first, second: None };
        let mut sets = vec![single(None)];
        sets.extend((0..modes.len()).map(|mode| single(Some(mode))));
        for first in 0..modes.len() {
            sets.extend((first + 1..modes.len()).map(|second| FaultSet {
                first: Some(first),
                second: Some(second),
            }));
        }
        Self {
            likelihoods: modes.iter().map(row).collect(),
            backgrounds: knowledge.symptoms.iter().map(|symptom| symptom.background).collect(),
            other_prior: 1.0 - knowledge.modes.iter().map(|mode| mode.prior).sum::<f64>(),
            sets,
            modes,
        }
    }

    /// The hypotheses in the order of their beliefs.
    pub fn sets(&self) -> &[FaultSet] {
        &self.sets
    }

    /// Beliefs before anything was observed.
    pub fn prior(&self) -> Beliefs {
        let prior = |mode: usize| self.modes[mode].prior;
        let pair = |set: &FaultSet| Some(prior(set.first?) * prior(set.second?));
        let singles: f64 = (0..self.modes.len()).map(prior).sum();
        let pairs: f64 = self.sets.iter().filter_map(pair).sum();
        let weight = |set: &FaultSet| match (set.first, pair(set)) {
            (_, Some(product)) => SECOND_FAULT * singles * product / pairs,
            (Some(mode), None) => (1.0 - SECOND_FAULT) * prior(mode),
            (None, None) => self.other_prior,
        };
        normalised(self.sets.iter().map(weight).collect())
    }

    /// Beliefs after the symptoms whose state is known.
    pub fn posterior(&self, knowledge: &ComponentKnowledge, states: &SymptomStates) -> Beliefs {
        let known = |(position, code): (usize, &String)| match states.get(code) {
            State::Present(_) => Some((position, true)),
            State::Absent(_) => Some((position, false)),
            State::Unknown => None,
        };
        let codes = knowledge.symptoms.iter().map(|symptom| &symptom.code);
        let known: Vec<_> = codes.enumerate().filter_map(known).collect();
        // Logarithms, so that many symptoms cannot underflow.
        let log_weight = |(set, prior): (&FaultSet, f64)| {
            let factor = |(symptom, present): &(usize, bool)| self.chance(set, *symptom, *present).ln();
            prior.ln() + known.iter().map(factor).sum::<f64>()
        };
        let weights: Vec<f64> = self.sets.iter().zip(self.prior()).map(log_weight).collect();
        let highest = weights.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        normalised(weights.into_iter().map(|weight| (weight - highest).exp()).collect())
    }

    /// Beliefs after one more symptom was found (or found missing), and how probable that finding is.
    pub fn after(&self, beliefs: &Beliefs, symptom: usize, present: bool) -> (f64, Beliefs) {
        let weighted = |(set, belief): (&FaultSet, &f64)| belief * self.chance(set, symptom, present);
        let weights: Vec<f64> = self.sets.iter().zip(beliefs).map(weighted).collect();
        (weights.iter().sum(), normalised(weights))
    }

    /// Expected loss of uncertainty, in bits, by learning whether a symptom is there: the mutual information of symptom and
    /// fault set, as the symptom's entropy less what of it is left once the faults are known.
    pub fn gain_bits(&self, beliefs: &Beliefs, symptom: usize) -> f64 {
        let (mut probability, mut left) = (0.0, 0.0);
        for (set, belief) in self.sets.iter().zip(beliefs) {
            if *belief < NEGLIGIBLE {
                continue;
            }
            let shown = self.chance(set, symptom, true);
            probability += belief * shown;
            left += belief * binary_entropy_bits(shown);
        }
        (binary_entropy_bits(probability) - left).max(0.0)
    }

    /// Probability that a mode is present, by position, alone or beside another one.
    pub fn marginals(&self, beliefs: &Beliefs) -> Vec<f64> {
        let mut marginals = vec![0.0; self.modes.len()];
        for (set, belief) in self.sets.iter().zip(beliefs) {
            for mode in [set.first, set.second].into_iter().flatten() {
                marginals[mode] += belief;
            }
        }
        marginals
    }

    /// Probability of the faults of a set for the observed state of a symptom.
    fn chance(&self, set: &FaultSet, symptom: usize, present: bool) -> f64 {
        let background = self.backgrounds[symptom];
        let likelihood = |mode: usize| self.likelihoods[mode][symptom];
        let shown = match (set.first.map(likelihood), set.second.map(likelihood)) {
            (None, _) => background,
            (Some(first), None) => first,
            // One fault that keeps a symptom away cannot keep away what the other one causes.
            (Some(first), Some(second)) => {
                let spared = |likelihood: f64| ((1.0 - likelihood) / (1.0 - background)).min(1.0);
                1.0 - (1.0 - background) * spared(first) * spared(second)
            }
        };
        if present { shown } else { 1.0 - shown }
    }
}

fn normalised(mut weights: Vec<f64>) -> Vec<f64> {
    let total: f64 = weights.iter().sum();
    for weight in &mut weights {
        *weight /= total;
    }
    weights
}

/// Sets that are less probable than this cannot change a gain that is worth naming.
const NEGLIGIBLE: f64 = 1e-7;

/// Uncertainty of a yes or no, in bits.
pub(super) fn binary_entropy_bits(probability: f64) -> f64 {
    let term = |p: f64| if p > 0.0 { -p * p.log2() } else { 0.0 };
    term(probability) + term(1.0 - probability)
}
