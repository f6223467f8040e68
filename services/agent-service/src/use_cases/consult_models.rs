//! Takes runs whose decision is published through the rest of the graph: the models are asked, the decision is amended.
//!
//! Each stage is durable before its work begins. A killed process leaves a run at its stage; whoever claims it next asks
//! the journal first, so that no call is paid twice.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use chassis::{Cause, TenantId};
use futures::future::join_all;

use super::tools::RunTools;
use super::{App, Book, judge_conduct};
use crate::domain::budget::Spend;
use crate::domain::claims::Facts;
use crate::domain::component::Worker;
use crate::domain::decision::Decision;
use crate::domain::opinion::{AgentOpinion, Explanation, Fallback};
use crate::domain::record::JournalEntry;
use crate::domain::revision::Revision;
use crate::domain::run::{self, Run, RunStage};
use crate::domain::values::Value;
use crate::error::Error;
use crate::llm::{Begun, CallKey, Desk, Failure, Intent, Journal, Question, Reply, Tier, ToolRecord, Tools};
use crate::store::{CallTimes, Store};

/// How often runs are looked for that nobody rang for: those of an instance that has died. Machine time.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Claims runs that wait and takes each to its end. Returns how many; one that failed is claimed again later.
pub async fn consult_models(app: &App, desk: &Desk, owner: &str) -> Result<usize, Error> {
    let now = app.clock.machine_now();
    let limits = &desk.limits;
    let until = now + limits.budget.duration + limits.claim_beyond;
    let claimed = chassis::again(|| async {
        let mut tx = app.database.begin().await?;
        let claimed = Store::new(&mut tx)
            .claim_runs(owner, now, until, limits.runs_at_once)
            .await?;
        tx.commit().await?;
        Ok::<_, chassis::DbError>(claimed)
    })
    .await?;
    let taken = claimed.len();
    let work = claimed.into_iter().map(|(tenant, decision_id)| async move {
        let done = finish_run(app, desk, owner, &tenant, &decision_id).await;
        if let Err(error) = &done {
            tracing::warn!(
                decision_id,
                error = format!("{error:?}"),
                "a run failed, it will be taken up again"
            );
        }
    });
    join_all(work).await;
    Ok(taken)
}

async fn finish_run(app: &App, desk: &Desk, owner: &str, tenant: &TenantId, decision_id: &str) -> Result<(), Error> {
    let unknown = || Error::DecisionUnknown {
        decision_id: decision_id.to_owned(),
    };
    let mut tx = app.database.read().await?;
    let mut store = Store::new(&mut tx);
    let run = store.run(tenant, decision_id).await?.ok_or_else(unknown)?;
    let decision = store.decision(tenant, decision_id).await?.ok_or_else(unknown)?.decision;
    drop(tx);
    let run = match run.stage {
        RunStage::Consult => consult_stage(app, desk, owner, tenant, run, &decision).await?,
        RunStage::Amend | RunStage::Done => Some(run),
    };
    match run {
        Some(run) if run.stage == RunStage::Amend => amend_stage(app, owner, tenant, &run, &decision).await,
        _ => Ok(()),
    }
}

/// Asks the models and keeps what they said. None when the run is no longer ours.
async fn consult_stage(
    app: &App,
    desk: &Desk,
    owner: &str,
    tenant: &TenantId,
    mut run: Run,
    decision: &Decision,
) -> Result<Option<Run>, Error> {
    app.failpoints.hit("agent.consult.before");
    let started_at = app.clock.machine_now();
    let journal = StoredJournal {
        app,
        desk,
        tenant,
        decision_id: &run.decision_id,
    };
    let tools = RunTools::new(app, tenant, &run);
    let suspended = suspended(app, tenant).await?;
    let explanation = ask_workers(app.book(), desk, &journal, &tools, &run, decision, &suspended).await?;
    let entry = |position| JournalEntry {
        position,
        step: "consult".to_owned(),
        started_at,
        finished_at: app.clock.machine_now(),
        output: consult_output(&explanation),
    };
    let moved = chassis::again(|| async {
        let mut tx = app.database.begin().await?;
        let mut store = Store::new(&mut tx);
        let stages = (RunStage::Consult, RunStage::Amend);
        let moved = store
            .move_run(tenant, &run.decision_id, owner, stages, &explanation)
            .await?;
        if moved {
            let position = store.steps(tenant, &run.decision_id).await?.len() as i64 + 1;
            store.insert_steps(tenant, &run.decision_id, &[entry(position)]).await?;
        }
        app.failpoints.hit("agent.consult.before_commit");
        tx.commit().await?;
        Ok::<_, Error>(moved)
    })
    .await?;
    app.failpoints.hit("agent.consult.after_commit");
    run.stage = RunStage::Amend;
    run.explanation = Some(explanation);
    Ok(moved.then_some(run))
}

async fn suspended(app: &App, tenant: &TenantId) -> Result<Vec<String>, Error> {
    let mut tx = app.database.read().await?;
    let agents = Store::new(&mut tx).agents(tenant).await?;
    Ok(agents
        .into_iter()
        .filter(|agent| agent.suspended_at.is_some())
        .map(|agent| agent.agent)
        .collect())
}

/// Asks every worker of a case in parallel, each with its own tools, and gathers what they said.
pub(super) async fn ask_workers(
    book: Book<'_>,
    desk: &Desk,
    journal: &dyn Journal,
    tools: &dyn Tools,
    run: &Run,
    decision: &Decision,
    suspended: &[String],
) -> Result<Explanation, Error> {
    let deadline = desk.clock.instant() + desk.limits.budget.duration;
    let ask = |worker: Worker| async move {
        if suspended.iter().any(|agent| agent == worker.code()) {
            return Ok(Err(Fallback::Suspended));
        }
        let question = question(book, run, decision, worker, deadline)?;
        crate::llm::consult(desk, journal, tools, question).await
    };
    let said = join_all(run::workers(decision, book.rules).into_iter().map(ask)).await;
    let said: Vec<Result<AgentOpinion, Fallback>> = said.into_iter().collect::<Result<_, Error>>()?;
    Ok(Explanation::gather(&decision.failure_mode.code, said))
}

fn question<'q>(
    book: Book<'q>,
    run: &'q Run,
    decision: &'q Decision,
    worker: Worker,
    deadline: std::time::Instant,
) -> Result<Question<'q>, Error> {
    let code = decision.component.code().to_owned();
    let knowledge = book.knowledge.component(decision.component);
    let observations = &run.facts.trigger.observations;
    let mut facts = Facts::of(observations);
    facts.texts.extend(run.facts.notes.iter().cloned());
    Ok(Question {
        worker,
        tier: if run::is_complex(decision, book.rules) {
            Tier::Strong
        } else {
            Tier::Fast
        },
        decision,
        knowledge: knowledge.ok_or(Error::ComponentUnknown { code })?,
        powertrain: run.facts.powertrain,
        observations,
        facts,
        notes: &run.facts.notes,
        deadline,
    })
}

fn consult_output(explanation: &Explanation) -> Value {
    let opinion = |opinion: &AgentOpinion| {
        Value::map([
            ("agent", opinion.agent.as_str().into()),
            ("model", opinion.model.as_str().into()),
            ("failure_mode", opinion.failure_mode.as_str().into()),
            ("claims_kept", (opinion.claims.len() as f64).into()),
            (
                "claims_dropped",
                Value::texts(opinion.dropped.iter().map(|fault| fault.code())),
            ),
        ])
    };
    let fallback = explanation.fallback.map_or("", Fallback::code);
    Value::map([
        (
            "opinions",
            Value::List(explanation.opinions.iter().map(opinion).collect()),
        ),
        ("fallback", fallback.into()),
        ("disagrees", explanation.disagrees.into()),
    ])
}

/// Amends the decision: explanation, event, review where a model disagrees, and the agents' conduct, all at once.
async fn amend_stage(app: &App, owner: &str, tenant: &TenantId, run: &Run, decision: &Decision) -> Result<(), Error> {
    app.failpoints.hit("agent.amend.before");
    let explanation = run.explanation.clone().unwrap_or_default();
    let started_at = app.clock.machine_now();
    let now = app.clock.now();
    let cause = Cause {
        correlation_id: run.correlation_id.clone(),
        historical: decision.historical,
    };
    chassis::again(|| async {
        let mut tx = app.database.begin().await?;
        let mut store = Store::new(&mut tx);
        let stages = (RunStage::Amend, RunStage::Done);
        if !store
            .move_run(tenant, &run.decision_id, owner, stages, &explanation)
            .await?
        {
            return Ok(());
        }
        let opens = explanation.disagrees && !decision.review_required && !decision.historical;
        if opens {
            let review_id = chassis::ids::derived_id("rev", &[tenant.as_str(), &decision.decision_id]);
            store
                .open_review(tenant, &review_id, &decision.decision_id, now)
                .await?;
        }
        let usage = store.run_usage(tenant, &run.decision_id, &app.currency).await?;
        let revision = Revision::Explanation(explanation.clone(), usage);
        let number = store.revise(tenant, decision, &revision, now, &cause).await?;
        judge_conduct(app, &mut store, tenant, run, decision, &cause).await?;
        let position = store.steps(tenant, &run.decision_id).await?.len() as i64 + 1;
        let entry = JournalEntry {
            position,
            step: "amend".to_owned(),
            started_at,
            finished_at: app.clock.machine_now(),
            output: Value::map([("revision", (number as f64).into()), ("review_opened", opens.into())]),
        };
        store.insert_steps(tenant, &run.decision_id, &[entry]).await?;
        app.failpoints.hit("agent.amend.before_commit");
        tx.commit().await?;
        Ok::<_, Error>(())
    })
    .await?;
    app.failpoints.hit("agent.amend.after_commit");
    let fallback = explanation.fallback.map_or("none", Fallback::code);
    metrics::counter!("agent_consultations_total", "fallback" => fallback).increment(1);
    Ok(())
}

/// The journal in the database: every intent is committed before its call goes out.
struct StoredJournal<'a> {
    app: &'a App,
    desk: &'a Desk,
    tenant: &'a TenantId,
    decision_id: &'a str,
}

#[async_trait]
impl Journal for StoredJournal<'_> {
    async fn begin(&self, intent: &Intent) -> Result<Begun, Error> {
        chassis::again(|| async {
            let now = self.app.clock.machine_now();
            let times = CallTimes {
                now,
                cached_since: now - self.desk.limits.cached_for,
            };
            let limits = &self.desk.limits.budget;
            let mut tx = self.app.database.begin().await?;
            let begun = Store::new(&mut tx)
                .begin_call(self.tenant, self.decision_id, intent, limits, times)
                .await?;
            tx.commit().await?;
            Ok(begun)
        })
        .await
    }

    async fn end(&self, key: &CallKey, outcome: &Result<Reply, Failure>, paid: Option<Spend>) -> Result<(), Error> {
        chassis::again(|| async {
            let now = self.app.clock.machine_now();
            let mut tx = self.app.database.begin().await?;
            Store::new(&mut tx)
                .end_call(self.tenant, self.decision_id, key, outcome, paid, now)
                .await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }

    async fn recorded_tool(&self, key: &CallKey) -> Result<Option<ToolRecord>, Error> {
        let mut tx = self.app.database.read().await?;
        let uses = Store::new(&mut tx).tool_uses(self.tenant, self.decision_id).await?;
        Ok(uses.into_iter().find(|used| used.key == *key))
    }

    async fn note_tool(&self, record: &ToolRecord) -> Result<(), Error> {
        chassis::again(|| async {
            let now = self.app.clock.machine_now();
            let mut tx = self.app.database.begin().await?;
            Store::new(&mut tx)
                .note_tool(self.tenant, self.decision_id, record, now)
                .await?;
            tx.commit().await?;
            Ok(())
        })
        .await
    }
}

/// Works off runs until shutdown: rung when one is published, and looks by itself now and then.
pub async fn consult_until_shutdown(
    app: App,
    desk: Arc<Desk>,
    owner: String,
    shutdown: impl Future<Output = ()> + Send,
) -> anyhow::Result<()> {
    let work = async {
        loop {
            // While business time is simulated nothing leaves the house, and time does not wait for models.
            while !app.clock.is_simulated() {
                match consult_models(&app, &desk, &owner).await {
                    Ok(0) => break,
                    Ok(_) => {}
                    Err(error) => {
                        tracing::warn!(error = format!("{error:?}"), "runs could not be claimed");
                        break;
                    }
                }
            }
            tokio::select! {
                () = app.run_waits.rung() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    };
    tokio::select! {
        () = work => Ok(()),
        () = shutdown => Ok(()),
    }
}

/// Frees the claims of a process that has died, where no other can live: its runs need not wait.
pub async fn free_runs(app: &App) -> Result<(), Error> {
    let mut tx = app.database.begin_bulk().await?;
    Store::new(&mut tx).release_runs().await?;
    Ok(tx.commit().await?)
}
