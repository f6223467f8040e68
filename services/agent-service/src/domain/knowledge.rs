//! What is known about faults: failure modes, their symptoms with likelihoods, and what to do about them.
//!
//! The values come from data files; [`crate::knowledge`] reads and checks them.

use std::collections::BTreeMap;

use super::component::Component;
use super::severity::Urgency;
use super::trouble_code;
use super::values::{Money, PartQuantity, Reason};
use super::vehicle::Powertrain;

/// Which way an observed value lies from the expected one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Up,
    Down,
}

/// A pattern on one signal: its value lies on this side of the expected one.
#[derive(Clone, Debug, PartialEq)]
pub struct SignalPattern {
    /// The last segments of a signal path, such as `Tire.Pressure`, so that it fits every wheel.
    pub path: String,
    pub direction: Direction,
}

impl SignalPattern {
    /// True when `signal` ends with this pattern's segments.
    pub fn fits(&self, signal: &str) -> bool {
        let Some(before) = signal.len().checked_sub(self.path.len()) else {
            return false;
        };
        signal.is_char_boundary(before)
            && signal[before..].eq_ignore_ascii_case(&self.path)
            && (before == 0 || signal.as_bytes()[before - 1] == b'.')
    }
}

/// Something that can be observed about a component.
#[derive(Clone, Debug, PartialEq)]
pub struct Symptom {
    pub code: String,
    /// The component that it is observed on.
    pub home: Component,
    /// A clause such as "the coolant level is low".
    pub text: String,
    /// How a person finds out whether it is there.
    pub check: String,
    /// Probability of seeing it when no mode that causes it is present, 0..1.
    pub background: f64,
    /// Codes of risk factors that say it is there.
    pub factors: Vec<String>,
    pub signals: Vec<SignalPattern>,
    /// Patterns of trouble codes; see [`trouble_code::covers`].
    pub trouble_codes: Vec<String>,
}

impl Symptom {
    /// True when this trouble code (normalised) says that the symptom is there.
    pub fn has_trouble_code(&self, code: &str) -> bool {
        self.trouble_codes
            .iter()
            .any(|pattern| trouble_code::covers(pattern, code))
    }

    /// True when only trouble codes can show it, so that other codes without it tell of its absence.
    pub fn shows_only_in_trouble_codes(&self) -> bool {
        !self.trouble_codes.is_empty() && self.factors.is_empty() && self.signals.is_empty()
    }
}

/// A warning that must stand in every decision on its failure mode.
#[derive(Clone, Debug, PartialEq)]
pub struct SafetyWarning {
    pub reason: Reason,
    /// True when driving on is dangerous, so that the vehicle must stop.
    pub stop: bool,
}

/// A causal link: a failure mode shows in a component other than its own.
#[derive(Clone, Debug, PartialEq)]
pub struct Elsewhere {
    pub component: Component,
    /// Share of the mode among all causes when that other component attracts attention, 0..1.
    pub prior: f64,
    /// Probability of that component's symptoms when the mode is present, 0..1, by symptom code.
    pub likelihoods: BTreeMap<String, f64>,
}

/// One way in which a component fails.
#[derive(Clone, Debug, PartialEq)]
pub struct FailureMode {
    pub code: String,
    /// The component that fails.
    pub home: Component,
    pub name: String,
    /// True when a sensor or its wiring is at fault, and what it measures is sound.
    pub sensor: bool,
    /// The other components that it shows in.
    pub elsewhere: Vec<Elsewhere>,
    /// Share of this mode among all causes when the component that is looked at attracts attention, 0..1.
    pub prior: f64,
    /// The powertrains it occurs on; empty means all.
    pub powertrains: Vec<Powertrain>,
    /// Probability of each symptom when the mode is present, 0..1, by symptom code.
    pub likelihoods: BTreeMap<String, f64>,
    pub tests: Vec<Reason>,
    pub actions: Vec<Reason>,
    pub parts: Vec<PartQuantity>,
    pub labour_hours: f64,
    pub cost_low: Money,
    pub cost_high: Money,
    /// The workshop's skill code.
    pub required_skill: String,
    pub safety: Option<SafetyWarning>,
    pub urgency: Urgency,
}

impl FailureMode {
    /// Whether a vehicle with this powertrain can have it; an unknown powertrain can have anything.
    pub fn occurs_on(&self, powertrain: Powertrain) -> bool {
        self.powertrains.is_empty() || powertrain == Powertrain::Unknown || self.powertrains.contains(&powertrain)
    }

    /// True when its safety warning asks to stop driving.
    pub fn requires_stop(&self) -> bool {
        self.safety.as_ref().is_some_and(|safety| safety.stop)
    }

    /// Probability of a symptom when this mode is present.
    pub fn likelihood(&self, symptom: &Symptom) -> f64 {
        self.likelihoods
            .get(&symptom.code)
            .copied()
            .unwrap_or(symptom.background)
    }
}

/// What to do when no failure mode stands out.
#[derive(Clone, Debug, PartialEq)]
pub struct Inspection {
    pub action: Reason,
    pub labour_hours: f64,
    pub cost_low: Money,
    pub cost_high: Money,
    pub required_skill: String,
}

/// Everything known about one component, as far as its view reaches: its own symptoms and failure modes come first, then
/// the modes of other components that show in it, and the symptoms by which those would be recognised.
#[derive(Clone, Debug, PartialEq)]
pub struct ComponentKnowledge {
    pub component: Component,
    pub symptoms: Vec<Symptom>,
    pub modes: Vec<FailureMode>,
    pub inspection: Inspection,
}

impl ComponentKnowledge {
    /// The failure modes of this component itself.
    pub fn own_modes(&self) -> impl Iterator<Item = &FailureMode> {
        self.modes.iter().filter(|mode| mode.home == self.component)
    }

    /// True when a symptom of this component itself reads the signal; then no other component's symptom may.
    pub fn owns_signal(&self, signal: &str) -> bool {
        let fits = |symptom: &Symptom| symptom.signals.iter().any(|pattern| pattern.fits(signal));
        self.symptoms
            .iter()
            .any(|symptom| symptom.home == self.component && fits(symptom))
    }

    /// The failure mode with this code.
    pub fn mode(&self, code: &str) -> Option<&FailureMode> {
        self.modes.iter().find(|mode| mode.code == code)
    }

    /// The symptom with this code, or the one that this risk factor stands for.
    pub fn symptom(&self, code: &str) -> Option<&Symptom> {
        self.symptoms.iter().find(|symptom| symptom.code == code).or_else(|| {
            self.symptoms
                .iter()
                .find(|symptom| symptom.factors.iter().any(|factor| factor == code))
        })
    }
}

/// The fault knowledge base.
#[derive(Clone, Debug, PartialEq)]
pub struct KnowledgeBase {
    components: BTreeMap<Component, ComponentKnowledge>,
}

impl KnowledgeBase {
    /// A knowledge base of checked parts; a component's later part replaces its earlier one.
    pub fn new(parts: impl IntoIterator<Item = ComponentKnowledge>) -> Self {
        Self {
            components: parts.into_iter().map(|part| (part.component, part)).collect(),
        }
    }

    /// What is known about a component.
    pub fn component(&self, component: Component) -> Option<&ComponentKnowledge> {
        self.components.get(&component)
    }

    /// Every component's knowledge.
    pub fn components(&self) -> impl Iterator<Item = &ComponentKnowledge> {
        self.components.values()
    }

    /// How many failure modes it holds.
    pub fn mode_count(&self) -> usize {
        self.components.values().map(|part| part.own_modes().count()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_pattern_fits_whole_segments_only() {
        let pattern = SignalPattern {
            path: "Tire.Pressure".to_owned(),
            direction: Direction::Down,
        };
        assert!(pattern.fits("Vehicle.Chassis.Axle.Row1.Wheel.Left.Tire.Pressure"));
        assert!(pattern.fits("tire.pressure"));
        assert!(!pattern.fits("Vehicle.SpareTire.Pressure"));
        assert!(!pattern.fits("Pressure"));
    }
}
