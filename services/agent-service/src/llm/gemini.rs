//! Gemini's native API: `models/{model}:generateContent`.

use std::time::Duration;

use async_trait::async_trait;
use serde_json::{Value, json};

use super::transport::{Endpoint, count, json_of};
use super::{ANSWER, Content, Failure, Provider, Reply, Request, ToolCall, Turn, Usage};

/// A client of Gemini.
pub struct Gemini {
    endpoint: Endpoint,
}

impl Gemini {
    /// At its base URL, such as `https://generativelanguage.googleapis.com`.
    pub fn new(endpoint: Endpoint) -> Self {
        Self { endpoint }
    }
}

#[async_trait]
impl Provider for Gemini {
    fn name(&self) -> &str {
        "gemini"
    }

    async fn complete(&self, request: &Request, timeout: Duration) -> Result<Reply, Failure> {
        let path = format!("/v1beta/models/{}:generateContent", request.model);
        let headers = [("x-goog-api-key", self.endpoint.key().to_owned())];
        let answer = self.endpoint.post(&path, &headers, &body(request), timeout).await?;
        reply(&answer)
    }
}

fn body(request: &Request) -> Value {
    let mut generation = json!({"maxOutputTokens": request.max_output_tokens, "temperature": 0});
    let contents: Vec<Value> = request.turns.iter().map(turn).collect();
    let mut body = json!({
        "systemInstruction": {"parts": [{"text": request.system}]},
        "contents": contents,
    });
    if request.tools.is_empty() {
        generation["responseMimeType"] = json!("application/json");
        generation["responseJsonSchema"] = request.schema.clone();
    } else {
        let mut functions: Vec<Value> = request
            .tools
            .iter()
            .map(|tool| json!({"name": tool.name, "description": tool.description, "parametersJsonSchema": tool.parameters}))
            .collect();
        functions
            .push(json!({"name": ANSWER, "description": "Gives the answer.", "parametersJsonSchema": request.schema}));
        body["tools"] = json!([{"functionDeclarations": functions}]);
        body["toolConfig"] = json!({"functionCallingConfig": {"mode": "ANY"}});
    }
    body["generationConfig"] = generation;
    body
}

fn turn(turn: &Turn) -> Value {
    match turn {
        Turn::User(text) => json!({"role": "user", "parts": [{"text": text}]}),
        Turn::Calls(calls) => {
            let part = |call: &ToolCall| {
                let mut part = json!({"functionCall": {"name": call.name, "args": call.arguments}});
                if let Some(signature) = &call.signature {
                    part["thoughtSignature"] = json!(signature);
                }
                part
            };
            json!({"role": "model", "parts": calls.iter().map(part).collect::<Vec<_>>()})
        }
        Turn::Results(results) => {
            let part = |result: &super::ToolResult| json!({"functionResponse": {"name": result.name, "response": {"result": result.output}}});
            json!({"role": "user", "parts": results.iter().map(part).collect::<Vec<_>>()})
        }
    }
}

fn reply(body: &Value) -> Result<Reply, Failure> {
    if body.pointer("/promptFeedback/blockReason").is_some() {
        return Err(Failure::Refused);
    }
    let candidate = body.pointer("/candidates/0").ok_or(Failure::Garbled)?;
    match candidate["finishReason"].as_str() {
        Some("STOP") | None => {}
        Some("MAX_TOKENS") => return Err(Failure::Truncated),
        Some("MALFORMED_FUNCTION_CALL") => return Err(Failure::Garbled),
        Some(_) => return Err(Failure::Refused),
    }
    let parts = candidate
        .pointer("/content/parts")
        .and_then(Value::as_array)
        .ok_or(Failure::Garbled)?;
    let usage = Usage {
        input_tokens: count(body, "/usageMetadata/promptTokenCount"),
        output_tokens: count(body, "/usageMetadata/candidatesTokenCount")
            + count(body, "/usageMetadata/thoughtsTokenCount"),
    };
    let calls: Vec<ToolCall> = parts.iter().enumerate().filter_map(call).collect();
    let content = if calls.is_empty() {
        // Parts marked as thoughts are not the answer.
        let said = parts.iter().filter(|part| part["thought"] != true);
        Content::Answer(json_of(
            &said.filter_map(|part| part["text"].as_str()).collect::<String>(),
        )?)
    } else {
        Content::Calls(calls)
    };
    Ok(Reply { content, usage })
}

fn call((position, part): (usize, &Value)) -> Option<ToolCall> {
    let call = part.get("functionCall")?;
    Some(ToolCall {
        id: format!("call_{position}"),
        name: call["name"].as_str()?.to_owned(),
        arguments: call.get("args").cloned().unwrap_or_else(|| json!({})),
        signature: part["thoughtSignature"].as_str().map(str::to_owned),
    })
}
