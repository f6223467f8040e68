//! Compares what each agent did in a run with what is usual for it, and suspends one that departs.

use std::time::Duration;

use chassis::{Cause, TenantId};
use chrono::Timelike;

use super::App;
use crate::domain::behaviour::{Baseline, Conduct};
use crate::domain::decision::Decision;
use crate::domain::run::{self, Run};
use crate::error::Error;
use crate::store::{AgentState, Store};

/// Judges every agent of a run. One that is like itself becomes part of its baseline; one that is not is suspended.
pub async fn judge_conduct(
    app: &App,
    store: &mut Store<'_>,
    tenant: &TenantId,
    run: &Run,
    decision: &Decision,
    cause: &Cause,
) -> Result<(), Error> {
    let known = store.agents(tenant).await?;
    for worker in run::workers(decision, &app.rules) {
        let agent = worker.code();
        let Some(conduct) = conduct(app, store, tenant, &run.decision_id, agent).await? else {
            continue;
        };
        let mut baseline = usual(&known, agent);
        let deviation = baseline.judge(&conduct);
        if deviation.is_none() {
            baseline.learn(&conduct);
        }
        store.put_baseline(tenant, agent, &baseline).await?;
        if let Some(deviation) = deviation {
            metrics::counter!("agent_deviations_total", "agent" => agent, "kind" => deviation.code()).increment(1);
            let (id, vehicle) = (&run.decision_id, &decision.vehicle_id);
            store
                .suspend(tenant, agent, deviation, id, vehicle, app.clock.now(), cause)
                .await?;
        }
    }
    Ok(())
}

fn usual(known: &[AgentState], agent: &str) -> Baseline {
    known
        .iter()
        .find(|state| state.agent == agent)
        .map(|state| state.baseline.clone())
        .unwrap_or_default()
}

/// What an agent did in a run; none when it asked no model.
async fn conduct(
    app: &App,
    store: &mut Store<'_>,
    tenant: &TenantId,
    decision_id: &str,
    agent: &str,
) -> Result<Option<Conduct>, Error> {
    let spend = store.run_spend(tenant, decision_id, Some(agent)).await?;
    if spend.calls == 0 {
        return Ok(None);
    }
    let now = app.clock.machine_now();
    let runs = store
        .runs_since(tenant, agent, now - Duration::from_secs(3_600))
        .await?;
    let uses = store.tool_uses(tenant, decision_id).await?;
    let own: Vec<_> = uses.into_iter().filter(|used| used.key.agent == agent).collect();
    Ok(Some(Conduct {
        tokens: spend.tokens as f64,
        cost_micro: spend.cost_micro as f64,
        calls: spend.calls as f64,
        tool_uses: own.len() as f64,
        out_of_bounds: own.iter().any(|used| used.out_of_bounds),
        tools: own.into_iter().map(|used| used.tool).collect(),
        hour: now.hour() as usize,
        runs_within_hour: runs as f64,
    }))
}
