//! Takes from an event's data what an audit entry may repeat.

use crate::domain::audit::{Value, is_safe};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// The safe members of an event's data; of a coded text only the code.
pub fn safe_params(data: &Json) -> BTreeMap<String, Value> {
    let Some(members) = data.as_object() else {
        return BTreeMap::new();
    };
    let safe = members.iter().filter_map(|(name, value)| {
        let value = match value {
            Json::String(text) => Value::Text(text.clone()),
            Json::Number(number) => Value::Number(number.as_f64()?),
            Json::Bool(flag) => Value::Flag(*flag),
            Json::Object(coded) => Value::Text(coded.get("code")?.as_str()?.to_owned()),
            Json::Null | Json::Array(_) => return None,
        };
        is_safe(name, &value).then(|| (name.clone(), value))
    });
    safe.collect()
}

/// A text member of an event's data.
pub fn text_member(data: &Json, name: &str) -> Option<String> {
    data.get(name).and_then(Json::as_str).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_codes_ids_and_numbers_are_repeated() {
        let data = serde_json::json!({
            "vehicle_id": "V1", "health_score": 0.2, "review_required": true,
            "decision": {"code": "cooling.leak.suspected", "text": "Ada said so", "params": {"who": "Ada"}},
            "recommended_actions": [{"code": "x"}], "note": "call Ada", "display_name": "Ada",
        });
        let params = safe_params(&data);
        let names: Vec<&str> = params.keys().map(String::as_str).collect();
        assert_eq!(names, ["decision", "health_score", "review_required", "vehicle_id"]);
        assert!(!format!("{params:?}").contains("Ada"));
    }
}
