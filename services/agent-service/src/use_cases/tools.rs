//! The tools of a run, bound to its tenant and vehicle before any model sees them.

use async_trait::async_trait;
use chassis::TenantId;
use chrono::{DateTime, Duration, Utc};
use serde_json::{Value, json};

use super::App;
use crate::domain::component::{Component, Tool, Worker};
use crate::domain::knowledge::{ComponentKnowledge, KnowledgeBase};
use crate::domain::run::{self, Run};
use crate::domain::trouble_code as codes;
use crate::error::Error;
use crate::llm::{Silence, Tools};
use crate::store::Store;

/// So many similar cases are told.
const SIMILAR_MAX: usize = 5;
/// Health is told for so long.
const HISTORY_DAYS: i64 = 90;
/// So many points of it.
const POINTS_MAX: usize = 40;
/// Longest text that a neighbour may say to a model.
const TEXT_CHARS_MAX: usize = 40;
/// Longest window of telemetry, in days.
const WINDOW_DAYS_MAX: i64 = 31;

/// The tools of one run.
pub(super) struct RunTools<'r> {
    app: &'r App,
    tenant: &'r TenantId,
    run: &'r Run,
}

impl<'r> RunTools<'r> {
    pub(super) fn new(app: &'r App, tenant: &'r TenantId, run: &'r Run) -> Self {
        Self { app, tenant, run }
    }

    async fn health_history(&self, worker: Worker, component: &str) -> Value {
        let in_scope = Component::from_code(component).is_some_and(|component| worker.scope().contains(&component));
        if !in_scope {
            return json!({"error": "not in scope"});
        }
        let trigger = &self.run.facts.trigger;
        let (from, to) = (trigger.occurred_at - Duration::days(HISTORY_DAYS), trigger.occurred_at);
        let query = [
            ("component", component),
            ("from", &chassis::rfc3339(from)),
            // The end is not part of the span, and what asked for the decision is.
            ("to", &chassis::rfc3339(to + Duration::seconds(1))),
            ("limit", "1000"),
        ];
        let path = ["api", "v1", "health", &trigger.vehicle_id, "history"];
        let answer = self.app.neighbours.get(self.tenant, "health-service", &path, &query);
        told(answer.await.and_then(|page| course(&page, component)))
    }

    async fn telemetry_window(&self, signal: &str, from: &str, to: &str) -> Value {
        let time = |text: &str| text.parse::<DateTime<Utc>>().ok();
        let window = time(from)
            .zip(time(to))
            .filter(|(from, to)| from < to && *to - *from <= Duration::days(WINDOW_DAYS_MAX));
        if window.is_none() {
            return json!({"error": format!("the window must be two RFC 3339 times at most {WINDOW_DAYS_MAX} days apart")});
        }
        let query = [("signal", signal), ("from", from), ("to", to), ("points", "60")];
        let vehicle_id = self.run.facts.trigger.vehicle_id.as_str();
        let path = ["api", "v1", "vehicles", vehicle_id, "history"];
        let answer = self.app.neighbours.get(self.tenant, "ingestion-service", &path, &query);
        told(answer.await.and_then(|history| summary(&history, vehicle_id, signal)))
    }

    async fn similar_decisions(&self) -> Result<Value, Error> {
        let mut tx = self.app.database.read().await?;
        let cases = Store::new(&mut tx).past_cases(self.tenant, self.run).await?;
        let item = |case: crate::domain::claims::PastCase| {
            json!({"decision_id": case.decision_id, "failure_mode": case.failure_mode, "outcome": case.outcome,
                "similarity": case.similarity})
        };
        let items: Vec<Value> = run::most_similar(cases, SIMILAR_MAX).into_iter().map(item).collect();
        Ok(json!({"items": items}))
    }

    async fn warranty_coverage(&self) -> Result<Value, Error> {
        let mut tx = self.app.database.read().await?;
        let warranty = Store::new(&mut tx).warranty(self.tenant, &self.run.decision_id).await?;
        Ok(match warranty {
            Some(warranty) => json!({"covered": warranty.covered, "reason": warranty.reason.code}),
            None => json!({"error": "not checked yet"}),
        })
    }
}

#[async_trait]
impl Tools for RunTools<'_> {
    async fn call(&self, worker: Worker, tool: Tool, arguments: &Value) -> Value {
        let text = |name: &str| arguments[name].as_str().unwrap_or_default();
        let told = match tool {
            Tool::HealthHistory => Ok(self.health_history(worker, text("component")).await),
            Tool::TelemetryWindow => Ok(self.telemetry_window(text("signal"), text("from"), text("to")).await),
            Tool::TroubleCode => Ok(trouble_code(&self.app.knowledge, self.run, text("code"))),
            Tool::SimilarDecisions => self.similar_decisions().await,
            Tool::WarrantyCoverage => self.warranty_coverage().await,
            Tool::Parts => Ok(parts(&self.app.knowledge, self.run, text("failure_mode"))),
        };
        told.unwrap_or_else(|error| {
            tracing::warn!(tool = tool.code(), error = format!("{error:?}"), "a tool failed");
            json!({"error": "not available"})
        })
    }
}

/// What the model is told of an answer, or of there being none.
fn told(answer: Result<Value, Silence>) -> Value {
    answer.unwrap_or_else(|silence| json!({"error": silence.to_string()}))
}

/// A page of a component's health, oldest first, as its turns: the first point, every change of status, what was not routine, the last.
/// What else the answer holds stays outside: it would be passed on to a model.
fn course(page: &Value, component: &str) -> Result<Value, Silence> {
    let items = page["items"].as_array().ok_or(Silence::NotAvailable)?;
    let own: Vec<&Value> = items.iter().filter(|item| item["component"] == component).collect();
    if own.is_empty() {
        return Err(Silence::NothingKnown);
    }
    let turns = |place: usize| {
        let (item, before) = (own[place], place.checked_sub(1).map(|before| own[before]));
        let turned = before.is_none_or(|before| before["status"] != item["status"]);
        turned || item["reason"] != "COMPUTED" || place + 1 == own.len()
    };
    let mut points: Vec<Value> = (0..own.len())
        .filter(|place| turns(*place))
        .map(|place| {
            let item = own[place];
            json!({"time": brief(&item["time"]), "health_score": item["health_score"].as_f64(), "status": brief(&item["status"]),
                "reason": brief(&item["reason"])})
        })
        .collect();
    points.drain(..points.len().saturating_sub(POINTS_MAX));
    Ok(json!({"component": component, "points": points}))
}

/// A short text of a neighbour; nothing for anything else.
fn brief(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_default()
        .chars()
        .take(TEXT_CHARS_MAX)
        .collect()
}

/// A downsampled history of this vehicle's signal as least, mean and greatest value.
fn summary(history: &Value, vehicle_id: &str, signal: &str) -> Result<Value, Silence> {
    let is_asked_for = history["vehicle_id"] == vehicle_id && history["signal"] == signal;
    let buckets = history["buckets"]
        .as_array()
        .filter(|_| is_asked_for)
        .ok_or(Silence::NotAvailable)?;
    let numbers = |name: &str| {
        buckets
            .iter()
            .filter_map(|bucket| bucket[name].as_f64())
            .collect::<Vec<f64>>()
    };
    let counts: f64 = numbers("count").iter().sum();
    if counts <= 0.0 {
        return Err(Silence::NothingKnown);
    }
    let sum: f64 = buckets
        .iter()
        .filter_map(|bucket| Some(bucket["mean"].as_f64()? * bucket["count"].as_f64()?))
        .sum();
    let least = numbers("min").into_iter().reduce(f64::min);
    let greatest = numbers("max").into_iter().reduce(f64::max);
    Ok(
        json!({"signal": signal, "unit": brief(&history["unit"]), "from": brief(&history["from"]), "to": brief(&history["to"]),
        "count": counts, "min": least, "mean": sum / counts, "max": greatest}),
    )
}

/// What the knowledge base knows about a trouble code.
fn trouble_code(base: &KnowledgeBase, run: &Run, code: &str) -> Value {
    let Some(code) = codes::normalised(code) else {
        return json!({"error": "not a trouble code"});
    };
    let means = |knowledge: &ComponentKnowledge| {
        let symptoms = knowledge
            .symptoms
            .iter()
            .filter(|symptom| symptom.has_trouble_code(&code));
        let told = |symptom: &crate::domain::knowledge::Symptom| json!({"component": knowledge.component.code(), "means": symptom.text, "check": symptom.check});
        symptoms.map(told).collect::<Vec<_>>()
    };
    let set = run.facts.trigger.observations.trouble_codes.contains(&code);
    let known: Vec<Value> = base.components().flat_map(means).collect();
    json!({"code": code, "set_on_this_vehicle": set, "known": known})
}

/// Parts and labour of a candidate cause.
fn parts(base: &KnowledgeBase, run: &Run, failure_mode: &str) -> Value {
    let Some(mode) = base
        .component(run.facts.trigger.component)
        .and_then(|knowledge| knowledge.mode(failure_mode))
    else {
        return json!({"error": "not a candidate cause"});
    };
    let parts = mode
        .parts
        .iter()
        .map(|part| json!({"part_code": part.part_code, "quantity": part.quantity}));
    json!({"parts": parts.collect::<Vec<_>>(), "labour_hours": mode.labour_hours, "skill": mode.required_skill})
}

/// The tools of a case without a database: what the knowledge base says, and nothing else.
pub(super) struct CaseTools<'r> {
    pub(super) base: &'r KnowledgeBase,
    pub(super) run: &'r Run,
}

#[async_trait]
impl Tools for CaseTools<'_> {
    async fn call(&self, _worker: Worker, tool: Tool, arguments: &Value) -> Value {
        let text = |name: &str| arguments[name].as_str().unwrap_or_default();
        match tool {
            Tool::TroubleCode => trouble_code(self.base, self.run, text("code")),
            Tool::Parts => parts(self.base, self.run, text("failure_mode")),
            _ => json!({"error": "not available"}),
        }
    }
}
