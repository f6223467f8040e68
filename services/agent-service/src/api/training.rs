//! Reviewed decisions as a training set.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chassis::Principal;
use chassis::problem::Problem;

use crate::error::Error;
use crate::use_cases::{self, App, Example};

/// So many examples are exported at once, the latest first.
const EXAMPLES_MAX: usize = 10_000;

/// Decisions on which a person has spoken, one JSON object a line: `messages` as chat for fine-tuning, and where it is from.
#[utoipa::path(get, path = "/api/v1/agents/training", operation_id = "export_training", tag = "agents",
    responses((status = 200, content_type = "application/x-ndjson", body = String)))]
pub(super) async fn export_training(State(app): State<App>, principal: Principal) -> Result<Response, Problem> {
    let examples = use_cases::export_training(&app, &principal.tenant, EXAMPLES_MAX).await?;
    let mut lines = String::new();
    for example in examples {
        lines.push_str(&line(&example).map_err(Error::Unreadable)?);
        lines.push('\n');
    }
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], lines).into_response())
}

fn line(example: &Example) -> Result<String, serde_json::Error> {
    let prompt: serde_json::Value = serde_json::from_str(&example.prompt)?;
    let case = prompt.pointer("/turns/0/User").cloned().unwrap_or_default();
    let answer = serde_json::json!({"failure_mode": example.failure_mode});
    let line = serde_json::json!({
        "decision_id": example.decision_id, "from": example.from,
        "messages": [
            {"role": "system", "content": prompt["system"]}, {"role": "user", "content": case},
            {"role": "assistant", "content": answer.to_string()},
        ],
    });
    Ok(line.to_string())
}
