//! Properties that the diagnosis has for every component and every combination of symptoms.

use proptest::prelude::*;
use proptest::sample::Index;

use super::component::Component;
use super::decision::{Trigger, compose};
use super::diagnosis::{ConfidenceRules, Diagnosis};
use super::diagnosis_cases::{RULES, trigger};
use super::knowledge::{ComponentKnowledge, KnowledgeBase};
use super::severity::Severity;
use super::symptoms::{Observations, RiskFactor, Source, State, SymptomStates};
use super::vehicle::Powertrain;

const CONFIDENCE: ConfidenceRules = RULES.confidence;

fn knowledge_base() -> &'static KnowledgeBase {
    static BASE: std::sync::LazyLock<KnowledgeBase> = std::sync::LazyLock::new(|| crate::knowledge::builtin().unwrap());
    &BASE
}

fn component() -> impl Strategy<Value = &'static ComponentKnowledge> {
    prop::sample::select(Component::ALL.to_vec()).prop_map(|code| knowledge_base().component(code).unwrap())
}

fn powertrain() -> impl Strategy<Value = Powertrain> {
    use Powertrain::{Bev, Diesel, Hybrid, Petrol, Unknown};
    prop::sample::select(vec![Petrol, Diesel, Hybrid, Bev, Unknown])
}

/// A component with a random state of every symptom.
fn observed() -> impl Strategy<Value = (&'static ComponentKnowledge, SymptomStates)> {
    (component(), prop::collection::vec(0u8..3, 48)).prop_map(|(knowledge, choices)| {
        let states = knowledge.symptoms.iter().zip(choices).fold(
            SymptomStates::unknown(knowledge),
            |states, (symptom, choice)| match choice {
                0 => states,
                1 => states.with(&symptom.code, State::Present(Source::Person)),
                _ => states.with(&symptom.code, State::Absent(Source::Person)),
            },
        );
        (knowledge, states)
    })
}

fn diagnose(
    knowledge: &'static ComponentKnowledge,
    states: &SymptomStates,
    powertrain: Powertrain,
) -> Diagnosis<'static> {
    Diagnosis::new(knowledge, states.clone(), powertrain, 1.0, &CONFIDENCE)
}

fn other_probability(diagnosis: &Diagnosis<'_>) -> f64 {
    diagnosis
        .ranking()
        .iter()
        .find(|hypothesis| hypothesis.mode.is_none())
        .unwrap()
        .probability
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn probabilities_are_ranked_and_cover_every_cause((knowledge, states) in observed(), powertrain in powertrain()) {
        let diagnosis = diagnose(knowledge, &states, powertrain);
        let probabilities: Vec<f64> = diagnosis.ranking().iter().map(|hypothesis| hypothesis.probability).collect();
        // At most two faults at once: their probabilities count at most twice.
        prop_assert!((1.0 - 1e-9..2.0).contains(&probabilities.iter().sum::<f64>()));
        prop_assert!(probabilities.iter().all(|probability| (0.0..=1.0 + 1e-9).contains(probability)));
        prop_assert!(probabilities.is_sorted_by(|left, right| left >= right));
        prop_assert!((0.0..=1.0).contains(&diagnosis.confidence));
    }

    /// A supporting symptom may help a rival more, but never the absence of a fault.
    #[test]
    fn a_supporting_symptom_never_lowers_a_mode_against_no_fault(
        (knowledge, states) in observed(), mode in any::<Index>(), symptom in any::<Index>(),
    ) {
        let mode = mode.get(&knowledge.modes);
        let symptom = symptom.get(&knowledge.symptoms);
        prop_assume!(mode.likelihood(symptom) >= symptom.background);
        let without = diagnose(knowledge, &states.with(&symptom.code, State::Unknown), Powertrain::Unknown);
        let seen = diagnose(knowledge, &states.with(&symptom.code, State::Present(Source::Person)), Powertrain::Unknown);
        let odds = |diagnosis: &Diagnosis<'_>| diagnosis.probability_of(&mode.code) / other_probability(diagnosis);
        prop_assert!(odds(&seen) >= odds(&without) * (1.0 - 1e-9));
        let denied = diagnose(knowledge, &states.with(&symptom.code, State::Absent(Source::Person)), Powertrain::Unknown);
        prop_assert!(odds(&without) >= odds(&denied) * (1.0 - 1e-9));
    }

    #[test]
    fn the_order_of_observations_does_not_matter(knowledge in component(), picks in prop::collection::vec(any::<Index>(), 0..6)) {
        let factor = |pick: &Index| {
            let symptom = pick.get(&knowledge.symptoms);
            let code = symptom.factors.first().unwrap_or(&symptom.code).clone();
            RiskFactor { code, text: String::new(), signal: None, direction: None }
        };
        let codes = |pick: &Index| pick.get(&knowledge.symptoms).trouble_codes.first().map(|code| code.replace('*', "0"));
        let mut observations = Observations {
            risk_factors: picks.iter().map(factor).collect(),
            trouble_codes: picks.iter().filter_map(codes).collect(),
            ..Observations::default()
        };
        let forwards = diagnose(knowledge, &SymptomStates::read(knowledge, &observations), Powertrain::Unknown);
        observations.risk_factors.reverse();
        observations.trouble_codes.reverse();
        let backwards = diagnose(knowledge, &SymptomStates::read(knowledge, &observations), Powertrain::Unknown);
        for mode in &knowledge.modes {
            prop_assert_eq!(forwards.probability_of(&mode.code), backwards.probability_of(&mode.code));
        }
        prop_assert_eq!(forwards.confidence, backwards.confidence);
    }

    #[test]
    fn losing_a_piece_of_evidence_lowers_the_coverage((knowledge, states) in observed(), symptom in any::<Index>()) {
        let symptom = symptom.get(&knowledge.symptoms);
        let with = diagnose(knowledge, &states, Powertrain::Unknown);
        let without = diagnose(knowledge, &states.with(&symptom.code, State::Unknown), Powertrain::Unknown);
        prop_assert!(without.coverage <= with.coverage + 1e-12);
    }

    #[test]
    fn the_safety_warning_of_the_leading_mode_is_never_lost(
        (knowledge, states) in observed(), asked in prop::sample::select(Severity::ALL.to_vec()), source in 0.0..1.0f64,
    ) {
        let diagnosis = Diagnosis::new(knowledge, states, Powertrain::Unknown, source, &CONFIDENCE);
        let trigger = Trigger { asked, component: knowledge.component, ..trigger(knowledge.component) };
        let decision = compose("dec_1".to_owned(), &trigger, &diagnosis, knowledge.component.worker(), &RULES);
        let leading = diagnosis.leading().mode;
        if leading.is_some_and(|mode| mode.safety.is_some()) {
            prop_assert!(decision.safety_warning.is_some());
        }
        if leading.is_some_and(|mode| mode.requires_stop()) && asked == Severity::Critical {
            prop_assert_eq!(decision.severity, Severity::Emergency);
        }
        prop_assert!(decision.severity >= asked);
        prop_assert_eq!(decision.review_required, decision.confidence < RULES.review_below);
        prop_assert!(!decision.recommended_actions.is_empty() && !decision.reasoning.is_empty());
        prop_assert!(decision.cost_low.amount_minor <= decision.cost_high.amount_minor);
    }
}

#[test]
fn without_symptoms_the_common_causes_lead_and_confidence_is_low() {
    for knowledge in knowledge_base().components() {
        let diagnosis = diagnose(knowledge, &SymptomStates::unknown(knowledge), Powertrain::Unknown);
        for mode in &knowledge.modes {
            // A second fault beside another one makes each a little more probable.
            let probability = diagnosis.probability_of(&mode.code);
            assert!(
                (mode.prior * 0.9..mode.prior * 1.1 + 0.01).contains(&probability),
                "{}",
                mode.code
            );
        }
        assert!(
            diagnosis.confidence < 0.5,
            "{:?}: {}",
            knowledge.component,
            diagnosis.confidence
        );
        assert_eq!(diagnosis.coverage, 0.0);
    }
}

#[test]
fn two_faults_are_named_together_and_a_cause_is_found_in_another_component() {
    let base = knowledge_base();
    let brakes = base.component(Component::Brakes).unwrap();
    let seen = |knowledge: &'static ComponentKnowledge, codes: &[&str]| {
        codes.iter().fold(SymptomStates::unknown(knowledge), |states, code| {
            assert!(knowledge.symptom(code).is_some(), "{code}");
            states.with(code, State::Present(Source::Person))
        })
    };
    let both = diagnose(
        brakes,
        &seen(
            brakes,
            &["brakes.pad_thin", "brakes.wheel_speed_code", "brakes.abs_fault"],
        ),
        Powertrain::Petrol,
    );
    let second = both
        .second()
        .and_then(|hypothesis| hypothesis.mode)
        .expect("two faults");
    let mut named = [both.leading().mode.unwrap().code.as_str(), second.code.as_str()];
    named.sort_unstable();
    assert_eq!(named, ["brakes.abs_sensor", "brakes.pad_wear"]);

    let battery = base.component(Component::Battery12v).unwrap();
    let states = seen(
        battery,
        &[
            "battery_12v.rest_voltage_low",
            "charging.voltage_low_running",
            "charging.generator_code",
        ],
    );
    let elsewhere = diagnose(battery, &states, Powertrain::Petrol);
    assert_eq!(elsewhere.leading().mode.unwrap().code, "charging.alternator_worn");
}

#[test]
fn the_most_telling_test_can_change_the_ranking() {
    let battery = knowledge_base().component(Component::Battery12v).unwrap();
    let states = SymptomStates::unknown(battery).with("battery_12v.rest_voltage_low", State::Present(Source::Person));
    let diagnosis = diagnose(battery, &states, Powertrain::Diesel);
    let gains: Vec<f64> = diagnosis.tests.iter().map(|test| test.gain_bits).collect();
    assert!(gains.is_sorted_by(|left, right| left >= right) && !gains.is_empty());
    let first = &diagnosis.tests[0];
    assert_ne!(
        first.if_present.map(|mode| &mode.code),
        first.if_absent.map(|mode| &mode.code)
    );
}

#[test]
fn a_mode_that_the_powertrain_cannot_have_is_not_ranked() {
    let aftertreatment = knowledge_base().component(Component::Aftertreatment).unwrap();
    let states = SymptomStates::unknown(aftertreatment);
    assert_eq!(
        diagnose(aftertreatment, &states, Powertrain::Petrol).probability_of("aftertreatment.dpf_clogged"),
        0.0
    );
    let electric = diagnose(aftertreatment, &states, Powertrain::Bev);
    assert!(electric.leading().mode.is_none());
    assert!(
        (electric.leading().probability - 1.0).abs() < 1e-9,
        "{:?}",
        electric.ranking()[1].mode.map(|mode| &mode.code)
    );
}
