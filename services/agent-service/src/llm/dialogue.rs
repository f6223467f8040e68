//! One worker's dialogue with its model: tools first, then the answer, whose claims are checked one by one.

use std::time::Instant;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::chain::{Desk, Place, Tier};
use super::journal::{Journal, ToolRecord};
use super::{ANSWER, Content, Request, ToolCall, ToolResult, Turn, prompt};
use crate::domain::claims::{self, Facts, Fault};
use crate::domain::component::{Tool, Worker};
use crate::domain::decision::Decision;
use crate::domain::knowledge::ComponentKnowledge;
use crate::domain::opinion::{AgentOpinion, Fallback};
use crate::domain::symptoms::Observations;
use crate::domain::vehicle::Powertrain;
use crate::error::Error;

/// Most tools that a model uses in one turn.
const CALLS_PER_TURN_MAX: usize = 6;

/// What a worker is asked.
pub struct Question<'q> {
    pub worker: Worker,
    pub tier: Tier,
    pub decision: &'q Decision,
    pub knowledge: &'q ComponentKnowledge,
    pub powertrain: Powertrain,
    pub observations: &'q Observations,
    /// What may be cited; tools add to it.
    pub facts: Facts,
    /// Texts of people: data like all else.
    pub notes: &'q [String],
    pub deadline: Instant,
}

/// What the runtime lets workers use. Bound to one tenant and one vehicle before a model sees it.
#[async_trait]
pub trait Tools: Send + Sync {
    /// Uses a tool that the worker is allowed, with arguments that fit. What fails says so in its output.
    async fn call(&self, worker: Worker, tool: Tool, arguments: &Value) -> Value;
}

/// Asks one worker's model. The same journal leads to the same opinion.
pub async fn consult(
    desk: &Desk,
    journal: &dyn Journal,
    tools: &dyn Tools,
    mut question: Question<'_>,
) -> Result<Result<AgentOpinion, Fallback>, Error> {
    let worker = question.worker;
    let mut place = Place {
        agent: worker.code(),
        number: 0,
        deadline: question.deadline,
    };
    let mut request = Request {
        model: String::new(),
        system: prompt::system(worker),
        turns: vec![Turn::User(prompt::case(&question))],
        tools: worker.tools().iter().map(|tool| prompt::tool(*tool)).collect(),
        schema: prompt::schema(&question),
        max_output_tokens: desk.limits.output_tokens_max,
    };
    let (mut rounds, mut corrected) = (0, false);
    loop {
        if rounds >= desk.limits.tool_rounds_max {
            request.tools.clear();
        }
        rounds += 1;
        let (reply, model) = match desk.ask(journal, &mut place, &mut request, question.tier).await? {
            Ok(reply) => reply,
            Err(fallback) => return Ok(Err(fallback)),
        };
        match settled(&reply.content) {
            Settled::Answer(answer) => {
                if let Some(opinion) = opinion(&answer, &question, &model) {
                    return Ok(Ok(opinion));
                }
            }
            Settled::Tools(calls) if !request.tools.is_empty() => {
                let results = use_tools(journal, tools, &mut place, &mut question, &calls).await?;
                request.turns.push(Turn::Calls(calls));
                request.turns.push(Turn::Results(results));
                continue;
            }
            Settled::Tools(_) => {}
        }
        if corrected {
            return Ok(Err(Fallback::Unusable));
        }
        corrected = true;
        request.tools.clear();
        request.turns.push(Turn::User(prompt::AGAIN.to_owned()));
    }
}

enum Settled {
    Answer(Value),
    Tools(Vec<ToolCall>),
}

/// An answer may come as text or as a call of the answer's tool; then no other tool counts.
fn settled(content: &Content) -> Settled {
    match content {
        Content::Answer(answer) => Settled::Answer(answer.clone()),
        Content::Calls(calls) => match calls.iter().find(|call| call.name == ANSWER) {
            Some(answer) => Settled::Answer(answer.arguments.clone()),
            None => Settled::Tools(calls.iter().take(CALLS_PER_TURN_MAX).cloned().collect()),
        },
    }
}

async fn use_tools(
    journal: &dyn Journal,
    tools: &dyn Tools,
    place: &mut Place,
    question: &mut Question<'_>,
    calls: &[ToolCall],
) -> Result<Vec<ToolResult>, Error> {
    let mut results = Vec::with_capacity(calls.len());
    for call in calls {
        let key = place.next();
        let record = match journal.recorded_tool(&key).await? {
            Some(record) => record,
            None => {
                let record = use_tool(tools, question.worker, call, key).await;
                journal.note_tool(&record).await?;
                record
            }
        };
        if !record.out_of_bounds {
            prompt::learn(&mut question.facts, &record.tool, &record.output);
        }
        results.push(ToolResult {
            id: call.id.clone(),
            name: call.name.clone(),
            output: record.output,
        });
    }
    Ok(results)
}

/// The runtime's gate: a tool that is not the worker's, or arguments that it does not have, are refused and noted.
async fn use_tool(tools: &dyn Tools, worker: Worker, call: &ToolCall, key: super::CallKey) -> ToolRecord {
    let allowed = Tool::from_code(&call.name).filter(|tool| worker.tools().contains(tool));
    let allowed = allowed.filter(|tool| prompt::fits(*tool, &call.arguments));
    let output = match allowed {
        Some(tool) => tools.call(worker, tool, &call.arguments).await,
        None => json!({"error": "not allowed"}),
    };
    metrics::counter!("agent_tool_calls_total", "agent" => worker.code(), "allowed" => if allowed.is_some() { "yes" } else { "no" })
        .increment(1);
    ToolRecord {
        key,
        tool: call.name.chars().take(64).collect(),
        arguments: call.arguments.clone(),
        output,
        out_of_bounds: allowed.is_none(),
    }
}

fn opinion(answer: &Value, question: &Question<'_>, model: &str) -> Option<AgentOpinion> {
    let (failure_mode, told) = prompt::read(answer, question)?;
    let (mut kept, mut dropped) = (Vec::new(), Vec::new());
    for claim in told {
        match claim
            .ok_or(Fault::Malformed)
            .and_then(|claim| claims::check(&claim, &question.facts).map(|()| claim))
        {
            Ok(claim) if !kept.contains(&claim) => kept.push(claim),
            Ok(_) => {}
            Err(fault) => dropped.push(fault),
        }
    }
    Some(AgentOpinion {
        agent: question.worker.code().to_owned(),
        model: model.to_owned(),
        failure_mode,
        claims: kept,
        dropped,
    })
}
