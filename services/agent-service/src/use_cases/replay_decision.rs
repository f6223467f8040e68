//! Runs a past decision again from its journal, or with one fact changed. Nothing is published and nothing is paid.

use chassis::{Failpoints, TenantId};

use super::App;
use super::consult_models::ask_workers;
use super::decide::walk;
use super::tools::CaseTools;
use crate::domain::decision::Decision;
use crate::domain::opinion::Explanation;
use crate::domain::run::{Run, RunFacts, RunStage};
use crate::domain::trouble_code;
use crate::domain::vehicle::Powertrain;
use crate::error::Error;
use crate::llm::MemoryJournal;
use crate::store::Store;

/// What is different in a fork.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Change {
    pub powertrain: Option<Powertrain>,
    /// Symptoms that a person saw, beside those of the run.
    pub add_symptoms: Vec<String>,
    pub add_absent_symptoms: Vec<String>,
    pub add_trouble_codes: Vec<String>,
    pub remove_trouble_codes: Vec<String>,
    /// Signals whose evidence is taken away.
    pub remove_signals: Vec<String>,
}

/// What a replay came to.
#[derive(Clone, Debug)]
pub struct Replayed {
    pub vehicle_id: String,
    pub decision: Decision,
    pub explanation: Option<Explanation>,
    /// Names of the parts in which it differs from what was decided; none: the same decision.
    pub differences: Vec<&'static str>,
    /// Whether the models' recorded answers were heard. A fork asks nobody: it shows what the rules make of the change.
    pub heard_models: bool,
}

/// Replays a decision. With an empty change the same facts, prompts, answers and tool results lead to the same decision,
/// unless knowledge base, rules or prompts are no longer those of then: `differences` says so.
pub async fn replay_decision(
    app: &App,
    tenant: &TenantId,
    decision_id: &str,
    change: &Change,
) -> Result<Replayed, Error> {
    let unknown = || Error::DecisionUnknown {
        decision_id: decision_id.to_owned(),
    };
    let mut tx = app.database.read().await?;
    let mut store = Store::new(&mut tx);
    let record = store.decision(tenant, decision_id).await?.ok_or_else(unknown)?;
    let run = store.run(tenant, decision_id).await?.ok_or_else(unknown)?;
    let calls = store.calls(tenant, decision_id).await?;
    let tools = store.tool_uses(tenant, decision_id).await?;
    drop(tx);
    let facts = changed(app, &run.facts, change)?;
    // A replay writes nothing: dying in it proves nothing.
    let unarmed = Failpoints::default();
    let (decision, _) = walk(app.book(), &app.clock, &unarmed, decision_id, &facts)?;
    let was_finished = run.stage != RunStage::Consult && run.explanation.is_some();
    let hears = *change == Change::default() && was_finished && !calls.is_empty();
    let explanation = match (&app.desk, hears) {
        (Some(desk), true) => {
            let heard = calls
                .iter()
                .map(crate::store::RecordedCall::heard)
                .collect::<Result<_, _>>()?;
            let journal = MemoryJournal::replay(heard, tools);
            let base = CaseTools {
                base: &app.knowledge,
                run: &run,
            };
            Some(ask_workers(app.book(), desk, &journal, &base, &run, &decision, &[]).await?)
        }
        // Nobody was asked then, and nobody is asked now.
        _ if *change == Change::default() => run.explanation.clone(),
        _ => None,
    };
    let differences = differences(&record.decision, &decision, &run, explanation.as_ref(), hears);
    Ok(Replayed {
        vehicle_id: decision.vehicle_id.clone(),
        decision,
        explanation,
        differences,
        heard_models: hears && app.desk.is_some(),
    })
}

fn changed(app: &App, facts: &RunFacts, change: &Change) -> Result<RunFacts, Error> {
    let component = facts.trigger.component;
    let knowledge = app.knowledge.component(component);
    for (list, codes) in [
        ("add_symptoms", &change.add_symptoms),
        ("add_absent_symptoms", &change.add_absent_symptoms),
    ] {
        let known = |code: &String| knowledge.is_some_and(|knowledge| knowledge.symptom(code).is_some());
        if let Some(position) = codes.iter().position(|code| !known(code)) {
            let code = codes[position].clone();
            return Err(Error::SymptomUnknown {
                component,
                list,
                position,
                code,
            });
        }
    }
    let mut facts = facts.clone();
    facts.powertrain = change.powertrain.unwrap_or(facts.powertrain);
    let seen = &mut facts.trigger.observations;
    for (position, code) in change.add_trouble_codes.iter().enumerate() {
        let code = trouble_code::normalised(code).ok_or_else(|| Error::TroubleCodeInvalid {
            position,
            code: code.clone(),
        })?;
        seen.trouble_codes.push(code);
    }
    let removed: Vec<String> = change
        .remove_trouble_codes
        .iter()
        .filter_map(|code| trouble_code::normalised(code))
        .collect();
    seen.trouble_codes.retain(|code| !removed.contains(code));
    seen.evidence
        .retain(|evidence| !change.remove_signals.contains(&evidence.signal));
    seen.reported_present.extend(change.add_symptoms.iter().cloned());
    seen.reported_absent.extend(change.add_absent_symptoms.iter().cloned());
    Ok(facts)
}

fn differences(
    then: &Decision,
    now: &Decision,
    run: &Run,
    explanation: Option<&Explanation>,
    hears: bool,
) -> Vec<&'static str> {
    [
        (then.failure_mode != now.failure_mode, "failure_mode"),
        (then.alternatives != now.alternatives, "alternatives"),
        (then.confidence != now.confidence, "confidence"),
        (then.severity != now.severity, "severity"),
        (then.urgency != now.urgency, "urgency"),
        (
            then.recommended_actions != now.recommended_actions,
            "recommended_actions",
        ),
        (then.safety_warning != now.safety_warning, "safety_warning"),
        (
            (&then.cost_low, &then.cost_high) != (&now.cost_low, &now.cost_high),
            "estimated_cost",
        ),
        (then.review_because != now.review_because, "review"),
        (then.reasoning != now.reasoning, "reasoning"),
        (hears && explanation != run.explanation.as_ref(), "explanation"),
    ]
    .into_iter()
    .filter_map(|(differs, part)| differs.then_some(part))
    .collect()
}
