//! Runs one case through the whole graph without a database: what evaluation calls.

use std::sync::Arc;

use chassis::{Clock, Failpoints};

use super::Book;
use super::consult_models::ask_workers;
use super::decide::walk;
use super::tools::CaseTools;
use crate::domain::budget::Spend;
use crate::domain::decision::{Decision, Rules, Trigger};
use crate::domain::knowledge::KnowledgeBase;
use crate::domain::opinion::Explanation;
use crate::domain::review::ReviewRules;
use crate::domain::run::{Run, RunFacts, RunStage};
use crate::domain::vehicle::Powertrain;
use crate::error::Error;
use crate::llm::{Desk, MemoryJournal};

/// What cases are run with.
#[derive(Clone)]
pub struct Bench {
    pub knowledge: Arc<KnowledgeBase>,
    pub rules: Rules,
    pub review: ReviewRules,
    /// None: the rules alone.
    pub desk: Option<Desk>,
    pub clock: Clock,
}

/// A case.
#[derive(Clone, Debug)]
pub struct Case {
    pub trigger: Trigger,
    pub powertrain: Powertrain,
    pub last_health_score: Option<f64>,
    /// What people wrote.
    pub notes: Vec<String>,
}

/// What the graph made of it.
#[derive(Clone, Debug)]
pub struct CaseResult {
    pub decision: Decision,
    /// None in rules mode.
    pub explanation: Option<Explanation>,
    pub spent: Spend,
}

/// Decides by the rules, then asks the models, as the service does; only nothing is kept.
pub async fn run_case(bench: &Bench, case: &Case) -> Result<CaseResult, Error> {
    let facts = RunFacts {
        trigger: case.trigger.clone(),
        powertrain: case.powertrain,
        last_health_score: case.last_health_score,
        notes: case.notes.clone(),
    };
    let book = Book {
        knowledge: &bench.knowledge,
        rules: &bench.rules,
        review: &bench.review,
    };
    let (decision, _) = walk(book, &bench.clock, &Failpoints::default(), "dec_case", &facts)?;
    let Some(desk) = &bench.desk else {
        return Ok(CaseResult {
            decision,
            explanation: None,
            spent: Spend::default(),
        });
    };
    let run = Run {
        decision_id: decision.decision_id.clone(),
        stage: RunStage::Consult,
        facts,
        correlation_id: String::new(),
        explanation: None,
    };
    let journal = MemoryJournal::new(desk.limits.budget.run);
    let tools = CaseTools {
        base: &bench.knowledge,
        run: &run,
    };
    let explanation = ask_workers(book, desk, &journal, &tools, &run, &decision, &[]).await?;
    Ok(CaseResult {
        decision,
        explanation: Some(explanation),
        spent: journal.taken(),
    })
}
