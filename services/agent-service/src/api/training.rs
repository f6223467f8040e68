//! Reviewed decisions as a training set.

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use chassis::Principal;
use chassis::problem::Problem;
use futures::{StreamExt, TryStreamExt, stream};

use crate::error::Error;
use crate::use_cases::{self, App, Example};

/// Decisions on which a person has spoken, one JSON object a line: `messages` as chat for fine-tuning, and where it is from.
#[utoipa::path(get, path = "/api/v1/agents/training", operation_id = "export_training", tag = "agents",
    responses((status = 200, content_type = "application/x-ndjson", body = String)))]
pub(super) async fn export_training(State(app): State<App>, principal: Principal) -> Result<Response, Problem> {
    let mut pages = Box::pin(use_cases::export_training(app, principal.tenant));
    // A database that fails at once is answered with a problem; one that fails later can only cut the answer off.
    let first = pages.try_next().await?;
    let pages = stream::iter(first.map(Ok)).chain(pages);
    let lines = pages.map(|page| lines(&page?).map_err(Error::Unreadable));
    Ok((
        [(header::CONTENT_TYPE, "application/x-ndjson")],
        Body::from_stream(lines),
    )
        .into_response())
}

fn lines(examples: &[Example]) -> Result<String, serde_json::Error> {
    let mut lines = String::new();
    for example in examples {
        lines.push_str(&line(example)?);
        lines.push('\n');
    }
    Ok(lines)
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
