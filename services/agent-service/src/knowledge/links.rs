//! Joins the components' files along their causal links into what each component's view reaches.

use std::collections::{BTreeMap, BTreeSet};

use super::KnowledgeError;
use crate::domain::knowledge::{ComponentKnowledge, FailureMode, KnowledgeBase, Symptom};

/// Probability that a component, while another one is looked at, has a fault of its own at the same time.
const FAULT_BESIDE: f64 = 0.1;

/// Joins the parts (each with its file's name). A link to a symptom that its component does not have is refused, and so
/// are priors that leave nothing for other causes.
pub(super) fn join(parts: &[(&str, ComponentKnowledge)]) -> Result<KnowledgeBase, KnowledgeError> {
    for (file, part) in parts {
        check_links(file, part, parts)?;
    }
    let views: Result<Vec<_>, _> = parts.iter().map(|(file, part)| view(file, part, parts)).collect();
    Ok(KnowledgeBase::new(views?))
}

fn invalid(file: &str, place: &str, problem: String) -> KnowledgeError {
    KnowledgeError::Invalid {
        file: file.to_owned(),
        place: place.to_owned(),
        problem,
    }
}

fn check_links(
    file: &str,
    part: &ComponentKnowledge,
    parts: &[(&str, ComponentKnowledge)],
) -> Result<(), KnowledgeError> {
    for mode in &part.modes {
        for link in &mode.elsewhere {
            let other = parts.iter().find(|(_, other)| other.component == link.component);
            let has = |code: &String| other.is_some_and(|(_, other)| other.symptoms.iter().any(|s| s.code == *code));
            if let Some(code) = link.likelihoods.keys().find(|code| !has(code)) {
                let problem = format!("the symptom `{code}` of `{}` is not described", link.component.code());
                return Err(invalid(file, &mode.code, problem));
            }
        }
    }
    Ok(())
}

/// What a component's view reaches.
fn view(
    file: &str,
    part: &ComponentKnowledge,
    parts: &[(&str, ComponentKnowledge)],
) -> Result<ComponentKnowledge, KnowledgeError> {
    let own = part.modes.iter().map(seen_from_home);
    let others = parts.iter().flat_map(|(_, other)| &other.modes);
    let incoming = others.filter_map(|mode| seen_from_elsewhere(mode, part));
    let modes: Vec<FailureMode> = own.chain(incoming).collect();
    let total: f64 = modes.iter().map(|mode| mode.prior).sum();
    if total >= 1.0 {
        let problem = format!("with the modes that show in it the priors sum to {total:.2}; other causes need some");
        return Err(invalid(file, "prior", problem));
    }
    Ok(ComponentKnowledge {
        symptoms: symptoms(part, &modes, parts),
        modes,
        component: part.component,
        inspection: part.inspection.clone(),
    })
}

/// A mode with all its symptoms, those in other components too.
fn seen_from_home(mode: &FailureMode) -> FailureMode {
    let linked = mode.elsewhere.iter().flat_map(|link| link.likelihoods.clone());
    let likelihoods: BTreeMap<_, _> = mode.likelihoods.clone().into_iter().chain(linked).collect();
    FailureMode {
        likelihoods,
        ..mode.clone()
    }
}

fn seen_from_elsewhere(mode: &FailureMode, part: &ComponentKnowledge) -> Option<FailureMode> {
    let link = mode.elsewhere.iter().find(|link| link.component == part.component)?;
    Some(FailureMode {
        prior: link.prior,
        ..seen_from_home(mode)
    })
}

/// The component's own symptoms, then those of others by which a mode in view is recognised.
fn symptoms(part: &ComponentKnowledge, modes: &[FailureMode], parts: &[(&str, ComponentKnowledge)]) -> Vec<Symptom> {
    let named: BTreeSet<&String> = modes.iter().flat_map(|mode| mode.likelihoods.keys()).collect();
    let foreign = parts
        .iter()
        .filter(|(_, other)| other.component != part.component)
        .flat_map(|(_, other)| other.symptoms.iter().map(move |symptom| (other, symptom)))
        .filter(|(_, symptom)| named.contains(&symptom.code))
        .map(|(other, symptom)| Symptom {
            background: background_beside(symptom, other, modes),
            ..symptom.clone()
        });
    part.symptoms.iter().cloned().chain(foreign).collect()
}

/// Background of another component's symptom: its causes out of view may be there beside what is looked at.
fn background_beside(symptom: &Symptom, other: &ComponentKnowledge, in_view: &[FailureMode]) -> f64 {
    let out_of_view = other
        .modes
        .iter()
        .filter(|mode| !in_view.iter().any(|seen| seen.code == mode.code));
    let share: f64 = out_of_view
        .filter_map(|mode| {
            mode.likelihoods
                .get(&symptom.code)
                .map(|likelihood| mode.prior * likelihood)
        })
        .sum();
    symptom.background + (1.0 - symptom.background) * FAULT_BESIDE * share
}
