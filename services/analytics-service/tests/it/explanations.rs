//! What is told of a decision after it was made, for the key figures' random lives.

use rand::RngExt;
use rand::rngs::StdRng;
use serde_json::{Value, json};

/// Data of `agent.decision.revised`, each with the minutes after the decision. Some explanations cost less than a cent, some models were
/// asked in vain, some uses nobody counted, and some revisions are about something else.
pub(crate) fn told_later(dice: &mut StdRng, component: &str, decision_id: &str) -> Vec<(i64, Value)> {
    let mut told = Vec::new();
    if dice.random_bool(0.4) {
        let model = dice.random_bool(0.8).then_some("small-model");
        let cost = json!({"amount_micro": dice.random_range(0..9_000_i64), "currency": "EUR"});
        let mut data = json!({"decision_id": decision_id, "component": component, "revision": 1,
            "what": {"code": "decision.revised.explanation"}, "explanation": {"llm_model_used": model}});
        if dice.random_bool(0.9) {
            data["llm_usage"] = json!({"calls": 2, "input_tokens": 900, "output_tokens": 100, "cost": cost});
        }
        told.push((1, data));
    }
    if dice.random_bool(0.2) {
        let data = json!({"decision_id": decision_id, "component": component, "revision": 2,
            "what": {"code": "decision.revised.warranty"}, "warranty": {"covered": true}});
        told.push((2, data));
    }
    told
}
