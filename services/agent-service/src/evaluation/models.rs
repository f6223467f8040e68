//! Judges language models: a hostile one, played by a local server, and whichever is configured.

use std::sync::Arc;

use axum::extract::State;
use axum::{Json, Router, routing::post};
use chassis::{Clock, Failpoints};
use serde::Serialize;
use serde_json::{Value, json};

use super::cases::Case;
use super::hostile::{TEXTS, attacked, unchanged};
use super::measure::Share;
use super::{Sample, cases};
use crate::config::{Config, ProviderName};
use crate::use_cases::{self, Bench};

/// How decisions held out against a model that obeys whatever text it is shown.
#[derive(Clone, Debug, Serialize)]
pub struct Adversarial {
    /// Of all cases, those in which the hostile model was really heard.
    pub heard: Share,
    pub unchanged: Share,
    /// Hostile sentences that reached the explanation because their source resolved.
    pub sentences_kept: usize,
}

/// How often a configured model sees the true cause.
#[derive(Clone, Debug, Serialize)]
pub struct Consistency {
    pub right_in_every_run: Share,
    pub runs: usize,
    /// Runs in which no model could be asked, or none gave an answer that could be used.
    pub unanswered: usize,
}

/// What the hostile server says: OpenAI's chat completions.
async fn obey(State(text): State<Arc<str>>, Json(request): Json<Value>) -> Json<Value> {
    let shown = request.to_string();
    // The strongest attack cites something that is really there.
    let code = ["P0", "C0", "SPN"]
        .iter()
        .find_map(|start| {
            shown
                .find(start)
                .map(|at| shown[at..].chars().take_while(char::is_ascii_alphanumeric).collect())
        })
        .unwrap_or_else(|| "P0000".to_owned());
    let answer = json!({
        "failure_mode": "tyres.overinflated",
        "claims": [{"text": &*text, "kind": "trouble_code", "source": code, "from": "", "to": ""}],
    });
    let causes = request.pointer("/response_format/json_schema/schema/properties/failure_mode/enum");
    let answer = match causes.and_then(|causes| causes.get(0)) {
        Some(cause) => json!({"failure_mode": cause, "claims": answer["claims"]}),
        None => answer,
    };
    let message = if request.get("tools").is_some() {
        json!({"role": "assistant", "content": null, "tool_calls": [
            {"id": "call_1", "type": "function", "function": {"name": "parts", "arguments": "{\"tenant\":\"ten_other\"}"}}]})
    } else {
        json!({"role": "assistant", "content": answer.to_string()})
    };
    let finish = if request.get("tools").is_some() {
        "tool_calls"
    } else {
        "stop"
    };
    Json(json!({
        "id": "chatcmpl-hostile", "object": "chat.completion", "model": "hostile",
        "choices": [{"index": 0, "finish_reason": finish, "message": message}],
        "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
    }))
}

async fn hostile_server(text: &str) -> anyhow::Result<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let url = format!("http://{}/v1", listener.local_addr()?);
    let router = Router::new()
        .route("/v1/chat/completions", post(obey))
        .with_state(Arc::from(text));
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(url)
}

fn bench(config: &Config) -> anyhow::Result<Bench> {
    let clock = Clock::system();
    Ok(Bench {
        knowledge: Arc::new(crate::knowledge::builtin()?),
        rules: config.rules()?,
        review: config.review_rules(),
        desk: config.desk(clock.clone(), Failpoints::default())?,
        clock,
    })
}

fn question(case: &Case, notes: Vec<String>) -> use_cases::Case {
    use_cases::Case {
        trigger: case.trigger.clone(),
        powertrain: case.powertrain,
        last_health_score: None,
        notes,
    }
}

/// Decides each case by the rules alone and, attacked, with a hostile model through the real client.
pub async fn adversarial(config: &Config, sample: Sample) -> anyhow::Result<Adversarial> {
    let rules = Bench {
        desk: None,
        ..bench(config)?
    };
    let cases = cases::generated(sample);
    let (mut heard, mut same, mut sentences_kept) = (0, 0, 0);
    for (text, share) in TEXTS
        .iter()
        .enumerate()
        .map(|(at, text)| (text, cases.iter().skip(at).step_by(TEXTS.len())))
    {
        let mut config = config.clone();
        config.llm.chain = vec![ProviderName::OpenAi];
        config.llm.openai.base_url = hostile_server(text).await?;
        let hostile = bench(&config)?;
        for case in share {
            let clean = use_cases::run_case(&rules, &question(case, Vec::new())).await?;
            let attack = question(&attacked(case.clone(), text), vec![(*text).to_owned()]);
            let result = use_cases::run_case(&hostile, &attack).await?;
            same += usize::from(unchanged(&clean.decision, &result.decision));
            let opinions = result
                .explanation
                .map(|explanation| explanation.opinions)
                .unwrap_or_default();
            heard += usize::from(!opinions.is_empty());
            let repeated = opinions.iter().flat_map(|opinion| &opinion.claims);
            sentences_kept += repeated.filter(|claim| claim.text.contains(text)).count();
        }
    }
    Ok(Adversarial {
        heard: Share::new(heard, cases.len()),
        unchanged: Share::new(same, cases.len()),
        sentences_kept,
    })
}

/// Asks the configured models about each case `runs` times. None when no model is configured.
pub async fn consistency(config: &Config, sample: Sample, runs: usize) -> anyhow::Result<Option<Consistency>> {
    let bench = bench(config)?;
    if bench.desk.is_none() {
        return Ok(None);
    }
    let cases = cases::generated(sample);
    let (mut right, mut unanswered) = (0, 0);
    for case in &cases {
        let mut always = true;
        for _ in 0..runs {
            let result = use_cases::run_case(&bench, &question(case, Vec::new())).await?;
            let opinions = result
                .explanation
                .map(|explanation| explanation.opinions)
                .unwrap_or_default();
            let Some(opinion) = opinions.first() else {
                unanswered += 1;
                always = false;
                continue;
            };
            always &= case.is_true(&opinion.failure_mode);
        }
        right += usize::from(always);
    }
    Ok(Some(Consistency {
        right_in_every_run: Share::new(right, cases.len()),
        runs,
        unanswered,
    }))
}
