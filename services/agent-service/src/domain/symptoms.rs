//! From what health said to what is known about each symptom: there, not there, or not known.
//!
//! Absence must be told, not assumed: a signal that nobody looked at says nothing.

use std::collections::BTreeMap;

use super::knowledge::{ComponentKnowledge, Direction, Symptom};
use super::trouble_code;
use super::values::Evidence;

/// A deviation within this share of the expected value counts as none.
const TOLERANCE: f64 = 0.02;

/// A risk factor that health named.
#[derive(Clone, Debug, PartialEq)]
pub struct RiskFactor {
    pub code: String,
    pub text: String,
    pub signal: Option<String>,
    pub direction: Option<Direction>,
}

/// Everything that was observed about one component.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observations {
    pub risk_factors: Vec<RiskFactor>,
    pub evidence: Vec<Evidence>,
    /// Trouble codes, normalised.
    pub trouble_codes: Vec<String>,
    /// Whether the vehicle's trouble codes were read out, so that a code which is not among them is not stored. None: nobody
    /// said; then a code that was sent tells that they were.
    pub trouble_codes_read: Option<bool>,
    /// Symptom codes or risk-factor codes that a person reported.
    pub reported_present: Vec<String>,
    /// Symptom codes that a person looked for and did not find.
    pub reported_absent: Vec<String>,
}

/// What a symptom's state rests on.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    Evidence(Evidence),
    RiskFactor {
        code: String,
        text: String,
    },
    TroubleCode(String),
    /// Trouble codes were read out, and the symptom's were not among them.
    OtherTroubleCodes,
    Person,
}

/// What is known about one symptom.
#[derive(Clone, Debug, PartialEq)]
pub enum State {
    Present(Source),
    Absent(Source),
    Unknown,
}

/// The state of every symptom of one component, by symptom code.
#[derive(Clone, Debug, PartialEq)]
pub struct SymptomStates(BTreeMap<String, State>);

impl SymptomStates {
    /// Nothing is known.
    pub fn unknown(knowledge: &ComponentKnowledge) -> Self {
        Self(
            knowledge
                .symptoms
                .iter()
                .map(|symptom| (symptom.code.clone(), State::Unknown))
                .collect(),
        )
    }

    /// Reads observations by the symptoms' patterns.
    pub fn read(knowledge: &ComponentKnowledge, observations: &Observations) -> Self {
        let state = |symptom: &Symptom| (symptom.code.clone(), state_of(symptom, knowledge, observations));
        Self(knowledge.symptoms.iter().map(state).collect())
    }

    /// The state of one symptom; one that the component does not have is unknown.
    pub fn get(&self, code: &str) -> &State {
        self.0.get(code).unwrap_or(&State::Unknown)
    }

    /// The same with one symptom's state replaced.
    #[must_use]
    pub fn with(&self, code: &str, state: State) -> Self {
        let mut states = self.0.clone();
        states.insert(code.to_owned(), state);
        Self(states)
    }

    /// Codes of the symptoms that are there.
    pub fn present(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(|(_, state)| matches!(state, State::Present(_)))
            .map(|(code, _)| code.as_str())
    }

    /// Codes of the symptoms that are known not to be there.
    pub fn absent(&self) -> impl Iterator<Item = &str> {
        self.0
            .iter()
            .filter(|(_, state)| matches!(state, State::Absent(_)))
            .map(|(code, _)| code.as_str())
    }
}

fn state_of(symptom: &Symptom, knowledge: &ComponentKnowledge, observations: &Observations) -> State {
    if let Some(state) = told_by_person(symptom, observations) {
        return state;
    }
    if let Some(source) = present_by_machine(symptom, knowledge, observations) {
        return State::Present(source);
    }
    let fits = |evidence: &&Evidence| reads(symptom, knowledge, &evidence.signal);
    let looked_at: Vec<&Evidence> = observations.evidence.iter().filter(fits).collect();
    if looked_at.iter().any(|evidence| shows(symptom, knowledge, evidence)) {
        // The signal lies on the symptom's side, but what it was said to mean is another symptom.
        return State::Unknown;
    }
    match looked_at.first() {
        Some(evidence) => State::Absent(Source::Evidence((*evidence).clone())),
        None if symptom.shows_only_in_trouble_codes() && codes_were_read(observations) => {
            State::Absent(Source::OtherTroubleCodes)
        }
        None => State::Unknown,
    }
}

/// Whether a symptom may be read from this signal: another component's symptom may not, where the component itself has
/// one on the same signal (a battery's voltage at rest, and the alternator's while running).
fn reads(symptom: &Symptom, knowledge: &ComponentKnowledge, signal: &str) -> bool {
    symptom.signals.iter().any(|pattern| pattern.fits(signal))
        && (symptom.home == knowledge.component || !knowledge.owns_signal(signal))
}

fn codes_were_read(observations: &Observations) -> bool {
    let is_code = |text: &String| trouble_code::normalised(text).is_some();
    let codes = &observations.trouble_codes;
    // A code that could not be read may be any code.
    observations
        .trouble_codes_read
        .unwrap_or_else(|| !codes.is_empty() && codes.iter().all(is_code))
}

/// A person who looked overrules the sensors.
fn told_by_person(symptom: &Symptom, observations: &Observations) -> Option<State> {
    let means = |code: &String| *code == symptom.code || symptom.factors.contains(code);
    if observations.reported_present.iter().any(means) {
        Some(State::Present(Source::Person))
    } else if observations.reported_absent.iter().any(means) {
        Some(State::Absent(Source::Person))
    } else {
        None
    }
}

/// What says that the symptom is there. A risk factor's known code is the most precise word: the evidence on its signal
/// then stands for that code's symptom, and for no other on the same signal (a battery's voltage has several).
fn present_by_machine(
    symptom: &Symptom,
    knowledge: &ComponentKnowledge,
    observations: &Observations,
) -> Option<Source> {
    if let Some(factor) = observations
        .risk_factors
        .iter()
        .find(|factor| names(symptom, knowledge, factor))
    {
        let by_signal = |evidence: &&Evidence| Some(&evidence.signal) == factor.signal.as_ref();
        return Some(match observations.evidence.iter().find(by_signal) {
            Some(evidence) => Source::Evidence(evidence.clone()),
            None => Source::RiskFactor {
                code: factor.code.clone(),
                text: factor.text.clone(),
            },
        });
    }
    let explained = |signal: &str| {
        let explains = |factor: &RiskFactor| factor.signal.as_deref() == Some(signal) && is_known(knowledge, factor);
        observations.risk_factors.iter().any(explains)
    };
    let evidence = observations
        .evidence
        .iter()
        .filter(|evidence| !explained(&evidence.signal));
    if let Some(evidence) = evidence
        .into_iter()
        .find(|evidence| shows(symptom, knowledge, evidence))
    {
        return Some(Source::Evidence(evidence.clone()));
    }
    let code = observations
        .trouble_codes
        .iter()
        .find(|code| symptom.has_trouble_code(code));
    code.map(|code| Source::TroubleCode(code.clone()))
}

/// True when some symptom of the component lists the risk factor's code.
fn is_known(knowledge: &ComponentKnowledge, factor: &RiskFactor) -> bool {
    knowledge
        .symptoms
        .iter()
        .any(|symptom| symptom.factors.contains(&factor.code))
}

/// True when the risk factor stands for the symptom, by its code or, should the code be new, by signal and direction.
fn names(symptom: &Symptom, knowledge: &ComponentKnowledge, factor: &RiskFactor) -> bool {
    if is_known(knowledge, factor) {
        return symptom.factors.contains(&factor.code);
    }
    let (Some(signal), Some(direction)) = (&factor.signal, factor.direction) else {
        return false;
    };
    symptom
        .signals
        .iter()
        .any(|pattern| pattern.direction == direction && pattern.fits(signal))
}

/// True when the evidence's signal deviates in the symptom's direction. Evidence without an expected value stands for
/// the first symptom that its signal belongs to.
fn shows(symptom: &Symptom, knowledge: &ComponentKnowledge, evidence: &Evidence) -> bool {
    if !reads(symptom, knowledge, &evidence.signal) {
        return false;
    }
    let mut patterns = symptom.signals.iter().filter(|pattern| pattern.fits(&evidence.signal));
    match evidence.expected {
        Some(expected) => {
            let direction = deviation(evidence.observed, expected);
            patterns.any(|pattern| Some(pattern.direction) == direction)
        }
        None => {
            let owner = |symptom: &&Symptom| reads(symptom, knowledge, &evidence.signal);
            patterns.next().is_some()
                && knowledge
                    .symptoms
                    .iter()
                    .find(owner)
                    .is_some_and(|s| s.code == symptom.code)
        }
    }
}

fn deviation(observed: f64, expected: f64) -> Option<Direction> {
    let difference = observed - expected;
    if difference.abs() <= expected.abs() * TOLERANCE {
        None
    } else if difference > 0.0 {
        Some(Direction::Up)
    } else {
        Some(Direction::Down)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::component::Component;

    fn evidence(signal: &str, observed: f64, expected: Option<f64>) -> Evidence {
        let time = chrono::DateTime::UNIX_EPOCH;
        Evidence {
            signal: signal.to_owned(),
            unit: None,
            from: time,
            to: time,
            observed,
            expected,
            text: String::new(),
        }
    }

    fn read(observations: &Observations) -> SymptomStates {
        let knowledge = crate::knowledge::builtin().unwrap();
        SymptomStates::read(knowledge.component(Component::Cooling).unwrap(), observations)
    }

    const COOLANT: &str = "Vehicle.Powertrain.CombustionEngine.EngineCoolant.Temperature";

    #[test]
    fn evidence_shows_one_direction_and_rules_out_the_other() {
        let states = read(&Observations {
            evidence: vec![evidence(COOLANT, 112.0, Some(90.0))],
            ..Default::default()
        });
        assert!(matches!(
            states.get("cooling.temperature_high"),
            State::Present(Source::Evidence(_))
        ));
        assert!(matches!(states.get("cooling.temperature_low"), State::Absent(_)));
        assert_eq!(states.get("cooling.level_low"), &State::Unknown);
    }

    #[test]
    fn a_normal_value_rules_both_directions_out() {
        let states = read(&Observations {
            evidence: vec![evidence(COOLANT, 90.5, Some(90.0))],
            ..Default::default()
        });
        assert!(matches!(states.get("cooling.temperature_high"), State::Absent(_)));
        assert!(matches!(states.get("cooling.temperature_low"), State::Absent(_)));
    }

    #[test]
    fn a_risk_factor_with_a_new_code_is_understood_by_signal_and_direction() {
        let factor = RiskFactor {
            code: "cooling.something_new".to_owned(),
            text: String::new(),
            signal: Some(COOLANT.to_owned()),
            direction: Some(Direction::Down),
        };
        let states = read(&Observations {
            risk_factors: vec![factor],
            ..Default::default()
        });
        assert!(matches!(states.get("cooling.temperature_low"), State::Present(_)));
    }

    #[test]
    fn other_trouble_codes_tell_that_a_code_is_absent_but_silence_does_not() {
        let silent = read(&Observations::default());
        assert_eq!(silent.get("cooling.fan_circuit_code"), &State::Unknown);
        let coded = read(&Observations {
            trouble_codes: vec!["P0217".to_owned()],
            ..Default::default()
        });
        assert!(matches!(coded.get("cooling.fan_circuit_code"), State::Absent(_)));
        assert!(matches!(
            coded.get("cooling.temperature_high"),
            State::Present(Source::TroubleCode(_))
        ));
    }

    #[test]
    fn whoever_says_whether_codes_were_read_is_believed() {
        let fan_code = |trouble_codes: &[&str], trouble_codes_read| {
            let states = read(&Observations {
                trouble_codes: trouble_codes.iter().map(|code| (*code).to_owned()).collect(),
                trouble_codes_read,
                ..Default::default()
            });
            states.get("cooling.fan_circuit_code").clone()
        };
        assert_eq!(fan_code(&[], Some(true)), State::Absent(Source::OtherTroubleCodes));
        assert_eq!(fan_code(&["P0217"], Some(false)), State::Unknown);
        assert!(matches!(fan_code(&["P0480"], Some(true)), State::Present(_)));
    }

    /// Rest and cranking share a signal; the risk factor's code says which of them it was.
    #[test]
    fn a_known_risk_factor_claims_the_evidence_on_its_signal() {
        let base = crate::knowledge::builtin().unwrap();
        let voltage = "Vehicle.LowVoltageBattery.CurrentVoltage";
        let factor = RiskFactor {
            code: "battery_12v.cranking_voltage.low".to_owned(),
            text: String::new(),
            signal: Some(voltage.to_owned()),
            direction: Some(Direction::Down),
        };
        let observations = Observations {
            risk_factors: vec![factor],
            evidence: vec![evidence(voltage, 7.9, Some(9.6))],
            ..Default::default()
        };
        let states = SymptomStates::read(base.component(Component::Battery12v).unwrap(), &observations);
        assert!(matches!(
            states.get("battery_12v.cranking_voltage_low"),
            State::Present(Source::Evidence(_))
        ));
        assert_eq!(states.get("battery_12v.rest_voltage_low"), &State::Unknown);
    }

    #[test]
    fn a_person_overrules_a_sensor() {
        let states = read(&Observations {
            evidence: vec![evidence(COOLANT, 112.0, Some(90.0))],
            reported_absent: vec!["cooling.temperature_high".to_owned()],
            ..Default::default()
        });
        assert_eq!(states.get("cooling.temperature_high"), &State::Absent(Source::Person));
    }
}
