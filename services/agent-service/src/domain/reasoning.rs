//! Why a diagnosis ranks as it does, in coded sentences that each name what they rest on.

use super::diagnosis::{Diagnosis, Hypothesis, NextTest, source};
use super::knowledge::{FailureMode, Symptom};
use super::symptoms::{Observations, Source, State};
use super::values::{Evidence, Reason, Value, rounded};

/// A reason with the evidence that it rests on, where there is one.
#[derive(Clone, Debug, PartialEq)]
pub struct ReasonedBy {
    pub reason: Reason,
    pub evidence: Option<Evidence>,
}

impl From<Reason> for ReasonedBy {
    fn from(reason: Reason) -> Self {
        Self { reason, evidence: None }
    }
}

/// Explains a diagnosis: the symptoms by weight, the ranking, what it may be instead or beside, and, while it is not sure, what is
/// missing; then what to test.
pub fn explain(diagnosis: &Diagnosis<'_>, unsure: bool) -> Vec<ReasonedBy> {
    let mut reasons = symptoms(diagnosis);
    reasons.push(ranking(diagnosis).into());
    reasons.extend(second_fault(diagnosis).map(ReasonedBy::from));
    reasons.extend(runner_up(diagnosis).into_iter().map(ReasonedBy::from));
    if unsure {
        reasons.push(missing(diagnosis).into());
    }
    reasons.extend(test_first(diagnosis).map(ReasonedBy::from));
    reasons
}

/// What ends the code of health's risk factor for a trained model's warning.
const FORECAST: &str = ".forecast.short";

/// That a trained model foretells a soon end. It says when and not what, so it is a symptom of no cause.
pub fn forecast(observations: &Observations) -> Option<ReasonedBy> {
    let mut factors = observations.risk_factors.iter();
    let factor = factors.find(|factor| factor.code.ends_with(FORECAST))?;
    let params = [("risk_factor", factor.code.as_str().into())];
    Some(Reason::new("reasoning.forecast", params, factor.text.clone()).into())
}

/// Symptoms whose likelihood differs from the background by less than this factor say nothing worth a sentence.
const TELLING_FACTOR: f64 = 1.2;

fn symptoms(diagnosis: &Diagnosis<'_>) -> Vec<ReasonedBy> {
    let telling = |symptom: &Symptom| {
        let factor = diagnosis.support(symptom)?;
        let present = matches!(diagnosis.states.get(&symptom.code), State::Present(_));
        let tells = present || factor >= TELLING_FACTOR || factor <= 1.0 / TELLING_FACTOR;
        tells.then(|| (factor, symptom_reason(diagnosis, symptom, factor)))
    };
    let mut told: Vec<_> = diagnosis.knowledge.symptoms.iter().filter_map(telling).collect();
    told.sort_by(|left, right| right.0.total_cmp(&left.0));
    if !diagnosis.has_symptom() {
        let text = "No known symptom was recognised, so the ranking rests on how common the causes are.";
        told.insert(0, (0.0, Reason::new("reasoning.symptom.none", [], text).into()));
    }
    told.into_iter().map(|(_, reason)| reason).collect()
}

fn symptom_reason(diagnosis: &Diagnosis<'_>, symptom: &Symptom, factor: f64) -> ReasonedBy {
    let cause = diagnosis
        .leading()
        .mode
        .map_or("an unidentified cause".to_owned(), |mode| spoken(&mode.name));
    let state = diagnosis.states.get(&symptom.code);
    let supports = factor >= 1.0;
    let (code, seen) = match (state, supports) {
        (State::Present(_), true) => ("reasoning.symptom.present", "Seen"),
        (State::Present(_), false) => ("reasoning.symptom.against", "Seen"),
        (_, true) => ("reasoning.symptom.absent", "Not seen"),
        (_, false) => ("reasoning.symptom.missing", "Not seen"),
    };
    let speaks = if supports { "speaks for" } else { "speaks against" };
    let basis = source(state).map(basis).unwrap_or_default();
    let text = format!(
        "{seen}: {}{basis}. It {speaks} {cause} (factor {factor:.2}).",
        symptom.text
    );
    let mut reason = Reason::new(
        code,
        [
            ("symptom", symptom.code.as_str().into()),
            ("factor", rounded(factor).into()),
        ],
        text,
    );
    let evidence = match source(state) {
        Some(Source::Evidence(evidence)) => Some(evidence.clone()),
        Some(Source::TroubleCode(trouble_code)) => {
            reason
                .params
                .insert("trouble_code".to_owned(), Value::from(trouble_code.as_str()));
            None
        }
        Some(Source::RiskFactor { code, .. }) => {
            reason
                .params
                .insert("risk_factor".to_owned(), Value::from(code.as_str()));
            None
        }
        _ => None,
    };
    ReasonedBy { reason, evidence }
}

fn basis(source: &Source) -> String {
    match source {
        Source::Evidence(evidence) => format!(" ({})", evidence.signal),
        Source::RiskFactor { code, .. } => format!(" (health reports {code})"),
        Source::TroubleCode(code) => format!(" (trouble code {code})"),
        Source::OtherTroubleCodes => " (trouble codes were read out, these were not among them)".to_owned(),
        Source::Person => " (reported by a person)".to_owned(),
    }
}

fn ranking(diagnosis: &Diagnosis<'_>) -> Reason {
    let name = |rank: usize| {
        let hypothesis = diagnosis.ranking()[rank];
        let name = hypothesis
            .mode
            .map_or("another cause or no fault", |mode| mode.name.as_str());
        format!("{name} ({:.0} %)", hypothesis.probability * 100.0)
    };
    let params = [("probability", Value::from(rounded(diagnosis.leading().probability)))];
    // "No fault or another cause" is always ranked, so a second rank exists wherever a mode does.
    let before = if diagnosis.ranking().len() > 1 {
        format!(", before {}", name(1))
    } else {
        String::new()
    };
    Reason::new(
        "reasoning.ranking",
        params,
        format!("Most probable: {}{before}.", name(0)),
    )
}

/// A further fault that may well be there too: one visit can look for both.
fn second_fault(diagnosis: &Diagnosis<'_>) -> Option<Reason> {
    let second = diagnosis.second()?;
    let text = format!(
        "Look for a second fault too: {} ({} % that both are there).",
        name(second.mode),
        percent(&second)
    );
    Some(Reason::new("reasoning.second_fault", cause(diagnosis, &second), text))
}

/// What it may be instead, and what would tell the two apart.
fn runner_up(diagnosis: &Diagnosis<'_>) -> Vec<Reason> {
    let Some(other) = diagnosis.runner_up() else {
        return Vec::new();
    };
    let (code_of_reason, what) = match other.mode {
        Some(mode) => ("reasoning.runner_up", spoken(&mode.name)),
        None => (
            "reasoning.runner_up_unidentified",
            "another cause, or no fault".to_owned(),
        ),
    };
    let text = format!("It may also be {what} ({} %).", percent(&other));
    let mut reason = Reason::new(code_of_reason, cause(diagnosis, &other), text);
    let Some(separation) = diagnosis.separation(&other) else {
        reason.text.push_str(" Nothing that is still unknown tells it apart.");
        return vec![reason];
    };
    let leading = diagnosis.leading();
    let (if_present, if_absent) = match separation.seen_speaks_for_leading {
        true => (leading.mode, other.mode),
        false => (other.mode, leading.mode),
    };
    // What is to be tested first anyway is said once.
    let says_the_same = |test: &NextTest<'_>| {
        let of = |mode: Option<&FailureMode>| code(diagnosis, mode);
        test.symptom.code == separation.symptom.code
            && of(test.if_present) == of(if_present)
            && of(test.if_absent) == of(if_absent)
    };
    if diagnosis.next_test.as_ref().is_some_and(says_the_same) {
        return vec![reason];
    }
    let text = format!(
        "{} If {}, it speaks for {}; otherwise for {}.",
        separation.symptom.check,
        separation.symptom.text,
        name(if_present),
        name(if_absent)
    );
    let params = [
        ("symptom", separation.symptom.code.as_str().into()),
        ("gain_bits", rounded(separation.gain_bits).into()),
        ("if_present", code(diagnosis, if_present)),
        ("if_absent", code(diagnosis, if_absent)),
    ];
    vec![reason, Reason::new("reasoning.told_apart_by", params, text)]
}

fn cause<'n>(diagnosis: &Diagnosis<'_>, hypothesis: &Hypothesis<'_>) -> [(&'n str, Value); 3] {
    [
        ("failure_mode", code(diagnosis, hypothesis.mode)),
        ("probability", rounded(hypothesis.probability).into()),
        ("percent", f64::from(percent(hypothesis)).into()),
    ]
}

fn percent(hypothesis: &Hypothesis<'_>) -> u8 {
    (hypothesis.probability * 100.0).round().clamp(0.0, 100.0) as u8
}

fn name(mode: Option<&FailureMode>) -> String {
    mode.map_or("another cause or no fault".to_owned(), |mode| spoken(&mode.name))
}

/// A name within a sentence: `Thermostat stuck open` loses its capital, `NOx sensor fault` does not.
fn spoken(name: &str) -> String {
    let mut letters = name.chars();
    match (letters.next(), letters.next()) {
        (Some(first), Some(second)) if second.is_lowercase() => {
            first.to_lowercase().chain(name.chars().skip(1)).collect()
        }
        _ => name.to_owned(),
    }
}

fn code(diagnosis: &Diagnosis<'_>, mode: Option<&FailureMode>) -> Value {
    match mode {
        Some(mode) => Value::from(mode.code.as_str()),
        None => Value::from(super::decision::unidentified_code(diagnosis.knowledge.component).as_str()),
    }
}

fn missing(diagnosis: &Diagnosis<'_>) -> Reason {
    let text = format!(
        "{:.0} % of the telling evidence is known; the rest is missing.",
        diagnosis.coverage * 100.0
    );
    Reason::new(
        "reasoning.evidence.missing",
        [("coverage", rounded(diagnosis.coverage).into())],
        text,
    )
}

fn test_first(diagnosis: &Diagnosis<'_>) -> Option<Reason> {
    let test = diagnosis.next_test.as_ref()?;
    let (if_present, if_absent) = (code(diagnosis, test.if_present), code(diagnosis, test.if_absent));
    let (seen, leads) = (&test.symptom.text, name(test.if_present));
    let (code_of_reason, outcome) = if if_present == if_absent {
        let text = format!("Whether {seen} or not, {leads} leads; it tells how surely.");
        ("reasoning.test_strengthens", text)
    } else {
        let text = format!("If {seen}, {leads} leads; otherwise {}.", name(test.if_absent));
        ("reasoning.test_first", text)
    };
    let params = [
        ("symptom", test.symptom.code.as_str().into()),
        ("gain_bits", rounded(test.gain_bits).into()),
        ("if_present", if_present),
        ("if_absent", if_absent),
    ];
    Some(Reason::new(
        code_of_reason,
        params,
        format!("{} {outcome}", test.symptom.check),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::component::Component;
    use crate::domain::diagnosis::ConfidenceRules;
    use crate::domain::knowledge::KnowledgeBase;
    use crate::domain::symptoms::SymptomStates;
    use crate::domain::vehicle::Powertrain;

    const RULES: ConfidenceRules = ConfidenceRules {
        coverage_weight: 0.0,
        source_weight: 0.05,
    };

    fn told(base: &KnowledgeBase, component: Component, present: &[&str], absent: &[&str]) -> Vec<Reason> {
        let knowledge = base.component(component).unwrap();
        let with = |states: SymptomStates, code: &&str, state: State| states.with(code, state);
        let states = SymptomStates::unknown(knowledge);
        let states = present.iter().fold(states, |states, code| {
            with(states, code, State::Present(Source::Person))
        });
        let states = absent
            .iter()
            .fold(states, |states, code| with(states, code, State::Absent(Source::Person)));
        let diagnosis = Diagnosis::new(knowledge, states, Powertrain::Diesel, 1.0, &RULES);
        explain(&diagnosis, false).into_iter().map(|told| told.reason).collect()
    }

    fn find<'r>(reasons: &'r [Reason], code: &str) -> Option<&'r Reason> {
        reasons.iter().find(|reason| reason.code == code)
    }

    #[test]
    fn a_test_whose_outcome_changes_nothing_but_how_sure_says_so() {
        let base = crate::knowledge::builtin().unwrap();
        let mut seen_both_ways = 0;
        for component in Component::ALL {
            let knowledge = base.component(component).unwrap();
            for symptom in &knowledge.symptoms {
                let reasons = told(&base, component, &[symptom.code.as_str()], &[]);
                for test in reasons.iter().filter(|reason| reason.params.contains_key("if_present")) {
                    let same = test.params["if_present"] == test.params["if_absent"];
                    assert_eq!(same, test.code == "reasoning.test_strengthens", "{test:?}");
                    assert_eq!(same, !test.text.contains("; otherwise"), "{test:?}");
                    seen_both_ways |= if same { 1 } else { 2 };
                }
            }
        }
        assert_eq!(seen_both_ways, 3);
    }

    #[test]
    fn a_decision_names_what_else_it_may_be_and_what_tells_them_apart() {
        let base = crate::knowledge::builtin().unwrap();
        let seen = ["battery_12v.cranking_voltage_low"];
        let reasons = told(&base, Component::Battery12v, &seen, &[]);
        let other = find(&reasons, "reasoning.runner_up").unwrap();
        let Some(Value::Text(code)) = other.params.get("failure_mode") else {
            panic!("{other:?}");
        };
        // The test that is worth most anyway may be the one that tells them apart; then it is said once.
        let tests: Vec<_> = reasons
            .iter()
            .filter(|reason| reason.params.contains_key("if_present"))
            .collect();
        let what = |test: &Reason| ["symptom", "if_present", "if_absent"].map(|key| test.params[key].clone());
        let same = |one: &&&Reason| what(one) == what(tests[0]);
        assert_eq!(tests.iter().filter(same).count(), 1, "{tests:?}");
        let test = find(&reasons, "reasoning.told_apart_by").unwrap_or(tests[0]);
        let sides = [&test.params["if_present"], &test.params["if_absent"]];
        assert!(
            sides.contains(&&Value::from(code.as_str())) && sides[0] != sides[1],
            "{test:?}"
        );
        let Value::Text(symptom) = &test.params["symptom"] else {
            panic!("{test:?}");
        };
        // What it says is so: whichever way the test comes out, the cause that it speaks for gains on the other one.
        let knowledge = base.component(Component::Battery12v).unwrap();
        let ratio = |present: &[&str], absent: &[&str]| {
            let mut states = SymptomStates::unknown(knowledge);
            for code in present {
                states = states.with(code, State::Present(Source::Person));
            }
            for code in absent {
                states = states.with(code, State::Absent(Source::Person));
            }
            let diagnosis = Diagnosis::new(knowledge, states, Powertrain::Diesel, 1.0, &RULES);
            let of = |side: &Value| match side {
                Value::Text(code) => diagnosis.probability_of(code),
                _ => 0.0,
            };
            of(sides[0]) / of(sides[1])
        };
        let before = ratio(&seen, &[]);
        assert!(ratio(&[seen[0], symptom.as_str()], &[]) > before);
        assert!(ratio(&seen, &[symptom.as_str()]) < before);
    }

    #[test]
    fn two_faults_at_once_are_named() {
        let base = crate::knowledge::builtin().unwrap();
        let both = ["brakes.pad_thin", "brakes.wheel_speed_code", "brakes.abs_fault"];
        let reasons = told(&base, Component::Brakes, &both, &[]);
        let second = find(&reasons, "reasoning.second_fault").unwrap();
        assert!(matches!(&second.params["failure_mode"], Value::Text(code) if code.starts_with("brakes.")));
        assert!(matches!(second.params["percent"], Value::Number(percent) if percent >= 20.0));
        let one = told(&base, Component::Brakes, &both[..1], &both[1..]);
        assert_eq!(find(&one, "reasoning.second_fault"), None);
    }

    #[test]
    fn names_keep_their_abbreviations() {
        let names = ["Thermostat stuck open", "NOx sensor fault", "12 V battery aged"].map(spoken);
        assert_eq!(
            names,
            ["thermostat stuck open", "NOx sensor fault", "12 V battery aged"]
        );
    }
}
