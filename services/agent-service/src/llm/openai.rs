//! The chat completions API of OpenAI, which Ollama, vLLM and llama.cpp speak too.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::transport::{Endpoint, count, json_of};
use super::{ANSWER, Content, Failure, Provider, Reply, Request, ToolCall, Turn, Usage};

/// A client of an OpenAI-compatible server.
pub struct OpenAi {
    endpoint: Endpoint,
}

impl OpenAi {
    /// At its base URL with the version, such as `http://localhost:11434/v1`.
    pub fn new(endpoint: Endpoint) -> Self {
        Self { endpoint }
    }
}

#[async_trait]
impl Provider for OpenAi {
    fn name(&self) -> &str {
        "openai"
    }

    async fn complete(&self, request: &Request, timeout: Duration) -> Result<Reply, Failure> {
        let key = self.endpoint.key();
        let bearer = [("authorization", format!("Bearer {key}"))];
        let headers: &[(&str, String)] = if key.is_empty() { &[] } else { &bearer };
        let answer = self
            .endpoint
            .post("/chat/completions", headers, &body(request), timeout)
            .await?;
        reply(&answer)
    }
}

fn body(request: &Request) -> Value {
    let mut messages = vec![json!({"role": "system", "content": request.system})];
    request.turns.iter().for_each(|turn| add_turn(&mut messages, turn));
    let mut body = json!({
        "model": request.model, "messages": messages, "max_tokens": request.max_output_tokens, "temperature": 0,
    });
    if request.tools.is_empty() {
        body["response_format"] =
            json!({"type": "json_schema", "json_schema": {"name": ANSWER, "strict": true, "schema": request.schema}});
    } else {
        let function = |name: &str, description: &str, parameters: &Value| json!({"type": "function", "function": {"name": name, "description": description, "parameters": parameters}});
        let mut tools: Vec<Value> = request
            .tools
            .iter()
            .map(|tool| function(tool.name, tool.description, &tool.parameters))
            .collect();
        tools.push(function(ANSWER, "Gives the answer.", &request.schema));
        body["tools"] = json!(tools);
        body["tool_choice"] = json!("required");
    }
    body
}

fn add_turn(messages: &mut Vec<Value>, turn: &Turn) {
    match turn {
        Turn::User(text) => messages.push(json!({"role": "user", "content": text})),
        Turn::Calls(calls) => {
            let call = |call: &ToolCall| {
                json!({"id": call.id, "type": "function",
                    "function": {"name": call.name, "arguments": call.arguments.to_string()}})
            };
            let calls: Vec<Value> = calls.iter().map(call).collect();
            messages.push(json!({"role": "assistant", "content": null, "tool_calls": calls}));
        }
        Turn::Results(results) => messages.extend(
            results
                .iter()
                .map(|result| json!({"role": "tool", "tool_call_id": result.id, "content": result.output.to_string()})),
        ),
    }
}

fn reply(body: &Value) -> Result<Reply, Failure> {
    let choice = body.pointer("/choices/0").ok_or(Failure::Garbled)?;
    let message = &choice["message"];
    match choice["finish_reason"].as_str() {
        Some("length") => return Err(Failure::Truncated),
        Some("content_filter") => return Err(Failure::Refused),
        _ if message["refusal"].as_str().is_some_and(|text| !text.is_empty()) => return Err(Failure::Refused),
        _ => {}
    }
    let usage = Usage {
        input_tokens: count(body, "/usage/prompt_tokens"),
        output_tokens: count(body, "/usage/completion_tokens"),
    };
    let calls = message["tool_calls"].as_array().filter(|calls| !calls.is_empty());
    let content = match calls {
        Some(calls) => Content::Calls(calls.iter().map(call).collect::<Result<_, _>>()?),
        None => Content::Answer(json_of(message["content"].as_str().ok_or(Failure::Garbled)?)?),
    };
    Ok(Reply { content, usage })
}

fn call(call: &Value) -> Result<ToolCall, Failure> {
    let name = call
        .pointer("/function/name")
        .and_then(Value::as_str)
        .ok_or(Failure::Garbled)?;
    let arguments = match call.pointer("/function/arguments") {
        Some(Value::String(text)) => json_of(text)?,
        Some(given @ Value::Object(_)) => given.clone(),
        _ => return Err(Failure::Garbled),
    };
    Ok(ToolCall {
        id: call["id"].as_str().unwrap_or(name).to_owned(),
        name: name.to_owned(),
        arguments,
        signature: None,
    })
}
