//! Rows of a bench: medians over rounds, shares of the raw limits, and how they are shown.

use serde_json::{Value, json};

/// The median of each number over the rounds; nested objects number by number.
pub(crate) fn median(rounds: &[Value]) -> Value {
    let mut result = json!({});
    for key in rounds[0].as_object().into_iter().flat_map(|row| row.keys()) {
        if rounds[0][key].is_object() {
            let nested: Vec<Value> = rounds.iter().map(|round| round[key].clone()).collect();
            result[key] = median(&nested);
            continue;
        }
        let mut values: Vec<f64> = rounds.iter().filter_map(|round| round[key].as_f64()).collect();
        values.sort_by(f64::total_cmp);
        result[key] = values.get(values.len() / 2).copied().into();
    }
    result
}

/// Sets a row that has a rate of records beside the limits of the same run.
pub(crate) fn compare(row: &mut Value, limits: &Value, raw_store: &str) {
    let Some(rate) = row["records_per_second"].as_f64() else {
        return;
    };
    for (share, limit) in [
        ("share_of_json_parse", "json_parse_records_per_second"),
        ("share_of_raw_store", raw_store),
    ] {
        let limit = limits[limit].as_f64().unwrap_or(f64::INFINITY);
        row[share] = ((rate / limit * 1_000.0).round() / 1_000.0).into();
    }
}

/// Prints limits and rows for people.
pub(crate) fn print(result: &Value) {
    println!("limits of this machine, now:");
    print_numbers(&result["limits"], "  ");
    for row in result["rows"].as_array().into_iter().flatten() {
        let text = |key: &str| row[key].as_str().unwrap_or_default();
        println!("{}: {}", text("ground"), text("scenario"));
        print_numbers(row, "  ");
    }
}

fn print_numbers(values: &Value, indent: &str) {
    for (name, value) in values.as_object().into_iter().flatten() {
        if value.is_object() {
            println!("{indent}{name}");
            print_numbers(value, &format!("{indent}  "));
        } else if value.is_number() {
            println!("{indent}{:<48} {:>14}", name.replace('_', " "), value.to_string());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_are_of_the_limits_of_the_same_run() {
        let limits = json!({"json_parse_records_per_second": 1_000_000.0, "sqlite": 200_000.0});
        let mut row = json!({"records_per_second": 50_000.4});
        compare(&mut row, &limits, "sqlite");
        assert_eq!(row["share_of_json_parse"], 0.05);
        assert_eq!(row["share_of_raw_store"], 0.25);
        let mut reads = json!({"requests_per_second": 1_000.0});
        compare(&mut reads, &limits, "sqlite");
        assert_eq!(reads, json!({"requests_per_second": 1_000.0}));
    }

    #[test]
    fn a_median_is_taken_number_by_number() {
        let rounds = [
            json!({"a": 1.0, "b": 9.0, "by_path": {"x": 3.0}}),
            json!({"a": 3.0, "b": 8.0, "by_path": {"x": 1.0}}),
            json!({"a": 2.0, "b": 7.0, "by_path": {"x": 2.0}}),
        ];
        assert_eq!(median(&rounds), json!({"a": 2.0, "b": 8.0, "by_path": {"x": 2.0}}));
    }
}
