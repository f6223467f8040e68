//! Makes a decision for a trigger: walks the graph, journals its steps and publishes, all in the caller's transaction.

use chassis::ids::derived_id;
use chassis::{Cause, Clock, Failpoints, TenantId};

use super::{App, Book};
use crate::domain::decision::{Decision, Trigger};
use crate::domain::graph::{Context, Stage, Step};
use crate::domain::record::{JournalEntry, Status};
use crate::domain::repeat::{self, Finding, OpenDecision};
use crate::domain::review::{self, ReviewRules};
use crate::domain::run::{RunFacts, RunStage};
use crate::domain::values::Value;
use crate::domain::vehicle::Powertrain;
use crate::error::Error;
use crate::store::Store;

/// What became of a trigger; each names the decision.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decided {
    /// A decision was made and published.
    Made { decision_id: String },
    /// An open decision covers it.
    Covered { decision_id: String },
    /// It was taken in before; nothing happened now.
    Known { decision_id: String },
}

impl Decided {
    /// The decision that stands for the trigger.
    pub fn decision_id(&self) -> &str {
        match self {
            Self::Made { decision_id } | Self::Covered { decision_id } | Self::Known { decision_id } => decision_id,
        }
    }
}

/// Decides on a trigger. The same trigger again changes nothing. The review of an unsure decision is asked for beside
/// its publication; it never holds it back.
pub async fn decide(
    app: &App,
    store: &mut Store<'_>,
    tenant: &TenantId,
    trigger: &Trigger,
    cause: &Cause,
) -> Result<Decided, Error> {
    decide_with_notes(app, store, tenant, trigger, Vec::new(), cause).await
}

/// The same with what people wrote: data for the models, nothing for the rules.
pub async fn decide_with_notes(
    app: &App,
    store: &mut Store<'_>,
    tenant: &TenantId,
    trigger: &Trigger,
    notes: Vec<String>,
    cause: &Cause,
) -> Result<Decided, Error> {
    if let Some(decision_id) = store.decision_of_trigger(tenant, &trigger.event_id).await? {
        return Ok(Decided::Known { decision_id });
    }
    let started = app.clock.instant();
    let vehicle = store.vehicle(tenant, &trigger.vehicle_id).await?;
    let powertrain = vehicle.map_or(Powertrain::Unknown, |vehicle| vehicle.powertrain);
    let health = store.health(tenant, &trigger.vehicle_id).await?;
    let last_health = health
        .into_iter()
        .find(|health| health.component == trigger.component.code());
    let last_health_score = last_health.and_then(|health| health.health_score);
    let facts = RunFacts {
        trigger: trigger.clone(),
        powertrain,
        last_health_score,
        notes,
    };
    let decision_id = derived_id("dec", &[tenant.as_str(), &trigger.event_id]);
    let (decision, steps) = walk(app.book(), &app.clock, &app.failpoints, &decision_id, &facts)?;
    let open = store
        .open_decisions(tenant, &trigger.vehicle_id, trigger.component)
        .await?;
    if let Some(covering) = covering(app, trigger, &decision, &open) {
        store
            .link_trigger(tenant, trigger, decision.severity, &covering.decision_id)
            .await?;
        return Ok(Decided::Covered {
            decision_id: covering.decision_id.clone(),
        });
    }
    publish(app, store, tenant, &facts, &decision, &open, steps, cause).await?;
    may_die(&app.failpoints, Step::Publish, "before_commit");
    let agent = decision.agent_used.clone();
    metrics::counter!("agent_decisions_total", "agent" => agent, "severity" => decision.severity.code()).increment(1);
    metrics::histogram!("agent_decision_confidence").record(decision.confidence);
    metrics::histogram!("agent_decision_duration_seconds").record(started.elapsed().as_secs_f64());
    Ok(Decided::Made {
        decision_id: decision.decision_id,
    })
}

/// Takes the pure steps of the graph, timing each. The process may be killed before and after each.
pub(super) fn walk(
    book: Book<'_>,
    clock: &Clock,
    failpoints: &Failpoints,
    decision_id: &str,
    facts: &RunFacts,
) -> Result<(Decision, Vec<JournalEntry>), Error> {
    let trigger = &facts.trigger;
    let knowledge = book.knowledge.component(trigger.component);
    let code = trigger.component.code().to_owned();
    let knowledge = knowledge.ok_or(Error::ComponentUnknown { code })?;
    let context = Context {
        trigger,
        knowledge,
        powertrain: facts.powertrain,
        last_health_score: facts.last_health_score,
        rules: book.rules,
        decision_id,
    };
    let mut steps = Vec::new();
    let mut stage = Stage::Triggered;
    loop {
        let step = stage.next_step();
        if let Stage::Decided { decision } = stage {
            return Ok((held(*decision, book.review), steps));
        }
        may_die(failpoints, step, "before");
        let started_at = clock.machine_now();
        let (next, output) = stage.advance(&context);
        let finished_at = clock.machine_now();
        may_die(failpoints, step, "after");
        steps.push(JournalEntry {
            position: position(&steps),
            step: step.code().to_owned(),
            started_at,
            finished_at,
            output,
        });
        stage = next;
    }
}

/// Where a test may kill the process: every step has its places, `agent.<step>.<where>`.
fn may_die(failpoints: &Failpoints, step: Step, place: &str) {
    failpoints.hit_at("agent", &format!("{}.{place}", step.code()));
}

/// Holds a decision for a person where the rules of review say so.
fn held(decision: Decision, rules: &ReviewRules) -> Decision {
    let because = review::because(&decision, rules);
    Decision {
        review_required: !because.is_empty(),
        review_because: because.into_iter().map(str::to_owned).collect(),
        ..decision
    }
}

fn position(steps: &[JournalEntry]) -> i64 {
    i64::try_from(steps.len() + 1).unwrap_or(i64::MAX)
}

/// The open decision that stands for this finding too. What a person asked for is always decided.
fn covering<'o>(
    app: &App,
    trigger: &Trigger,
    decision: &Decision,
    open: &'o [OpenDecision],
) -> Option<&'o OpenDecision> {
    let finding = Finding {
        severity: decision.severity,
        occurred_at: trigger.occurred_at,
        historical: trigger.historical,
    };
    let covers = |open: &&OpenDecision| repeat::covers(open, &finding, app.rules.repeat_after_hours);
    if trigger.manual { None } else { open.iter().find(covers) }
}

/// The graph's last step: state, journal, review and event in one transaction.
#[expect(
    clippy::too_many_arguments,
    reason = "everything that leaves together is handed over together"
)]
async fn publish(
    app: &App,
    store: &mut Store<'_>,
    tenant: &TenantId,
    facts: &RunFacts,
    decision: &Decision,
    open: &[OpenDecision],
    mut steps: Vec<JournalEntry>,
    cause: &Cause,
) -> Result<(), Error> {
    may_die(&app.failpoints, Step::Publish, "before");
    let started_at = app.clock.machine_now();
    let now = app.clock.now();
    let status = take_over(store, tenant, decision, open).await?;
    store.insert_decision(tenant, decision, status, now, cause).await?;
    store
        .link_trigger(tenant, &facts.trigger, decision.severity, &decision.decision_id)
        .await?;
    let stage = match app.asks_models() && !decision.historical {
        true => RunStage::Consult,
        false => RunStage::Done,
    };
    let id = &decision.decision_id;
    store
        .insert_run(tenant, id, facts, stage, &cause.correlation_id, now)
        .await?;
    if decision.review_required {
        let review_id = derived_id("rev", &[tenant.as_str(), &decision.decision_id]);
        store
            .open_review(tenant, &review_id, &decision.decision_id, now)
            .await?;
    }
    let output = Value::map([
        ("event", crate::events::published::DECISION_MADE.into()),
        ("review_opened", decision.review_required.into()),
        ("historical", decision.historical.into()),
    ]);
    steps.push(JournalEntry {
        position: position(&steps),
        step: "publish".to_owned(),
        started_at,
        finished_at: app.clock.machine_now(),
        output,
    });
    Ok(store.insert_steps(tenant, &decision.decision_id, &steps).await?)
}

/// A new decision supersedes the open ones before it, so that one visit scores one decision. One that arrives late is
/// superseded from the start; one about the past leaves the present alone.
async fn take_over(
    store: &mut Store<'_>,
    tenant: &TenantId,
    decision: &Decision,
    open: &[OpenDecision],
) -> Result<Status, Error> {
    let mut status = Status::Open;
    for earlier in open {
        if decision.historical && !earlier.historical {
            continue;
        }
        if earlier.decided_for > decision.decided_for && earlier.historical == decision.historical {
            status = Status::Superseded;
        } else {
            store
                .set_status(tenant, &earlier.decision_id, Status::Superseded)
                .await?;
        }
    }
    Ok(status)
}
