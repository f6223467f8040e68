//! Anthropic's messages API. Its structured output is a tool that the model is made to use.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::transport::{Endpoint, count};
use super::{ANSWER, Content, Failure, Provider, Reply, Request, ToolCall, Turn, Usage};

/// The version of the wire format.
const VERSION: &str = "2023-06-01";

/// A client of Anthropic.
pub struct Anthropic {
    endpoint: Endpoint,
}

impl Anthropic {
    /// At its base URL, such as `https://api.anthropic.com`.
    pub fn new(endpoint: Endpoint) -> Self {
        Self { endpoint }
    }
}

#[async_trait]
impl Provider for Anthropic {
    fn name(&self) -> &str {
        "anthropic"
    }

    async fn complete(&self, request: &Request, timeout: Duration) -> Result<Reply, Failure> {
        let headers = [
            ("x-api-key", self.endpoint.key().to_owned()),
            ("anthropic-version", VERSION.to_owned()),
        ];
        let answer = self
            .endpoint
            .post("/v1/messages", &headers, &body(request), timeout)
            .await?;
        reply(&answer)
    }
}

fn body(request: &Request) -> Value {
    let mut tools: Vec<Value> = request
        .tools
        .iter()
        .map(|tool| json!({"name": tool.name, "description": tool.description, "input_schema": tool.parameters}))
        .collect();
    tools.push(json!({"name": ANSWER, "description": "Gives the answer.", "input_schema": request.schema}));
    let choice = match request.tools.is_empty() {
        true => json!({"type": "tool", "name": ANSWER}),
        false => json!({"type": "any"}),
    };
    json!({
        "model": request.model, "max_tokens": request.max_output_tokens, "temperature": 0, "system": request.system,
        "messages": request.turns.iter().map(turn).collect::<Vec<_>>(), "tools": tools, "tool_choice": choice,
    })
}

fn turn(turn: &Turn) -> Value {
    match turn {
        Turn::User(text) => json!({"role": "user", "content": [{"type": "text", "text": text}]}),
        Turn::Calls(calls) => {
            let part = |call: &ToolCall| json!({"type": "tool_use", "id": call.id, "name": call.name, "input": call.arguments});
            json!({"role": "assistant", "content": calls.iter().map(part).collect::<Vec<_>>()})
        }
        Turn::Results(results) => {
            let part = |result: &super::ToolResult| json!({"type": "tool_result", "tool_use_id": result.id, "content": result.output.to_string()});
            json!({"role": "user", "content": results.iter().map(part).collect::<Vec<_>>()})
        }
    }
}

fn reply(body: &Value) -> Result<Reply, Failure> {
    match body["stop_reason"].as_str() {
        Some("max_tokens") => return Err(Failure::Truncated),
        Some("refusal") => return Err(Failure::Refused),
        Some(_) => {}
        None => return Err(Failure::Garbled),
    }
    let parts = body["content"].as_array().ok_or(Failure::Garbled)?;
    let call = |part: &Value| {
        (part["type"] == "tool_use").then_some(())?;
        Some(ToolCall {
            id: part["id"].as_str()?.to_owned(),
            name: part["name"].as_str()?.to_owned(),
            arguments: part["input"].clone(),
            signature: None,
        })
    };
    let calls: Vec<ToolCall> = parts.iter().filter_map(call).collect();
    if calls.is_empty() {
        // It was made to use a tool, and talked instead.
        return Err(Failure::Refused);
    }
    let usage = Usage {
        input_tokens: count(body, "/usage/input_tokens"),
        output_tokens: count(body, "/usage/output_tokens"),
    };
    Ok(Reply {
        content: Content::Calls(calls),
        usage,
    })
}
