//! Why a diagnosis ranks as it does, in coded sentences that each name what they rest on.

use super::diagnosis::{Diagnosis, source};
use super::knowledge::Symptom;
use super::symptoms::{Source, State};
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

/// Explains a diagnosis: the symptoms by weight, the ranking, and, while it is not sure, what is missing and what to test.
pub fn explain(diagnosis: &Diagnosis<'_>, unsure: bool) -> Vec<ReasonedBy> {
    let mut reasons = symptoms(diagnosis);
    reasons.push(ranking(diagnosis).into());
    if unsure {
        reasons.push(missing(diagnosis).into());
    }
    reasons.extend(test_first(diagnosis).map(ReasonedBy::from));
    reasons
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
    if diagnosis.states.present().next().is_none() {
        let text = "No known symptom was recognised, so the ranking rests on how common the causes are.";
        told.insert(0, (0.0, Reason::new("reasoning.symptom.none", [], text).into()));
    }
    told.into_iter().map(|(_, reason)| reason).collect()
}

fn symptom_reason(diagnosis: &Diagnosis<'_>, symptom: &Symptom, factor: f64) -> ReasonedBy {
    let cause = diagnosis
        .leading()
        .mode
        .map_or("an unidentified cause".to_owned(), |mode| mode.name.to_lowercase());
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
        Source::OtherTroubleCodes => " (other trouble codes were sent, these were not)".to_owned(),
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
    let name = |mode: Option<&super::knowledge::FailureMode>| {
        mode.map_or("another cause or no fault".to_owned(), |mode| mode.name.to_lowercase())
    };
    let code = |mode: Option<&super::knowledge::FailureMode>| match mode {
        Some(mode) => Value::from(mode.code.as_str()),
        None => Value::from(super::decision::unidentified_code(diagnosis.knowledge.component).as_str()),
    };
    let outcome = format!(
        "If {}, {} leads; otherwise {}.",
        test.symptom.text,
        name(test.if_present),
        name(test.if_absent)
    );
    let params = [
        ("symptom", test.symptom.code.as_str().into()),
        ("gain_bits", rounded(test.gain_bits).into()),
        ("if_present", code(test.if_present)),
        ("if_absent", code(test.if_absent)),
    ];
    Some(Reason::new(
        "reasoning.test_first",
        params,
        format!("{} {outcome}", test.symptom.check),
    ))
}
